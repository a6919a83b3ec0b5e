"""What an authority chooses is what its people meet: each setting of domain.md §11.1 is read by something.

``READ_BY`` is typed by hand from the paper's table: for every key the settings that carry it and where each is read.
Units are rows of their own.
"""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from accounts.models import Membership, Replay
from audit.models import SubjectPseudonym
from encryption.sealed import Sealed
from referrals.execution.signatories import USUAL
from referrals.models import Referral
from referrals.policy.definitions import SETTINGS
from referrals.retention.tasks import expire_drafts
from referrals.workflow.step import steps
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.factories.concerns import child, concern, urgent
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

ROOT = Path(__file__).resolve().parents[3]
CLOCKS, GUARDS = "referrals/workflow/deadlines.py", "referrals/assessment/guards.py"
#: key of §11.1 → setting → the file that reads it.
READ_BY = {
    "QUALIFICATION_STEP": {"qualification_step": "referrals/triage/guards.py"},
    "TRIAGE_HOURS": {"triage_hours": CLOCKS, "triage_urgent_hours": CLOCKS},
    "ASSESSMENT_DAYS": {"assessment_urgent_days": CLOCKS, "assessment_under_2_days": CLOCKS,
                        "assessment_suspected_days": CLOCKS},
    "EXECUTION_DAYS": {"execution_emergency_days": CLOCKS, "execution_care_days": CLOCKS, "execution_home_days": CLOCKS,
                       "execution_care_notice_days": CLOCKS, "execution_home_notice_days": CLOCKS},
    "EXECUTION_REVIEW_DAYS": {"execution_review_days": "referrals/reminders/tasks.py"},
    "EMERGENCY_SEARCH_CAP": {"emergency_search_cap": "referrals/emergency_search/actions.py"},
    "ACCESS_PACKAGE_DAYS": {"access_package_days": "referrals/access_requests/persons.py"},
    "INQUIRY_DAYS": {"inquiry_days": "referrals/inquiries/sheet.py", "inquiry_urgent_days": "referrals/inquiries/sheet.py"},
    "HONORABILITY_ROLES": {"honorability_roles": "referrals/policy_changes/account_rules.py"},
    "HONORABILITY_YEARS": {"honorability_years": "referrals/policy_changes/account_rules.py"},
    "DECISION_DAYS": {"decision_days": CLOCKS},
    "TWO_READER_QUALIFICATION": {"two_reader_qualification": "referrals/triage/steps.py"},
    "REPORT_ITEMS": {"report_items": "referrals/assessment/guards.py"},
    "TEAM_SOURCE": {"team_source": "referrals/assessment/teams.py"},
    "SIGNATORIES": {"signatories_first_analysis": "referrals/triage/steps.py",
                    "signatories_decisions": "referrals/execution/signatories.py"},
    "PROTOCOL_PARTNERS": {"protocol_partners": "referrals/filing/form_api.py"},
    "PARQUET_CHANNEL": {"prosecutor_channel": "referrals/filing/form_api.py"},
    "FEEDBACK_TEXTS": {"feedback_": "referrals/feedback/queries.py"},
    "FORM_EXTRA_FIELDS": {"form_questions": "referrals/filing/questions.py"},
    "PROSTITUTION_JUDICIAL_MODE": {"prostitution_judicial_mode": "referrals/workflow/decision_records.py"},
    "PROSTITUTION_LEAD": {"prostitution_lead": "referrals/notifications/recipients.py"},
    "HOLDER_DEFERRAL": {"holder_deferral_reasons": "referrals/parents/reviews.py",
                        "holder_deferral_review_days": "referrals/parents/guards.py",
                        "holder_deferral_limit_days": "referrals/parents/steps.py"},
    "UNREACHABLE_ATTEMPTS": {"unreachable_attempts": GUARDS},
    "APPROVAL_DAYS": {"approval_days": "referrals/execution/approvals.py"},
    "CLOSURE_REVIEW_DAYS": {"closure_review_working_days": "referrals/closing/effects.py"},
    "FILER_REREAD": {"filer_reread": "referrals/filing/rereading.py"},
    "COUNT_UNIT": {"count_unit": "referrals/statistics/queries.py"},
    "SMALL_CELL_MIN": {"small_cell_min": "referrals/statistics/queries.py"},
    "PUBLIC_GRAIN": {"public_grain": "referrals/statistics/queries.py"},
    "AGE_BANDS": {"age_bands": "referrals/statistics/dimensions.py"},
    "DRAFT_DAYS": {"draft_days": "referrals/filing/actions.py"},
    "CRIP_NAMES": {"crip_name": "referrals/filing/form_api.py"},
    "URGENCY_LABELS": {"urgency_": "referrals/filing/form_api.py"},
    "MEASURE_CATALOGUE": {"measure_variants": "referrals/workflow/measure_types.py"},
}  # fmt: skip
#: Figures marked ◆ in §1.3, §2.2, §2.3, §4.5, beside the table.
FIGURES = {
    "opening_hours": "referrals/policy/working_time.py", "holiday_calendar": "referrals/policy/working_time.py", "warning_percent": CLOCKS,
    "acknowledge_hours": CLOCKS, "late_receipt_days": "referrals/workflow/form_rows.py", "information_request_days": CLOCKS,
    "danger_alert_minutes": CLOCKS, "danger_breach_hours": CLOCKS, "runaway_review_hours": CLOCKS,
    "access_notice_days": "referrals/access_requests/tasks.py", "access_remedies_days": "referrals/access_requests/persons.py",
    "inquiry_notice_days": "referrals/inquiries/tasks.py", "inquiry_kept_days": "referrals/inquiries/tasks.py",
    "emergency_search_results": "referrals/emergency_search/actions.py",
    "first_meeting_days": CLOCKS, "home_visit_days": CLOCKS, "agreement_days": CLOCKS, "team_size_min": GUARDS,
    "team_fields_min": GUARDS, "grant_days_max": "referrals/restrictions/checks.py", "service_in_charge_assesses": "referrals/workflow/case_guards.py",
    "prosecutor_first_reminder_days": CLOCKS, "prosecutor_last_reminder_days": CLOCKS,
}  # fmt: skip


def test_each_key_of_the_paper_is_read_where_it_says():
    read = {name: file for lines in READ_BY.values() for name, file in lines.items()} | FIGURES

    for name, file in read.items():
        assert name in (ROOT / file).read_text(encoding="utf-8"), (name, file)
        assert any(key.startswith(name) for key in SETTINGS), name


def step(name):
    return next(found for found in steps.all() if found.name == name)


# --- Names, words, partners, catalogue -----------------------------------------------------------------


def form_of(story, who, code="93"):
    pk = story.world.authorities["93"].pk
    answer = story.world.as_(who, code).get(f"authorities/{pk}/form")
    assert answer.status_code == 200
    return answer.json()


def test_whoever_files_reads_the_cells_name_words_and_questions(story, choose):
    choose(
        crip_name="CRIP 93",
        urgency_u2_label="Sous 48 heures",
        form_questions=[question("quartier", kind="text"), question("suivi", kind="yes_no", required=True)],
    )

    told = form_of(story, "filer", "75")

    assert told["cell"] == "CRIP 93"
    assert [line["label"] for line in told["urgencies"]][:3] == [
        {"fr": "Standard", "en": "Standard"}, {"fr": "Prioritaire", "en": "Priority"},
        {"fr": "Sous 48 heures", "en": "Sous 48 heures"},
    ]  # fmt: skip
    assert told["extra"]["required"] == ["suivi"]
    assert told["extra"]["additionalProperties"] is False
    assert told["extra"]["properties"]["quartier"] == {
        "type": ["string", "null"], "maxLength": 500, "title": "Quartier", "x-label": {"fr": "Quartier", "en": "x"},
    }  # fmt: skip
    assert "staff" not in told


def test_only_the_authoritys_people_read_partners_and_measures(story, choose):
    choose(
        prosecutor_channel="phone_then_mail",
        protocol_partners=[
            {"kind": "prosecutor", "name": "Parquet", "contact": "Permanence : 01 00 00 00 00"}
        ],
        measure_variants=[
            {"code": "aed_soir", "of": "aed", "fr": "AED en soirée", "en": "AED in the evening"}
        ],
    )

    told = form_of(story, "crip_coordinator")["staff"]

    assert told["prosecutor_channel"] == "phone_then_mail"
    assert told["partners"] == [
        {"kind": "prosecutor", "name": "Parquet", "contact": "Permanence : 01 00 00 00 00"}
    ]
    variants = {line["code"]: [v["code"] for v in line["variants"]] for line in told["measures"]}
    assert variants["aed"] == ["aed_soir"]
    assert variants["aemo"] == []
    for who, code in (("crip_coordinator", "75"), ("filer", "93"), ("measure_service", "93")):
        assert "staff" not in form_of(story, who, code)


def test_an_authority_that_is_not_there_is_not_found(story):
    assert story.world.as_("filer").get(f"authorities/{uuid4()}/form").status_code == 404


# --- The form's own questions ---------------------------------------------------------------------------


def question(code, **said):
    return {
        "code": code,
        "fr": code.capitalize(),
        "en": "x",
        "max_length": 500,
        "choices": [],
        "required": False,
    } | said


QUESTIONS = [
    question("quartier", kind="text", max_length=20),
    question("suivi", kind="yes_no", required=True),
    question("fratrie", kind="number"),
    question("depuis", kind="day"),
    question("secteur", kind="choice", choices=[{"code": "nord", "fr": "Nord", "en": "North"}]),
]


@pytest.fixture
def asking(story, choose):
    choose(form_questions=QUESTIONS)
    return story


def file_with(story, extra, **said):
    body = concern(**said) | ({} if extra is None else {"extra": extra}) | {"submit": True}
    return story.world.as_("filer").post("referrals", body, key=uuid4().hex)


def needs(answer):
    return {item["field"]: item.get("need") for item in answer.json()["errors"]}


def test_answers_are_kept_sealed_and_read_by_whoever_reads_the_facts(asking):
    said = {"quartier": "Les Essais", "suivi": "no", "fratrie": 3, "depuis": "2026-11-01", "secteur": "nord"}

    asking.files("filer", concern(extra=said))

    assert asking.reads("crip_coordinator")["concern"]["extra"] == said
    see_all()
    assert isinstance(Referral.objects.get().concern.extra, Sealed)
    assert "concern" not in asking.reads("filer")
    assert "extra" not in str(asking.reads("on_call"))


def test_a_question_that_must_be_answered_stops_the_ordinary_lane_alone(asking):
    """T02 names it; « non connu » settles it; T03 never waits for it (§2.8 no. 11)."""
    for extra in (None, {}, {"quartier": "Les Essais"}):
        missing = file_with(asking, extra)
        assert missing.status_code == 400
        assert needs(missing) == {"extra.suivi": "P"}

    assert file_with(asking, {"suivi": None}).status_code == 201
    asking.files("filer", urgent(), urgent=True)
    assert asking.state == "submitted"


@pytest.mark.parametrize(
    ("extra", "field", "code"),
    [
        ({"suivi": "peut-être"}, "extra.suivi", "not-a-choice"),
        ({"suivi": "no", "quartier": "x" * 21}, "extra.quartier", "too-long"),
        ({"suivi": "no", "fratrie": "trois"}, "extra.fratrie", "not-integer"),
        ({"suivi": "no", "depuis": "hier"}, "extra.depuis", "not-date"),
        ({"suivi": "no", "secteur": "sud"}, "extra.secteur", "not-a-choice"),
        ({"suivi": "no", "autre": "x"}, "extra.autre", "unknown"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_by_name(asking, extra, field, code):
    refused = file_with(asking, extra)

    assert refused.status_code == 400
    assert [(line["field"], line["code"]) for line in refused.json()["errors"]] == [(field, code)]
    see_all()
    assert not Referral.objects.exists()


@pytest.mark.parametrize("extra", [[], "x", {"Quartier": "x"}, {"a": {"b": 1}}, {"a": [1]}, {"a": "\u202e"}, {"a": True},
                                   {f"q{n}": 1 for n in range(31)}])  # fmt: skip
def test_a_draft_takes_no_other_shape(asking, extra):
    answer = asking.world.as_("filer").post("referrals", {"extra": extra})

    assert answer.status_code == 400
    assert all(line["field"].startswith("extra") for line in answer.json()["errors"])


def test_a_draft_is_compared_when_it_is_submitted(asking):
    """Which authority asks is known with the place; a draft refused stays as it was."""
    filer = asking.world.as_("filer")
    pk = filer.post("referrals", concern(extra={"autre": "x"})).json()["id"]

    def submit():
        return filer.post(f"referrals/{pk}/submit", {}, version=_version(pk), key=uuid4().hex)

    assert [line["field"] for line in submit().json()["errors"]] == ["extra.autre"]
    assert (
        filer.patch(
            f"referrals/{pk}", {"extra": {"quartier": "Les Essais"}}, version=_version(pk)
        ).status_code
        == 200
    )
    assert needs(submit()) == {"extra.suivi": "P"}
    assert filer.get(f"referrals/{pk}").json()["concern"]["extra"] == {"quartier": "Les Essais"}
    filer.patch(f"referrals/{pk}", {"extra": {"suivi": "yes"}}, version=_version(pk))
    assert submit().status_code == 200


def _version(pk):
    see_all()
    return Referral.objects.get(pk=pk).version


def test_an_item_of_the_form_stays_whatever_an_authority_asks(story, choose):
    """FORM_EXTRA_FIELDS never removes an L field: a question of the same name stands beside it, not in its place."""
    choose(form_questions=[question("parents_informed", kind="yes_no")])

    refused = file_with(story, {"parents_informed": "yes"}, parents_informed="")

    assert needs(refused)["parents_informed"] == "L"


def test_another_authoritys_filing_has_no_such_questions(asking):
    answer = file_with(asking, None, children=[child(commune_insee="75056", residence_department="75")])

    assert answer.status_code == 201


def test_a_correction_fits_the_questions_too(asking):
    asking.files("filer", concern(extra={"suivi": "no"}))
    asking.triaged()
    fix = {"part": "concern", "field": "extra", "value": {"suivi": "yes"}}

    asking.does("crip_coordinator", "rectify", {"reason": "Précision", "corrections": [fix]})
    asking.refused(
        "crip_coordinator",
        "rectify",
        {"reason": "x", "corrections": [fix | {"value": {"autre": "x"}}]},
        expect=400,
    )

    assert asking.reads("crip_coordinator")["concern"]["extra"] == {"suivi": "yes"}


# --- Reading again --------------------------------------------------------------------------------------


def test_a_filer_reads_the_own_account_again_where_the_authority_lets_it(story, choose):
    """§1.3 note *: own facts of class D, what was corrected left out; journaled; off by default."""
    story.files("filer", concern(child_words="« Mot de l'enfant »", health_facts="Élément de santé"))
    assert story.world.as_("filer").get(f"referrals/{story.pk}/narrative").status_code == 403
    choose(filer_reread=True)
    story.triaged()
    fix = {"part": "concern", "field": "prior_actions", "value": "Mots de la cellule"}
    story.does("crip_coordinator", "rectify", {"reason": "Précision", "corrections": [fix]})
    before = len(written(act="field:opened"))

    told = story.reads("filer", "narrative")

    assert told["concern"]["child_words"] == "« Mot de l'enfant »"
    assert told["facts"][0]["text"] == "Absences répétées, cadeaux."
    assert told["signs"][0]["code"] == "absenteeism"
    shown = str(told)
    for word in ("Exemple", "santé", "Mots de la cellule", "prior_actions", "0100000000"):
        assert word not in shown
    assert len(written(act="field:opened")) == before + 1


def test_nobody_else_reads_it_so_and_nothing_of_another_filing(story, choose):
    choose(filer_reread=True)
    story.files("filer", concern())

    for who in ("crip_coordinator", "intake_agent", "supervisor", "on_call"):
        assert story.world.as_(who).get(f"referrals/{story.pk}/narrative").status_code == 403
    for who, code in (("filer_2", "93"), ("auditor", "93"), ("filer", "75"), ("api_119", "93")):
        assert story.world.as_(who, code).get(f"referrals/{story.pk}/narrative").status_code == 404


def test_a_draft_is_no_account_to_read_again(story, choose):
    choose(filer_reread=True)
    pk = story.world.as_("filer").post("referrals", concern()).json()["id"]

    assert story.world.as_("filer").get(f"referrals/{pk}/narrative").status_code == 403


# --- Drafts ---------------------------------------------------------------------------------------------


def test_a_draft_lives_as_long_as_the_authority_of_its_author_says(story, choose):
    """DRAFT_DAYS: counted when the draft was begun; a change since moves nothing."""
    choose(draft_days=10)
    short = story.world.as_("filer").post("referrals", {}).json()["id"]
    elsewhere = story.world.as_("filer", "75").post("referrals", {}).json()["id"]
    choose(draft_days=60)

    see_all()
    assert expire_drafts(story.now + timedelta(days=10)) == 0
    assert expire_drafts(story.now + timedelta(days=11)) == 1
    see_all()
    assert Referral.objects.filter(pk=elsewhere).exists()
    assert not Referral.objects.filter(pk=short).exists()
    assert expire_drafts(story.now + timedelta(days=31)) == 1
    see_all()
    assert not Referral.objects.filter(pk=elsewhere).exists()


def test_of_a_draft_that_expires_nothing_leads_to_it_or_its_author(story):
    """The pseudonym that the journal names, and the requests done once, would tell who began it."""
    pk = UUID(story.world.as_("filer").post("referrals", {}, key="draft-once").json()["id"])
    with as_owner():
        assert SubjectPseudonym.objects.filter(referral_id=pk).exists()
    assert Replay.objects.filter(thing=pk).exists()

    assert expire_drafts(story.now + timedelta(days=31)) == 1

    with as_owner():
        assert not SubjectPseudonym.objects.filter(referral_id=pk).exists()
    assert not Replay.objects.filter(thing=pk).exists()


# --- Who assesses, who signs, who is told ---------------------------------------------------------------


@shared_fixture
def triaged(story):
    """An ordinary concern, in its first analysis."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    return story


@shared_fixture
def qualified(triaged):
    triaged.qualified()
    return triaged


@pytest.mark.parametrize(
    ("source", "spoil"), [("unit", {"unit": None}), ("own", {"organisation": "service"})]
)
def test_assessors_come_from_where_the_protocol_takes_them(story, qualified, choose, source, spoil):
    """TEAM_SOURCE: the unit of the case, or no partner's people."""
    choose(team_source=source)
    seats = Membership.objects.filter(user=story.user("assessor_2"), role="assessor")
    see_all()
    Membership.objects.filter(role="assessor", authority=story.world.authorities["93"]).update(
        unit=story.world.units["93"], organisation=None
    )
    services = story.world.services
    seats.update(**{name: services["93"] if value else None for name, value in spoil.items()})
    team = bodies.team(story.world.user("assessor"), story.world.user("assessor_2"))

    assert story.refused("crip_coordinator", "assign", team) == "team_comes_from_where_it_may"
    seats.update(unit=story.world.units["93"], organisation=None)
    story.does("crip_coordinator", "assign", team)


def test_the_authority_says_who_holds_the_delegation_to_sign(story, choose):
    """SIGNATORIES: a reorientation is signed by whom the authority names; what names its own signers keeps them."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern(prostitution_status_filer="at_risk"))
    story.triaged()
    choose(signatories_first_analysis=["supervisor"])
    body = {"reason": "Sans danger", "target": "no_object", "feedback": "Suite"}

    refused = story.does(
        "crip_coordinator", "reorient", body | {"approver": story.user("ase_inspector")}, expect=409
    )

    assert refused["code"] == "approver-needed"
    assert refused["second_signers"] == ["supervisor"]
    story.signed("crip_coordinator", "reorient", body, by="supervisor")
    assert story.state == "not_qualified"


def test_a_delegation_taken_back_counts_for_signatures_that_are_asked(story, choose):
    story.at("2026-11-24 10:00")
    story.files("filer", concern(prostitution_status_filer="suspected"))
    story.triaged()
    body = {"child": story.children[0], "value": "refuted", "reasons": "Erreur sur la personne."}
    asked = story.does(
        "crip_coordinator",
        "set_exploitation_status",
        body | {"approver": story.user("supervisor")},
        expect=202,
    )
    choose(signatories_decisions=["ase_inspector"])

    refused = story.does("supervisor", "sign", part=f"approvals/{asked['approval']}", expect=409)

    assert refused["code"] == "approver-needed"
    assert story.child().prostitution_status == "suspected"


def test_the_steps_of_the_first_analysis_are_those_that_close_it():
    """T11 and T12; every other closing that asks the usual signers is a decision."""
    usual = {found.name for found in steps.all() if found.signed_when and found.second_signers == USUAL}

    first = [found for found in steps.all() if found.signatories == "signatories_first_analysis"]

    assert {found.name for found in first} <= usual
    assert {found.number for found in first} == {"T11", "T12"}


@pytest.mark.parametrize("there", [True, False])
def test_the_lead_on_exploitation_is_told_where_there_is_one(story, triaged, choose, there):
    choose(prostitution_lead=there)
    body = {"child": story.children[0], "value": "suspected", "reasons": "Indices concordants."}

    story.does("crip_coordinator", "set_exploitation_status", body)

    told = story.world.as_("exploitation_lead").get("notices").json()["results"]
    assert bool(told) is there


# --- Local variants of measures -------------------------------------------------------------------------


def test_a_measure_is_offered_as_a_local_variant(story, qualified, choose):
    """MEASURE_CATALOGUE: the national type keeps its rules and its official code; the variant names it."""
    choose(
        measure_variants=[
            {"code": "aed_soir", "of": "aed", "fr": "AED en soirée", "en": "AED in the evening"}
        ]
    )
    reported(story)
    kid = story.children[0]
    offers = [bodies.offer(kid, variant="aed_soir")]
    body = {"decisions": [bodies.decision(kid, "admin")], "motivation": "AED", "measures": offers}

    wrong = [bodies.offer(kid, type="aesf", variant="aed_soir")]
    story.refused("ase_inspector", "decide_admin", body | {"measures": wrong}, expect=400)
    story.does("ase_inspector", "decide_admin", body)

    (line,) = story.reads("ase_inspector", "measures")["results"]
    assert line["variant"] == "aed_soir"


def reported(story):
    story.assigned()
    story.met()
    story.reported(["risk"])
    return story


# --- Reasons to defer ------------------------------------------------------------------------------------


def test_a_reason_that_the_protocol_leaves_out_defers_nothing(story, choose):
    choose(holder_deferral_reasons=["holder_implicated", "prosecutor"])
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    body = bodies.deferred(story.holders[0], "transmission", review_on="2026-11-27", reason="child_interest")

    assert story.refused("crip_coordinator", "inform_holders", body) == "reason_is_of_the_protocol"
    story.does("crip_coordinator", "inform_holders", body | {"reason": "prosecutor"})


def test_what_a_holder_was_told_is_not_deferred_afterwards(story):
    """§2.7 HolderInformation: done and not applicable are ends."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.does(
        "crip_coordinator", "inform_holders", bodies.told(story.holders[0], "transmission", on="2026-11-24")
    )

    again = bodies.deferred(story.holders[0], "transmission", review_on="2026-11-27", reason="prosecutor")

    assert story.refused("crip_coordinator", "inform_holders", again) == "information_is_still_due"
