"""Secondary pages of a case: each is a part that the API has too, read within one disclosure, with its steps."""

from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from encryption.sealed import OpenScope
from referrals.access import child_sight
from referrals.access.child_sight import Sight
from referrals.errors import NotVisible
from referrals.execution import abilities
from referrals.models import Referral
from referrals.reading import names
from referrals.reading.disclosures import opened, seen
from referrals.visits import queries as visits_queries
from web.cases import confirmation
from web.cases.base import heading, zone_of
from web.cases.panel import panels, part_in
from web.cases.parts import PAGES, READ
from web.cases.parts.shown import Shown
from web.cases.tabs import BY_NAME
from web.generic import ShownPage


class Part(ShownPage):
    query = confirmation.ConfirmationQuery

    def context(self, pk: UUID, part: str) -> dict[str, Any]:
        referral, ties = seen(self.request, pk)
        tab = BY_NAME.get(part)
        if tab is None or ties.coarse or ties.draft or not tab.opens_for(ties):
            raise NotVisible
        page = PAGES[part]
        prefetch_related_objects([referral], "children")  # once for the bounds, the names and the disclosure
        sight = child_sight.sight_of(referral, ties, self.actor)
        parts = opened(
            referral,
            ties,
            lambda scope: self._read(page.reads, referral, sight, scope),
            actor=self.actor,
            at=self.at,
        )
        contents = visits_queries.contents_of(referral, sight, actor=self.actor, at=self.at)
        context = (
            heading(referral, ties, contents)
            | {
                "tab": part,
                "title": tab.label,
            }
            | confirmation.in_words(self)
        )
        context |= page.context_of(Shown(self, referral, ties, zone_of(referral), parts, contents.new))
        if page.machines:
            body = abilities.abilities(referral, sight, actor=self.actor, at=self.at)
            if part == "rapprochements":  # a pair is decided where both files are beside each other
                body = {
                    name: [step for step in steps if part_in(step) is None] for name, steps in body.items()
                }
            context["panels"] = panels(pk, body, only=page.machines, about=context.get("about"))
        self.template = page.template  # of this answer
        return context

    def _read(
        self, reads: "tuple[str, ...]", referral: Referral, sight: Sight, scope: OpenScope
    ) -> dict[str, Any]:
        actor, at = self.actor, self.at
        parts: dict[str, Any] = {name: READ[name](referral, sight, scope, actor, at) for name in reads}
        parts["names"] = names.names(
            referral, sight.ties, scope, actor=actor, holders_too="timeline" not in reads
        )
        return parts
