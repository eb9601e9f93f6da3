"""Work beside a run's own: its answer and its error reach whoever asks."""

import threading

import pytest

from solvers.meanwhile import meanwhile


def test_answers_are_what_the_steps_returned_one_after_the_other_in_another_thread():
    seen = []
    first, second = meanwhile(lambda: seen.append("first"), lambda: (*seen, threading.get_ident()))
    said, thread = second.result(timeout=10)
    assert (first.result(timeout=10), said) == (None, "first")
    assert thread != threading.get_ident()


def test_an_error_is_raised_where_the_answer_is_asked_for_and_costs_that_answer_alone():
    def fail() -> None:
        raise ValueError("no plan keeps the lanes")

    failed, kept = meanwhile(fail, lambda: "kept")
    with pytest.raises(ValueError, match="no plan keeps the lanes"):
        failed.result(timeout=10)
    assert kept.result(timeout=10) == "kept"
