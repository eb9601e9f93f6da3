"""Saving a workbook so that the same run gives the same bytes."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future, ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties

from reports.rows import FastWriter

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class TimelessZip(ZipFile):
    """A zip file whose entries carry no time of writing, compressed by a second processor in the order they come.

    What could not be written is raised when the file is closed.
    """

    def __init__(self, path: Path) -> None:
        self._press = ThreadPoolExecutor(max_workers=1)  # compressing leaves Python's lock alone
        self._pressed: list[Future[None]] = []
        super().__init__(path, "w", ZIP_DEFLATED)

    def writestr(  # noqa: D102 see the class
        self,
        zinfo_or_arcname: str | ZipInfo,
        data: Any,
        compress_type: int | None = ZIP_DEFLATED,
        compresslevel: int | None = None,
    ) -> None:
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        self._pressed.append(
            self._press.submit(
                super().writestr, ZipInfo(name, ZIP_EPOCH), data, compress_type, compresslevel
            )
        )

    def write(  # noqa: D102 see the class
        self,
        filename: str | PathLike[str],
        arcname: str | PathLike[str] | None = None,
        compress_type: int | None = ZIP_DEFLATED,
        compresslevel: int | None = None,
    ) -> None:
        self.writestr(
            str(arcname or filename), Path(filename).read_bytes(), compress_type, compresslevel
        )

    def close(self) -> None:  # noqa: D102 see the class
        self._press.shutdown()
        super().close()
        for each in self._pressed:
            each.result()


def save(workbook: Workbook, path: Path, as_of: dt.date) -> None:
    """Write a workbook; its times are those of the case, not of the clock.

    openpyxl's own `save` stamps the time of writing into the properties and the zip entries.
    """
    moment = dt.datetime.combine(as_of, dt.time())
    workbook.properties = DocumentProperties(creator="alm", created=moment, modified=moment)
    with TimelessZip(path) as archive:
        FastWriter(workbook, archive).write_data()
