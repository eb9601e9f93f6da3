"""What is shown while whole decisions are searched."""

from __future__ import annotations

import math

import pytest

from alm.cli import progress
from alm.cli.progress import StageProgress


def test_both_bounds_are_shown_in_money(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """100 earned, at most 103.5: 3.50 are open."""
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with StageProgress(quiet=False) as shown:
        shown("solve")
        shown.bounds(-math.inf, 103.5)
        shown.bounds(100.0, 103.5)
    said = capsys.readouterr()
    assert not said.out
    assert "no plan yet, at most 103.50" in said.err
    assert "plan 100.00, at most 103.50: 3.50 open" in said.err


def test_quiet_says_nothing_of_bounds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with StageProgress(quiet=True) as shown:
        shown("solve")
        shown.bounds(100.0, 103.5)
    assert not capsys.readouterr().err
