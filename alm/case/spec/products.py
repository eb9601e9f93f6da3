"""Products and how money in them behaves (contract, section 3)."""

from alm.case.spec.column import (
    Column,
    Derived,
    Kind,
    Table,
    amount,
    months,
    name_of,
    number,
    per_year,
    product,
    region,
    same,
    share,
    source,
    span,
    text,
    weight,
)

SIDES = ("asset", "liability", "equity", "off_balance")
SHAPES = ("bullet", "linear", "decay")
ONE_STEP = Derived("one_step", "one step")

RUN_OFF = (
    months("tenor_months", "Tenor of new business; blank: it never matures."),
    text("amortisation", "How new business runs off.", default="bullet", allowed=SHAPES),
)
PRICE = (
    text(
        "rate_type",
        "Whether a rate stays as written.",
        default="fixed",
        allowed=("fixed", "floating"),
    ),
    text("index", "Curve that a floating rate follows."),
    number("beta", "Share of a move of the index that is passed on.", unit="share", default=1.0),
    months("repricing_months", "Time between two resets of the rate.", default=ONE_STEP),
    per_year("expected_loss", "Expected loss on assets and off balance.", default=0.0),
    per_year("operating_cost", "Operating cost, on all sides.", default=0.0),
    share("tax_exempt", "Share of the interest that is not taxed.", default=0.0),
    text("ftp_curve", "Curve of the horizon value.", default="ftp"),
    months("ftp_tenor_months", "Tenor on that curve.", default=same("tenor_months")),
    amount(
        "fixed_cost",
        "Cost of each position and period with new business, in reporting currency.",
        default=0.0,
    ),
)
LEAVING = (
    share(
        "max_disposal",
        "Largest share of the legacy book that may be gone by disposal.",
        default=0.0,
    ),
    number("disposal_haircut", "Loss per unit sold.", unit="per unit", default=0.0),
)
PRECISION = (
    amount("lot", "New business is a multiple of it; 0: the quantum.", default=0.0),
    amount("minimum_ticket", "New business of a period is 0 or at least this.", default=0.0),
)
WEIGHTS = (
    weight("risk_weight", "Risk weight of assets and off balance."),
    weight("ccf", "Credit conversion factor, off balance only.", default=1.0),
    text(
        "hqla_class",
        "Liquid asset class; on a liability the class of the collateral given for it.",
        allowed=("L1", "L2A", "L2B"),
    ),
    weight("haircut", "Haircut of the liquid asset, or of the lender of the collateral."),
    weight("lcr_outflow", "Outflow in 30 days."),
    weight("lcr_inflow", "Inflow in 30 days."),
    weight("asf", "Available stable funding of liabilities and equity."),
    weight("rsf", "Required stable funding of assets."),
    weight("leverage_factor", "Weight in the leverage exposure."),
    weight("reserve_ratio", "Required reserve of liabilities."),
    text(
        "capital_tier",
        "Tier of capital in which the balance counts.",
        allowed=("cet1", "at1", "t2"),
    ),
)
NUMERIC_WEIGHTS = tuple(column.name for column in WEIGHTS if column.kind is Kind.NUMBER)
RULED_ATTRIBUTES = ("expected_loss", "operating_cost", *NUMERIC_WEIGHTS)

PRODUCTS = Table(
    "products",
    3,
    ("product",),
    (
        text("product", "Product.", required=True),
        *name_of("product"),
        text("side", "Side of the balance sheet.", required=True, allowed=SIDES),
        text("class", "Free text for subtotals: cash, loan, deposit, ..."),
        *RUN_OFF,
        *PRICE,
        *LEAVING,
        *PRECISION,
        *WEIGHTS,
    ),
    "What money is in: its run-off, price, precision and regulatory weights.",
    required=True,
)

RULES = Table(
    "rules",
    3,
    ("attribute", "product", "class", "jurisdiction", "region", "start", "end"),
    (
        text("attribute", "Attribute of products that the row overrides.", required=True),
        product("Product; blank: any."),
        text("class", "Class; blank: any."),
        text("jurisdiction", "Jurisdiction; blank: any."),
        region("This region only; blank: any."),
        *span(),
        number("value", "Value of the attribute.", required=True),
        source(),
    ),
    "Overrides of losses, costs and weights; the most specific row wins.",
)

LADDER = Table(
    "ladder",
    3,
    ("attribute", "product", "months_left"),
    (
        text(
            "attribute",
            "Attribute whose weight depends on the time left.",
            required=True,
            allowed=("lcr_inflow", "lcr_outflow", "asf", "rsf"),
        ),
        product(required=True),
        months("months_left", "What runs off within this time after the close ...", required=True),
        number("value", "... weighs this.", unit="weight", required=True),
    ),
    "Weights by time left.",
)

ADDED_MEASURES = (
    "rwa",
    "leverage_exposure",
    "outflow",
    "inflow",
    "asf",
    "rsf",
    "hqla",
    "cet1",
    "tier1",
    "total_capital",
)

ADDONS = Table(
    "addons",
    3,
    ("measure", "region", "start", "end"),
    (
        text(
            "measure",
            "Measure to which the amount is added.",
            required=True,
            allowed=ADDED_MEASURES,
        ),
        region("Region; every scope that holds it counts the amount.", required=True),
        *span(),
        number("amount", "Amount, in reporting currency.", unit="amount", required=True),
        source(),
    ),
    "Constants added to a measure: operational risk, deductions, derivatives.",
    unique=False,
)


def custom_measure(name: str) -> Column:
    """Declare the column of products that `custom_measures` names."""
    return weight(name, f"Custom measure {name}: its weight per unit of balance.")
