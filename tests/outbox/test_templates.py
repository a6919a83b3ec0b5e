"""What a notice says: two languages, the reference, the link; nothing else has a place in it (domain.md §2.8 no. 7)."""

import re
from importlib import import_module

import pytest
from django.conf import settings
from django.utils.translation import override

from core.languages import in_both
from outbox import templates
from tests.outbox.conftest import SAMPLE, a_notice
from tests.shared import known_to_processes


@pytest.mark.parametrize("template", templates.registered(), ids=lambda found: found.code)
def test_a_text_is_a_whole_sentence_without_a_place_for_anything(template):
    french, english = in_both(template.text).values()
    for text in (french, english):
        assert text.endswith(".")
        assert not re.search(r"[{}%$<>]", text)
        assert len(text) <= 100
    assert french != english


@pytest.mark.django_db
def test_a_mail_is_french_first_and_holds_reference_and_link(people, settings):
    settings.PUBLIC_ADDRESS = "https://repere.example"
    notice = a_notice(people.one())

    subject, body = templates.mail_of(notice)

    assert subject == "[Repère] Un dossier vous attend – 93-K7QX-2MPT"
    assert body.index("Un dossier vous attend.") < body.index("A case awaits you.")
    assert f"https://repere.example/dossiers/{notice.subject_id}" in body


@pytest.mark.django_db
def test_a_notice_says_the_same_whoever_asked_for_it(people):
    """A mail or a message leaves in the request of somebody who may read English; its reader may not."""
    notice = a_notice(people.one())
    french = templates.mail_of(notice), templates.message_of(notice)

    with override("en"):
        assert (templates.mail_of(notice), templates.message_of(notice)) == french


@pytest.mark.django_db
@pytest.mark.parametrize("template", templates.registered(), ids=lambda found: found.code)
def test_a_message_fits_into_one_sms(people, template):
    notice = a_notice(people.one(), template=template.code)

    assert len(templates.message_of(notice)) <= 160


def test_a_code_has_one_text():
    with pytest.raises(ValueError, match="twice"):
        templates.register(templates.Template(SAMPLE.code, SAMPLE.kind, "Autre."))


def test_a_process_that_serves_no_page_knows_every_text(folder_of_run):
    """The worker sends what a page has a notice for: each text is registered by what an app loads as it begins."""
    import_module(settings.ROOT_URLCONF)

    known = {*known_to_processes(folder_of_run)["texts"]}

    assert {one.code for one in templates.registered()} - {SAMPLE.code} <= known
