"""Plans side by side, and what each would lose in scenarios that it was not made for, by pencil."""

import shutil

import openpyxl
import pytest

from reports.style import Fill
from tests.cli.cases import replace
from tests.cli.program import EXAMPLES, THREE_REGIONS, allocate, alm


@pytest.fixture(scope="module")
def weathers(tmp_path_factory):
    """The example of two weathers, planned to decide now and adapt later."""
    folder = tmp_path_factory.mktemp("weathers") / "run"
    with pytest.MonkeyPatch.context() as spared:
        spared.setattr("reports.write_report", lambda *_, **__: None)
        words = ("--mode", "stochastic", "--jobs", 1, "--out", folder, "--quiet")
        assert alm("scenarios", EXAMPLES / "two-weathers", *words).code == 0
    return folder


@pytest.fixture(scope="module")
def floors(tmp_path_factory):
    """The three regions with a floor of 10 % and one of 12 % of cash to deposits."""
    root = tmp_path_factory.mktemp("floors")
    change = ("--set", "limits.liquidity.bound=0.12")
    assert allocate(THREE_REGIONS, root / "ten", "--no-workbook").code == 0
    assert allocate(THREE_REGIONS, root / "twelve", "--no-workbook", *change).code == 0
    return root / "ten", root / "twelve"


def table(workbook, sheet):
    """Cells of a sheet from its table's header on, as rows of values and of fills."""
    rows = list(openpyxl.load_workbook(workbook)[sheet].iter_rows(min_row=5))
    rows = [row[: sum(cell.value is not None for cell in rows[0])] for row in rows]
    values = [[cell.value for cell in row] for row in rows]
    return values, [[cell.fill.fgColor.rgb[2:] for cell in row] for row in rows]


def test_two_plans_differ_by_what_moved(floors, tmp_path):
    """2 % of 1,600 more cash is 32 less of loans in North: 32 x (2.8 % - 0.5 %) x 0.75 = 0.552. Capital carries 32 less of RWA: 1.92 more room."""
    book = tmp_path / "books" / "two.xlsx"
    done = alm("compare", *floors, "--json", "--workbook", book)
    assert done.code == 0, done.out
    assert done.answer["workbook"] == str(book)
    ten, twelve = done.answer["plans"]
    assert ten["objective"] - twelve["objective"] == pytest.approx(0.552)
    assert (ten["verified"], ten["binding"]) == (True, ["liquidity", "loan_to_deposit_south"])
    assert ten["first"] == {"limit": "liquidity", "period": 1, "status": "binding"}
    (moved,) = done.answer["decisions"]
    assert moved == {
        "decision": "new",
        "what": "North / CNY / loan_north",
        "amounts": [290.0, 258.0],
        "spread": 32.0,
    }
    room = {row["limit"]: row["headroom"] for row in done.answer["limits"]}
    assert room["liquidity"] == pytest.approx([0.0, 0.0])
    assert room["cet1_ratio"] == pytest.approx([7.6, 9.52])
    assert [row["limit"] for row in done.answer["limits"]][-1] == "cet1_ratio"
    shown = alm("compare", *floors, columns=120)
    assert "North / CNY / loan_north" in shown.out
    assert "9.52" in shown.out
    (_, *limits), (_, *fills) = table(book, "Headroom")
    assert limits[-1] == ["CET1 ratio of the group", "Three Regions Bank", *room["cet1_ratio"]]
    assert fills[-1][2:] == [Fill.GREEN.value] * 2
    assert fills[0][2:] == [Fill.AMBER.value] * 2
    assert table(book, "Decisions")[0][1] == ["new", "North / CNY / Loans in North", 290, 258, 32]
    assert [path.name for path in book.parent.iterdir()] == ["two.xlsx"]


def test_a_chinese_comparison_calls_what_the_case_holds_by_its_chinese_names(floors, tmp_path):
    """Limits have no Chinese name here, and no scenario was planned for."""
    book = tmp_path / "two.xlsx"
    assert alm("compare", *floors, "--lang", "zh", "--workbook", book).code == 0
    plans, rooms, moved = (table(book, each)[0] for each in ("计划对比", "余量对比", "决策差异"))
    assert plans[1][:4] == ["ten", "基准", "最优", "是"]
    assert plans[1][-1] == "Cash to deposits of the group，第1期：触及"
    assert [row[:2] for row in rooms[2:]] == [
        ["Loans to deposits of South", "南区"],
        ["CET1 ratio of the group", "三区银行"],
    ]
    assert moved[1][:2] == ["新增", "北区 / CNY / 北区贷款"]


def test_regret_is_what_a_plan_loses_against_the_best_of_each_weather(weathers, floors, tmp_path):
    """Sun's best waits and lends at 7 %: 8; rain's lends at once: 6. This run waits: 8 and 2. Who lends at once, as the base plan does, has 6 in both.

    So waiting regrets 4 in rain, lending 2 in sun: at worst the base plan loses least. A run of one plan has no regret, and is named.
    """
    book = tmp_path / "regret.xlsx"
    words = ("--jobs", 1, "--quiet", "--json", "--workbook", book)
    done = alm("compare", weathers, floors[0], "--regret", *words)
    assert done.code == 0, done.out
    (regret,) = done.answer["regret"]
    assert regret["scenarios"] == ["rain", "sun"]
    assert regret["best"] == pytest.approx([6, 8])
    lost = {row["plan"]: row["regret"] for row in regret["plans"]}
    assert lost["this run"] == pytest.approx([4, 0])
    assert lost["base plan"] == pytest.approx([0, 2])
    assert lost["best in rain"] == pytest.approx([0, 2])
    assert lost["best in sun"] == pytest.approx([4, 0])
    assert regret["least"] == "base plan"
    assert regret["plans"][0]["largest"] == pytest.approx(4)
    assert [plan["scenario"] for plan in done.answer["plans"]] == ["rain", "sun", "base"]
    assert [plan["regret"] for plan in done.answer["plans"]] == [pytest.approx(4), 0, None]
    assert [plan["gap"] is None for plan in done.answer["plans"]] == [True, True, False]
    (without,) = done.answer["without_regret"]
    assert without["run"] == str(floors[0])
    assert f"No regret of {floors[0]}: it is a run of one plan" in done.err
    (over,) = done.answer["over_scenarios"]
    assert (over["mode"], over["evpi"], over["vss"]) == ("stochastic", 1.0, 0.5)
    assert table(book, "Regret")[0][1:3] == [["this run", 4, 0, 4], ["base plan", 0, 2, 2]]


def test_a_weather_that_cannot_bear_a_plan_is_named(weathers, tmp_path):
    """Where no more than 40 can be lent in the first year of sun, it cannot bear the 100 of rain's own plan; its own, which waits, it can."""
    folder = shutil.copytree(weathers, tmp_path / "run")
    shocks = folder / "inputs" / "shocks.csv"
    text = shocks.read_text(encoding="utf-8")
    head = text.splitlines()[0].split(",")
    row = {
        "scenario": "sun",
        "shock": "new_business",
        "product": "loan",
        "end": "1",
        "value": "0.4",
    }
    columns = head if "end" in head else [*head, "end"]
    lines = [
        ",".join(columns),
        *(f"{line}," if "end" not in head else line for line in text.splitlines()[1:]),
    ]
    lines.append(",".join(row.get(name, "") for name in columns))
    shocks.write_text("\n".join(lines) + "\n", encoding="utf-8")
    book = tmp_path / "regret.xlsx"
    words = ("--jobs", 1, "--quiet", "--json", "--lang", "zh", "--workbook", book)
    answer = alm("compare", folder, "--regret", *words).answer
    rows = {row["plan"]: row for row in answer["regret"][0]["plans"]}
    values, fills = table(book, "遗憾")
    assert values[0] == ["计划", "Rates fall", "Rates rise", "最大"]
    called = dict(zip(rows, (row[0] for row in values[1:]), strict=True))
    assert list(called.values()) == [
        "本次运行",
        "基准计划",
        "Rates fall情景最优",
        "Rates rise情景最优",
    ]
    unable = [row[0] for row, fill in zip(values, fills, strict=True) if fill[2] == Fill.RED.value]
    assert unable == [called[plan] for plan, row in rows.items() if row["impossible_in"] == ["sun"]]
    assert rows["best in rain"]["impossible_in"] == ["sun"]
    assert rows["best in rain"]["largest"] is None
    assert rows["best in sun"]["impossible_in"] == []


def test_what_cannot_be_compared_is_refused(floors, tmp_path):
    nothing = alm("compare", floors[0], tmp_path, "--json")
    assert (nothing.code, nothing.answer["faults"][0]["found"]) == (2, str(tmp_path))
    single = alm("compare", floors[0], "--json")
    assert (single.code, single.answer["faults"][0]["allowed"]) == (
        2,
        "at least two plans to compare",
    )
    other = shutil.copytree(floors[0], tmp_path / "dollars")
    replace(other / "inputs" / "case.toml", 'currency = "CNY"', 'currency = "USD"')
    money = alm("compare", floors[0], other, "--json")
    assert money.code == 2
    assert "CNY" in money.answer["faults"][0]["allowed"]
    plain = alm("compare", *floors, "--regret", "--quiet", "--json")
    assert plain.code == 2
    assert [fault["found"] for fault in plain.answer["faults"]] == [str(run) for run in floors]


@pytest.mark.parametrize("command", ["compare", "stress"])
def test_a_damaged_run_is_refused_by_name(tmp_path, command):
    shutil.copytree(THREE_REGIONS, tmp_path / "cut" / "inputs")
    (tmp_path / "cut" / "run.json").write_text('{"case":')
    done = alm(command, "cut", "--json", cwd=tmp_path)
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert (fault["column"], fault["found"]) == ("RUN", "cut")


def test_options_of_drawn_paths_are_not_ignored(tmp_path):
    done = alm("scenarios", str(EXAMPLES / "two-weathers"), "--seed", "5", "--json", cwd=tmp_path)
    assert done.code == 2
    assert [fault["column"] for fault in done.answer["faults"]] == ["--generate"]
