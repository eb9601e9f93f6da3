"""The plan of a batch: what plan.toml says, checked with every fault at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from alm.case import CaseError, Fault
from alm.case.faults import nearest
from scenarios import BASE, Mode
from solvers.backends import BACKENDS

ALL = "all"
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Entry:
    """One `[[run]]` of a plan: a case, and for what it is planned.

    Attributes
    ----------
    number : int
        Its place in the file, from 1.
    case : Path
    name : str
        What the summary calls it; blank: the folder of the case.
    scenarios : tuple of str
        A run for each; `all` stands for base and every scenario of the case.
    mode : str
        One run over all scenarios instead: sweep, robust or stochastic.
    changes : tuple of str
        As `--set` takes them: those of `[defaults]`, then its own.
    backend, any_optimum, baselines, workbook, lang, reference
        As `alm allocate` takes them.
    """

    number: int
    case: Path
    name: str = ""
    scenarios: tuple[str, ...] = (BASE,)
    mode: str = ""
    changes: tuple[str, ...] = ()
    backend: str = ""
    any_optimum: bool = False
    baselines: bool = True
    workbook: bool = True
    lang: str = "en"
    reference: str = ""

    @property
    def label(self) -> str:
        """What the summary calls it."""
        return self.name or self.case.name


@dataclass(frozen=True)
class Plan:
    """A plan file.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        Of the batch.
    out : Path
        Where its runs, its log and its summary stand.
    lang : str
        Of its summary: what `[defaults]` says.
    entries : tuple of Entry
    """

    path: Path
    name: str
    out: Path
    lang: str
    entries: tuple[Entry, ...]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_change_list(value: object) -> bool:
    return _is_texts(value) and all("=" in each for each in value)  # type: ignore[attr-defined]  # a list by then


def _is_scenario_list(value: object) -> bool:
    return value == ALL or (_is_texts(value) and bool(value))


@dataclass(frozen=True)
class Key:
    """One key of a plan file: what may stand there, in code and in words; `words` where there are only these."""

    name: str
    fits: Callable[[object], bool]
    allowed: str
    only_in_run: bool = False
    words: tuple[str, ...] = ()


def _one_of(name: str, *words: str) -> Key:
    return Key(name, lambda value: value in words, " or ".join(words), words=words)


KEYS = (
    Key("case", _is_text, "a folder with case.toml, counted from the plan", only_in_run=True),
    Key("name", _is_text, "text", only_in_run=True),
    Key("scenarios", _is_scenario_list, 'a list of scenarios, or "all"'),
    _one_of("mode", *(mode.value for mode in Mode)),
    Key("set", _is_change_list, 'a list of changes, as ["limits.liquidity.bound=0.12"]'),
    _one_of("backend", *(backend.name for backend in BACKENDS)),
    Key("any_optimum", _is_flag, "true or false"),
    Key("baselines", _is_flag, "true or false"),
    Key("workbook", _is_flag, "true or false"),
    _one_of("lang", *LANGUAGES),
    Key("reference", _is_text, "the folder of a run, counted from the plan"),
)
NOT_WITH_MODE = ("scenarios", "baselines", "workbook")
"""What a run over all scenarios has no choice of."""
TOP = (
    Key("name", _is_text, "text"),
    Key("out", _is_text, "a folder, counted from the plan"),
    Key("defaults", lambda value: isinstance(value, Mapping), "a section"),
    Key("run", lambda value: isinstance(value, list) and bool(value), "at least one [[run]]"),
)


def read_plan(path: Path, out: Path | None = None) -> Plan:
    """Read a plan file.

    Parameters
    ----------
    path
        The file; paths in it count from its folder.
    out
        Instead of what the file says.

    Raises
    ------
    CaseError
        With every fault of the file; its rows are the numbers of the `[[run]]`.
    """
    raw = _read_toml(path)
    faults = list(_faults(raw, path))
    if faults:
        raise CaseError(faults)
    name = raw.get("name") or path.stem
    folder = path.resolve().parent
    place = out.resolve() if out else folder / (raw.get("out") or f"runs/{name}")
    entries = tuple(
        _entry(number, {**raw.get("defaults", {}), **given}, raw, folder)
        for number, given in enumerate(raw["run"], start=1)
    )
    lang = raw.get("defaults", {}).get("lang", Entry.lang)
    return Plan(path, name, place.resolve(), lang, entries)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError:
        raise CaseError([Fault(str(path), None, None, str(path), "a plan file")]) from None
    except (ValueError, RecursionError) as error:
        raise CaseError([Fault(path.name, None, None, str(error), "TOML in UTF-8")]) from None


def _faults(raw: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    yield from _of_section(raw, TOP, path, None)
    if "run" not in raw:
        yield Fault(path.name, None, "run", "", TOP[-1].allowed)
    defaults = raw.get("defaults", {})
    if isinstance(defaults, Mapping):
        common = [key for key in KEYS if not key.only_in_run]
        yield from _of_section(defaults, common, path, None, "defaults.")
        yield from _of_choices(defaults, defaults.get("mode"), path, None, "defaults.")
    else:
        defaults = {}
    runs = raw.get("run", [])
    for number, given in enumerate(runs if isinstance(runs, list) else [], start=1):
        if not isinstance(given, Mapping):
            yield Fault(path.name, number, "run", str(given), "a section [[run]]")
            continue
        yield from _of_section(given, KEYS, path, number)
        yield from _of_case(given, path, number)
        yield from _of_choices(given, given.get("mode", defaults.get("mode")), path, number)


def _of_section(
    given: Mapping[str, Any], keys: Any, path: Path, row: int | None, within: str = ""
) -> Iterator[Fault]:
    known = {key.name: key for key in keys}
    for name, value in given.items():
        key = known.get(name)
        if key is None:
            hint = nearest(name, known)
            yield Fault(path.name, row, within + name, _shown(value), "a key of a plan", hint)
        elif not key.fits(value):
            hint = nearest(value, key.words) if isinstance(value, str) and key.words else ""
            yield Fault(path.name, row, within + name, _shown(value), key.allowed, hint)


def _of_case(given: Mapping[str, Any], path: Path, row: int) -> Iterator[Fault]:
    case = given.get("case", "")
    if isinstance(case, str) and not (case and (path.parent / case / "case.toml").is_file()):
        yield Fault(path.name, row, "case", case, KEYS[0].allowed)


def _of_choices(
    given: Mapping[str, Any], mode: object, path: Path, row: int | None, within: str = ""
) -> Iterator[Fault]:
    """Find a reference that is no run, and choices that a run over all scenarios does not have."""
    reference = given.get("reference", "")
    if isinstance(reference, str) and reference and not _is_run(path.parent / reference):
        column, allowed = f"{within}reference", "the folder of a run with a plan"
        yield Fault(path.name, row, column, reference, allowed)
    for name in NOT_WITH_MODE:
        if mode and name in given:
            hint = "a run over all scenarios has no choice of it"
            column, found = within + name, _shown(given[name])
            yield Fault(path.name, row, column, found, "nothing beside mode", hint)


def _is_run(folder: Path) -> bool:
    return (folder / "plan" / "positions.parquet").is_file()


def _shown(value: object) -> str | int | float:
    return value if isinstance(value, str | int | float) else str(value)


def _entry(number: int, given: dict[str, Any], raw: Mapping[str, Any], folder: Path) -> Entry:
    common = raw.get("defaults", {}).get("set", [])
    own = raw["run"][number - 1].get("set", [])
    named = given.pop("scenarios", [BASE])
    if given.get("reference"):
        given["reference"] = str((folder / given["reference"]).resolve())
    known = {field.name for field in fields(Entry)}
    plain = {name: value for name, value in given.items() if name in known - {"case"}}
    return Entry(
        **plain,
        number=number,
        case=(folder / given["case"]).resolve(),
        scenarios=(ALL,) if named == ALL else tuple(named),
        changes=(*common, *own),
    )
