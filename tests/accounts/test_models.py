"""What the database itself refuses, and what every model says of its fields."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import (
    AccountRequest,
    Attempt,
    Authority,
    AuthorityTerritory,
    CalendarFeed,
    Factor,
    FactorReset,
    GrantRequest,
    GuidanceReview,
    Identity,
    ImportRun,
    MailedLink,
    Membership,
    Organisation,
    Provisioning,
    Replay,
    SignInToCheck,
    Token,
    Unit,
    User,
)
from accounts.roles import NEED_ORGANISATION, NEED_UNIT, Role
from tests.accounts.conftest import LONG_AGO, NOON

pytestmark = pytest.mark.both_databases("constraints")

MODELS = list(apps.get_app_config("accounts").get_models())


def refused(make, *, constraint: str) -> None:
    """Tell that the database refuses, by which constraint, and that nothing is left behind."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make()

    assert constraint in str(error.value)


@pytest.mark.sec("SEC-DC1")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_says_its_data_class(model):
    declared = {field.name for field in model._meta.concrete_fields}

    assert set(model.DATA_CLASSES) == declared
    assert set(model.DATA_CLASSES.values()) <= {"P0", "P1", "P2"}, "P3 and P4 are sealed; none is here"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_constraint_has_a_test_here(model):
    """style.md §8: each constraint has the test that violates it."""
    with open(__file__, encoding="utf-8") as file:
        source = file.read()

    for constraint in model._meta.constraints:
        assert f'"{constraint.name}"' in source


# --- second factors ---------------------------------------------------------------------------------------


def test_a_factor_has_what_its_kind_needs(make_user):
    at = NOON
    for kind, credential in (("passkey", None), ("totp", b"x"), ("word", None)):
        refused(
            lambda kind=kind, credential=credential: Factor.objects.create(
                user=make_user(), kind=kind, label="x", created_at=at, credential=credential
            ),
            constraint="factor_has_what_its_kind_needs",
        )


def test_a_reset_is_asked_once_by_one_and_decided_by_another(make_user):
    holder, first, second = make_user(), make_user(), make_user()
    make = lambda **more: FactorReset.objects.create(  # noqa: E731 - said often
        **{"user": holder, "asked_by": first, "asked_at": NOON} | more
    )
    decided = {"decided_at": NOON, "confirmed": True}
    refused(lambda: make(asked_by=holder), constraint="factor_reset_by_others")
    refused(lambda: make(decided_by=holder, **decided), constraint="factor_reset_by_others")
    refused(lambda: make(decided_by=first, **decided), constraint="factor_reset_by_two")
    refused(lambda: make(decided_at=NOON, confirmed=True), constraint="factor_reset_decided_whole")
    by_second = {"decided_by": second, **decided}
    for how in (
        {"asked_how": "a mail"},
        {"decided_how": "video"},
        {"decided_how": "a mail", **by_second},
        {"decided_how": "video", **by_second, "confirmed": False},
    ):
        refused(lambda how=how: make(**how), constraint="factor_reset_identified")
    make(decided_by=second, asked_how="in_person", decided_how="video", **decided)
    make()
    refused(
        make, constraint="user_id" if connection.vendor == "sqlite" else "factor_reset_one_open_an_account"
    )


def test_a_calendar_feed_ends_and_is_revoked_after_it_was_made(make_user):
    today = NOON.date()
    make = lambda **more: CalendarFeed.objects.create(  # noqa: E731 - said often
        **{"user": make_user(), "label": "x", "language": "fr", "sha256": "0" * 64, "made_on": today} | more
    )
    refused(lambda: make(ends_on=today), constraint="feed_ends_after_it_was_made")
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    refused(lambda: make(ends_on=tomorrow, revoked_on=yesterday), constraint="feed_revoked_after_it_was_made")


def test_a_review_of_a_page_ends_after_it_was_made_and_is_withdrawn_whole(make_user, authority_93):
    today, user = NOON.date(), make_user()
    make = lambda **more: GuidanceReview.objects.create(  # noqa: E731 - said often
        **{
            "authority": authority_93, "path": "faire/x", "language": "fr", "digest": "0" * 64, "name": "x",
            "function": "x", "body": "x", "reviewed_on": today, "until": today + timedelta(days=1), "typed_by": user,
            "typed_at": NOON,
        } | more
    )  # fmt: skip
    refused(lambda: make(until=today), constraint="guidance_review_runs_forward")
    refused(lambda: make(withdrawn_at=NOON), constraint="guidance_review_withdrawn_whole")


def test_what_was_odd_is_of_a_kind_and_counted_by_day(make_user):
    user = make_user()
    make = lambda **more: SignInToCheck.objects.create(  # noqa: E731 - said often
        **{"user": user, "kind": "refused", "day": NOON.date(), "first_at": NOON, "last_at": NOON} | more
    )
    refused(lambda: make(kind="else"), constraint="sign_in_to_check_of_a_kind")
    make()
    refused(make, constraint="user_id" if connection.vendor == "sqlite" else "sign_in_to_check_once_a_day")


def test_a_link_that_was_not_sent_yet_is_an_invitation(make_user):
    for half in ({}, {"kept": b"k"}, {"bound": b"b"}, {"code": b"c", "kept": b"k"}):
        refused(
            lambda half=half: MailedLink.objects.create(user=make_user(), expires_at=NOON, **half),
            constraint="mailed_link_sent_or_waiting",
        )


def test_a_link_is_for_a_password_or_for_an_address(make_user):
    both = {"code": b"c", "email": "nouvelle@exemple.fr"}
    refused(
        lambda: MailedLink.objects.create(user=make_user(), expires_at=NOON, **both),
        constraint="mailed_link_for_one_thing",
    )


def test_an_account_has_one_link_for_each(make_user):
    user = make_user()
    sqlite = connection.vendor == "sqlite"
    for said, name in (
        ({"kept": b"k", "bound": b"b"}, "mailed_link_one_for_password"),
        ({"code": b"c"}, "mailed_link_one_invitation"),
        ({"email": "nouvelle@exemple.fr"}, "mailed_link_one_for_address"),
    ):
        MailedLink.objects.create(user=user, expires_at=NOON, **said)
        again = said | ({"kept": b"another"} if "kept" in said else {})
        refused(
            lambda again=again: MailedLink.objects.create(user=user, expires_at=NOON, **again),
            constraint="user_id" if sqlite else name,
        )


def test_an_identity_is_bound_once_and_an_account_has_one_of_a_provider(make_user):
    sqlite = connection.vendor == "sqlite"
    user = make_user()
    Identity.objects.create(user=user, provider="one", subject=b"s", bound_at=NOON)
    refused(
        lambda: Identity.objects.create(user=make_user(), provider="other", subject=b"s", bound_at=NOON),
        constraint="subject" if sqlite else "identity_bound_once",
    )
    refused(
        lambda: Identity.objects.create(user=user, provider="one", subject=b"t", bound_at=NOON),
        constraint="user_id" if sqlite else "identity_one_of_a_provider",
    )


def test_a_powerful_role_is_asked_for_once_by_one_and_given_by_another(make_user, authority_93, member):
    holder, first, second = make_user(), make_user(), make_user()
    make = lambda **more: GrantRequest.objects.create(  # noqa: E731 - said often
        **{"user": holder, "role": "dpo", "authority": authority_93, "asked_by": first, "asked_at": NOON}
        | more
    )
    decided = {"decided_at": NOON, "decided_by": second}
    refused(lambda: make(role="filer"), constraint="grant_request_by_two_persons")
    refused(lambda: make(asked_by=holder), constraint="grant_request_by_others")
    refused(
        lambda: make(**decided | {"decided_by": holder}, confirmed=False),
        constraint="grant_request_by_others",
    )
    refused(
        lambda: make(**decided | {"decided_by": first}, confirmed=False), constraint="grant_request_by_two"
    )
    refused(lambda: make(decided_at=NOON, confirmed=False), constraint="grant_request_decided_whole")
    refused(lambda: make(**decided, confirmed=True), constraint="grant_request_came_to_something")
    given = member("dpo", authority_93, user=holder)
    refused(
        lambda: make(**decided, confirmed=False, membership=given),
        constraint="grant_request_came_to_something",
    )
    make(**decided, confirmed=True, membership=given)
    make()
    refused(make, constraint="grant_request_waits_once")


def test_a_row_of_provisioning_is_of_an_act_and_a_code_of_an_invitation(make_user):
    user, other = make_user(), make_user()
    make = lambda **more: Provisioning.objects.create(  # noqa: E731 - said often
        **{"user": user, "act": "made", "by": other, "at": NOON} | more
    )
    refused(lambda: make(act="else"), constraint="provisioning_act_is_known")
    refused(lambda: make(shown_to=other), constraint="provisioning_code_of_an_invitation")
    make()
    make(act="invited", shown_to=other)


def test_a_request_for_an_account_is_of_one_kind_and_decided_whole_by_another(
    make_user, authority_93, member
):
    user, admin = make_user(), make_user()
    make = lambda **more: AccountRequest.objects.create(  # noqa: E731 - said often
        **{"email": "a@exemple.fr", "full_name": "A", "authority": authority_93, "asked_at": NOON} | more
    )
    own = {"email": "", "full_name": "", "user": user, "confirmed_at": NOON}
    refused(lambda: make(role="assessor"), constraint="account_request_of_few_roles")
    for wrong in ({"user": user}, {"full_name": ""}, {"email": ""}):
        refused(lambda wrong=wrong: make(**wrong), constraint="account_request_of_one_kind")
    for wrong in ({"number": "1"}, {"register": "siret"}, {"register": "sirène", "number": "1"}):
        refused(lambda wrong=wrong: make(**wrong), constraint="account_request_number_of_a_register")

    decided = {"confirmed_at": NOON, "decided_at": NOON, "decided_by": admin, "accepted": False}
    given = member(Role.FILER, authority_93, user=user)
    for wrong in (
        decided, decided | {"reason": "nonsense"}, decided | {"reason": "other", "confirmed_at": None},
        decided | {"reason": "other", "membership": given}, decided | {"accepted": True, "membership": given},
        decided | own | {"accepted": True}, {"reason": "other"}, {"decided_by": admin},
    ):  # fmt: skip
        refused(lambda wrong=wrong: make(**wrong), constraint="account_request_decided_in_full")
    for who in ("user", "asked_by"):
        wrong = (
            decided | {"reason": "other", "decided_by": user} | (own if who == "user" else {"asked_by": user})
        )
        refused(lambda wrong=wrong: make(**wrong), constraint="account_request_decided_by_another")
    make(**decided | own | {"accepted": True, "membership": given})
    make(**decided | {"reason": "other"})
    make(**decided | own | {"accepted": True, "role": "filer_org_lead"})

    make(confirmed_at=NOON)
    make()
    sqlite = connection.vendor == "sqlite"
    refused(
        lambda: make(confirmed_at=NOON), constraint="email" if sqlite else "account_request_one_an_address"
    )
    make(**own)
    refused(lambda: make(**own), constraint="user_id" if sqlite else "account_request_one_an_account")


# --- imports ----------------------------------------------------------------------------------------------


def test_an_import_is_tried_by_one_decided_by_another_and_undone_once_done(make_user, authority_93):
    first, second = make_user(), make_user()
    make = lambda **more: ImportRun.objects.create(  # noqa: E731 - said often
        **{"authority": authority_93, "source": "people", "tried_by": first, "tried_at": NOON, "digest": "x"}
        | more
    )
    decided = {"asked_at": NOON, "decided_at": NOON, "decided_by": second, "confirmed": True}
    refused(lambda: make(source="prisons"), constraint="import_source_is_known")
    for wrong in ({"asked_at": None}, {"decided_by": None}, {"confirmed": None}, {"content": b"x"}):
        refused(lambda wrong=wrong: make(**decided | wrong), constraint="import_decided_whole")
    refused(lambda: make(**decided | {"decided_by": first}), constraint="import_by_two")
    undone = {"undone_at": NOON, "undone_by": first}
    for wrong in (undone, decided | undone | {"confirmed": False}, decided | {"undone_at": NOON}):
        refused(lambda wrong=wrong: make(**wrong), constraint="import_undone_once_done")
    make(**decided | undone)


# --- users ------------------------------------------------------------------------------------------------


def test_an_address_belongs_to_one_account(make_user):
    make_user("alice")

    refused(lambda: make_user("ALICE"), constraint="email")


def test_an_address_in_capitals_is_refused():
    refused(
        lambda: User.objects.create(email="Alice@exemple.fr", full_name="Alice"),
        constraint="user_email_is_lower_case",
    )


def test_an_unknown_language_is_refused(make_user):
    refused(lambda: make_user(language="de"), constraint="user_language_is_known")


def test_nobody_is_above_the_rules(make_user):
    user = make_user()

    assert user.is_superuser is False
    assert not hasattr(user, "is_staff")
    with pytest.raises(AttributeError):
        user.is_superuser = True
    with pytest.raises(AttributeError):
        User(is_superuser=True)
    assert "is_superuser" not in {field.name for field in User._meta.get_fields()}
    assert not hasattr(User.objects, "create_superuser")


def test_an_account_is_found_however_its_address_is_spelt(make_user):
    user = make_user("alice")

    assert User.objects.get_by_natural_key("ALICE@Exemple.fr") == user


# --- authorities ------------------------------------------------------------------------------------------


def test_two_authorities_have_two_codes(authority_93):
    refused(lambda: Authority.objects.create(code="93", name="x"), constraint="code")


def test_an_authority_has_a_code():
    refused(lambda: Authority.objects.create(code="", name="x"), constraint="authority_has_a_code")


def test_an_unknown_time_zone_is_refused(authority_93):
    authority_93.timezone = "Europe/Bobigny"

    with pytest.raises(ValidationError):
        authority_93.full_clean()


@pytest.mark.parametrize("codes", [{}, {"commune_insee": "93066", "department_code": "93"}])
def test_a_territory_is_a_commune_or_a_department(authority_93, codes):
    refused(
        lambda: AuthorityTerritory.objects.create(
            authority=authority_93, valid_from=date(2020, 1, 1), **codes
        ),
        constraint="territory_is_commune_or_department",
    )


def test_a_territory_does_not_end_before_it_begins(authority_93):
    day = date(2020, 1, 1)

    refused(
        lambda: AuthorityTerritory.objects.create(
            authority=authority_93, department_code="93", valid_from=day, valid_to=day
        ),
        constraint="territory_period_runs_forward",
    )


@pytest.mark.parametrize(
    ("place", "constraint"),
    [
        ({"commune_insee": "93066"}, "territory_one_authority_a_commune"),
        ({"department_code": "93"}, "territory_one_authority_a_department"),
    ],
)
def test_two_authorities_never_answer_for_one_place(authority_93, authority_75, place, constraint):
    """The names are written out for the test above: "territory_one_authority_a_commune"."""
    AuthorityTerritory.objects.create(authority=authority_93, valid_from=date(2020, 1, 1), **place)

    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorityTerritory.objects.create(authority=authority_75, valid_from=date(2021, 1, 1), **place)
    assert constraint in {c.name for c in AuthorityTerritory._meta.constraints}


@pytest.mark.parametrize(
    ("begins", "ends", "overlaps"),
    [
        (date(2019, 1, 1), date(2020, 1, 1), False),
        (date(2019, 1, 1), date(2020, 1, 2), True),
        (date(2020, 6, 1), date(2020, 7, 1), True),
        (date(2020, 12, 31), None, True),
        (date(2021, 1, 1), None, False),
    ],
)
def test_a_closed_period_must_not_overlap_either(authority_93, authority_75, begins, ends, overlaps):
    AuthorityTerritory.objects.create(
        authority=authority_93, department_code="93", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1)
    )
    other = AuthorityTerritory(authority=authority_75, department_code="93", valid_from=begins, valid_to=ends)

    if overlaps:
        with pytest.raises(ValidationError):
            other.clean()
    else:
        other.clean()


def test_a_unit_has_its_name_alone(authority_93, unit):
    refused(
        lambda: Unit.objects.create(authority=authority_93, name=unit.name),
        constraint="unit"
        if transaction.get_connection().vendor == "sqlite"
        else "unit_name_once_an_authority",
    )


# --- institutions -----------------------------------------------------------------------------------------


def test_an_unknown_kind_is_refused():
    refused(
        lambda: Organisation.objects.create(name="x", kind="bank"), constraint="organisation_kind_is_known"
    )


@pytest.mark.parametrize(
    ("number", "value", "constraint"),
    [
        ("siret", "73282932000074", "organisation_siret_once"),
        ("uai", "0750655E", "organisation_uai_once"),
        ("finess", "750712184", "organisation_finess_once"),
    ],
)
def test_a_register_number_stands_for_one_institution(number, value, constraint):
    Organisation.objects.create(name="x", kind="other", **{number: value})
    Organisation.objects.create(name="without", kind="other")
    Organisation.objects.create(name="without either", kind="other")

    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="y", kind="other", **{number: value})
    assert constraint in {c.name for c in Organisation._meta.constraints}


# --- memberships ------------------------------------------------------------------------------------------


def test_a_role_that_nobody_knows_is_refused(make_user, authority_93):
    refused(
        lambda: Membership.objects.create(
            user=make_user(), role="system", authority=authority_93, valid_from=NOON
        ),
        constraint="membership_role_is_known",
    )


@pytest.mark.parametrize("role", sorted(NEED_UNIT))
def test_some_roles_need_a_unit(make_user, authority_93, role):
    refused(
        lambda: Membership.objects.create(
            user=make_user(), role=role, authority=authority_93, valid_from=NOON
        ),
        constraint="membership_has_its_unit",
    )


@pytest.mark.parametrize("role", sorted(NEED_ORGANISATION))
def test_some_roles_need_an_institution(make_user, authority_93, role):
    refused(
        lambda: Membership.objects.create(
            user=make_user(), role=role, authority=authority_93, valid_from=NOON
        ),
        constraint="membership_has_its_organisation",
    )


def test_a_membership_does_not_end_before_it_begins(member, authority_93):
    refused(
        lambda: member(Role.ASSESSOR, authority_93, valid_from=NOON, valid_to=NOON - timedelta(seconds=1)),
        constraint="membership_period_runs_forward",
    )


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.ASSESSMENT_LEAD, Role.MEASURE_SERVICE])
def test_nobody_holds_the_same_thing_twice_at_once(member, authority_93, role):
    first = member(role, authority_93)

    refused(
        lambda: member(role, authority_93, user=first.user),
        constraint="membership_once_while_open",
    )
    first.valid_to = NOON
    first.save()
    member(role, authority_93, user=first.user, valid_from=NOON)


def test_a_unit_or_an_institution_of_another_authority_is_refused(member, authority_93, authority_75):
    unit = Unit.objects.create(authority=authority_75, name="Ailleurs")
    elsewhere = Organisation.objects.create(name="x", kind="other", authority=authority_75)

    for more in ({"unit": unit}, {"organisation": elsewhere}):
        with pytest.raises(ValidationError):
            member(Role.ASSESSOR, authority_93, **more).clean()


# --- tokens -----------------------------------------------------------------------------------------------


def _token(membership, **more):
    given = {"prefix": "rep_abc", "sha256": uuid4().hex, "label": "x", "created_at": NOON}
    return Token.objects.create(
        membership=membership, **{**given, "expires_at": NOON + timedelta(days=1), **more}
    )


def test_a_hash_opens_one_membership(alice, nadia):
    _token(alice, sha256="a" * 64)

    refused(lambda: _token(nadia, sha256="a" * 64), constraint="sha256")


def test_a_token_expires_after_it_was_made(alice):
    refused(lambda: _token(alice, expires_at=NOON), constraint="token_expires_after_it_was_made")


def test_a_token_always_expires(alice):
    refused(lambda: _token(alice, expires_at=None), constraint="expires_at")


def test_a_token_is_revoked_after_it_was_made(alice):
    refused(lambda: _token(alice, revoked_at=LONG_AGO), constraint="token_revoked_after_it_was_made")


# --- all --------------------------------------------------------------------------------------------------


def test_no_row_shows_a_name_in_a_log(alice, nadia, organisation, unit):
    rows = [alice, alice.user, nadia.user, organisation, unit, _token(alice)]

    for row in rows:
        shown = f"{row} {row!r}"
        assert str(row.pk) in shown
        for secret in ("alice", "Alice", "Tilleuls", "Circonscription", "rep_"):
            assert secret not in shown


# --- requests done once -----------------------------------------------------------------------------------


def test_a_key_is_used_once_by_a_caller():
    done = {
        "caller": uuid4().bytes,
        "key": "k" * 8,
        "route": "POST /",
        "body": b"",
        "status": 201,
        "at": NOON,
    }
    Replay.objects.create(**done, thing=uuid4())

    refused(
        lambda: Replay.objects.create(**done, thing=uuid4()),
        constraint="caller" if connection.vendor == "sqlite" else "replay_once",
    )


# --- attempts ---------------------------------------------------------------------------------------------


def test_a_mark_has_one_row():
    Attempt.objects.create(mark=b"m" * 32, failed_at=NOON)

    refused(lambda: Attempt.objects.create(mark=b"m" * 32, failed_at=NOON), constraint="mark")


def test_a_row_of_neither_a_failure_nor_a_known_place_is_refused():
    refused(lambda: Attempt.objects.create(mark=b"m" * 32), constraint="attempt_says_something")


#: SQLite names the column of a unique constraint: "attempt_once".
