"""field.md B.8 no. 7: the stories of the training pass by script, and each violation is named."""

import re
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from referrals.vocabulary.law.citations import found_in
from tests.web import learning
from tests.web.learning import MINUTE, Learner
from web.training import files
from web.training.checks import CHECKS

ROLES_OF_MANY = {"filer", "on_call", "crip_coordinator", "assessment_lead", "assessor", "ase_inspector"}
FORM = {
    "inconnue-a-l-hotel": (learning.hotel, True),
    "conduite-par-son-pere": (learning.nurse, True),
    "des-absences-et-des-cadeaux": (learning.teacher, False),
    "devant-le-foyer": (learning.home, True),
    "quatre-enfants": (learning.hospital, False),
}


def filing(code, *, urgent=None, **said):
    """File what the story asks for, with some answers changed."""

    def act(learner):
        form, lane = FORM[code]
        learner.files(form(learner, **said), urgent=lane if urgent is None else urgent)

    return act


def in_turn(*acts):
    return lambda learner: [act(learner) for act in acts]


#: The right acts of each story.
RIGHT = {
    **{code: filing(code) for code in FORM},
    "le-mauvais-eleve": learning.adds,
    "nuit-d-astreinte": in_turn(learning.breaks, learning.sends, learning.gives_back),
    "lundi-matin": in_turn(learning.reviews, learning.triages, learning.qualifies),
    "un-parent-exploite": learning.father,
    "un-soupcon-a-ecarter": learning.refutes,
    "un-proche-dans-le-service": in_turn(
        learning.restricts, learning.triages, lambda one: learning.qualifies(one, "U1", "danger")
    ),
    "designer-l-equipe": learning.assigns,
    "toute-la-maison": learning.meets,
    "une-decision-par-enfant": learning.decides_whole,
    "la-famille-refuse": in_turn(learning.refusal, learning.tells),
}
BLURRED = [{"period": "Depuis septembre", "place_type": "school", "source": "seen", "text": "Emprise."}]
#: Wrong acts: the story, what is done, and the goal that is missed by it.
WRONG = [
    ("inconnue-a-l-hotel", Learner.unlike, "filed"),
    ("inconnue-a-l-hotel", filing("inconnue-a-l-hotel", emergency_done=["nobody"]), "police_called"),
    ("inconnue-a-l-hotel", filing("inconnue-a-l-hotel", danger_now="unknown"), "danger_said"),
    ("inconnue-a-l-hotel", filing("inconnue-a-l-hotel", facts=[{"source": "reported", "text": "Des adultes."}]), "seen_first_hand"),
    ("inconnue-a-l-hotel", lambda one: one.files(learning.home(one), urgent=True), "unknown_identity"),
    ("conduite-par-son-pere", filing("conduite-par-son-pere", urgent=False), "lane_urgent"),
    ("conduite-par-son-pere", filing("conduite-par-son-pere", parents_informed="yes", parents_informed_on="2026-01-01", parents_informed_by="Direction", parents_informed_how="Appel", not_informed_reason=""), "parents_not_told"),
    ("conduite-par-son-pere", filing("conduite-par-son-pere", not_informed_reason="unreachable"), "reason_said"),
    ("conduite-par-son-pere", filing("conduite-par-son-pere", holder_implicated="no"), "implicated_said"),
    ("conduite-par-son-pere", filing("conduite-par-son-pere", bound_by_secrecy="no"), "secrecy_said"),
    ("conduite-par-son-pere", filing("conduite-par-son-pere", prostitution_status_filer="none"), "established_said"),
    ("conduite-par-son-pere", filing("conduite-par-son-pere", facts=BLURRED), "child_quoted"),
    ("conduite-par-son-pere", lambda one: one.files(learning.nurse(one, children=[learning.child("Lou", 13, one.at)], has_household_minors="no"), urgent=True), "siblings"),
    ("des-absences-et-des-cadeaux", filing("des-absences-et-des-cadeaux", facts=BLURRED), "facts_apart"),
    ("des-absences-et-des-cadeaux", filing("des-absences-et-des-cadeaux", signs=[]), "signs"),
    ("des-absences-et-des-cadeaux", filing("des-absences-et-des-cadeaux", prostitution_status_filer="established"), "not_beyond_facts"),
    ("des-absences-et-des-cadeaux", filing("des-absences-et-des-cadeaux", parents_informed="no", not_informed_reason="other", not_informed_text="Oubli."), "parents_informed"),
    ("des-absences-et-des-cadeaux", filing("des-absences-et-des-cadeaux", urgent=True, danger_now="yes", danger_what="Vendredi."), "lane_ordinary"),
    ("devant-le-foyer", filing("devant-le-foyer", prostitution_status_filer="established"), "not_beyond_facts"),
    ("quatre-enfants", lambda one: one.files(learning.hospital(one, children=[learning.child("Lina", 15, one.at)], has_household_minors="no")), "siblings"),
    ("le-mauvais-eleve", lambda one: one.files(learning.teacher(one)), "not_filed_again"),
    ("le-mauvais-eleve", Learner.unlike, "added"),
    ("nuit-d-astreinte", Learner.unlike, "glass_justified"),
    ("nuit-d-astreinte", in_turn(learning.breaks, learning.sends), "glass_given_back"),
    ("nuit-d-astreinte", in_turn(learning.breaks, learning.gives_back), "prosecutor"),
    ("lundi-matin", in_turn(lambda one: one.reads(), learning.triages, learning.qualifies), "glass_reviewed"),
    ("lundi-matin", learning.reviews, "triaged"),
    ("un-parent-exploite", in_turn(lambda one: one.reads(), learning.triages, learning.qualifies), "prosecutor"),
    ("un-parent-exploite", in_turn(lambda one: one.reads(), learning.triages, learning.qualifies), "parents_kept_out"),
    ("un-parent-exploite", in_turn(lambda one: one.reads(), learning.sends), "qualified"),
    ("un-parent-exploite", lambda one: (one.reads(), learning.sends(one, after=timedelta(hours=3))), "prosecutor_in_time"),
    ("un-soupcon-a-ecarter", Learner.unlike, "second_signature"),
    ("un-soupcon-a-ecarter", learning.drops, "not_closed"),
    ("un-proche-dans-le-service", in_turn(lambda one: one.reads(), learning.triages), "restricted"),
    ("un-proche-dans-le-service", in_turn(learning.restricts, learning.triages, lambda one: learning.qualifies(one, "U0", "danger")), "urgency"),
    ("un-proche-dans-le-service", learning.restricts, "still_handled"),
    ("designer-l-equipe", Learner.unlike, "team"),
    ("designer-l-equipe", lambda one: learning.assigns(one, days=80), "in_time"),
    ("toute-la-maison", lambda one: learning.meets(one, some=slice(1, 2)), "household_seen"),
    ("toute-la-maison", lambda one: learning.meets(one, "with_holder"), "seen_alone"),
    ("une-decision-par-enfant", Learner.unlike, "justice_for_the_eldest"),
    ("une-decision-par-enfant", Learner.unlike, "all_decided"),
    ("la-famille-refuse", lambda one: learning.refusal(one, persists=False), "to_justice"),
    ("la-famille-refuse", in_turn(learning.refusal, lambda one: learning.tells(one, some=slice(1))), "parents_told"),
]  # fmt: skip


@pytest.fixture
def at():
    return timezone.now()


def test_there_are_twelve_stories_at_least_for_the_roles_of_the_procedure():
    assert len(files.stories()) >= 12
    assert {str(one.role) for one in files.stories().values()} == ROLES_OF_MANY
    assert RIGHT.keys() == files.stories().keys()


@pytest.mark.parametrize("code", RIGHT)
def test_the_right_acts_meet_all_goals_of_a_story_and_each_wrong_one_is_named(world, at, code):
    learner = Learner(world, code, at=at)
    assert learner.missed(), "nothing is met by the beginning alone"

    for n, act, goal in [(n, act, goal) for n, (of, act, goal) in enumerate(WRONG) if of == code]:
        with undone():
            act(learner)
            assert goal in learner.missed(), (n, goal)
    RIGHT[code](learner)

    assert learner.missed() == []


@contextmanager
def undone():
    """Take back what is written within."""
    with transaction.atomic(), transaction.atomic("keys"):
        yield
        for alias in ("default", "keys"):
            transaction.set_rollback(True, alias)


def test_each_goal_of_each_story_has_a_wrong_act_or_stands_in_another_story():
    """A goal that nothing misses would praise everybody."""
    named = {goal for _, _, goal in WRONG}
    used = {goal.code for story in files.stories().values() for goal in story.goals}

    assert used == named
    assert {code for code, _, _ in WRONG} == files.stories().keys()


def test_no_goal_is_met_by_somebody_else(world, at):
    """What the others of the company did before, or do meanwhile, isn't the learner's."""
    learner = Learner(world, "lundi-matin", at=at)
    learner.company.read("crip_coordinator", learner.case, at=at + MINUTE)
    learner.company.do(
        "crip_coordinator", learner.case, "start_triage", at=at + MINUTE,
        method="by_hand", where="Registre", found="no",
    )  # fmt: skip

    assert "triaged" in learner.missed()


def test_who_came_a_minute_ago_can_have_filed_before(world, at):
    """A visitor has a filer's account of their own, made as they enter."""
    Membership.objects.filter(pk=world.memberships["93", "filer"].pk).update(valid_from=at - MINUTE)

    learner = Learner(world, "le-mauvais-eleve", at=at)
    learning.adds(learner)

    assert learner.missed() == []


def test_every_goal_names_its_law_and_a_page_of_the_guide():
    pages = Path(files.FOLDER).parent / "guidance" / "pages" / "fr"
    for code, goal in files.goals().items():
        assert list(found_in(goal.law)), code
        assert re.fullmatch(r"[a-z-]+/[a-z-]+", goal.page), code
        assert not pages.exists() or (pages / f"{goal.page}.md").exists(), code
        assert goal.check in CHECKS
    for lesson in files.lessons().values():
        assert not pages.exists() or (pages / f"{lesson.page}.md").exists(), lesson.code


#: What each of these rests on: CP 434-4-1 is about a child who disappeared, D226-2-4 about the three months, D226-2-6
#: about meeting parents and child.
RESTS_ON = {
    "police_called": "CASF L226-4",
    "child_quoted": "CASF D226-2-3",
    "siblings": "CASF D226-2-3",
    "household_seen": "CASF D226-2-3",
    "in_time": "CASF D226-2-4",
}


def test_a_goal_cites_the_article_that_says_so():
    assert {code: files.goals()[code].law for code in RESTS_ON} == RESTS_ON


@pytest.mark.parametrize("code", ["prosecutor_in_time", "in_time"])
def test_a_delay_of_the_authority_is_not_told_as_the_law_s(code):
    """CASF L226-4 says « sans délai »; D226-2-4 has three months and no other figure."""
    missed = files.goals()[code].missed

    assert "délai que se donne l'autorité" in missed.fr
    assert "delay that the authority sets itself" in missed.en
    assert not re.search(r"\d|heures|semaines|hours|weeks", f"{missed.fr} {missed.en}")


def test_every_check_is_used_and_every_goal_too():
    goals = [goal for story in files.stories().values() for goal in story.goals]

    assert {goal.code for goal in goals} == files.goals().keys()
    assert {goal.check for goal in goals} == CHECKS.keys()


#: Words that never are our category (domain.md §3.6), and marks that a language has not (tests/repository).
AVOIDED = re.compile(
    r"\b(clients?|copain|escort|michetonneu|consentante?|(?:une|la|les|des) passes?|fugueu|avouer|dénonc|signaler|délinquant|abus sexuel)\b",
    re.IGNORECASE,
)


def texts():
    for story in files.stories().values():
        yield from (story.title, story.who, *story.seen, *story.tasks)
    for goal in files.goals().values():
        yield from (goal.met, goal.missed)
    for lesson in files.lessons().values():
        yield from (lesson.title, *lesson.text)
        for question in lesson.questions:
            yield question.text
            for choice in question.choices:
                yield from (choice.text, choice.why)


def test_words_are_those_of_the_house_in_both_languages():
    for words in texts():
        quoted = re.sub(r"«[^»]*»", "", words.fr)
        assert not AVOIDED.search(quoted), words.fr
        assert words.fr != words.en or len(words.fr.split()) < 3, words.fr
        assert '"' not in words.fr + words.en, words.fr
        assert "’" not in words.fr + words.en, words.fr
        assert "«" not in words.en, words.en
        assert not re.search(r"\w·\w", words.fr), words.fr
        assert not re.search(r"[a-zà-ü][;!?:]|«\w|\w»", words.fr), words.fr
        assert not re.search(r"\w [:;!?]", words.en), words.en


def test_a_file_that_lacks_something_is_refused():
    with pytest.raises(files.BadFile):
        files._goal("made-up", {"check": "nothing"})
