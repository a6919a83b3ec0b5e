"""A service that is asked to confirm its entry, its mails, and the clock of all that."""

import re
from datetime import UTC, date, datetime, timedelta

from django.core import mail

from directory import reach, tasks
from directory.models import Service, Structure
from outbox import delivery
from tests.conftest import see_all

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
#: The answers of somebody for whom all is right.
ALL_RIGHT = {"all_right": True}


class Clock:
    """The instant of each request and of each mail, which a test moves."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self, *_):
        return self.now

    def on(self, **by):
        self.now += timedelta(**by)


def a_structure(world, code="93", **said):
    known = {"name": "Maison d'essai", "kind": "mecs", "source": "own", "email": "maison@essai.invalid"}
    number = Structure.objects.count()
    return Structure.objects.create(
        **{"authority": world.authorities[code], "source_id": f"structure-{number}", "updated_on": date(2026, 1, 5)}
        | known
        | said
    )  # fmt: skip


def a_service(world, code="93", structure=None, **said):
    structure = structure or a_structure(world, code)
    known = {
        "name": "Accueil d'essai", "description": "Un accueil pour l'essai.", "source": "own",
        "needs": ["specialised_support"], "zones": ["93"], "phone": "+33148000000",
        "age_min_months": 12 * 12, "age_max_months": 12 * 17 + 11,
    }  # fmt: skip
    service = Service.objects.create(
        **{
            "authority": structure.authority, "structure": structure, "updated_on": date(2026, 1, 5),
            "source_id": f"service-{Service.objects.count()}",
        }
        | known
        | said
    )  # fmt: skip
    reach.write(service)
    return service


def mails(clock):
    """Let the worker deliver what is due; return what arrived."""
    mail.outbox.clear()
    delivery.deliver_due(clock=clock)
    see_all()
    return list(mail.outbox)


def asked(clock):
    """Let those whose turn it is be asked; return the mails that arrived."""
    tasks.ask_those_due(clock.now)
    return mails(clock)


def token_in(message):
    (found,) = set(re.findall(r"http\S+/annuaire/confirmer#(\S+)", message.body))
    return found
