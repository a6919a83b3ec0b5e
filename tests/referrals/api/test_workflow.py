"""GET /api/v1/workflow: all machines with labels, roles, rules and their sentences, clocks, law, signatures."""

import re

import pytest
from django.apps import apps

from accounts.roles import Role
from referrals.decisions import guards as decisions_guards
from referrals.models import Clock
from referrals.parents import guards as parents_guards
from referrals.policy.definitions import SETTINGS
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import Machine
from referrals.workflow.deadlines import DEADLINES
from referrals.workflow.step import steps
from tests.expected.deadlines import CLOCKS, COPIES, NO_CLOCK, RUNS_IN
from tests.referrals.workflow.expectations import EXPECTED, PAPER
from tests.referrals.workflow.test_proofs import EXPECTED_ENDS
from tests.shared_fixtures import shared_fixture

DUE = re.compile(r"(?:^|_)due_(?:at|on)(?:_|$)")
SPLIT = {"C4b": ("C4b-meeting", "C4b-visit")}
#: What goes on as it ran before, under another case or authority, and isn't started or stopped by a step of its own;
#: M18 starts the term anew where the judge sets one.
RUN_ON = {
    ("X05", "starts"): {"C3", "C4"}, ("X06", "starts"): {"C4"}, ("X06", "stops"): {"C3"}, ("X08", "starts"): {"C2", "C8"},
    ("M18", "starts"): {"C15"},
}  # fmt: skip


def unsplit(code):
    return next((whole for whole, parts in SPLIT.items() if code in parts), code)


def apart(clock):
    """Tell whether a clock runs on a row of its own, and not among those of a case."""
    return any(clock.code in codes for codes in RUNS_IN.values())


@shared_fixture
def told(world):
    answer = world.as_("assessor").get("workflow")
    assert answer.status_code == 200
    return answer.json()


def step_of(told, machine, name):
    return next(line for line in told["machines"][machine]["steps"] if line["step"] == name)


def test_every_machine_tells_its_states_in_both_languages_and_where_it_ends(told):
    for machine, lines in told["machines"].items():
        assert {line["code"] for line in lines["states"] if line["end"]} == EXPECTED_ENDS[machine]
        assert all(line["label"]["fr"] and line["label"]["en"] for line in lines["states"])

    assert [line["code"] for line in told["machines"]["referral"]["states"]] == [
        "draft", *PAPER["sets"]["active"], *(s for s in PAPER["sets"]["any"] if s not in PAPER["sets"]["active"]),
        "purged",
    ]  # fmt: skip


def test_every_step_tells_what_its_row_says(told):
    """The small machines too: the hand-typed tables name their steps."""
    for machine, rows in EXPECTED.items():
        assert {line["step"] for line in told["machines"][machine]["steps"]} == set(rows)
        for name, expected in rows.items():
            line = step_of(told, machine, name)
            assert (line["number"], set(line["from"]), set(line["to"])) == (
                expected.row.number, set(expected.origins), set(expected.targets),
            )  # fmt: skip
            assert {role["code"] for role in line["roles"]} == expected.roles
            assert (line["second_signature"] is None) is (expected.row.signed == "never")
            assert line["label"]["fr"]
            assert line["label"]["en"]
            assert line["law"]


def test_each_rule_is_told_as_it_refuses(told):
    named = {guard["rule"] for m in told["machines"].values() for s in m["steps"] for guard in s["guards"]}
    signed = {s["second_signature"]["rule"] for m in told["machines"].values() for s in m["steps"]
              if s["second_signature"]}  # fmt: skip

    assert named | signed == set(told["rules"])
    assert all(said["description"].endswith(".") for said in told["rules"].values())
    assert told["rules"]["not_urgent"] == {
        "description": "An urgent concern (U2, U3) is not reoriented (T11).",
        "fr": ["Une transmission urgente (U2 ou U3) ne peut pas être réorientée."],
        "en": ["An urgent filing (U2 or U3) can't be redirected."],
    }
    assert {"rule": "not_urgent", "asked": "before"} in step_of(told, "referral", "reorient")["guards"]


def test_a_rule_that_asks_others_tells_what_they_say_and_a_figure_stands_open():
    """T22 asks each child's rules; the review date depends on the authority."""
    assert "Le rapport n'écarte pas le danger pour cet enfant." in (
        decisions_guards.carried_decisions_hold.published("fr")
    )
    near = parents_guards.review_date_is_near
    assert near.published("fr") == ["La date de revue doit tomber dans les … jours."]
    assert near.published("en") == ["The review date must be within … days."]
    assert near.description.startswith("A deferral is looked at again")


def test_each_rule_says_as_much_in_english_as_in_french_and_only_those_that_name_fields_say_nothing(told):
    for name, said in told["rules"].items():
        assert len(said["fr"]) == len(said["en"]) == len(set(said["fr"])), name
        assert set(said["fr"]).isdisjoint(said["en"]), name
        assert all(sentence.endswith(".") for sentence in (*said["fr"], *said["en"])), name
    silent = {name for name, said in told["rules"].items() if not said["fr"]}

    assert silent == {
        "form_is_complete", "urgent_form_is_complete", "age_is_within_bounds", "unit_is_of_authority", "person_is_known",
        "service_exists", "sheet_readers_exist", "answer_is_due_ahead", "cell_says_how_it_came",
        "variants_are_of_the_authority", "unit_is_of_the_target", "attachments_are_there", "danger_is_answered", "danger_after_quashing_is_answered",
        "residence_is_said", "minor_was_heard", "danger_is_answered_again",
        "resource_is_known", "excluded_is_known",
    }  # fmt: skip


def test_second_signers_are_named_and_those_of_a_reason_of_its_own(told):
    """§2.5: less than justice for a suspected child is signed by a supervisor."""
    signature = step_of(told, "referral", "decide_child")["second_signature"]

    assert [role["code"] for role in signature["roles"]] == ["supervisor", "ase_inspector"]
    assert [[role["code"] for role in line["roles"]] for line in signature["otherwise"]] == [["supervisor"]]
    assert signature["otherwise"][0]["reason"] in told["rules"]["child_decision_calls_for_two"]["fr"]


def due_columns():
    """Return the columns of all models that hold when something is due, by their name."""
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if DUE.search(field.name)
    }


def test_every_deadline_that_runs_or_that_the_paper_names_is_published(told):
    """None can be forgotten: a column that something is due in has its line in tests/expected/deadlines.py."""
    published = {line["code"] for line in told["clocks"]}
    named = {code for row in CLOCKS for code in SPLIT.get(row.code, (row.code,))}
    of_cases = {code for code, _ in Clock._meta.get_field("code").choices}
    apart = {code for codes in RUNS_IN.values() for code in codes}

    assert due_columns() == {*RUNS_IN, *COPIES, *NO_CLOCK}
    assert published == named == of_cases | apart | {row.code for row in CLOCKS if not row.starts}
    assert not of_cases & apart
    assert set(COPIES.values()) <= of_cases


def test_each_published_step_starts_and_stops_the_clocks_of_its_row(told):
    """What the paper's rows and those of each step say of clocks is what the machine says."""
    by_number = {"starts": {}, "stops": {}}
    for machine, rows in EXPECTED.items():
        for name, expected in rows.items():
            row, line = expected.row, step_of(told, machine, name)
            for kind, numbers in by_number.items():
                shown = {unsplit(code) for code in line[kind]}
                numbers.setdefault(row.number, set()).update(shown)
                differs = shown ^ set(getattr(row, kind))
                assert differs <= RUN_ON.get((row.number, kind), set()), (row.number, kind, differs)
    for clock in CLOCKS:
        if apart(clock):
            for kind, numbers in by_number.items():
                named = set(getattr(clock, kind))
                assert {number for number, codes in numbers.items() if clock.code in codes} == named, (
                    clock.code,
                    kind,
                )


def test_each_clock_tells_its_figure_its_law_and_its_settings(told):
    """domain.md §2.3: what the law counts has its article, what it leaves open its settings."""
    paper = {clock.code: clock for clock in CLOCKS}
    lines = {line["code"]: line for line in told["clocks"]}

    assert set(DEADLINES) == set(ClockCode)
    for code, line in lines.items():
        row = paper[code if code.startswith("R-") else code.split("-")[0]]
        assert (line["statutory"], line["access_class"]) == (row.statutory, row.access_class)
        assert line["label"]["fr"] == row.label or code.startswith("C4b")
        assert line["law"] or line["settings"]
        assert line["law"] or not line["statutory"]
        assert set(line["settings"]) <= set(SETTINGS)


def test_the_law_is_told_by_article_and_each_article_once_in_both_languages(told):
    step = step_of(told, "referral", "send_judicial")
    articles = {one["code"]: one for one in told["articles"]}
    cited = [one for machine in told["machines"].values() for line in machine["steps"] for one in line["law"]]
    cited += [one for line in told["clocks"] for one in line["law"]]

    assert [(one["code"], one["text"]) for one in step["law"]] == [
        ("CASF-L226-4", "CASF L226-4 I"),
        ("LOI-2002-305-13", "loi 2002-305 art. 13"),
    ]
    assert all(one["address"] == articles[one["code"]]["address"] for one in cited)
    assert articles["CASF-L223-2"]["in_force_since"] == "2007-03-06"
    assert articles["CASF-L223-2"]["read_in"] == "2026-11"
    assert articles["RGPD-16"]["checked"]["code"] == "not"
    assert articles["RGPD-16"]["read_in"] is None
    assert all(one["says"]["fr"] and one["says"]["en"] for one in articles.values())


def test_who_is_told_and_in_which_states_of_the_case_are_told(told):
    assert told["machines"]["assessment"]["while_in"] == ["qualified", "in_assessment", "report_submitted"]
    assert step_of(told, "referral", "flag_immediate_danger")["tells"] == [
        "coordinator",
        "on_call",
        "supervisor",
    ]
    assert len(told["machines"]) == len(Machine)
    assert sum(len(m["steps"]) for m in told["machines"].values()) == len(steps.all())


@pytest.mark.parametrize("role", [Role.FILER, Role.AUDITOR, Role.STATISTICIAN, Role.MEASURE_SERVICE])
def test_whoever_is_signed_in_reads_the_same(world, told, role):
    """It tells of no case, and it is one answer for all."""
    assert world.as_(str(role)).get("workflow").json() == told
