"""A part that hangs delays a reading by ``SECONDS`` at most, is asked once, and hides no other part."""

from threading import Event
from time import monotonic

import pytest

from config.metrics import asking
from config.metrics.asking import Part

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def afresh(monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    asking.forget()
    yield
    asking.forget()


def test_a_hanging_part_is_left_behind_and_not_asked_again():
    go_on, asked = Event(), []

    def hang():
        asked.append(1)
        go_on.wait(10)
        yield "repere_open", (), 1.0

    parts = [
        Part("hangs", hang, (("repere_open", (), 0.0),), keep_seconds=0),
        Part("well", lambda: [("a", (), 2.0)]),
    ]
    began = monotonic()
    try:
        for _ in range(3):
            assert asking.read(parts) == [("repere_open", (), 0.0), ("a", (), 2.0)]
    finally:
        go_on.set()

    assert monotonic() - began < 2.0
    assert asked == [1]


def test_when_it_has_answered_its_answer_counts():
    go_on = Event()

    def late():
        go_on.wait(10)
        return [("repere_open", (), 1.0)]

    part = Part("late", late, keep_seconds=60)
    assert asking.read([part]) == []
    go_on.set()
    asking._cache["late"].running.result(10)

    assert asking.read([part]) == [("repere_open", (), 1.0)]


def test_a_part_that_fails_says_what_it_says_otherwise(caplog):
    def fail():
        yield "half", (), 1.0
        raise RuntimeError("with a secret")

    assert asking.read([Part("fails", fail, (("up", (), 0.0),))]) == [("up", (), 0.0)]


def test_an_answer_is_kept_for_a_while():
    asked = []

    def count():
        asked.append(1)
        return [("a", (), float(len(asked)))]

    kept, fresh = Part("kept", count, keep_seconds=60), Part("fresh", count, keep_seconds=0)
    for _ in range(3):
        assert asking.read([kept]) == [("a", (), 1.0)]
    asking.read([fresh])
    assert asking.read([fresh]) == [("a", (), 3.0)]
