"""Independent verification: confirms a run folder from CONTRACT.md's formulas alone, or refuses it."""

from alm.verify.confirm import confirm, verify
from alm.verify.frontier import confirm_frontier, is_frontier
from alm.verify.replay import read
from alm.verify.scenarios import ScenariosVerification, confirm_scenarios, is_over_scenarios
from alm.verify.terms import Terms
from alm.verify.verification import Failure, Verification

__all__ = [
    "Failure",
    "ScenariosVerification",
    "Terms",
    "Verification",
    "confirm",
    "confirm_frontier",
    "confirm_scenarios",
    "is_frontier",
    "is_over_scenarios",
    "read",
    "verify",
]
