"""Figures on the sheets against figures worked by hand from the sample."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from openpyxl import load_workbook

from reports import write_report
from reports.income_rows import bridge_steps, equity_rows, tax_rows
from reports.labels import read_labels
from reports.limit_rows import limit_rows
from reports.price_rows import share_at_bound
from reports.run import read_run
from reports.sheets.instructions import next_weekday
from reports.view import View

from .sample_run import amend, retain, shock_dollar, write_sample


@pytest.fixture(scope="module")
def view(run_folder) -> View:
    return View(read_run(run_folder), read_labels("en"))


def rows(sheet, heading: str) -> list[tuple[object, ...]]:
    """Give the rows of the table whose first heading is given, down to the first blank row."""
    at = next(cell for row in sheet.iter_rows() for cell in row if cell.value == heading)
    found = []
    for row in sheet.iter_rows(min_row=at.row + 1, min_col=at.column, values_only=True):
        if row[0] is None:
            break
        found.append(row)
    return found


def test_uplift_is_the_plan_less_the_baseline_with_and_without_horizon_value(workbook, view):
    """The plan earns 3.50 more than hold, of which 12.345 - 11 = 1.345 beyond the horizon, and 1 by moving money.

    Opening assets: North 100 + 55, East 7 x (200 + 96.43), West 300 + 215: 2,745.01 in reporting currency.
    """
    assert view.assets == pytest.approx(155 + 7 * 296.43 + 515)
    table = rows(workbook["Summary"], "Baseline")
    objective, interest = view.manifest["objective"], view.plan("regions")["interest"].sum()
    assert [row[1] for row in table] == pytest.approx([objective - x for x in (3.5, 2.25, 1.0)])
    assert [row[2] for row in table] == pytest.approx([3.5, 2.25, 1.0])
    assert [row[3] for row in table] == pytest.approx([x / 2745.01 * 1e4 for x in (3.5, 2.25, 1.0)])
    within = [2.155, 1.905, 0.655]
    assert [row[4] for row in table] == pytest.approx(within)
    of_interest = [x / (interest - less) for x, less in zip(within, (3.0, 2.0, 1.0), strict=True)]
    assert [row[5] for row in table] == pytest.approx(of_interest)
    assert [row[6] for row in table] == [
        "keeps every limit",
        "misses limits at 3 closes",
        "keeps every limit",
    ]


def test_a_baseline_that_breaks_a_bound_but_no_limit_is_not_said_to_miss_limits(tmp_path):
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "baselines.parquet"
    pd.read_parquet(path).replace({"broken": {3: 0}}).to_parquet(path, index=False)
    table = rows(load_workbook(write_report(folder))["Summary"], "Baseline")
    assert [row[6] for row in table] == [
        "keeps every limit",
        "breaks a bound, lot or ticket",
        "keeps every limit",
    ]


def test_the_gap_is_shown_in_money_and_as_a_share_of_what_moving_money_earns(workbook):
    shown = {
        row[0].value: row[3].value for row in workbook["Summary"].iter_rows(max_row=20, max_col=4)
    }
    assert shown["Gap: at most this much is left, in money"] == pytest.approx(0.05)
    assert shown["Gap: share of what moving money earns"] == pytest.approx(0.05 / 1.0)


def test_a_missing_bound_is_unknown_never_zero(tmp_path):
    folder = write_sample(tmp_path / "run")
    manifest = folder / "run.json"
    manifest.write_text(manifest.read_text().replace('"bound": ', '"bound": null, "was": '))
    shown = {
        row[0].value: row[3].value
        for row in load_workbook(write_report(folder))["Summary"].iter_rows(max_row=20, max_col=4)
    }
    assert shown["No plan can earn more than"] == "unknown"
    assert shown["Gap: at most this much is left, in money"] == "unknown"


def test_the_matrix_shows_what_is_owed_at_the_horizon_in_reporting_currency(workbook):
    """North lends 25.54 CNY to East, East 27.54 USD = 192.78 CNY to West, West 29.54 CNY to North."""
    heading = "Lender ↓  Borrower →"
    table = rows(workbook["Transfers"], heading)
    assert [row[0] for row in table] == ["=East", "North", "West*", "Total"]
    assert [row[1:5] for row in table] == [
        pytest.approx((0.0, 0.0, 192.78, 192.78)),
        pytest.approx((25.54, 0.0, 0.0, 25.54)),
        pytest.approx((0.0, 29.54, 0.0, 29.54)),
        pytest.approx((25.54, 29.54, 192.78, 247.86)),
    ]


def test_instructions_name_value_date_and_maturity_also_beyond_the_horizon(workbook):
    """Each lane is placed anew for a quarter: the second placement matures after the two quarters of the plan."""
    table = rows(workbook["Instructions"], "Value date")
    assert [row[0].date() for row in table] == [dt.date(2026, 3, 31)] * 3 + [
        dt.date(2026, 6, 30)
    ] * 3
    assert [row[8].date() for row in table] == [dt.date(2026, 6, 30)] * 3 + [
        dt.date(2026, 9, 30)
    ] * 3
    east = [row for row in table if row[3] == "east-west"]
    assert [row[7] for row in east] == [18.77, 27.54]
    assert [row[12] for row in east] == [10.0, 18.77]
    assert [row[13] for row in east] == pytest.approx([8.77, 8.77])
    assert {row[6] for row in east} == {"USD"}


def test_the_debt_of_a_swap_lane_is_in_whole_quanta_of_the_borrower(view):
    """North places 17.77 CNY: 2.538... USD, which is 2.54."""
    lanes = view.lanes.query("lane == 'north-east'")
    assert lanes["borrowed"].tolist() == pytest.approx([2.54, 3.65])


def test_use_divides_by_the_bound_under_a_max_and_into_it_under_a_min(view):
    use = view.limits.set_index(["limit", "period"])["use"]
    assert use["loans_east", 2] == pytest.approx(332.50 / 1000)
    value = view.limits.set_index(["limit", "period"])["value"]["cash_ratio", 2]
    assert use["cash_ratio", 2] == pytest.approx(0.05 / value)


def test_limits_are_listed_worst_first_in_the_colour_of_their_status(workbook):
    sheet = workbook["Limits"]
    assert [row[0] for row in rows(sheet, "Light")] == ["short", "binding", "met"]
    assert [sheet.cell(row, 1).fill.fgColor.rgb for row in (6, 7, 8)] == [
        "00FFC7CE",
        "00FFEB9C",
        "00C6EFCE",
    ]


def test_the_bridge_leads_from_interest_to_income_after_tax(view):
    steps = bridge_steps(view)
    regions = view.plan("regions")
    assert steps["amount"].iloc[:-1].sum() == pytest.approx(regions["income"].sum())
    assert steps["amount"].iloc[-1] == pytest.approx(regions["income"].sum())
    assert (steps["rise"] - steps["fall"]).tolist() == pytest.approx(steps["amount"].tolist())
    assert (steps["lift"] + steps["rise"] + steps["fall"]).max() == pytest.approx(
        regions["interest"].sum()
    )


def test_balance_sheets_of_regions_balance_with_their_lanes(workbook):
    """Assets and claims equal liabilities, equity and debts in every region, before and after.

    A debt in another currency is rounded to its quantum: East owes 3.65 USD = 25.55 CNY for 25.54 lent.
    """
    table = pd.DataFrame(
        [row[:6] for row in rows(workbook["Balance sheets"], "Region")],
        columns=["region", "side", "class", "before", "after", "change"],
    )
    sign = table["side"].map(
        {"Asset": 1, "Lent on lanes": 1, "Liability": -1, "Equity": -1, "Borrowed on lanes": -1}
    )
    signed = table[["before", "after"]].mul(sign, axis=0)
    gaps = signed.groupby(table["region"]).sum().drop("Group")
    assert gaps.abs().max().max() < 0.02


def test_assumed_and_published_figures_are_told_apart(workbook):
    sheet = workbook["Assumptions used"]
    fills = {
        row[6].value: row[6].fill.fgColor.rgb for row in sheet.iter_rows(min_row=6) if row[6].value
    }
    assert fills == {"published": "00C6EFCE", "assumed": "00FFEB9C", "derived": "00DDEBF7"}
    values = {row[2].value + "." + row[3].value: row[4].value for row in sheet.iter_rows(min_row=6)}
    assert values["north/CNY/loan_1.rate"] == 0.045
    assert values["east.region"] == "001"


def test_business_at_a_bound_is_a_share_of_new_business(tmp_path):
    """A price stands at the bound of North's new loans of period 1: 16.11 of all that is written without cash."""
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "prices.parquet"
    bound = {"kind": "bound", "name": "loan_1 (new)", "region": "north", "currency": "CNY", "period": 1,
             "price": 0.01, "price_per_year": 0.04}  # fmt: skip
    pd.concat([pd.read_parquet(path), pd.DataFrame([bound])]).to_parquet(path, index=False)
    view = View(read_run(folder), read_labels("en"))
    book = view.positions[view.positions["product"] != "cash"]
    assert share_at_bound(view) == pytest.approx(
        16.11 / view.reporting(book["new"], book["currency"], 0).sum()
    )
    assert "Loan 1, new business" in set(view.prices["what"])


def test_amounts_carry_no_noise_of_binary_fractions(tmp_path):
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "positions.parquet"
    frame = pd.read_parquet(path)
    frame["matured"] -= 7e-13
    frame.to_parquet(path, index=False)
    matured = View(read_run(folder), read_labels("en")).positions["matured"]
    assert (matured == matured.round(2)).all()
    assert matured.sum() > 0


def test_a_product_whose_own_name_ends_like_a_bound_is_not_taken_for_one(tmp_path):
    """A price on the balance of "loan_1 (new)" is none of new business of loan_1."""
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "prices.parquet"
    bound = {"kind": "bound", "name": "loan_1 (new) (balance)", "region": "north", "currency": "CNY", "period": 1,
             "price": 0.01, "price_per_year": 0.04}  # fmt: skip
    pd.concat([pd.read_parquet(path), pd.DataFrame([bound])]).to_parquet(path, index=False)
    assert share_at_bound(View(read_run(folder), read_labels("en"))) == 0.0


def test_dates_on_a_weekend_settle_on_the_monday_after():
    days = pd.Series(pd.to_datetime(["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", None]))
    after = pd.to_datetime(["2026-01-30", "2026-02-02", "2026-02-02", "2026-02-02", None])
    assert next_weekday(days).equals(pd.Series(after))


def test_the_sheet_of_instructions_flags_the_weekend(make):
    """Monthly closes of 2026: 31 January and 28 February are Saturdays, 31 March is a Tuesday."""
    sheet = make(periods=2, step="month")["Instructions"]
    table = {row[0].date(): row for row in rows(sheet, "Value date")}
    january, february = table[dt.date(2026, 1, 31)], table[dt.date(2026, 2, 28)]
    assert january[1:3] == ("Saturday", dt.datetime(2026, 2, 2))
    assert january[8:11] == (dt.datetime(2026, 2, 28), "Saturday", dt.datetime(2026, 3, 2))
    assert february[8:11] == (dt.datetime(2026, 3, 31), "Tuesday", dt.datetime(2026, 3, 31))
    amber = {cell.value.date() for cell in sheet["C"][5:] if cell.fill.fgColor.rgb == "00FFEB9C"}
    assert amber == {dt.date(2026, 2, 2), dt.date(2026, 3, 2)}


def test_effective_tax_is_explained_by_what_is_exempt(tmp_path):
    """Tax of 25 % on 60 of an income of 100 leaves 40 exempt: the effective rate is 15 %."""
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "regions.parquet"
    frame = pd.read_parquet(path)
    frame["income_before_tax"], frame["tax"], frame["income"] = 0.0, 0.0, 0.0
    frame.loc[frame["region"] == "north", ["income_before_tax", "tax", "income"]] = (
        50.0,
        7.5,
        42.5,
    )
    frame.to_parquet(path, index=False)
    table = tax_rows(View(read_run(folder), read_labels("en"))).set_index("name")
    columns = ["income_before_tax", "exempt", "taxable", "tax", "effective", "income"]
    for name in ("North", "Total"):
        assert table.loc[name, columns].tolist() == pytest.approx([100, 40, 60, 15, 0.15, 85])
    assert table.loc["North", "tax_rate"] == 0.25
    assert list(table.index) == ["North", "Total"]


def test_equity_moves_from_opening_to_close(view):
    """Capital is 35 CNY, 65 USD = 455 CNY and 95 CNY, and nothing is issued; the sample retains nothing."""
    table = equity_rows(view).set_index("product_name")
    for name in ("Capital", "Total"):
        assert table.loc[name, ["opening", "new", "matured", "sold", "balance"]].tolist() == [
            585.0, 0.0, 0.0, 0.0, 585.0]  # fmt: skip


def test_retained_income_moves_equity_and_positions(tmp_path):
    """North's capital of 35 takes up 1.23: 585 + 1.23 = 586.23 for the group, in both tables a column of its own."""
    folder = write_sample(tmp_path / "run")
    retain(folder)
    book = load_workbook(write_report(folder))
    assert next(r for r in rows(book["Regions"], "Product") if r[0] == "Total")[1:7] == (
        585.0, 0.0, 0.0, 0.0, 1.23, 586.23)  # fmt: skip
    headings = [cell.value for cell in book["Positions"][5]]
    at = headings.index("Retained income")
    taken = [row[at] for row in book["Positions"].iter_rows(min_row=6, values_only=True) if row[at]]
    assert taken == [1.23]


def test_without_retained_income_there_is_no_column_of_it(workbook):
    headings = [cell.value for cell in workbook["Positions"][5]]
    assert "Balance" in headings
    assert "Retained income" not in headings


def test_the_debt_of_a_swap_is_worth_what_its_own_currency_is(tmp_path):
    """East owes North 17.77 + 7.77 = 25.54 yuan, fixed as 3.65 dollars, worth 3.65 x 7.7 = 28.105 at the higher rate."""
    folder = write_sample(tmp_path / "run")
    shock_dollar(folder)
    book = load_workbook(write_report(folder))
    regions = {row[0]: row for row in rows(book["Regions"], "Region")}
    assert regions["=East"][10] == pytest.approx(28.105)
    assert regions["North"][8] == pytest.approx(25.54)
    assert "scenario rise" in book["Regions"]["A2"].value
    for name, row in regions.items():
        if name != "Total":
            assets, liabilities, equity, lent, borrowed = (row[at] for at in (2, 4, 6, 8, 10))
            assert assets + lent == pytest.approx(liabilities + equity + borrowed)


def test_a_plan_that_rounding_lifts_above_the_bound_shows_no_gap_of_0(tmp_path):
    folder = write_sample(tmp_path / "run")
    objective = read_run(folder).manifest["objective"]
    amend(folder, bound=objective - 0.02, gap=0.0)
    sheet = load_workbook(write_report(folder))["Summary"]
    shown = {row[0].value: row[3].value for row in sheet.iter_rows(max_row=20, max_col=4)}
    assert shown["Before rounding, no plan can earn more than"] == pytest.approx(objective - 0.02)
    assert shown["Whole quanta lift this plan above it by"] == pytest.approx(0.02)
    assert not any(str(name).startswith("Gap") for name in shown)


def test_the_tolerance_counts_positions_and_lanes_of_the_scope_at_fx(view):
    """Group: 8 positions at 1 and 4 at 7, lanes 1 + 7 + 1; West: 4 positions, and two lanes at 7 and 1."""
    tolerance = limit_rows(view).groupby("limit")["tolerance"].first()
    assert tolerance["cash_ratio"] == pytest.approx(0.01 * (8 + 28 + 9))
    assert tolerance["loans_east"] == pytest.approx(0.01 * (4 + 7 + 1))


def test_a_miss_within_the_tolerance_is_none_but_its_headroom_is_shown(tmp_path):
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "limits.parquet"
    frame = pd.read_parquet(path)
    at = frame["limit"] == "loans_east"
    frame.loc[at, ["headroom", "shortfall"]] = [[-0.12, 0.12], [-0.13, 0.13]]
    frame.to_parquet(path, index=False)
    rows = limit_rows(View(read_run(folder), read_labels("en"))).query("limit == 'loans_east'")
    assert rows["headroom"].tolist() == [-0.12, -0.13]
    assert rows["missed"].tolist() == [0.0, 0.13]


def test_a_limit_at_its_bound_without_a_price_is_not_called_binding(tmp_path):
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "limits.parquet"
    frame = pd.read_parquet(path)
    frame.loc[(frame["limit"] == "loans_east") & (frame["period"] == 2), "price"] = 0.0
    frame.to_parquet(path, index=False)
    rows = limit_rows(View(read_run(folder), read_labels("en"))).query("limit == 'loans_east'")
    assert rows.set_index("period")["light"].to_dict() == {1: "binding", 2: "at bound"}


def test_what_is_priced_has_a_name_and_a_side(view):
    prices = view.prices.set_index("kind")
    assert prices.loc["lane", ["what", "bound_name"]].tolist() == ["North → =East", "at most"]
    assert prices.loc["limit", ["what", "bound_name"]].tolist() == ["-Loans of East", "at most"]
    assert prices.loc["funds", ["what", "bound_name"]].tolist() == ["North", ""]


def test_defaults_have_no_status_and_no_source(tmp_path):
    folder = write_sample(tmp_path / "run")
    path = folder / "plan" / "assumptions.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame["origin"] == "default", ["status", "source"]] = ("assumed", "Of its row")
    frame.to_parquet(path, index=False)
    sheet = load_workbook(write_report(folder))["Assumptions used"]
    shown = [row for row in sheet.iter_rows(min_row=6, values_only=True) if row[5] == "default"]
    assert [row[6:8] for row in shown] == [(None, None)]
    assert sheet["A3"].value.endswith("published 1, derived 1, assumed 1.")


def test_amounts_in_one_currency_name_it(make, workbook):
    assert "amounts in millions of each currency" in workbook["Summary"]["A2"].value
    one = make(currencies=("CNY",))["Summary"]["A2"].value
    assert one.endswith("amounts in CNY millions")


def test_lanes_between_the_same_regions_are_told_apart_by_their_codes(tmp_path):
    folder = write_sample(tmp_path / "run")
    lanes = pd.read_csv(folder / "inputs" / "lanes.csv")
    twin = lanes[lanes["lane"] == "north-east"].assign(lane="north-east-2", opening=0.0)
    pd.concat([lanes, twin]).to_csv(folder / "inputs" / "lanes.csv", index=False)
    prices = View(read_run(folder), read_labels("en")).prices.set_index("kind")
    assert prices.loc["lane", "what"] == "North → =East (north-east)"
