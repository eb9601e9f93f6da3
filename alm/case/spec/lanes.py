"""Lanes and corridors (contract, section 6)."""

from alm.case.spec.column import (
    Derived,
    Table,
    amount,
    months,
    number,
    per_year,
    same,
    share,
    span,
    text,
)
from alm.case.spec.products import ONE_STEP

LANES = Table(
    "lanes",
    6,
    ("lane",),
    (
        text("lane", "Lane.", required=True),
        text("lender", "Region that lends.", required=True, refers="regions"),
        text("borrower", "Region that borrows.", required=True, refers="regions"),
        text(
            "currency",
            "Currency that the lender gives.",
            default=Derived("lender_currency", "the lender's home currency"),
            refers="fx",
        ),
        text(
            "borrower_currency",
            "Currency that the borrower gets; another one makes it an FX-swap lane.",
            default=same("currency"),
            refers="fx",
        ),
        months("tenor_months", "Tenor of a transfer.", default=ONE_STEP),
        amount("opening", "Outstanding at as_of.", default=0.0),
        number(
            "residual_months",
            "Time left of the opening; blank: it matures in period 1.",
            unit="months",
            low=0.0,
        ),
        per_year("rate", "Paid by the borrower to the lender.", default=0.0),
        amount("capacity", "Largest outstanding; blank: none."),
        per_year(
            "cost",
            "Lost to the group, on the outstanding.",
            default=Derived(
                "lane_cost",
                "0; on an FX-swap lane the ftp curve's rate of the borrower's currency minus that of the lender's",
            ),
        ),
        share("tax", "Share of the interest lost to the group.", default=0.0),
        amount(
            "fixed_cost",
            "Cost of every period in which the lane carries anything, in reporting currency.",
            default=0.0,
        ),
        amount("minimum_ticket", "A transfer is 0 or at least this.", default=0.0),
        amount("lot", "A transfer is a multiple of it; 0: the quantum.", default=0.0),
        *span(),
        text("asset_product", "Product whose weights the claim carries.", refers="products"),
        text("liability_product", "Product whose weights the debt carries.", refers="products"),
        text("corridor", "Corridor that the lane belongs to.", refers="corridors"),
    ),
    "Directed funding lines between regions.",
)

CORRIDORS = Table(
    "corridors",
    6,
    ("corridor",),
    (
        text("corridor", "Corridor.", required=True),
        amount(
            "capacity",
            "Largest outstanding of its lanes together, in reporting currency; blank: none.",
        ),
        amount(
            "fixed_cost", "Cost of every period in which any of them carries anything.", default=0.0
        ),
        amount("minimum", "Outstanding of its lanes together is 0 or at least this.", default=0.0),
    ),
    "Families of lanes with a joint limit or cost.",
)
