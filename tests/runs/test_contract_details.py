"""Sentences of the contract that few cases touch, each as a case of a line or two worked by hand."""

import pandas as pd
import pytest

from alm.runs.allocate import allocate
from tests.oracle.hand import CASH, EQUITY, HOME, LOAN, NO_NEW, plug, position, write_case


@pytest.fixture
def planned(tmp_path):
    """Run a case of one bank, equity 100, as `alm allocate --no-workbook --no-baselines` does."""

    def run(settings, loan, row, **tables):
        held = row["balance"]
        tables |= {
            "regions": HOME,
            "products": [CASH, LOAN | loan, EQUITY],
            "positions": [plug(100 - held), row, position("equity", 100, 0, **NO_NEW)],
        }
        folder = write_case(tmp_path / "case", settings, tables)
        return allocate(folder, tmp_path / "run", baselines=False, workbook=False)

    return run


def test_a_limit_is_amber_from_its_early_warning_on(planned):
    """Loans of 50 under ceilings of 80 warned of at 40, 50 and 60, cash of 50 above a floor of 10 warned of at 50 and 40."""
    cap = {"region": "home", "measure": "class:loan", "sense": "max", "bound": 80}
    floor = {"region": "home", "measure": "class:cash", "sense": "min", "bound": 10}
    limits = [
        *(cap | {"limit": f"cap {at}", "early_warning": at} for at in (40, 50, 60)),
        *(floor | {"limit": f"floor {at}", "early_warning": at} for at in (40, 50)),
    ]
    run = planned({}, {}, position("loan", 0, 0.1, max_new=50), limits=limits)
    assert (run.exit_code, run.verified) == (0, True)
    table = pd.read_parquet(run.folder / "plan/limits.parquet").set_index("limit")
    assert table["status"].to_dict() == {
        "cap 40": "amber",
        "cap 50": "amber",
        "cap 60": "met",
        "floor 40": "met",
        "floor 50": "amber",
    }


def test_what_is_gone_a_period_after_the_last_needs_no_curve(planned):
    """100 lent for a year at 10 %: repaid at the close after the only one, so nothing earns over a curve that is missing."""
    row = position("loan", 0, 0.1, max_new=100)
    run = planned({"horizon_value": "run_off"}, {"tenor_months": 12}, row)
    assert (run.exit_code, run.verified, run.objective) == (0, True, pytest.approx(10.0))
