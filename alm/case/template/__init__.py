"""Templates of cases, made from the spec: a folder of CSV files, or a workbook, empty or with a small example."""

from alm.case.template.files import files_of_folder, files_of_workbook, write_new

__all__ = ["files_of_folder", "files_of_workbook", "write_new"]
