"""Every attribute that a run used, and where it came from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alm.case import Case
from alm.case.spec import TABLES

COLUMNS = ["table", "row", "key", "column", "value", "origin", "status", "source"]
STATUS, SOURCE = "note_status", "note_source"


def assumptions(case: Case) -> pd.DataFrame:
    """List every cell of every table with its origin: given by the case, or a default of the contract.

    Returns
    -------
    DataFrame
        As the plan table `assumptions` of docs/architecture.md. `status` and `source` repeat the columns
        `note_status` and `note_source` of the row, where the author of the case filled them; without a `note_source`
        the row's own `source`, as limits and rules have it.
    """
    parts = [_cells(case, table.name, list(table.key)) for table in TABLES]
    listed = pd.concat([part for part in parts if len(part)], ignore_index=True)
    defaults = case.defaults
    taken = pd.MultiIndex.from_frame(defaults[["table", "row", "column"]].astype(str))
    every = pd.MultiIndex.from_frame(listed[["table", "row", "column"]].astype(str))
    listed["origin"] = pd.Series(every.isin(taken)).map({True: "default", False: "given"})
    # What the author says of a row is said of the cells that the author filled.
    listed.loc[listed["origin"] == "default", ["status", "source"]] = ""
    settings = defaults[defaults["table"] == "case.toml"]
    if len(settings):
        extra = settings.assign(origin="default", status="", source="")[COLUMNS]
        listed = pd.concat([listed, extra.astype({"value": str, "row": str})], ignore_index=True)
    return listed[COLUMNS]


def _cells(case: Case, name: str, key: list[str]) -> pd.DataFrame:
    """List the filled cells of a table, row by row as the person sees them."""
    rows = case.table(name).sort_index()
    columns = [each for each in rows.columns if each not in key and not each.startswith("note")]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    cells = rows[columns].map(_text).to_numpy(object)
    filled = cells != ""
    row, column = np.nonzero(filled)
    of_row = {
        "row": rows.index.astype(str),
        "key": pd.Series(zip(*(rows[each].map(_text) for each in key), strict=True)).str.join(
            " / "
        ),
        "status": rows.get(STATUS, pd.Series("", rows.index)),
        "source": rows.get(SOURCE, rows.get("source", pd.Series("", rows.index))),
    }
    listed = {each: values.to_numpy()[row] for each, values in of_row.items()}
    listed |= {"column": np.array(columns)[column], "value": cells[filled]}
    return pd.DataFrame(listed).assign(table=name, origin="")


def _text(value: object) -> str:
    """Write a cell as a person would: blanks as nothing, whole numbers without decimals."""
    if value is None or value != value or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)
