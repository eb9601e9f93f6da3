"""What each command answers with `--json` before anything is known: every field, blank."""

from __future__ import annotations

from typing import Any

# Written out, not taken from `alm.runs.Run` (a test compares them): the answer to an unexpected fault must not depend
# on what may be the cause of it, and a slip of the pen should not wait for the solvers to load.
_BLANK: dict[str, dict[str, Any]] = {
    "allocate": {
        "run": None,
        "case": None,
        "status": None,
        "objective": None,
        "bound": None,
        "gap": None,
        "verified": False,
        "income": None,
        "violations": [],
        "seconds": {},
        "backend": "",
        "report": None,
    },
    "scenarios": {
        "run": None,
        "case": None,
        "mode": None,
        "status": None,
        "objective": None,
        "bound": None,
        "gap": None,
        "expected": None,
        "cvar": None,
        "verified": False,
        "scenarios": [],
        "wait_and_see": None,
        "expected_of_base_plan": None,
        "infeasible_in": [],
        "evpi": None,
        "vss": None,
        "seconds": {},
        "backend": "",
        "report": None,
    },
    "whatif": {"case": None, "status": None, "base": None, "answers": []},
    "batch": {"batch": None, "status": None, "out": None, "runs": []},
    "frontier": {
        "run": None,
        "case": None,
        "x": None,
        "limit": None,
        "region": None,
        "sense": None,
        "status": None,
        "verified": False,
        "current": None,
        "tightest": None,
        "loosest": None,
        "knee": None,
        "points": [],
        "seconds": {},
        "report": None,
    },
    "stress": {
        "run": None,
        "case": None,
        "status": None,
        "most": None,
        "scenarios": [],
        "limits": [],
        "unknown": [],
        "workbook": None,
    },
    "compare": {
        "status": None,
        "plans": [],
        "over_scenarios": [],
        "limits": [],
        "decisions": [],
        "regret": None,
        "workbook": None,
    },
    "report": {"run": None, "status": None, "report": None, "lang": None},
    "verify": {"run": None, "status": None, "verified": False},
    "runs": {"status": None, "runs": []},
}


def blank(command: str, **known: Any) -> dict[str, Any]:
    """Give the answer of a command that did nothing.

    Parameters
    ----------
    command
        Its name; one that does not exist answers no more than a status.
    known
        Fields that are known all the same.

    Returns
    -------
    Fields in the order of the contract, section 9; `status` is null: nothing is known of a plan.

    Examples
    --------
    >>> blank("runs"), blank("alocate")
    ({'status': None, 'runs': []}, {'status': None})
    """
    return {**_BLANK.get(command, {"status": None}), **known}
