"""Cases: the contract as data, the reader, the checks, and the `Case` that every later stage starts from."""

from alm.case.case import Case
from alm.case.faults import CaseError, Fault
from alm.case.hashes import table_hashes
from alm.case.loading import load
from alm.case.settings import Settings
from alm.case.write import write_inputs

__all__ = ["Case", "CaseError", "Fault", "Settings", "load", "table_hashes", "write_inputs"]
