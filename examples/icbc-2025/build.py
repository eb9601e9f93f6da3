"""Writes this example: case.toml and its tables, from `sources/` and the assumptions beside it.

Run `python build.py` to write into this folder, `python build.py FOLDER` to write elsewhere. The
result is the same bytes on every machine; a test compares it with what is committed.

Every assumption stands beside the number that it makes: `balances.py` (opening balance sheet),
`weights.py` (regulatory weights and calibration), `behaviour.py` (run-off, forecasts, prices),
`governance.py` (regions, lanes, limits).
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from balances import Opening, external_assets, opening
from behaviour import CAPITAL_RATIO, CHARGE_RATE
from governance import curves, lanes, limits, regions
from published import BRANCHES, REGIONS
from tables import positions, products, rules
from weights import addons, calibrate, calibrated, rulebook

HERE = Path(__file__).resolve().parent
BILLION = 1_000
MAY_LOSE = 0.75  # inflows count up to this share of outflows (LCR, both Basel and China)

CASE = f"""\
# Industrial and Commercial Bank of China, eight regions, from published figures. README.md says
# what is published, what is derived and what is assumed. Written by build.py: change it there.
contract = 1
name = "icbc-2025"
as_of = 2025-12-31
periods = 12
step = "month"
currency = "CNY"
unit = 1_000_000_000      # CNY billion
quantum = 0.001           # CNY million: the precision of the annual report
accrual = "average"
day_count = "30/360"
horizon_value = "run_off"
discount_rate = 0.0
custom_measures = ["net_loans", "deposit_base"]   # as the published loan-to-deposit ratio counts

[capital]
ratio = {CAPITAL_RATIO}            # CET1 ratio of 31 December 2025: what a unit of RWA ties up
charge_rate = {CHARGE_RATE}        # assumed: 2 % a year above what equity saves in funding

[horizon]
capital = true
max_months = 60
"""


def opening_measures(start: Opening, weights: pd.DataFrame) -> pd.DataFrame:
    """Measures of each region alone at as_of, without addons, CNY million.

    Returns
    -------
    (region, measure)
        net_loans, deposit_base, hqla, outflow, inflow, net_outflow.
    """
    book = start.balances
    plain = {m: book @ weights[m] for m in ("net_loans", "deposit_base")}
    outflow, inflow = book @ weights["lcr_outflow"], book @ weights["lcr_inflow"]
    # Commitments are off balance and count in outflow with the liabilities.
    taken = ["repo"]
    value = (1 - weights["haircut"]).mask(weights["hqla_class"] == "", 0.0)
    value[taken] = 0.0
    level_1 = book @ value.where(weights["hqla_class"] == "L1", 0.0) - book[taken].sum(axis=1)
    level_2a = book @ value.where(weights["hqla_class"] == "L2A", 0.0)
    hqla = np.minimum(level_1 + level_2a, level_1 * 5 / 3)
    net = outflow - np.minimum(inflow, MAY_LOSE * outflow)
    return pd.DataFrame(
        plain | {"hqla": hqla, "outflow": outflow, "inflow": inflow, "net_outflow": net}
    )


def tables() -> dict[str, pd.DataFrame]:
    """Every table of the case by name."""
    start = opening()
    book = start.balances.sum()
    uncalibrated = rulebook()
    of_book = uncalibrated.loc[book.index]
    found = calibrate(book, of_book)
    assets = [*external_assets().columns, "intragroup_claim"]
    weights = calibrated(uncalibrated, found, assets)
    measures = opening_measures(start, weights.loc[book.index])
    extra = addons(book, weights.loc[book.index])
    extra["amount"] = (extra["amount"] / BILLION).round(6)
    return {
        "regions": regions(),
        "products": products(weights),
        "rules": rules(),
        "addons": extra,
        "positions": positions(start, weights),
        "lanes": lanes(start),
        "limits": limits(measures.loc[list(BRANCHES)]),
        "curves": curves(),
    }


def balances_close(positions: pd.DataFrame, lanes: pd.DataFrame, products: pd.DataFrame) -> None:
    """Refuse an opening balance sheet that does not close in every region, to the million."""
    side = positions["product"].map(products.set_index("product")["side"])
    sign = side.map({"asset": 1, "liability": -1, "equity": -1, "off_balance": 0})
    millions = (positions["balance"] * BILLION).round().astype("int64") * sign
    net = millions.groupby(positions["region"]).sum()
    stands = (lanes["opening"] * BILLION).round().astype("int64")
    lent = stands.groupby(lanes["lender"]).sum().reindex(REGIONS, fill_value=0)
    owed = stands.groupby(lanes["borrower"]).sum().reindex(REGIONS, fill_value=0)
    gap = net.reindex(REGIONS) + lent - owed
    if (gap != 0).any():
        raise ValueError(f"opening balances do not close: {gap[gap != 0].to_dict()}")


def write(folder: Path) -> None:
    """Write the case into a folder."""
    made = tables()
    balances_close(made["positions"], made["lanes"], made["products"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(CASE, encoding="utf-8")
    for name, table in made.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", float_format="%.10g")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
