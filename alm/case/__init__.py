"""Cases: the contract as data, the reader, the checks, and the `Case` that every later stage starts from."""

import pandas as pd

from alm.case.case import Case
from alm.case.faults import CaseError, Fault
from alm.case.hashes import table_hashes
from alm.case.loading import load
from alm.case.settings import Settings
from alm.case.write import write_inputs

# Names are compared in thousands of short columns: a call of pyarrow for each costs more than its kernels save,
# a sixth of a small run, and nothing at 100 regions.
pd.set_option("mode.string_storage", "python")

__all__ = ["Case", "CaseError", "Fault", "Settings", "load", "table_hashes", "write_inputs"]
