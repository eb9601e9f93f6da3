"""The checks, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alm.verify.checks.amounts import (
    balances_follow_from_decisions,
    plan_is_in_whole_quanta,
    posted_income_is_right,
    rows_add_up,
)
from alm.verify.checks.baselines import baselines_are_right
from alm.verify.checks.bounds import (
    balances_are_within_bounds,
    disposals_are_within_the_legacy_book,
    new_business_is_in_lots,
    new_business_is_within_bounds,
    renewal_is_within_bounds,
)
from alm.verify.checks.complete import run_can_be_confirmed, tables_are_complete
from alm.verify.checks.funding import collateral_is_held, nodes_are_funded
from alm.verify.checks.income import (
    cost_of_lanes_is_right,
    income_of_positions_is_right,
    income_of_regions_is_right,
    rates_are_right,
)
from alm.verify.checks.lanes import lanes_follow_from_transfers, lanes_keep_their_terms
from alm.verify.checks.limits import hard_limits_are_kept, limits_are_right, statuses_are_right
from alm.verify.checks.manifest import (
    inputs_are_those_of_the_run,
    run_names_its_case,
    violations_are_listed,
)
from alm.verify.checks.measures import measures_are_right
from alm.verify.checks.objective import (
    gap_is_honest,
    income_of_the_run_is_right,
    objective_is_right,
    parts_of_the_objective_are_right,
)
from alm.verify.checks.opening import opening_is_right
from alm.verify.checks.prices import prices_are_consistent
from alm.verify.replay import Replay
from alm.verify.verification import Finding


@dataclass(frozen=True)
class Check:
    """A sentence that is true when it passes, and the section of the contract that it comes from."""

    confirm: Callable[[Replay], Iterable[Finding]]
    section: str

    @property
    def name(self) -> str:
        """The function's name."""
        return self.confirm.__name__


# Without these nothing can be recomputed: the others run only if they pass.
FIRST = (
    Check(tables_are_complete, "9"),
    Check(run_can_be_confirmed, "7, 8, 9"),
)
CHECKS = (
    Check(plan_is_in_whole_quanta, "5"),
    Check(rows_add_up, "9"),
    Check(balances_follow_from_decisions, "3, 4, 5"),
    Check(posted_income_is_right, "5"),
    Check(new_business_is_within_bounds, "4"),
    Check(new_business_is_in_lots, "3"),
    Check(renewal_is_within_bounds, "4"),
    Check(disposals_are_within_the_legacy_book, "3, 5"),
    Check(balances_are_within_bounds, "4"),
    Check(lanes_follow_from_transfers, "6"),
    Check(lanes_keep_their_terms, "6"),
    Check(nodes_are_funded, "5"),
    Check(collateral_is_held, "3"),
    Check(measures_are_right, "7"),
    Check(limits_are_right, "7"),
    Check(hard_limits_are_kept, "7"),
    Check(statuses_are_right, "7, 9"),
    Check(rates_are_right, "5"),
    Check(income_of_positions_is_right, "5"),
    Check(cost_of_lanes_is_right, "6"),
    Check(income_of_regions_is_right, "5"),
    Check(parts_of_the_objective_are_right, "5"),
    Check(objective_is_right, "5, 9"),
    Check(income_of_the_run_is_right, "9"),
    Check(gap_is_honest, "9"),
    Check(opening_is_right, "7, 9"),
    Check(prices_are_consistent, "9"),
    Check(baselines_are_right, "9"),
    Check(run_names_its_case, "1, 9"),
    Check(violations_are_listed, "9"),
    Check(inputs_are_those_of_the_run, "9"),
)
