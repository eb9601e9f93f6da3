"""The plan that another run made, as the reference among equally good ones: matched by dates and names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from alm.case.calendar import period_ends
from alm.formulation.book import Book
from alm.plan.decisions import Decisions
from alm.runs import store

POSITION = ["region", "currency", "product"]


@dataclass(frozen=True)
class Reference:
    """Decisions of another run.

    Attributes
    ----------
    digest : str
        Hash of what is used of it; part of the id of a run that stays close to it.
    positions : DataFrame
        region, currency, product, close (a date, as text), new, sold, balance.
    lanes : DataFrame
        lane, close, transfer.
    unit : float
        Money in one unit of its amounts.
    """

    digest: str
    positions: pd.DataFrame
    lanes: pd.DataFrame
    unit: float

    def decisions(self, book: Book) -> Decisions:
        """Match the decisions with the positions, lanes and period ends of a case.

        Returns
        -------
        Decisions
            Where the other run has no value: 0, for plugs the opening balance. Contract, section 5, "Plans are unique".
        """
        closes = [f"{day:%Y-%m-%d}" for day in period_ends(book.case.settings)[1:]]
        size, plug = self.unit / book.case.settings.unit, book.plug[:, None]
        new, sold, balance = (
            size * _matched(self.positions, POSITION, name, book.positions, closes)
            for name in ("new", "sold", "balance")
        )
        squared = np.where(np.isnan(balance), book.opening[:, None], balance)
        return Decisions(
            new=np.where(plug, 0.0, np.nan_to_num(new)),
            sold=np.where(plug, 0.0, np.nan_to_num(sold)),
            plug=np.where(plug, squared, 0.0),
            transfer=np.nan_to_num(
                size * _matched(self.lanes, ["lane"], "transfer", book.lanes.table, closes)
            ),
        )


def read_reference(run: Path | str) -> Reference:
    """Read the decisions of a run.

    Raises
    ------
    FileNotFoundError
        It is no run, or one without a plan.
    """
    manifest = store.read_manifest(Path(run))
    closes = dict(enumerate(manifest["period_ends"], start=1))
    tables = [
        store.read_table(Path(run), name).assign(close=lambda rows: rows["period"].map(closes))
        for name in ("positions", "lanes")
    ]
    positions = tables[0][[*POSITION, "close", "new", "sold", "balance"]]
    lanes = tables[1][["lane", "close", "transfer"]]
    content = "".join(table.to_csv(index=False) for table in (positions, lanes))
    return Reference(store.digest(content), positions, lanes, float(manifest["unit"]))


def _matched(
    given: pd.DataFrame, key: list[str], column: str, rows: pd.DataFrame, closes: list[str]
) -> np.ndarray:
    """Look up a column by key and close: (row, period); NaN where there is no value."""
    wanted = rows[key].loc[rows.index.repeat(len(closes))].assign(close=np.tile(closes, len(rows)))
    found = wanted.merge(given, on=[*key, "close"], how="left", validate="many_to_one")
    return found[column].to_numpy(float).reshape(len(rows), len(closes))
