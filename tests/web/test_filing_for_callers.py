"""What reaches the cell by phone or letter is typed in on pages, with its true receipt (§4.5; T01, T02)."""

from datetime import timedelta

import pytest

from core.clock import instant
from referrals.models import Referral
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.web.visiting import Visitor, links, text
from web.forms import ZONE


def draft_of(world, who, **more):
    made = world.as_(who).post("referrals", concern(**more))
    assert made.status_code == 201, made.content
    return "/transmissions/" + made.json()["id"]


def row(draft):
    see_all()
    return Referral.objects.get(pk=draft.rpartition("/")[2])


@pytest.mark.parametrize("who", ["intake_agent", "crip_coordinator"])
def test_a_call_is_typed_in_with_its_true_receipt_and_leads_to_its_case(world, who):
    draft, agent = draft_of(world, who), Visitor(world, who)
    called = instant().astimezone(ZONE).replace(second=0, microsecond=0) - timedelta(hours=3)
    tasks = agent.get(draft)
    assert f"{draft}/reception" in links(tasks)
    assert "Vous saisissez ce que quelqu'un d'autre" in text(tasks)
    assert f"{draft}/reception" in links(agent.get(f"{draft}/relecture"))

    saved = agent.fills(
        f"{draft}/reception", channel="phone", received_at=f"{called:%Y-%m-%dT%H:%M}", then="next"
    )
    assert saved.status_code == 303
    assert f'value="{called:%d/%m/%Y %H:%M}"' in agent.get(f"{draft}/reception").content.decode()
    check = agent.get(f"{draft}/relecture")
    assert f"{called:%d/%m/%Y %H:%M}" in text(check)
    assert "Téléphone" in text(check)
    filed = agent.fills(f"{draft}/relecture", good_faith_notice="true")

    assert (filed.status_code, filed["Location"]) == (303, draft.replace("transmissions", "dossiers"))
    assert (row(draft).channel, row(draft).received_at) == ("phone", called)


def test_what_isnt_said_of_a_call_is_asked_for_before_it_is_filed(world):
    draft, agent = draft_of(world, "intake_agent"), Visitor(world, "intake_agent")
    refused = agent.fills(f"{draft}/relecture", good_faith_notice="true")

    assert refused.status_code == 400
    assert links(refused, f"{draft}/reception?missing=yes#f-"), (
        "each question that is missing leads to itself"
    )
    assert row(draft).state == "draft"


def test_a_receipt_that_lies_ahead_is_refused_and_there_again(world):
    draft, agent = draft_of(world, "intake_agent"), Visitor(world, "intake_agent")
    ahead = f"{instant().astimezone(ZONE) + timedelta(days=2):%d/%m/%Y %H:%M}"
    refused = agent.fills(f"{draft}/reception", channel="phone", received_at=ahead)

    assert refused.status_code == 400
    assert f'value="{ahead}"' in refused.content.decode()


@pytest.mark.sec("SEC-AZ3")
def test_whoever_files_for_themselves_states_no_receipt(world):
    draft, filer = draft_of(world, "filer"), Visitor(world, "filer")

    assert f"{draft}/reception" not in links(filer.get(draft))
    assert filer.get(f"{draft}/reception").status_code == 403
    assert filer.post(f"{draft}/reception", {"channel": "phone", "version": "1"}).status_code == 403
    assert row(draft).channel == "online"


def test_the_agent_s_own_name_is_never_taken_for_the_caller_s(world):
    draft = "/transmissions/" + world.as_("intake_agent").post("referrals", {}).json()["id"]
    page = Visitor(world, "intake_agent").get(f"{draft}/vous")

    assert world.user("intake_agent").email not in page.content.decode()
    assert world.user("intake_agent").full_name not in page.content.decode()
