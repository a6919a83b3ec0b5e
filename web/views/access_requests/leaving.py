"""What leaves the house of an answer: a file locked with a passphrase, and the receipt that is signed for it (AR13)."""

import re
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse

from accounts.actor import Actor
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit.disclosure import disclosure
from audit.events import Purpose
from referrals.access_requests import package, queries
from referrals.access_requests.sheet import Sheet
from referrals.errors import InvalidInput, NotVisible
from referrals.models import AccessRequest
from web.cases import display
from web.forms import ZONE
from web.generic import ShownPage, attached
from web.page import Page

#: As ``package.new_passphrase`` makes them: nobody puts a weaker one in its place.
_PASSPHRASE: Final = re.compile(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){5}")


class LockedFile(Page):
    step_up = frozenset({"GET", "POST"})
    template = "web/access_requests/file.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = _row(pk, self.actor, self)
        until = display.instant(row.package_until.isoformat() if row.package_until else None, ZONE)
        return self.show(
            {"pk": pk, "reference": row.reference, "until": until, "passphrase": package.new_passphrase()}
        )

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Hand out the file, locked with the passphrase that was shown; the fetching is an entry."""
        request.purpose = Purpose.EXPORT
        _row(pk, self.actor, self)
        passphrase = self.sent.text("passphrase")
        if not _PASSPHRASE.fullmatch(passphrase):
            raise InvalidInput("passphrase")
        made = queries.package(pk, actor=self.actor, at=self.at)
        return attached(package.locked(made, passphrase), "application/pdf", "reponse.pdf")


class Receipt(ShownPage):
    template = "web/access_requests/receipt.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Show what is signed when the answer is fetched, to be printed: reference, digest, why things are hidden.

        The reading is an entry, as that of the self.request is (SEC-AL1).
        """
        row = queries.visible_row(pk, actor=self.actor, at=self.at)
        if Role.DPO not in self.actor.roles_in(row.authority_id) or not row.package_hash:
            raise NotVisible
        with disclosure(
            actor=self.actor,
            purpose=Purpose.HANDLING,
            at=self.at,
            objects=Sheet(row, actor=self.actor, at=self.at).subjects()[:100],
            tenant=row.authority_id,
            act=queries.READ,
            payload=row.pk.bytes,
            always=True,
        ):
            line = queries.line(row, self.actor, at=self.at)
        return {
            "reference": row.reference,
            "authority": row.authority.name,
            "received": display.instant(line["received_on"], ZONE),
            "answered": display.instant(line["answered_at"], ZONE),
            "hash": row.package_hash,
            "codes": [display.label(code) for code in line["codes"]],
        }


def _row(pk: UUID, actor: Actor, page: Page) -> AccessRequest:
    """Return a request whose answer waits to be fetched."""
    row = queries.visible_row(pk, actor=actor, at=page.at)
    if Role.DPO not in actor.roles_in(row.authority_id) or row.package is None:
        raise NotVisible
    return row
