"""Who changes a restriction, and who signs about a restricted child: persons whom it names (T46, SEC-AZ12, SEC-AZ20)."""

from uuid import uuid4

import pytest

from accounts.models import Membership, User
from referrals.models import (
    Approval,
    Attachment,
    Child,
    Conclusion,
    Exclusion,
    Grant,
    JudicialReferral,
    Measure,
    Referral,
    StepRecord,
)
from tests.conftest import see_all
from tests.journeys.bodies import SILENT
from tests.night import NIGHT
from tests.referrals.workflow.kit import AT, Kit
from tests.web.visiting import Visitor

pytestmark = [pytest.mark.sec("SEC-AZ12"), pytest.mark.sec("SEC-AZ20")]
LISTED = ("crip_coordinator", "supervisor", "supervisor_2")


def do(world, who, pk, path, **body):
    see_all()
    answer = world.as_(who).post(
        f"referrals/{pk}/{path}", body, version=Referral.objects.get(pk=pk).version, key=uuid4().hex
    )
    see_all()
    return answer


def restriction(world, *named, **more):
    return more | {
        "named": [str(world.user(name).pk) for name in named],
        "reason": "Enfant d'une collègue.",
        "review_on": "2027-01-05",
    }


def names(pk):
    rows = Grant.objects.filter(referral=pk, kind="named", ended_at=None)
    return {row.user_id for row in rows}


@pytest.mark.parametrize("child", ["open", "kept", None])
def test_nobody_writes_themself_on_a_list_by_restricting_anew(world, family, child):
    """The list is one for the case: whoever restricts another child would let oneself in to the first one."""
    about = {} if child is None else {"child": str(family.children[child].pk)}

    answer = do(
        world,
        "crip_coordinator",
        family.pk,
        "restrict",
        **restriction(world, "crip_coordinator", "supervisor", **about),
    )

    assert answer.status_code == 409
    assert names(family.pk) == set()
    assert Child.objects.filter(referral=family.pk, restricted=True).count() == 1


def test_two_who_are_not_on_the_list_neither_lift_nor_widen(world, family):
    for said in ({"lift": True}, {"add": [str(world.user("crip_coordinator").pk)]}):
        answer = do(
            world,
            "crip_coordinator",
            family.pk,
            "unrestrict",
            reason="Plus lieu d'être.",
            approver=str(world.user("supervisor").pk),
            **said,
        )
        assert answer.status_code == 409
    assert not Approval.objects.filter(step="unrestrict").exists()


def test_one_of_the_list_lifts_and_adds_with_another_one_of_it(world, family):
    see_all()
    family.name_on_list("crip_coordinator")
    lift = {"lift": True, "reason": "Plus lieu d'être.", "approver": str(world.user("supervisor").pk)}
    assert do(world, "crip_coordinator", family.pk, "unrestrict", **lift).status_code == 409
    family.name_on_list("supervisor")

    asked = do(world, "crip_coordinator", family.pk, "unrestrict", **lift)
    assert asked.status_code == 202
    assert do(world, "supervisor", family.pk, f"approvals/{asked.json()['approval']}/sign").status_code == 200
    assert not Child.objects.filter(referral=family.pk, restricted=True).exists()
    assert names(family.pk) == set()


def test_one_of_the_list_restricts_more_alone_and_names_more_with_another(world, family):
    see_all()
    for name in LISTED:
        family.name_on_list(name)
    before = names(family.pk)
    again = restriction(world, "crip_coordinator", "supervisor", child=str(family.children["open"].pk))
    assert do(world, "crip_coordinator", family.pk, "restrict", **again).status_code == 200
    assert names(family.pk) == before

    more = restriction(world, "supervisor", "assessor", child=str(family.children["other"].pk))
    signed_by = [str(world.user(name).pk) for name in ("ase_inspector_2", "supervisor_2")]
    refused, asked = (
        do(world, "crip_coordinator", family.pk, "restrict", **more, approver=one) for one in signed_by
    )
    assert (refused.status_code, asked.status_code) == (409, 202)
    assert not Child.objects.get(pk=family.children["other"].pk).restricted
    assert (
        do(world, "supervisor_2", family.pk, f"approvals/{asked.json()['approval']}/sign").status_code == 200
    )
    assert Child.objects.get(pk=family.children["other"].pk).restricted
    assert names(family.pk) == before | {world.user("assessor").pk}


def test_a_broken_glass_neither_changes_the_list_nor_signs(world):
    kit = Kit(world, "triage")
    kit.set_restricted()
    kit.name("ase_inspector")
    kit.let_in("supervisor")
    lift = {"lift": True, "reason": "Plus lieu d'être."}
    for who, other in (("supervisor", "crip_coordinator"), ("crip_coordinator", "supervisor")):
        answer = do(world, who, kit.case.pk, "unrestrict", **lift, approver=str(world.user(other).pk))
        assert answer.status_code == 409, who
        rule = "restriction_is_of_its_list_or_left_alone" if who == "supervisor" else None
        assert answer.json().get("rule") == rule
    kit.name("supervisor")
    assert kit.refusal("referral", "unrestrict", lift | {"approver": kit.user("supervisor")}) == ""


def test_what_lifting_was_proposed_for_is_signed_while_the_proposer_is_on_the_list(world, family):
    see_all()
    for name in LISTED:
        family.name_on_list(name)
    lift = {"lift": True, "reason": "Plus lieu d'être.", "approver": str(world.user("supervisor").pk)}
    asked = do(world, "crip_coordinator", family.pk, "unrestrict", **lift).json()["approval"]
    Grant.objects.filter(user=world.user("crip_coordinator"), kind="named").update(ended_at=AT)

    assert do(world, "supervisor", family.pk, f"approvals/{asked}/sign").status_code in (403, 409)
    assert Child.objects.get(pk=family.children["kept"].pk).restricted


# --- Second signatures ---------------------------------------------------------------------------------


def refuting(world, family, *, approver="supervisor"):
    """Propose to rule out the status of ``kept`` while nothing is restricted, and restrict the child then."""
    see_all()
    kept_child = Child.objects.filter(pk=family.children["kept"].pk)
    kept_child.update(restricted=False, prostitution_status="suspected", status_ever="suspected")
    asked = do(
        world, "ase_inspector", family.pk, "set_exploitation_status", child=str(family.children["kept"].pk),
        value="refuted", reasons="Erreur.", approver=str(world.user(approver).pk),
    )  # fmt: skip
    assert asked.status_code == 202
    kept_child.update(restricted=True)
    return asked.json()["approval"]


def test_a_proposal_about_a_child_is_hidden_with_the_child(world, family):
    approval = refuting(world, family)
    assert Approval.objects.get(pk=approval).children == [str(family.children["kept"].pk)]
    listed = f"referrals/{family.pk}/approvals"
    for who in ("assessor", "supervisor", "ase_inspector"):
        assert approval not in world.as_(who).get(listed).content.decode(), who
        see_all()
    page = Visitor(world, "supervisor")
    assert approval not in page.get("/signatures").content.decode()
    assert page.get(f"/dossiers/{family.pk}/signature/{approval}").status_code == 404
    for who, end, said in (
        ("supervisor", "refuse", {"reason": "Non."}),
        ("supervisor", "sign", {}),
        ("ase_inspector", "withdraw", {}),
    ):
        answer = do(world, who, family.pk, f"approvals/{approval}/{end}", **said)
        assert answer.status_code == 404, (who, end)

    for who in ("supervisor", "ase_inspector"):
        family.name_on_list(who)
    assert approval in world.as_("supervisor").get(listed).content.decode()
    assert approval in page.get("/signatures").content.decode()
    assert do(world, "supervisor", family.pk, f"approvals/{approval}/sign").status_code == 200


def test_nothing_is_signed_whose_proposer_sees_the_child_no_more(world, family):
    approval = refuting(world, family)
    family.name_on_list("supervisor")

    assert do(world, "supervisor", family.pk, f"approvals/{approval}/sign").status_code == 403
    assert Child.objects.get(pk=family.children["kept"].pk).prostitution_status == "suspected"


@pytest.mark.parametrize("about", ["child", "part"])
def test_what_waits_for_a_signature_is_listed_without_the_hidden_child(world, family, about):
    see_all()
    rows = {name: family.kit.case.approvals.get(part=row.pk).pk for name, row in family.measures.items()}
    less = {"part": None} if about == "child" else {"children": []}
    Approval.objects.filter(pk=rows["kept"]).update(**less)
    page = Visitor(world, "crip_coordinator")

    def listed():
        text = page.get("/signatures").content.decode()
        see_all()
        return {name for name, pk in rows.items() if str(pk) in text}

    assert listed() == {"open", "other"}
    family.name_on_list("crip_coordinator")
    assert listed() == {"open", "other", "kept"}


def test_nobody_signs_what_they_would_read_in_part(world, family):
    """A step on four children of whom one is hidden from the signer: what is decided for that one too."""
    see_all()
    family.name_on_list("ase_inspector")
    Referral.objects.filter(pk=family.pk).update(state="report_submitted", version=2, urgency_ever="U3")
    JudicialReferral.objects.filter(referral=family.pk).update(state="closed")
    Measure.objects.filter(referral=family.pk).update(state="cancelled")
    Conclusion.objects.filter(referral=family.pk).update(danger_level="no_danger")
    family.marked(Conclusion, "open", assessment=family.assessment, child=family.kit.child,
                  danger_level="no_danger", proposal="classement")  # fmt: skip
    told = [
        {"child": str(child.pk), "decision": "close", "ground": "no_danger", "motivation": "Rien.", **SILENT}
        for child in Child.objects.filter(referral=family.pk)
    ]
    said = {
        "decisions": told,
        "motivation": "Rien.",
        "feedback": "Clos.",
        "approver": str(world.user("supervisor").pk),
    }

    refused = do(world, "ase_inspector", family.pk, "decide_close", **said)
    assert (refused.status_code, refused.json()["code"]) == (409, "approver-needed")
    family.name_on_list("supervisor")
    asked = do(world, "ase_inspector", family.pk, "decide_close", **said)
    assert asked.status_code == 202
    Grant.objects.filter(user=world.user("supervisor"), kind="named").update(ended_at=AT)
    assert do(world, "supervisor", family.pk, f"approvals/{asked.json()['approval']}/sign").status_code == 403
    assert Child.objects.get(pk=family.children["kept"].pk).decision == "undecided"


# --- What bars a step ----------------------------------------------------------------------------------


def offered(world, who, pk):
    """Return what somebody may do, and what bars the rest."""
    see_all()
    told = world.as_(who).get(f"referrals/{pk}").json()
    see_all()
    return {line["step"] for line in told["available_actions"]}, {
        line["step"]: line["blocked_by"]["rule"] for line in told["blocked_actions"]
    }


@pytest.mark.parametrize("state", ["in_assessment", "protected_admin"])
@pytest.mark.parametrize("who", ["crip_coordinator", "ase_inspector"])
def test_what_is_possible_tells_of_no_hidden_child(world, family, who, state):
    """With a measure, an exploited child and a referral to justice that are the hidden child's alone.

    What is told beforehand is the same, whatever there is of it.
    """
    hidden = Child.objects.filter(pk=family.children["kept"].pk)
    others = Measure.objects.filter(referral=family.pk).exclude(pk=family.measures["kept"].pk)
    others.update(state="cancelled")
    JudicialReferral.objects.filter(referral=family.pk, children__in=hidden).update(state="closed")
    mine = JudicialReferral.objects.exclude(children__in=Child.objects.exclude(pk=hidden.get().pk))
    mine.filter(referral=family.pk).update(state="sent")
    Referral.objects.filter(pk=family.pk).update(state=state, version=2)
    free, barred = offered(world, who, family.pk)
    answer = do(world, who, family.pk, "unrestrict", lift=True, reason="Non.")
    assert (answer.status_code, answer.json()["rule"]) == (409, "case_is_restricted")

    if (who, state) == ("ase_inspector", "protected_admin"):
        assert barred["end_followup"] != "no_measure_alive"
        said = {"reason": "success", "motivation": "Fin.", "feedback": "Fin."}
        answer = do(world, who, family.pk, "end_followup", **said)
        assert (answer.status_code, answer.json()["rule"]) == (409, barred["end_followup"])
    # What the hidden child alone bars is offered like anything else, and refused without a reason.
    assert "restrict" in free
    page = Visitor(world, who).get(f"/dossiers/{family.pk}/etape/referral/restrict")
    assert page.status_code == 200
    more = restriction(world, who, "supervisor", child=str(family.children["open"].pk))
    answer = do(world, who, family.pk, "restrict", **more)
    assert (answer.status_code, answer.json()["rule"]) == (409, "not-possible-now")
    hidden.update(restricted=False, wrong_person=True)
    Measure.objects.filter(referral=family.pk).update(state="cancelled")
    JudicialReferral.objects.filter(referral=family.pk).update(state="closed")
    without_free, without = offered(world, who, family.pk)

    assert without["unrestrict"] == "case_is_restricted"
    assert (free, barred) == (without_free, without)


# --- A list of which nobody is left ----------------------------------------------------------------------


#: How somebody of a list comes to change it no more.
WHAT = ("child", "case")
ENDS = {
    "the account is closed": lambda family, user: User.objects.filter(pk=user.pk).update(is_active=False),
    "the roles are over": lambda family, user: Membership.objects.filter(user=user).update(valid_to=AT),
    "they are excluded": lambda family, user: Exclusion.objects.create(
        referral=family.kit.case, user=user, by=user.pk, since_at=AT
    ),
}


@pytest.mark.parametrize(
    ("end", "what"),
    [(end, what) for n, end in enumerate(ENDS) for what in (WHAT if NIGHT else [WHAT[n % 2]])],
)
def test_a_list_that_nobody_can_change_is_completed_by_two_who_broke_the_glass(world, family, end, what):
    """Accounts are closed; nobody would ever read, lift or pass on the case again. None of it lets one person in."""
    see_all()
    if what == "case":
        Referral.objects.filter(pk=family.pk).update(restricted=True)
    for name in ("crip_coordinator", "supervisor"):
        family.name_on_list(name)
    for name in ("supervisor_2", "crip_coordinator_2"):
        family.kit.let_in(name)
    new = [str(world.user(name).pk) for name in ("supervisor_2", "crip_coordinator_2")]
    add = {"add": new, "reason": "Départs.", "approver": str(world.user("supervisor_2").pk)}

    def asked(who="crip_coordinator_2", **said):
        return do(world, who, family.pk, "unrestrict", **(add | said))

    assert asked().status_code == 409  # two of it are left
    ENDS[end](family, world.user("supervisor"))
    assert asked(lift=True, add=[]).status_code == 409
    assert asked(add=new[1:]).status_code == 409  # no supervisor
    assert asked(approver=str(world.user("ase_inspector").pk)).status_code == 409  # outside
    refused = asked(approver=str(world.user("supervisor").pk))
    assert refused.status_code == 409
    assert "/restrict" not in {
        one["href"][-9:]
        for one in world.as_("supervisor_2").get(f"referrals/{family.pk}").json()["available_actions"]
    }
    see_all()

    proposed = asked()
    assert proposed.status_code == 202, proposed.content
    signed = do(world, "supervisor_2", family.pk, f"approvals/{proposed.json()['approval']}/sign")
    assert signed.status_code == 200, signed.content

    assert {world.user(name).pk for name in ("supervisor_2", "crip_coordinator_2")} <= names(family.pk)
    record = StepRecord.objects.get(referral=family.pk, step="unrestrict")
    assert (record.by, record.signed_by) == (
        world.user("crip_coordinator_2").pk, world.user("supervisor_2").pk,
    )  # fmt: skip
    assert asked(lift=True, add=[]).status_code == 202


def test_a_file_about_a_hidden_child_is_at_nobody_elses_hand(world, family):
    """Where it is the only one, setting a file aside is barred as if there was none."""
    see_all()
    about = [str(family.children["kept"].pk)]
    others = Attachment.objects.filter(referral=family.pk).exclude(children=about)
    others.delete()
    for who in ("crip_coordinator", "ase_inspector"):
        free, barred = offered(world, who, family.pk)
        assert barred["bar_file"] == "file_may_be_barred", who
        assert "bar_file" not in free
    family.name_on_list("crip_coordinator")
    assert "bar_file" in offered(world, "crip_coordinator", family.pk)[0]
