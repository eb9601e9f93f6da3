"""Products, their rules and custom measures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault, nearest
from alm.case.measures import BUILT_IN, NAMED_MEASURES
from alm.case.rows import by_row
from alm.case.spec.products import PRODUCTS, RULED_ATTRIBUTES


def custom_measures_are_new_names(draft: Draft) -> Iterator[Fault]:
    """Refuse a custom measure whose name is built in, a column of products, or listed twice."""
    names = draft.settings.custom_measures
    for place, name in enumerate(names):
        if name in BUILT_IN or name in NAMED_MEASURES:
            yield Fault("case.toml", None, "custom_measures", name, "a name that is not built in")
        elif name in PRODUCTS.names or ":" in name:
            yield Fault(
                "case.toml", None, "custom_measures", name, "a name that is no column of products"
            )
        elif name in names[:place]:
            yield Fault("case.toml", None, "custom_measures", name, "each name once")


def classes_are_known(draft: Draft) -> Iterator[Fault]:
    """Require that a class or a jurisdiction which a row matches exists."""
    known = {
        "class": draft.tables["products"]["class"],
        "jurisdiction": draft.tables["regions"]["jurisdiction"],
    }
    for table, column in (("rules", "class"), ("rules", "jurisdiction"), ("shocks", "class")):
        names = draft.tables[table][column]
        wrong = (names != "") & ~names.isin(known[column])
        words = [name for name in known[column].unique() if name]
        yield from faults_at(
            draft,
            table,
            column,
            wrong,
            f"a {column} that is used",
            partial(nearest, known=words),
        )


def attributes_of_rules_exist(draft: Draft) -> Iterator[Fault]:
    """Require that a rule overrides a loss, a cost, a numeric weight or a custom measure."""
    known = (*RULED_ATTRIBUTES, *draft.settings.custom_measures)
    names = draft.tables["rules"]["attribute"]
    wrong = ~names.isin(known) & (names != "")
    allowed = "an attribute that rules override"
    yield from faults_at(draft, "rules", "attribute", wrong, allowed, partial(nearest, known=known))


def rules_do_not_tie(draft: Draft) -> Iterator[Fault]:
    """Refuse two rules of the same standing for the same thing and period.

    Each column that can match counts a different power of two, so that two rules tie only if they fill the
    same columns; and they meet only if they fill them alike.
    """
    if draft.tables["rules"].empty:
        return
    matched = ["attribute", "product", "class", "jurisdiction", "region"]
    rules = draft.tables["rules"][draft.sound("rules", *matched, "start", "end")]
    rules = rules[rules["start"] <= rules["end"]]
    rules = rules.assign(row=rules.index).sort_values([*matched, "start", "row"])
    alike = rules.groupby(matched, sort=False)
    reached = alike["end"].cummax().groupby([rules[name] for name in matched], sort=False).shift()
    others = alike["row"].shift()
    tied = rules[rules["start"] <= reached]
    for row, other in by_row(others[tied.index]):
        attribute = rules.at[row, "attribute"]
        hint = f"as in row {other:g}"
        yield Fault(
            "rules",
            row,
            "attribute",
            attribute,
            "one rule for the same thing and period",
            hint,
        )


def liquid_assets_are_asset_or_liability(draft: Draft) -> Iterator[Fault]:
    """Allow `hqla_class` on assets, and on liabilities for their collateral, only."""
    products = draft.tables["products"]
    wrong = (products["hqla_class"] != "") & products["side"].isin(["equity", "off_balance"])
    yield from faults_at(
        draft, "products", "hqla_class", wrong, "blank, unless an asset or a liability"
    )


def capital_is_liability_or_equity(draft: Draft) -> Iterator[Fault]:
    """Allow `capital_tier` on equity and liabilities only."""
    products = draft.tables["products"]
    wrong = (products["capital_tier"] != "") & products["side"].isin(["asset", "off_balance"])
    yield from faults_at(
        draft, "products", "capital_tier", wrong, "blank, unless equity or a liability"
    )


def earnings_product_is_equity(draft: Draft) -> Iterator[Fault]:
    """Require that retained income goes to an equity product."""
    earnings = draft.settings.earnings
    products = draft.tables["products"]
    equity = products.loc[products["side"] == "equity", "product"].tolist()
    if earnings.retained > 0 and not earnings.product:
        yield Fault(
            "case.toml", None, "earnings.product", "", "an equity product, where income is retained"
        )
    elif earnings.product and earnings.product not in equity:
        hint = nearest(earnings.product, equity)
        yield Fault(
            "case.toml", None, "earnings.product", earnings.product, "an equity product", hint
        )
