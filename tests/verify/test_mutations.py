"""One thing changed in a good run: refused. Nothing but the form changed: accepted."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from alm.runs.allocate import allocate
from alm.verify.confirm import confirm
from alm.verify.replay import read
from tests.cli.program import alm

from .made import Made, good_run, refusals_of, refused_by

ROOT = Path(__file__).resolve().parents[2]
RICH = frozenset({"retained", "outflow_at_risk", "ladder"})
KEYS = {
    "positions": ["region", "currency", "product", "period"],
    "lanes": ["lane", "period"],
    "limits": ["limit", "period"],
    "measures": ["region", "scope", "measure", "period"],
    "regions": ["region", "period"],
    "objective": ["part", "period"],
    "opening": ["region", "scope", "measure", "period"],
    "opening_limits": ["limit", "period"],
    "prices": ["kind", "name", "region", "currency", "period"],
    "baselines": ["baseline"],
}
WORDS = {"status": "unheard", "scenario": "elsewhere"}
CELLS_EACH = 1  # cells of each column that are moved


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The run folder of the three regions, with prices and baselines, as the program writes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.write_report", lambda *_, **__: None)
        return allocate(
            ROOT / "examples" / "three-regions", out=tmp_path_factory.mktemp("runs") / "run"
        ).folder


@pytest.fixture
def made(run, request):
    """The run that a test is given by name, made once."""
    if run == "example":
        return whole(request.getfixturevalue("example"))
    return good_run(SEEDS[run], *MADE[run])


@cache
def whole(folder: Path) -> Made:
    of = read(folder)
    made = Made(of.case, of.tables, of.manifest, dict(of.baselines), of.terms)
    assert refusals_of(made) == []
    return replace(made, complete=made.tables)


MADE = {"rich": (RICH, "base"), "storm": (frozenset(), "storm")}
SEEDS = {"rich": 55, "storm": 4}


# -- what must be refused --------------------------------------------------------------------------


def with_cell(made: Made, table: str, row: int, column: str, value: object) -> Made:
    changed = made.changed()
    rows = changed.tables[table].copy()
    if not isinstance(value, str | bool):
        rows[column] = rows[column].astype(float)
    rows.loc[rows.index[row], column] = value
    changed.tables[table] = rows
    return changed


def is_figure(rows: pd.DataFrame, table: str, column: str) -> bool:
    return column not in KEYS[table] and pd.api.types.is_numeric_dtype(rows[column])


def by_a_quantum(made: Made, rng: Random):
    """Cells of every figure of every plan table, moved by one quantum."""
    quantum = made.case.settings.quantum
    for table in KEYS:
        rows = made.tables.get(table, pd.DataFrame(columns=KEYS[table]))
        for column in rows.columns:
            if not is_figure(rows, table, column) or rows[column].dtype == bool:
                continue
            stated = np.flatnonzero(rows[column].notna() & says_something(rows, column))
            for row in rng.sample(stated.tolist(), min(CELLS_EACH, len(stated))):
                value = float(rows[column].iloc[row])
                key = rows.iloc[row][KEYS[table]].tolist()
                yield (
                    f"{table}.{column} {key} + quantum",
                    with_cell(made, table, row, column, value + quantum),
                )


def says_something(rows: pd.DataFrame, column: str) -> pd.Series:
    """The rate of nothing says nothing; a price is a dual, checked against table prices where there is one."""
    if column == "rate":
        return rows["balance"] != 0
    if column == "price" and "kind" not in rows and (rows["period"] > 0).all():
        return rows["price"] < 0
    return pd.Series(True, index=rows.index)


def turned(made: Made, rng: Random):
    """Signs of cells that are not 0."""
    for table in KEYS:
        rows = made.tables.get(table, pd.DataFrame(columns=KEYS[table]))
        for column in rows.columns:
            if not is_figure(rows, table, column) or rows[column].dtype == bool:
                continue
            size = rows[column].abs() > 1e-6
            stated = np.flatnonzero(size & says_something(rows, column))
            for row in rng.sample(stated.tolist(), min(1, len(stated))):
                value = -float(rows[column].iloc[row])
                yield (
                    f"{table}.{column} row {row} turned",
                    with_cell(made, table, row, column, value),
                )


def reshaped(made: Made, rng: Random):
    """Rows removed, doubled and renamed, columns renamed, tables removed, blanks, words."""
    for table, keys in KEYS.items():
        if table not in made.tables or made.tables[table].empty:
            continue
        rows = made.tables[table]
        telling = rows if table != "objective" else rows[rows["value"] != 0]
        telling = telling if table != "prices" else rows[rows["kind"] != "bound"]
        telling = telling if table != "baselines" else rows[rows["baseline"] == "plan"]
        row = int(rows.index.get_loc(rng.choice(telling.index.tolist())))
        yield (
            f"{table} without row {row}",
            with_table(made, table, rows.drop(index=rows.index[row])),
        )
        doubled = pd.concat([rows, rows.iloc[[row]]], ignore_index=True)
        yield f"{table} row {row} twice", with_table(made, table, doubled)
        for key in keys:
            name = 99 if key == "period" else "nobody"
            yield f"{table}.{key} renamed", with_cell(made, table, row, key, name)
        figure = next(c for c in rows if is_figure(rows, table, c) and c != "posted")
        yield (
            f"{table}.{figure} renamed",
            with_table(made, table, rows.rename(columns={figure: "x"})),
        )
        yield f"{table}.{figure} blank", with_cell(made, table, row, figure, np.nan)
        for column in WORDS.keys() & set(rows.columns):
            yield (
                f"{table}.{column} in other words",
                with_cell(made, table, row, column, WORDS[column]),
            )
        if table in ("positions", "lanes", "limits", "measures", "regions", "objective"):
            changed = made.changed()
            del changed.tables[table]
            yield f"{table} missing", changed
    yield from swapped_statuses(made)


def with_table(made: Made, table: str, rows: pd.DataFrame) -> Made:
    changed = made.changed()
    changed.tables[table] = rows
    return changed


def swapped_statuses(made: Made):
    for table in ("limits", "opening_limits"):
        for row, status in enumerate(made.tables[table]["status"].head(3)):
            for other in ("waived", "broken" if status != "broken" else "met"):
                yield (
                    f"{table} row {row} {status} as {other}",
                    with_cell(made, table, row, "status", other),
                )


def claimed(made: Made, _: Random):
    """Claims of run.json."""
    claims = made.manifest
    wrong = {
        "objective": claims["objective"] * 1.0001 + 0.01,
        "income": claims["income"] + 0.01,
        "bound": claims["objective"] - 1000 * made.case.settings.quantum - 1,
        "gap": claims["gap"] + 1e-4,
        "status": "infeasible",
        "as_of": "2020-01-31",
        "currency": "XXX",
        "unit": claims["unit"] * 10,
        "periods": claims["periods"] + 1,
        "case": "another",
        "violations": [{"limit": "none", "period": 1, "shortfall": 1.0, "status": "short"}],
        "options": {"scenario": "unheard of"},
    }
    if "id" in claims:
        wrong |= {
            "id": "000000000000",
            "period_ends": [*claims["period_ends"][:-1], "2030-01-01"],
            "hashes": claims["hashes"] | {"products": "0" * 64},
            "versions": claims["versions"] | {"numpy": "1.0"},
            "optimum": claims["objective"] + 1.0,
        }
    for key, value in wrong.items():
        changed = made.changed()
        changed.manifest[key] = value
        yield f"run.json {key}", changed
    for key in ("objective", "income", "bound", "gap", "status"):
        changed = made.changed()
        changed.manifest[key] = None
        yield f"run.json {key} blank", changed


KINDS = (by_a_quantum, turned, reshaped, claimed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("run", ["example", "rich", "storm"])
def test_every_change_is_refused(made, run, kind):
    rng = Random(f"{run} {kind.__name__}")
    accepted, count = [], 0
    likely: list[str] = []
    for name, changed in kind(made, rng):
        count += 1
        check = refused_by(changed, likely[-1:])
        if not check:
            accepted.append(name)
        elif check not in likely[-1:]:
            likely.append(check)
    assert accepted == []
    assert count >= LEAST[kind.__name__]


LEAST = {"by_a_quantum": 35, "turned": 15, "reshaped": 55, "claimed": 15}

# Columns of the frozen inputs that a figure of each run depends on, and by what they are multiplied.
FACTORS = {
    "rich": [
        ("regions", "tax_rate"), ("products", "risk_weight"), ("products", "operating_cost"),
        ("products", "expected_loss"), ("products", "tenor_months"), ("products", "haircut"),
        ("positions", "rate"), ("positions", "new_rate"), ("positions", "residual_months"),
        ("positions", "balance"), ("volatility", "loading"), ("lanes", "rate"), ("lanes", "cost"),
    ],
    "storm": [
        ("shocks", "value"), ("fx", "rate"), ("products", "lcr_outflow"), ("products", "asf"),
        ("products", "rsf"), ("positions", "rate"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("run", "table", "column"), [(r, *f) for r, fs in FACTORS.items() for f in fs]
)
def test_a_factor_of_the_frozen_inputs_that_moves_is_refused(made, table, column):
    rows = made.case.table(table)
    assert (rows[column] != 0).any()
    rows[column] = rows[column] * 2
    case = replace(made.case, tables={**made.case.tables, table: rows})
    assert refused_by(replace(made, case=case, terms=None, complete={})) != ""


# -- what must be accepted -------------------------------------------------------------------------

FORMS = {
    "rows in another order": lambda rows, rng: rows.sample(frac=1, random_state=rng.randrange(99)),
    "columns in another order": lambda rows, rng: rows[rng.sample(list(rows), len(list(rows)))],
    "periods as decimals": lambda rows, _: _typed(rows, ["period"], float),
    "periods as short integers": lambda rows, _: _typed(rows, ["period"], "int32"),
    "words as categories": lambda rows, _: _typed(rows, _words(rows), "category"),
    "words as objects": lambda rows, _: _typed(rows, _words(rows), object),
    "an index of its own": lambda rows, _: rows.set_axis(range(7, 7 + len(rows))),
    "a column of notes": lambda rows, _: rows.assign(note_by="me"),
    "numbers that may be missing": lambda rows, _: _typed(rows, _figures(rows), "Float64"),
    "zeros with a sign": lambda rows, _: rows.assign(**{c: rows[c].where(rows[c] != 0, -0.0) for c in _figures(rows)}),
}  # fmt: skip


def _typed(rows: pd.DataFrame, columns: list[str], dtype: object) -> pd.DataFrame:
    return rows.astype({column: dtype for column in columns if column in rows})


def _words(rows: pd.DataFrame) -> list[str]:
    return [c for c in rows if not pd.api.types.is_numeric_dtype(rows[c])]


def _figures(rows: pd.DataFrame) -> list[str]:
    return [c for c in rows if pd.api.types.is_float_dtype(rows[c])]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("run", ["example", "rich", "storm"])
def test_another_form_of_every_table_is_accepted(made, form):
    """One edit a table, all tables at once: 10 forms of 10 and 2 x 8 tables."""
    made = made.changed()
    made.tables.update(
        {name: FORMS[form](rows, Random(name)) for name, rows in made.tables.items() if len(rows)}
    )
    assert refusals_of(made) == []


def test_inputs_in_another_form_are_accepted(example, tmp_path):
    """Rows and columns in another order, 2.0 for 2, a column of notes, other compression."""
    run = shutil.copytree(example, tmp_path / "run", symlinks=True)
    for path in sorted((run / "inputs").glob("*.csv")):
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows = rows.iloc[::-1, ::-1].assign(note_form="turned")
        rows.to_csv(path, index=False)
    for path in sorted((run / "plan").glob("*.parquet")):
        pd.read_parquet(path).to_parquet(path, compression="gzip")
    replay = read(run)
    # A column of notes is part of what was read, though of no figure.
    failures = {f.where for f in confirm(replay).failures}
    assert all(where.startswith("run.json hashes") for where in failures)


# -- through the command ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "line"),
    [
        ("positions", "balance", "positions.balance region="),
        ("opening_limits", "numerator", "opening_limits.numerator limit="),
        ("objective", "value", "objective.value part="),
    ],
)
def test_the_command_refuses_and_names_the_cell(example, table, column, line, tmp_path):
    run = shutil.copytree(example, tmp_path / "run", symlinks=True)
    path = run / "plan" / f"{table}.parquet"
    rows = pd.read_parquet(path)
    rows.loc[0, column] += 0.01
    rows.to_parquet(path)
    done = alm("verify", run)
    assert done.code == 5, done.out + done.err
    assert line in done.out
    assert "expected" in done.out


def test_the_command_says_how_many_more(example, tmp_path):
    run = shutil.copytree(example, tmp_path / "run", symlinks=True)
    path = run / "plan" / "measures.parquet"
    rows = pd.read_parquet(path)
    rows["value"] += 1.0
    rows.to_parquet(path)
    done = alm("verify", run)
    assert done.code == 5
    assert done.out.count("measures.value region=") == 20
    assert f"and {len(rows) - 20} more" in done.out
