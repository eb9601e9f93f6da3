"""What if: a case that stays open, so that a changed cell gives a new, verified plan in a fraction of a run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from alm.runs.allocate import carry_out
from alm.runs.options import Options
from alm.runs.prepared import Prepared, prepare
from alm.runs.run import Run
from alm.runs.stages import Stages
from solvers import Problem, Solution, solve
from solvers.solution import Options as SolverOptions
from solvers.warm import resolve

MOST_MOVES = 5
QUANTUM_SHARE = 0.5  # of a quantum: less is no move


@dataclass(frozen=True)
class Answer:
    """The plan for some changes.

    Attributes
    ----------
    changes : tuple of str
        All that hold, beyond those of the base.
    run : Run
        Its folder is gone: only what is in memory counts.
    seconds : float
        By the clock, from the question to the verified plan.
    prepared : Prepared
    """

    changes: tuple[str, ...]
    run: Run
    seconds: float
    prepared: Prepared[Options] = field(repr=False)

    @property
    def is_plan(self) -> bool:
        """Whether there is a plan."""
        return self.run.objective is not None

    @property
    def binding(self) -> dict[str, int]:
        """Limits that bind, and at how many closes."""
        return _counts(self.run, ("binding",))

    @property
    def missed(self) -> dict[str, int]:
        """Limits that are missed, and at how many closes."""
        return _counts(self.run, ("short", "broken"))

    def told(self) -> dict[str, Any]:
        """Give the object of `--json`."""
        run = self.run
        return {
            "changes": list(self.changes),
            "status": run.status,
            "objective": run.objective,
            "bound": run.bound,
            "gap": run.gap,
            "verified": run.verified,
            "income": run.income,
            "binding": list(self.binding),
            "missed": list(self.missed),
            "backend": run.backend,
            "seconds": round(self.seconds, 3),
            "stages": run.seconds,
            **({"reason": run.reason} if run.reason else {}),
            **({"advice": list(run.advice)} if run.advice else {}),
        }


def _counts(run: Run, statuses: tuple[str, ...]) -> dict[str, int]:
    if "limits" not in run.tables:
        return {}
    limits = run.tables["limits"]
    named = limits.loc[limits["status"].isin(statuses), "limit"]
    return {str(name): int(count) for name, count in named.value_counts(sort=False).items()}


@dataclass(frozen=True)
class Move:
    """What ends otherwise than in another plan: a balance or a lane at the last close."""

    name: str
    before: float
    after: float
    currency: str


class Session:
    """A case that stays open.

    Parameters
    ----------
    case_folder
        Read again for each question: a table that is saved meanwhile counts.
    options : Options
        Of the base; without baselines and workbook, which nobody reads here.
    progress
        Told the name of each stage as it starts.

    Attributes
    ----------
    base : Answer
        The plan without any change beyond the options'.
    """

    def __init__(
        self,
        case_folder: Path | str,
        options: Options,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._folder = case_folder
        self._options = replace(options, baselines=False, workbook=False)
        self._progress = progress
        self._last: Solution | None = None
        self._known: dict[str, Run] = {}
        self.base = self.ask(())

    def ask(self, changes: Sequence[str]) -> Answer:
        """Plan with some cells changed, verified like any run.

        Raises
        ------
        CaseError
            What is wrong with the changes, or with the case by now.
        OutOfTimeError
            The solver had no plan when its time was up.
        """
        begin, stages = time.perf_counter(), Stages(self._progress)
        options = replace(self._options, changes=(*self._options.changes, *changes))
        with stages.stage("load"):
            prepared = prepare(self._folder, options)
        # What was asked before has its answer, as long as the tables are what they were.
        run = self._known.get(prepared.id) or self._plan(prepared, stages)
        self._known[prepared.id] = run
        return Answer(tuple(changes), run, time.perf_counter() - begin, prepared)

    def _plan(self, prepared: Prepared[Options], stages: Stages) -> Run:
        with tempfile.TemporaryDirectory(prefix="alm-what-if-") as aside:
            run = carry_out(
                prepared,
                Path(aside) / "run",
                stages,
                first=lambda problem: self._solve(prepared, problem),
                brief=True,
            )
        return replace(run, folder=None, report=None)

    def _solve(self, prepared: Prepared[Options], problem: Problem) -> Solution:
        """Solve from the last plan, or whole where that proves nothing."""
        asked, named = prepared.case.settings.solve, self._options.backend
        quick = SolverOptions(asked.time_limit, seed=asked.seed, basis_duals=False)
        solution = None if self._last is None or named else resolve(problem, self._last, quick)
        begin = solution
        if solution is None:
            solution = solve(
                problem,
                named or None,
                time_limit=asked.time_limit,
                gap=asked.gap,
                seed=asked.seed,
                basis_duals=False,
            )
            # From a basis the next question needs a tenth of the pivots that it needs from a point.
            begin = None if named or solution.basis else resolve(problem, solution, quick)
        begin = begin or solution
        if begin.has_point and begin.has_duals:
            self._last = begin
        return solution


def moves(base: Answer, other: Answer) -> list[Move]:
    """List what ends most differently in two plans: balances and lanes at the last close, largest first."""
    fx = _rates(other.prepared)
    found = pd.concat(
        [_moved(base, other, *each, fx) for each in (_POSITIONS, _LANES)], ignore_index=True
    )
    found = found.sort_values("weight", ascending=False, kind="stable").head(MOST_MOVES)
    rows = found[["name", "before", "after", "currency"]].itertuples(index=False)
    return [Move(*row) for row in rows]


_POSITIONS = ("positions", ["region", "currency", "product"], "balance")
_LANES = ("lanes", ["lane"], "outstanding")


def _rates(prepared: Prepared[Options]) -> dict[str, float]:
    """Give what a unit of each currency is in the reporting currency."""
    table = prepared.case.table("fx")
    rates = dict(zip(table["currency"], table["rate"], strict=True))
    return {prepared.case.settings.currency: 1.0, **rates}


def _moved(
    base: Answer, other: Answer, name: str, key: list[str], amount: str, fx: dict[str, float]
) -> pd.DataFrame:
    ends = [_at_the_end(each.run.tables[name], key, amount) for each in (base, other)]
    both = ends[0].merge(ends[1], on=key, how="outer", suffixes=("_before", "_after")).fillna(0.0)
    before, after = both[f"{amount}_before"], both[f"{amount}_after"]
    currency = both["currency"] if "currency" in both else _of_lanes(other.prepared, both["lane"])
    shown = [part for part in key if part != "currency"]
    weight = (after - before).abs() * currency.map(fx).fillna(1.0)
    rows = pd.DataFrame(
        {
            "name": both[shown].agg(" ".join, axis=1) if len(both) else [],
            "before": before,
            "after": after,
            "currency": currency,
            "weight": weight,
        }
    )
    return rows[weight > QUANTUM_SHARE * other.prepared.case.settings.quantum]


def _at_the_end(table: pd.DataFrame, key: list[str], amount: str) -> pd.DataFrame:
    return table.loc[table["period"] == table["period"].max(), [*key, amount]]


def _of_lanes(prepared: Prepared[Options], names: pd.Series) -> pd.Series:
    lanes = prepared.case.table("lanes")
    return names.map(dict(zip(lanes["lane"], lanes["currency"], strict=True)))
