"""`alm whatif`."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from alm.cli import streams
from alm.cli.allocate import (
    BASE,
    NO_ANSWER,
    backend_faults,
    ended_without_plan,
    refuse_unknown,
    refusing,
)
from alm.cli.answers import blank
from alm.cli.faults import BAD_INPUT, OPTIONS, as_objects, say
from alm.cli.options import Backend, CaseFolder, NoProgress, Scenario
from alm.cli.progress import StageProgress
from alm.cli.tables import listing
from alm.money import money_name

if TYPE_CHECKING:
    from alm.case import Fault
    from alm.runs.run import Run
    from alm.runs.whatif import Answer, Session

Found = TypeVar("Found")
PROMPT = "what if> "
RANKS = (
    0,
    4,
    2,
    3,
    1,
    5,
)  # exit codes, the worst last: a gap is a plan, a plan that is refused is worse than none
HELP = """PATH=VALUE ...  change cells on top of those before: limits.liquidity.bound=0.12
undo            take the last line back
reset           take everything back
keep [DIR]      make the whole run of it, with workbook and explanations
quit            (or end of input) leave"""


def whatif(
    case: CaseFolder,
    scenario: Scenario = BASE,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="Change a cell of the base that answers are compared with. May be repeated.",
        ),
    ] = None,
    backend: Backend = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object with all answers, for machines.")
    ] = False,
    quiet: NoProgress = False,
) -> None:
    """Keep a case open: change cells, and see the new, verified plan beside the base.

    Example: alm whatif examples/three-regions
    """
    from alm.runs.options import Options
    from alm.runs.whatif import Session

    answer = blank("whatif", case=case.resolve().name) if as_json else None
    options = Options(changes=tuple(changes or ()), backend=backend, scenario=scenario)
    with refusing(answer, None), ended_without_plan(answer):
        refuse_unknown(backend_faults(backend))
        session = _timed(quiet, lambda progress: Session(case, options, progress))
    talk = Talk(session, case, options, as_json=as_json, quiet=quiet)
    talk.begin()
    for line in _lines(quiet=as_json or quiet):
        if not talk.hear(line):
            break
    raise typer.Exit(talk.end())


def _timed(quiet: bool, make: Callable[[Callable[[str], None]], Any]) -> Any:
    with streams.only_results_on_stdout(), StageProgress(quiet) as progress:
        return make(progress)


def _lines(*, quiet: bool) -> Iterator[str]:
    """Read what is asked: from a person with a prompt, or from a pipe or a file."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    import readline  # noqa: F401  # arrows and history at the prompt

    if not quiet:
        say(HELP)
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            return


class Talk:
    """Questions and answers about one case.

    Parameters
    ----------
    session : Session
    case : Path
    options : Options
        Of the base.
    as_json, quiet : bool
    """

    def __init__(
        self, session: Session, case: Path, options: Any, *, as_json: bool, quiet: bool
    ) -> None:
        self._session, self._case, self._options = session, case, options
        self._as_json, self._quiet = as_json, quiet
        self._steps: list[tuple[str, ...]] = []
        self._told: list[dict[str, Any]] = []
        self._code = 0

    @property
    def _changes(self) -> tuple[str, ...]:
        return tuple(change for step in self._steps for change in step)

    def begin(self) -> None:
        """Show the base."""
        self._note(self._session.base)
        if not self._as_json:
            _show(streams.results(), self._session.base, None)

    def hear(self, line: str) -> bool:
        """Answer one line; False where it ends the talk."""
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:  # a quote is left open
            self._refuse_line(line.strip(), str(error))
            return True
        if not words:
            return True
        first, rest = words[0], words[1:]
        if first in ("quit", "exit"):
            return False
        if first == "help":
            say(HELP)
        elif first == "keep":
            self._keep(Path(rest[0]) if rest else None)
        elif first in ("undo", "reset"):
            self._steps = self._steps[:-1] if first == "undo" else []
            self._answer()
        else:
            self._ask(tuple(word for word in words if word != "--set"))
        return True

    def end(self) -> int:
        """Print all answers where a machine reads, and give the exit code: that of the worst."""
        if self._as_json:
            base, *rest = self._told
            name = self._session.base.run.case
            streams.print_json(
                {"case": name, "status": base["status"], "base": base, "answers": rest}
            )
        return self._code

    def _ask(self, step: tuple[str, ...]) -> None:
        """Try some changes on top; those that are faulty are not kept."""
        self._steps.append(step)
        if not self._answer():
            self._steps.pop()

    def _answer(self) -> bool:
        answer = self._attempt(
            lambda: _timed(self._quiet, lambda _: self._session.ask(self._changes))
        )
        if answer is None:
            return False
        self._note(answer)
        if not self._as_json:
            _show(streams.results(), answer, self._session.base)
        return True

    def _attempt(self, look: Callable[[], Found]) -> Found | None:
        """Look for a plan; None, once it is said why, where there is no answer."""
        from alm.case import CaseError
        from alm.runs.run import NoAnswerError
        from solvers import UnsuitableBackendError

        try:
            return look()
        except CaseError as error:
            self._refuse([str(fault) for fault in error.faults], as_objects(error.faults))
        except (NoAnswerError, UnsuitableBackendError, OSError) as error:
            self._refuse([str(error)], [])
        return None

    def _refuse(self, lines: list[str], faults: list[dict[str, Any]]) -> None:
        self._end_with(BAD_INPUT if faults else NO_ANSWER)
        for line in lines:
            say(line)
        told = {"changes": list(self._changes), "status": "invalid" if faults else None}
        why = {} if faults else {"reason": "; ".join(lines)}
        self._told.append({**told, "faults": faults, **why})

    def _refuse_line(self, line: str, why: str) -> None:
        from alm.case import Fault

        fault = Fault(OPTIONS, None, "line", line, "words as a shell reads them", why)
        self._refuse([f"{line}: {why}"], as_objects([fault]))

    def _end_with(self, code: int) -> None:
        self._code = max(self._code, code, key=RANKS.index)

    def _note(self, answer: Answer) -> None:
        self._told.append(answer.told())
        self._end_with(answer.run.exit_code)

    def _keep(self, out: Path | None) -> None:
        """Make the whole run of what stands there."""
        from dataclasses import replace

        from alm.case import CaseError
        from alm.runs.allocate import allocate

        options = replace(self._options, changes=(*self._options.changes, *self._changes))

        def make(told: Callable[[str], None]) -> Run:
            try:
                return allocate(self._case, out, options=options, progress=told)
            except FileExistsError as error:
                raise CaseError([_taken(out, error)]) from None

        run = self._attempt(lambda: _timed(self._quiet, make))
        if run is None:
            return
        self._end_with(run.exit_code)
        known = {"changes": list(self._changes), "kept": str(run.folder), "status": run.status}
        known |= {"verified": run.verified, "exit_code": run.exit_code}
        said = {"reason": run.reason, "fault": run.fault}
        self._told.append({**known, **{name: words for name, words in said.items() if words}})
        for words in filter(None, said.values()):
            say(f"{run.folder}: {words}")
        where = streams.messages() if self._as_json else streams.results()
        where.print(str(run.folder), markup=False, soft_wrap=True)


def _taken(out: Path | None, error: FileExistsError) -> Fault:
    from alm.case import Fault

    allowed = "a new or empty folder, or a run to replace"
    return Fault(OPTIONS, None, "keep", str(out), allowed, str(error))


def _show(console: Console, answer: Answer, base: Answer | None) -> None:
    """Show a plan, and what it changes beside the base."""
    from alm.runs.whatif import moves

    console.print(Text(" ".join(answer.changes) or "base", style="bold"), soft_wrap=True)
    if not answer.is_plan:
        console.print(
            Text(f"   {answer.run.status}: {answer.run.reason}", style="red"), soft_wrap=True
        )
        return
    for line in _lines_of(answer, base):
        console.print(Text(f"   {line}"), soft_wrap=True)
    moved = moves(base, answer) if base and base.is_plan else []
    if moved:
        digits = _digits(answer.prepared.case.settings.quantum)
        rows = [
            (
                f"   {each.name}",
                f"{each.before:,.{digits}f}",
                f"{each.after:,.{digits}f}",
                f"{each.after - each.before:+,.{digits}f}",
            )
            for each in moved
        ]
        head = ("   at the end", "base", "now", "change")
        console.print(listing(head, rows, console.width, numbers=(1, 2, 3), names=(0,), rule=False))


def _digits(quantum: float) -> int:
    """Count the decimals that show a quantum.

    >>> _digits(0.01), _digits(0.005), _digits(1.0), _digits(100.0)
    (2, 3, 0, 0)
    """
    return max(0, -math.floor(math.log10(quantum)))


def _lines_of(answer: Answer, base: Answer | None) -> Iterator[str]:
    run, settings = answer.run, answer.prepared.case.settings
    money = money_name(settings.currency, settings.unit)
    assert run.objective is not None
    assert run.income is not None
    than = ("", "")
    if base and base.is_plan:
        assert base.run.objective is not None
        assert base.run.income is not None
        differences = (run.objective - base.run.objective, run.income - base.run.income)
        than = tuple(f" ({each:+,.3f})" for each in differences)  # type: ignore[assignment]  # two
    yield f"objective {run.objective:,.3f}{than[0]}, income {run.income:,.3f}{than[1]}, {money}"
    proof = "verified" if run.verified else "NOT VERIFIED"
    gap = "unknown" if run.gap is None else f"{run.gap:.0e}"
    yield f"{run.status}, {proof}, gap {gap}; {answer.seconds:.1f} s, {run.backend}"
    for what, names in _changed_limits(answer, base):
        yield f"{what}: {', '.join(names)}"


def _changed_limits(answer: Answer, base: Answer | None) -> Iterator[tuple[str, list[str]]]:
    before = base.binding if base else {}
    new = [name for name in answer.binding if name not in before]
    gone = [name for name in before if name not in answer.binding]
    groups = (
        ("missed", list(answer.missed)),
        ("now binds" if base else "binds", new),
        ("no longer binds", gone),
    )
    return ((what, names) for what, names in groups if names)
