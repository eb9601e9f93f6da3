"""Independent verification: confirms a run folder from CONTRACT.md's formulas alone, or refuses it."""

from alm.verify.confirm import confirm, verify
from alm.verify.replay import read
from alm.verify.terms import Terms
from alm.verify.verification import Failure, Verification

__all__ = ["Failure", "Terms", "Verification", "confirm", "read", "verify"]
