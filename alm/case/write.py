"""Freeze the inputs of a run as a case that loads the same."""

from __future__ import annotations

import csv
from pathlib import Path

import tomlkit

from alm.case.case import Case
from alm.case.places import SECTIONS


def write_inputs(case: Case, folder: Path | str) -> None:
    """Write what the person gave, changes of the run included, as case.toml and CSV files.

    Parameters
    ----------
    case
        A loaded case.
    folder
        Where to write; made if it does not exist. Loading it gives an equal case, floats exactly.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # The tables are beside it now, wherever they came from.
    settings = {name: value for name, value in case.given_settings.items() if name not in SECTIONS}
    (folder / "case.toml").write_text(tomlkit.dumps(settings), encoding="utf-8")
    for name in case.given_tables:
        rows = case.given(name)
        if rows.columns.empty:
            continue
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            # RFC 4180; the writer quotes a carriage return in a cell only if it is part of the line end.
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(rows.columns)
            writer.writerows(rows.to_numpy().tolist())
