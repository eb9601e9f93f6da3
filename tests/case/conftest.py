"""A small sound case as text; a test replaces the tables it is about."""

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

import pytest

from alm.case import CaseError, load

TOML = """
contract = 1
name = "sound"
as_of = 2025-12-31
periods = 3
currency = "CNY"
horizon_value = "none"
"""

# West and East are branches and a subsidiary; both balance: 100 = 90 + 10 and 12 = 12.
TABLES = {
    "regions": """region,parent,kind,currency
group,,group,
west,group,,
east,group,subsidiary,EUR
""",
    "products": """product,side,class,tenor_months,hqla_class
cash,asset,cash,,L1
loan,asset,loan,2,
deposit,liability,deposit,,
shares,equity,capital,,
pledge,off_balance,pledge,,
claim,asset,interbank,,
debt,liability,interbank,,
""",
    "positions": """region,currency,product,balance,rate,max_new,plug
west,,cash,20,0.01,,true
west,,loan,80,0.04,10,
west,,deposit,90,0.01,5,
west,,shares,10,0,0,
east,,cash,12,0.02,,true
east,,deposit,12,0.01,3,
""",
    "fx": """currency,rate
EUR,7.8
""",
    "lanes": """lane,lender,borrower,asset_product,liability_product
there,west,east,claim,debt
""",
    "limits": """limit,region,measure,denominator,sense,bound
lcr,group,hqla,net_outflow,min,1
""",
}

Write = Callable[..., Path]
Places = Callable[..., list[tuple[str, int | None, str | None]]]


def write_case(folder: Path, tables: Mapping[str, str | None], toml: str) -> Path:
    """Write the sound case with some tables replaced; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(toml, encoding="utf-8")
    for name, text in {**TABLES, **tables}.items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the sound case, `table=text` replaced, `toml` added or replaced, into a new folder."""

    number = count()

    def _write(toml: str = TOML, **tables: str | None) -> Path:
        return write_case(tmp_path / f"case-{next(number)}", tables, toml)

    return _write


def faults_of(folder: Path, changes: tuple[str, ...] = ()) -> tuple:
    """List the faults of a case; none if it loads."""
    try:
        load(folder, changes)
    except CaseError as error:
        return error.faults
    return ()


@pytest.fixture
def places(write: Write) -> Places:
    """List (table, row, column) of every fault of the sound case with some tables replaced."""

    def _places(toml: str = TOML, changes: tuple[str, ...] = (), **tables: str | None):
        return [
            (fault.table, fault.row, fault.column)
            for fault in faults_of(write(toml, **tables), changes)
        ]

    return _places
