"""Lanes join two nodes, and say what they need to say."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case.checks.cells import faults_at
from alm.case.checks.limits import combinations
from alm.case.checks.positions import product_values
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.tree import ancestry


def lanes_join_two_nodes(draft: Draft) -> Iterator[Fault]:
    """Refuse a lane from a node to itself: inside one region it must change the currency."""
    lanes = draft.tables["lanes"]
    wrong = (lanes["lender"] == lanes["borrower"]) & (
        lanes["currency"] == lanes["borrower_currency"]
    )
    wrong &= draft.sound("lanes", "lender", "borrower", "currency", "borrower_currency")
    wrong &= lanes["lender"] != ""
    yield from faults_at(
        draft, "lanes", "borrower", wrong, "another region, or another borrower_currency"
    )


def lanes_products_are_on_their_side(draft: Draft) -> Iterator[Fault]:
    """Require that a claim carries weights of an asset, a debt those of a liability or of equity."""
    lanes = draft.tables["lanes"]
    for column, sides in (
        ("asset_product", ("asset",)),
        ("liability_product", ("liability", "equity")),
    ):
        side = product_values(draft, lanes, "side", column)
        wrong = side.notna() & (side != "") & ~side.isin(sides)
        yield from faults_at(
            draft, "lanes", column, wrong, f"a product of side {' or '.join(sides)}"
        )


def lanes_have_a_cost(draft: Draft) -> Iterator[Fault]:
    """Require the cost of an FX-swap lane that has no ftp curve on both sides."""
    lanes = draft.tables["lanes"]
    wrong = lanes["cost"].isna() & draft.sound(
        "lanes", "currency", "borrower_currency", "tenor_months"
    )
    hint = "or curve ftp in curves, in both currencies"
    yield from faults_at(
        draft, "lanes", "cost", wrong, "a rate, on an FX-swap lane without ftp curves", hint
    )


def lanes_have_a_needed_capacity(draft: Draft) -> Iterator[Fault]:
    """Require a capacity with a fixed cost, a ticket or a corridor, and under a limit on open_lanes."""
    lanes = draft.tables["lanes"]
    needs = (lanes["fixed_cost"] > 0) | (lanes["minimum_ticket"] > 0) | (lanes["corridor"] != "")
    counted = _counted_by_open_lanes(draft)
    needs |= lanes["lender"].isin(counted) | lanes["borrower"].isin(counted)
    allowed = "an amount, with a fixed cost, a ticket, a corridor, or under a limit on open_lanes"
    yield from faults_at(draft, "lanes", "capacity", needs & lanes["capacity"].isna(), allowed)


def _counted_by_open_lanes(draft: Draft) -> set[str]:
    """List the regions whose lanes a limit or its steps count."""
    limits, steps = draft.tables["limits"], draft.tables["steps"]
    combined = combinations(draft).items()
    names = {name for name, terms in combined if any(term == "open_lanes" for term, _ in terms)}
    names.add("open_lanes")
    stepped = steps.loc[steps["measure"].isin(names), "limit"]
    counts = limits["measure"].isin(names) | limits["denominator"].isin(names)
    counting = limits[counts | limits["limit"].isin(stepped)]
    solo = set(counting.loc[counting["scope"] == "solo", "region"])
    tops = set(counting.loc[counting["scope"] == "subtree", "region"])
    lines = ancestry(draft.tables["regions"]).items()
    return solo | {region for region, line in lines if tops.intersection(line)}


def lanes_between_entities_name_products(draft: Draft) -> Iterator[Fault]:
    """Warn of a lane between a subsidiary and the rest whose claim or debt has no regulatory weights."""
    lanes = draft.tables["lanes"]
    kind = draft.tables["regions"].drop_duplicates("region").set_index("region")["kind"]
    lines = ancestry(draft.tables["regions"])
    # The legal entity of a region: the subsidiary it is or lies in; "" is the parent bank.
    entity = {
        region: next((above for above in line if kind[above] == "subsidiary"), "")
        for region, line in lines.items()
    }
    crosses = lanes["lender"].map(entity) != lanes["borrower"].map(entity)
    for column in ("asset_product", "liability_product"):
        odd = crosses & (lanes[column] == "") & draft.sound("lanes", "lender", "borrower")
        yield from faults_at(
            draft,
            "lanes",
            column,
            odd,
            "a product",
            "without one the lane weighs nothing in any ratio",
            warning=True,
        )
