"""Work beside a run's own: its answer and its error reach whoever asks."""

import threading

import pytest

from alm.runs.meanwhile import meanwhile


def test_the_answer_is_what_the_step_returned_in_another_thread():
    answer = meanwhile(lambda: threading.get_ident())
    assert answer.result(timeout=10) != threading.get_ident()


def test_an_error_is_raised_where_the_answer_is_asked_for():
    def fail() -> None:
        raise ValueError("no plan keeps the lanes")

    with pytest.raises(ValueError, match="no plan keeps the lanes"):
        meanwhile(fail).result(timeout=10)
