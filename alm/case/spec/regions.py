"""The tree of regions (contract, section 2)."""

from alm.case.spec.column import Derived, Table, name_of, share, text

REGIONS = Table(
    "regions",
    2,
    ("region",),
    (
        text("region", "Region: a group, a legal entity or a branch.", required=True),
        *name_of("region"),
        text("parent", "Region above; blank for the one root.", refers="regions"),
        text(
            "kind",
            "What the region is in law.",
            default="branch",
            allowed=("branch", "subsidiary", "group"),
        ),
        text(
            "currency",
            "Home currency.",
            default=Derived("reporting_currency", "the reporting currency"),
            refers="fx",
        ),
        text("jurisdiction", "Whose rules apply; `rules` can name it."),
        share("tax_rate", "Tax on income; losses are relieved at the same rate.", default=0.0),
        share(
            "transferable",
            "Share of liquidity above its own needs that an ancestor may count.",
            default=1.0,
        ),
    ),
    "Regions form a tree; a limit on a region covers its subtree.",
    required=True,
)
