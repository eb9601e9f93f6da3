"""The checks of a case beyond single cells, in the order in which they run.

A check takes a `Draft` and yields faults. Later checks leave alone what an earlier one has faulted, so that one
mistake is said once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from alm.case.checks.balance import each_node_balances_at_as_of, each_node_has_a_plug
from alm.case.checks.bounds import (
    bounds_are_given_once,
    bounds_do_not_cross,
    overrides_do_not_cross,
)
from alm.case.checks.curves import curves_that_are_needed_exist, floating_rates_name_a_curve
from alm.case.checks.earnings import (
    regions_with_income_have_equity,
    retained_income_is_not_posted_to_a_plug,
)
from alm.case.checks.fx import reporting_currency_is_one
from alm.case.checks.lanes import (
    lanes_between_entities_name_products,
    lanes_have_a_cost,
    lanes_have_a_needed_capacity,
    lanes_join_two_nodes,
    lanes_products_are_on_their_side,
)
from alm.case.checks.limits import (
    combinations_do_not_circle,
    income_limits_have_no_currency,
    lent_names_a_region_outside,
    measures_are_known,
    measures_are_new_names,
    rate_shocks_are_given_where_needed,
    soft_limits_have_a_penalty,
    steps_do_not_tie,
    terms_are_known,
)
from alm.case.checks.names import keys_are_unique, names_are_known, required_tables_have_rows
from alm.case.checks.odd import (
    amounts_are_not_oddly_negative,
    bounds_of_ratios_are_decimal,
    rates_are_decimal,
    settings_are_decimal,
    weights_are_decimal,
)
from alm.case.checks.periods import (
    closes_have_dates,
    ends_are_within_the_horizon,
    periods_are_within_the_horizon,
    spans_do_not_cross,
)
from alm.case.checks.positions import (
    max_new_is_given,
    plugs_are_on_the_balance_sheet,
    plugs_never_mature,
    products_of_plugs_never_mature,
    rows_name_a_position,
    rows_of_plugs_are_bounds_of_balance,
    tiers_have_no_price_slope,
)
from alm.case.checks.products import (
    attributes_of_rules_exist,
    capital_is_liability_or_equity,
    classes_are_known,
    custom_measures_are_new_names,
    earnings_product_is_equity,
    liquid_assets_are_asset_or_liability,
    rules_do_not_tie,
)
from alm.case.checks.runoff import run_off_is_complete, run_off_never_rises
from alm.case.checks.scenarios import (
    exchange_rates_move_everywhere,
    lanes_of_shocks_can_match,
    parents_of_scenarios_have_no_cycle,
    probabilities_are_all_or_none,
    probabilities_sum_to_one,
    scenario_names_are_free,
    the_tail_of_the_cvar_is_not_empty,
    values_of_shocks_are_possible,
)
from alm.case.checks.tenors import (
    tenors_of_lanes_are_whole_periods,
    tenors_of_products_fit_the_step,
)
from alm.case.checks.tree import tree_has_no_cycle, tree_has_one_root
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.not_yet import what_is_not_supported_is_refused

Check = Callable[[Draft], Iterator[Fault]]

CHECKS: tuple[Check, ...] = (
    closes_have_dates,
    required_tables_have_rows,
    keys_are_unique,
    names_are_known,
    tree_has_one_root,
    tree_has_no_cycle,
    reporting_currency_is_one,
    custom_measures_are_new_names,
    classes_are_known,
    attributes_of_rules_exist,
    rules_do_not_tie,
    liquid_assets_are_asset_or_liability,
    capital_is_liability_or_equity,
    earnings_product_is_equity,
    tenors_of_products_fit_the_step,
    tenors_of_lanes_are_whole_periods,
    spans_do_not_cross,
    periods_are_within_the_horizon,
    ends_are_within_the_horizon,
    rows_name_a_position,
    max_new_is_given,
    plugs_are_on_the_balance_sheet,
    plugs_never_mature,
    rows_of_plugs_are_bounds_of_balance,
    products_of_plugs_never_mature,
    tiers_have_no_price_slope,
    retained_income_is_not_posted_to_a_plug,
    regions_with_income_have_equity,
    bounds_do_not_cross,
    bounds_are_given_once,
    overrides_do_not_cross,
    run_off_is_complete,
    run_off_never_rises,
    lanes_join_two_nodes,
    lanes_products_are_on_their_side,
    lanes_have_a_cost,
    lanes_have_a_needed_capacity,
    lanes_between_entities_name_products,
    each_node_has_a_plug,
    each_node_balances_at_as_of,
    curves_that_are_needed_exist,
    floating_rates_name_a_curve,
    measures_are_new_names,
    terms_are_known,
    combinations_do_not_circle,
    measures_are_known,
    lent_names_a_region_outside,
    income_limits_have_no_currency,
    soft_limits_have_a_penalty,
    steps_do_not_tie,
    scenario_names_are_free,
    parents_of_scenarios_have_no_cycle,
    probabilities_are_all_or_none,
    probabilities_sum_to_one,
    exchange_rates_move_everywhere,
    values_of_shocks_are_possible,
    lanes_of_shocks_can_match,
    the_tail_of_the_cvar_is_not_empty,
    rates_are_decimal,
    weights_are_decimal,
    settings_are_decimal,
    bounds_of_ratios_are_decimal,
    amounts_are_not_oddly_negative,
    what_is_not_supported_is_refused,
    rate_shocks_are_given_where_needed,
)


def examine(draft: Draft) -> list[Fault]:
    """Run every check; what is said of a cell that is already faulty is left out."""
    faults: list[Fault] = []
    for check in CHECKS:
        found = [fault for fault in check(draft) if not draft.is_wrong(fault)]
        faults += found
        draft = draft.with_wrong(found)
    return faults
