"""Every attribute that a run used, and where it came from."""

from __future__ import annotations

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
    rows = case.table(name)
    notes = [column for column in rows.columns if column.startswith("note")]
    columns = [column for column in rows.columns if column not in (*key, *notes)]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    wide = rows[columns].map(_text)
    wide["key"] = rows[key].map(_text).agg(" / ".join, axis=1)
    wide[STATUS] = rows.get(STATUS, "")
    wide[SOURCE] = rows.get(SOURCE, rows.get("source", ""))
    wide["row"] = rows.index.astype(str)
    # A table may have columns `value` and `source` of its own, so the list's get their names only afterwards.
    identity = ["row", "key", STATUS, SOURCE]
    long = wide.melt(id_vars=identity, var_name="column", value_name="cell")
    long = long[long["cell"] != ""].rename(
        columns={"cell": "value", STATUS: "status", SOURCE: "source"}
    )
    order = {column: place for place, column in enumerate(columns)}
    long = long.sort_values(
        ["row", "column"], key=lambda s: s.map(order) if s.name == "column" else s.astype(int)
    )
    return long.assign(table=name, origin="")


def _text(value: object) -> str:
    """Write a cell as a person would: blanks as nothing, whole numbers without decimals."""
    if value is None or value != value or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)
