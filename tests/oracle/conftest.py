"""What the tests of the oracle share."""

import pytest

from alm.case import load

from .best import Best
from .hand import HOME, write_case


@pytest.fixture
def best(tmp_path):
    """Load the case of some settings and tables; return its objective and the best decisions by name."""

    def found(settings=None, **tables):
        model = Best(load(write_case(tmp_path, settings or {}, {"regions": HOME} | tables)))
        outcome = model.solve()
        assert outcome.status == "optimal"
        return outcome.objective, {model.model.names[v]: value for v, value in outcome.x.items()}

    return found
