"""The contract as data: every table, column and key, declared once.

The reader, the defaults, the checks and the page `docs/contract-tables.md` all come from here.
"""

from alm.case.spec.column import Column, Derived, Kind, Table
from alm.case.spec.lanes import CORRIDORS, LANES
from alm.case.spec.limits import LIMITS, MEASURES, STEPS
from alm.case.spec.markets import CURVES, FX, RATE_SHOCKS, VOLATILITY
from alm.case.spec.page import markdown
from alm.case.spec.positions import BOUNDS, POSITIONS, RUNOFF, TARGETS, TIERS
from alm.case.spec.products import ADDONS, LADDER, PRODUCTS, RULES
from alm.case.spec.regions import REGIONS
from alm.case.spec.scenarios import SCENARIOS, SHOCKS
from alm.case.spec.settings import KEYS
from alm.case.spec.tables import TABLES, find

__all__ = [
    "ADDONS",
    "BOUNDS",
    "CORRIDORS",
    "CURVES",
    "FX",
    "KEYS",
    "LADDER",
    "LANES",
    "LIMITS",
    "MEASURES",
    "POSITIONS",
    "PRODUCTS",
    "RATE_SHOCKS",
    "REGIONS",
    "RULES",
    "RUNOFF",
    "SCENARIOS",
    "SHOCKS",
    "STEPS",
    "TABLES",
    "TARGETS",
    "TIERS",
    "VOLATILITY",
    "Column",
    "Derived",
    "Kind",
    "Table",
    "find",
    "markdown",
]
