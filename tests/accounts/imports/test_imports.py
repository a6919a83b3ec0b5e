"""Imports by the API: tried, asked for, confirmed by a second person, undone before first use (SEC-AZ12)."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import errors
from accounts.imports import tasks
from accounts.models import AuthorityTerritory, Factor, ImportRun, MailedLink, Membership, Organisation, User
from accounts.roles import Role
from audit.models import Entry
from outbox.models import Notice
from tests.accounts.conftest import LONG_AGO, PASSWORD, entries
from tests.accounts.imports.samples import (
    FINESS,
    INSTITUTIONS,
    PEOPLE,
    SCHOOLS,
    establishment,
    file_of,
    finess,
    school,
    uai,
)

pytestmark = pytest.mark.sec("SEC-AZ12")
IMPORTS = "imports"
SIRET = "73282932000074"
CAMILLE = "Camille Exemple;camille@college.invalid;0123456789;filer;;Collège des Tilleuls;"
SACHA = "Sacha Exemple;sacha@nord.invalid;;assessment_lead;circonscription NORD;;en"


@pytest.fixture(autouse=True)
def places(authority_93, authority_75):
    for one in (authority_93, authority_75):
        AuthorityTerritory.objects.create(authority=one, department_code=one.code, valid_from=LONG_AGO.date())


@pytest.fixture
def admin(ada, signed_in):
    return signed_in(ada.user)


@pytest.fixture
def sam(member, make_user, authority_93):
    """A supervisor of 93, who may confirm and not ask."""
    return member(Role.SUPERVISOR, authority_93, user=make_user("sam", password=PASSWORD))


@pytest.fixture
def second(sam, signed_in):
    return signed_in(sam.user)


def tries(caller, authority, raw, source="people", **more):
    form = {"authority": str(authority.pk), "source": source, "file": SimpleUploadedFile("x.csv", raw)} | more
    return caller.client.post(caller.path + IMPORTS, form)


def tried(caller, authority, raw, source="people"):
    answer = tries(caller, authority, raw, source)
    assert answer.status_code == 201, answer.content
    return answer.json()


def confirmed(admin, second, authority, raw, source="people"):
    run = tried(admin, authority, raw, source)
    assert admin.post(f"{IMPORTS}/{run['id']}/ask").status_code == 200
    answer = second.post(f"{IMPORTS}/{run['id']}/confirm", {"digest": run["digest"]})
    assert answer.status_code == 200, answer.content
    return answer.json()


def counts(run):
    return tuple(run[name] for name in ("created", "changed", "unchanged", "refused", "left_out"))


def everything():
    return (
        User.objects.count(),
        Membership.objects.count(),
        Organisation.objects.count(),
        MailedLink.objects.count(),
    )


# --- Trial ----------------------------------------------------------------------------------------------


def test_a_trial_says_what_each_line_would_do_and_writes_none_of_it(admin, alice, unit, authority_93):
    before = everything()
    raw = file_of(
        PEOPLE, CAMILLE, SACHA, "Alice;alice@exemple.fr;;filer;;Collège des Tilleuls;", "Alice;alice@exemple.fr;;assessor;;;",
        "X;x@x.invalid;;assessor;;Collège inconnu;", "Y;y@x.invalid;;dpo;;;", "Z;z@x.invalid;;assessment_lead;;;",
    )  # fmt: skip

    run = tried(admin, authority_93, raw)

    assert counts(run) == (2, 1, 1, 3, 0)
    assert [(one["line"], one["outcome"]) for one in run["lines"]] == [
        (2, "created"),
        (3, "created"),
        (5, "changed"),
    ]
    assert [(one["line"], one["column"], one["code"]) for one in run["faults"]] == [
        (6, "organisation", "organisation"), (7, "role", "role-of-two"), (8, "unit", "no-unit"),
    ]  # fmt: skip
    assert all(one["text"] for one in run["faults"])
    assert everything() == before


def test_what_was_tried_is_kept_sealed_and_the_file_isnt_kept(admin, authority_93):
    tried(
        admin,
        authority_93,
        file_of(PEOPLE, SACHA.replace("assessment_lead;circonscription NORD", "assessor;")),
    )

    (row,) = ImportRun.objects.values()
    told = json.dumps({name: value for name, value in row.items() if name != "content"}, default=str)
    assert b"acha" not in bytes(row["content"])
    assert "acha" not in told


def test_a_file_of_which_nothing_is_taken_is_refused_with_a_sentence(admin, authority_93, settings):
    for raw, code in (
        (b"", "import-columns"), (b"\xff\x00", "import-encoding"), (file_of(PEOPLE), "import-no-lines"),
        (file_of(PEOPLE, *(f"A;a{n}@x.invalid;;filer;;;" for n in range(501))), "import-too-many-lines"),
    ):  # fmt: skip
        answer = tries(admin, authority_93, raw)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code), answer.content
        assert answer.json()["errors"][0]["detail"]
    settings.IMPORT_BYTES = 60
    assert tries(admin, authority_93, b"x" * 60).json()["errors"][0]["code"] == "import-columns"
    assert tries(admin, authority_93, b"x" * 61).json()["errors"][0]["code"] == "import-too-large"
    assert not ImportRun.objects.exists()


def test_a_form_that_isnt_one_is_refused(admin, authority_93):
    assert admin.post(IMPORTS, {"authority": str(authority_93.pk)}).status_code == 400
    answer = admin.client.post("/api/v1/imports", {"authority": str(authority_93.pk), "source": "people"})
    assert answer.json()["errors"][0]["code"] == "required"
    assert tries(admin, authority_93, file_of(PEOPLE, CAMILLE), source="prisons").status_code == 400


def test_people_of_elsewhere_and_closed_accounts_are_refused(admin, paul, make_user, authority_93):
    make_user("partie", home_authority=authority_93, is_active=False)
    watcher = make_user("olivia", home_authority=authority_93)
    Membership.objects.create(user=watcher, role="auditor", authority=authority_93, valid_from=LONG_AGO)
    lines = [f"N;{name}@exemple.fr;;assessor;;;" for name in ("paul", "partie", "olivia", "ada")]

    run = tried(admin, authority_93, file_of(PEOPLE, *lines))

    assert [one["code"] for one in run["faults"]] == ["elsewhere", "closed", "held-apart", "own"]


def test_an_institution_by_its_name_and_by_its_number_is_twice_the_same(admin, organisation, authority_93):
    Organisation.objects.filter(pk=organisation.pk).update(uai=uai(1))

    run = tried(
        admin, authority_93, file_of(PEOPLE, CAMILLE, CAMILLE.replace("Collège des Tilleuls", uai(1).lower()))
    )

    assert (counts(run), run["faults"][0]["code"]) == ((1, 0, 0, 1, 0), "repeated")


# --- Two persons ----------------------------------------------------------------------------------------


def test_two_persons_make_accounts_with_their_roles_and_invitations(
    admin, second, organisation, unit, authority_93
):
    done = confirmed(admin, second, authority_93, file_of(PEOPLE, CAMILLE, SACHA))

    camille, sacha = (User.objects.get(email__startswith=name) for name in ("camille", "sacha"))
    assert (camille.phone, camille.home_authority, camille.verified_at) == (
        "+33123456789",
        authority_93,
        None,
    )
    assert (camille.memberships.get().role, camille.memberships.get().organisation) == ("filer", organisation)
    assert (sacha.language, sacha.memberships.get().unit) == ("en", unit)
    assert {one["user"] for one in done["invited"]} == {str(camille.pk), str(sacha.pk)}
    assert all(one["code"] for one in done["invited"])
    assert MailedLink.objects.filter(user__in=[camille, sacha]).count() == 2
    run = ImportRun.objects.get()
    assert (run.content, run.confirmed) == (None, True)
    read = second.get(f"{IMPORTS}/{run.pk}")
    assert read.status_code == 404  # it waits for nobody any more
    assert admin.get(f"{IMPORTS}/{run.pk}").json()["lines"] == []


@pytest.mark.sec("SEC-AZ11")
def test_the_journal_has_each_act_with_both_persons_and_no_name(admin, second, organisation, authority_93):
    confirmed(admin, second, authority_93, file_of(PEOPLE, CAMILLE))

    (asked,), (done,), (made,) = (entries(act=act) for act in ("import:asked", "import:done", "user:made"))
    first, last, user = (json.loads(bytes(one.body)) for one in (asked, done, made))
    assert (first["n"], last["n"]) == (1, 1)
    assert user["obo"] == first["actor"] != last["actor"] == user["actor"]
    assert entries(act="import:tried")
    assert entries(act="import:read")
    assert not [one for one in Entry.objects.values_list("body", flat=True) if b"amille" in bytes(one)]


def test_the_second_persons_are_told_that_an_import_waits(admin, sam, authority_93):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE.replace("Collège des Tilleuls", "")))

    admin.post(f"{IMPORTS}/{run['id']}/ask")

    assert Notice.objects.filter(template="request.import", user_id=sam.user_id).exists()


def test_whoever_tried_doesnt_confirm_nor_does_whoever_gets_a_role(admin, sam, second, authority_93):
    mine = tried(admin, authority_93, file_of(PEOPLE, "Sam;sam@exemple.fr;;assessor;;;"))
    admin.post(f"{IMPORTS}/{mine['id']}/ask")

    first = admin.post(f"{IMPORTS}/{mine['id']}/confirm", {"digest": mine["digest"]})
    other = second.post(f"{IMPORTS}/{mine['id']}/confirm", {"digest": mine["digest"]})

    assert [(one.status_code, one.json()["code"]) for one in (first, other)] == [
        (403, "two-persons-needed"), (403, "own-grant"),
    ]  # fmt: skip
    assert sam.user.memberships.count() == 1


def test_only_what_was_tried_and_seen_is_written(admin, second, organisation, authority_93, make_user):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE))
    admin.post(f"{IMPORTS}/{run['id']}/ask")

    unseen = second.post(f"{IMPORTS}/{run['id']}/confirm", {"digest": "0" * 64})
    User.objects.create_user(email="camille@college.invalid", full_name="C", home_authority=authority_93)
    changed = second.post(f"{IMPORTS}/{run['id']}/confirm", {"digest": run["digest"]})

    assert [(one.status_code, one.json()["code"]) for one in (unseen, changed)] == [
        (409, "import-outdated")
    ] * 2
    assert not User.objects.get(email="camille@college.invalid").memberships.exists()


def test_an_altered_content_is_never_written(admin, second, organisation, authority_93):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE))
    other = tried(admin, authority_93, file_of(PEOPLE, CAMILLE.replace("filer", "assessor")))
    admin.post(f"{IMPORTS}/{run['id']}/ask")
    ImportRun.objects.filter(pk=run["id"]).update(content=ImportRun.objects.get(pk=other["id"]).content)

    assert second.post(f"{IMPORTS}/{run['id']}/confirm", {"digest": run["digest"]}).status_code >= 400

    assert not User.objects.filter(email="camille@college.invalid").exists()


def test_an_import_dies_with_the_office_of_whoever_asked_and_after_a_week(
    admin, ada, second, organisation, authority_93
):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE))
    assert second.get(IMPORTS).json()["results"] == []
    admin.post(f"{IMPORTS}/{run['id']}/ask")
    assert [one["id"] for one in second.get(IMPORTS).json()["results"]] == [run["id"]]

    Membership.objects.filter(pk=ada.pk).update(valid_to=timezone.now() - timedelta(hours=1))

    assert second.get(IMPORTS).json()["results"] == []
    assert second.post(f"{IMPORTS}/{run['id']}/confirm", {"digest": run["digest"]}).status_code == 404
    assert tasks.forget_old(timezone.now() + timedelta(days=6)) == 0
    assert tasks.forget_old(timezone.now() + timedelta(days=7, minutes=1)) == 1


def test_a_refusal_writes_nothing_and_leaves_nothing_of_the_file(admin, second, organisation, authority_93):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE))
    admin.post(f"{IMPORTS}/{run['id']}/ask")
    before = everything()

    assert second.post(f"{IMPORTS}/{run['id']}/refuse").status_code == 200

    assert everything() == before
    assert ImportRun.objects.get().content is None
    assert len(entries(act="import:refused")) == 1


def test_a_crash_in_the_middle_leaves_nothing(admin, second, organisation, authority_93, monkeypatch):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE, "B;b@x.invalid;;assessor;;;"))
    admin.post(f"{IMPORTS}/{run['id']}/ask")
    before = everything()
    real, calls = errors.AlreadyThere, []

    from accounts.actions import imports as acts

    grant = acts.give_as_second

    def breaks(**told):
        calls.append(told)
        if len(calls) == 2:
            raise real
        return grant(**told)

    monkeypatch.setattr(acts, "give_as_second", breaks)
    assert second.post(f"{IMPORTS}/{run['id']}/confirm", {"digest": run["digest"]}).status_code == 409

    assert len(calls) == 2
    assert everything() == before
    assert ImportRun.objects.get().decided_at is None


def test_what_would_change_nothing_isnt_asked_for(admin, alice, authority_93):
    run = tried(admin, authority_93, file_of(PEOPLE, "Alice;alice@exemple.fr;;filer;;Collège des Tilleuls;"))

    answer = admin.post(f"{IMPORTS}/{run['id']}/ask")

    assert answer.json()["errors"][0]["code"] == "import-no-change"


# --- Institutions ---------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(admin, second, authority_93):
    schools = file_of(SCHOOLS, *map(school, range(1, 4)), school(9, commune="75120"))
    confirmed(admin, second, authority_93, schools, "schools")
    extraction = file_of(
        FINESS, *map(establishment, range(1, 4)), establishment(9, department="75", commune="056")
    )
    confirmed(admin, second, authority_93, extraction, "finess")
    assert Organisation.objects.filter(authority=authority_93).count() == 6

    again = [
        tried(admin, authority_93, raw, source)
        for raw, source in ((schools, "schools"), (extraction, "finess"))
    ]

    assert [counts(one) for one in again] == [(0, 0, 3, 0, 1)] * 2
    assert (again[1]["stated_on"], again[1]["lines"]) == ("2026-03-11", [])


def test_an_institution_is_found_by_its_number_and_never_anothers(admin, second, authority_93, authority_75):
    own = Organisation.objects.create(
        name="Ancien", kind="other", authority=authority_93, uai=uai(1), siret=SIRET
    )
    Organisation.objects.create(name="Là-bas", kind="school", authority=authority_75, uai=uai(2))
    raw = file_of(INSTITUTIONS, f"Nouveau;school;;{uai(1)};", f"Autre;school;;{uai(2)};")

    run = tried(admin, authority_93, raw, "institutions")
    assert (counts(run), run["faults"][0]["code"]) == ((0, 1, 0, 1, 0), "taken")
    admin.post(f"{IMPORTS}/{run['id']}/ask")
    second.post(f"{IMPORTS}/{run['id']}/confirm", {"digest": run["digest"]})

    own.refresh_from_db()
    assert (own.name, own.kind, own.uai, own.siret) == ("Nouveau", "school", uai(1), SIRET)
    admin.post(f"{IMPORTS}/{run['id']}/undo")
    own.refresh_from_db()
    assert (own.name, own.kind) == ("Ancien", "other")


# --- Undoing --------------------------------------------------------------------------------------------


def test_an_import_that_nobody_used_is_undone_whole(admin, second, organisation, authority_93):
    before = Organisation.objects.count()
    people = confirmed(admin, second, authority_93, file_of(PEOPLE, CAMILLE))
    places = confirmed(
        admin, second, authority_93, file_of(INSTITUTIONS, f"Foyer;residential;;;{finess(1)}"), "institutions"
    )

    for run in (people, places):
        assert admin.post(f"{IMPORTS}/{run['id']}/undo").status_code == 200

    camille = User.objects.get(email="camille@college.invalid")
    assert (camille.is_active, camille.memberships.get().valid_to is None) == (False, False)
    assert not MailedLink.objects.filter(user=camille).exists()
    assert Organisation.objects.count() == before
    assert [one.made for one in ImportRun.objects.all()] == [{}, {}]
    assert admin.post(f"{IMPORTS}/{people['id']}/undo").status_code == 409
    assert [json.loads(bytes(one.body))["n"] for one in entries(act="import:undone")] == [2, 1]


def test_what_was_used_stays_and_is_listed(admin, second, organisation, unit, authority_93):
    run = confirmed(admin, second, authority_93, file_of(PEOPLE, CAMILLE, SACHA))
    camille, sacha = (User.objects.get(email__startswith=name) for name in ("camille", "sacha"))
    camille.set_password(PASSWORD)
    camille.save()
    places = confirmed(
        admin, second, authority_93,
        file_of(INSTITUTIONS, f"Foyer;residential;;;{finess(1)}", f"Crèche;other;;;{finess(2)}"), "institutions",
    )  # fmt: skip
    home = Organisation.objects.get(name="Foyer")
    Membership.objects.create(
        user=camille, role="measure_service", authority=authority_93, organisation=home, valid_from=LONG_AGO
    )

    admin.post(f"{IMPORTS}/{run['id']}/undo")
    admin.post(f"{IMPORTS}/{places['id']}/undo")

    camille.refresh_from_db(), sacha.refresh_from_db()
    assert (camille.is_active, sacha.is_active) == (True, False)
    made = ImportRun.objects.get(pk=run["id"]).made
    assert made["users"] == [str(camille.pk)]
    assert ImportRun.objects.get(pk=places["id"]).made == {"organisations": [str(home.pk)]}
    assert not Organisation.objects.filter(name="Crèche").exists()


def test_a_role_that_an_import_gave_ends_where_its_person_never_signed_in(
    admin, second, make_user, authority_93
):
    idle, busy = (
        make_user("idle", home_authority=authority_93),
        make_user("busy", home_authority=authority_93),
    )
    Factor.objects.create(user=busy, kind="totp", label="x", created_at=LONG_AGO)
    lines = [f"N;{one.email};;assessor;;;" for one in (idle, busy)]
    run = confirmed(admin, second, authority_93, file_of(PEOPLE, *lines))
    assert [one["user"] for one in run["invited"]] == [str(idle.pk), str(busy.pk)], "neither has a password"

    admin.post(f"{IMPORTS}/{run['id']}/undo")

    assert (idle.memberships.get().valid_to is None, busy.memberships.get().valid_to is None) == (False, True)
    assert (idle.is_active, len(ImportRun.objects.get().made["memberships"])) == (True, 1)


# --- Who may --------------------------------------------------------------------------------------------


def test_another_authoritys_administrator_sees_nothing(admin, olga, calling, organisation, authority_93):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE))
    admin.post(f"{IMPORTS}/{run['id']}/ask")
    other = calling(olga)

    assert other.get(IMPORTS).json()["results"] == []
    assert other.get(f"{IMPORTS}/{run['id']}").status_code == 404
    for act, body in (("ask", {}), ("confirm", {"digest": run["digest"]}), ("refuse", {}), ("undo", {})):
        assert other.post(f"{IMPORTS}/{run['id']}/{act}", body).status_code == 404, act
    assert tries(other, authority_93, file_of(PEOPLE, CAMILLE)).status_code == 403


def test_an_import_is_undone_by_its_own_authoritys_administrators_alone(
    admin, second, olga, calling, authority_93
):
    raw = file_of(INSTITUTIONS, f"Foyer;residential;;;{finess(1)}")
    run = confirmed(admin, second, authority_93, raw, "institutions")

    assert calling(olga).post(f"{IMPORTS}/{run['id']}/undo").status_code == 404
    assert second.post(f"{IMPORTS}/{run['id']}/undo").status_code == 403
    assert Organisation.objects.filter(name="Foyer").exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.TERRITORY_ADMIN}))
def test_no_other_role_tries_a_file(role, member, calling, authority_93):
    assert (
        tries(calling(member(role, authority_93)), authority_93, file_of(PEOPLE, CAMILLE)).status_code == 403
    )


def test_a_trial_is_its_own_persons_until_it_is_asked_for(admin, member, calling, organisation, authority_93):
    run = tried(admin, authority_93, file_of(PEOPLE, CAMILLE))
    colleague = calling(member(Role.TERRITORY_ADMIN, authority_93))

    assert colleague.get(f"{IMPORTS}/{run['id']}").status_code == 404
    assert colleague.post(f"{IMPORTS}/{run['id']}/ask").status_code == 404
    admin.post(f"{IMPORTS}/{run['id']}/ask")
    assert colleague.get(f"{IMPORTS}/{run['id']}").json()["lines"][0]["email"] == "camille@college.invalid"
