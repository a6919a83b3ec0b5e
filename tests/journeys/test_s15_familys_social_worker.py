"""S15: an assessor turns out to be the family's social worker (domain.md §10; T13, T47; CASF D226-2-5)."""

from datetime import timedelta

from accounts.models import Membership
from referrals.models import Assignment, StepRecord
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

WAIVER = "Seule professionnelle de santé disponible sur ce secteur."


@shared_fixture
def followed(story):
    """A family that the referent follows; the referent may assess, too."""
    story.at("2026-11-24 10:00")
    Membership.objects.create(
        user_id=story.user("case_referent"), role="assessor", authority=story.world.authorities["93"],
        valid_from=story.now - timedelta(days=30),
    )  # fmt: skip
    story.files("filer", concern(children=[child(first_names="Ana")]))
    story.triaged()
    story.does("crip_coordinator", "name_referent", {"user": story.user("case_referent")})
    story.qualified()
    return story


def member(story, name, field="health", **said):
    return {"user": story.user(name), "field": field} | said


def team(story, *members):
    return {"team": list(members), "plan_on": "2027-01-15"}


def on_the_team(story):
    see_all()
    rows = Assignment.objects.filter(referral=story.pk, role="assessor", until_at=None)
    return {(row.user_id, row.waiver is not None) for row in rows}


def test_who_follows_the_family_isn_t_named_to_the_team(followed):
    """Known to the service as referent, or said by whoever names the team."""
    social = member(followed, "assessor", "socio_educational")
    known = team(followed, social, member(followed, "case_referent"))
    said = team(followed, social, member(followed, "assessor_2", follows_family=True))

    for body in (known, said):
        assert followed.refused("crip_coordinator", "assign", body) == "team_does_not_follow_the_family"

    assert on_the_team(followed) == set()


def test_a_waiver_with_its_reason_lets_them_in_and_stays_sealed(followed):
    social = member(followed, "assessor", "socio_educational")
    followed.does(
        "crip_coordinator", "assign", team(followed, social, member(followed, "case_referent", waiver=WAIVER))
    )

    assert on_the_team(followed) == {
        (followed.user("assessor"), False),
        (followed.user("case_referent"), True),
    }
    followed.names_nobody("Ana", WAIVER[:20])


def test_once_it_comes_out_the_assessor_is_pulled_and_what_was_written_stays(followed):
    """T47: the team that results is asked the same; who leaves keeps nothing of the assessment but the own trail."""
    followed.assigned()
    followed.at("2026-11-27 10:00")
    followed.met()
    joins = {
        "leave": [followed.user("assessor_2")],
        "join": [member(followed, "case_referent")],
        "reason": "Relais.",
    }
    assert followed.refused("crip_coordinator", "reassign", joins) == "team_does_not_follow_the_family"
    alone = {"leave": [followed.user("assessor_2")], "reason": "Suit la famille."}
    assert followed.refused("assessment_lead", "reassign", alone) == "resulting_team_is_multidisciplinary"

    relay = {"leave": [followed.user("assessor")], "join": [member(followed, "case_referent", "social", waiver=WAIVER)],
             "reason": "Suit la famille."}  # fmt: skip
    followed.does("assessment_lead", "reassign", relay)

    followed.unseen_by("assessor")
    assert (followed.user("case_referent"), True) in on_the_team(followed)
    wrote = StepRecord.objects.get(referral=followed.pk, step="record_contact")
    assert wrote.by == followed.user("assessor"), "the visit stays, and who made it"
    assert len(followed.reads("assessor_2", "assessment")["results"][0]["visits"]) == 1
    assert "referral:reassign assessment_lead" in followed.journal()


def test_whoever_assesses_isn_t_named_to_follow_the_family_meanwhile(followed):
    followed.assigned()

    refused = followed.refused("crip_coordinator", "name_referent", {"user": followed.user("assessor")})

    assert refused in ("people_may_be_named", "referent_is_not_of_team")


def test_whoever_follows_the_family_doesn_t_take_over_from_a_leaver_either(followed):
    """X07 asks what T47 asks."""
    followed.assigned()
    passing = {
        "leaver": followed.user("assessor"), "role": "assessor", "user": followed.user("case_referent"),
        "reason": "Départ.",
    }  # fmt: skip

    assert followed.refused("supervisor", "pass_on", passing) == "taker_has_no_conflict"
    followed.does("supervisor", "pass_on", passing | {"waiver": WAIVER})

    assert (followed.user("case_referent"), True) in on_the_team(followed)
    followed.does(
        "assessor_2", "record_contact", bodies.contact({}, at="2026-11-24T08:00:00Z", kind="meeting")
    )
