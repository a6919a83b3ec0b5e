"""Duplicate candidate: two files that may be about the same child, side by side, with the reasons."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from web.cases import comparing, display
from web.cases.base import heading, zone_of
from web.cases.display import Line
from web.cases.panel import address, panels, part_in
from web.generic import ShownPage
from web.page import fresh_key

CONFIRM: Final = steps.get(Machine.DUPLICATE, "confirm")
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
        kin = comparing.kin_of(reasons)
        return heading(referral, ties) | {
            "tab": "rapprochements",
            "sides": sides,
            "kin": kin,
            "people": [
                _beside(_("Enfant"), *(side["children"] for side in sides)),
                _beside(_("Titulaire"), *(side["holders"] for side in sides)),
            ],
            "confirm": address(pk, "duplicate", CONFIRM.name, str(pair)) if _offers(mine) else "",
            "version": referral.version,
            "once": fresh_key(),
            "reasons": [str(Likeness(one).label) for one in reasons],
            "panels": panels(pk, _without(mine), only=("duplicate",)),
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


def _offers(actions: Mapping[str, Any]) -> bool:
    return any(action["step"] == CONFIRM.name for action in actions.get("available_actions", ()))


def _without(actions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steps of the pair but the one that the page has as its own buttons."""
    return {
        name: [one for one in some if one["step"] != CONFIRM.name or "blocked_by" in one]
        for name, some in actions.items()
    }


def _beside(title: Any, here: Sequence[Sequence[Line]], there: Sequence[Sequence[Line]]) -> dict[str, Any]:
    """Return the people of both files: those who are alike beside each other, then who stands alone in each."""
    matched = comparing.matches(here, there)
    alone = (
        comparing.alone(here, {one.numbers[0] for one in matched}),
        comparing.alone(there, {one.numbers[1] for one in matched}),
    )
    return {"title": title, "matched": matched, "alone": alone}


def _identity(row: Mapping[str, Any]) -> list[Line]:
    return display.lines(Child, {name: row[name] for name in COMPARED if name in row})
