"""Duplicate candidate: two files that may be about the same child, side by side, with the reasons."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse

from audit.disclosure import disclosure
from audit.events import Purpose
from encryption.sealed import OpenScope
from referrals.access import case_ties, child_sight, visibility
from referrals.access.relations import CaseAccess
from referrals.duplicates import actions as duplicates_actions
from referrals.duplicates import queries as duplicates_queries
from referrals.errors import NotVisible
from referrals.execution import abilities
from referrals.models import Child, Holder, Referral
from referrals.reading import concern
from referrals.reading.disclosures import count_opening, seen
from referrals.vocabulary import formats
from referrals.vocabulary.oversight import Likeness
from web.cases import display
from web.cases.base import heading, zone_of
from web.cases.display import Line
from web.cases.panel import panels, part_in
from web.generic import ShownPage

#: What is compared, of children and of holders: identity, and nothing of the facts.
COMPARED = (
    "last_name",
    "first_names",
    "usual_name",
    "nickname",
    "birth_date",
    "birth_year_month",
    "age_estimated_min",
    "age_estimated_max",
    "sex",
    "mother_birth_name",
    "address",
    "school_name",
    "residence_department",
)


class Pair(ShownPage):
    template = "web/duplicates/pair.html"

    def context(self, pk: UUID, pair: UUID) -> dict[str, Any]:
        """Show both files' identities beside each other, in one disclosure that names both; now they were looked at."""
        referral, ties = seen(self.request, pk)
        row = duplicates_queries.pairs_seen(referral, actor=self.actor, at=self.at).filter(pk=pair).first()
        if (
            row is None
            or "B" not in ties.reads
            or ties.draft
            or not (reasons := duplicates_queries.reasons_for(row, ties))
        ):
            raise NotVisible
        other_id = row.other_id if row.referral_id == referral.pk else row.referral_id
        other = visibility.visible_to(self.actor, at=self.at).select_related("authority").get(pk=other_id)
        other_ties = case_ties.ties_of(other, self.actor)
        for case, tie in ((referral, ties), (other, other_ties)):
            count_opening(case, tie, actor=self.actor, at=self.at)
        with disclosure(
            actor=self.actor,
            purpose=Purpose.HANDLING,
            at=self.at,
            objects=[referral.pseudonym, other.pseudonym],
            tenant=referral.authority_id,
            always=True,
        ) as scope:
            sides = [self._side(referral, ties, scope), self._side(other, other_ties, scope)]
        if row.looked_at is None:
            duplicates_actions.look([row.pk], ties, at=self.at)
        here = row.referral_id == referral.pk
        sight = child_sight.sight_of(referral, ties, self.actor)
        body = abilities.abilities(referral, sight, actor=self.actor, at=self.at) if here else {}
        mine = {
            name: [action for action in actions if part_in(action) == str(pair)]
            for name, actions in body.items()
        }
        return heading(referral, ties) | {
            "tab": "rapprochements",
            "sides": sides,
            "reasons": [str(Likeness(one).label) for one in reasons],
            "panels": panels(pk, mine, only=("duplicate",)),
            "elsewhere": "" if here else reverse("case-pair", args=[other.pk, pair]),
            "back": reverse("case-part", args=[pk, "rapprochements"]),
        }

    def _side(self, referral: Referral, ties: CaseAccess, scope: OpenScope) -> dict[str, Any]:
        children = concern.part(referral, "children", ties, scope, actor=self.actor) or []
        holders = concern.part(referral, "holders", ties, scope, actor=self.actor) or []
        return {
            "pk": referral.pk,
            "reference": referral.reference,
            "received": display.instant(formats.moment(referral.received_at), zone_of(referral)),
            "children": [_identity(row) for row in children if not row.get("wrong_person")],
            "holders": [display.lines(Holder, row) for row in holders],
        }


def _identity(row: Mapping[str, Any]) -> list[Line]:
    return display.lines(Child, {name: row[name] for name in COMPARED if name in row})
