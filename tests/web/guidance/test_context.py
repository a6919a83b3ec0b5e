"""Each sign, question and step leads to guidance, and what stands behind it costs no typed word (field.md B.8.1, B.8.4)."""

from datetime import date, timedelta

import pytest

from referrals.vocabulary.filing_answers import SIGN_CODES
from referrals.workflow.step import steps
from web.filing.sections import sections
from web.guidance import context, files

TODAY = date(2026, 11, 29)
#: Machines of the authority's own affairs, which no guidance for people who worry about a child explains.
INTERNAL = {"access_request", "breach", "letter", "anomaly", "batch"}


@pytest.mark.parametrize("lang", files.LANGUAGES)
class TestBehind:
    @pytest.mark.parametrize("code", SIGN_CODES)
    def test_each_sign_has_a_page(self, code, lang):
        assert 1 <= len(context.about_signs([code], lang, TODAY)) <= context.SHOWN

    def test_each_topic_of_the_form_has_a_page(self, lang):
        topics = [topic for one in sections(by_cell=False, asked=False) for topic in one.topics]
        bare = [
            topic.slug
            for topic in topics
            if not context.about_fields(topic.part, sorted(topic.names), lang, TODAY)
            and topic.slug not in WITHOUT
        ]

        assert bare == []

    def test_steps_have_a_page(self, lang):
        bare = [
            f"{one.machine.value}:{one.name}"
            for one in steps.all()
            if one.machine.value not in INTERNAL and not one.internal
            and not context.about_step(one.machine.value, one.name, lang, TODAY)
        ]  # fmt: skip

        assert bare == []


#: Topics of which no page of ours says more than the question itself.
WITHOUT = {"signes"}  # its families have theirs, sign by sign


def test_an_overdue_page_stands_behind_nothing():
    late = max(page.review_due for page in files.pages("fr").values()) + timedelta(days=1)

    assert context.about_signs(SIGN_CODES, "fr", late) == []


def test_the_page_that_is_about_the_fewest_signs_comes_first():
    first, *_ = context.about_signs(["blackmail_images"], "fr", TODAY)

    assert len(first.signs) == min(
        len(page.signs) for page in files.pages("fr").values() if "blackmail_images" in page.signs
    )
