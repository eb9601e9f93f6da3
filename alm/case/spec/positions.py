"""Positions and the tables that go with them (contract, section 4)."""

from alm.case.spec.column import (
    Column,
    Derived,
    Kind,
    Table,
    amount,
    number,
    per_year,
    period,
    position_key,
    same,
    share,
    span,
    text,
)
from alm.case.spec.products import SHAPES

KEY = ("region", "currency", "product")

BOUNDS_OF_A_POSITION = ("min_balance", "max_balance", "min_new", "max_new")

POSITIONS = Table(
    "positions",
    4,
    KEY,
    (
        *position_key(),
        amount("balance", "Balance at as_of.", required=True),
        per_year("rate", "Rate of the legacy book; may be negative.", default=0.0),
        per_year("new_rate", "Rate of new business.", default=same("rate")),
        number(
            "price_slope",
            "Move of the rate per unit of volume.",
            unit="per year and unit",
            low=0.0,
            default=0.0,
        ),
        amount("reference_volume", "Volume at which new business gets `new_rate`.", default=0.0),
        share("back_book", "Share of the legacy book that a higher volume reprices.", default=0.0),
        number(
            "residual_months",
            "Time left of the legacy book; 0: it is gone at the first close; blank: it does not run off.",
            unit="months",
            low=0.0,
        ),
        text(
            "residual_shape",
            "How the legacy book runs off.",
            default=Derived("product_amortisation", "the product's amortisation"),
            allowed=SHAPES,
        ),
        per_year(
            "ftp_rate", "Funding rate of the legacy book; blank: its FTP curve at residual_months."
        ),
        per_year("transfer_rate", "Internal rate, for regional results in reports only."),
        amount("min_balance", "Smallest closing balance.", default=0.0),
        amount("max_balance", "Largest closing balance; blank: none."),
        amount("min_new", "Least new business of a period.", default=0.0),
        amount("max_new", "Most new business of a period; required unless plug."),
        number(
            "min_renewal",
            "Least new business as a multiple of what ran off; blank: none.",
            unit="multiple",
            low=0.0,
        ),
        number(
            "max_renewal",
            "Most new business as a multiple of what ran off; blank: none.",
            unit="multiple",
            low=0.0,
        ),
        amount("last_new", "New business of the period before the first; blank: unknown."),
        number(
            "adjustment_cost",
            "Cost per unit of change of new business from period to period.",
            unit="per unit",
            low=0.0,
            default=0.0,
        ),
        Column("plug", Kind.FLAG, "Whether the position squares the day.", default=False),
    ),
    "The opening balance sheet: one row per region, currency and product.",
    required=True,
)

BOUNDS = Table(
    "bounds",
    4,
    (*KEY, "start", "end"),
    (
        *position_key(),
        *span(),
        *(amount(name, f"Overrides {name} of the position.") for name in BOUNDS_OF_A_POSITION),
    ),
    "Bounds by period; they override those of the position.",
    unique=False,
)

RUNOFF = Table(
    "runoff",
    4,
    (*KEY, "period"),
    (
        *position_key(),
        period(),
        share("remaining", "Share of the legacy book still there at the close.", required=True),
    ),
    "Run-off of a legacy book, instead of residual_months.",
)

TARGETS = Table(
    "targets",
    4,
    (*KEY, "period"),
    (
        *position_key(),
        period(),
        number("balance", "Balance wished for.", unit="amount", required=True),
        number(
            "weight",
            "Charge per squared unit away from it.",
            unit="reporting currency per squared unit",
            low=0.0,
            required=True,
        ),
    ),
    "Balances wished for, and what it costs to miss them.",
)

TIERS = Table(
    "tiers",
    4,
    (*KEY, "over"),
    (
        *position_key(),
        amount("over", "The part of a period's volume above this ...", required=True),
        per_year("rate", "... is written at this rate.", required=True),
    ),
    "Rates of new business by volume, instead of `new_rate`.",
)
