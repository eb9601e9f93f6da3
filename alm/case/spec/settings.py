"""The keys of case.toml (contract, section 1); a dot names the section."""

from alm.case.spec.column import Column, Kind, number, per_year, share, text

KEYS: tuple[Column, ...] = (
    Column("contract", Kind.INTEGER, "Version of the contract.", required=True, low=1, high=1),
    text("name", "Name of the case.", required=True),
    Column("as_of", Kind.DATE, "Date of the opening balance sheet.", required=True),
    Column("periods", Kind.INTEGER, "Number of planning periods.", required=True, low=1, high=1200),
    text("step", "Length of a period.", default="month", allowed=("month", "quarter", "year")),
    text("currency", "Reporting currency.", required=True),
    number("unit", "Amounts are in this many units of their currency.", default=1_000_000, above=0),
    number(
        "quantum",
        "Every amount of the plan is a multiple of this.",
        unit="amount",
        default=0.01,
        above=0,
    ),
    text(
        "accrual",
        "Balance that bears interest.",
        default="average",
        allowed=("average", "closing"),
    ),
    text(
        "day_count",
        "Year fraction of a period.",
        default="30/360",
        allowed=("30/360", "act/365", "act/360"),
    ),
    text(
        "horizon_value",
        "Whether the closing book is credited with what it still earns.",
        required=True,
        allowed=("none", "run_off"),
    ),
    per_year("discount_rate", "Rate at which later periods count less.", default=0.0, above=-1),
    Column(
        "custom_measures",
        Kind.NAMES,
        "Extra numeric columns of products that limits may name.",
        default=(),
    ),
    number("capital.ratio", "Capital held against RWA.", unit="share", default=0.0, low=0),
    per_year(
        "capital.charge_rate", "Charge on that capital, above what equity saves.", default=0.0
    ),
    Column(
        "horizon.capital",
        Kind.FLAG,
        "Whether the capital charge goes on beyond the horizon.",
        default=True,
    ),
    number(
        "horizon.max_months",
        "No margin is credited later than this.",
        unit="months",
        default=60,
        low=0,
        high=12_000,
    ),
    share("earnings.retained", "Share of income that is posted to equity.", default=0.0),
    text("earnings.product", "Equity product that it is posted to.", default=""),
    share("risk.cvar_weight", "Weight of the CVaR in stochastic runs.", default=0.0),
    share("risk.cvar_level", "Level of the CVaR.", default=0.95),
    number(
        "risk.outflow_confidence",
        "Multiple of volatility in outflow_at_risk.",
        default=2.326,
        low=0,
    ),
    number("solve.gap", "Relative gap at which to stop.", default=1e-4, low=0),
    number("solve.time_limit", "Time at which to stop.", unit="seconds", default=600, above=0),
    Column("solve.seed", Kind.INTEGER, "Seed of the solvers.", default=0, low=0),
)
