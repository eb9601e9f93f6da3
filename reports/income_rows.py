"""Income, tax and equity as people read them: why the effective rate is not the rate of the case, how equity moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reports.style import Fill

if TYPE_CHECKING:
    from reports.view import View

EARNED = ("interest", "lane_interest")
LOST = (
    "expected_loss",
    "operating_cost",
    "back_book",
    "adjustment",
    "disposal_loss",
    "lane_cost",
    "tax",
)
MOVES = ("new", "matured", "sold", "posted")


def taxed(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Add what is taxed to rows of income: tax = rate x (income before tax - exempt interest), contract, section 5.

    Returns
    -------
    The rows and `tax_rate`; `taxable`, tax / rate; `exempt`, income before tax less that, both blank where the rate
    is 0; `effective`, tax by income before tax, blank on a loss.
    """
    regions = view.run.case.table("regions")
    rate = rows["region"].map(dict(zip(regions["region"], regions["tax_rate"], strict=True)))
    taxable = (rows["tax"] / rate).where(rate > 0)
    before = rows["income_before_tax"]
    return rows.assign(
        tax_rate=rate,
        taxable=taxable,
        exempt=before - taxable,
        effective=(rows["tax"] / before).where(before > 0),
    )


def tax_rows(view: View) -> pd.DataFrame:
    """Explain the tax of every region over the horizon, the largest income first, the group last."""
    columns = ["income_before_tax", "tax", "income"]
    rows = view.plan("regions").groupby("region", as_index=False)[columns].sum()
    rows = rows[(rows[columns] != 0).any(axis=1)]
    rows = taxed(view, rows).sort_values("income_before_tax", ascending=False, kind="stable")
    total = rows[[*columns, "taxable", "exempt"]].sum(min_count=1)
    before = total["income_before_tax"]
    total["effective"] = total["tax"] / before if before > 0 else float("nan")
    names = [*rows["region"].map(view.region_names), view.labels("text.total")]
    table = pd.concat([rows, total.to_frame().T.astype(float)], ignore_index=True)
    return table.assign(name=names, fill=[*[Fill.NONE] * len(rows), Fill.BAND])


def exempt_products(view: View) -> list[tuple[str, float]]:
    """List the products of which a share of the interest is not taxed, with that share."""
    products = view.run.case.table("products")
    held = products[
        (products["tax_exempt"] > 0)
        & products["product"].isin(view.run.case.table("positions")["product"])
    ]
    names = held["product"].map(view.product_names)
    return list(zip(names, held["tax_exempt"].astype(float), strict=True))


def equity_rows(view: View) -> pd.DataFrame:
    """Move the group's equity from its opening to its close, product by product, in the reporting currency.

    `posted` is the retained income; it is blank in a run that retains none.
    """
    rows = view.positions[view.positions["side"] == "equity"]
    money = pd.DataFrame(
        {
            column: view.reporting(
                rows[column], rows["currency"], 0 if column == "opening" else rows["period"]
            )
            for column in (*MOVES, "opening", "balance")
        }
    )
    first, last = rows["period"] == 1, rows["period"] == view.periods
    money = money.assign(
        opening=money["opening"].where(first, 0.0), balance=money["balance"].where(last, 0.0)
    )
    table = money.groupby(rows["product_name"]).sum(min_count=1).reset_index()
    total = table.drop(columns="product_name").sum(min_count=1).to_frame().T
    fills = [*[Fill.NONE] * len(table), Fill.BAND]
    return pd.concat(
        [table, total.assign(product_name=view.labels("text.total"))], ignore_index=True
    ).assign(fill=fills)


def bridge_steps(view: View) -> pd.DataFrame:
    """Split the group's income of the horizon into steps from interest to income after tax.

    Returns
    -------
    step, amount, and the stacks of the chart: `lift` from 0, `rise` or `fall` on top of it.
    """
    rows = view.plan("regions")
    total = rows[[*EARNED, *LOST]].sum()
    amount = pd.concat([total[list(EARNED)], -total[list(LOST)]])
    amount = amount[amount.abs() > view.settings.quantum / 2]
    after = amount.cumsum()
    low = pd.concat([after, after - amount], axis=1).min(axis=1)
    steps = pd.DataFrame(
        {
            "amount": amount,
            "lift": low,
            "rise": amount.clip(lower=0),
            "fall": (-amount).clip(lower=0),
        }
    )
    income = rows["income"].sum()
    steps.loc["income_after_tax"] = [income, min(income, 0.0), max(income, 0.0), max(-income, 0.0)]
    return steps.assign(step=[view.labels(f"column.{key}") for key in steps.index])
