"""What is done, sent and told about a restricted child stays with those whom the restriction names (SEC-AZ20, T46)."""

import re
from datetime import date, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from audit.disclosure import disclosure
from audit.events import Purpose
from outbox.models import Notice
from referrals.access.case_ties import ties_of
from referrals.access.child_sight import sight_of
from referrals.access.joined_filings import readable_filings
from referrals.access.visibility import visible_to
from referrals.execution import approvals
from referrals.models import (
    Approval,
    Child,
    Clock,
    DuplicateCandidate,
    Grant,
    Joining,
    Referral,
    StepRecord,
    TeamMessage,
)
from referrals.reminders import tasks as reminders_tasks
from referrals.transfers.documents import MAKERS, children_of
from referrals.workflow.case import Case
from tests.conftest import see_all
from tests.expected.routes import ROUTES
from tests.factories.world import FAR
from tests.night import some
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

pytestmark = pytest.mark.sec("SEC-AZ20")
WHO = ("crip_coordinator", "ase_inspector")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Addresses of one thing on a case, and which thing of the restricted child is asked for there.
PARTS = {
    "/api/v1/referrals/<uuid:pk>/attachments/<uuid:part>/content": "file",
    "/api/v1/referrals/<uuid:pk>/attachments/<uuid:part>/original": "file",
    "/api/v1/referrals/<uuid:pk>/judicial-referrals/<uuid:part>/document": "justice",
    "/api/v1/referrals/<uuid:pk>/judicial-referrals/<uuid:part>/document.pdf": "justice",
    "/dossiers/<uuid:pk>/etape/<slug:machine>/<uuid:part>/<slug:step>": "measure",
    "/dossiers/<uuid:pk>/signature/<uuid:approval>": "approval",
    "/dossiers/<uuid:pk>/redaction/<uuid:child>": "child",
}
#: Of no child: the name of a tab, a step of the whole case, a pair of files.
OF_NO_CHILD = {
    "/dossiers/<uuid:pk>/<slug:part>", "/dossiers/<uuid:pk>/etape/<slug:machine>/<slug:step>",
    "/dossiers/<uuid:pk>/rapprochement/<uuid:pair>",
}  # fmt: skip
WRITES = (
    ("measures/{measure}/start", "measure"),
    ("judicial-referrals/{justice}/confirm_receipt", "justice"),
    ("approvals/{approval}/sign", "approval"),
    ("approvals/{approval}/refuse", "approval"),
    ("messages/{message}/read", "message"),
    ("attachments/{file}/mark", "file"),
)


def things(family):
    """Return the ids of what hangs on the restricted child, by kind."""
    see_all()
    child, case = family.children["kept"], family.kit.case
    alone = [row for row in case.judicial_referrals.filter(children=child) if row.children.count() == 1]
    return {
        "child": child.pk,
        "file": next(row.pk for row in case.attachments.all() if row.children == [str(child.pk)]),
        "message": next(row.pk for row in case.team_messages.all() if row.children == [str(child.pk)]),
        "justice": alone[0].pk,
        "measure": family.measures["kept"].pk,
        "approval": case.approvals.get(part=family.measures["kept"].pk).pk,
    }


def masked(answer):
    return answer.status_code, ID.sub("", answer.content.decode(errors="replace"))


def test_every_address_of_one_thing_on_a_case_is_asked_for():
    found = {
        route.partition(" ")[2] for route in ROUTES
        if route.startswith(("GET /api/v1/referrals/<uuid:pk>", "GET /dossiers/<uuid:pk>")) and route.count("<") > 1
    }  # fmt: skip

    assert found == {*PARTS, *OF_NO_CHILD}


@pytest.mark.parametrize("who", some(WHO, "read"))
def test_what_hangs_on_a_hidden_child_is_read_as_if_it_was_not_there(world, family, who):
    known, program, page = things(family), world.as_(who).client, Visitor(world, who)
    for path, kind in PARTS.items():
        for machine, step in (("measure", "start"), ("measure", "suspend")):
            client = page if path.startswith("/dossiers") else program

            def asked(pk, path=path, client=client, machine=machine, step=step):
                named = path.replace("<uuid:pk>", str(family.pk)).replace("<slug:machine>", machine)
                answer = client.get(re.sub(r"<uuid:\w+>", str(pk), named).replace("<slug:step>", step))
                see_all()
                return masked(answer)

            assert asked(known[kind]) == asked(uuid4()), path
            assert asked(known[kind])[0] in (403, 404), (
                path
            )  # 403: the role does no such step, on whichever part


@pytest.mark.parametrize("who", WHO)
def test_what_hangs_on_a_hidden_child_is_written_to_as_if_it_was_not_there(world, family, who):
    known, caller = things(family), world.as_(who)
    version = caller.version(str(family.pk))
    for path, kind in WRITES:
        body = {"evidence": True} if kind == "file" else {"reason": "Non."} if "refuse" in path else {}

        def asked(pk, path=path, kind=kind, body=body):
            answer = caller.post(
                f"referrals/{family.pk}/{path.format(**{kind: pk})}", body, version=version, key=uuid4().hex
            )
            see_all()
            return masked(answer)

        assert asked(known[kind]) == asked(uuid4()), path
        assert asked(known[kind])[0] in (403, 404), path  # 403: the role does no such step, on whichever part


@pytest.mark.parametrize("who", WHO)
def test_a_message_that_names_a_hidden_child_is_refused_as_one_that_names_an_unknown_child(
    world, family, who
):
    caller = world.as_(who)
    version = caller.version(str(family.pk))

    def said(child):
        see_all()
        answer = caller.post(
            f"referrals/{family.pk}/message_professionals",
            {"text": "À voir ensemble.", "children": [str(child)]},
            version=version, key=uuid4().hex,
        )  # fmt: skip
        see_all()
        return masked(answer)

    assert said(family.children["kept"].pk) == said(uuid4())
    assert said(family.children["open"].pk)[0] == 200
    assert TeamMessage.objects.latest("position").children == [str(family.children["open"].pk)]


def told_of(family, act):
    """Return who is told in the application while something is done."""
    see_all()
    Notice.objects.all().delete()
    act()
    see_all()
    return set(Notice.objects.filter(channel="app", user_id__isnull=False).values_list("user_id", flat=True))


def test_a_message_about_a_hidden_child_is_told_to_the_list_alone(world, family):
    see_all()
    for name in ("crip_coordinator", "supervisor"):
        family.name_on_list(name)

    def say(*children):
        family.kit.ask(
            "referral", "message_professionals", {"text": "Point du jour.", "children": list(children)}
        )

    listed = {world.user("supervisor").pk}
    assert world.user("assessor").pk in told_of(family, lambda: say(family.children["open"].pk))
    assert world.user("assessor").pk in told_of(
        family, lambda: say(family.children["open"].pk, family.children["kept"].pk)
    )
    # Nobody of the team is on the list: the rest of the list is told.
    assert told_of(family, lambda: say(family.children["kept"].pk)) == listed


@pytest.mark.parametrize("about", ["child", "part"])
def test_a_deadline_of_a_hidden_child_reminds_the_list_alone(world, family, about):
    see_all()
    Clock.objects.all().delete()
    row = family.children["kept"] if about == "child" else family.measures["kept"]
    Clock.objects.create(
        referral=family.kit.case, code="C9", access_class="J", started_at=AT, warn_at=AT, due_at=FAR, statutory=True,
        **{about: row.pk},
    )  # fmt: skip
    family.name_on_list("supervisor")

    assert told_of(family, lambda: reminders_tasks.remind(AT)) == {world.user("supervisor").pk}


def test_a_deadline_of_another_child_reminds_whom_it_always_did(world, family):
    see_all()
    Clock.objects.all().delete()
    Clock.objects.create(
        referral=family.kit.case, code="C9", access_class="J", started_at=AT, warn_at=AT, due_at=FAR, statutory=True,
        child=family.children["open"].pk,
    )  # fmt: skip

    assert world.user("ase_inspector").pk in told_of(family, lambda: reminders_tasks.remind(AT))


@pytest.mark.sec("SEC-AZ12")
def test_a_step_on_a_hidden_child_is_signed_by_somebody_of_the_list(world, family):
    """Whoever signs what the restriction hides would sign what they can't read."""
    see_all()
    family.name_on_list("ase_inspector")
    body = {"child": family.children["kept"].pk, "value": "refuted", "reasons": "Erreur sur la personne."}
    Child.objects.filter(pk=family.children["kept"].pk).update(
        prostitution_status="suspected", status_ever="suspected"
    )

    def proposed(approver):
        refused = family.kit.refusal(
            "referral", "set_exploitation_status", body | {"approver": world.user(approver).pk}, who="ase_inspector",
        )  # fmt: skip
        see_all()
        return refused

    assert proposed("supervisor") == "<approver>"
    family.name_on_list("supervisor")
    assert proposed("supervisor") == ""
    assert Approval.objects.filter(step="set_exploitation_status").count() == 1


def joined(world, family, *names):
    """Return a filing that is joined to the case, its children the same as those of the case."""
    see_all()
    filing = Kit(world, "merged")
    twins = [filing.child, *(filing.another_child() for _ in names[1:])]
    same = {str(twin.pk): str(family.children[name].pk) for twin, name in zip(twins, names, strict=True)}
    Joining.objects.create(
        referral=filing.case, target=family.kit.case, kind="same_facts", joined_at=AT, same_children=same
    )
    filing.twins = twins
    return filing


def test_who_is_hidden_in_a_file_is_hidden_in_the_filings_joined_to_it(world, family):
    """The same child has another row in the filing, and its own rows there."""
    twin, other = joined(world, family, "kept", "open").twins
    actor = world.actor("crip_coordinator", at=AT)

    def hidden():
        case = visible_to(actor, at=AT).get(pk=family.pk)
        ((found, theirs),) = readable_filings(case, ties_of(case, actor), actor, at=AT)
        return sight_of(found, theirs, actor).hidden & {twin.pk, other.pk}

    assert hidden() == {twin.pk}
    listed = world.as_("crip_coordinator").get(f"referrals/{family.pk}/filings").json()["results"]
    see_all()
    assert [[child["id"] for child in line["children"]] for line in listed] == [[str(other.pk)]]
    family.name_on_list("crip_coordinator")
    assert hidden() == set()


def test_a_filing_about_hidden_children_alone_is_not_told_of_in_its_file(world, family):
    joined(world, family, "kept")

    def told():
        found = world.as_("crip_coordinator").get(f"referrals/{family.pk}/filings").json()["results"]
        see_all()
        return len(found)

    assert told() == 0
    family.name_on_list("crip_coordinator")
    assert told() == 1


#: When the case is restricted, widened and opened again.
FIRST, THEN, LAST = AT, AT + timedelta(hours=1), AT + timedelta(hours=2)
REVIEW = date(2027, 1, 5)
NAMED = ("crip_coordinator", "supervisor")


def restrict(kit, *names, child=None, at=FIRST, who="supervisor"):
    """Keep a case or child for these people (T46)."""
    body = {
        "child": child,
        "named": [kit.user(name) for name in names],
        "reason": "Menaces.",
        "review_on": REVIEW,
    }
    return kit.ask("referral", "restrict", body, who=who, at=at)


def reopen(kit, at, **body):
    """Let somebody in, or lift a restriction, signed by two of its list (T46)."""
    asked = body | {"reason": "Fait.", "approver": kit.user("supervisor")}
    opened = kit.ask("referral", "unrestrict", asked, who="crip_coordinator", at=at)
    signer = kit.world.actor("supervisor", at=at)
    version = Referral.objects.get(pk=kit.case.pk).version
    approvals.sign(kit.case.pk, opened.approval, actor=signer, at=at, version=version)


def on_list(kit):
    see_all()
    return {
        row.user.email.partition(".")[0]
        for row in Grant.objects.filter(referral=kit.case, kind="named", ended_at=None)
    }


def shown(world, who, filing):
    """Return which children of a filing somebody is shown who opens it itself; None where it isn't there."""
    answer = world.as_(who).get(f"referrals/{filing.case.pk}/children")
    see_all()
    return [line["id"] for line in answer.json()["results"]] if answer.status_code == 200 else None


@pytest.mark.parametrize("what", ["child", "case"])
def test_a_restriction_reaches_the_filings_joined_to_the_file_and_is_lifted_with_it(world, family, what):
    """The same child stands in the filing under another id, which anybody could open beside the file."""
    see_all()
    Child.objects.filter(pk=family.children["kept"].pk).update(restricted=False)
    filing = joined(world, family, "kept", "open")
    kept, other = (str(twin.pk) for twin in filing.twins)
    beyond = joined(world, family, "open")
    Joining.objects.filter(referral=beyond.case).update(
        target=filing.case, same_children={str(beyond.child.pk): kept}
    )
    assert shown(world, "crip_coordinator_2", filing) == [kept, other]

    restrict(family.kit, *NAMED, child=family.children["kept"].pk if what == "child" else None)

    others = ([other], []) if what == "child" else (None, None)
    assert (shown(world, "crip_coordinator_2", filing), shown(world, "crip_coordinator_2", beyond)) == others
    assert shown(world, "crip_coordinator", filing) == [kept, other]
    assert on_list(filing) == on_list(beyond) == set(NAMED)
    assert StepRecord.objects.filter(referral=filing.case, step="restrict").count() == 1
    reopen(family.kit, THEN, add=[family.kit.user("crip_coordinator_2")])
    assert shown(world, "crip_coordinator_2", filing) == [kept, other]
    reopen(family.kit, LAST, lift=True)
    assert on_list(filing) == on_list(beyond) == set()
    assert not Child.objects.filter(restricted=True).exists()
    assert not Referral.objects.filter(restricted=True).exists()


def test_a_filing_restricted_to_others_keeps_its_own_list(world, family):
    """Who is let into the file, or opens it again, gets no further into the filing by it."""
    see_all()
    Child.objects.filter(pk=family.children["kept"].pk).update(restricted=False)
    filing = joined(world, family, "open", "kept")
    restrict(filing, "ase_inspector", "supervisor", child=filing.twins[0].pk)

    restrict(family.kit, *NAMED, child=family.children["kept"].pk, at=THEN)

    assert on_list(filing) == {"ase_inspector", "supervisor"}
    assert shown(world, "crip_coordinator", filing) == []
    reopen(family.kit, LAST, lift=True)
    assert on_list(filing) == {"ase_inspector", "supervisor"}
    assert Child.objects.filter(pk=filing.twins[0].pk, restricted=True).exists()


def told_same(filing, target):
    """Return what T12 takes."""
    return {
        "target": target.case.pk, "link": "new_facts",
        "children": [{"child": filing.child.pk, "same_as": target.child.pk}],
        "holders": [{"holder": filing.holder.pk, "same_as": target.holder.pk}],
    }  # fmt: skip


@shared_fixture
def pair(world):
    """A filing and the file that is confirmed to be about the same child."""
    filing, target = Kit(world, "triage"), Kit(world, "triage")
    filing.fill.row(
        DuplicateCandidate, other=target.case, suggested_at=AT, state="confirmed", kind="same", note=None
    )
    return filing, target


@pytest.mark.parametrize("what", ["child", "case"])
def test_a_filing_joined_to_a_restricted_file_is_restricted_as_the_file_is(world, pair, what):
    see_all()
    filing, target = pair
    restrict(target, *NAMED, child=target.child.pk if what == "child" else None)

    filing.ask("referral", "attach_existing", told_same(filing, target), at=THEN)

    assert shown(world, "crip_coordinator_2", filing) == ([] if what == "child" else None)
    assert shown(world, "crip_coordinator", filing) == [str(filing.child.pk)]
    assert on_list(filing) == set(NAMED)
    # Parted again it stays so, until somebody of its list lifts it.
    filing.ask("referral", "unmerge", {"reason": "Erreur."}, who="supervisor", at=LAST)
    assert shown(world, "crip_coordinator_2", filing) == ([] if what == "child" else None)
    assert on_list(filing) == set(NAMED)


@pytest.mark.parametrize("what", ["child", "case"])
def test_what_was_joined_before_restrictions_reached_filings_is_restricted_by_the_upgrade(
    world, family, what
):
    """Once: what people have decided on a filing since stands."""
    see_all()
    filing = joined(world, family, "kept", "open")
    beyond = joined(world, family, "open")
    kept = str(filing.twins[0].pk)
    Joining.objects.filter(referral=beyond.case).update(
        target=filing.case, same_children={str(beyond.child.pk): kept}
    )
    if what == "case":
        Referral.objects.filter(pk=family.pk).update(restricted=True)
        Child.objects.update(restricted=False)
    for name in NAMED:
        family.name_on_list(name)

    def upgrade():
        call_command("sign_rows", "--again", stdout=StringIO())
        see_all()

    upgrade()
    others = [str(filing.twins[1].pk)] if what == "child" else None
    hidden = [] if what == "child" else None
    for one, told in ((filing, others), (beyond, hidden)):
        assert shown(world, "crip_coordinator_2", one) == told
        assert on_list(one) == set(NAMED)
        record = StepRecord.objects.get(referral=one.case, step="restrict")
        assert (record.role, record.by) == ("system", None)

    reopen(filing, THEN, lift=True)
    upgrade()
    assert shown(world, "crip_coordinator_2", filing) is not None
    assert StepRecord.objects.filter(referral=filing.case, step="restrict").count() == 1


def test_a_restricted_filing_is_joined_to_no_file_that_more_people_read(world, pair):
    see_all()
    filing, target = pair
    restrict(filing, *NAMED, child=filing.child.pk)

    def refused(at):
        return filing.refusal("referral", "attach_existing", told_same(filing, target), at=at)

    assert refused(THEN) == "restriction_is_kept"
    restrict(target, *NAMED, "ase_inspector", child=target.child.pk, at=THEN)
    assert refused(THEN) == "restriction_is_kept"
    Grant.objects.filter(referral=target.case, user=target.user("ase_inspector")).update(ended_at=THEN)
    assert refused(LAST) == ""


def test_the_documents_of_a_transfer_say_nothing_of_a_hidden_child(family):
    see_all()
    case = Case(
        Referral.objects.get(pk=family.pk), actor=family.kit.world.actor("crip_coordinator", at=AT), at=AT
    )

    with disclosure(
        actor=case.actor, purpose=Purpose.HANDLING, at=AT, objects=[case.pseudonym], tenant=case.authority_id
    ) as scope:
        told = {kind: str(make(case, children_of(case), scope)) for kind, make in MAKERS.items()}

    assert {
        kind for kind, text in told.items() if {"kept", "all"} & family.told_of(text) or "MARQUE-all" in text
    } == set()
    assert "open" in family.told_of(told["decisions"])
    # The report is about all three: its conclusions cross, and none of its texts.
    assert "assessment.report" not in told["assessment_report"]
