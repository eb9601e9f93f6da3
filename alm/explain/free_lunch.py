"""Free lunches: loops of plugs and lanes that earn from nothing, with client business frozen and limits off.

Money that is taken up on a plug, moved over lanes and held on another plug leaves every node funded, whatever
else the plan does. If such a loop earns, the case says that money is free, and a plan will run the loop up to the
nearest bound: then the bounds made the plan, not the business. Seen from reporting currency the marginal problem is
a circulation: nodes and the outside world are joined by arcs, one a plug (from or to outside) or lane, each with what
one more unit on it earns in a year. Nothing earns if and only if no loop of arcs has a positive sum, which is the dual
of the linear problem "earn the most with flows up to one unit"; so longest walks decide it, without a solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alm.case import Fault
from alm.explain.loops import longest_walks, loops_that_gain, walk
from alm.formulation.book import Book
from alm.formulation.earnings import (
    capital_charge_per_unit,
    lane_unit_income,
    legacy_unit_income,
    running_costs,
)

EARNS = 1e-6
"""Per unit and year: a loop that earns less (a hundredth of a basis point) is the rounding of rates."""
LISTED = 10
ALLOWED = "a loop of plugs and lanes that earns nothing"


@dataclass(frozen=True)
class Arcs:
    """Plugs and lanes as arcs; the node after the last one is the outside world.

    Attributes
    ----------
    positions, lanes : array of int
        Rows of the book: the first arcs are plugs, the others lanes.
    tail, head : array of int (arc)
        Node that money leaves, node that it reaches.
    earned, before_tax : array (arc, period)
        What one more unit earns in a year, in reporting currency per unit of it; capital charge taken off.
    room : array (arc, period)
        Most that it can carry, reporting currency; 0 where it is closed.
    fixed : array (arc)
        Cost of each period in which it carries anything, after tax, reporting currency.
    """

    positions: np.ndarray
    lanes: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    earned: np.ndarray
    before_tax: np.ndarray
    room: np.ndarray
    fixed: np.ndarray


@dataclass(frozen=True)
class FreeLunch:
    """A loop that earns from nothing.

    Attributes
    ----------
    steps : tuple of str
        What is done, in the order in which the money moves, with its rates.
    earned, before_tax : float
        Per unit and year, after tax and before.
    room : float
        Most that the loop can carry, in reporting currency; inf if nothing bounds it.
    period : int
        First period in which it earns.
    table, row
        Where the first step stands in the case, as the person sees it.
    """

    steps: tuple[str, ...]
    earned: float
    before_tax: float
    room: float
    period: int
    table: str
    row: int

    @property
    def is_tax_arbitrage(self) -> bool:
        """True if the loop earns only because tax is not the same everywhere."""
        return self.before_tax <= EARNS

    def __str__(self) -> str:
        earned = f"earns {_percent(self.earned)} a year"
        if self.is_tax_arbitrage:
            said = f"earns {_percent(self.before_tax)}" if self.before_tax > 0 else "earns nothing"
            if self.before_tax < 0:
                said = f"loses {_percent(-self.before_tax)}"
            earned = f"tax arbitrage: {said} before tax, {_percent(self.earned)} a year after it"
        when = f" (from period {self.period})" if self.period > 1 else ""
        return f"{', '.join(self.steps)}: {earned}{when}"


def free_lunches(book: Book) -> list[FreeLunch]:
    """Find the loops of plugs and lanes that earn from nothing.

    Returns
    -------
    list of FreeLunch
        The dearest first: for each plug that takes money up, the best use of it; and loops of lanes alone, no
        two of which share a lane. Empty if and only if no loop earns more than `EARNS`.
    """
    arcs = arcs_of(book)
    if not len(arcs.tail):
        return []
    terms = np.vstack([arcs.earned, arcs.room > 0])
    _, first = np.unique(terms, axis=1, return_index=True)
    found: dict[tuple[int, ...], FreeLunch] = {}
    for period in sorted(first):
        for loop in _loops(arcs, int(period), len(book.nodes)):
            lunch = _describe(book, arcs, loop, int(period))
            if lunch.earned > EARNS and _covers_fixed_costs(book, arcs, loop, int(period)):
                found.setdefault(tuple(loop), lunch)
    return sorted(found.values(), key=lambda lunch: (-lunch.earned, lunch.table, lunch.row))


def as_warnings(book: Book, lunches: list[FreeLunch]) -> list[Fault]:
    """State free lunches as warnings of the case; beyond the `LISTED` dearest only their number."""
    settings = book.case.settings
    money = f"{settings.currency} x {settings.unit:,.15g}"
    faults = [
        Fault(
            lunch.table, lunch.row, "rate", str(lunch), ALLOWED, _hint(lunch, money), warning=True
        )
        for lunch in lunches[:LISTED]
    ]
    left = len(lunches) - LISTED
    if left > 0:
        faults.append(
            Fault("lanes", None, None, f"{left:,} more such loops", ALLOWED, warning=True)
        )
    return faults


def _hint(lunch: FreeLunch, money: str) -> str:
    if np.isinf(lunch.room):
        return (
            "no capacity or max_balance bounds it: unless a limit does, the plan earns without end"
        )
    return f"capacity and max_balance alone bound it, at {lunch.room:,.6g} {money}"


def arcs_of(book: Book) -> Arcs:
    """Lay plugs and lanes out as arcs."""
    plugs, lanes = np.flatnonzero(book.plug), np.arange(len(book.lanes))
    outside = len(book.nodes)
    takes = book.funding_sign[plugs] < 0
    ends = book.end_nodes
    plug_earned, plug_before = _plug_values(book)
    lane_earned, lane_before = _lane_values(book)
    plug_room = (book.max_balance - book.min_balance) * book.fx
    capacity = book.lanes.capacity * book.lanes.fx
    lane_room = np.where(book.lanes.open_window, capacity, 0.0)
    fixed = book.lanes.table["fixed_cost"].to_numpy(float)
    return Arcs(
        positions=plugs,
        lanes=lanes,
        tail=np.concatenate([np.where(takes, outside, book.node[plugs]), ends["lender"]]),
        head=np.concatenate([np.where(takes, book.node[plugs], outside), ends["borrower"]]),
        earned=np.vstack([plug_earned[plugs], lane_earned]),
        before_tax=np.vstack([plug_before[plugs], lane_before]),
        room=np.vstack([plug_room[plugs], lane_room]),
        fixed=np.concatenate([np.zeros(len(plugs)), fixed * (1.0 - _tax(book, "lender"))]),
    )


def _plug_values(book: Book) -> tuple[np.ndarray, np.ndarray]:
    """Value one unit on each position for a year, after tax and before: (position, period)."""
    charge = capital_charge_per_unit(book)
    before = book.sign[:, None] * book.own_rate - running_costs(book)
    return legacy_unit_income(book) - charge, before - charge


def _lane_values(book: Book) -> tuple[np.ndarray, np.ndarray]:
    """Value one unit outstanding on each lane for a year, after tax and before: (lane, period)."""
    received, paid, lost = lane_unit_income(book)
    after = (1.0 - _tax(book, "lender")) * received - (1.0 - _tax(book, "borrower")) * paid
    same = np.ones((1, book.periods))
    return after[:, None] * same, -lost[:, None] * same


def _tax(book: Book, end: str) -> np.ndarray:
    rate = book.regions.set_index("region")["tax_rate"]
    return book.lanes.table[end].map(rate).to_numpy(float)


def _loops(arcs: Arcs, period: int, nodes: int) -> list[list[int]]:
    """List loops that gain in a period: first those of lanes alone, then the best one of each plug that takes money up."""
    carries = arcs.room[:, period] > 0
    value, outside = arcs.earned[:, period], nodes
    between = np.flatnonzero(carries & (arcs.tail != outside) & (arcs.head != outside))
    turning = loops_that_gain(arcs.tail[between], arcs.head[between], value[between], nodes)
    loops = [[int(between[arc]) for arc in loop] for loop in turning]
    carries[[arc for loop in loops for arc in loop]] = False
    onward = np.flatnonzero(carries & (arcs.tail != outside))
    start = np.where(np.arange(nodes + 1) == outside, 0.0, -np.inf)
    best, via = longest_walks(arcs.tail[onward], arcs.head[onward], value[onward], start)
    taking = np.flatnonzero(carries & (arcs.tail == outside))
    for arc in taking[value[taking] + best[arcs.head[taking]] > EARNS]:
        steps = walk(via, arcs.head[onward], int(arcs.head[arc]))
        loops.append([int(arc), *(int(onward[step]) for step in steps)])
    return loops


def _covers_fixed_costs(book: Book, arcs: Arcs, loop: list[int], period: int) -> bool:
    """Tell whether a loop that is used to the full earns more than the fixed costs of its lanes."""
    room = arcs.room[loop, period].min()
    years = book.year_fraction[period + 1]
    return bool(arcs.earned[loop, period].sum() * years * room > arcs.fixed[loop].sum())


def _describe(book: Book, arcs: Arcs, loop: list[int], period: int) -> FreeLunch:
    table, row = place_of(book, arcs, loop[0])
    return FreeLunch(
        steps=tuple(step_text(book, arcs, arc) for arc in loop),
        earned=float(arcs.earned[loop, period].sum()),
        before_tax=float(arcs.before_tax[loop, period].sum()),
        room=float(arcs.room[loop, period].min()),
        period=period + 1,
        table=table,
        row=row,
    )


def place_of(book: Book, arcs: Arcs, arc: int) -> tuple[str, int]:
    """Find the table and row, as the person sees it, that an arc comes from."""
    if arc < len(arcs.positions):
        return "positions", int(book.case.table("positions").index[arcs.positions[arc]])
    return "lanes", int(book.case.table("lanes").index[arcs.lanes[arc - len(arcs.positions)]])


def step_text(book: Book, arcs: Arcs, arc: int) -> str:
    """Say what one arc does, with its rates."""
    if arc < len(arcs.positions):
        row = book.positions.iloc[arcs.positions[arc]]
        does = "hold" if arc_leaves(arcs, arc, len(book.nodes)) else "take up"
        return f"{does} {row['product']} in {row['region']} {row['currency']} at {_percent(row['rate'])}"
    lane = book.lanes.table.iloc[arcs.lanes[arc - len(arcs.positions)]]
    terms = [f"at {_percent(lane['rate'])}"]
    terms += [f"cost {_percent(lane['cost'])}"] if lane["cost"] else []
    terms += [f"tax {_percent(lane['tax'])} of it"] if lane["tax"] else []
    swapped = lane["borrower_currency"] != lane["currency"]
    swap = f", {lane['currency']} into {lane['borrower_currency']}" if swapped else ""
    return (
        f"lend over {lane['lane']} ({lane['lender']} to {lane['borrower']}{swap}) {' '.join(terms)}"
    )


def arc_leaves(arcs: Arcs, arc: int, nodes: int) -> bool:
    """Tell whether money on the arc leaves the group: an asset."""
    return bool(arcs.head[arc] == nodes)


def _percent(rate: float) -> str:
    return f"{100 * rate:.6g} %"
