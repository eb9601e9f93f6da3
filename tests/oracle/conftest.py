"""What the tests of the oracle share."""

import pytest

from alm.case import load

from .best import Best
from .hand import HOME, write_case
from .refusals import nothing_is_refused


@pytest.fixture
def model_of(tmp_path):
    """Formulate the case of some settings and tables, in a scenario."""

    def formulated(settings=None, scenario="base", **tables):
        folder = write_case(tmp_path, settings or {}, {"regions": HOME} | tables)
        with nothing_is_refused():
            return Best(load(folder), scenario)

    return formulated


@pytest.fixture
def best(model_of):
    """Load the case of some settings and tables; return its objective and the best decisions by name."""

    def found(settings=None, scenario="base", **tables):
        model = model_of(settings, scenario, **tables)
        outcome = model.solve()
        assert outcome.status == "optimal"
        return outcome.objective, {model.model.names[v]: value for v, value in outcome.x.items()}

    return found
