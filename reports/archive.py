"""Saving a workbook so that the same run gives the same bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.writer.excel import ExcelWriter

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class TimelessZip(ZipFile):
    """A zip file whose entries carry no time of writing."""

    def writestr(self, name: Any, content: Any, *_: Any, **__: Any) -> None:
        """Add an entry under the fixed date."""
        entry = ZipInfo(name, ZIP_EPOCH)
        entry.compress_type = ZIP_DEFLATED
        super().writestr(entry, content)

    def write(self, source: Any, name: Any = None, *_: Any, **__: Any) -> None:
        """Add a file under the fixed date."""
        self.writestr(name, Path(source).read_bytes())


def save(workbook: Workbook, path: Path, as_of: dt.date) -> None:
    """Write a workbook; its times are those of the case, not of the clock.

    openpyxl's own `save` stamps the time of writing into the properties and the zip entries.
    """
    moment = dt.datetime.combine(as_of, dt.time())
    workbook.properties = DocumentProperties(creator="alm", created=moment, modified=moment)
    with TimelessZip(path, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).write_data()
