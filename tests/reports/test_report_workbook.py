"""The workbook as a file: registry, labels, text, bytes, looks."""

from __future__ import annotations

import csv
import re
import shutil
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

import reports.sheets
from reports import write_report
from reports.labels import read_labels
from reports.run import NoPlanError, read_run
from reports.sheets import SHEETS, lanes, measures, positions
from reports.table import kept
from reports.view import View

from .sample_run import Sample, write_sample

LISTS = ("Instructions", "Balance sheets", "Limits", "Prices", "Limits by close", "Income", "Positions", "Lanes",
         "Measures", "Assumptions used")  # fmt: skip
CHARTS = {"Summary": 2, "Transfers": 1, "Regions": 2, "Limits": 1}


def column(sheet, heading: str, header_row: int = 5):
    """Give the cells below a heading, down to the first row whose first column is blank."""
    number = next(cell.column for cell in sheet[header_row] if cell.value == heading)
    rows = sheet.iter_rows(min_row=header_row + 1)
    return [row[number - 1] for row in rows if row[0].value is not None]


def test_the_registry_names_every_sheet_in_the_folder():
    folder = Path(reports.sheets.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {sheet.__name__.rpartition(".")[2] for sheet in SHEETS} == modules
    assert len(SHEETS) == len(modules)
    assert all(sheet.__name__.rpartition(".")[2] == sheet.NAME for sheet in SHEETS)


def test_sheets_stand_in_the_order_of_the_registry(workbook):
    labels = read_labels("en")
    assert workbook.sheetnames == [labels(f"sheet.{sheet.NAME}") for sheet in SHEETS]


def test_every_label_is_given_once_in_both_languages():
    rows = list(
        csv.DictReader(files("reports").joinpath("labels.csv").read_text("utf-8").splitlines())
    )
    keys = [row["key"] for row in rows]
    assert len(keys) == len(set(keys))
    assert all(row["en"] and row["zh"] for row in rows)
    blanks = re.compile(r"\{\w+\}")
    assert all(set(blanks.findall(row["en"])) == set(blanks.findall(row["zh"])) for row in rows)


def test_every_label_is_used():
    folder = Path(reports.sheets.__file__).parents[1]
    code = "".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))).replace(
        "'", '"'
    )
    codes = ("sheet", "side", "sense", "how", "run_status", "status", "run", "tier", "enforcement", "kind", "origin", "standing", "part",
             "baseline", "bounded", "unit", "accrual", "day_count", "define", "weekday", "mode", "about", "decision", "light", "moved", "why", "scope")  # fmt: skip
    keys = [
        row["key"]
        for row in csv.DictReader((folder / "labels.csv").read_text("utf-8").splitlines())
    ]
    words = [key for key in keys if key.partition(".")[0] not in codes]
    made = {text.format(table) for table in re.findall(r'nothing\("(\w+)"\)', code)
            for text in ("text.no_{}", "text.{}_missing")}  # fmt: skip
    unused = [
        key
        for key in words
        if key not in made
        and f'"{key}"' not in code
        and f'"{key.removeprefix("column.")}"' not in code
    ]
    assert unused == []


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="'fr' is not one of en, zh"):
        read_labels("fr")


def test_the_same_run_gives_the_same_bytes(run_folder, tmp_path):
    again = shutil.copytree(run_folder, tmp_path / "again")
    (again / "report.xlsx").unlink()
    assert write_report(again).read_bytes() == (run_folder / "report.xlsx").read_bytes()


def test_no_time_of_writing_is_in_the_file(run_folder):
    with ZipFile(run_folder / "report.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert re.findall(r">([^<]*)</dcterms", properties) == ["2025-12-31T00:00:00Z"] * 2


def test_tables_read_back_to_the_last_digit(run_folder, workbook):
    """Rows are written as text, past openpyxl, which reads them back; blanks are no cells."""
    view = View(read_run(run_folder), read_labels("en"))
    for title, columns, frame in (
        ("Positions", kept(positions.COLUMNS, view.positions), view.positions),
        ("Lanes", lanes.COLUMNS, view.lanes),
        (
            "Measures",
            (*measures.OF_MEASURE, *measures.close_columns(view)),
            measures.by_close(view),
        ),
    ):
        read = list(workbook[title].iter_rows(min_row=6, max_col=len(columns), values_only=True))
        assert len(read) == len(frame)
        for column, cells in zip(columns, zip(*read, strict=True), strict=True):
            values = frame[column.key].astype(object).where(frame[column.key].notna(), None)
            assert list(cells) == values.tolist(), column.key


def test_every_measure_that_is_ever_above_or_below_zero_stands_on_its_sheet(run_folder):
    view = View(read_run(run_folder), read_labels("en"))
    table, wide = view.plan("measures"), measures.by_close(view)
    told = wide.melt(measures.KEY, [str(n) for n in range(1, view.periods + 1)], "period")
    told = told.astype({"period": "int64"}).merge(table, on=[*measures.KEY, "period"])
    assert len(told) == len(wide) * view.periods
    assert told["value_x"].tolist() == told["value_y"].tolist()
    assert len(table[table["value"] != 0]) == len(told[told["value_x"] != 0])


def test_measures_that_no_sheet_can_hold_are_told_where_they_are(run_folder, tmp_path, monkeypatch):
    folder = shutil.copytree(run_folder, tmp_path / "long")
    monkeypatch.setattr(measures, "MOST_ROWS", 1)
    sheet = load_workbook(write_report(folder), read_only=True)["Measures"]
    assert "plan/measures.parquet" in next(sheet.iter_rows(min_row=5, values_only=True))[0]


def test_every_cell_stands_in_its_row_from_left_to_right(run_folder):
    """Spreadsheets call a file damaged whose rows or cells are out of order, or there twice."""
    with ZipFile(run_folder / "report.xlsx") as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(SHEETS)
        for name in sheets:
            content = archive.read(name).decode()
            last = 0
            for row, cells in re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', content):
                assert int(row) > last
                last = int(row)
                places = re.findall(r'<c r="([A-Z]+)(\d+)"', cells)
                columns = [column_index_from_string(column) for column, _ in places]
                assert columns == sorted(set(columns))
                assert {at for _, at in places} <= {row}


def test_text_that_starts_like_a_formula_is_text(workbook):
    regions = [cell for cell in column(workbook["Positions"], "Region") if cell.value == "=East"]
    limits = [
        cell for cell in column(workbook["Limits"], "Limit") if cell.value == "-Loans of East"
    ]
    sources = [
        cell
        for cell in column(workbook["Assumptions used"], "Source")
        if cell.value == "=HYPERLINK(0)"
    ]
    assert (len(regions), len(limits), len(sources)) == (8, 1, 1)
    assert {cell.data_type for cell in (*regions, *limits, *sources)} == {"s"}
    assert all(cell.quotePrefix for cell in (*regions, *limits, *sources))


def test_letters_that_xml_forbids_do_not_break_the_file(tmp_path):
    folder = write_sample(tmp_path / "run")
    regions = (folder / "inputs" / "regions.csv").read_text()
    (folder / "inputs" / "regions.csv").write_text(regions.replace("North", "No\x07rth & <Sons>"))
    assert "No\N{REPLACEMENT CHARACTER}rth & <Sons>" in {
        cell.value for cell in column(load_workbook(write_report(folder))["Positions"], "Region")
    }


def test_formulas_stand_only_where_they_check(workbook):
    with_formulas = {
        sheet.title
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert with_formulas == {"Summary", "Reconciliation"}


@pytest.mark.parametrize("title", LISTS)
def test_a_list_can_be_filtered_keeps_its_header_and_prints_it_on_every_page(workbook, title):
    sheet = workbook[title]
    assert sheet.auto_filter.ref.startswith("A5:")
    assert sheet.freeze_panes == "A6"
    assert sheet.print_title_rows == "$1:$5"


def test_every_sheet_prints_landscape_on_a4_within_its_area(workbook):
    for sheet in workbook:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == int(sheet.PAPERSIZE_A4)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth >= 1
        assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:")
    assert workbook["Summary"].page_setup.fitToHeight == 1


def test_charts_have_titles_and_axes(workbook):
    assert {sheet.title: len(sheet._charts) for sheet in workbook if sheet._charts} == CHARTS
    for sheet in workbook:
        for chart in sheet._charts:
            assert chart.title.tx.rich.p[0].r[0].t
            assert chart.x_axis.title.tx.rich.p[0].r[0].t
            assert chart.y_axis.title.tx.rich.p[0].r[0].t
            assert not chart.x_axis.delete
            assert not chart.y_axis.delete


def test_inputs_are_blue_and_results_black(workbook):
    bound, value = column(workbook["Limits"], "Bound"), column(workbook["Limits"], "Value")
    assert {cell.font.color.rgb for cell in bound} == {"000000FF"}
    assert {cell.font.color.rgb for cell in value} == {"00000000"}


def test_ratios_are_percent_and_negative_amounts_stand_in_brackets(workbook):
    limits = workbook["Limits"]
    formats = dict(
        zip([c.value for c in column(limits, "Limit")], column(limits, "Value"), strict=True)
    )
    assert formats["Cash to deposits"].number_format.startswith("0.00%")
    assert formats["-Loans of East"].number_format == '#,##0.00_);(#,##0.00);"-"_)'


def test_no_number_is_wider_than_its_column(workbook):
    """A column that is too narrow shows ### instead of the amount."""
    for title in LISTS:
        sheet = workbook[title]
        for row in sheet.iter_rows(min_row=6):
            for cell in row:
                if isinstance(cell.value, float):
                    width = sheet.column_dimensions[cell.column_letter].width
                    assert len(f"{cell.value:,.2f}") + 2 <= width, cell.coordinate


def test_chinese_reports_use_chinese_names_and_words(make):
    workbook = make("zh")
    assert workbook.sheetnames[0] == "摘要"
    assert workbook["摘要"]["A1"].value == "资金配置方案：样本集团"
    assert {cell.value for cell in column(workbook["头寸"], "地区")} == {"北区", "东区", "西区"}
    assert {cell.value for cell in column(workbook["头寸"], "方向")} == {"资产", "负债", "权益"}


def test_a_case_without_lanes_and_limits_says_so(make):
    workbook = make(lanes=False, limits=False, periods=1)
    assert (
        workbook["Transfers"]["A5"].value
        == "The case has no lanes: no money can move between regions."
    )
    assert workbook["Limits"]["A5"].value == "The case has no limits."
    assert workbook["Instructions"]["A5"].value == "No money moves between regions."


def test_sixty_periods_are_reported(make):
    workbook = make(periods=60, step="month")
    assert len(column(workbook["Positions"], "Region")) == 60 * 3 * 4


def test_a_run_without_baselines_says_so(tmp_path):
    folder = write_sample(tmp_path / "run")
    (folder / "plan" / "baselines.parquet").unlink()
    texts = {
        cell.value
        for row in load_workbook(write_report(folder))["Summary"].iter_rows()
        for cell in row
    }
    assert "No baselines in this run." in texts


def test_a_run_without_a_plan_has_no_report(tmp_path):
    folder = write_sample(tmp_path / "run")
    (folder / "plan" / "positions.parquet").unlink()
    with pytest.raises(NoPlanError, match=r"holds no plan to report: positions missing"):
        write_report(folder)
    assert not (folder / "report.xlsx").exists()


def test_a_plan_that_is_not_verified_is_marked_in_red(make):
    cell = make(verified=False)["Summary"]["A3"]
    assert cell.value.startswith("NOT VERIFIED")
    assert cell.fill.fgColor.rgb == "00FFC7CE"


def test_the_sample_is_what_these_tests_think(run_folder):
    assert read_run(run_folder).case.settings.periods == Sample().periods


def test_the_stacks_of_the_bridge_are_hidden_beyond_the_page_and_drawn_all_the_same(workbook):
    sheet = workbook["Regions"]
    hidden = {letter for letter, each in sheet.column_dimensions.items() if each.hidden}
    stacks = {
        get_column_letter(cell.column)
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith("Chart: ")
    }
    assert stacks
    assert all(any(each.min <= column_index_from_string(letter) <= each.max
                   for each in (sheet.column_dimensions[at] for at in hidden)) for letter in stacks)  # fmt: skip
    last = sheet.print_area.rpartition("$")[0].rpartition("$")[2]
    assert min(map(column_index_from_string, stacks)) > column_index_from_string(last)
    assert [chart.visible_cells_only for chart in sheet._charts] == [True, False]


def test_notes_run_across_the_sheet_in_a_row_as_high_as_their_lines(workbook):
    for title in LISTS:
        sheet = workbook[title]
        merged = [area for area in sheet.merged_cells.ranges if area.min_row == 3]
        width = sum(
            sheet.column_dimensions[get_column_letter(column)].width
            for column in range(1, merged[0].max_col + 1)
        )
        rows = len(sheet["A3"].value) / width
        assert sheet.row_dimensions[3].height >= 14 * rows
