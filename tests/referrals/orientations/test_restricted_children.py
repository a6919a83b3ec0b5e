"""What an orientation tells of a child is read by who reads it of the child itself (SEC-AZ20; field.md A.6, A.9)."""

import pytest

from referrals.models import Orientation
from tests.referrals.orientations.conftest import NEED
from tests.referrals.orientations.test_orientations import body, lines
from tests.referrals.workflow.kit import AT, Kit
from tests.web.visiting import Visitor, text

#: Rules whose sentence tells a fact of a child.
OF_A_CHILD = {"R4", "R5", "R6", "R7", "R10"}


def born(seeking, child, day, **values):
    field = type(child)._meta.get_field("birth_date")
    sealed = seeking.fill.keys["case"].seal(field, child.pk, day)
    type(child).objects.filter(pk=child.pk).update(birth_date=sealed, **values)


def with_facts(seeking):
    """Let the child be 14, a girl and away, ordered by a judge into a measure; the home asks for all of it."""
    born(seeking, seeking.child, "2012-03-04", sex="girl", runaway=True)
    seeking.judicial("closed", "judge_measure")
    home = seeking.home
    home.age_min_months, home.age_max_months, home.sexes = 144, 215, ["girl"]
    home.accepts = {"runaway": {"answer": "yes", "words": ""}}
    home.needs_agreement = ["judge_order"]
    home.save()


def said(line):
    return {one["rule"]: one["sentence"] for one in line["findings"]}


def page_said(seeking, who):
    return text(Visitor(seeking.world, who).get(f"/dossiers/{seeking.case.pk}/orientations"))


@pytest.mark.parametrize("of_all", [False, True])
def test_who_reads_j_alone_reads_of_a_childs_facts_the_verdicts_alone(seeking, of_all):
    """SEC-AZ20: a supervisor reads orientations, and of the child's age, situation and court nothing."""
    with_facts(seeking)
    seeking.ask("orientation", "propose", body(seeking, **({"child": None} if of_all else {})))
    whole = said(lines(seeking)[0])
    assert "14 ans" in whole["R5"]
    assert "Fugue" in whole["R7"]
    assert "juge" in whole["R10"]
    supervisor = seeking.world.as_("supervisor")
    assert supervisor.get(f"referrals/{seeking.case.pk}/children").status_code == 403

    (line,) = lines(seeking, "supervisor")

    verdicts = {one["rule"]: one["verdict"] for one in line["findings"]}
    assert {rule for rule, sentence in said(line).items() if not sentence} == OF_A_CHILD
    assert (verdicts["R5"], verdicts["R10"]) == ("pass", "pass")
    assert said(line)["R1"] == whole["R1"], "what is no fact of a child is told"
    shown = page_said(seeking, "supervisor")
    assert "Âge (détail réservé)" in shown
    assert not any(word in shown for word in ("14 ans", "Fugue", "juge"))
    assert "14 ans" in page_said(seeking, "crip_coordinator")


def test_a_withheld_sentence_is_missing_whether_or_not_the_rule_had_something_to_say(seeking):
    """That there is a line of situations would tell that there are some."""
    seeking.ask("orientation", "propose", body(seeking))
    assert "R7" not in said(lines(seeking)[0])

    (line,) = lines(seeking, "supervisor")

    assert said(line)["R7"] == ""


def test_who_breaks_the_glass_reads_the_sentences_while_it_is_broken(seeking):
    with_facts(seeking)
    seeking.ask("orientation", "propose", body(seeking))
    seeking.let_in("supervisor")

    assert said(lines(seeking, "supervisor")[0]) == said(lines(seeking)[0])


def test_an_orientation_for_all_children_holds_nothing_of_a_restricted_one(seeking):
    """SEC-AZ20: the named coordinator proposes for all; an assessor reads it, who doesn't see the restricted child."""
    born(seeking, seeking.child, "2012-03-04")
    hidden = seeking.another_child()
    born(seeking, hidden, "2020-05-06", restricted=True, runaway=True)
    seeking.name("crip_coordinator")
    seeking.home.age_min_months, seeking.home.age_max_months = 36, 215
    seeking.home.save()

    listed = next(one for one in seeking.match()["offered"] if one["name"] == "Le Foyer")
    assert said(listed)["R5"] == "3 à 17 ans : convient (14 ans)"
    assert "R7" not in said(listed)
    seeking.ask("orientation", "propose", body(seeking, child=None))
    assert said(lines(seeking)[0])["R5"] == "3 à 17 ans : convient (14 ans)"
    (line,) = lines(seeking, "assessor")
    assert not OF_A_CHILD & said(line).keys()
    assert "6 ans" not in page_said(seeking, "assessor")
    alone = next(one for one in seeking.match(child=str(hidden.pk))["offered"] if one["name"] == "Le Foyer")
    assert "6 ans" in said(alone)["R5"], "for this child alone its list is told"


def test_what_was_said_of_all_children_is_not_read_by_who_no_more_sees_one_of_them(seeking):
    """SEC-AZ20: nor does a sentence that is withheld tell that somebody was restricted."""
    born(seeking, seeking.child, "2012-03-04")
    other = seeking.another_child()
    born(seeking, other, "2020-05-06", runaway=True)
    seeking.home.age_min_months, seeking.home.age_max_months = 36, 215
    seeking.home.save()
    seeking.ask("orientation", "propose", body(seeking, child=None))
    assert "6 à 14 ans" in said(lines(seeking, "assessor")[0])["R5"]

    type(other).objects.filter(pk=other.pk).update(restricted=True)
    seeking.name("crip_coordinator")

    assert not OF_A_CHILD & said(lines(seeking, "assessor")[0]).keys()
    assert "6 à 14 ans" not in page_said(seeking, "assessor")
    assert "6 à 14 ans" in said(lines(seeking)[0])["R5"]


def test_the_single_child_may_be_chosen_for_a_search_where_it_is_restricted(seeking):
    seeking.set_child(restricted=True)
    seeking.name("crip_coordinator")

    page = Visitor(seeking.world, "crip_coordinator").get(
        f"/dossiers/{seeking.case.pk}/orientations/recherche"
    )

    assert str(seeking.child.pk) in page.content.decode()


@pytest.mark.parametrize("what", ["case", "child"])
def test_what_was_asked_for_a_restricted_case_or_child_counts_for_its_list_alone(seeking, what):
    """A count that moves would tell that there is something."""
    other = Kit(seeking.world, "triage")
    other.fill.row(
        Orientation, state="refused", refusal_reason="age", need=NEED, rules_version="m1", proposed_at=AT,
        resource=seeking.home, asked_at=AT, child=other.child,
    )  # fmt: skip

    def told(who):
        line = next(one for one in seeking.match(who)["offered"] if one["name"] == "Le Foyer")
        return line["answers"] and line["answers"]["asked"]

    assert (told("crip_coordinator"), told("assessor")) == (1, 1)
    other.put(restricted=True) if what == "case" else other.set_child(restricted=True)
    other.name("crip_coordinator")

    assert (told("crip_coordinator"), told("assessor")) == (1, None)
