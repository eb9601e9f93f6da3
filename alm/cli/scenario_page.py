"""The answer of `alm scenarios` on a terminal: a line a scenario, and what knowing more would be worth."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from alm.cli import streams
from alm.cli.tables import listing
from alm.money import money_name
from alm.runs.scenario_run import ScenarioRun

NOTHING = 0.005  # shown as 0.00
TITLES = {
    "sweep": "each scenario with its own best plan",
    "robust": "one plan for all scenarios, only plugs react",
    "stochastic": "decide now, adapt later",
}


def show(run: ScenarioRun) -> None:
    """Print what scenarios earn under their plans, or why there are none."""
    from alm.case import load

    console = streams.results()
    assert run.folder is not None
    settings = load(run.folder / "inputs").settings
    money = money_name(settings.currency, settings.unit)
    dates = f"{settings.as_of:%Y-%m-%d}, {settings.periods} {settings.step}s"
    heading = f"{run.case} · {TITLES[run.mode]} · {dates} · amounts in {money}"
    console.print(heading, style="bold", markup=False, soft_wrap=True)
    if run.scenarios:
        head, rows = _table(run)
        console.print(listing(head, rows, console.width, numbers=range(1, len(head) - 1)))
    if run.reason:
        said = f"{run.status}: {run.reason}"
        console.print(said, style="bold red", markup=False, soft_wrap=True)
    planned = [row for row in run.scenarios if row["objective"] is not None]
    if not planned:
        return
    if run.objective is None:
        _show_part(console, run, len(planned))
    else:
        _show_worth(console, run)
    if run.report:
        console.print(f"Workbook: {run.report}", markup=False, soft_wrap=True)


def _show_part(console: Console, run: ScenarioRun, planned: int) -> None:
    """Say how many scenarios have a plan where some have none: there is nothing to weigh."""
    proof = "verified" if run.verified else "NOT VERIFIED"
    said = f"{planned} of {len(run.scenarios)} scenarios have a plan, {proof}; nothing is weighed over all of them."
    console.print(said, style="bold", markup=False, soft_wrap=True)


def _show_worth(console: Console, run: ScenarioRun) -> None:
    """Say what the plans of all scenarios come to together, and how that is proven."""
    for line in lines(run):
        console.print(line, markup=False)
    proof = "Verified" if run.verified else "NOT VERIFIED"
    console.print(f"{proof}: every plan, what they share, and every figure here.", style="bold")
    if run.bound is not None and run.objective is not None:
        missing = max(0.0, run.bound - run.objective)
        weighed = "" if run.objective == run.expected else " (expected and CVaR weighed)"
        found = (
            f"Best possible{weighed}: {_amount(run.bound)}; at most {_amount(missing)} is missing."
        )
        console.print(found, markup=False)


def _table(run: ScenarioRun) -> tuple[list[str], list[list[str]]]:
    shares = run.mode != "sweep"
    head = ["scenario", "probability", "objective", "income"]
    head += ["own best", "regret", "base plan's"] if shares else []
    rows = []
    for row in run.scenarios:
        figures = [row["objective"], row["income"]]
        figures += [row["wait_and_see"], row["regret"], row["of_base_plan"]] if shares else []
        broken = sorted({each["limit"] for each in row["violations"]})
        note = ", ".join(broken) if row["objective"] is not None else row["status"] or "no answer"
        cells = [f"{row['probability']:.2%}", *(_amount(figure) for figure in figures)]
        rows.append([row["scenario"], *cells, note])
    return [*head, "missed"], rows


def _amount(value: float | None) -> str:
    return "-" if value is None else f"{value + 0.0:,.2f}"


def lines(run: ScenarioRun) -> Sequence[str]:
    """Say in words what the figures of a run mean."""
    said = [
        f"Expected {_amount(run.expected)}; mean of the worst scenarios (CVaR) {_amount(run.cvar)}."
    ]
    if run.evpi is not None:
        said.append(
            f"To know the scenario beforehand would be worth {_amount(run.evpi)} (EVPI):"
            f" with foresight {_amount(run.wait_and_see)}."
        )
    if run.vss is not None and run.vss < -NOTHING:
        said.append(
            f"To guard against the worst scenarios costs {_amount(-run.vss)} of the expected objective:"
            f" the base plan's decisions bring {_amount(run.expected_of_base_plan)}."
        )
    elif run.vss is not None:
        said.append(
            f"To plan for scenarios instead of for the base alone is worth {_amount(run.vss)} (VSS):"
            f" the base plan's decisions bring {_amount(run.expected_of_base_plan)}."
        )
    elif run.infeasible_in:
        named = ", ".join(run.infeasible_in)
        said.append(f"The base plan's decisions do not bear these scenarios: {named}.")
    if run.weightless:
        said.append(
            f"These scenarios count nothing in the criterion: {', '.join(run.weightless)}. What they do not share with others"
            " is the closest to the reference that keeps every limit, not what would earn most."
        )
    return said
