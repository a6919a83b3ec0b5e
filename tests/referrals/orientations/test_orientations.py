"""Orientations: from an explained list to the service's answer (field.md A.6, A.9, A.10)."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.roles import Role
from audit.models import Entry
from directory import reach
from directory.codes import Situation
from directory.models import Place, Structure
from outbox.models import Notice
from referrals.errors import WrongState
from referrals.models import ExcludedResource, Orientation
from referrals.orientations import tasks
from tests.conftest import see_all
from tests.factories.resources import a_service, a_structure
from tests.night import some
from tests.referrals.orientations.conftest import NEED
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.situations import SITUATIONS

ORIENTS = ("crip_coordinator", "on_call", "ase_inspector", "case_referent", "assessor")


def body(seeking, **said):
    return {
        "need": NEED, "resource": seeking.home.pk, "child": seeking.child.pk, "text": "Une place, sans délai.",
    } | said  # fmt: skip


def row():
    see_all()
    return Orientation.objects.get()


def lines(seeking, who="crip_coordinator"):
    return seeking.world.as_(who).get(f"referrals/{seeking.case.pk}/orientations").json()["results"]


# --- From the need to the answer -----------------------------------------------------------------------


def test_a_service_is_proposed_asked_studied_and_accepts(seeking):
    done = seeking.ask("orientation", "propose", body(seeking))
    seeking.part = Orientation.objects.get(pk=done.made)
    assert (seeking.part.state, seeking.part.rules_version) == ("proposed", "m1")

    seeking.ask("orientation", "ask", {"channel": "phone", "at": AT, "whom": "Mme Roche"})
    assert row().expires_at == AT + timedelta(days=30)
    assert row().remind_at == AT + timedelta(days=10)

    later = AT + timedelta(days=3)
    seeking.ask("orientation", "study", {"answer": "Commission jeudi."}, at=later)
    assert row().expires_at == later + timedelta(days=30), "its answer is awaited anew"

    seeking.ask("orientation", "accept", {"answer": ""}, at=later)
    accepted = row()
    assert (accepted.state, accepted.expires_at, accepted.remind_at) == ("accepted", None, None)
    (line,) = lines(seeking)
    assert (line["text"], line["asked_whom"], line["answer"]) == (
        "Une place, sans délai.", "Mme Roche", "Commission jeudi.",
    )  # fmt: skip
    assert line["resource"]["structure_name"] == "Foyer de la Rive"


def test_what_the_rules_said_is_kept_as_codes_and_read_as_sentences_months_later(seeking):
    """field.md A.6 "reasons as shown": sealed, for they hold the child's age."""
    seeking.ask("orientation", "propose", body(seeking))

    (line,) = lines(seeking)

    assert {one["rule"] for one in line["findings"]} >= {"R1", "R2", "R4"}
    assert all(one["sentence"] for one in line["findings"])
    assert row().findings.__class__.__name__ == "Sealed"


def test_a_service_that_a_rule_removes_is_proposed_with_a_reason_alone(seeking):
    seeking.home.refused_departments = ["93"]
    seeking.home.save()

    assert seeking.refusal("orientation", "propose", body(seeking)) == "choice_is_explained"

    seeking.ask("orientation", "propose", body(seeking, despite="Le directeur a dit oui."))
    assert lines(seeking)[0]["despite"] == "Le directeur a dit oui."


@pytest.mark.parametrize("who", ORIENTS)
def test_whoever_orients_may_look_for_a_service(seeking, who):
    assert set(seeking.found(who)) == {"Le Foyer", "L'Équipe"}


@pytest.mark.parametrize("who", some(sorted({str(role) for role in Role} - set(ORIENTS)), "no list", 5))
def test_nobody_else_gets_a_list_administrators_included(seeking, who):
    """field.md A.10.9: no list, and nobody learns in it, or in its refusal, which place a child must not meet."""
    excluded(seeking, structure=seeking.home.structure)
    answer = seeking.world.as_(who).post(
        f"referrals/{seeking.case.pk}/orientations/match", {"need": NEED, "removed": True, "named": "foyer"}
    )

    assert answer.status_code in (403, 404)
    assert not any(name in answer.content.decode() for name in ("Foyer", "Équipe"))


@pytest.mark.parametrize(
    "who", ["territory_admin", "platform_admin", "directory_editor", "statistician", "auditor"]
)
def test_who_keeps_the_service_running_reads_no_excluded_place_and_no_orientation(seeking, who):
    """field.md A.10.9: neither a line of the case, nor its place in the directory tells that a case must not meet it."""
    seeking.orientation("refused", refusal_reason="no_place", asked_at=AT)
    excluded(seeking, structure=seeking.home.structure)
    caller = seeking.world.as_(who)

    for part in ("excluded-resources", "orientations", "children", ""):
        answer = caller.get(f"referrals/{seeking.case.pk}/{part}".rstrip("/"))
        assert answer.status_code in (403, 404), part
        assert "Foyer" not in answer.content.decode()


def test_nothing_is_sought_for_a_case_that_is_closed(seeking):
    seeking.put(state="not_qualified", closed_at=AT)
    answer = seeking.world.as_("crip_coordinator").post(
        f"referrals/{seeking.case.pk}/orientations/match", {"need": NEED}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, WrongState.code)


def test_a_service_that_says_no_says_why(seeking):
    seeking.orientation("asked")
    assert seeking.refusal("orientation", "refuse", {"answer": "Complet."}) == "<body>"

    seeking.ask("orientation", "refuse", {"reason": "no_place", "answer": "Complet jusqu'à lundi."})

    assert (row().state, row().refusal_reason) == ("refused", "no_place")


def test_the_database_keeps_no_refusal_without_its_reason_and_no_wait_without_its_end(seeking):
    for wrong in ({"state": "refused"}, {"state": "asked", "expires_at": None}, {"expires_at": AT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            seeking.orientation(**wrong)


# --- The list --------------------------------------------------------------------------------------------


def test_each_line_says_what_the_rules_say_and_where_one_calls(seeking):
    """field.md A.9: one sentence each, no score."""
    line = next(one for one in seeking.match()["offered"] if one["name"] == "L'Équipe")

    assert line["phone"] == "+33139980101"
    assert {one["verdict"] for one in line["findings"]} <= {"pass", "fail", "unknown"}
    assert not any("score" in name for name in line)


def test_where_somebody_must_be_far_away_the_departement_alone_is_shown(seeking):
    """field.md A.7: nobody reads off a list where a child was taken."""
    place = Place(
        authority=seeking.case.authority, structure=seeking.home.structure, visibility="professional", department="02",
        insee_code="02691", commune="Saint-Quentin",
    )  # fmt: skip
    place.save()
    assert (
        next(one for one in seeking.match()["offered"] if one["name"] == "Le Foyer")["commune"]
        == "Saint-Quentin"
    )
    far = {"need": "distance_shelter"}
    seeking.home.needs, seeking.home.distance_placement = ["distance_shelter"], True
    seeking.home.save()
    reach.write(seeking.home)

    (line,) = seeking.match(**far)["offered"]

    assert (line["department"], line["commune"]) == ("02", "")


def test_that_a_list_was_made_is_an_entry_without_a_name(seeking):
    before = Entry.objects.count()

    seeking.match()

    entries = list(Entry.objects.order_by("pk")[before:])
    (made,) = [one for one in entries if one.act == "orientation:matched"]
    said = json.loads(bytes(made.body))
    assert (said["rule"], said["to"]) == ("m1", NEED)
    assert [one.act for one in entries].count("field:opened") == 1, "what is sealed opens in one disclosure"


def test_who_reads_nothing_of_the_child_learns_nothing_by_the_list(seeking):
    """The officer on call reads the shell alone before breaking the glass: the rules know the age band, no age."""
    birth = type(seeking.child)._meta.get_field("birth_date")
    key = seeking.fill.keys["case"]
    seeking.set_child(
        birth_date=key.seal(birth, seeking.child.pk, "2012-03-04"), age_band="11-15", sex="girl"
    )
    seeking.home.age_min_months, seeking.home.age_max_months, seeking.home.sexes = 168, 200, ["girl"]
    seeking.home.save()

    def said(who):
        line = next(one for one in seeking.match(who)["offered"] if one["name"] == "Le Foyer")
        return {one["rule"]: one["verdict"] for one in line["findings"]}

    assert (said("crip_coordinator")["R5"], said("crip_coordinator")["R6"]) == ("pass", "pass")
    assert (said("on_call")["R5"], said("on_call")["R6"]) == ("unknown", "unknown")


# --- Refusals feed back ----------------------------------------------------------------------------------


def test_a_refused_orientation_reopens_the_list_with_the_reason(seeking):
    """field.md A.10.10: the service stands last, and says that it was asked in vain."""
    seeking.orientation("refused", refusal_reason="no_place", asked_at=AT)

    offered = seeking.match()["offered"]

    assert [one["name"] for one in offered] == ["L'Équipe", "Le Foyer"]
    assert offered[0]["failed"] is None
    assert offered[1]["failed"]["sentence"] == "Déjà demandé pour ce dossier : refus (pas de place)"


def test_what_a_service_answered_the_own_authority_is_told_as_facts(seeking):
    """field.md A.6: "refused 3 of 4: no place, since May", never a score, never of which case."""
    for day, state, reason in ((1, "refused", "no_place"), (2, "refused", "age"), (3, "accepted", "")):
        other = Kit(seeking.world, "triage")
        other.fill.row(
            Orientation, state=state, refusal_reason=reason, need=NEED, rules_version="m1", proposed_at=AT,
            resource=seeking.home, asked_at=AT - timedelta(days=30 * day),
        )  # fmt: skip

    line = next(one for one in seeking.match()["offered"] if one["name"] == "Le Foyer")

    assert line["answers"]["sentence"] == "Refus : 2 sur 3 demandes (pas de place, âge), depuis août 2026"
    assert line["failed"] is None, "another case's refusal isn't told as this one's"


def test_silence_is_told_apart_from_a_refusal(seeking):
    """field.md A.6: who never answered didn't say no."""
    for day, state, reason in (
        (1, "refused", "age"),
        (2, "expired", "no_answer"),
        (3, "refused", "no_answer"),
    ):
        other = Kit(seeking.world, "triage")
        other.fill.row(
            Orientation, state=state, refusal_reason=reason, need=NEED, rules_version="m1", proposed_at=AT,
            resource=seeking.home, asked_at=AT - timedelta(days=30 * day),
        )  # fmt: skip

    answers = next(one for one in seeking.match()["offered"] if one["name"] == "Le Foyer")["answers"]

    assert (answers["asked"], answers["refused"], answers["unanswered"]) == (3, 1, 2)
    assert answers["reasons"] == ["age"]
    assert answers["sentence"] == "Refus : 1 sur 3 demandes (âge), depuis août 2026. Sans réponse : 2"


def said_of_home(seeking, **body):
    answer = seeking.match(removed=True, **body)
    line = next(one for one in (*answer["offered"], *answer["removed"]) if one["name"] == "Le Foyer")
    return {one["rule"]: one["verdict"] for one in line["findings"]}


@pytest.mark.parametrize("situation", some([str(one) for one in Situation], "refused", 2))
def test_every_situation_that_a_service_may_refuse_can_be_told(seeking, situation):
    """field.md A.9 R7: three of the six stand in no field of a case."""
    seeking.home.accepts = {situation: {"answer": "no", "words": ""}}
    seeking.home.save()
    assert "R7" not in said_of_home(seeking)

    assert said_of_home(seeking, situations=[situation])["R7"] == "fail"

    seeking.ask("orientation", "propose", body(seeking, situations=[situation]))
    (line,) = lines(seeking)
    assert next(one for one in line["findings"] if one["rule"] == "R7")["verdict"] == "fail"
    told = seeking.world.as_("crip_coordinator").get(f"referrals/{seeking.case.pk}/timeline").json()
    record = next(one for one in told["results"] if one["step"] == "propose")
    assert NEED in json.dumps(record)
    assert situation not in json.dumps(record), "kept in what the rules said, and nowhere else"


def test_what_the_case_tells_counts_though_nobody_ticks_it(seeking):
    seeking.home.accepts = {"runaway": {"answer": "no", "words": ""}}
    seeking.home.save()
    seeking.set_child(runaway=True)

    assert said_of_home(seeking, situations=[])["R7"] == "fail"


def test_a_service_is_asked_about_by_its_name(seeking):
    """field.md A.9: « pourquoi pas ? »."""
    seeking.home.refused_departments = ["93"]
    seeking.home.save()

    assert seeking.match()["named"] == []
    (line,) = seeking.match(named="foyer")["named"]

    assert (line["name"], line["findings"][0]["verdict"]) == ("Le Foyer", "fail")


def test_another_authority_is_told_nothing_of_them(seeking):
    other = Kit(seeking.world, "triage")
    other.put(authority=seeking.world.authorities["59"])
    other.fill.row(
        Orientation, state="refused", refusal_reason="age", need=NEED, rules_version="m1", proposed_at=AT,
        resource=seeking.home, asked_at=AT,
    )  # fmt: skip

    assert all(one["answers"] is None for one in seeking.match()["offered"])


# --- What a case must not meet ---------------------------------------------------------------------------


def excluded(seeking, **what):
    return seeking.fill.row(ExcludedResource, since_at=AT, **what)


@pytest.mark.parametrize("who", ORIENTS)
def test_an_excluded_structure_is_in_no_list_whoever_asks(seeking, who):
    """field.md A.10.9, R9."""
    excluded(seeking, structure=seeking.home.structure)

    answer = seeking.match(who, removed=True, named="foyer")

    assert "L'Équipe" in {one["name"] for one in answer["offered"]}
    assert answer["named"] == []
    assert "Foyer" not in json.dumps(answer, ensure_ascii=False)


def test_an_excluded_service_is_never_proposed_even_with_a_reason(seeking):
    excluded(seeking, resource=seeking.home)

    refused = seeking.refusal("orientation", "propose", body(seeking, despite="Il n'y a rien d'autre."))

    assert refused == "resource_may_be_met"


def test_the_exclusion_of_a_place_withdraws_what_is_open_there(seeking):
    seeking.orientation("asked")
    seeking.part = None

    seeking.ask(
        "referral",
        "exclude_resource",
        {"structure": seeking.home.structure_id, "reason": "Le père y travaille."},
    )

    assert row().state == "withdrawn"
    (line,) = seeking.world.as_("crip_coordinator").get(
        f"referrals/{seeking.case.pk}/excluded-resources"
    ).json()["results"]  # fmt: skip
    assert (line["structure"]["name"], line["reason"]) == ("Foyer de la Rive", "Le père y travaille.")


def open_at(seeking, service):
    seeking.orientation("asked", resource=service)
    seeking.part = None


def test_the_exclusion_of_a_place_withdraws_what_is_open_at_its_parts(seeking):
    """R9: what is in no list any more isn't waited for either."""
    whole = a_structure(seeking.case.authority, name="Association de la Rive")
    Structure.objects.filter(pk=seeking.home.structure_id).update(parent=whole)
    open_at(seeking, seeking.home)

    seeking.ask("referral", "exclude_resource", {"structure": whole.pk, "reason": "Le père y travaille."})

    assert row().state == "withdrawn"


def test_the_exclusion_of_a_place_withdraws_what_is_open_at_what_it_was_merged_into(seeking):
    """R9: the older entry of the same place is the same place."""
    older = a_structure(seeking.case.authority, name="Foyer Rive", merged_into=seeking.home.structure)
    open_at(seeking, seeking.home)

    seeking.ask("referral", "exclude_resource", {"structure": older.pk, "reason": "Le père y travaille."})

    assert row().state == "withdrawn"


def test_the_exclusion_of_a_place_leaves_what_is_open_elsewhere(seeking):
    open_at(seeking, seeking.team)

    seeking.ask(
        "referral",
        "exclude_resource",
        {"structure": seeking.home.structure_id, "reason": "Le père y travaille."},
    )

    assert row().state == "asked"


# --- What the passing of time does -----------------------------------------------------------------------


def test_whoever_asked_is_reminded_once_after_ten_days(seeking):
    seeking.orientation("asked")
    see_all()
    assert tasks.remind(AT + timedelta(days=9)) == 0

    assert tasks.remind(AT + timedelta(days=10)) == 1

    told = Notice.objects.filter(template="orientation.waiting")
    assert {one.user_id for one in told} == {seeking.user("crip_coordinator")}
    assert tasks.remind(AT + timedelta(days=11)) == 0


def test_an_orientation_without_an_answer_expires_after_thirty_days(seeking):
    seeking.orientation("asked")
    assert tasks.expire(AT + timedelta(days=29)) == 0

    assert tasks.expire(AT + timedelta(days=30)) == 1

    assert (row().state, row().refusal_reason, row().expires_at) == ("expired", "no_answer", None)
    assert tasks.expire(AT + timedelta(days=31)) == 0


def test_what_is_open_is_withdrawn_with_the_case(seeking):
    seeking.orientation("asked")
    seeking.part = None
    seeking.set_child(child_met="alone")

    seeking.ask(
        "referral", "reorient",
        {"reason": "Sans objet.", "target": "no_object", "feedback": "Réorientée."},
    )  # fmt: skip

    assert row().state == "withdrawn"


# --- What is restricted ----------------------------------------------------------------------------------


def test_what_is_asked_for_a_restricted_child_is_for_its_list_alone(seeking):
    """SEC-AZ20: neither the line, nor its steps, nor the record of them."""
    seeking.orientation("asked")
    hidden = seeking.part
    seeking.set_child(restricted=True)

    assert lines(seeking, "assessor") == []
    refused = seeking.world.as_("assessor").post(
        f"referrals/{seeking.case.pk}/orientations/{hidden.pk}/accept", {}, version=1
    )
    assert refused.status_code == 404
    assert seeking.match("assessor")["offered"][0]["failed"] is None


# --- Where a case goes -----------------------------------------------------------------------------------


def test_a_merge_takes_orientations_and_excluded_places_along(world):
    """What a service answered for the child, and what it mustn't meet, is known in the file that goes on."""
    joining = next(one for one in SITUATIONS if (one.machine, one.step) == ("referral", "attach_existing"))
    kit, said = joining.sound(world)
    home = a_service(kit.case.authority)
    moved = kit.fill.row(
        Orientation, state="refused", refusal_reason="age", need=NEED, rules_version="m1", proposed_at=AT,
        resource=home, child=kit.child, text=None, answer=None, asked_whom=None, despite=None, findings=None,
    )  # fmt: skip
    kit.fill.row(ExcludedResource, since_at=AT, structure=home.structure, reason=None)

    kit.ask("referral", "attach_existing", said)

    see_all()
    target = Orientation.objects.get(pk=moved.pk).referral_id
    assert target != kit.case.pk
    assert ExcludedResource.objects.get().referral_id == target


def test_nothing_of_the_directory_knows_of_a_case(seeking):
    """field.md A.6: a case names a service, a service names no case; a search leaves no row there."""
    before = {model: model.objects.count() for model in apps.get_app_config("directory").get_models()}

    seeking.match()
    seeking.ask("orientation", "propose", body(seeking))

    see_all()
    for model, count in before.items():
        assert model.objects.count() == count
        assert not any(
            getattr(field.related_model, "__module__", "").startswith("referrals.")
            for field in model._meta.concrete_fields
        )
