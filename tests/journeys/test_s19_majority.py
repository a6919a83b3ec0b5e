"""S19: a girl in care by the judge and her brother, helped at home, turn 18 during their measures (domain.md §10, §5.3).

Not there yet: their letters (``majority_notice``, ``child_letter``).
"""

from datetime import UTC, datetime, timedelta

from accounts.actor import SYSTEM
from outbox.models import Notice, Work
from referrals.coming_of_age import tasks as coming_of_age_tasks
from referrals.models import Child, Clock, Measure
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from referrals.reminders import tasks as reminders_tasks
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.journeys.story import wall
from tests.shared_fixtures import shared_fixture

BORN = "2009-05-20"
MAJORITY = "2027-05-20"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CUT = "term-cut-at-majority"
MUST_ACT = {
    "ase_inspector",
    "case_referent",
    "crip_coordinator",
    "crip_coordinator_2",
    "supervisor",
    "supervisor_2",
}


@shared_fixture
def helped(story):
    """Help at home agreed by both parents of a boy of 17 years and 8 months, and begun."""
    story.at("2027-01-05 10:00")
    story.files("filer", concern(children=[child(birth_date=BORN)]))
    story.triaged()
    story.qualified()
    story.assigned()
    story.at("2027-01-12 10:00")
    story.met()
    story.reported(["danger"])
    story.does("crip_coordinator", "name_referent", {"user": story.user("case_referent")})
    (him,) = story.children
    offer = bodies.offer(him, service=story.world.services["93"].pk)
    decided = {"decisions": [bodies.decision(him, "admin")], "measures": [offer], "motivation": "Soutien."}
    story.does("ase_inspector", "decide_admin", decided)
    story.does("ase_inspector", "agree", bodies.agreement(on="2027-01-12"), part=measure(story))
    return story


def measure(story):
    return f"measures/{story.row.measures.get().pk}"


def begun(story, **said):
    body = {"started_on": "2027-01-12"} | said
    return story.does("measure_service", "start", body, part=measure(story))


def of_age(story):
    """Let the night of the birthday pass; return who is told, by name."""
    return night(story, MAJORITY, reminded=False)


def night(story, day, *, reminded=True):
    """Let a night pass in which the child is looked at; return who is told, by name."""
    story.at(f"{day} 00:10")
    see_all()
    before = set(Notice.objects.values_list("pk", flat=True))
    Child.objects.update(next_change=None)
    coming_of_age_tasks.grow_up(story.now)
    if reminded:
        see_all()
        others = Clock.objects.exclude(code__in=("C25", "C26"))
        others.update(soon_told_at=LONG_AGO, again_told_at=LONG_AGO, late_told_at=LONG_AGO)
        reminders_tasks.remind(story.now)
    see_all()
    told = set(Notice.objects.filter(channel="app").exclude(pk__in=before).values_list("user_id", flat=True))
    story.at(f"{day} 10:00")
    return {name for (code, name), user in story.world.users.items() if code == "93" and user.pk in told}


def ends(story, code):
    """Return when the running clock of a code is due, on the wall of Paris."""
    see_all()
    return wall(Clock.objects.get(referral=story.pk, code=code, stopped_at=None).due_at)


def days_told(story):
    """Return every day that stands in clear on the measure and its deadlines."""
    see_all()
    rows = [
        *Measure.objects.filter(referral=story.pk).values(),
        *Clock.objects.filter(referral=story.pk).values(),
    ]
    return {str(value)[:10] for row in rows for value in row.values() if value is not None}


def test_a_term_beyond_the_birthday_is_cut_and_said_and_no_column_tells_the_day(helped):
    said = begun(helped, term_on="2027-11-08")

    row = helped.row.measures.get()
    assert said["warnings"] == [CUT]
    assert (row.until_majority, row.term_on) == (True, None)
    assert not {MAJORITY, "2027-05-19", "2027-11-08"} & days_told(helped)
    assert helped.due("C10") == "2029-01-12 23:59:59", "when everybody of 16 or 17 will be of age"
    shown = {line["code"]: line for line in helped.reads("ase_inspector", "clocks")["results"]}
    assert (shown["C10"]["due_at"], shown["C10"]["state"]["code"]) == (None, "on_time")
    (told,) = helped.reads("ase_inspector", "measures")["results"]
    assert (told["until_majority"], told["term_on"], told["term_written"]) == (True, None, "2027-11-08")
    (told,) = helped.reads("measure_service", "measures")["results"]
    assert told["term_written"] == "2027-11-08"


def test_one_before_the_birthday_stands_as_it_is(helped):
    said = begun(helped, term_on="2027-04-30")

    assert (said.get("warnings", []), helped.due("C10")) == ([], "2027-04-30 23:59:59")
    assert helped.row.measures.get().until_majority is False


def test_one_that_is_the_birthday_itself_is_not_cut_and_no_column_tells_it(helped):
    said = begun(helped, term_on=MAJORITY)

    assert said.get("warnings", []) == []
    assert (helped.row.measures.get().until_majority, MAJORITY in days_told(helped)) == (True, False)
    assert helped.reads("ase_inspector", "measures")["results"][0]["term_written"] == MAJORITY


def test_on_the_birthday_the_term_is_over_all_are_told_but_no_parent_and_nothing_ends_by_itself(helped):
    begun(helped, term_on="2027-11-08")
    before = len(helped.entries())

    assert of_age(helped) == MUST_ACT

    assert (helped.row.measures.get().state, helped.shown_clock("ase_inspector", "C10")) == (
        "active",
        "overdue",
    )
    assert not {MAJORITY, "2027-05-19"} & days_told(helped)
    assert not helped.row.steps.filter(at__gte=helped.now - timedelta(hours=10)).exists()
    assert helped.journal(since=before)[0] == "referral:grow_older system"


def test_no_parents_signature_begins_or_renews_it(helped):
    of_age(helped)
    refused = helped.refused("measure_service", "start", {"started_on": MAJORITY}, part=measure(helped))
    assert refused == "measure_may_bind_an_adult"


def test_a_report_and_a_parents_new_agreement_do_not_renew_it_and_it_ends_by_majority(helped):
    begun(helped)
    of_age(helped)
    report = {"report": "Situation.", "shown_on": MAJORITY}
    helped.does("case_referent", "situation_report", report, part=measure(helped))
    renewal = {"term_on": "2028-05-19", "basis": "Accord des parents"}
    assert (
        helped.refused("ase_inspector", "renew", renewal, part=measure(helped)) == "measure_may_bind_an_adult"
    )

    helped.does("ase_inspector", "end", {"on": MAJORITY, "end_report": "Majorité."}, part=measure(helped))

    row = helped.row.measures.get()
    assert (row.state, row.over_reason) == ("ended", "15")
    assert not {"C10", "C17"} & set(helped.running)


def test_help_that_the_person_agrees_on_goes_on(helped):
    begun(helped)
    of_age(helped)
    (them,) = helped.children
    helped.does("ase_inspector", "end", {"on": MAJORITY, "end_report": "Majorité."}, part=measure(helped))
    made = helped.does("ase_inspector", "propose", bodies.offer(them), part="measures")["made"]
    own = bodies.agreement(on=MAJORITY) | {"own": True, "signed_by": "La personne"}
    helped.does("ase_inspector", "agree", own, part=f"measures/{made}")

    said = helped.does(
        "ase_inspector", "start", {"started_on": MAJORITY, "term_on": "2028-05-19"}, part=f"measures/{made}"
    )

    assert (said.get("warnings", []), helped.due("C10", part=made)) == ([], "2028-05-19 23:59:59")


def test_a_judges_order_ends_with_majority_and_needs_no_judge_for_that(story):
    story.at("2027-01-05 10:00")
    story.files("filer", concern(children=[child(birth_date=BORN)]))
    story.triaged()
    (her,) = story.children
    order = bodies.order(her, "placement_ase", on="2027-01-04", term_on="2029-01-04")
    assert story.does("crip_coordinator", "order", order, part="measures")["warnings"] == [CUT]
    story.does("crip_coordinator", "name_decider", {"user": story.user("ase_inspector")})
    story.does("ase_inspector", "start", {"started_on": "2027-01-06"}, part=measure(story))
    assert not {MAJORITY, "2029-01-04"} & days_told(story)
    lifted = {"on": "2027-05-01", "reason": "15", "danger_remains": "no"}
    assert story.refused("ase_inspector", "lift", lifted, part=measure(story)) == "judge_lifted_it"

    of_age(story)
    new_term = {"on": MAJORITY, "effect": "new_term", "term_on": "2028-01-04", "copy": "Jugement."}
    assert (
        story.refused("ase_inspector", "ruling", new_term, part=measure(story)) == "no_new_term_for_an_adult"
    )
    story.does("ase_inspector", "lift", {"on": MAJORITY, "reason": "15"}, part=measure(story))

    assert story.row.measures.get().state == "lifted"


# --- The interview a year before, and the choice of what follows ------------------------------------------

#: L.: 16 years and 5 months when the care begins.
HERS = "2010-06-15"
SEVENTEEN, NEAR_18, EIGHTEEN = "2027-06-15", "2028-03-15", "2028-06-15"
FOLLOW = {"ase_inspector", "case_referent"}


@shared_fixture
def placed(story):
    """A girl confided to the service by the judge; a referent follows her."""
    story.at("2026-11-25 10:00")
    story.files("filer", concern(children=[child(birth_date=HERS)]))
    story.triaged()
    (her,) = story.children
    order = bodies.order(her, "placement_ase", on="2026-11-24", service=story.world.services["93"].pk)
    story.does("crip_coordinator", "order", order, part="measures")
    for step, name in (("name_decider", "ase_inspector"), ("name_referent", "case_referent")):
        story.does("crip_coordinator", step, {"user": story.user(name)})
    story.does("ase_inspector", "start", {"started_on": "2026-11-25"}, part=measure(story))
    return story


def interview(story, day, **said):
    story.at(f"{day} 10:00")
    story.does("case_referent", "majority_interview", bodies.interview(on=day, **said), part=measure(story))


def test_the_interview_is_awaited_from_the_beginning_of_care_and_told_in_time(placed):
    shown = {line["code"]: line for line in placed.reads("ase_inspector", "clocks")["results"]}
    assert (shown["C25"]["due_at"], shown["C25"]["state"]["code"]) == (None, "on_time")
    assert night(placed, "2026-12-01") == set()
    assert night(placed, "2027-03-15") == FOLLOW
    assert placed.shown_clock("ase_inspector", "C25") == "due_soon"

    interview(placed, "2027-05-03")

    assert "C25" not in placed.running
    assert night(placed, "2027-06-16") == set()
    record = placed.row.steps.get(step="majority_interview")
    assert (record.access_class, record.data is not None) == ("J", True)
    placed.names_nobody("À préparer", "Référente")


def test_an_interview_that_nobody_held_is_told_to_the_supervisor_and_no_column_tells_the_day(placed):
    night(placed, "2027-03-15")
    assert night(placed, SEVENTEEN) == set()

    assert night(placed, "2027-06-16") == FOLLOW | {"supervisor", "supervisor_2"}

    assert placed.shown_clock("ase_inspector", "C25") == "overdue"
    assert not {SEVENTEEN, "2027-06-16"} & days_told(placed)
    assert night(placed, "2027-06-17") == set()


def test_who_refuses_it_is_offered_it_again(placed):
    refused = {"on": "2027-06-20", "outcome": "refused", "refusal": "Lettre."}
    placed.at("2027-06-20 10:00")
    placed.does("case_referent", "majority_interview", refused, part=measure(placed))

    assert (placed.due("C25"), "C25" in placed.running) == ("2027-07-20 23:59:59", True)
    interview(placed, "2027-07-01", trusted_person="none")
    assert "C25" not in placed.running


def test_taken_in_at_17_it_is_due_as_soon_as_possible_and_it_ends_with_the_care(story):
    story.at("2026-11-25 10:00")
    story.files("filer", concern(children=[child(birth_date="2009-11-25")]))
    story.triaged()
    (her,) = story.children
    order = bodies.order(her, "placement_ase", on="2026-11-24")
    story.does("crip_coordinator", "order", order, part="measures")
    story.does("crip_coordinator", "name_decider", {"user": story.user("ase_inspector")})
    story.does("ase_inspector", "start", {"started_on": "2026-11-25"}, part=measure(story))
    assert story.due("C25") == "2026-12-25 23:59:59"

    lifted = {"on": "2026-11-25", "reason": "10", "decision": "Jugement.", "danger_remains": "no"}
    story.does("ase_inspector", "lift", lifted, part=measure(story))

    assert not {"C25", "C26"} & set(story.running)


def test_she_chooses_support_as_a_young_adult_which_begins_on_her_birthday(placed):
    interview(placed, "2027-05-03")
    assert night(placed, NEAR_18) == FOLLOW | {"measure_service"}, "and no parent"
    assert placed.shown_clock("ase_inspector", "C26") == "due_soon"
    chosen = bodies.choice("young_adult", on=NEAR_18, aim="Logement, études.")
    made = placed.does("ase_inspector", "choose_at_majority", chosen, part=measure(placed))["made"]
    assert "C26" not in placed.running
    parents = bodies.agreement(on=NEAR_18)
    assert (
        placed.refused("ase_inspector", "agree", parents, part=f"measures/{made}")
        == "agreement_is_of_the_right_person"
    )
    own = bodies.agreement(on=NEAR_18) | {"own": True, "signed_by": "La personne"}
    placed.does("ase_inspector", "agree", own, part=f"measures/{made}")
    begins = {"started_on": NEAR_18, "term_on": "2029-03-01"}
    assert (
        placed.refused("ase_inspector", "start", begins, part=f"measures/{made}")
        == "support_of_an_adult_ends_at_21"
    )

    assert night(placed, EIGHTEEN, reminded=False) == MUST_ACT

    begins = {"started_on": EIGHTEEN, "term_on": "2029-06-01"}
    placed.does("ase_inspector", "start", begins, part=f"measures/{made}")
    old = placed.row.measures.get(type="placement_ase")
    placed.does(
        "ase_inspector", "end", {"on": EIGHTEEN, "end_report": "Majorité."}, part=f"measures/{old.pk}"
    )
    states = dict(placed.row.measures.values_list("type", "over_reason"))
    assert states == {"placement_ase": "15", "young_adult": ""}


def signed_by_the_person_alone(story, said, *, early, to_come):
    """Ask that M20 takes nobody's signature but the person's, of a day on which the choice is open and over."""
    part = measure(story)
    for other, rule in (
        ({"signer": "holder"}, "person_signed_it"), ({"signer": "other"}, "person_signed_it"),
        ({"signed_on": early}, "person_signed_it"), ({"signed_on": to_come}, "day_has_come"),
    ):  # fmt: skip
        assert story.refused("ase_inspector", "choose_at_majority", said | other, part=part) == rule
    for name in ("signer", "agreement", "signed_on"):
        unsaid = {key: value for key, value in said.items() if key != name}
        answer = story.does("ase_inspector", "choose_at_majority", unsaid, part=part, expect=400)
        assert [(one["field"], one["code"]) for one in answer["errors"]] == [(name, "required")]
    assert "C26" in story.running, "nothing of it was taken"


def test_nobody_but_the_person_signs_for_more_help_at_home(helped):
    """M20: the mother's signature is no word of the young person's, whatever is written beside it."""
    begun(helped)
    night(helped, "2027-02-20")
    said = bodies.choice("agrees", on="2027-02-20", term_on="2028-02-18")

    signed_by_the_person_alone(helped, said, early="2027-02-19", to_come="2027-02-21")

    assert helped.row.measures.get().own_agreement is False
    helped.does("ase_inspector", "choose_at_majority", said, part=measure(helped))
    assert helped.row.measures.get().own_agreement is True


def test_nobody_but_the_person_signs_for_support_as_a_young_adult(placed):
    night(placed, NEAR_18)
    said = bodies.choice("young_adult", on=NEAR_18, aim="Logement.")

    signed_by_the_person_alone(placed, said, early="2028-03-14", to_come="2028-03-16")

    assert placed.row.measures.count() == 1, "nothing is offered"
    placed.does("ase_inspector", "choose_at_majority", said, part=measure(placed))


def test_who_declines_signs_nothing_and_nobody_declines_in_their_place(helped):
    begun(helped)
    night(helped, "2027-02-20")
    declines = bodies.choice("declines", on="2027-02-20")
    assert not {"signer", "agreement", "signed_on"} & set(declines)

    refused = helped.refused(
        "ase_inspector", "choose_at_majority", declines | {"signer": "holder"}, part=measure(helped)
    )
    assert refused == "person_signed_it"
    helped.does("ase_inspector", "choose_at_majority", declines, part=measure(helped))


def test_he_agrees_himself_and_the_help_goes_on_beyond_his_birthday(helped):
    begun(helped)
    helped.at("2027-02-19 10:00")
    agrees = {"term_on": "2028-02-18"}
    early = bodies.choice("agrees", on="2027-02-19", **agrees)
    assert (
        helped.refused("ase_inspector", "choose_at_majority", early, part=measure(helped))
        == "majority_ends_it"
    )
    assert helped.row.majority_near is False
    assert night(helped, "2027-02-20") == FOLLOW | {"measure_service"}
    assert "C26" in helped.running
    assert helped.row.majority_near is True
    assert helped.shown_clock("ase_inspector", "C10") == "due_soon", (
        "a term cut at 18 comes near with majority"
    )
    helped.does(
        "case_referent",
        "choose_at_majority",
        bodies.choice("agrees", on="2027-02-20", **agrees),
        part=measure(helped),
    )

    assert of_age(helped) == set()

    row = helped.row.measures.get()
    assert (row.state, row.own_agreement, helped.due("C10")) == ("active", True, "2028-02-18 23:59:59")
    assert helped.shown_clock("ase_inspector", "C10") == "on_time"


def test_had_nobody_asked_both_are_in_breach_on_the_birthday_and_the_service_is_told_too(helped):
    begun(helped)
    night(helped, "2027-02-20")

    assert of_age(helped) == MUST_ACT | {"measure_service"}

    assert {helped.shown_clock("ase_inspector", code) for code in ("C10", "C26")} == {"overdue"}
    assert not {MAJORITY, "2027-05-19"} & days_told(helped)
    helped.does(
        "ase_inspector", "choose_at_majority", bodies.choice("declines", on=MAJORITY), part=measure(helped)
    )
    assert "C26" not in helped.running


# --- Without a birth date: the youngest estimated age counts (§5.3 Cap) -------------------------------------


@shared_fixture
def alone(story):
    """An unaccompanied girl, said to be 17 to 19 on 25 November 2026, confided to the service by the judge."""
    story.at("2026-11-25 10:00")
    unknown = {
        "identity_known": "partial",
        "birth_date": None,
        "age_source": "Son récit",
        "unaccompanied": "yes",
    }
    estimated = {"age_estimated_min": 17, "age_estimated_max": 19}
    story.files("filer", concern(children=[child(**unknown, **estimated)]))
    story.triaged()
    (her,) = story.children
    order = bodies.order(her, "placement_ase", on="2026-11-24", term_on="2028-06-01")
    assert story.does("crip_coordinator", "order", order, part="measures")["warnings"] == [CUT]
    for step, name in (("name_decider", "ase_inspector"), ("name_referent", "case_referent")):
        story.does("crip_coordinator", step, {"user": story.user(name)})
    story.does("ase_inspector", "start", {"started_on": "2026-11-25"}, part=measure(story))
    return story


def test_an_estimated_age_counts_by_its_youngest_and_its_day_may_stand_in_clear(alone):
    assert (ends(alone, "C25"), ends(alone, "C15")) == ("2026-12-25 23:59:59", "2027-11-25 23:59:59")
    shown = {line["code"]: line for line in alone.reads("ase_inspector", "clocks")["results"]}
    assert shown["C15"]["due_at"].startswith("2027-11-25"), "no birthday, so nothing to hide"

    assert "C26" not in alone.running
    night(alone, "2027-08-25")
    assert (ends(alone, "C26"), alone.row.majority_near) == ("2027-11-25 23:59:59", True)


def test_and_she_comes_of_age_with_all_that_ends_then(alone):
    assert night(alone, "2027-11-24", reminded=False) & MUST_ACT == set()
    assert alone.row.age_band == "16-17"

    assert night(alone, "2027-11-25", reminded=False) >= MUST_ACT

    assert (alone.row.age_band, alone.row.majority_near) == ("18+", False)
    assert alone.shown_clock("ase_inspector", "C15") == "overdue"
    parents = bodies.told(alone.holders[0], "judicial_referral", on="2027-11-25")
    assert alone.refused("crip_coordinator", "inform_holders", parents) == "someone_is_a_minor"
    alone.does("ase_inspector", "lift", {"on": "2027-11-25", "reason": "15"}, part=measure(alone))


def test_an_estimate_counts_from_its_last_correction_and_no_other_one_makes_her_younger(alone):
    night(alone, "2027-11-25", reminded=False)
    corrects(alone, "address", "2 rue de l'Essai, Bobigny")
    assert alone.row.age_band == "18+"

    corrects(alone, "age_estimated_min", 17)

    assert (alone.row.age_band, ends(alone, "C15")) == ("16-17", "2028-06-01 23:59:59")
    row = alone.row.measures.get()
    assert (row.until_majority, str(row.term_on)) == (False, "2028-06-01"), "the order's own date, as written"


def corrects(story, field, value, expect=200):
    body = {
        "corrections": [{"part": "children", "row": story.children[0], "field": field, "value": value}],
        "reason": "Acte de naissance reçu.",
    }
    return story.does("crip_coordinator", "rectify", body, expect=expect)


# --- A corrected age (T42) ----------------------------------------------------------------------------------


def test_a_corrected_birth_date_gives_back_the_term_that_was_asked_for(helped):
    begun(helped, term_on="2027-11-08")

    assert corrects(helped, "birth_date", "2010-05-20").get("warnings", []) == []

    row = helped.row.measures.get()
    assert (row.until_majority, str(row.term_on), row.term_written) == (False, "2027-11-08", None)
    assert ends(helped, "C10") == "2027-11-08 23:59:59"
    assert helped.running.count("C10") == 1


def test_a_corrected_birth_date_cuts_the_term_and_asks_what_follows(helped):
    begun(helped, term_on="2027-04-30")

    assert corrects(helped, "birth_date", "2009-03-01")["warnings"] == [CUT]

    row = helped.row.measures.get()
    assert (row.until_majority, row.term_on) == (True, None)
    assert not {"2027-03-01", "2027-02-28"} & days_told(helped)
    assert "C26" in helped.running
    assert helped.shown_clock("ase_inspector", "C10") == "due_soon"


def test_who_is_found_to_be_of_age_is_so_at_once(helped):
    begun(helped)
    helped.at("2027-01-13 10:00")

    told_by(helped, lambda: corrects(helped, "birth_date", "2008-12-01"), MUST_ACT)

    assert (helped.row.age_band, helped.shown_clock("ase_inspector", "C10")) == ("18+", "overdue")
    assert not {row.state for row in helped.row.holder_informations.all()} & {"pending", "deferred"}


def told_by(story, act, who):
    see_all()
    before = set(Notice.objects.values_list("pk", flat=True))
    act()
    see_all()
    told = set(Notice.objects.filter(channel="app").exclude(pk__in=before).values_list("user_id", flat=True))
    assert who <= {
        name for (code, name), user in story.world.users.items() if code == "93" and user.pk in told
    }


def test_a_corrected_birth_date_moves_the_interview(placed):
    assert "C25" in placed.running
    corrects(placed, "birth_date", "2009-11-01")
    assert ends(placed, "C25") == "2026-12-25 23:59:59", "17 already: as soon as possible"

    corrects(placed, "birth_date", "2013-11-01")
    assert "C25" not in placed.running


# --- Emancipation: as of age from its day on (§5.3, CC 413-1) -----------------------------------------------


def test_who_is_emancipated_is_as_of_age_from_that_day_on(placed):
    placed.at("2027-07-01 10:00")
    lifted = {"on": "2027-07-01", "reason": "16", "danger_remains": "no"}
    assert placed.refused("ase_inspector", "lift", lifted, part=measure(placed)) == "judge_lifted_it"
    corrects(placed, "emancipated_on", "2027-07-02", expect=400)
    assert placed.row.children.get().emancipated is False

    # Over three months ago, for the end that is written is drawn from those: any of their days may come up.
    told_by(placed, lambda: corrects(placed, "emancipated_on", "2027-03-01"), MUST_ACT)

    her = placed.row.children.get()
    assert (her.age_band, her.emancipated) == ("16-17", True)
    assert "2027-03-01" not in days_told(placed)
    assert (placed.shown_clock("ase_inspector", "C15"), "C25" in placed.running) == ("overdue", False)
    parents = bodies.told(placed.holders[0], "judicial_referral", on="2027-07-01")
    assert placed.refused("crip_coordinator", "inform_holders", parents) == "someone_is_a_minor"
    new_term = {"on": "2027-07-01", "effect": "new_term", "term_on": "2028-01-04", "copy": "Jugement."}
    assert (
        placed.refused("ase_inspector", "ruling", new_term, part=measure(placed))
        == "no_new_term_for_an_adult"
    )


def test_support_as_a_young_adult_is_open_to_the_emancipated_and_begins_before_18(placed):
    placed.at("2027-07-01 10:00")
    corrects(placed, "emancipated_on", "2027-06-28")
    chosen = bodies.choice("young_adult", on="2027-07-01", aim="Logement, études.")
    made = placed.does("ase_inspector", "choose_at_majority", chosen, part=measure(placed))["made"]
    own = bodies.agreement(on="2027-07-01") | {"own": True, "signed_by": "La personne"}
    placed.does("ase_inspector", "agree", own, part=f"measures/{made}")
    early = {"started_on": "2027-06-27", "term_on": "2028-06-01"}
    rule = "support_of_an_adult_ends_at_21"
    assert placed.refused("ase_inspector", "start", early, part=f"measures/{made}") == rule
    placed.does("ase_inspector", "start", early | {"started_on": "2027-07-01"}, part=f"measures/{made}")

    old = placed.row.measures.get(type="placement_ase")
    placed.does(
        "ase_inspector", "end", {"on": "2027-07-01", "end_report": "Émancipation."}, part=f"measures/{old.pk}"
    )

    assert placed.row.measures.get(type="placement_ase").over_reason == "16"
    assert night(placed, NEAR_18) == set(), "nothing is left to be chosen at 18"
    assert placed.row.majority_near is False


def test_an_emancipation_recorded_by_mistake_is_taken_back(placed):
    corrects(placed, "emancipated_on", "2026-11-20")
    corrects(placed, "emancipated_on", None)

    assert placed.row.children.get().emancipated is False
    assert (placed.shown_clock("ase_inspector", "C15"), "C25" in placed.running) == ("on_time", True)


def test_no_filer_says_that_a_child_is_emancipated(story):
    story.at("2026-11-25 10:00")
    body = concern(children=[child(emancipated_on="2026-11-01")]) | {"submit": True}
    answer = story.world.as_("filer").post("referrals", body, key="k" * 32)
    assert answer.status_code == 400


# --- Who has the interview, and what is asked ---------------------------------------------------------------


def test_of_an_unaccompanied_minor_the_interview_speaks_of_residence_and_asylum(alone):
    said = bodies.interview(on="2026-11-25")
    refused = alone.does("case_referent", "majority_interview", said, part=measure(alone), expect=400)
    assert [error["field"] for error in refused["errors"]] == ["residence"]

    held = said | {"residence": "Titre de séjour demandé."}
    done = alone.does("case_referent", "majority_interview", held, part=measure(alone))

    assert done["warnings"] == ["plan-to-complete"]
    assert "C25" not in alone.running


def test_the_plan_says_whether_a_trusted_person_was_asked_for(placed):
    plan = {"on": "2026-11-25", "signed_by": "Sa mère, elle-même"}
    placed.does("case_referent", "sign_plan", plan, part=measure(placed), expect=400)

    placed.does("case_referent", "sign_plan", plan | {"trusted_person": "not_asked"}, part=measure(placed))

    assert "C16" not in placed.running


def of_a_trusted_third_party(story, born):
    """Care by the judge which isn't the service's: with a person whom the child trusts."""
    story.at("2026-11-25 10:00")
    story.files("filer", concern(children=[child(birth_date=born)]))
    story.triaged()
    (them,) = story.children
    order = bodies.order(them, "placement_relative", on="2026-11-24")
    story.does("crip_coordinator", "order", order, part="measures")
    story.does("crip_coordinator", "name_decider", {"user": story.user("ase_inspector")})
    story.does("ase_inspector", "start", {"started_on": "2026-11-25"}, part=measure(story))


def test_other_placements_have_the_interview_only_where_the_authority_wants(story):
    of_a_trusted_third_party(story, HERS)
    assert "C25" not in story.running


def test_and_have_it_where_it_does(story):
    authority = story.world.authorities["93"].pk
    story.at("2026-11-24 10:00")
    change = Change(effective_on=story.now.date(), values={"majority_interview_care": True})
    policy_changes_actions.change(authority, change, actor=SYSTEM, at=story.now)
    of_a_trusted_third_party(story, HERS)
    assert "C25" in story.running


def test_who_passes_15_in_care_is_awaited_too(story):
    story.at("2026-11-25 10:00")
    story.files("filer", concern(children=[child(birth_date="2012-06-15")]))
    story.triaged()
    (her,) = story.children
    order = bodies.order(her, "placement_ase", on="2026-11-24", term_on="2028-11-24")
    story.does("crip_coordinator", "order", order, part="measures")
    for step, name in (("name_decider", "ase_inspector"), ("name_referent", "case_referent")):
        story.does("crip_coordinator", step, {"user": story.user(name)})
    story.does("ase_inspector", "start", {"started_on": "2026-11-25"}, part=measure(story))
    assert "C25" not in story.running, "14 years old"

    night(story, "2028-11-01")
    assert "C25" not in story.running, "nobody needs to be told yet"
    assert night(story, "2029-03-15") == FOLLOW
    assert "C25" in story.running


# --- Six months after care (L222-5-2-1) ---------------------------------------------------------------------


def six_months_later(story, day):
    """Let the worker look, the first time since the evening before; return who is told, by name."""
    story.at(f"{day} 00:30")
    see_all()
    Work.objects.filter(pk=coming_of_age_tasks.AFTER_CARE).delete()
    before = set(Notice.objects.values_list("pk", flat=True))
    coming_of_age_tasks.offer_interview_after_care(story.now)
    see_all()
    told = Notice.objects.filter(channel="app", template="care.left").exclude(pk__in=before)
    users = set(told.values_list("user_id", flat=True))
    return {name for (code, name), user in story.world.users.items() if code == "93" and user.pk in users}


def test_six_months_after_she_left_care_of_age_an_interview_is_to_be_offered(placed):
    night(placed, EIGHTEEN, reminded=False)
    placed.does("ase_inspector", "lift", {"on": EIGHTEEN, "reason": "15"}, part=measure(placed))

    assert six_months_later(placed, "2028-12-14") == set()
    assert six_months_later(placed, "2028-12-15") == {"ase_inspector"}
    assert six_months_later(placed, "2028-12-16") == set()


def test_not_while_she_is_supported_as_a_young_adult(placed):
    night(placed, NEAR_18)
    chosen = bodies.choice("young_adult", on=NEAR_18, aim="Logement.")
    made = placed.does("ase_inspector", "choose_at_majority", chosen, part=measure(placed))["made"]
    own = bodies.agreement(on=NEAR_18) | {"own": True}
    placed.does("ase_inspector", "agree", own, part=f"measures/{made}")
    night(placed, EIGHTEEN, reminded=False)
    old = placed.row.measures.get(type="placement_ase")
    placed.does(
        "ase_inspector", "end", {"on": EIGHTEEN, "end_report": "Majorité."}, part=f"measures/{old.pk}"
    )

    assert six_months_later(placed, "2028-12-15") == set()


def test_nor_where_a_minor_left_care(placed):
    lifted = {"on": "2026-11-25", "reason": "10", "decision": "Jugement.", "danger_remains": "no"}
    placed.does("ase_inspector", "lift", lifted, part=measure(placed))

    assert six_months_later(placed, "2027-05-25") == set()
