"""First decisions replayed on weathers that nobody planned for."""

from __future__ import annotations

import pytest

from alm.case import load
from benchmarks.replay import EXAMPLE, replay, unseen


def test_the_stochastic_plan_beats_that_for_no_shock_on_unseen_weathers():
    """Three years of sun and one of rain. Who lends at once has 6; who waits has 1, and then the better of cash and of loans at 3 % and the shock."""
    rates = [3 + 100 * value for value in unseen(load(EXAMPLE), 4, 1)["value"]]
    worth = replay(4, 1)
    assert worth["base"] == pytest.approx(6.0)
    assert worth["stochastic"] == pytest.approx(
        sum(1 + max(1, rate) for rate in rates) / 4, abs=1e-3
    )
    assert worth["stochastic"] > worth["base"]
