"""The page of a case: a summary, what usually comes next, the report; the rest is folded, what is new is marked."""

import re
from datetime import timedelta

import pytest

from referrals.models import LastVisit
from tests.factories.concerns import concern
from tests.security.procedure import Case, assessed, day, filed, play, triaged
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, text


@shared_fixture
def case(world):
    """A case in first analysis."""
    made = Case(world, "{}.".format)
    form = concern(danger_now="no")
    form["children"][0] |= {"last_name": "Canari", "first_names": "Lou", "birth_date": "2011-03-02"}
    play(world, filed(made, form))
    play(world, triaged(made))
    return made


@shared_fixture
def in_assessment(world, case):
    play(world, assessed(case))
    return case


def page_of(world, name, case, part=""):
    return Visitor(world, name).get(f"/dossiers/{case.pk}{part}")


def part_of(page, mark):
    """Return the first element of a page that bears a class, up to the end of its kind."""
    found = re.search(rf'<(\w+) class="{mark}".*?</\1>', page.content.decode(), re.DOTALL)
    return found[0] if found else ""


def steps_in(html):
    return re.findall(r'href="/dossiers/[^"]*/etape/\w+/(?:[0-9a-f-]{36}/)?(\w+)"', html)


def test_the_summary_says_who_what_is_due_and_who_is_in_charge(world, in_assessment):
    summary = re.sub(
        r"<[^>]+>|\s+", " ", part_of(page_of(world, "crip_coordinator", in_assessment), "glance")
    )

    for said in (
        "Lou Canari",
        "15 ans",
        "Bobigny (93008)",
        "Pas de danger immédiat signalé",
        "dans ",
        "assessor 93",
    ):
        assert said in summary, said


def test_what_usually_comes_next_stands_first_and_is_found_among_all_steps_too(world, case):
    page = page_of(world, "crip_coordinator", case)

    following = steps_in(part_of(page, "next"))
    assert following[0] == "qualify"
    assert 1 <= len(following) <= 3
    assert set(following) <= set(steps_in(part_of(page, "steps")))
    assert page.content.decode().index('class="glance"') < page.content.decode().index('class="next"')


def test_who_is_not_waited_for_is_told_so(world, case):
    assert "Rien ne vous attend dans ce dossier" in text(page_of(world, "supervisor", case))


def test_all_other_steps_are_folded_and_are_found_by_typing_where_a_script_runs(world, case):
    steps = part_of(page_of(world, "crip_coordinator", case), "steps")

    assert re.search(r'class="find field" hidden', steps), "without a script there is nothing to type into"
    outside = re.sub(r"<details.*?</details>", "", steps, flags=re.DOTALL)
    assert steps_in(steps)
    assert steps_in(outside) == []
    assert steps.count('class="barred"') == 1


def test_the_report_comes_before_the_children_and_the_filer_is_folded(world, case):
    html = page_of(world, "crip_coordinator", case).content.decode()

    told, children, filer = (
        html.index(words) for words in ("Absences répétées", 'id="children"', "<summary>Déclarant")
    )
    assert told < children < filer
    assert html.count("alarm-button") == 0, "red is for what can't wait"


def test_signs_are_one_grid(world, case):
    grid = part_of(page_of(world, "crip_coordinator", case), "grid")

    assert re.findall(r'<th scope="row">', grid) == ['<th scope="row">']
    assert "Absentéisme" in grid
    assert "Observé" in grid


def write(world, case, who, body):
    world.as_(who).step(case.pk, "message_professionals", {"text": body}, expect=200)


@pytest.mark.both_databases("the visit is written by a request that row-level security bounds")
def test_what_others_wrote_since_the_last_visit_is_marked_until_the_next(world, in_assessment):
    case, reader = in_assessment, Visitor(world, "crip_coordinator")
    reader.get(f"/dossiers/{case.pk}")
    LastVisit.objects.update(at=LastVisit.objects.get().at - timedelta(days=1))
    write(world, case, "assessor", "Un mot.")
    write(world, case, "crip_coordinator", "Le mien.")

    page, messages = reader.get(f"/dossiers/{case.pk}"), reader.get(f"/dossiers/{case.pk}/messages")

    assert "1 message" in text(page)
    assert "Messages 2 1 nouveau" in text(page)
    assert messages.content.decode().count('class="tag new"') == 1
    LastVisit.objects.update(since=LastVisit.objects.get().at)  # as it is in the visit after this one
    assert "1 nouveau" not in text(reader.get(f"/dossiers/{case.pk}"))


@pytest.mark.sec("SEC-AZ7")
def test_who_reads_no_message_gets_no_count_of_them(world, in_assessment):
    write(world, in_assessment, "assessor", "Un mot.")

    page = page_of(world, "on_call", in_assessment)

    assert "Messages" not in part_of(page, "tabs")
    assert "1 message" not in text(page)


@pytest.mark.sec("SEC-CR20")
def test_who_filed_leaves_no_mark_of_a_visit(world, case):
    filer = Visitor(world, "filer")

    assert filer.get(f"/dossiers/{case.pk}").status_code == 404
    filer.get("/transmissions")
    assert not LastVisit.objects.exists()


def test_a_phone_has_a_way_to_the_next_steps_before_the_facts(world, case):
    html = page_of(world, "crip_coordinator", case).content.decode()

    assert html.index('href="#next"') < html.index('id="report"') < html.index('id="next"')


def test_the_history_is_told_by_day_the_newest_first(world, in_assessment):
    html = page_of(world, "crip_coordinator", in_assessment, "/historique").content.decode()

    days = re.findall(r"<h2>(\d\d)/(\d\d)/(\d{4})</h2>", html)
    assert days == sorted(days, key=lambda day: day[::-1], reverse=True)
    assert len(days) == len(set(days))
    assert re.search(r'<li class="moves">', html)


def test_a_parent_is_called_by_a_touch_and_an_exploiter_never_by_a_slip(world):
    made = Case(world, "{}.".format)
    form = concern(danger_now="no")
    form["third_parties"] = [{"role": "alleged_exploiter", "name": "Tiers Exemple", "phone": "0611223344"}]
    play(world, filed(made, form))

    page = page_of(world, "crip_coordinator", made).content.decode()

    assert 'href="tel:0100000000">01\u00a000\u00a000\u00a000\u00a000</a>' in page
    assert "0611223344" in page
    assert "tel:0611223344" not in page


def test_a_term_cut_at_majority_tells_the_day_that_was_written_and_no_birthday(world, case):
    (pk,) = case.children
    order = {
        "child": pk,
        "type": "placement_ase",
        "ordered_on": day(),
        "ordered_by": "Juge",
        "term_on": "2030-01-04",
    }
    play(world, steps_of(case, ("crip_coordinator", "measures/order", order)))

    page = text(page_of(world, "crip_coordinator", case, "/mesures"))

    assert "la majorité (échéance écrite" in page
    assert "4 janvier 2030" in page or "04/01/2030" in page


def steps_of(case, *wanted):
    for who, step, body in wanted:
        yield case.step(who, step, **body)
