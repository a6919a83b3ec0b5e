"""Parameters of an address: known, once each, typed; all that is wrong is named in one answer (SEC-IN2)."""

import pytest
from django.http import QueryDict

from core.inputs import Code, Id, Instant
from core.query import InvalidQuery, PagedQuery

pytestmark = pytest.mark.sec("SEC-IN2")


class SampleQuery(PagedQuery):
    """A list with three filters."""

    subject = Id(required=False)
    outcome = Code(choices=[("allow", "allow")], required=False)
    since = Instant(required=False)


def wrong(text: str) -> dict[str, str]:
    with pytest.raises(InvalidQuery) as refused:
        SampleQuery.of(QueryDict(text))
    return refused.value.parameters


def test_what_is_given_is_typed_and_what_is_not_is_absent_or_default():
    given = SampleQuery.of(QueryDict("outcome=allow&limit=7"))

    assert given == {"outcome": "allow", "limit": 7}
    assert SampleQuery.of(QueryDict("")) == {"limit": 50}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sort=x", {"sort": "unknown"}),
        ("outcome=allow&outcome=allow", {"outcome": "repeated"}),
        ("outcome=", {"outcome": "malformed"}),
        ("outcome=deny", {"outcome": "malformed"}),
        ("subject=1", {"subject": "malformed"}),
        ("subject=%00", {"subject": "malformed"}),
        ("subject=%ff", {"subject": "malformed"}),
        ("subject=%ED%A0%80", {"subject": "malformed"}),
        ("since=2026-11-24", {"since": "malformed"}),
        ("since=2026-11-24T10:00:00", {"since": "malformed"}),
        ("since=0001-01-01T00:00:00%2B02:00", {"since": "malformed"}),
        ("since=9999-12-31T23:59:59-02:00", {"since": "malformed"}),
        ("since=2026-02-30T10:00:00Z", {"since": "malformed"}),
        ("limit=0", {"limit": "malformed"}),
        ("limit=101", {"limit": "malformed"}),
        ("limit=1_0", {"limit": "malformed"}),
        ("limit=%D9%A1", {"limit": "malformed"}),
        ("limit=" + "9" * 5000, {"limit": "too-long"}),
        ("cursor=" + "a" * 2001, {"cursor": "too-long"}),
        ("a=1&b=2&limit=x", {"a": "unknown", "b": "unknown"}),
        ("limit=x&since=y", {"limit": "malformed", "since": "malformed"}),
        ("&".join(f"p{n}=1" for n in range(31)), {"?": "unknown"}),
    ],
)
def test_each_wrong_parameter_is_named(text, named):
    assert wrong(text) == named


@pytest.mark.parametrize("name", ["<script>", "Camille", "a" * 41, "%00", "__class__", "subject__in"])
def test_a_strange_name_is_not_given_back(name):
    """SEC-IN11: an error never holds a submitted value, and a name that was made up is one."""
    named = wrong(f"{name}=1")

    assert named in ({"?": "unknown"}, {"subject__in": "unknown"})


def test_the_sentence_and_its_names_hold_no_value():
    with pytest.raises(InvalidQuery) as refused:
        SampleQuery.of(QueryDict("outcome=Camille"))

    assert "Camille" not in f"{refused.value} {refused.value.extra}"
