"""The whole procedure over HTTP, write by write, for tests that look at every write alike.

``walks`` gives generators of ``Move``: each yields the next write and is sent its answer. ``play`` carries one
out; what is done at each move (send it, make it crash first, look at its answer) is the test's business. Free
text comes from ``say``, so that a test can plant what it will look for.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model

from accounts.actor import SYSTEM
from audit import pseudonyms
from core.inputs import Text
from encryption.fields import SealedField
from referrals.filing.form import form_fields
from referrals.models import (
    AccessAnomaly,
    Alert,
    Child,
    Concern,
    FeedbackTask,
    Holder,
    JudicialReferral,
    Referral,
    RetentionBatch,
)
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from referrals.workflow.field_inputs import input_field
from tests.conftest import see_all
from tests.days import today
from tests.factories.concerns import child as of_child
from tests.factories.concerns import concern, urgent
from tests.factories.resources import a_service
from tests.factories.world import World
from tests.journeys.bodies import DIMENSIONS, NEEDS, SILENT, interview
from tests.referrals.attachments import files

#: To which authority a case goes.
TARGET = "75"
type Say = Callable[[str], str]


@dataclass(frozen=True)
class Move:
    """One write: who, of which authority, sends what where, and what is to come of it."""

    who: str
    path: str
    body: Any = field(default_factory=dict)
    pk: str | None = None
    verb: str = "post"
    keyed: bool = True
    expect: int = 200
    code: str = "93"

    @property
    def name(self) -> str:
        """The route without its ids: what makes two moves the same kind of write."""
        parts = ["{id}" if "-" in part and len(part) == 36 else part for part in self.path.split("/")]
        more = " at once" if isinstance(self.body, dict) and self.body.get("submit") else ""
        return f"{self.verb} {'/'.join(parts)}{more}"


type Walk = Generator[Move, Any]


def day(offset: int = 0) -> str:
    """Return a date some days from today."""
    return (today() + timedelta(days=offset)).isoformat()


def moment(days: int = 0) -> str:
    """Return an instant some days from now."""
    return (datetime.now(UTC) + timedelta(days=days, minutes=-5)).isoformat()


def plain(label: str) -> str:
    """Say nothing special."""
    return f"Texte d'essai, {label}."


class Case:
    """One case under way: makes the moves of its steps."""

    def __init__(self, world: World, say: Say) -> None:
        self.world, self.say, self.pk = world, say, ""
        self.children: list[str] = []

    def user(self, name: str) -> str:
        return str(self.world.user(name).pk)

    @property
    def service(self) -> str:
        return str(self.world.services["93"].pk)

    def step(self, who: str, step: str, /, *, expect: int = 200, **body: Any) -> Move:
        return Move(who, f"referrals/{self.pk}/{step}", body, pk=self.pk, expect=expect)

    def there(self, who: str, step: str, /, **body: Any) -> Move:
        """Return a step of the authority that is asked to take the case over."""
        return Move(who, f"referrals/{self.pk}/{step}", body, pk=self.pk, code=TARGET)

    def signed(self, who: str, step: str, signer: str, /, **body: Any) -> Walk:
        """Propose a step of two persons, and let the second sign."""
        answer = yield self.step(who, step, approver=self.user(signer), expect=202, **body)
        approval = answer.json()["approval"]
        yield self.step(signer, f"approvals/{approval}/sign")

    def look(self) -> None:
        """Learn the children's ids."""
        with seeing_all():
            self.children = [
                str(c.pk)
                for c in Referral.objects.get(pk=self.pk).children.order_by("position")
                if not c.wrong_person
            ]

    def holder(self) -> str:
        with seeing_all():
            return str(Holder.objects.filter(referral=self.pk).first().pk)

    def judicial(self) -> str:
        with seeing_all():
            return str(JudicialReferral.objects.filter(referral=self.pk).order_by("-prepared_at").first().pk)

    def file(self) -> str:
        """Return a file that the cell added to the case."""
        sent = SimpleUploadedFile("lettre.pdf", files.pdf())
        form = {"kind": "letter", "notice_read": "true", "file": sent}
        client = self.world.as_("crip_coordinator").client
        return str(client.post(f"/api/v1/referrals/{self.pk}/attachments", form).json()["made"])

    def owed(self) -> str:
        """Return the answer that is owed to whoever filed."""
        with seeing_all():
            return str(FeedbackTask.objects.get(referral=self.pk, state="due").pk)

    @property
    def urgency(self) -> str:
        """Return the least urgency with which the case may be qualified (T10)."""
        with seeing_all():
            return max("U1", str(Referral.objects.get(pk=self.pk).urgency))

    def to_justice(self, **more: Any) -> dict[str, Any]:
        texts = {n: self.say(n) for n in ("actions_led", "recipient", "document", "sending_proof")}
        deposited = {"sending_way": "plex", "sending_reference": self.say("sending_reference")}
        return {"grounds": ["5"], **texts, **deposited, **more}


def walks(world: World, say: Say = plain) -> list[Walk]:
    """Return walks that together take every step that has a route, and every other write of a case."""
    ask_a_question_of_ones_own(world)
    return [
        protection(Case(world, say)),
        unreachable(Case(world, say)),
        justice(Case(world, say)),
        refusal(Case(world, say)),
        closing(Case(world, say)),
        continuation(Case(world, say)),
        short_ends(Case(world, say)),
        joining(Case(world, say)),
        broken_glass(Case(world, say)),
        destroying(Case(world, say)),
        moving(Case(world, say)),
        auditing(Case(world, say)),
    ]


def ask_a_question_of_ones_own(world: World) -> None:
    """Let 93 add a question to the form, whose answer is sealed like the rest."""
    at = datetime.now(UTC)
    question = {"code": "question", "fr": "Question ?", "en": "Question?", "kind": "text", "max_length": 2_000,
                "choices": [], "required": False}  # fmt: skip
    asked = Change(
        effective_on=at.astimezone(ZoneInfo("Europe/Paris")).date(), values={"form_questions": [question]}
    )
    with transaction.atomic(), seeing_all():
        policy_changes_actions.change(world.authorities["93"].pk, asked, actor=SYSTEM, at=at)


# --- Parts of walks -----------------------------------------------------------------------------------


def texts_of(model: type[Model]) -> list[str]:
    """Return the free texts that the form asks for and the row seals, a field added today included."""
    fields = [field for field in form_fields(model) if isinstance(field, SealedField)]
    return [
        field.name for field in fields if type(input_field(field)) is Text and field.name != "commune_insee"
    ]


def full_form(say: Say) -> dict[str, Any]:
    """Return a form in which every sealed text is filled."""
    child = {
        "identity_known": "known", "birth_date": "2011-03-02", "sex": "girl", "commune_insee": "93008",
        "whereabouts": "runaway", "runaway_since": day(-3), "age_estimated_min": 14, "age_estimated_max": 16,
        "unaccompanied": "no", "living_with": "mother", "attendance": "irregular", "current_measure": "no",
    }  # fmt: skip
    child |= {name: say(f"child.{name}") for name in texts_of(Child)}
    said = {name: say(f"concern.{name}") for name in texts_of(Concern)}
    phone = "0100000000"
    return concern(
        children=[child],
        holders=[{"name": say("holder.name"), "link": "mother", "phone": phone, "address": say("holder.address")}],
        facts=[
            {
                "on": day(-4), "period": say("fact.period"), "place_type": "school", "source": "seen",
                "place_text": say("fact.place_text"), "text": say("fact.text"),
            }
        ],
        signs=[
            {"code": "absenteeism", "mode": "observed", "on": day(-4), "text": say("sign.text")},
            {"code": "self_harm", "mode": "reported", "on": day(-4), "text": say("health_sign.text")},
        ],
        third_parties=[
            {
                "role": "recruiter", "name": say("third_party.name"), "age": say("third_party.age"),
                "link": "stranger", "is_minor": "no", "phone": say("third_party.phone"),
                "vehicle": say("third_party.vehicle"), "address": say("third_party.address"),
            }
        ],
        digital_traces=[
            {
                "platform": "essai", "handle": say("digital_trace.handle"), "url": say("digital_trace.url"),
                "phone": say("digital_trace.phone"), "on": day(-4), "capture_kept": True,
            }
        ],
        direct_report_sent_on=day(-2),
        extra={"question": say("concern.extra")},
        **said,
    )  # fmt: skip


def filed(case: Case, form: dict[str, Any], **more: Any) -> Walk:
    """File at once, as a program does."""
    answer = yield Move("filer", "referrals", form | {"submit": True} | more, expect=201)
    case.pk = answer.json()["id"]
    case.look()


def triaged(case: Case) -> Walk:
    """Enter the concern in the register, and begin the first analysis."""
    yield case.step("intake_agent", "acknowledge", note=case.say("note"))
    yield case.step("intake_agent", "start_triage", method="by_hand", where=case.say("where"), found="no")
    yield case.step("crip_coordinator", "take_charge")


def assessed(case: Case) -> Walk:
    """Qualify, name the team, meet the children."""
    yield case.step("crip_coordinator", "qualify", **qualification(case))
    yield case.step("crip_coordinator", "assign", **team(case))


def qualification(case: Case) -> dict[str, Any]:
    return {
        "children": [
            {"child": pk, "danger_categories": ["security"], "danger_level": "danger"} for pk in case.children
        ],
        "urgency": case.urgency, "opinion": case.say("opinion"), "urgency_reason": case.say("urgency_reason"),
    }  # fmt: skip


def team(case: Case) -> dict[str, Any]:
    return {
        "team": [
            {"user": case.user("assessor"), "field": "socio_educational"},
            {"user": case.user("assessor_2"), "field": "health", "follows_family": True,
             "waiver": case.say("waiver")},
        ],
        "lead": case.user("assessment_lead"), "plan_on": day(2),
    }  # fmt: skip


def contact(case: Case, kind: str = "home_visit", seen: str = "alone") -> Move:
    return case.step(
        "assessor", "record_contact", kind=kind, at=moment(), who=case.say("who"), where=case.say("where"),
        children=[{"child": pk, "seen": seen} for pk in case.children], holders_consent="no",
        alone_reason=case.say("alone_reason"), text=case.say("text"),
    )  # fmt: skip


#: What the team writes about all the children.
TEXTS = ("report", "child_opinions", "holder_opinions", "entourage_opinions", "earlier_concerns")


def reported(case: Case, levels: dict[int, str] | None = None) -> Walk:
    """Write the report and deliver it; ``levels`` are the dangers confirmed, by the child's position."""
    assessment = f"referrals/{case.pk}/assessment"
    yield case.step("assessor", "assessment/write", framework_version="HAS 2021")
    report = {name: case.say(name) for name in TEXTS} | of_children(case)
    conclusions = [
        {"child": pk, "danger_level": (levels or {}).get(n, "danger"), "proposal": "adapted_actions",
         "text": case.say("conclusion")}
        for n, pk in enumerate(case.children)
    ]  # fmt: skip
    body = {**report, "earlier_concerns_considered": True, "conclusions": conclusions}
    yield Move("assessor", assessment, body, pk=case.pk, verb="patch", keyed=False)
    yield case.step("assessor", "assessment/hand_in", dissent=case.say("dissent"))
    yield case.step(
        "assessment_lead", "submit_report", decider=case.user("ase_inspector"), note=case.say("note")
    )


def of_children(case: Case, *, met: bool = True) -> dict[str, Any]:
    """Return what the report says of each child and holder; ``met``: the holders said something."""
    say = case.say
    findings = [
        {"child": pk, "dimension": dimension, "finding": "fragile"}
        | {name: say(f"{prefix}{name}") for name in ("observed", "reported", "text")}
        for pk in case.children
        for dimension in DIMENSIONS
        for prefix in ("health_" if dimension == "health" else "finding_",)
    ]
    dangers = [
        {
            "child": pk,
            "danger_categories": ["security"],
            "exploitation": "at_risk",
            "hold": "yes",
            "debt": "no",
        }
        | {name: say(name) for name in ("third_parties", "digital", "tonight")}
        for pk in case.children
    ]
    opinion = {"met": "met"} | {
        name: say(name) for name in ("needs", "difficulties", "understanding", "proposals")
    }
    if not met:
        opinion = {"met": "not_met", "not_met": "other", "not_met_text": say("not_met_text")}
    with seeing_all():
        holders = [str(row.pk) for row in Holder.objects.filter(referral=case.pk)]
    return {
        "dangers": dangers,
        "findings": findings,
        "opinions": [{"holder": pk} | opinion for pk in holders],
        "voices": [{"child": pk} | heard(case) for pk in case.children],
    }


def heard(case: Case) -> dict[str, Any]:
    """Return how a child was heard, alone, and what it said."""
    said = {name: case.say(name) for name in ("heard_by", "words", "wants", "told")}
    return {"heard": "alone", "heard_on": day(-1)} | said


def decided(case: Case, child: str, code: str) -> dict[str, Any]:
    """Return a decision for a child, who was heard on it."""
    return {"child": child, "decision": code, "motivation": case.say("motivation")} | heard(case)


def ready_to_decide(case: Case, form: dict[str, Any], levels: dict[int, str] | None = None) -> Walk:
    """Take a fresh filing to its delivered report."""
    yield from filed(case, form)
    yield from triaged(case)
    yield from assessed(case)
    yield contact(case)
    yield from reported(case, levels)


# --- Walks --------------------------------------------------------------------------------------------


def protection(case: Case) -> Walk:
    """From a draft to the end of an administrative protection, with all that can happen beside it."""
    say = case.say
    form = full_form(say)
    answer = yield Move("filer", "referrals", form, expect=201)
    case.pk = answer.json()["id"]
    yield Move("filer", f"referrals/{case.pk}", {"strengths": say("strengths"), "facts": form["facts"]},
               pk=case.pk, verb="patch", keyed=False)  # fmt: skip
    yield case.step("filer", "submit")
    case.look()
    yield from triaged(case)
    yield from beside_the_procedure(case)
    yield from asked_and_answered(case)
    yield from justice_beside(case)
    yield from forbidden(case)
    yield from rights(case)
    yield case.step("crip_coordinator", "name_decider", user=case.user("ase_inspector"))
    yield from away_and_taken_in(case)
    yield case.step("crip_coordinator", "qualify", **qualification(case))
    yield case.step("crip_coordinator", "assign", **team(case))
    yield case.step("assessor", "assessment/start", on=day())
    yield contact(case)
    yield case.step("crip_coordinator", "reassign", reason=say("reason"))
    yield from case.signed(
        "assessment_lead", "extend_assessment", "supervisor", reason=say("reason"), expected_on=day(30)
    )
    notes = {"notes": say("notes")}
    yield Move("assessor", f"referrals/{case.pk}/assessment", notes, pk=case.pk, verb="patch", keyed=False)
    yield case.step("assessor", "assessment/write", framework_version="HAS 2021")
    yield from _written_twice(case)
    yield from _decided(case)
    yield from measures(case)


def away_and_taken_in(case: Case) -> Walk:
    """A child runs away, is found and taken in for 72 hours, then for five days."""
    say, child = case.say, case.children[0]
    sheet = {"description": say("description"), "danger": say("danger"), "whom_to_call": say("whom_to_call"),
             "authorities": [str(case.world.authorities["75"].pk)]}  # fmt: skip
    yield case.step("crip_coordinator", "record_runaway", child=child, since=moment(), last_seen_place=say("place"),
                    police_report_ref=say("police_report_ref"), on_wanted_file="yes", sheet=sheet)  # fmt: skip
    yield case.step("crip_coordinator", "record_found", child=child, found_at=moment(), where=say("where"),
                    condition=say("condition"))  # fmt: skip
    taken_in = {"child": child, "since": moment(), "service": case.service, "prosecutor_told_at": moment()}
    yield case.step("crip_coordinator", "flag_immediate_danger", child=child, what=say("what"), where=say("where"),
                    since=say("since"), called=say("called"))  # fmt: skip
    answer = yield case.step("on_call", "shelter_72h", **taken_in, place=say("place"), holders_told="no",
                             holders_reason=say("reason"))  # fmt: skip
    home = {
        "on": day(),
        "end_report": say("end_report"),
        "shelter": "returned",
        "danger_remains": "no",
    } | SILENT
    yield case.step("ase_inspector", f"measures/{answer.json()['made']}/end", **home)
    answer = yield case.step("on_call", "shelter_5d", **taken_in, place=say("place"), representative="unable",
                             representative_reason=say("reason"))  # fmt: skip
    yield case.step("ase_inspector", f"measures/{answer.json()['made']}/end", **home)


def _written_twice(case: Case) -> Walk:
    """Send the report back, ask for more, and deliver it again."""
    say = case.say
    report = {name: say(name) for name in TEXTS} | of_children(case, met=False)
    levels = ("danger", "no_danger")
    conclusions = [
        {"child": pk, "danger_level": levels[n], "proposal": "adapted_actions", "text": say("conclusion")}
        for n, pk in enumerate(case.children)
    ]
    body = {**report, "earlier_concerns_considered": True, "conclusions": conclusions}
    yield Move("assessor", f"referrals/{case.pk}/assessment", body, pk=case.pk, verb="patch", keyed=False)
    yield case.step("assessor", "assessment/hand_in", dissent=say("dissent"))
    yield case.step("assessment_lead", "assessment/send_back", reason=say("reason"))
    yield case.step("assessor", "assessment/hand_in", dissent=say("dissent"))
    yield case.step("assessment_lead", "submit_report", note=say("note"))
    yield case.step("ase_inspector", "ask_supplement", questions=say("questions"), due_on=day(20))
    yield case.step("assessor", "assessment/write", framework_version="HAS 2021")
    yield case.step("assessor", "assessment/hand_in", dissent=say("dissent"))
    yield case.step("assessment_lead", "submit_report", note=say("note"))


def _decided(case: Case) -> Walk:
    say, (first, second) = case.say, case.children
    yield case.step(
        "ase_inspector",
        "decide_child",
        child=second,
        decision="close",
        motivation=say("motivation"),
        heard="not_heard",
        not_heard="other",
        not_heard_text=say("not_heard_text"),
        told=say("told"),
    )
    yield case.step(
        "ase_inspector", "decide_admin", motivation=say("motivation"),
        decisions=[decided(case, first, "admin")],
        measures=[{"child": first, "type": "aed", "aim": say("aim"), "duration_months": 6}],
    )  # fmt: skip
    measure = _newest_measure(case)
    yield case.step(
        "ase_inspector", "record_agreement", measure=measure, agreed_on=day(), signed_by=say("signed_by"),
        agreement=say("agreement"), child_opinion=say("child_opinion"),
    )  # fmt: skip


def _newest_measure(case: Case) -> str:
    with seeing_all():
        return str(Referral.objects.get(pk=case.pk).measures.order_by("-position").first().pk)


def beside_the_procedure(case: Case) -> Walk:
    """Record what may be recorded at any time."""
    say, child = case.say, case.children[0]
    yield case.step(
        "crip_coordinator", "flag_immediate_danger", child=child, what=say("what"), where=say("where"),
        since=say("since"), called=say("called"),
    )  # fmt: skip
    yield case.step(
        "crip_coordinator", "set_urgency", value="U1", reason=say("reason"), clear_danger=[child],
        done=say("done"),
    )  # fmt: skip
    yield case.step("crip_coordinator", "inform_holders", holder=case.holder(), occasion="transmission",
                    outcome="done", told_on=day(), means=say("means"), reason_text=say("reason_text"))  # fmt: skip
    yield case.step("crip_coordinator", "log_contact", kind="police", with_whom=say("with_whom"),
                    means=say("means"), at=moment(), text=say("text"))  # fmt: skip
    yield case.step(
        "crip_coordinator", "add_child", kind="household", reason=say("reason"), identity_known="known",
        last_name=say("child.last_name"), first_names=say("child.first_names"), birth_date="2015-05-05", sex="boy",
        address=say("child.address"), commune_insee="93008", whereabouts="known",
    )  # fmt: skip
    case.look()
    correction = {"part": "children", "row": child, "field": "last_name", "value": say("child.last_name")}
    yield case.step("crip_coordinator", "rectify", corrections=[correction], reason=say("reason"))


def asked_and_answered(case: Case) -> Walk:
    """Put questions, answer them or go on without, and write in both channels."""
    say = case.say
    answer = yield case.step("crip_coordinator", "request_info", recipient="filer", questions=say("questions"),
                             due_on=day(3))  # fmt: skip
    asked = answer.json()["made"]
    yield case.step("filer", "provide_info", request=asked, text=say("complement"), danger_now=True,
                    danger_what=say("danger_what"))  # fmt: skip
    yield case.step("intake_agent", "provide_info", text=say("complement"), came_by="phone")
    answer = yield case.step(
        "crip_coordinator", "request_info", recipient="filer", questions=say("questions")
    )
    yield case.step(
        "intake_agent", "info_expired", request=answer.json()["made"], reason=say("reason"), expect=409
    )
    yield case.step("crip_coordinator", "info_expired", request=answer.json()["made"], reason=say("reason"))
    answer = yield case.step("crip_coordinator", "message_filer", text=say("filer_message"))
    yield case.step("filer", f"messages/{answer.json()['made']}/read")
    answer = yield case.step("crip_coordinator", "message_professionals", text=say("team_message"))
    yield case.step("intake_agent", f"messages/{answer.json()['made']}/read")
    yield case.step("crip_coordinator", "set_urgency", value="U1", reason=say("reason"),
                    clear_danger=[case.children[0]], done=say("done"))  # fmt: skip


def justice_beside(case: Case) -> Walk:
    """Refer to justice beside the administrative path, and have its answer."""
    say, child = case.say, case.children[0]
    prepared = {
        "children": [child],
        "grounds": ["5"],
        "actions_led": say("actions_led"),
        "document": say("document"),
        "recipient": say("recipient"),
        "competence": "residence",
        "requests": say("requests"),
        "asked_for": ["opp"],
        "enquiries": ["medical_exam"],
        **{name: say(name) for name in ("feared", "tonight", "no_report", "reachable")},
    }
    answer = yield case.step("crip_coordinator", "judicial-referrals/prepare", **prepared)
    dropped = answer.json()["made"]
    yield case.step("crip_coordinator", f"judicial-referrals/{dropped}/discard", reason=say("reason"))
    answer = yield case.step("crip_coordinator", "judicial-referrals/prepare", **prepared)
    sent = answer.json()["made"]
    place = f"judicial-referrals/{sent}"
    yield case.step("crip_coordinator", f"{place}/compose")
    told = case.to_justice(judicial_referral=sent) | {"document": ""}
    yield case.step("crip_coordinator", "send_judicial", children=[child], **told)
    yield case.step("intake_agent", f"{place}/confirm_receipt", confirmed_at=moment(), by=say("by"))
    outcome = {
        "child": child, "type": "no_further", "on": day(), "copy": say("copy"), "child_heard": "not_heard",
        "child_lawyer": "no", "ad_hoc_administrator": "no", "hearing_note": say("hearing_note"),
    }  # fmt: skip
    yield case.step("crip_coordinator", f"{place}/record_outcome", outcomes=[outcome])
    yield case.step("crip_coordinator", f"{place}/close", note=say("note"))


def forbidden(case: Case) -> Walk:
    """Set a file aside, give it back, and let two persons decide to destroy it."""
    file = case.file()
    for step, told in (("unbar_file", {}), ("destroy_file", {"authorities_told": True})):
        yield case.step("crip_coordinator", "bar_file", file=file, reason="minor_image")
        said = {"file": file, "reason": case.say("reason"), **told}
        yield from case.signed("crip_coordinator", step, "supervisor", **said)


def rights(case: Case) -> Walk:
    """Bar a person, let one in, restrict the case, and undo it by two persons."""
    say = case.say
    barred = case.user("on_call")
    yield case.step("crip_coordinator", "exclude", user=barred, reason=say("reason"))
    asked = {"user": barred, "reason": say("reason"), "approver": case.user("supervisor")}
    for end, who in (("withdraw", "crip_coordinator"), ("refuse", "supervisor"), ("sign", "supervisor")):
        answer = yield case.step("crip_coordinator", "lift_exclusion", expect=202, **asked)
        approval = answer.json()["approval"]
        body = {"reason": say("reason")} if end == "refuse" else {}
        yield case.step(who, f"approvals/{approval}/{end}", **body)
    yield case.step("dpo", "recuse", reason=say("reason"))
    yield case.step("crip_coordinator", "grant_access", user=case.user("assessor"), reason=say("reason"),
                    until=day(5))  # fmt: skip
    named = [case.user(n) for n in ("crip_coordinator", "supervisor")]
    yield case.step("crip_coordinator", "restrict", named=named, reason=say("reason"), review_on=day(30))
    yield from case.signed("crip_coordinator", "unrestrict", "supervisor", lift=True, reason=say("reason"))
    yield case.step("crip_coordinator", "set_exploitation_status", child=case.children[1], value="none",
                    reasons=say("reasons"), expect=409)  # fmt: skip


def measures(case: Case) -> Walk:
    """Carry out measures of every kind, and end the follow-up."""
    say, child = case.say, case.children[0]
    at = f"measures/{_newest_measure(case)}"
    yield case.step("ase_inspector", "name_service", measure=_newest_measure(case), service=case.service,
                    extract=say("extract"))  # fmt: skip
    yield case.step("ase_inspector", "name_referent", user=case.user("case_referent"), child=child)
    for leaver, taker in (("ase_inspector", "ase_inspector_2"), ("ase_inspector_2", "ase_inspector")):
        yield case.step("supervisor", "pass_on", leaver=case.user(leaver), role="ase_inspector",
                        user=case.user(taker), reason=say("reason"))  # fmt: skip
    yield case.step("measure_service", f"{at}/start", started_on=day(), term_on=day(180))
    yield case.step("measure_service", f"{at}/suspend", on=day(), reason=say("reason"))
    yield case.step("measure_service", f"{at}/resume", on=day())
    yield case.step("case_referent", f"{at}/sign_plan", on=day(), signed_by=say("signed_by"),
                    trusted_person="named")  # fmt: skip
    yield case.step("measure_service", f"{at}/situation_report", report=say("report"), shown_on=day(),
                    child_shown="read", child_shown_on=day(), **heard(case))  # fmt: skip
    yield case.step("ase_inspector", f"{at}/renew", term_on=day(300), basis=say("basis"))
    yield from _offered(case)
    yield from _ordered(case)
    yield case.step("case_referent", f"{at}/end", on=day(), end_report=say("end_report"), danger_remains="no",
                    **heard(case))  # fmt: skip
    yield case.step("crip_coordinator", "set_exploitation_status", child=child, value="at_risk",
                    reasons=say("reasons"))  # fmt: skip
    yield from case.signed("ase_inspector", "end_followup", "supervisor", reason="10",
                           end_report=say("end_report"), danger_remains="no",
                           voices=[{"child": pk} | heard(case) for pk in case.children])  # fmt: skip


def _offered(case: Case) -> Walk:
    say = case.say
    offer = {"child": case.children[0], "type": "tisf", "aim": say("aim"), "duration_months": 3}
    made = {}
    for end in ("agree", "refuse", "cancel"):
        answer = yield case.step("ase_inspector", "measures/propose", **offer)
        made[end] = f"measures/{answer.json()['made']}"
    yield case.step("ase_inspector", f"{made['agree']}/agree", agreed_on=day(), signed_by=say("signed_by"),
                    agreement=say("agreement"), child_opinion=say("child_opinion"))  # fmt: skip
    yield case.step("ase_inspector", f"{made['refuse']}/refuse", attempts=say("attempts"),
                    refusals=[{"holder": case.holder(), "how": say("how"), "on": day()}])  # fmt: skip
    yield case.step("ase_inspector", f"{made['cancel']}/cancel", reason=say("reason"))
    yield case.step(
        "ase_inspector", f"{made['agree']}/hand_over", service=case.service, extract=say("extract")
    )
    yield case.step(
        "ase_inspector",
        f"{made['agree']}/not_executed",
        reason="no_place",
        explanation=say("explanation"),
        danger_remains="yes",
    )


def order(case: Case, child: str, kind: str = "aemo") -> dict[str, Any]:
    return {
        "child": child, "type": kind, "ordered_on": day(), "ordered_by": case.say("ordered_by"),
        "order_copy": case.say("order_copy"), "place": case.say("place"), "service": case.service,
    }  # fmt: skip


def _ordered(case: Case) -> Walk:
    say, child = case.say, case.children[0]
    ends = (("lift", {"on": day(), "reason": "10", "decision": say("decision"), "danger_remains": "no"}),
            ("transfer", {"reason": say("reason")}))  # fmt: skip
    for end, body in ends:
        answer = yield case.step("crip_coordinator", "measures/order", **order(case, child))
        at = f"measures/{answer.json()['made']}"
        yield case.step(
            "crip_coordinator",
            f"{at}/ruling",
            on=day(),
            effect="kept",
            copy=say("copy"),
            child_heard="heard",
            hearing_note=say("hearing_note"),
        )
        for kind in ("appeal_lodged", "suspended", "upheld"):
            yield case.step(
                "crip_coordinator", f"{at}/ruling", on=day(), ruling_kind=kind, copy=say(f"copy {kind}")
            )
        yield case.step(
            "crip_coordinator",
            f"{at}/inform_judge",
            on=day(),
            judge=say("judge"),
            sending_way="plex",
            sending_reference=say("sending_reference"),
            sending_proof=say("sending_proof"),
            reason="no_place",
            service_asked=say("service_asked"),
            asked_since=day(),
            danger_remains="yes",
            meanwhile=say("meanwhile"),
            last_seen_on=day(),
            last_seen_by=say("last_seen_by"),
        )
        yield case.step("ase_inspector", f"{at}/{end}", **body)


def unreachable(case: Case) -> Walk:
    """An urgent filing whose child nobody can meet: justice is seized, and orders a measure."""
    say = case.say
    form = urgent(danger_what=say("danger_what"), facts=[{"text": say("fact.text"), "source": "seen"}])
    answer = yield Move("filer", "referrals", form, expect=201)
    case.pk = answer.json()["id"]
    yield case.step("filer", "submit_urgent")
    case.look()
    yield from triaged(case)
    yield case.step("crip_coordinator", "name_decider", user=case.user("ase_inspector"))
    yield from assessed(case)
    yield contact(case, "attempt", "no")
    yield contact(case, "attempt", "no")
    yield case.step("ase_inspector", "child_unreachable", **case.to_justice(grounds=["4"]))
    child = case.children[0]
    outcome = {"child": child, "type": "opp", "on": day(), "copy": say("copy")}
    yield case.step("crip_coordinator", "judicial_outcome", judicial_referral=case.judicial(), outcomes=[outcome],
                    orders=[order(case, child, "opp_prosecutor")])  # fmt: skip


def justice(case: Case) -> Walk:
    """A report that calls for justice."""
    yield from ready_to_decide(case, concern())
    decision = decided(case, case.children[0], "judicial")
    yield case.step("ase_inspector", "decide_judicial", decisions=[decision], motivation=case.say("motivation"),
                    **case.to_justice(children=case.children))  # fmt: skip
    outcome = {"child": case.children[0], "type": "returned", "on": day(), "copy": case.say("copy")}
    yield case.step(
        "ase_inspector", "judicial_outcome", judicial_referral=case.judicial(), outcomes=[outcome]
    )


def refusal(case: Case) -> Walk:
    """An offer that the family refuses while danger persists."""
    say = case.say
    yield from ready_to_decide(case, concern())
    child = case.children[0]
    yield case.step(
        "ase_inspector", "decide_admin", motivation=say("motivation"),
        decisions=[decided(case, child, "admin")],
        measures=[{"child": child, "type": "aed", "aim": say("aim"), "duration_months": 6}],
    )  # fmt: skip
    refusals = [{"holder": case.holder(), "how": say("how"), "on": day()}]
    yield case.step("ase_inspector", "record_refusal", child=child, refusals=refusals, attempts=say("attempts"),
                    danger_persists=True, **case.to_justice(grounds=["2"]))  # fmt: skip


def closing(case: Case) -> Walk:
    """A report that rules out danger."""
    say = case.say
    yield from ready_to_decide(case, concern(), {0: "no_danger"})
    decision = decided(case, case.children[0], "close")
    yield case.step("ase_inspector", "decide_close", decisions=[decision], motivation=say("motivation"),
                    feedback=say("feedback"))  # fmt: skip


def continuation(case: Case) -> Walk:
    """A child of 17 who has a measure already, and is prepared for majority."""
    say = case.say
    born = (today() - relativedelta(years=17, months=10)).isoformat()
    yield from filed(case, concern(children=[of_child(birth_date=born)]))
    yield from triaged(case)
    ordered = order(case, case.children[0], "placement_ase")
    at = (yield case.step("crip_coordinator", "measures/order", **ordered)).json()["made"]
    yield from assessed(case)
    yield case.step("crip_coordinator", "name_decider", user=case.user("ase_inspector"))
    yield case.step("ase_inspector", f"measures/{at}/start", started_on=day())
    needs = {name: say(name) for name in NEEDS}
    yield case.step("ase_inspector", f"measures/{at}/majority_interview", **interview(
        on=day(), led_by=say("led_by"), residence=say("residence"), **needs))  # fmt: skip
    yield case.step("ase_inspector", f"measures/{at}/majority_interview", on=day(), outcome="refused",
                    refusal=say("refusal"))  # fmt: skip
    yield case.step("ase_inspector", f"measures/{at}/choose_at_majority", on=day(), choice="young_adult",
                    words=say("words"), signer="person", agreement=say("agreement"), signed_on=day(),
                    aim=say("aim"))  # fmt: skip
    yield contact(case)
    yield from reported(case)
    decision = decided(case, case.children[0], "continue")
    yield case.step("ase_inspector", "decide_continue", decisions=[decision], motivation=say("motivation"))


def short_ends(case: Case) -> Walk:
    """A filing taken back, and one that isn't for the cell."""
    say = case.say
    yield from filed(case, concern())
    yield case.step("filer", "withdraw", reason=say("reason"))
    yield from filed(case, concern())
    yield from triaged(case)
    yield from orientations(case)
    yield case.step("crip_coordinator", f"feedbacks/{case.owed()}/send", text=say("feedback_task.text"),
                    means="platform")  # fmt: skip
    yield case.step("crip_coordinator", "reorient", reason=say("reason"), target="pmi",
                    target_name=say("target_name"), feedback=say("feedback"))  # fmt: skip
    yield case.step("crip_coordinator", f"feedbacks/{case.owed()}/withhold", reason="secrecy",
                    reason_text=say("reason_text"))  # fmt: skip
    with seeing_all():
        review = Referral.objects.get(pk=case.pk).closure_reviews.get()
    yield case.step("supervisor", f"closure-reviews/{review.pk}/confirm", note=say("note"))
    yield case.step("dpo", "hold", reason=say("reason"))
    yield case.step("supervisor", "release_hold", reason=say("reason"))
    yield case.step("supervisor", "reopen", ground="error", reason=say("reason"))


def orientations(case: Case) -> Walk:
    """Services of the directory are proposed and asked; one accepts, one says no, one isn't needed any more."""
    say, who = case.say, "crip_coordinator"
    with seeing_all():
        service = a_service(Referral.objects.get(pk=case.pk).authority)
    place = {"need": "specialised_support", "resource": str(service.pk), "text": say("orientation.text")}
    for end, said in (
        ("accept", {"answer": say("orientation.answer")}),
        ("refuse", {"reason": "no_place", "answer": say("orientation.answer")}),
        ("withdraw", {"reason": say("reason")}),
    ):
        answer = yield case.step(who, "orientations/propose", **place, child=case.children[0],
                                 despite=say("orientation.despite"))  # fmt: skip
        at = f"orientations/{answer.json()['made']}"
        yield case.step(who, f"{at}/ask", channel="phone", at=moment(), whom=say("orientation.asked_whom"))
        if end == "accept":
            yield case.step(who, f"{at}/study", answer=say("orientation.answer"))
        yield case.step(who, f"{at}/{end}", **said)
    yield case.step(who, "exclude_resource", structure=str(service.structure_id), resource=None,
                    reason=say("excluded_resource.reason"))  # fmt: skip
    with seeing_all():
        exclusion = str(Referral.objects.get(pk=case.pk).excluded_resources.get().pk)
    yield from case.signed(
        who, "lift_excluded_resource", "supervisor", exclusion=exclusion, reason=say("reason")
    )


def joining(case: Case) -> Walk:
    """A second filing about the same child: compared, joined, and parted again."""
    say, first = case.say, Case(case.world, case.say)
    for one in (first, case):
        yield from filed(one, concern())
        yield from triaged(one)
    for end, body in (("reject", {"reason": say("reason")}), ("confirm", {"kind": "same"})):
        answer = yield case.step(
            "intake_agent", "duplicates/suggest", other=first.pk, reasons=["name"], note=say("note")
        )
        pair = answer.json()["made"]
        yield case.step("crip_coordinator", f"duplicates/{pair}/{end}", **body)
    yield case.step(
        "crip_coordinator", "attach_existing", target=first.pk, link="same_facts",
        children=[{"child": case.children[0], "same_as": first.children[0]}],
        holders=[{"holder": case.holder(), "same_as": first.holder()}],
    )  # fmt: skip
    yield case.step("supervisor", "unmerge", reason=say("reason"))


def broken_glass(case: Case) -> Walk:
    """An urgent call answered, the case opened in an emergency by its reference and from its shell, and reviewed."""
    say = case.say
    yield from filed(case, urgent(), urgent=True)
    with seeing_all():
        alert, reference = Alert.objects.get(referral=case.pk), Referral.objects.get(pk=case.pk).reference
    yield case.step("on_call", f"alerts/{alert.pk}/acknowledge")
    said = {"reference": reference, "reason": say("break_glass.reason")}
    answer = yield Move("on_call", "break-glass", said, expect=201)
    yield case.step("on_call", f"break-glass/{answer.json()['made']}/give_back")
    yield case.step(
        "crip_coordinator", f"break-glass/{answer.json()['made']}/approve", note=say("break_glass.review")
    )
    answer = yield case.step("supervisor", "break-glass/open", reason=say("break_glass.reason"))
    yield case.step("supervisor", f"break-glass/{answer.json()['made']}/give_back")
    yield case.step(
        "supervisor_2", f"break-glass/{answer.json()['made']}/contest", reason=say("break_glass.review")
    )


def destroying(case: Case) -> Walk:
    """Batches of archived files: a visa granted, one refused, and one that the authority no longer needs."""
    authority = case.world.authorities["93"]
    with seeing_all():
        granted, refused, waived = (
            RetentionBatch.objects.create(
                authority=authority, month=f"2020-0{number}-01", proposed_at=datetime.now(UTC)
            )
            for number in (1, 2, 3)
        )

    def step(who: str, batch: RetentionBatch, name: str, **body: Any) -> Move:
        return Move(who, f"retention-batches/{batch.pk}/{name}", body)

    yield step("dpo", granted, "request_visa", letter="2020/1", on=day())
    yield step("dpo", granted, "grant_visa", number="2020/12", on=day())
    yield step("supervisor", granted, "execute")
    yield step("dpo", refused, "request_visa", letter="2020/2", on=day())
    yield step("dpo", refused, "refuse_visa", reason="historical", on=day())
    values = {"effective_on": day(), "values": {"visa_required": False}}
    yield Move("territory_admin", f"authorities/{authority.pk}/settings", values)
    yield step("dpo", waived, "waive_visa")


def moving(case: Case) -> Walk:
    """A transfer given up, another one refused twice, settled by the supervisors of both, and accepted."""
    say = case.say
    yield from filed(case, concern())
    yield from triaged(case)
    deferred = {"kind": "holders_informed", "outcome": "deferred", "reason": "child_interest",
                "reason_text": say("reason_text")}  # fmt: skip
    asked = {"target": str(case.world.authorities[TARGET].pk), "ground": "moved", "note": say("note"),
             "documents": ["concern"], "formalities": [deferred]}  # fmt: skip
    answer = yield case.step("crip_coordinator", "transfer_request", **asked, address_known=False)
    yield case.step("crip_coordinator", f"transfers/{answer.json()['made']}/give_up", reason=say("reason"))
    answer = yield case.step("crip_coordinator", "transfer_request", **asked)
    at = f"transfers/{answer.json()['made']}"
    yield case.there("crip_coordinator", "transfer_refuse", motive=say("motive"))
    yield case.step("crip_coordinator", f"{at}/send", note=say("note"), no_answer=say("no_answer"))
    yield case.there("crip_coordinator_2", "transfer_refuse", motive=say("motive"))
    yield case.step("supervisor", f"{at}/arbitrate", says="transfer", reason=say("reason"))
    yield case.there("supervisor", f"{at}/arbitrate", says="transfer", reason=say("reason"))
    yield case.there("crip_coordinator", "transfer_accept", receipt=say("receipt"))


def auditing(case: Case) -> Walk:
    """Anomalies of access: one justified, one reported and closed, its veil lifted; and a hold on the journal."""
    justified, reported = (anomaly_of(case.world, number) for number in (1, 2))

    def step(who: str, anomaly: AccessAnomaly, name: str, **body: Any) -> Move:
        return Move(who, f"audit/anomalies/{anomaly.pk}/{name}", body)

    yield step("auditor", justified, "take_up")
    yield step("auditor", justified, "justify", ground="assigned")
    yield step("auditor", justified, "close")
    yield step("auditor", reported, "take_up")
    yield step("auditor", reported, "ask")
    yield Move("crip_coordinator_2", f"access-questions/{reported.pk}/answer", {"answer": "error"})
    yield step("auditor", reported, "ask_identities")
    yield step("dpo", reported, "grant_identities")
    judged = yield step("auditor", reported, "find_unjustified", reason="curiosity")
    yield step("dpo", reported, "report")
    yield from _breaches(case, judged.json()["breach"])
    yield step("dpo", reported, "conclude")
    held = yield Move("dpo", "audit/holds", {"authority": str(case.world.authorities["93"].pk)}, expect=201)
    yield Move("dpo", f"audit/holds/{held.json()['id']}/lift", {})


def anomaly_of(world: World, number: int) -> AccessAnomaly:
    """Return an anomaly about a coordinator of 93, as a rule finds one."""
    at = datetime.now(UTC)
    with seeing_all():
        return AccessAnomaly.objects.create(
            authority=world.authorities["93"], rule="R01", key=f"{number}", count=60, first_at=at, last_at=at,
            detected_at=at, who=pseudonyms.actor(world.user("crip_coordinator_2").pk),
        )  # fmt: skip


def _breaches(case: Case, opened: str) -> Walk:
    """Take the breach of an anomaly to its closing, and rule the risk of another one out by two."""

    def step(pk: str, name: str, **body: Any) -> Move:
        return Move("supervisor" if name == "lift_suspension" else "dpo", f"data-breaches/{pk}/{name}", body)

    say, now = case.say, datetime.now(UTC).isoformat()
    words = {name: say(f"breach: {name}") for name in ("consequences", "measures", "why")}
    assessed = {"children": 1, "touched": ["read"], "legible": "readable", "risk": "high"} | words
    yield step(opened, "lift_suspension", reason=say("breach: why it is lifted"))
    yield step(opened, "assess", **assessed)
    yield step(
        opened, "notify_cnil", part="whole", notified_at=datetime.now(UTC).isoformat(), reference="FR-1",
        proof=say("breach: proof"), nature=say("breach: nature"), contact="dpd@test.invalid",
    )  # fmt: skip
    said = ("happened", "consequences", "done", "advice", "proof")
    letter = {name: say(f"breach letter: {name}") for name in said}
    yield step(
        opened, "inform_persons", group="children", answer="told", on=day(), way="letter", contact="dpd@test.invalid",
        **letter,
    )  # fmt: skip
    yield step(opened, "close", changes=say("breach: what changes"))
    said = {"what": say("breach: what"), "seen": say("breach: how seen")}
    body = said | {"aware_at": now, "kinds": ["availability"], "source": "reported"}
    made = yield Move("dpo", "data-breaches", body, expect=201)
    other = made.json()["results"][0]["id"]
    yield step(other, "assess", **(assessed | {"risk": "none", "legible": "sealed", "touched": ["lost"]}))
    approver = str(case.world.user("supervisor").pk)
    ruling = {"reasons": say("breach: no risk"), "approver": approver}
    for who, end, said in (
        ("dpo", "withdraw", {}),
        ("supervisor", "refuse", {"reason": say("breach: why it isn't signed")}),
        ("supervisor", "sign", {}),
    ):
        asked = yield Move("dpo", f"data-breaches/{other}/rule_out", ruling, expect=202)
        yield Move(who, f"approvals/{asked.json()['approval']}/{end}", said)
    yield step(other, "reassess", new=say("breach: news"), aware_at=datetime.now(UTC).isoformat())


# --- Carrying out -------------------------------------------------------------------------------------


@contextmanager
def seeing_all() -> Iterator[None]:
    """See the cases of all authorities inside the block."""
    with transaction.atomic():
        see_all()
        yield


def version_of(pk: str) -> int:
    """Return the version of a case, whoever may see it."""
    with seeing_all():
        return Referral.objects.values_list("version", flat=True).get(pk=pk)


def ready(world: World, move: Move) -> Callable[[], Any]:
    """Return what sends a move on the version that is the newest now, under a fresh key."""
    filing = move.path.endswith(("submit", "submit_urgent"))
    versioned = move.pk is not None and (move.who != "filer" or move.verb == "patch" or filing)
    version = version_of(move.pk or "") if versioned else None
    caller, key = world.as_(move.who, move.code), uuid4().hex if move.keyed else None
    return lambda: caller._send(move.verb, move.path, move.body, version, key)


def send(world: World, move: Move) -> Any:
    """Send a move."""
    return ready(world, move)()


def play(world: World, walk: Walk, each: Callable[[Move], Any] | None = None) -> None:
    """Carry out a walk; ``each`` does one move and returns its answer."""
    act = each or (lambda move: send(world, move))
    answer = None
    while True:
        try:
            move = walk.send(answer)
        except StopIteration:
            return
        answer = act(move)
        assert answer.status_code == move.expect, (
            move.name,
            answer.status_code,
            answer.content.decode()[:1500],
        )
