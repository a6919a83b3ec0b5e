"""Walks from answer to answer by the links of the schema, in three roles and more: never a 5xx (SEC-IN9).

Each walk files a concern and goes on with what the links of the last good answer name, and the steps that it says its
reader may do (``available_actions``).
Bodies come from the schema (Schemathesis), most of their ids exchanged for those of things that exist, and some
are those of a careful client, so that walks get deep into the procedure. A nightly run takes hundreds.
"""

import re
from collections import Counter
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from referrals.models import Child, Holder, JudicialReferral
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps
from tests.factories.concerns import concern, urgent
from tests.night import NIGHT
from tests.schema import document, drawn
from tests.security.procedure import Case, order, plain, qualification, seeing_all, team
from tests.security.test_schema import OUR_FAULT

WALKS = 500 if NIGHT else 3
STEPS = 24
#: Who asks; the coordinator more often, who has most to do.
ROLES = ("filer", "crip_coordinator", "crip_coordinator", "crip_coordinator", "ase_inspector")
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)
AT_ONCE = {"submit": True}
URGENT = {"value": "U2", "reason": "fait nouveau"}
FILINGS = (concern(), urgent(), concern() | AT_ONCE, urgent() | AT_ONCE | {"urgent": True})
WALKED = settings(
    max_examples=WALKS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Schema:
    """The schema's operations by their ids, and the links of their answers."""

    def __init__(self):
        self.document = document()
        self.operations = {one.definition.raw["operationId"]: one for one in drawn().values()}

    def links(self, operation, answer, part):
        """Return the addresses of what may follow an answer, by operation."""
        told = self.operations[operation].definition.raw["responses"].get(str(answer.status_code), {})
        known = self.document["components"]["links"]
        found = {}
        for name in told.get("links", ()):
            link = known[name]
            values = {key: _value(meant, answer.json(), part) for key, meant in link["parameters"].items()}
            if all(values.values()):
                found[link["operationId"]] = self.operations[link["operationId"]].path.format(**values)
        return found


def _value(meant, body, part):
    """Return what an expression of OpenAPI stands for."""
    return part if meant == "$request.path.part" else body.get(meant.removeprefix("$response.body#/"))


class Walk:
    """One walk: where it may go, and what it has seen."""

    def __init__(self, world, schema, asked, draw):
        self.world, self.schema, self.asked, self.draw = world, schema, asked, draw
        self.chance = draw(st.randoms(use_true_random=True))
        self.case = Case(world, plain)
        self.open = {}

    def begin(self):
        form = self.chance.choice(FILINGS)
        self.note("referrals_create", self.world.as_("filer").post("referrals", form, key=uuid4().hex), None)

    def go_on(self):
        """Take one of the links, as somebody, with some body."""
        role = self.chance.choice(ROLES)
        who, now = self.world.as_(role), {}
        seen = who.get(f"referrals/{self.case.pk}")
        if seen.status_code == 200:
            now = {f"{one['machine']}_{one['step']}": one["href"] for one in seen.json()["available_actions"]}
        places = now if now and self.chance.random() < 0.8 else self.open | now
        careful = self.careful()
        operation = self.chance.choice(self.likely(places, careful))
        method, path = self.schema.operations[operation].method, places[operation].removeprefix("/api/v1/")
        if method == "get":
            answer = who.get(path)
        else:
            version = seen.json().get("version") if self.chance.random() < 0.9 else 1
            answer = who._send(method, path, self.body(operation, careful), version, uuid4().hex)
        part = path.split("/")[3] if path.count("/") == 4 else None
        self.note(operation, answer, part)

    def likely(self, places, careful):
        """Return the operations to choose from: half of the time those that lead on, or walks end where they began."""
        onward = sorted(places.keys() & careful)
        return onward if onward and self.chance.random() < 0.5 else sorted(places)

    def body(self, operation, careful):
        """Return what a careful client sends, or what the schema allows."""
        if operation in careful and self.chance.random() < 0.8:
            return careful[operation]
        said = self.draw(self.schema.operations[operation].as_strategy()).body
        said = said if isinstance(said, dict | list) else {}
        return self.naming(said, self.known()) if self.chance.random() < 0.8 else said

    def careful(self):
        return {
            "referral_submit": {}, "referral_submit_urgent": {}, "referral_acknowledge": {"note": "vu"},
            "referral_start_triage": {"method": "by_hand", "where": "registre", "found": "no"},
            "referral_qualify": qualification(self.case), "referral_assign": team(self.case),
            "referral_reorient": {"reason": "autre service", "target": "pmi", "feedback": "transmis"},
            "judicial_prepare": {"children": self.case.children, **self.case.to_justice()},
            "measure_order": order(self.case, self.case.children[0]), "referral_set_urgency": URGENT,
        }  # fmt: skip

    def known(self):
        """Return ids of the case's rows and of its authority's people."""
        with seeing_all():
            rows = [
                str(pk)
                for model in (Child, Holder, JudicialReferral)
                for pk in model.objects.filter(referral=self.case.pk).values_list("pk", flat=True)
            ]
        people = ("assessor", "assessment_lead", "ase_inspector", "supervisor", "case_referent")
        return [*rows, *map(self.case.user, people), self.case.service]

    def naming(self, said, known):
        """Return a body whose ids are those of things that exist."""
        if isinstance(said, dict):
            return {name: self.naming(value, known) for name, value in said.items()}
        if isinstance(said, list):
            return [self.naming(value, known) for value in said]
        return self.chance.choice(known) if isinstance(said, str) and UUID.fullmatch(said) else said

    def note(self, operation, answer, part):
        self.asked[operation, answer.status_code] += 1
        assert answer.status_code < OUR_FAULT, (operation, answer.content[:500])
        if answer.status_code < 300:
            self.open = self.schema.links(operation, answer, part) or self.open
            self.case.pk = self.case.pk or answer.json()["id"]
            self.case.look()


@pytest.mark.slow("walks through the procedure")
@pytest.mark.sec("SEC-IN9")
def test_no_walk_by_the_links_ends_in_a_fault_of_ours(world):
    schema, asked = Schema(), Counter()

    @WALKED
    @given(st.data())
    def walk(data):
        one = Walk(world, schema, asked, data.draw)
        one.begin()
        for _ in range(STEPS):
            one.go_on()

    walk()

    done = {operation for operation, status in asked if status < 300}
    refused = {status for _, status in asked if status >= 400}
    assert len(done) >= (12 if NIGHT else WALKS), done
    assert refused >= {400, 403}, refused


def test_the_links_lead_through_the_whole_procedure():
    """Every step that has a route is linked from what comes before it, and every link leads somewhere."""
    schema = Schema()
    linked = {link["operationId"] for link in schema.document["components"]["links"].values()}
    routed = {
        f"{step.machine}_{step.name}"
        for step in steps.all()
        if not step.internal and step.name != "create" and MACHINES[step.machine].of_case
    }

    assert linked <= set(schema.operations)
    # A part that a step of the case made beside is named in its own list, not in that step's answer.
    assert all("{part}" in schema.operations[name].path for name in routed - linked)
    assert len(routed - linked) < len(linked) / 5
