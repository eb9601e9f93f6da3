"""Add a library of scenarios to a case folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from alm.case import Case, CaseError, Fault, load
from alm.case.append import append_rows, with_rows
from alm.case.faults import nearest
from scenarios.libraries import LIBRARIES
from scenarios.library import Library, Rows

OF_SCENARIO = ["name", "parent", "start"]


@dataclass(frozen=True)
class Added:
    """What was added to a case.

    Attributes
    ----------
    scenarios : tuple of str
        Names that are new.
    present : tuple of str
        Names that the case already held, with the same rows.
    shocks : int
        Rows of the table `shocks` that are new.
    files : tuple of Path
        What was written.
    left_out : tuple of str
        What the library does not cover in this case, or assumed, each in words.
    """

    scenarios: tuple[str, ...]
    present: tuple[str, ...]
    shocks: int
    files: tuple[Path, ...]
    left_out: tuple[str, ...]


def find_library(name: str) -> Library:
    """Find a library by its name.

    Raises
    ------
    CaseError
        There is none; the libraries are named.
    """
    known = {library.name: library for library in LIBRARIES}
    if name in known:
        return known[name]
    hint = nearest(name, known) or "`alm scenarios --list` says what each holds"
    raise CaseError([Fault("options", None, "--library", name, ", ".join(known), hint)])


def add_library(folder: Path, name: str) -> Added:
    """Add the scenarios of a library to the tables `scenarios` and `shocks` of a case folder.

    Raises
    ------
    CaseError
        The case has faults, or would have; no such library; a name is taken by other rows; the library has nothing for the
        case; the tables stand where rows cannot be added. Nothing is written then.
    """
    library = find_library(name)
    case = load(folder)
    rows = library.make(case)
    if not rows.scenarios:
        why = "; ".join(rows.left_out) or "nothing of it applies"
        raise CaseError([Fault("options", None, "--library", name, "one that applies", why)])
    return add_rows(folder, case, rows)


def add_rows(folder: Path, case: Case, rows: Rows) -> Added:
    """Add scenarios and their shocks to a case folder; those that it holds already, row by row, are left alone.

    Raises
    ------
    CaseError
        As `add_library`.
    """
    tables = rows.tables()
    names = tables["scenarios"]["scenario"].tolist()
    taken = [each for each in names if each in set(case.table("scenarios")["scenario"])]
    lacking = _without_shocks(case, tables, taken)
    new = tables["scenarios"][~tables["scenarios"]["scenario"].isin(taken)]
    _refuse_unequal_odds(case, new)
    missing = {*new["scenario"], *lacking}
    added = {
        "scenarios": new,
        "shocks": tables["shocks"][tables["shocks"]["scenario"].isin(missing)],
    }
    with_rows(case, added)
    files = append_rows(folder, case, added)
    return Added(
        scenarios=tuple(new["scenario"]),
        present=tuple(each for each in taken if each not in lacking),
        shocks=len(added["shocks"]),
        files=tuple(files),
        left_out=rows.left_out,
    )


def _without_shocks(case: Case, tables: dict[str, pd.DataFrame], taken: list[str]) -> list[str]:
    """Compare the scenarios of names that are taken; name those whose shocks were never written, refuse what differs."""
    if not taken:
        return []
    bare = Case(
        case.settings,
        {**case.tables, **_none(case)},
        case.spec,
        case.given_settings,
        {n: t for n, t in case.given_tables.items() if n not in ("scenarios", "shocks")},
    )
    made = with_rows(bare, tables)
    lacking, faults = [], []
    for name in taken:
        here, there = _facts(case, name), _facts(made, name)
        if here == there:
            continue
        if here[0] == there[0] and not here[1]:
            lacking.append(name)
            continue
        allowed = "a name that is free, or the same rows"
        hint = "rename or remove the scenario of the case"
        faults.append(Fault("scenarios", None, "scenario", name, allowed, hint))
    if faults:
        raise CaseError(faults)
    return lacking


def _none(case: Case) -> dict[str, pd.DataFrame]:
    return {name: case.table(name).iloc[:0] for name in ("scenarios", "shocks")}


def _facts(case: Case, name: str) -> tuple[list[object], list[tuple[object, ...]]]:
    """Give what a scenario is, notes and probability aside, in an order of its own."""
    scenarios, shocks = case.table("scenarios"), case.table("shocks")
    one = scenarios.loc[scenarios["scenario"] == name, OF_SCENARIO].iloc[0].tolist()
    columns = list(case.spec["shocks"].names)
    rows = shocks.loc[shocks["scenario"] == name, columns].astype(object)
    return one, sorted(map(tuple, rows.to_numpy().tolist()), key=str)


def _refuse_unequal_odds(case: Case, new: pd.DataFrame) -> None:
    given = case.given("scenarios")
    if new.empty or "probability" not in given or not (given["probability"] != "").any():
        return
    allowed = "blank everywhere: scenarios that are added are as likely as the others"
    hint = "blank the column, add the library, then give each scenario its probability"
    raise CaseError([Fault("scenarios", None, "probability", "given", allowed, hint)])
