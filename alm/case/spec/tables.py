"""The registry of tables, in the order of the contract."""

from alm.case.spec.column import Table
from alm.case.spec.lanes import CORRIDORS, LANES
from alm.case.spec.limits import LIMITS, MEASURES, STEPS
from alm.case.spec.markets import CURVES, FX, RATE_SHOCKS, VOLATILITY
from alm.case.spec.positions import BOUNDS, POSITIONS, RUNOFF, TARGETS, TIERS
from alm.case.spec.products import ADDONS, LADDER, PRODUCTS, RULES
from alm.case.spec.regions import REGIONS
from alm.case.spec.scenarios import SCENARIOS, SHOCKS

# A table whose defaults read another one comes after it.
TABLES: tuple[Table, ...] = (
    REGIONS,
    PRODUCTS,
    RULES,
    LADDER,
    ADDONS,
    POSITIONS,
    BOUNDS,
    RUNOFF,
    TARGETS,
    TIERS,
    FX,
    VOLATILITY,
    CURVES,
    LANES,
    CORRIDORS,
    LIMITS,
    RATE_SHOCKS,
    MEASURES,
    STEPS,
    SCENARIOS,
    SHOCKS,
)

_BY_NAME = {table.name: table for table in TABLES}


def find(name: str) -> Table:
    """Find a table by its name; a KeyError if there is none."""
    return _BY_NAME[name]
