import re

import pytest

from alm.case.not_yet import NOT_YET, UNSUPPORTED_MEASURES
from alm.cli import reference

from . import readme
from .program import ROOT


def test_every_command_in_the_readme_exists():
    text = readme.README.read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:\$ |    )?(?:\.venv/bin/)?alm ([a-z]+)", text, re.MULTILINE))
    named |= set(re.findall(r"`alm ([a-z]+)", text))
    assert named
    assert named <= set(reference.commands())


def test_every_place_in_the_readme_exists():
    text = readme.README.read_text(encoding="utf-8")
    places = set(re.findall(r"\]\(([^)#:]+)\)", text))
    assert len(places) >= 5
    assert not [place for place in places if not (ROOT / place).exists()]


def test_every_make_target_in_the_readme_exists():
    text = readme.README.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)", text))
    assert {"demo", "test"} <= named <= targets


def test_what_the_readme_says_is_refused_is_what_is_refused():
    text = " ".join(readme.README.read_text(encoding="utf-8").split())
    refused = text.split("never ignores: ")[1].split(". ")[0]
    measures, sides = refused.split(", and limits on ")
    assert set(re.findall(r"`(\w+)`", measures)) == set(UNSUPPORTED_MEASURES)
    assert "whose side is not convex" in sides
    assert {each.feature for each in NOT_YET} == {
        "the measure",
        "this measure on this side",
        "this measure as what decides over a step",
    }


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    return dict(readme.printed(tmp_path_factory.mktemp("readme")))


@pytest.mark.parametrize(("command", "output"), readme.shown())
def test_the_readme_shows_what_the_program_prints(printed, command, output):
    assert printed[command] == output, "run `make docs`"
