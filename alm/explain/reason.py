"""The answer where there is no plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why there is no plan.

    Attributes
    ----------
    text : str
        For people.
    advice : tuple of str
        Changes as `--set` takes them: all of them together leave room for a plan. Empty where no such change is known.
    """

    text: str
    advice: tuple[str, ...] = ()
