"""Small cases, written as a person would write them; each takes what a test wants to vary."""

import csv
import random
import shutil
from pathlib import Path

from .program import THREE_REGIONS

SETTINGS = """contract = 1
name = "two-regions"
as_of = 2025-12-31
periods = 2
step = "month"
currency = "CNY"
unit = 1_000_000
quantum = 0.01
accrual = "closing"
horizon_value = "none"
"""
TABLES = {
    "regions": "region,parent\nGroup,\nEast,Group\nWest,Group\n",
    "products": (
        "product,side,class,tenor_months\n"
        "cash,asset,cash,\nloan,asset,loan,1\ndeposit,liability,deposit,\n"
    ),
    "positions": (
        "region,product,balance,rate,residual_months,max_new,plug\n"
        "East,cash,100,0.01,,,true\n"
        "East,deposit,100,0.005,,0,false\n"
        "West,cash,0,0.01,,,true\n"
        "West,loan,50,0.06,1,500,false\n"
        "West,deposit,50,0.005,,0,false\n"
    ),
    "lanes": "lane,lender,borrower,rate,capacity\neast-west,East,West,0.02,40\n",
    "limits": (
        "limit,region,measure,denominator,sense,bound\n"
        "loans,West,class:loan,class:deposit,max,1.6\n"
    ),
}
# An overnight line without a ceiling that costs less than cash earns: money out of nothing.
FREE_LOOP = (
    TABLES["products"] + "overnight,liability,overnight,\n",
    TABLES["positions"] + "East,overnight,0,0.002,,,true\n",
)


def write_case(folder: Path, **tables: str) -> Path:
    """Write the case of two regions, with some tables replaced; give its folder."""
    folder.mkdir(parents=True)
    (folder / "case.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in {**TABLES, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def three_regions(folder: Path) -> Path:
    """Copy the example that is worked by hand."""
    return Path(shutil.copytree(THREE_REGIONS, folder))


def shuffle(folder: Path, seed: int = 7) -> Path:
    """Put the rows and the columns of every table into another order."""
    order = random.Random(seed)
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        columns = list(range(len(head)))
        order.shuffle(columns)
        order.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[row[i] for i in columns] for row in (head, *rows)])
    return folder


def replace(path: Path, old: str, new: str) -> None:
    """Change one place of a file; fail if it is not there exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
