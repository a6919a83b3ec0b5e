"""One filter for whatever hangs on a child (SEC-AZ20), and relations that add up without widening one another (SEC-AZ21).

A case has three children: ``open``, ``other`` and ``kept``, which is restricted to named persons. Everything that can
hang on a child hangs on each, and every sealed value of it bears the child's mark.
"""

import re
from functools import partial
from uuid import uuid4

import pytest

from accounts.models import Membership, Organisation
from accounts.roles import Role
from encryption.fields import SealedField
from referrals.models import (
    Approval,
    Child,
    Clock,
    Conclusion,
    Decision,
    EmergencySheet,
    JudicialOutcome,
    JudicialReferral,
    Measure,
    Referral,
    Sighting,
    StepRecord,
    Visit,
)
from tests.conftest import see_all
from tests.expected.routes import ROUTES
from tests.factories.world import FAR, LONG_AGO
from tests.kept import kept
from tests.referrals.workflow.filled import canary
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.web.visiting import Visitor

pytestmark = pytest.mark.sec("SEC-AZ20")
CHILDREN = ("open", "other", "kept")
#: Where a role works on the case of these tests, beside the territory.
ASSIGNED = ("assessor", "ase_inspector", "case_referent")
READERS = (
    "crip_coordinator", "intake_agent", "supervisor", "on_call", "dpo", "assessment_lead", "exploitation_lead", *ASSIGNED,
)  # fmt: skip
API = sorted(
    route.partition(" ")[2] for route in ROUTES
    if route.startswith("GET /api/v1/referrals/<uuid:pk>") and route.count("<") == 1
)  # fmt: skip
PAGES = sorted(
    route.partition(" ")[2] for route in ROUTES if route.startswith("GET /dossiers/<uuid:pk>") and route.count("<") == 1
)  # fmt: skip
JSON = {"accept": "application/json"}
LISTS = (
    "/api/v1/referrals?names=true&limit=100", "/api/v1/clocks?limit=100", "/api/v1/measures?limit=100",
    "/api/v1/emergency-sheets?limit=100",
)  # fmt: skip


class Family:
    """The case, its three children and what hangs on each."""

    def __init__(self, world, *, filed_by="filer"):
        self.kit = kit = Kit(world, "in_assessment", filed_by=filed_by)
        self.pk = kit.case.pk
        self.services = {
            name: Organisation.objects.create(name=f"Service {name}", kind="association") for name in CHILDREN
        }
        Membership.objects.filter(user=world.user("measure_service")).update(
            organisation=self.services["open"]
        )
        kit.assign("assessor")
        self.assessment = kit.assessment("delivered")
        self.judicial = self.marked(JudicialReferral, "all", state="sent", prepared_at=AT, sent_at=AT,
                                    letter_sha256="0" * 64, composed_at=AT)  # fmt: skip
        self.ids, self.children, self.measures = {}, {}, {}
        for number, name in enumerate(CHILDREN):
            self.hang(name, number)
        Child.objects.filter(pk=self.children["kept"].pk).update(restricted=True)

    def marked(self, model, mark, **values):
        """Insert a row whose sealed texts bear a mark."""
        fill = self.kit.fill
        made = model(referral=self.kit.case, **values)
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField) and field.name not in values:
                value = f"MARQUE-{mark} {field.label}" if field.kind == "text" else canary(field)
                setattr(made, field.name, fill.keys[field.key].seal(field, made.pk, value))
        made.save(force_insert=True)
        return made

    def hang(self, name, number):
        row = partial(self.marked, mark=name)
        child = row(Child, child_met="alone", position=number + 5, age_band="11-15")
        row(Conclusion, assessment=self.assessment, child=child, danger_level="risk", proposal="classement")
        visit = row(
            Visit, assessment=self.assessment, kind="meeting", at=AT, by=self.kit.world.user("assessor")
        )
        row(Sighting, visit=visit, child=child, seen="alone")
        row(Decision, child=child, code="admin", at=AT, by=self.kit.world.user("ase_inspector"))
        own = row(
            JudicialReferral, state="sent", prepared_at=AT, sent_at=AT, letter_sha256="0" * 64, composed_at=AT
        )
        for judicial in (own, self.judicial):
            judicial.children.add(child)
            row(JudicialOutcome, judicial_referral=judicial, child=child, type="returned", on=TODAY)
        measure = row(
            Measure, child=child, state="awaiting_start", proposed_at=AT, waits_since=TODAY, type_id="aed", judicial=False,
            service=self.services[name],
        )  # fmt: skip
        row(
            EmergencySheet,
            child=child,
            reference=self.kit.case.reference,
            authority=self.kit.case.authority,
            opened_at=AT,
        )
        for order, (letter, about) in enumerate(
            (letter, about)
            for letter in "ABDHIJ"
            for about in ({"child": child.pk}, {"part": measure.pk}, {"named": True})
        ):
            self.step(name, number * 100 + order + 1, letter, child, **about)
        for about in ({"child": child.pk}, {"part": measure.pk}, {"part": own.pk}):
            for letter in "AIJ":
                Clock.objects.create(referral=self.kit.case, code="C9", access_class=letter, started_at=AT, warn_at=AT,
                                     due_at=FAR, statutory=True, **about)  # fmt: skip
        world = self.kit.world
        row(Approval, step="propose", machine="measure", part=measure.pk, proposer=world.user("ase_inspector"),
            proposer_role="ase_inspector", approver=world.user("crip_coordinator"), asked_state="triage",
            requested_at=AT, expires_at=FAR, given=None)  # fmt: skip
        self.children[name], self.measures[name] = child, measure
        self.ids[name] = {str(child.pk), str(measure.pk), str(own.pk)}

    def step(self, name, order, letter, subject, *, named=False, **about):
        field = StepRecord._meta.get_field("data")
        step = StepRecord(referral=self.kit.case, machine="measure" if "part" in about else "referral", step="qualify",
                          number="T10", at=AT, order=order + 1_000, role="crip_coordinator", access_class=letter, **about)  # fmt: skip
        said = {"text": f"MARQUE-{name} step"} | ({"children": [{"child": str(subject.pk)}]} if named else {})
        step.data = self.kit.fill.keys["case"].seal(field, step.pk, said)
        step.save(force_insert=True)

    def name_on_list(self, user):
        """Let somebody in whom the restriction names."""
        self.kit._grant(user, "named")

    def told_of(self, text):
        """Return the children of whom an answer tells anything."""
        return {
            name
            for name in CHILDREN
            if f"MARQUE-{name}" in text or any(one in text for one in self.ids[name])
        }


@kept
def family(world) -> Family:
    """The case of the three children."""
    return Family(world)


def answers(world, family, who, *, pages=True):
    """Return the text of every answer about the case and of the lists, by address, that somebody gets with a page or 200."""
    program, found = world.as_(who).client, {}
    for path in (*API, *LISTS):
        answer = program.get(path.replace("<uuid:pk>", str(family.pk)))
        assert answer.status_code in (200, 400, 403, 404), (path, answer.content[:300])
        found[path] = answer.content.decode(errors="replace")
    if pages:
        page = Visitor(world, who)
        for path in PAGES:
            answer = page.get(path.replace("<uuid:pk>", str(family.pk)))
            assert answer.status_code in (200, 302, 403, 404), (path, answer.status_code)
            found[path] = answer.content.decode(errors="replace")
    return found


@pytest.mark.slow("every part and page, as one role")
@pytest.mark.parametrize("who", READERS)
def test_of_a_restricted_child_nothing_is_told_to_whom_the_restriction_does_not_name(world, family, who):
    found = answers(world, family, who)

    assert {path: told for path, text in found.items() if "kept" in (told := family.told_of(text))} == {}
    # Else the parts would be empty for another reason than the restriction.
    if who not in ("dpo", "exploitation_lead"):
        assert any({"open", "other"} <= family.told_of(text) for text in found.values()), who


#: Where the case's own workers, named, are told of the restricted child as of the two others.
OF_EACH_CHILD = {
    "/api/v1/referrals/<uuid:pk>": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent"),
    "/api/v1/referrals/<uuid:pk>/children": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent"),
    "/api/v1/referrals/<uuid:pk>/assessment": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent"),
    "/api/v1/referrals/<uuid:pk>/judicial-referrals": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent"),
    "/api/v1/referrals/<uuid:pk>/measures": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent", "supervisor", "intake_agent"),
    "/api/v1/referrals/<uuid:pk>/timeline": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent"),
    "/api/v1/referrals/<uuid:pk>/clocks": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent", "supervisor"),
    "/api/v1/measures?limit=100": ("crip_coordinator", "supervisor"),
}  # fmt: skip


@pytest.mark.slow("every part, as one role, named")
@pytest.mark.parametrize("who", READERS)
def test_who_is_named_is_told_of_all_three(world, family, who):
    see_all()
    family.name_on_list(who)

    found = answers(world, family, who, pages=False)

    assert {path for path, readers in OF_EACH_CHILD.items() if who in readers} <= {
        path for path, text in found.items() if family.told_of(text) == set(CHILDREN)
    }


@pytest.mark.sec("SEC-AZ21")
@pytest.mark.slow("every part and page, as two persons")
def test_a_service_is_told_of_the_child_that_is_confided_to_it_and_of_no_other(world, family):
    found = answers(world, family, "measure_service")

    assert {path: told for path, text in found.items() if (told := family.told_of(text)) - {"open"}} == {}
    for part in ("children", "assessment", "measures", "timeline", "clocks"):
        assert family.told_of(found[f"/api/v1/referrals/<uuid:pk>/{part}"]) == {"open"}, part


@kept
def own_family(world) -> Family:
    """The same case, which somebody of the service filed."""
    user = world.user("measure_service")
    Membership.objects.create(
        user=user, role=Role.FILER, authority=world.authorities["93"], valid_from=LONG_AGO
    )
    return Family(world, filed_by="measure_service")


@pytest.mark.sec("SEC-AZ21")
@pytest.mark.slow("every part and page, as two persons")
def test_who_filed_the_case_and_works_for_the_service_sees_what_the_service_sees(world, own_family):
    """The relation of who filed lifts no bound of the service's, neither of what is read nor of what is done."""
    program, page = world.as_("measure_service").client, Visitor(world, "measure_service").client
    for path in (*API, *LISTS, *PAGES):
        named = path.replace("<uuid:pk>", str(own_family.pk))
        # The token holds the one role of the service, the session both.
        alone, both = (client.get(named, headers=JSON) for client in (program, page))
        see_all()
        told = own_family.told_of(both.content.decode(errors="replace"))

        assert told - {"open"} == set(), path
        if path in API:
            assert told == own_family.told_of(alone.content.decode(errors="replace")), path

    version = Referral.objects.get(pk=own_family.pk).version
    for name in CHILDREN:
        answer = page.post(
            f"/api/v1/referrals/{own_family.pk}/measures/{own_family.measures[name].pk}/start", {},
            content_type="application/json", headers=JSON | {"if-match": f'"{version}"'},
        )  # fmt: skip
        assert (answer.status_code == 404) is (name != "open"), (name, answer.content)


@pytest.mark.sec("SEC-AZ21")
def test_a_step_is_done_in_the_role_that_stands_on_its_measure(world, family):
    """An inspector who works for the service too begins a sibling's measure as inspector, and not as the service."""
    see_all()
    Membership.objects.create(
        user=world.user("ase_inspector"), role=Role.MEASURE_SERVICE, authority=world.authorities["93"],
        organisation=family.services["open"], valid_from=LONG_AGO,
    )  # fmt: skip
    page = Visitor(world, "ase_inspector").client
    for name, role in (("other", "ase_inspector"), ("open", "measure_service")):
        see_all()
        version = Referral.objects.get(pk=family.pk).version
        answer = page.post(
            f"/api/v1/referrals/{family.pk}/measures/{family.measures[name].pk}/start", {"started_on": str(TODAY)},
            content_type="application/json", headers=JSON | {"if-match": f'"{version}"'},
        )  # fmt: skip
        assert answer.status_code == 200, answer.content
        see_all()
        done = StepRecord.objects.get(referral=family.pk, part=family.measures[name].pk, step="start")
        assert done.role == role, name


@pytest.mark.parametrize("who", ["crip_coordinator", "ase_inspector"])
def test_a_step_on_what_hangs_on_a_hidden_child_is_answered_as_for_an_unknown_part(world, family, who):
    caller, pk = world.as_(who), family.pk
    version = caller.version(str(pk))
    own = family.kit.case.judicial_referrals.filter(children=family.children["kept"]).order_by("pk")
    see_all()
    hidden = [family.measures["kept"].pk, next(row.pk for row in own if row.children.count() == 1)]

    def asked(machine, part, step):
        answer = caller.post(f"referrals/{pk}/{machine}/{part}/{step}", {}, version=version)
        see_all()
        return answer.status_code, re.sub(r'"request_id":"[^"]+"', "", answer.content.decode())

    for machine, part, step in (
        ("measures", hidden[0], "start"),
        ("judicial-referrals", hidden[1], "confirm_receipt"),
    ):
        assert asked(machine, part, step) == asked(machine, uuid4(), step), machine


def test_a_step_that_names_a_hidden_child_is_answered_as_for_an_unknown_child(world, family):
    caller, pk = world.as_("crip_coordinator"), family.pk
    version = caller.version(str(pk))

    def asked(child):
        said = dict.fromkeys(("what", "where", "since", "called"), "Recueilli.")
        answer = caller.post(
            f"referrals/{pk}/flag_immediate_danger", {"child": str(child)} | said, version=version
        )
        see_all()
        return answer.status_code, re.sub(r'"request_id":"[^"]+"', "", answer.content.decode())

    assert asked(family.children["kept"].pk) == asked(uuid4())
    assert asked(family.children["open"].pk)[0] == 200


def test_a_team_concludes_on_no_child_whom_it_does_not_see(world, family):
    caller, pk = world.as_("assessor"), family.pk
    type(family.assessment).objects.filter(pk=family.assessment.pk).update(state="draft_report")
    version = caller.version(str(pk))

    def written(child):
        conclusion = {
            "child": str(child),
            "danger_level": "danger",
            "proposal": "classement",
            "text": "Au vu des visites.",
        }
        answer = caller.patch(f"referrals/{pk}/assessment", {"conclusions": [conclusion]}, version=version)
        see_all()
        return answer.status_code, re.sub(r'"request_id":"[^"]+"', "", answer.content.decode())

    assert written(family.children["kept"].pk) == written(uuid4())
    assert Conclusion.objects.get(child=family.children["kept"]).danger_level == "risk"
    assert written(family.children["open"].pk)[0] == 200
