"""Birth dates on pages: a refusal beside the field, nothing typed lost, a question before somebody of age is taken."""

import re
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from referrals.models import Child, Referral
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.web.browsing import Somebody
from tests.web.visiting import Visitor, links, text

TODAY = date.today()
TO_COME = TODAY + timedelta(days=2)
THIRTY, NINETEEN, EIGHTEEN = (TODAY - relativedelta(years=years, days=9) for years in (30, 19, 18))
QUESTION, CONFIRMED = "Est-elle majeure", "Oui, cette personne est majeure"


def typed(day):
    return f"{day:%d/%m/%Y}"


@pytest.fixture
def filer(world):
    return Somebody(world.user("filer"))


def beside(page, field):
    """Return what is said beside a field."""
    found = re.search(rf'id="{field}-error">([^<]*)<', page)
    return found.group(1) if found else ""


def children():
    see_all()
    return Child.objects.order_by("position")


@pytest.mark.parametrize(("born", "words"), [(TO_COME, "postérieure"), (THIRTY, "21 ans")])
@pytest.mark.parametrize("then", ["", "draft", "back"])
def test_the_childs_page_refuses_it_beside_the_field_and_loses_nothing(filer, born, words, then):
    draft = filer.begins()
    filer.goes(f"{draft}/enfant")
    said = {
        "identity_known": "known",
        "last_name": "Durandal",
        "birth_date": typed(born),
        "school_name": "Collège",
    }

    filer.sends(f"{draft}/enfant", then=then, expect=400, **said)

    assert words in beside(filer.html, "f-birth_date")
    assert CONFIRMED not in filer.html
    for value in ("Durandal", typed(born), "Collège"):
        assert f'value="{value}"' in filer.html
    assert not children().exists()
    filer.sends(f"{draft}/enfant", **said | {"birth_date": typed(TODAY - relativedelta(years=14))})
    assert children().count() == 1


def test_another_child_of_the_home_is_refused_beside_its_own_field(filer):
    draft = filer.begins()
    filer.goes(f"{draft}/famille")
    said = {
        "rows-siblings": "2", "siblings-0-last_name": "Durandal", "siblings-0-birth_date": "02/03/2012",
        "siblings-1-last_name": "Martel", "siblings-1-birth_date": typed(THIRTY),
    }  # fmt: skip

    filer.sends(f"{draft}/famille", expect=400, **said)

    assert (
        "21 ans" in beside(filer.html, "f-siblings-1-birth_date"),
        beside(filer.html, "f-siblings-0-birth_date"),
    ) == (True, "")
    assert 'value="Martel"' in filer.html


@pytest.mark.parametrize("born", [EIGHTEEN, NINETEEN])
def test_of_somebody_of_age_the_page_asks_once_and_takes_it_when_it_is_confirmed(filer, born):
    draft = filer.begins()
    filer.goes(f"{draft}/enfant")
    said = {"identity_known": "known", "last_name": "Durandal", "birth_date": typed(born)}

    filer.sends(f"{draft}/enfant", expect=400, **said)
    assert QUESTION in beside(filer.html, "f-birth_date")
    assert CONFIRMED in filer.html
    assert f'name="of-age" value="{typed(born)}"' in filer.html
    other = typed(born - timedelta(days=1))
    filer.sends(f"{draft}/enfant", expect=400, **said | {"of-age": typed(born), "birth_date": other})
    assert not children().exists(), "another date than the one that was confirmed"
    filer.sends(f"{draft}/enfant", **said | {"of-age": typed(born)})
    assert children().get().birth_date is not None

    page = filer.goes(f"{draft}/enfant")
    assert CONFIRMED not in page
    filer.sends(f"{draft}/enfant", **said | {"first_names": "Lou"})
    filer.goes(f"{draft}/famille")
    siblings = {"rows-siblings": "1", "siblings-0-birth_date": typed(born - timedelta(days=40))}
    filer.sends(f"{draft}/famille", expect=400, **siblings)
    assert QUESTION in beside(filer.html, "f-siblings-0-birth_date")
    filer.sends(f"{draft}/famille", **siblings | {"of-age": siblings["siblings-0-birth_date"]})
    assert children().count() == 2


def test_the_urgent_page_asks_nothing_of_the_sort_and_refuses_what_cannot_be(filer):
    draft = filer.begins("urgent")
    filer.goes(f"{draft}/urgence")
    said = {
        "fact-text": "Seule avec des adultes.", "danger_what": "Adultes", "emergency_done": "17", "filer_phone": "06 39 98 12 34",
        "child-commune_insee": "Bobigny", "child-whereabouts": "known", "child-identity_known": "known",
        "child-last_name": "Durandal",
    }  # fmt: skip

    filer.sends(f"{draft}/urgence", expect=400, **said | {"child-birth_date": typed(TO_COME)})
    assert "postérieure" in beside(filer.html, "f-child-birth_date")
    assert "Seule avec des adultes." in filer.html
    filer.sends(f"{draft}/urgence", **said | {"child-birth_date": typed(NINETEEN)})
    see_all()
    assert Referral.objects.get().state == "submitted"


def test_a_draft_that_can_no_longer_be_filed_says_why_and_leads_to_the_question(world, monkeypatch):
    """It waited until the person was 21: the page to check says so, beside the way there."""
    born = TODAY - relativedelta(years=21) + timedelta(days=4)
    body = concern()
    body["children"][0]["birth_date"] = born.isoformat()
    pk = world.as_("filer").post("referrals", body).json()["id"]
    see_all()
    later = timezone.now() + timedelta(days=9)
    monkeypatch.setattr("config.pipeline.instant", lambda *_: later)
    visitor = Visitor(world, "filer", at=later)

    refused = visitor.fills(f"/transmissions/{pk}/relecture", good_faith_notice="true")

    assert refused.status_code == 400
    assert "jusqu'à 21 ans" in text(refused)
    assert f"/transmissions/{pk}/enfant?missing=yes#f-birth_date" in links(refused)
    see_all()
    assert Referral.objects.get().state == "draft"


def test_corrections_and_children_added_ask_and_refuse_beside_the_field(world):
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="k" * 32)
    pk = answer.json()["id"]
    see_all()
    visitor = Visitor(world, "crip_coordinator")
    place = f"/dossiers/{pk}/etape/referral/add_child"
    said = {
        "kind": "household",
        "identity_known": "known",
        "sex": "girl",
        "reason": "Au domicile.",
        "last_name": "Martel",
    }

    for born, words in ((TO_COME, "postérieure"), (THIRTY, "21 ans"), (NINETEEN, QUESTION)):
        refused = visitor.fills(place, **said, birth_date=typed(born))
        assert refused.status_code == 400, text(refused)[:600]
        assert words in beside(refused.content.decode(), "f-birth_date"), words
        assert 'value="Martel"' in refused.content.decode()
    assert (
        visitor.fills(place, **said, birth_date=typed(NINETEEN), **{"of-age": typed(NINETEEN)}).status_code
        == 303
    )

    place = f"/dossiers/{pk}/etape/referral/rectify"
    row = children().first().pk
    said = {
        "corrections-0-part": "children", "corrections-0-row": str(row), "corrections-0-field": "birth_date",
        "rows-corrections": "1", "reason": "Erreur de saisie.",
    }  # fmt: skip
    for born, words in ((TO_COME, "postérieure"), (THIRTY, "21 ans"), (NINETEEN, QUESTION)):
        refused = visitor.fills(place, **said | {"corrections-0-value": typed(born)})
        assert refused.status_code == 400, text(refused)[:600]
        assert words in beside(refused.content.decode(), "f-corrections-0-value"), words
    done = visitor.fills(place, **said | {"corrections-0-value": typed(NINETEEN), "of-age": typed(NINETEEN)})
    assert done.status_code in (200, 303)
    see_all()
    assert Child.objects.get(pk=row).age_band == "18+"
