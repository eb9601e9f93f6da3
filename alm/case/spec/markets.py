"""Exchange rates, curves and their moves (contract, sections 5 and 7)."""

from alm.case.spec.column import Table, number, per_year, position_key, text

FX = Table(
    "fx",
    5,
    ("currency",),
    (
        text("currency", "Currency.", required=True),
        number(
            "rate",
            "Reporting units per unit of the currency.",
            unit="reporting currency",
            above=0.0,
            required=True,
        ),
    ),
    "Exchange rates; the reporting currency itself is 1.",
)

CURVES = Table(
    "curves",
    5,
    ("curve", "currency", "tenor_months"),
    (
        text("curve", "Curve.", required=True),
        text("currency", "Currency of the curve.", required=True),
        number("tenor_months", "Tenor.", unit="months", low=0.0, required=True),
        per_year("rate", "Rate at the tenor.", required=True),
    ),
    "Rates by tenor: linear between tenors, flat outside.",
)

VOLATILITY = Table(
    "volatility",
    7,
    ("region", "currency", "product", "factor"),
    (
        *position_key(),
        text("factor", "Risk factor.", required=True),
        number("loading", "Loading of the balance on the factor.", required=True),
    ),
    "Loadings of outflow_at_risk.",
)

RATE_SHOCKS = Table(
    "rate_shocks",
    7,
    ("shock", "currency", "tenor_months"),
    (
        text("shock", "Rate shock.", required=True),
        text("currency", "Currency whose curves move.", required=True),
        number("tenor_months", "Tenor at which they move.", unit="months", low=0.0, required=True),
        number("move", "Move of the rate.", unit="per year", required=True),
    ),
    "Moves of the curves for delta_nii and delta_eve.",
)
