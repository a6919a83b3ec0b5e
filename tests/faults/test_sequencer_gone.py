"""A sequencer that is gone, seen by everybody: told of at a third of the limit; at the limit only what can't wait opens.

Over HTTP from the filing on, at the pages and at the API (SEC-AL8, SEC-FT13; docs/decisions/0037).
"""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from audit import sequencing_lag
from audit.models import SequencerPass
from config import readiness
from outbox import scheduler
from outbox.models import Notice
from referrals.models import Referral
from tests.audit import sequenced as made
from tests.audit.owner import as_owner
from tests.clock import NOW
from tests.conftest import see_all
from tests.factories.concerns import concern, urgent
from tests.web.browsing import Somebody
from tests.web.visiting import Visitor, text

pytestmark = [
    pytest.mark.sec("SEC-AL8"),
    pytest.mark.sec("SEC-FT13"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]
sequenced = made.sequenced
MINUTE = timedelta(minutes=1)
WHY = (
    "Le journal a pris trop de retard : la lecture des dossiers est suspendue, la transmission reste ouverte."
)


@pytest.fixture
def gone(world, settings, sequenced, monkeypatch):
    """Two cases are filed, one of the urgent lane, after the last pass that a sequencer finished; returns their ids."""
    settings.LOG_LAG_MINUTES = 15
    monkeypatch.setattr(readiness, "_cached", (0.0, []))
    monkeypatch.setattr(readiness, "CACHE_SECONDS", 0.0)
    monkeypatch.setattr(sequencing_lag, "WHEN_IN_TIME", 0.0)
    monkeypatch.setattr(sequencing_lag, "WHEN_BEHIND", 0.0)
    sequencing_lag.gauge.__init__()
    with as_owner():
        SequencerPass.objects.create(at=NOW)
    cases = [
        world.as_("filer").post("referrals", body | {"submit": True}, key=uuid4().hex).json()["id"]
        for body in (concern(), urgent(urgent=True))
    ]
    yield cases
    sequencing_lag.gauge.__init__()


@pytest.fixture
def watched(monkeypatch):
    """A worker that does nothing but watch."""
    only = {name: work for name, work in scheduler._registered.items() if name == "sequencer:watched"}
    monkeypatch.setattr(scheduler, "_registered", only)


def later(minutes):
    see_all()
    return time_machine.travel(NOW + minutes * MINUTE)


def degraded():
    return Client().get("/readyz").json().get("degraded", [])


def test_it_is_told_of_long_before_reading_stops(world, gone, watched):
    case, _ = gone
    with later(4):
        scheduler.run_due()
        assert not Notice.objects.filter(template="sequencer.late").exists()
        assert "sequencer" not in degraded()
    with later(6):
        scheduler.run_due()
        see_all()
        told = set(Notice.objects.filter(template="sequencer.late").values_list("user_id", flat=True))
        assert {world.user(name).pk for name in ("auditor", "territory_admin", "platform_admin")} <= told
        assert "sequencer" in degraded()
        assert Client().get("/readyz?strict").status_code == 503
        assert world.as_("crip_coordinator").get(f"referrals/{case}").status_code == 200, (
            "nothing is closed yet"
        )
        shown = world.as_("auditor").get("notices")
        assert "faites relancer le séquenceur" in shown.content.decode(), shown.content


def test_at_the_limit_only_what_cant_wait_opens_and_the_page_says_why(world, gone):
    case, pressing = gone
    with later(16):
        cell, api = Visitor(world, "crip_coordinator", at=NOW + 16 * MINUTE), world.as_("crip_coordinator")
        closed = cell.get(f"/dossiers/{case}")
        assert closed.status_code == 503
        assert WHY in text(closed)
        assert "Lou" not in text(closed)
        refused = api.get(f"referrals/{case}")
        assert (refused.status_code, refused.json()["code"]) == (503, "journal-behind")
        assert refused.json()["title"] == WHY

        opened = cell.get(f"/dossiers/{pressing}")
        assert opened.status_code == 200
        assert "Adultes dans la chambre" in text(opened)
        assert api.get(f"referrals/{pressing}").status_code == 200

        assert Client().get("/readyz").status_code == 200, "requests are still sent here"


def test_at_the_limit_concerns_are_filed_at_the_api_and_at_the_pages(world, gone):
    with later(16):
        for body in (concern(), urgent(urgent=True)):
            filed = world.as_("filer").post("referrals", body | {"submit": True}, key=uuid4().hex)
            assert filed.status_code == 201
        see_all()
        before = Referral.objects.exclude(state="draft").count()
        filer = Somebody(world.user("filer"))
        draft = filer.begins("urgent")
        page = filer.goes(f"{draft}/urgence")
        assert "Le journal" not in page
        receipt = filer.sends(
            f"{draft}/urgence",
            **{
                "fact-text": "Une jeune fille seule avec des adultes différents.",
                "fact-source": "seen",
                "child-identity_known": "unknown",
                "child-commune_insee": "Bobigny",
                "child-whereabouts": "unknown",
                "danger_now": "yes",
                "danger_what": "Adultes dans la chambre",
                "emergency_done": "17",
                "filer_phone": "06 39 98 12 34",
            },
        )
        assert receipt["Location"].endswith("/recu")
        see_all()
        assert Referral.objects.exclude(state="draft").count() == before + 1


def test_all_opens_again_as_soon_as_one_has_passed(world, gone, sequenced):
    case, _ = gone
    with later(20):
        assert world.as_("crip_coordinator").get(f"referrals/{case}").status_code == 503
        see_all()
        with as_owner():
            sequenced.sequencer.clock = lambda: NOW + 20 * MINUTE
            sequenced.sequencer.once()

        assert world.as_("crip_coordinator").get(f"referrals/{case}").status_code == 200
        assert "sequencer" not in degraded()
