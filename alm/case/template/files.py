"""What a new case is made of: the files of a folder of CSV tables, or of a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from alm.case.places import BOOK
from alm.case.spec.column import Constant, Table
from alm.case.spec.page import markdown
from alm.case.spec.tables import TABLES
from alm.case.template import example as two_regions
from alm.case.template.labels import label
from alm.case.template.toml import settings_text

COLUMNS_PAGE = "columns.md"


def files_of_folder(folder: Path, *, example: bool, chinese: bool = False) -> dict[Path, bytes]:
    """Make case.toml, a CSV file for each table, and the page that explains their columns.

    Parameters
    ----------
    folder
        Where the case shall be; it gives the case its name.
    example
        With the rows of a small case that works.
    chinese
        With the Chinese labels as headings.

    Returns
    -------
    dict of path to content
        Nothing is written.
    """
    files = {folder / "case.toml": settings_text(_known(folder, example)).encode()}
    for table in TABLES:
        # Without a byte order mark Chinese spreadsheet programs take the file for GB 18030.
        encoding = "utf-8-sig" if chinese else "utf-8"
        files[folder / f"{table.name}.csv"] = _csv(table, example, chinese).encode(encoding)
    files[folder / COLUMNS_PAGE] = markdown().encode()
    return files


def files_of_workbook(path: Path, *, example: bool, chinese: bool = False) -> dict[Path, bytes]:
    """Make a workbook with a sheet for each table, and the case.toml beside it.

    Parameters
    ----------
    path
        Workbook; under another name than case.xlsx, case.toml says where each table is.
    example
        With the rows of a small case that works.
    chinese
        With the Chinese labels as names of sheets and as headings.
    """
    from alm.case.template.workbook import workbook_bytes

    folder = path.parent
    places = {table.name: f"{path.name}#{label(table, chinese)}" for table in TABLES}
    settings = settings_text(_known(folder, example), None if path.name == BOOK else places)
    return {
        folder / "case.toml": settings.encode(),
        path: workbook_bytes(example=example, chinese=chinese),
    }


def write_new(files: Mapping[Path, bytes]) -> None:
    """Write files that must not exist yet; folders are made.

    Raises
    ------
    FileExistsError
        One of them exists; nothing is written then.
    """
    for path in files:
        if path.exists() or path.is_symlink():
            raise FileExistsError(str(path))
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)


def _known(folder: Path, example: bool) -> dict[str, Constant]:
    known: dict[str, Constant] = {"contract": 1, "name": folder.resolve().name}
    return known | two_regions.SETTINGS if example else known


def _csv(table: Table, example: bool, chinese: bool) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, table.names, restval="", lineterminator="\r\n")
    writer.writerow({column.name: label(column, chinese) for column in table.columns})
    writer.writerows(two_regions.rows(table.name) if example else [])
    return text.getvalue()
