"""The contract, section 7: the measures that are not sums of balances, each on the side where it is convex.

Their variables are bounds, exact where the limit presses on them; the value of a given plan is by exact min and max.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .algebra import Sum, total
from .scope import HIGH, LOW, Scope

if TYPE_CHECKING:
    from .limits import Limits


def hqla(limits: Limits, scope: Scope, t: int, side: str) -> Sum:
    """min(T, 5/3 L1, 20/17 (L1 + L2A)), concave: only its low side is a linear program, on the other it is one of them."""
    l1, l2a, l2b = (
        limits.stock(level, scope, t, 1.0) - limits.stock(level, scope, t, -1.0)
        for level in ("L1", "L2A", "L2B")
    )
    forms = [l1 + l2a + l2b, (5 / 3) * l1, (20 / 17) * (l1 + l2a)]
    name = ("hqla", scope.name, t)
    if side == LOW:
        return limits.model.smallest(name, forms) + limits.addon("hqla", scope, t)
    return limits.model.pinned(name, forms, min) + limits.addon("hqla", scope, t)


def net_outflow(limits: Limits, scope: Scope, t: int, side: str) -> Sum:
    """Outflow - min(inflow, 0.75 outflow) = max(outflow - inflow, outflow / 4), convex."""
    outflow, inflow = (limits.weighted(name, scope, t) for name in ("outflow", "inflow"))
    name, forms = ("net", scope.name, t), [outflow - inflow, 0.25 * outflow]
    return (
        limits.model.largest(name, forms) if side == HIGH else limits.model.pinned(name, forms, max)
    )


def usable_hqla(limits: Limits, scope: Scope, t: int, side: str) -> Sum:
    """Sum of own + transferable x (hqla - own) over the regions, each solo; all of hqla of the scope's own region.

    own = min(hqla, net_outflow) is neither concave nor convex: net_outflow is one of its two pieces, and where more of
    own would help to keep a ceiling, own is one of the two as well.
    """
    usable = Sum(0.0)
    for region in sorted(scope.regions):
        solo = Scope(limits.brute, region, "solo", scope.currency)
        stock = hqla(limits, solo, t, side)
        share = limits.facts.regions[region]["transferable"] if region != scope.name[0] else 1.0
        if share == 1:
            usable = usable + stock
            continue
        net, name = net_outflow(limits, solo, t, LOW), ("own", solo.name, t)
        own = (
            limits.model.smallest(name, [stock, net])
            if side == LOW
            else limits.model.pinned(name, [stock, net], min)
        )
        usable = usable + share * stock + (1 - share) * own
    return usable


def outflow_at_risk(limits: Limits, scope: Scope, t: int, side: str) -> Sum:
    """outflow_confidence x the norm, over factors, of the sum of loading x balance; convex."""
    if side != HIGH:
        raise NotImplementedError("outflow_at_risk on its other side is not convex")
    loadings = limits.facts.rows("volatility")
    held = set(limits.held(scope))
    sums = [
        total(
            row["loading"] * limits.amount((row["region"], row["currency"], row["product"]), t)
            for row in loadings
            if row["factor"] == factor and (row["region"], row["currency"], row["product"]) in held
        )
        for factor in sorted({row["factor"] for row in loadings})
    ]
    if not sums:
        return Sum(0.0)
    confidence = limits.facts.settings.risk.outflow_confidence
    return confidence * limits.model.norm(("at risk", scope.name, t), sums)


LIQUIDITY: dict[str, Callable[[Limits, Scope, int, str], Sum]] = {
    "hqla": hqla,
    "net_outflow": net_outflow,
    "usable_hqla": usable_hqla,
    "outflow_at_risk": outflow_at_risk,
}
