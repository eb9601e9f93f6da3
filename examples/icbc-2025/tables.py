"""Products, rules and positions of the case, with the standing of every row's figures."""

import numpy as np
import pandas as pd
from balances import DEPOSITS, LOANS, Opening
from behaviour import (
    BACK_BOOK,
    BALANCE_CORRIDOR,
    BOND_GROWTH,
    CASH_FLOOR,
    CORRIDOR,
    DEPOSIT_SPREAD,
    DESKS,
    DISPOSALS,
    EQUITY_GROWTH,
    FTP_LEGACY,
    LEGACY_FTP_OF_LOANS,
    LOAN_CEILING,
    LOAN_FLOOR,
    LOAN_SPREAD,
    MARKET,
    MARKET_SLOPE_MARGIN,
    OVERNIGHT_PLACED,
    OVERNIGHT_ROOM,
    PLUG_RATES,
    PLUGS,
    QUOTA,
    SMALLEST_SLOPE_MARGIN,
    TAX_EXEMPT,
    TERMS,
    expected_loss,
    growth_of_deposits,
    growth_of_loans,
    legacy_rates,
    loss_factor,
    margins,
    overseas_deposit_rate,
    overseas_loan_rate,
)
from names import PRODUCTS
from published import REGIONS, at

BILLION = 1_000  # CNY million in a table unit
DEMAND = ("deposit_personal_demand", "deposit_corporate_demand")
TIME = ("deposit_personal_time", "deposit_corporate_time")
BONDS = ("bond_level_1", "bond_level_2a", "bond_other")
PUBLISHED_BY_REGION = ("premises",)
BY_REGION_AND_PRODUCT = (*LOANS, *DEPOSITS, "credit_commitments")
HEAD_OFFICE_ONLY = ("tier2_bonds", "equity_cet1", "equity_at1", "minority_interests")


def products(weights: pd.DataFrame) -> pd.DataFrame:
    """Products: run-off, price and regulatory weights."""
    labels = pd.DataFrame(PRODUCTS, index=["name", "name_zh", "side", "class"]).T
    terms = pd.DataFrame(
        {
            "tenor_months": {p: t.tenor for p, t in TERMS.items()},
            "amortisation": {p: t.amortisation for p, t in TERMS.items()},
            "expected_loss": expected_loss(),
            "operating_cost": {p: t.cost for p, t in TERMS.items()},
            "tax_exempt": TAX_EXEMPT,
            "ftp_tenor_months": {p: t.ftp_tenor for p, t in TERMS.items()},
            "max_disposal": {p: share for p, (share, _) in DISPOSALS.items()},
            "disposal_haircut": {p: cost for p, (_, cost) in DISPOSALS.items()},
        }
    )
    whole = {"tenor_months": "Int64", "ftp_tenor_months": "Int64"}
    zero = ["expected_loss", "tax_exempt", "max_disposal", "disposal_haircut"]
    terms = terms.astype(whole).fillna(dict.fromkeys(zero, 0.0))
    loss = "expected loss derived: NPL ratio of the line x impairment over NPLs of 2025; "
    note = pd.Series("tenor, operating cost and tax assumed; ", index=labels.index)
    note[list(LOANS)] = loss + note[list(LOANS)]
    note += "weights: regulatory.csv, templates of 2023, maturity table, calibration (README)"
    return (
        labels.join(terms)
        .join(weights)
        .assign(note_status="assumed", note_source=note)
        .rename_axis("product")
        .reset_index()
    )


def rules() -> pd.DataFrame:
    """Override expected loss by region, and ask no reserves on deposits abroad."""
    loss = pd.DataFrame(np.outer(loss_factor(), expected_loss()), list(REGIONS), list(LOANS))
    rows = loss.drop(index="HO").drop(columns=["loan_discounted_bills", "loan_credit_card"])
    table = rows.rename_axis("region").reset_index().melt("region", var_name="product")
    source = "Derived: loss of the product x half of how the region's NPL ratio (annual report 2025) differs from the group's"
    losses = table.assign(attribute="expected_loss", source=source, note_status="derived")
    abroad = {
        "attribute": "reserve_ratio",
        "class": "deposit",
        "region": "OVS",
        "value": 0.0,
        "source": "Assumed: host reserve requirements are small and stand in excess reserves",
        "note_status": "assumed",
    }
    columns = ["attribute", "product", "class", "region", "value", "source", "note_status"]
    rows = pd.concat([losses, pd.DataFrame([abroad])], ignore_index=True)
    return rows.round({"value": 6})[columns]


def positions(opening: Opening, weights: pd.DataFrame) -> pd.DataFrame:
    """Positions: balance, price, run-off, bounds."""
    cells = opening.balances.rename_axis("region").reset_index()
    table = cells.melt("region", var_name="product", value_name="balance")
    room = table["product"] == "overnight_borrowing"
    table = table[(table["balance"] > 0) | room].reset_index(drop=True)
    table["balance"] = table["balance"] / BILLION
    _volumes(table)
    _rates(table)
    _slopes(table, weights)
    _bounds(table)
    _plugs(table)
    _standing(table)
    columns = [
        *("region", "product", "balance", "rate", "new_rate", "price_slope", "reference_volume"),
        *(
            "back_book",
            "residual_months",
            "residual_shape",
            "ftp_rate",
            "min_balance",
            "max_balance",
        ),
        *("min_new", "max_new", "min_renewal", "max_renewal", "plug", "note_status", "note_source"),
    ]
    return table[columns]


def _volumes(table: pd.DataFrame) -> None:
    """Add run-off of the legacy book and the forecast volume of a month."""
    product, region = table["product"], table["region"]
    table["residual_months"] = product.map({p: t.legacy for p, t in TERMS.items()}).astype("Int64")
    growth = pd.Series(0.0, index=table.index)
    loans = growth_of_loans().rename_axis("region").stack().rename_axis(["region", "product"])
    keys = pd.MultiIndex.from_frame(table[["region", "product"]])
    growth = pd.Series(loans.reindex(keys).fillna(0.0).to_numpy(), index=table.index)
    deposit = product.isin([*DEMAND, *TIME])
    growth = growth.mask(deposit, region.map(growth_of_deposits()))
    growth = growth.mask(product.isin(BONDS), region.map(BOND_GROWTH).fillna(0.0))
    run_off = (table["balance"] / table["residual_months"].astype(float)).fillna(0.0)
    grown = table["balance"] * growth / 12
    table["run_off"] = run_off
    # Where demand shrinks faster than the book runs off, a quarter of the run-off is still written.
    table["volume"] = np.maximum(run_off + grown, run_off / 4)
    table["grown"] = grown


def _rates(table: pd.DataFrame) -> None:
    """Add the legacy rate, the posted rate and the transfer rate of the legacy book."""
    product, region = table["product"], table["region"]
    priced = product.isin(LOANS) & ~product.isin(QUOTA)  # bills trade in one national market
    spread = region.map(LOAN_SPREAD).where(priced, 0) / 10_000
    spread += region.map(DEPOSIT_SPREAD).where(product.isin(TIME), 0) / 10_000
    overseas = region == "OVS"
    rate = product.map(legacy_rates()).fillna(0.0) + spread
    rate = rate.mask(overseas & product.isin(LOANS), overseas_loan_rate())
    rate = rate.mask(overseas & product.isin([*DEMAND, *TIME]), overseas_deposit_rate())
    posted = product.map({p: t.new_rate for p, t in TERMS.items()}).astype(float) + spread
    table["rate"] = rate.round(5)
    table["new_rate"] = posted.fillna(rate).round(5)
    tenor = product.map({p: t.ftp_tenor for p, t in TERMS.items()}).astype(float)
    funded = tenor.map(lambda months: at(FTP_LEGACY, months), na_action="ignore")
    funded = funded.mask(product.isin(LOANS) & tenor.notna(), LEGACY_FTP_OF_LOANS)
    table["ftp_rate"] = funded.round(5)


def _slopes(table: pd.DataFrame, weights: pd.DataFrame) -> None:
    """Add price slopes where volumes are decided, and the share of the book that reprices."""
    product = table["product"]
    margin = margins(expected_loss(), weights["risk_weight"]).clip(lower=SMALLEST_SLOPE_MARGIN)
    margin[[book for book in MARKET if book not in BONDS]] = MARKET_SLOPE_MARGIN
    decided = _is_corridor(table) | _is_balance_corridor(table)
    slope = (product.map(margin) / table["volume"]).where(decided, 0.0)
    table["price_slope"] = slope.fillna(0.0).round(9)
    table["reference_volume"] = table["volume"].where(decided, 0.0).round(3)
    table["back_book"] = product.map(BACK_BOOK).fillna(0.0).where(decided, 0.0)
    table["residual_shape"] = pd.Series("linear", index=table.index).where(table["run_off"] > 0, "")


def _is_desk(table: pd.DataFrame) -> pd.Series:
    return table["region"].isin(DESKS) & table["product"].isin(MARKET)


def _is_balance_corridor(table: pd.DataFrame) -> pd.Series:
    return _is_desk(table) & table["product"].isin(BALANCE_CORRIDOR)


def _is_corridor(table: pd.DataFrame) -> pd.Series:
    lending = table["product"].isin(LOANS) & ~table["product"].isin(QUOTA) & (table["run_off"] > 0)
    desk = _is_desk(table) & ~table["product"].isin(BALANCE_CORRIDOR)
    return lending | table["product"].isin(TIME) | desk


def _bounds(table: pd.DataFrame) -> None:
    """Add bounds of balances, of new business, and of renewals."""
    product, volume, balance = table["product"], table["volume"], table["balance"]
    runs_off = table["run_off"] > 0
    corridor, by_balance = _is_corridor(table), _is_balance_corridor(table)
    forecast = product.isin([*DEMAND, "equity_cet1"])
    expected = table["grown"].mask(product == "equity_cet1", EQUITY_GROWTH / 12 / BILLION).round(3)
    table["min_new"] = expected.where(forecast, 0.0)
    table["max_new"] = expected.where(forecast, 0.0).mask(runs_off, np.maximum(2 * volume, balance))
    table["max_new"] = table["max_new"].round(3)
    free = by_balance | (product == "statutory_reserves")  # reserves are held by limits
    renewal = (volume / table["run_off"].where(runs_off)).where(runs_off & ~free)
    frame = pd.DataFrame(CORRIDOR, index=["low", "high"]).T
    low = product.map(frame["low"]).fillna(LOAN_FLOOR).where(corridor, 1.0)
    high = product.map(frame["high"]).fillna(table["region"].map(LOAN_CEILING)).where(corridor, 1.0)
    table["min_renewal"], table["max_renewal"] = (renewal * low).round(4), (renewal * high).round(4)
    frame = pd.DataFrame(BALANCE_CORRIDOR, index=["low", "high"]).T
    table["min_balance"] = (balance * product.map(frame["low"])).where(by_balance, 0.0).round(3)
    table["max_balance"] = (balance * product.map(frame["high"])).where(by_balance).round(3)


def _plugs(table: pd.DataFrame) -> None:
    """Mark the plugs; floor of cash, ceilings of overnight money."""
    product = table["product"]
    plug = product.isin(PLUGS)
    table["plug"] = plug.map({True: "true", False: "false"})
    table.loc[plug, ["min_new", "max_new"]] = np.nan
    cash = product == "excess_reserves"
    table.loc[cash, "min_balance"] = (CASH_FLOOR * table.loc[cash, "balance"]).round(3)
    placed = product == "overnight_placement"
    low, high = OVERNIGHT_PLACED
    table.loc[placed, "min_balance"] = (low * table.loc[placed, "balance"]).round(3)
    table.loc[placed, "max_balance"] = (high * table.loc[placed, "balance"]).round(3)
    borrowed = product == "overnight_borrowing"
    room = table["region"].map(OVERNIGHT_ROOM) / BILLION
    table.loc[borrowed, "max_balance"] = room[borrowed]
    table.loc[plug, "rate"] = product[plug].map(PLUG_RATES)
    table.loc[plug, "new_rate"] = product[plug].map(PLUG_RATES)


def _standing(table: pd.DataFrame) -> None:
    """Say of every row where its balance and its price come from."""
    product = table["product"]
    balance = pd.Series("derived", index=table.index)
    balance = balance.mask(product.isin([*PUBLISHED_BY_REGION, *HEAD_OFFICE_ONLY]), "published")
    balance = balance.mask(product == "overnight_borrowing", "assumed")
    source = pd.Series(
        "Balance: group line (balance sheet) fitted to segment totals (note 5.2); ",
        index=table.index,
    )
    split = (
        "Balance: published region and product totals, split by assumption (region_product.csv); "
    )
    source = source.mask(product.isin(BY_REGION_AND_PRODUCT), split)
    source = source.mask(
        product == "statutory_reserves",
        "Balance: published total (maturity table), by deposits that bear reserves; ",
    )
    source = source.mask(
        product == "loan_allowance",
        "Balance: gross less net loans (published), by non-performing loans; ",
    )
    source = source.mask(
        product == "credit_commitments",
        "Balance: note 5.2 by region, scaled to the total after eliminations; ",
    )
    source = source.mask(product == "premises", "Balance: note 5.2; ")
    source = source.mask(product.isin(HEAD_OFFICE_ONLY), "Balance: consolidated balance sheet; ")
    source = source.mask(product == "overnight_borrowing", "Room in the overnight market; ")
    table["note_status"] = balance
    table["note_source"] = source + "legacy rate: yields.csv (2025); prices, bounds: behaviour.py"
