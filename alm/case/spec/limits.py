"""Limits and the measures they use (contract, section 7)."""

from alm.case.spec.column import (
    Column,
    Kind,
    Table,
    amount,
    name_of,
    number,
    region,
    source,
    span,
    text,
)

TIERS_OF_LIMITS = ("statutory", "regulatory", "board", "management", "target")

LIMITS = Table(
    "limits",
    7,
    ("limit",),
    (
        text("limit", "Limit.", required=True),
        *name_of("limit"),
        region("Region whose subtree, or which alone, must keep the limit.", required=True),
        text("scope", "What it looks at.", default="subtree", allowed=("subtree", "solo")),
        text("currency", "Only nodes of this currency; blank: all.", refers="fx"),
        text("measure", "Measure of the numerator.", required=True),
        text("denominator", "Measure of the denominator; blank: none."),
        text("sense", "Which side is forbidden.", required=True, allowed=("min", "max")),
        number("bound", "Bound of the measure or of the ratio.", required=True),
        *span(),
        text(
            "scenarios", "Where it holds.", default="all", refers="scenarios", also=("all", "base")
        ),
        text(
            "enforcement",
            "Whether it may be missed at a price.",
            default="hard",
            allowed=("hard", "soft"),
        ),
        amount("penalty", "Soft: charge per unit of shortfall and year, in reporting currency."),
        number("early_warning", "Value at which a report turns amber."),
        text("tier", "Which limits give way first.", default="regulatory", allowed=TIERS_OF_LIMITS),
        text("owner", "Who answers for it."),
        source(),
        Column("waiver_until", Kind.DATE, "Closes before this date are reported, not enforced."),
    ),
    "What must hold at every close.",
)

MEASURES = Table(
    "measures",
    7,
    ("measure", "term"),
    (
        text("measure", "New measure.", required=True),
        text("term", "Measure that it adds up.", required=True),
        number("weight", "Weight of the term.", required=True),
    ),
    "Linear combinations of measures under a new name.",
)

STEPS = Table(
    "steps",
    7,
    ("limit", "measure", "at_least"),
    (
        text("limit", "Limit whose bound depends on a measure.", required=True, refers="limits"),
        text("measure", "That measure.", required=True),
        number("at_least", "From this value on ...", required=True),
        number("bound", "... this bound applies.", required=True),
    ),
    "Bounds by steps of a measure.",
)
