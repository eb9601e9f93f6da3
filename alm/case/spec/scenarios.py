"""Scenarios and their shocks (contract, section 8)."""

from alm.case.spec.column import (
    Column,
    Derived,
    Kind,
    Table,
    number,
    product,
    region,
    same,
    share,
    span,
    text,
)

SHOCK_NAMES = (
    "runoff",
    "rate",
    "new_business",
    "lane_capacity",
    "expected_loss",
    "haircut",
    "lcr_outflow",
    "risk_weight",
    "fx",
)

SCENARIOS = Table(
    "scenarios",
    8,
    ("scenario",),
    (
        text("scenario", "Scenario.", required=True),
        text("name", "Name that reports show.", default=same("scenario")),
        share(
            "probability",
            "Probability.",
            default=Derived("equal_probability", "equal, if blank everywhere"),
        ),
        text("parent", "Scenario whose decisions it shares; blank: all.", refers="scenarios"),
        Column("start", Kind.PERIOD, "First period with decisions of its own.", "period", 2, low=1),
    ),
    "Named lists of changes, with a probability.",
)

SHOCKS = Table(
    "shocks",
    8,
    ("scenario", "shock", "region", "currency", "product", "class", "lane", "start", "end"),
    (
        text("scenario", "Scenario.", required=True, refers="scenarios"),
        text("shock", "What changes.", required=True, allowed=SHOCK_NAMES),
        region("Region and its subtree; blank: any."),
        text("currency", "Currency; blank: any.", refers="fx"),
        product("Product; blank: any."),
        text("class", "Class; blank: any."),
        text("lane", "Lane; blank: any.", refers="lanes"),
        *span(),
        number("value", "Size of the change.", required=True),
    ),
    "The changes that make a scenario.",
    unique=False,
)
