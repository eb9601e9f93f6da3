"""Words of the workbook in English and Chinese, all from `labels.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Labels:
    """The words of one language, by key."""

    language: str
    words: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Give the words of a key, with its blanks filled; an unknown key is a fault of the program."""
        return self.words[key].format(**values) if values else self.words[key]

    def word(self, family: str, code: str) -> str:
        """Give the word for a code of the case or plan, or the code itself where it has none."""
        return self.words.get(f"{family}.{code}", code)


def read_labels(language: str) -> Labels:
    """Read the words of a language.

    Raises
    ------
    ValueError
        The language is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    text = files("reports").joinpath("labels.csv").read_text(encoding="utf-8")
    return Labels(
        language, {row["key"]: row[language] for row in csv.DictReader(text.splitlines())}
    )
