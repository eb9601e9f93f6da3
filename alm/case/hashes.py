"""Hashes of the inputs as they were understood."""

from __future__ import annotations

import hashlib

import pandas as pd

from alm.case.case import Case


def table_hashes(case: Case) -> dict[str, str]:
    """Hash every input as it was understood: typed, defaults filled, in the order of its key.

    The order of rows and columns in the files therefore changes no hash.
    """
    hashes = {"case.toml": _digest(repr(case.settings).encode())}
    for name in case.tables:
        rows = case.table(name)
        if len(rows):
            sums = pd.util.hash_pandas_object(rows[sorted(rows.columns)], index=False)
            hashes[name] = _digest(sums.to_numpy().tobytes())
    return hashes


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
