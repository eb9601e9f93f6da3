"""Read cases that the model refuses for now: the oracle knows the whole contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from alm.case import checks


@contextmanager
def nothing_is_refused() -> Iterator[None]:
    """Leave out the check that refuses what the model cannot do yet; all others stay."""
    others = tuple(
        check for check in checks.CHECKS if check.__name__ != "what_is_not_supported_is_refused"
    )
    with patch.object(checks, "CHECKS", others):
        yield
