"""What a run says of its case and of its problem."""

from __future__ import annotations

from typing import Any

from alm.case import Case
from alm.case.calendar import period_ends
from alm.formulation.formulate import Formulation
from solvers import ranges


def shape(formulation: Formulation) -> dict[str, Any]:
    """Describe a problem for the log: its size, its kind, the ranges of its coefficients."""
    problem = formulation.problem
    return {
        "columns": problem.columns,
        "rows": problem.rows,
        "nonzeros": int(problem.A.nnz),
        "quadratic": problem.is_quadratic,
        "whole": int(problem.integer.sum()),
        "cones": len(problem.cones),
        "ranges": str(ranges(problem)),
    }


def facts(case: Case) -> dict[str, Any]:
    """Say what a manifest keeps of a case: its name, dates, currency, unit and warnings."""
    settings = case.settings
    return {
        "name": settings.name,
        "as_of": f"{settings.as_of:%Y-%m-%d}",
        "currency": settings.currency,
        "unit": settings.unit,
        "periods": settings.periods,
        "period_ends": [f"{day:%Y-%m-%d}" for day in period_ends(settings)[1:]],
        "warnings": [
            {
                "table": w.table,
                "row": w.row,
                "column": w.column,
                "found": str(w.found),
                "allowed": w.allowed,
                "hint": w.hint,
            }
            for w in case.warnings
        ],
    }
