"""The random cases: valid, solvable for the most part, and over everything that the model supports."""

import itertools

import pandas as pd
import pytest

from alm.case import load

from .best import Best
from .cases import random_tables
from .features import DRAWS, KINDS, no_change
from .refusals import nothing_is_refused
from .tight import random_case, write_random_case

FEATURES = {
    "regions": {"parent", "tax_rate", "jurisdiction"},
    "products": {
        "tenor_months", "amortisation", "expected_loss", "operating_cost", "tax_exempt", "max_disposal",
        "disposal_haircut", "hqla_class", "capital_tier", "ccf", "ftp_curve", "ftp_tenor_months", "green",
    },
    "positions": {
        "new_rate", "price_slope", "reference_volume", "back_book", "residual_months", "residual_shape", "ftp_rate",
        "min_balance", "max_balance", "min_new", "min_renewal", "max_renewal", "last_new", "adjustment_cost", "plug",
    },
    "lanes": {
        "borrower_currency", "tenor_months", "opening", "residual_months", "rate", "cost", "tax", "capacity", "start",
        "end", "asset_product", "liability_product",
    },
    "rules": {"product", "class", "region", "jurisdiction", "start", "end"},
    "addons": {"measure", "amount", "start"},
    "bounds": {"min_new", "max_new", "start", "end"},
    "runoff": {"remaining"},
    "targets": {"weight"},
    "fx": {"rate"},
    "curves": {"rate"},
}  # fmt: skip


@pytest.mark.parametrize("feature", sorted(DRAWS))
def test_each_feature_changes_the_book_or_the_limits(tmp_path, feature):
    """And nothing in the dice of the plain book: a limit looks at it where limits can."""
    plain = [random_tables(seed) for seed in range(8)]
    with_it = [random_tables(seed, frozenset({feature})) for seed in range(8)]
    assert plain != with_it or (DRAWS[feature] is no_change and feature in KINDS)
    if feature in KINDS:
        with nothing_is_refused():
            rows = load(write_random_case(1, tmp_path, frozenset({feature}))).table("limits")
        kinds = {
            (measure, denominator or "", sense) for measure, denominator, sense in KINDS[feature]
        }
        drawn = set(rows[["measure", "denominator", "sense"]].itertuples(index=False, name=None))
        assert drawn & kinds


def test_every_supported_feature_is_drawn():
    """Each column is filled somewhere in the first forty draws."""
    drawn = [random_tables(seed) for seed in range(40)]
    for table, columns in FEATURES.items():
        rows = list(itertools.chain.from_iterable(tables[table] for _, tables in drawn))
        filled = {column for row in rows for column, cell in row.items() if cell}
        assert columns <= filled, table
    for key in ("step", "accrual", "day_count", "horizon_value", "as_of"):
        assert len({settings[key] for settings, _ in drawn}) > 1


@pytest.mark.parametrize("seed", range(6))
def test_limits_of_a_random_case_bite(tmp_path, seed):
    """At the best plan a limit is tight or missed."""
    case = load(write_random_case(seed, tmp_path, frozenset()))
    best = Best(case)
    outcome = best.solve()
    assert outcome.status == "optimal"
    rooms = [room.value(outcome.x) for room in best.limits.headrooms.values()]
    assert min(rooms) < 1e-5


@pytest.mark.parametrize("seed", range(2))
def test_a_random_case_is_what_its_files_say(tmp_path, seed):
    """Though the limits were put into it without reading them again."""
    with nothing_is_refused():
        case, read = random_case(seed, tmp_path, frozenset({"shock_rate"})), load(tmp_path)
    for table in case.tables:
        mine, theirs = (each.table(table).reset_index(drop=True) for each in (case, read))
        pd.testing.assert_frame_equal(mine, theirs, check_dtype=False)


def test_the_same_seed_writes_the_same_case(tmp_path):
    """Byte by byte, so that a failure can be reproduced."""
    one, two = (write_random_case(3, tmp_path / name) for name in ("one", "two"))
    files = sorted(path.name for path in one.iterdir())
    assert files == sorted(path.name for path in two.iterdir())
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)
