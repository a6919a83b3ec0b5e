"""One filter for whatever hangs on a child (SEC-AZ20), and relations that add up without widening one another (SEC-AZ21)."""

import re
from uuid import uuid4

import pytest

from accounts.models import Membership
from accounts.roles import Role
from referrals.models import (
    Conclusion,
    Referral,
    StepRecord,
)
from tests.conftest import see_all
from tests.expected.routes import ROUTES
from tests.factories.world import LONG_AGO
from tests.night import NIGHT, some
from tests.referrals.family import CHILDREN, Family
from tests.referrals.workflow.kit import TODAY
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

pytestmark = [
    pytest.mark.sec("SEC-AZ20"),
    pytest.mark.both_databases("conditions of lists in SQL: what hangs on a child"),
]
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
#: Who is asked for what, a part of it each.
ASKED = some(READERS, "restricted", 6)
JSON = {"accept": "application/json"}
LISTS = (
    "/api/v1/referrals/<uuid:pk>/messages?channel=filer", "/api/v1/referrals/<uuid:pk>/messages?channel=professionals",
    "/api/v1/referrals?names=true&limit=100", "/api/v1/clocks?limit=100", "/api/v1/measures?limit=100",
    "/api/v1/emergency-sheets?limit=100",
)  # fmt: skip


def answers(world, family, who, *, paths=(*API, *LISTS), pages=PAGES):
    """Return the text of what somebody is answered at addresses about the case and of lists, by address."""
    program, found = world.as_(who).client, {}
    for path in paths:
        answer = program.get(path.replace("<uuid:pk>", str(family.pk)))
        assert answer.status_code in (200, 400, 403, 404), (path, answer.content[:300])
        found[path] = answer.content.decode(errors="replace")
    if pages:
        page = Visitor(world, who)
        for path in pages:
            answer = page.get(path.replace("<uuid:pk>", str(family.pk)))
            assert answer.status_code in (200, 302, 403, 404), (path, answer.status_code)
            found[path] = answer.content.decode(errors="replace")
    return found


def pages_of(who):
    """Return every page at night; by day the case's own, and another one."""
    case, *others = PAGES
    return [case, *some(others, who)]


def parts_for(who):
    """Return every part and list at night; by day a third for each reader, by turns, and the case itself."""
    every = (*API, *LISTS)
    return every if NIGHT else (API[0], *every[ASKED.index(who) % 3 :: 3])


@pytest.mark.slow("every part and page, as one role")
@pytest.mark.parametrize("who", ASKED)
def test_of_a_restricted_child_nothing_is_told_to_whom_the_restriction_does_not_name(world, family, who):
    found = answers(world, family, who, paths=parts_for(who), pages=pages_of(who))

    assert {path: told for path, text in found.items() if "kept" in (told := family.told_of(text))} == {}
    assert [path for path, text in found.items() if "MARQUE-all" in text] == []
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
    "/api/v1/referrals/<uuid:pk>/attachments": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent"),
    "/api/v1/referrals/<uuid:pk>/messages?channel=professionals": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "intake_agent"),
    "/api/v1/referrals/<uuid:pk>/messages?channel=filer": ("crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "case_referent", "intake_agent"),
}  # fmt: skip


@pytest.mark.parametrize("who", sorted({who for readers in OF_EACH_CHILD.values() for who in readers}))
def test_who_is_named_is_told_of_all_three(world, family, who):
    see_all()
    family.name_on_list(who)

    paths = [path for path, readers in OF_EACH_CHILD.items() if who in readers]
    found = answers(world, family, who, paths=paths, pages=())

    assert [path for path, text in found.items() if family.told_of(text) != set(CHILDREN)] == []


@pytest.mark.sec("SEC-AZ21")
@pytest.mark.slow("every part and page, as two persons")
def test_a_service_is_told_of_the_child_that_is_confided_to_it_and_of_no_other(world, family):
    found = answers(world, family, "measure_service", pages=pages_of("measure_service"))

    assert {path: told for path, text in found.items() if (told := family.told_of(text)) - {"open"}} == {}
    for part in ("children", "assessment", "measures", "timeline", "clocks"):
        assert family.told_of(found[f"/api/v1/referrals/<uuid:pk>/{part}"]) == {"open"}, part


@shared_fixture
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
    for path in (*(API if NIGHT else API[::2]), *LISTS, *pages_of("both")):
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
