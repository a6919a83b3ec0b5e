"""The pages of administrators: people, roles, settings; the same acts as through the API, and no case on any of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import GrantRequest, MailedLink, Membership, User
from accounts.roles import POWERFUL
from referrals.models import SettingChange
from referrals.policy.definitions import SETTINGS
from tests.conftest import see_all
from tests.days import today
from tests.night import one_in, some
from tests.referrals.api.routes import counting
from tests.web.visiting import Visitor, form_in, links, text

NEW = "/administration/personnes/nouvelle"
OTHERS = ["crip_coordinator", "auditor", "dpo", "filer", "supervisor", "platform_admin"]


@pytest.fixture
def admin(world):
    return Visitor(world, "territory_admin")


@pytest.fixture
def settings_of(world):
    return f"/administration/{world.authorities['93'].pk}/reglages"


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("name", OTHERS)
def test_who_administers_nothing_has_no_page_of_it(world, settings_of, name):
    visitor = Visitor(world, name)

    assert "/administration" not in links(visitor.client.get("/", follow=True))
    held = world.memberships["93", "filer"].pk
    for page in some((
        "/administration", NEW, f"/administration/personnes/{world.user('filer').pk}", "/administration/roles",
        "/administration/roles/nouveau", f"/administration/roles/{held}/fin", settings_of,
        f"{settings_of}/triage_hours",
    ), name, 3):  # fmt: skip
        assert visitor.get(page).status_code == 403, page
    assert visitor.post(f"/administration/roles/{held}/fin", {}).status_code == 403
    see_all()
    assert Membership.objects.get(pk=held).valid_to is None


@pytest.mark.sec("SEC-AZ1")
def test_another_authority_is_not_there(world, admin):
    elsewhere = world.authorities["75"].pk
    assert "filer.75@test.invalid" not in text(admin.get("/administration"))
    assert admin.get(f"/administration/{elsewhere}/reglages").status_code == 404
    assert (
        admin.get(f"/administration/personnes/{world.memberships['75', 'filer'].user_id}").status_code == 404
    )
    held = world.memberships["75", "filer"].pk
    assert admin.get(f"/administration/roles/{held}/fin").status_code == 404
    assert admin.post(f"/administration/roles/{held}/fin", {}).status_code == 404


def test_somebody_new_gets_an_account_a_voucher_and_a_role(world, admin):
    made = admin.fills(NEW, email="nouvelle@test.invalid", full_name="Nouvelle")
    assert made.status_code == 200, text(made)[:800]
    see_all()
    user = User.objects.get(email="nouvelle@test.invalid")
    assert admin.fills(f"/administration/personnes/{user.pk}/verification").status_code == 303
    given = admin.fills("/administration/roles/nouveau", email="nouvelle@test.invalid", role="statistician")
    assert given.status_code == 303, text(given)[:800]
    assert "L'action « Donner un rôle » est enregistrée." in text(admin.get(given["Location"]))

    see_all()
    user.refresh_from_db()
    held = Membership.objects.get(user=user)
    assert user.verified_at is not None
    assert (held.role, held.authority_id, held.valid_to) == ("statistician", world.authorities["93"].pk, None)
    page = admin.get("/administration/roles", user=str(user.pk))
    assert "Nouvelle" in text(page)
    assert admin.fills(f"/administration/roles/{held.pk}/fin").status_code == 303
    see_all()
    held.refresh_from_db()
    assert held.valid_to is not None
    assert "Terminé" in text(admin.get("/administration/roles", user=str(user.pk)))
    assert admin.post(f"/administration/roles/{held.pk}/fin", {}).status_code == 409


def test_a_form_that_is_sent_twice_does_it_once(world, admin):
    shown = admin.get("/administration/roles/nouveau")
    once = re.search(r'name="once" value="(\w+)"', shown.content.decode())[1]
    said = {
        "once": once, "email": world.user("assessor").email, "role": "statistician",
        "authority": str(world.authorities["93"].pk),
    }  # fmt: skip
    assert [admin.post("/administration/roles/nouveau", said).status_code for _ in range(2)] == [
        303,
        303,
    ]
    see_all()
    assert Membership.objects.filter(user=world.user("assessor"), role="statistician").count() == 1


def test_what_is_wrong_is_named_beside_its_field(world, admin):
    missing = admin.fills("/administration/roles/nouveau", email="nobody@test.invalid")
    unknown = admin.fills("/administration/roles/nouveau", email="nobody@test.invalid", role="assessor")
    unit = admin.fills(
        "/administration/roles/nouveau", email=world.user("filer").email, role="assessment_lead"
    )

    assert [one.status_code for one in (missing, unknown, unit)] == [400, 400, 400]
    assert 'href="#f-role"' in missing.content.decode()
    assert 'href="#f-email"' in unknown.content.decode()
    assert 'href="#f-unit' in unit.content.decode()
    assert 'value="nobody@test.invalid"' in unknown.content.decode()


@pytest.mark.sec("SEC-AZ12", "SEC-AZ24")
@pytest.mark.parametrize("role", [*sorted(POWERFUL), "intake_agent", "on_call"])
def test_a_role_that_two_persons_give_is_not_given_by_one(world, admin, role):
    said = {"email": world.user("filer").email, "authority": str(world.authorities["93"].pk)}

    asked = admin.post("/administration/roles/nouveau", said | {"role": role})

    assert asked["Location"].partition("?")[0] == "/administration/demandes", role
    see_all()
    assert not Membership.objects.filter(user=world.user("filer"), role=role).exists()
    assert GrantRequest.objects.filter(user=world.user("filer"), confirmed=None, role=role).exists()


def test_the_list_of_roles_goes_on_where_it_ended(world, admin):
    """A cursor is good on the page after, which has it in its address."""
    first = admin.get("/administration/roles", limit="5", in_force="true")
    (onwards,) = [one for one in links(first, "/administration/roles?") if "cursor" in one]
    second = admin.get(f"{onwards}&limit=5")

    assert second.status_code == 200
    ends = [
        {one for one in links(page, "/administration/roles/") if one.endswith("/fin")}
        for page in (first, second)
    ]
    assert len(ends[0]) == len(ends[1]) == 5
    assert not ends[0] & ends[1]


# --- People -------------------------------------------------------------------------------------------


def test_a_person_is_added_with_roles_and_invited_on_one_page(world, admin):
    shown = form_in(admin.get(NEW))
    said = shown | {
        "email": "Nouvelle@test.invalid", "full_name": "Nouvelle Personne", "verified": "true",
        "roles-0-role": "statistician", "roles-1-role": "filer", "rows-roles": "2",
    }  # fmt: skip

    done = admin.post(NEW, said)

    assert done.status_code == 200, text(done)[:800]
    see_all()
    user = User.objects.get(email="nouvelle@test.invalid")
    code = re.search(r"<code>(\S+)</code>", done.content.decode())[1]
    assert user.verified_at is not None
    assert {row.role for row in user.memberships.all()} == {"statistician", "filer"}
    assert MailedLink.objects.get(user=user).code is not None
    assert f"/administration/personnes/{user.pk}" in links(done)
    again = admin.post(NEW, said)
    assert (again.status_code, code in again.content.decode()) == (200, False), "once, and the code this once"


@pytest.mark.sec("SEC-AZ24")
def test_a_person_whose_role_opens_cases_is_invited_by_the_second_person(world, admin):
    shown = form_in(admin.get(NEW))
    said = {"email": "nouvelle@test.invalid", "full_name": "Nouvelle", "roles-0-role": "assessor"}

    done = admin.post(NEW, shown | said)

    assert (done.status_code, "<code>" in done.content.decode()) == (200, False)
    assert "Elle partira quand une seconde personne aura confirmé" in text(done)
    see_all()
    user = User.objects.get(email="nouvelle@test.invalid")
    assert not MailedLink.objects.filter(user=user).exists()
    page = admin.get(f"/administration/personnes/{user.pk}")
    assert "Attend une seconde personne" in text(page)
    assert "une autre personne voit le code" in text(page)
    invitation = f"/administration/personnes/{user.pk}/invitation"
    assert invitation not in links(page)
    assert admin.post(invitation, {}).status_code == 403


def test_one_row_more_keeps_what_was_typed_and_adds_nobody(admin):
    shown = form_in(admin.get(NEW)) | {"full_name": "Nouvelle", "roles-0-role": "assessor", "more": "roles"}

    more = admin.post(NEW, shown)

    assert more.status_code == 200
    form = form_in(more)
    assert (form["full_name"], form["roles-0-role"], form["rows-roles"]) == ("Nouvelle", "assessor", "2")
    assert 'class="error"' not in more.content.decode()
    assert not User.objects.filter(full_name="Nouvelle").exists()


def test_what_is_wrong_with_a_newcomer_stands_beside_its_field_and_nothing_is_lost(world, admin):
    said = form_in(admin.get(NEW)) | {
        "email": "nouvelle@test.invalid", "full_name": "", "rows-roles": "3", "roles-1-role": "assessment_lead",
        "roles-2-valid_to": "2026-01-01T10:00",
    }  # fmt: skip

    missing = admin.post(NEW, said)
    refused = admin.post(NEW, said | {"full_name": "Nouvelle", "roles-2-role": "statistician"})

    assert [one.status_code for one in (missing, refused)] == [400, 400]
    for name in ("f-full_name", "f-roles-2-role"):
        assert f'href="#{name}"' in missing.content.decode(), name
    for name in ("f-roles-1-unit", "f-roles-2-valid_to"):
        assert f'href="#{name}"' in refused.content.decode(), name
    assert form_in(missing)["email"] == "nouvelle@test.invalid"
    assert form_in(refused)["roles-2-valid_to"] == "01/01/2026 10:00"
    see_all()
    assert not User.objects.filter(email="nouvelle@test.invalid").exists()


@pytest.mark.sec("SEC-AZ5")
def test_who_has_an_account_here_is_named_by_a_link_and_who_has_one_elsewhere_by_nothing(world, admin):
    here, elsewhere = world.user("filer"), world.memberships["75", "filer"].user

    known = admin.fills(NEW, email=here.email, full_name="Encore")
    hidden = admin.fills(NEW, email=elsewhere.email, full_name="Encore")

    assert (known.status_code, hidden.status_code) == (409, 400)
    assert f"/administration/personnes/{here.pk}" in links(known)
    for answer in (known, hidden):
        assert 'href="#f-email"' in answer.content.decode()
    assert str(elsewhere.pk) not in hidden.content.decode()
    assert not links(hidden, "/administration/personnes/")


def test_people_are_looked_for_by_name_and_no_address_holds_it(world, admin):
    found = admin.fills("/administration", words="FILER")

    assert found.status_code == 200
    assert f"/administration/personnes/{world.user('filer').pk}" in links(found)
    assert f"/administration/personnes/{world.user('dpo').pk}" not in links(found)
    assert "filer.75@" not in text(found)
    assert not [one for one in links(found) if "FILER" in one.upper() and "?" in one]
    nobody = admin.fills("/administration", words="Personne de ce nom")
    assert "Personne ne répond à ces critères." in text(nobody)
    assert admin.fills("/administration", words="").status_code == 400


def test_the_list_is_narrowed_and_goes_on_where_it_ended(world, admin):
    narrowed = admin.get("/administration", role="crip_coordinator", state="not_invited")
    people = [one for one in links(narrowed, "/administration/personnes/") if one != NEW]
    assert f"/administration/personnes/{world.user('crip_coordinator').pk}" in people
    assert f"/administration/personnes/{world.user('filer').pk}" not in people
    first = admin.get("/administration", limit="5")
    (onwards,) = [one for one in links(first, "/administration?") if "cursor" in one]

    second = admin.get(f"{onwards}&limit=5")

    pages = [set(links(page, "/administration/personnes/")) - {NEW} for page in (first, second)]
    assert [len(page) for page in pages] == [5, 5]
    assert not pages[0] & pages[1]


def test_a_role_is_given_and_ended_from_the_page_of_its_person(world, admin):
    user = world.user("statistician")
    place = f"/administration/personnes/{user.pk}"
    (form,) = links(admin.get(place), "/administration/roles/nouveau")
    assert form_in(admin.get(form))["email"] == user.email

    given = admin.fills(form, role="directory_editor")

    assert given["Location"].partition("?")[0] == place
    see_all()
    held = Membership.objects.get(user=user, role="directory_editor")
    ended = admin.fills(f"/administration/roles/{held.pk}/fin")
    assert ended["Location"].partition("?")[0] == place
    assert "Terminé" in text(admin.get(place))


def test_nothing_is_offered_for_ones_own_account(world, admin):
    own = f"/administration/personnes/{world.user('territory_admin').pk}"

    assert not links(admin.get(own), f"{own}/")


# --- Settings -----------------------------------------------------------------------------------------


def test_a_setting_is_changed_from_a_day_on_and_keeps_its_history(world, admin, settings_of):
    later = today() + timedelta(days=40)

    done = admin.fills(f"{settings_of}/triage_hours", triage_hours="30", effective_on=later.isoformat())

    assert done.status_code == 303, text(done)[:800]
    see_all()
    made = SettingChange.objects.get(authority=world.authorities["93"], key="triage_hours")
    assert (made.value, made.made_by) == (30, world.user("territory_admin"))
    page = text(admin.get(done["Location"]))
    assert later.strftime("%d/%m/%Y") in page
    assert "territory_admin 93" in page
    assert "Changement à venir" in text(admin.get(settings_of))


def settings_on(page):
    assert page.status_code == 200
    return [one.rpartition("/")[2] for one in links(page) if re.search("/reglages/[a-z]", one)]


def test_each_setting_stands_in_one_chapter_to_which_the_page_of_settings_leads(admin, settings_of):
    chapters = [one for one in links(admin.get(settings_of)) if "?chapter=" in one]

    shown = [key for chapter in chapters for key in settings_on(admin.get(chapter))]

    assert sorted(shown) == sorted(SETTINGS)
    assert len(chapters) > 10
    assert settings_on(admin.get(settings_of)) == [], "none was changed"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("premiere ANALYSE u2", ["triage_urgent_hours"]),
        ("first analysis from", ["triage_urgent_hours"]),
        ("triage_urgent", ["triage_urgent_hours"]),
        ("sealed_mail", []),
        ("pli recommandé", ["transfer_mode"]),
        ("L223-2", ["agreement_days", "letter_agreement_text"]),
        ("zzz", []),
    ],
)
def test_a_setting_is_found_by_words_of_its_label_its_code_its_law_and_its_choices(
    admin, settings_of, words, found
):
    page = admin.get(settings_of, words=words)

    assert settings_on(page) == found
    assert found or "Aucun réglage n'a ces mots." in text(page)


def test_what_the_authority_chose_is_shown_first_with_since_when_and_by_whom(world, admin, settings_of):
    admin.fills(f"{settings_of}/triage_hours", triage_hours="30", effective_on=today().isoformat())

    page = admin.get(settings_of)

    assert settings_on(page) == ["triage_hours"]
    assert f"depuis le {today():%d/%m/%Y}, territory_admin 93" in text(page)
    assert admin.get(settings_of, chapter="nonsense").status_code == 400


@pytest.mark.parametrize("key", one_in(12, SETTINGS))
def test_every_setting_has_its_page_and_an_empty_form_breaks_nothing(admin, settings_of, key):
    assert admin.get(f"{settings_of}/{key}").status_code == 200
    assert admin.post(f"{settings_of}/{key}", {}).status_code == 400


def test_a_value_out_of_bounds_leads_to_its_field(admin, settings_of):
    refused = admin.fills(f"{settings_of}/triage_hours", triage_hours="100000", effective_on="hier")

    assert refused.status_code == 400
    html = refused.content.decode()
    assert 'href="#f-triage_hours"' in html
    assert 'href="#f-effective_on"' in html
    assert 'value="100000"' in html
    assert admin.get(f"{settings_of}/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("address", "twin"),
    [
        ("administration", "users"),
        ("administration/roles", "memberships"),
        ("administration/roles/a-revoir", "memberships?review=due"),
        ("administration/{pk}/reglages", "authorities/{pk}/settings"),
    ],
)
def test_a_page_asks_the_database_little_more_than_its_twin(world, admin, address, twin):
    pk = world.authorities["93"].pk
    for _ in range(2):
        with counting() as of_page:
            assert admin.get("/" + address.format(pk=pk)).status_code == 200
        with counting() as of_twin:
            answer = admin.client.get(f"/api/v1/{twin.format(pk=pk)}", headers={"accept": "*/*"})
            assert answer.status_code == 200
    seeing = connection.vendor == "postgresql"  # the one by which the test sees all rows again
    assert of_page[0] <= of_twin[0] + 2 + seeing


def test_the_pages_speak_the_other_language(admin, settings_of):
    admin.post("/langue", {"language": "en"})

    for page, words in (
        ("/administration", "People"),
        ("/administration/roles", "Roles"),
        (settings_of, "Settings"),
    ):
        answer = admin.get(page)
        assert answer.headers["Content-Language"] == "en"
        assert f"<h1>{words}</h1>" in answer.content.decode()


# --- Hours and rows -----------------------------------------------------------------------------------


def kept(world, key):
    see_all()
    return SettingChange.objects.get(authority=world.authorities["93"], key=key).value


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("9:00–12:00, 13:30–17:00", [("09:00", "12:00"), ("13:30", "17:00")]),
        ("9h-12h30", [("09:00", "12:30")]),
        (" 08:00 - 24:00 ", [("08:00", "24:00")]),
        ("", []),
    ],
)
def test_opening_hours_are_typed_as_people_write_them(world, admin, settings_of, typed, spans):
    shown = form_in(admin.get(f"{settings_of}/opening_hours"))
    assert shown["opening_hours-monday"] == "09:00–17:00"
    assert shown["opening_hours-sunday"] == ""

    done = admin.fills(
        f"{settings_of}/opening_hours", opening_hours__monday=typed, effective_on=today().isoformat()
    )

    assert done.status_code == 303, text(done)[:800]
    assert kept(world, "opening_hours")["monday"] == [{"opens": a, "closes": b} for a, b in spans]
    assert kept(world, "opening_hours")["tuesday"] == [{"opens": "09:00", "closes": "17:00"}]


@pytest.mark.parametrize("typed", ["matin", "9:00–", "12:00–9:00", "9:00-12:00, 11:00-13:00", "25:00–26:00"])
def test_hours_that_are_none_are_named_beside_their_day_and_stay_typed(admin, settings_of, typed):
    refused = admin.fills(
        f"{settings_of}/opening_hours", opening_hours__monday=typed, effective_on=today().isoformat()
    )

    assert refused.status_code == 400
    html = refused.content.decode()
    assert 'href="#f-opening_hours-monday"' in html
    assert form_in(refused)["opening_hours-monday"] == typed
    assert not SettingChange.objects.filter(key="opening_hours").exists()


def test_a_week_that_is_nearly_closed_is_refused_as_a_whole(admin, settings_of):
    days = {f"opening_hours__{day}": "" for day in ("monday", "tuesday", "wednesday", "thursday")}

    refused = admin.fills(f"{settings_of}/opening_hours", **days, effective_on=today().isoformat())

    assert refused.status_code == 400
    assert 'href="#f-opening_hours-monday"' in refused.content.decode()


def test_rows_are_added_changed_and_taken_away(world, admin, settings_of):
    page = f"{settings_of}/protocol_partners"
    first = {
        "protocol_partners-0-kind": "hospital", "protocol_partners-0-name": "Hôpital d'essai",
        "protocol_partners-0-contact": "01 00 00 00 00", "effective_on": today().isoformat(),
    }  # fmt: skip
    shown = form_in(admin.get(page))
    more = admin.post(page, shown | first | {"more": "protocol_partners"})
    assert more.status_code == 200
    typed = form_in(more)
    assert typed["rows-protocol_partners"] == "2"
    assert typed["protocol_partners-0-name"] == "Hôpital d'essai", "nothing that was typed is lost"
    assert not SettingChange.objects.filter(key="protocol_partners").exists()
    second = {"protocol_partners-1-kind": "police", "protocol_partners-1-name": "Commissariat d'essai"}

    assert admin.post(page, typed | second).status_code == 303

    rows = kept(world, "protocol_partners")
    assert [(row["kind"], row["name"]) for row in rows] == [
        ("hospital", "Hôpital d'essai"), ("police", "Commissariat d'essai"),
    ]  # fmt: skip
    assert "Hôpital d'essai" in text(admin.get(page))
    gone = form_in(admin.get(page)) | {
        "protocol_partners-0-removed": "true",
        "effective_on": today().isoformat(),
    }
    assert admin.post(page, gone).status_code == 303
    see_all()
    newest = SettingChange.objects.filter(key="protocol_partners").order_by("position").last()
    assert [row["name"] for row in newest.value] == ["Commissariat d'essai"]


def test_a_question_with_answers_to_choose_from_is_typed_line_by_line(world, admin, settings_of):
    page = f"{settings_of}/form_questions"
    said = {
        "form_questions-0-code": "transport", "form_questions-0-fr": "Comment vient-il ?",
        "form_questions-0-en": "How does the child come?", "form_questions-0-kind": "choice",
        "form_questions-0-choices": "bus | En bus | By bus\nfoot | À pied | On foot", "effective_on": today().isoformat(),
    }  # fmt: skip

    done = admin.post(page, form_in(admin.get(page)) | said)

    assert done.status_code == 303, text(done)[:1500]
    (row,) = kept(world, "form_questions")
    assert row["choices"] == [
        {"code": "bus", "fr": "En bus", "en": "By bus"}, {"code": "foot", "fr": "À pied", "en": "On foot"},
    ]  # fmt: skip
    again = form_in(admin.get(page))
    assert again["form_questions-0-choices"] == "bus | En bus | By bus\nfoot | À pied | On foot"
    assert "foot | À pied" not in text(admin.get(page)).split("Historique")[1]


def test_a_fault_of_a_row_stands_beside_its_field(admin, settings_of):
    page = f"{settings_of}/measure_variants"
    said = {
        "rows-measure_variants": "2", "measure_variants-1-code": "Pas Un Code", "measure_variants-1-of": "aed",
        "measure_variants-1-fr": "Variante", "effective_on": today().isoformat(),
    }  # fmt: skip

    refused = admin.post(page, form_in(admin.get(page)) | said)

    assert refused.status_code == 400
    html = refused.content.decode()
    assert 'href="#f-measure_variants-1-code"' in html, "the first row was left empty"
    assert 'href="#f-measure_variants-1-en"' in html
    assert form_in(refused)["measure_variants-1-code"] == "Pas Un Code"


def test_a_list_as_long_as_may_be_goes_through_the_page(world, admin, settings_of):
    page = f"{settings_of}/form_questions"
    said = {"rows-form_questions": "30", "effective_on": today().isoformat()}
    for n in range(30):
        said |= {f"form_questions-{n}-{name}": "" for name in ("max_length", "choices")}
        said |= {f"form_questions-{n}-{name}": f"Question {n}" for name in ("fr", "en")}
        said |= {
            f"form_questions-{n}-code": f"q{n}",
            f"form_questions-{n}-kind": "text",
            f"form_questions-{n}-required": "true",
        }

    done = admin.post(page, form_in(admin.get(page)) | said)

    assert done.status_code == 303, text(done)[:800]
    assert len(kept(world, "form_questions")) == 30


@pytest.mark.parametrize("counted", [None, "", "100", "-1", "\u0661", "31"])
def test_a_form_that_doesnt_say_how_many_rows_it_has_takes_none_away(admin, settings_of, counted):
    page = f"{settings_of}/protocol_partners"
    said = form_in(admin.get(page)) | {"effective_on": today().isoformat()}
    said.pop("rows-protocol_partners")
    more = {} if counted is None else {"rows-protocol_partners": counted}
    rows = {
        f"protocol_partners-{n}-{name}": value
        for n in range(31)
        for name, value in (("kind", "other"), ("name", f"P{n}"))
    }

    assert admin.post(page, said | more | rows).status_code == 400
    see_all()
    assert not SettingChange.objects.filter(key="protocol_partners").exists()


# --- What is stopped from here ------------------------------------------------------------------------


@pytest.fixture
def leaver(world):
    user = world.user("statistician")
    user.home_authority = world.authorities["93"]
    user.save()
    return user


def test_sessions_end_and_an_account_is_closed_and_opened_again_by_pages(world, admin, leaver):
    theirs = Visitor(world, "statistician")
    place = f"/administration/personnes/{leaver.pk}"
    shown = links(admin.get(place))
    assert {f"{place}/connexions", f"{place}/fermeture"} <= set(shown)
    assert f"{place}/reouverture" not in shown

    assert admin.fills(f"{place}/connexions").status_code == 303
    assert theirs.get("/compte/connexion").status_code == 401
    assert admin.fills(f"{place}/fermeture").status_code == 303
    see_all()
    assert not User.objects.get(pk=leaver.pk).is_active
    page = admin.get(place)
    assert "Compte fermé" in text(page)
    offered = links(page, f"{place}/")
    assert offered == [f"{place}/reouverture"], "nothing else is done to a closed account"
    assert admin.fills(f"{place}/reouverture").status_code == 303
    see_all()
    assert User.objects.get(pk=leaver.pk).is_active


def test_a_page_says_that_an_account_was_closed_meanwhile(world, admin, leaver):
    place = f"/administration/personnes/{leaver.pk}/fermeture"
    shown = form_in(admin.get(place))
    assert admin.post(place, shown).status_code == 303

    again = admin.post(place, {"once": "another-key-of-a-form"})

    assert again.status_code == 409
    assert "Cet élément existe déjà." in text(again)


def test_in_an_emergency_all_sessions_of_the_authority_end_by_a_page(world, admin):
    theirs, elsewhere = Visitor(world, "filer"), Visitor(world, "filer", "75")
    place = f"/administration/{world.authorities['93'].pk}/connexions"
    assert place in links(admin.get("/administration"))

    assert admin.fills(place).status_code == 303

    assert theirs.get("/compte/connexion").status_code == 401
    assert elsewhere.get("/compte/connexion").status_code == 200
    assert admin.get("/administration").status_code == 200, "who asked goes on"
    assert admin.get(f"/administration/{world.authorities['75'].pk}/connexions").status_code == 404
