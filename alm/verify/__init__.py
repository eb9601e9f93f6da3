"""Independent verification: confirms a run folder from CONTRACT.md's formulas alone, or refuses it."""

from alm.verify.confirm import verify
from alm.verify.verification import Failure, Verification

__all__ = ["Failure", "Verification", "verify"]
