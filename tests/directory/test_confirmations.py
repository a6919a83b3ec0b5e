"""What a service says of its entry by its link (field.md A.8): what counts at once, what waits, what is never shown."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.errors import InvalidInput, LinkRefused, NotAllowed, NotVisible
from directory import freshness, links, queries
from directory.actions import changes, confirmations
from directory.codes import Means
from directory.confirmations import QUESTIONS, ConfirmationInput, has_contact_details
from directory.models import Capacity, ConfirmationLink, ErrorReport, Place, Reach, Service, Verification
from outbox.models import Notice
from tests.accounts.conftest import entries
from tests.conftest import see_all
from tests.directory.confirmation_requests import Clock, a_service, asked, mails, token_in
from tests.night import some
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import form_in, text

PAGE = "/annuaire/confirmer"
HTML = {"accept": "text/html"}
#: Nothing that is sealed, gives a right or says where the row comes from can be said by a link.
NEVER = {
    "visibility", "authority", "structure", "source", "source_id", "zones", "needs", "night_phone", "place_kind",
    "needs_agreement", "who_may_ask", "name", "address", "commune", "merged_into", "asks_every_months", "specialised",
}  # fmt: skip


@pytest.fixture
def stranger():
    return Client(headers=HTML, raise_request_exception=False)


@shared_fixture
def service(world):
    return a_service(world)


@shared_fixture
def token(service):
    (message,) = asked(Clock())
    return token_in(message)


def says(token, clock, **said):
    """Let the service answer; what isn't said is left open."""
    if "all_right" not in said:
        said.setdefault("works", "active")
    done = confirmations.confirm(ConfirmationInput.read({"token": token} | said), at=clock.now)
    see_all()
    return done


def verified(service, **lookups):
    return {one.field for one in Verification.objects.filter(service=service, **lookups)}


def bytes_of(answer):
    """What an answer is to whoever compares two: without the form's tokens and the request's id."""
    headers = {key: value for key, value in answer.headers.items() if key != "X-Request-Id"}
    headers.pop("Set-Cookie", None)
    body = re.sub(
        r'(name="csrfmiddlewaretoken" value|name="once" value|data-rid)="[^"]*"', "", answer.content.decode()
    )
    return answer.status_code, headers, body


# --- The page ------------------------------------------------------------------------------------------


def test_a_service_confirms_itself_page_by_page(service, token, clock, stranger):
    first = stranger.get(PAGE)
    assert "Maison d'essai" not in text(first)
    shown = stranger.post(PAGE, form_in(first) | {"token": token})
    for words in (
        "Maison d'essai",
        "Autorité 93",
        "Accompagnement spécialisé".lower(),
        "De 12 à 17 ans",
        "+33148000000",
    ):
        assert words.lower() in text(shown).lower(), words
    done = stranger.post(PAGE, {"token": token, "then": "answer", "all_right": "true"})

    assert "Merci, c'est noté" in text(done), text(done)[:900]
    see_all()
    service.refresh_from_db()
    assert (service.verified_on, service.verified_by) == (clock.now.date(), "link")
    assert freshness.freshness(service, at=clock.now) == "fresh"


@pytest.mark.sec("SEC-AU2")
def test_looking_uses_nothing_up_however_often_and_answering_does(token, clock, stranger):
    """Mail scanners open every link, and people come back after lunch."""
    for _ in range(3):
        stranger.get(PAGE)
        stranger.head(PAGE)
        assert "Maison d'essai" in text(stranger.post(PAGE, {"token": token}))
    assert ConfirmationLink.objects.filter(used_at=None).count() == 1
    answer = {"token": token, "then": "answer", "all_right": "true"}
    assert "Merci" in text(stranger.post(PAGE, answer))

    assert "Maison d'essai" not in text(stranger.post(PAGE, {"token": token}))
    assert "Merci" not in text(stranger.post(PAGE, answer))


def test_what_was_typed_wrong_stays_on_the_page_and_the_link_good(service, token, clock, stranger):
    said = {
        "token": token, "then": "answer", "works": "active", "ages_said": "wrong", "age_from": "17", "age_to": "12",
        "remark": "La cuisine a changé.",
    }  # fmt: skip
    refused = stranger.post(PAGE, said)
    assert refused.status_code == 400
    assert 'href="#age_to"' in refused.content.decode()
    assert "La cuisine a changé." in refused.content.decode()
    assert "Maison d'essai" in text(refused)
    done = stranger.post(PAGE, form_in(refused) | said | {"age_from": "12", "age_to": "17"})

    assert "Merci" in text(done), text(done)[:900]


def test_who_says_nothing_of_its_working_is_asked_again(token, clock, stranger):
    refused = stranger.post(PAGE, {"token": token, "then": "answer"})

    assert refused.status_code == 400
    assert 'href="#works-0"' in refused.content.decode()


@pytest.mark.sec("SEC-AU2")
def test_unknown_used_lapsed_and_replaced_links_answer_with_the_same_bytes(
    world, service, token, clock, stranger
):
    says(token, clock, all_right=True)
    clock.on(days=2)
    confirmations.ask_now(service.pk, actor=world.actor("directory_editor", at=clock.now), at=clock.now)
    (message,) = mails(clock)
    replaced = token_in(message)
    clock.on(days=2)
    confirmations.ask_now(service.pk, actor=world.actor("directory_editor", at=clock.now), at=clock.now)
    (message,) = mails(clock)
    lapsed = token_in(message)
    clock.on(days=14)
    found = set()
    for secret in ("x" * 43, token, replaced, lapsed):
        for then in ({}, {"then": "answer", "all_right": "true"}):
            found.add(repr(bytes_of(stranger.post(PAGE, {"token": secret} | then))))

    assert len(found) == 1
    assert "plus valable" in found.pop()


def test_the_page_is_kept_nowhere_and_tells_no_other_site(token, clock, stranger):
    shown = stranger.post(PAGE, {"token": token})

    assert shown["Cache-Control"] == "no-store"
    assert shown["Referrer-Policy"] == "no-referrer"
    assert "script-src 'self'" in shown["Content-Security-Policy"]
    assert token not in repr(dict(shown.headers))


def test_a_form_of_another_site_answers_nothing(token, clock):
    other = Client(headers=HTML, enforce_csrf_checks=True, raise_request_exception=False)

    assert other.post(PAGE, {"token": token, "then": "answer", "all_right": "true"}).status_code == 403
    assert ConfirmationLink.objects.filter(used_at=None).count() == 1


# --- What is never shown, nor said ---------------------------------------------------------------------


def test_a_secret_address_is_not_shown(world, service, token, clock, stranger):
    """field.md A.7: whoever reads the mail may not be the service."""
    place = Place(
        authority=service.authority, structure=service.structure, visibility="secret", department="93"
    )
    secret = {"address": "7 rue Planté-Canari", "commune": "Canarville", "postal_code": "93999"}
    changes.write(place, {"secret": secret}, changes.Basis(by=None, at=clock.now, means=Means.TYPED))
    shown = stranger.post(PAGE, {"token": token})

    assert "Adresse scellée (département 93)" in text(shown)
    for word in ("Canari", "Canarville", "93999"):
        assert word not in shown.content.decode()


@pytest.mark.parametrize("member", sorted(NEVER))
def test_nothing_else_can_be_said_by_a_link(member):
    assert member not in ConfirmationInput().fields
    assert member not in {column for columns in QUESTIONS.values() for column in columns}


# --- What counts at once -------------------------------------------------------------------------------


def test_all_is_right_confirms_every_field_and_changes_none(service, token, clock):
    says(token, clock, all_right=True)

    asked_fields = {column for code, columns in QUESTIONS.items() if code != "capacity" for column in columns}
    assert verified(service, means="link", by=None) == asked_fields | {"status", "verified_on", "verified_by"}
    same = Verification.objects.filter(service=service, means="link").exclude(field__startswith="verified_")
    assert all(one.old == one.new for one in same)


@pytest.mark.parametrize(
    ("said", "column", "value"),
    [
        ({"contact_said": "wrong", "contact": "Le chef de service"}, "contact_name", "Le chef de service"),
        ({"hours_said": "wrong", "hours": "Mo-Fr 09:00-18:00"}, "opening_hours", "Mo-Fr 09:00-18:00"),
        ({"hours_said": "wrong", "hours": "tous les jours"}, "opening_hours_text", "tous les jours"),
        ({"ages_said": "wrong", "age_from": 13, "age_to": 20}, "age_max_months", 20 * 12 + 11),
        ({"ages_said": "wrong", "age_from": 13, "age_to": 20}, "age_min_months", 13 * 12),
        ({"ages_said": "wrong"}, "age_max_months", None),
        ({"sexes_said": "wrong", "sexes": ["girl"]}, "sexes", ["girl"]),
        ({"delay_said": "wrong", "delay": 48}, "answer_delay_hours", 48),
        ({"documents_said": "wrong", "documents_never": "Le jugement"}, "documents_never", "Le jugement"),
        ({"works": "suspended"}, "status", "suspended"),
    ],
)
def test_a_correction_counts_at_once_and_is_in_the_history(service, token, clock, said, column, value):
    says(token, clock, **said)

    row = Service.objects.get(pk=service.pk)
    assert getattr(row, column) == value
    one = Verification.objects.get(service=service, field=column, means="link")
    assert (one.old, one.new, one.by) == (getattr(service, column), value, None)


def test_the_words_of_a_situation_stay_with_an_answer_that_stays(world, clock):
    service = a_service(
        world,
        accepts={
            "runaway": {"answer": "case", "words": "Appeler"},
            "substance": {"answer": "no", "words": "Non"},
        },
    )
    (message,) = asked(clock)
    says(token_in(message), clock, accepts_said="wrong", accepts_runaway="case", accepts_substance="yes")

    service.refresh_from_db()
    assert service.accepts == {
        "runaway": {"answer": "case", "words": "Appeler"}, "substance": {"answer": "yes", "words": ""},
    }  # fmt: skip


def test_a_service_that_says_it_closed_is_suspended_until_an_editor_closes_it(world, service, token, clock):
    """A stolen mail makes no shelter vanish unseen: nobody is sent there, and editors see that they are to call."""
    done = says(token, clock, works="closed", suspended_until="2027-01-01")

    row = Service.objects.get(pk=service.pk)
    assert (done.waits, row.status, row.suspended_until) == (True, "suspended", None)
    assert Reach.objects.filter(service=service).exists()
    editor = world.actor("directory_editor", at=clock.now)
    (line,) = queries.open_reports(editor, at=clock.now)
    assert (line.service, line.sentence) == (
        service.pk, "La structure dit qu'elle a fermé : appelez-la, puis fermez la fiche.",
    )  # fmt: skip
    assert queries.waiting(editor, at=clock.now).reports == 1


def test_a_part_of_the_answers_verifies_these_and_not_the_entry(service, token, clock):
    says(token, clock, hours_said="right")

    service.refresh_from_db()
    assert service.verified_on is None
    assert verified(service, means="link") == {"opening_hours", "opening_hours_text", "status"}


def test_every_answer_given_one_by_one_verifies_the_entry(service, token, clock):
    says(token, clock, **{f"{code}_said": "right" for code in QUESTIONS if code != "capacity"})

    service.refresh_from_db()
    assert service.verified_on == clock.now.date()


# --- Places --------------------------------------------------------------------------------------------


def test_free_places_are_told_by_the_structure_and_known_for_a_week(world, clock):
    service = a_service(world, needs=["tonight_shelter"])
    (message,) = asked(clock)
    says(token_in(message), clock, vacancy=2, said_by="Camille Exemple")

    row = Capacity.objects.get(service=service)
    assert (row.vacancy, row.told_by, row.told_at) == (2, "Camille Exemple", clock.now)
    assert freshness.vacancy(row, at=clock.now + timedelta(days=7)) == 2
    assert freshness.vacancy(row, at=clock.now + timedelta(days=8)) is None
    stored = [repr((one.old, one.new, one.evidence)) for one in Verification.objects.filter(service=service)]
    assert not any("Camille" in one for one in stored), "a name isn't kept for ever"


def test_the_same_number_told_anew_is_new(service, token, clock):
    row = Capacity.objects.create(
        service=service, maximum=4, vacancy=1, told_at=clock.now - timedelta(days=9)
    )
    says(token, clock, vacancy=1)

    row.refresh_from_db()
    assert (row.vacancy, row.told_at, row.told_by) == (1, clock.now, "la structure")
    assert "capacity.vacancy" in verified(service, means="link")


def test_no_more_places_are_free_than_there_are(service, token, clock):
    Capacity.objects.create(service=service, maximum=4)

    for said in ({"vacancy": 5}, {"capacity_said": "wrong", "maximum": 2, "vacancy": 3}):
        with pytest.raises(InvalidInput):
            says(token, clock, **said)
    says(token, clock, capacity_said="wrong", maximum=6, emergency=2, vacancy=5)
    row = Capacity.objects.get()
    assert (row.maximum, row.emergency, row.vacancy) == (6, 2, 5)


# --- What waits for an editor --------------------------------------------------------------------------


@pytest.mark.parametrize(("column", "value"), [("phone", "+33199999999"), ("email", "autre@essai.invalid")])
def test_a_telephone_and_an_address_wait_for_an_editor(world, service, token, clock, column, value):
    """Whoever reads a stolen mail must neither be called about a child nor be sent the next link."""
    done = says(token, clock, **{f"{column}_said": "wrong", column: value})

    assert done.waits
    row = Service.objects.get(pk=service.pk)
    assert getattr(row, column) == getattr(service, column)
    report = ErrorReport.objects.get(service=service)
    assert (report.by, report.settled_at, report.authority) == (None, None, service.authority)
    assert value.encode() not in bytes(report.sentence.ciphertext)


REACHING = [
    "06 39 98 12 34", "06.39.98.12.34", "06-39-98-12-34", "+33 (0)6 39 98 12 34", "appeler le 063998", "06:39:98:12:34",
    "０６３９９８１２３４", "a@essai.invalid", "a＠essai.invalid", "a arobase essai", "https://essai.invalid",
    "www.essai.invalid", "voir essai.org",
]  # fmt: skip


#: Where it is asked for: question, member, column.
COLUMNS = [
    ("contact", "contact", "contact_name"),
    ("hours", "hours", "opening_hours_text"),
    ("documents", "documents_wanted", "documents_wanted"),
    ("documents", "documents_never", "documents_never"),
]


@pytest.mark.parametrize(
    ("text", "asked_for"), [(text, place) for text in REACHING for place in some(COLUMNS, text)]
)
def test_a_text_by_which_somebody_is_reached_waits_for_an_editor(world, clock, text, asked_for):
    question, member, column = asked_for
    kept = {
        "contact_name": "Le chef",
        "opening_hours": "24/7",
        "documents_wanted": "A",
        "documents_never": "B",
    }
    service = a_service(world, **kept)
    (message,) = asked(clock)
    said = {member: f"Le soir : {text}", f"{question}_said": "wrong", "delay_said": "wrong", "delay": 48}
    done = says(token_in(message), clock, **said)

    row = Service.objects.get(pk=service.pk)
    assert (done.waits, row.answer_delay_hours) == (True, 48), "the rest counts at once"
    assert (getattr(row, column), row.opening_hours) == (getattr(service, column), "24/7")
    assert not Verification.objects.filter(service=service, field=column).exists()
    (line,) = queries.open_reports(world.actor("directory_editor", at=clock.now), at=clock.now)
    assert line.sentence.endswith(f" : Le soir : {text}")


def test_a_number_in_the_note_of_formal_hours_waits_too(service, token, clock):
    says(token, clock, hours_said="wrong", hours='Mo-Fr 09:00-18:00 "06 39 98 12 34"')

    row = Service.objects.get(pk=service.pk)
    assert (row.opening_hours, row.opening_hours_text) == ("", "")
    assert ErrorReport.objects.filter(service=service).count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 09:00-12:30,14:00-18:00; Sa 10:00-12:00", "du lundi au vendredi, 9 h à 18 h", "9h-12h et 14h30-18h",
        "9:00 – 12:00, 14:00 – 18:00", "24/7",
    ],
)  # fmt: skip
def test_times_in_hours_reach_nobody(text):
    assert not has_contact_details(text, is_hours=True)


@pytest.mark.parametrize(
    "text",
    ["Le chef de service", "le 115, puis le 119", "93200 Saint-Denis", "2 photos. Le 3 mai.", "de 9:00 à 17"],
)
def test_short_numbers_reach_nobody(text):
    assert not has_contact_details(text)


def test_a_name_that_holds_a_number_stands_beside_no_place(service, token, clock):
    says(token, clock, vacancy=2, said_by="Camille 06 39 98 12 34")

    assert Capacity.objects.get(service=service).told_by == "la structure"
    assert ErrorReport.objects.filter(service=service).count() == 1


def test_a_long_text_waits_in_pieces_and_nothing_of_it_is_lost(world, service, token, clock):
    text = "".join(chr(97 + n % 26) for n in range(1_980)) + " 06 39 98 12 34"
    says(token, clock, documents_said="wrong", documents_wanted=text)

    told = queries.open_reports(world.actor("directory_editor", at=clock.now), at=clock.now)
    pieces = {line.sentence.split(" : ", 1)[1] for line in told}
    assert pieces == {text[start : start + 400] for start in range(0, len(text), 400)}


def test_a_text_that_was_kept_and_is_sent_again_is_confirmed(world, clock):
    service = a_service(world, contact_name="Le chef, 06 39 98 12 34")
    (message,) = asked(clock)
    done = says(token_in(message), clock, contact_said="wrong", contact=service.contact_name)

    assert not done.waits
    assert "contact_name" in verified(service, means="link")


def test_what_else_is_to_be_corrected_is_a_sealed_sentence_for_the_editors(world, service, token, clock):
    says(token, clock, all_right=True, remark="Nous déménageons en mai.")

    assert ErrorReport.objects.filter(service=service, by=None).count() == 1
    told = Notice.objects.filter(template=links.ANSWERED, channel="mail").values_list("user_id", flat=True)
    assert list(told) == [world.user("directory_editor").pk]


def test_the_editors_are_told_once_a_day_and_not_of_a_mere_yes(world, clock):
    for _ in range(3):
        a_service(world)
    tokens = [token_in(message) for message in asked(clock)]
    says(tokens[0], clock, all_right=True)
    assert not Notice.objects.filter(template=links.ANSWERED).exists()
    says(tokens[1], clock, works="closed")
    says(tokens[2], clock, works="suspended")

    assert Notice.objects.filter(template=links.ANSWERED, channel="mail").count() == 1


# --- Traces, and undoing -------------------------------------------------------------------------------


def test_an_answer_is_an_entry_of_the_service_itself(world, service, token, clock):
    says(token, clock, works="closed", contact_said="wrong", contact="X")

    (entry,) = entries(act="directory:service-confirmed")
    assert (entry.actor, entry.tenant) == (None, world.authorities["93"].pk)


def test_a_link_is_used_once(token, clock):
    says(token, clock, all_right=True)

    with pytest.raises(LinkRefused):
        says(token, clock, works="closed")


def test_what_does_not_fit_together_changes_nothing_and_keeps_the_link(service, token, clock):
    with pytest.raises(InvalidInput):
        says(token, clock, works="suspended", suspended_until=clock.now.date().isoformat())

    assert not Verification.objects.filter(service=service).exists()
    assert ConfirmationLink.objects.filter(used_at=None).exists()


def test_an_editor_undoes_an_answer_and_what_changed_since_stays(world, service, token, clock):
    says(
        token, clock, works="closed", contact_said="wrong", contact="Un inconnu", delay_said="wrong", delay=500,
        vacancy=3,
    )  # fmt: skip
    clock.on(hours=1)
    row = Service.objects.get(pk=service.pk)
    changes.write(row, {"answer_delay_hours": 24}, changes.Basis(by=None, at=clock.now, means=Means.PHONE))
    one = Verification.objects.filter(service=service, means="link").first()
    for name, code in (("crip_coordinator", "93"), ("directory_editor", "75")):
        with pytest.raises(NotAllowed):
            confirmations.revert(one.pk, actor=world.actor(name, code, at=clock.now), at=clock.now)
    confirmations.revert(one.pk, actor=world.actor("directory_editor", at=clock.now), at=clock.now)

    row.refresh_from_db()
    assert (row.status, row.contact_name, row.answer_delay_hours) == ("active", "", 24)
    assert Reach.objects.filter(service=service).exists()
    assert Capacity.objects.get(service=service).vacancy is None


def test_answers_by_link_are_listed_for_a_month_for_who_keeps_the_entry(world, service, token, clock):
    a_service(world)
    (second,) = asked(clock)
    Capacity.objects.create(service=service, maximum=4)
    says(
        token, clock, works="suspended", contact_said="wrong", contact="Un inconnu", capacity_said="wrong", maximum=6,
        vacancy=0,
    )  # fmt: skip
    clock.on(minutes=1)
    says(token_in(second), clock, all_right=True)
    editor = world.actor("directory_editor", at=clock.now)
    (line,) = queries.link_answers(editor, at=clock.now)
    assert (line.service, set(line.fields)) == (
        service.pk, {"status", "contact_name", "capacity.maximum", "capacity.vacancy"},
    )  # fmt: skip
    assert queries.link_answers(world.actor("directory_editor", "75", at=clock.now), at=clock.now) == []
    with pytest.raises(NotAllowed):
        queries.link_answers(world.actor("crip_coordinator", at=clock.now), at=clock.now)
    assert queries.link_answers(editor, at=clock.now + timedelta(days=29))
    assert queries.link_answers(editor, at=clock.now + timedelta(days=31)) == []
    confirmations.revert(line.id, actor=editor, at=clock.now)
    assert queries.link_answers(editor, at=clock.now) == []


def test_a_whole_confirmation_undone_is_no_verification_any_more(world, service, token, clock):
    says(token, clock, all_right=True)
    one = Verification.objects.filter(service=service, means="link").first()
    editor = world.actor("directory_editor", at=clock.now)
    confirmations.revert(one.pk, actor=editor, at=clock.now)

    service.refresh_from_db()
    assert (service.verified_on, service.verified_by) == (None, "")


def test_what_an_editor_said_is_not_undone_so(world, service, clock):
    said = changes.Basis(by=world.user("directory_editor").pk, at=clock.now, means=Means.PHONE)
    changes.write(service, {"contact_name": "X"}, said)

    with pytest.raises(NotVisible):
        confirmations.revert(
            Verification.objects.get().pk, actor=world.actor("directory_editor", at=clock.now), at=clock.now
        )
