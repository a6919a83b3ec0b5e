"""Who else is on a case, what of a text leads to them, and where children are who mustn't be found (§7.5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import models

from accounts.models import User
from encryption.errors import Unreadable
from encryption.sealed import OpenScope, Sealed
from referrals.access_requests.masking import Kind, Masks, bare
from referrals.access_requests.persons import Standing, Who
from referrals.models import Referral
from referrals.models.copy_rules import row_rule
from referrals.vocabulary.access_requests import Withheld
from referrals.vocabulary.states import Whereabouts

_FILER: Final = "filer_name filer_email filer_phone feedback_contact"
_PROTECTED: Final = frozenset({Whereabouts.SHELTERED})
#: Columns with the id of an account, which aren't relations.
_BY: Final = frozenset(
    {
        "by",
        "signed_by",
        "obo",
        "asked_by",
        "closed_by",
        "decided_by",
        "reviewed_by",
        "confirmed_by",
        "ended_by",
    }
    | {"barred_by", "origin_said_by", "target_said_by"}
)


def is_of_case(model: type[models.Model]) -> bool:
    return any(one.name == "referral" for one in model._meta.concrete_fields)


@dataclass(slots=True)
class RedactionContext:
    """The persons of a case beside who asks.

    ``foreign``: ids of their rows. ``blind``: why no text may be shown yet, for a name that can't be opened can't be
    looked for either. ``apart``: by child, whether it lives elsewhere than the holder who asks; ``protected``: the
    children whose place is protected.
    """

    referral: Referral
    who: Who
    scope: OpenScope
    masks: Masks = field(default_factory=Masks)
    blind: Withheld | None = None
    own_children: frozenset[UUID] = field(init=False)
    own_holders: frozenset[UUID] = field(init=False)
    foreign: frozenset[str] = field(init=False)
    has_others: bool = field(init=False)
    other_holders: bool = field(init=False)
    apart: dict[UUID, bool] = field(default_factory=dict)
    protected: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        children, holders = list(self.referral.children.all()), list(self.referral.holders.all())
        self.own_children = frozenset(one.pk for one in children) & self.who.children
        self.own_holders = self._own_holders(holders)
        own = self.own_children | self.own_holders
        third = [
            pk
            for pk in self.referral.third_parties.values_list("pk", flat=True)
            if pk not in self.who.persons
        ]
        others = [one.pk for one in (*children, *holders) if one.pk not in own]
        self.foreign = frozenset(map(str, (*others, *third)))
        self.has_others = any(one.pk not in own for one in children)
        self.other_holders = any(one.pk not in own for one in holders)
        self._find_places(children, holders)
        self._look_for(children, holders, list(self.referral.third_parties.all()))

    def _own_holders(self, holders: list[Any]) -> frozenset[UUID]:
        """Return the rows of the holder who asks; where none is named, the one of the same name, if it is one alone."""
        if self.who.standing is not Standing.HOLDER:
            return frozenset()
        names = {one.pk: frozenset(bare(self._text(one.name)).split()) for one in holders}
        own = frozenset(names) & self.who.holders
        if own:
            self.who.called.update(names[pk] for pk in own if names[pk])
            return own
        alike = [pk for pk, words in names.items() if words in self.who.called]
        return frozenset(alike) if len(alike) == 1 else frozenset()

    def _text(self, value: object, code: Withheld | None = None) -> str:
        """Return what is sealed; where it can't be opened, texts of the case are hidden for that reason."""
        if not isinstance(value, Sealed):
            return str(value or "")
        try:
            return str(value.open(self.scope)).strip()
        except Unreadable:
            self.blind = self.blind or code
            return ""

    def _texts(self, rows: Iterable[Any], names: str, code: Withheld | None = None) -> list[str]:
        texts = (self._text(getattr(row, name), code) for row in rows for name in names.split())
        return [text for text in texts if text]

    def _find_places(self, children: list[Any], holders: list[Any]) -> None:
        homes = {
            bare(text)
            for text in self._texts((one for one in holders if one.pk in self.own_holders), "address")
        }
        placed = {one.child_id for one in self.referral.measures.all() if one.place is not None}
        for child in children:
            self.apart[child.pk] = bare(self._text(child.address)) not in homes
            if child.pk in placed or self._text(child.whereabouts) in _PROTECTED:
                self.protected.add(child.pk)

    def _look_for(self, children: list[Any], holders: list[Any], third: list[Any]) -> None:
        people = list(User.objects.filter(pk__in=self._agents()))
        # First what is one's own: it is hidden nowhere, whoever else is called so.
        self._keep_own(children, holders, third, people)
        self._hide_filer()
        self._hide_family(children, holders)
        self._hide_others(third, people)
        self._hide_places(children)

    def _keep_own(
        self, children: list[Any], holders: list[Any], third: list[Any], people: list[User]
    ) -> None:
        keep, standing = self.masks.keep, self.who.standing
        own = [one for one in children if one.pk in self.own_children]
        own_holders = [one for one in holders if one.pk in self.own_holders]
        keep(self._texts(own, "last_name first_names usual_name nickname"), Kind.NAME)
        keep(self._texts(own_holders, "name phone"), Kind.NAME)
        keep(self._texts(own_holders, "address"), Kind.PLACE)
        if standing is Standing.CHILD:
            keep(self._texts(own, "address school_name"), Kind.PLACE)
        if standing is Standing.FILER:
            keep(self._texts(self._concerns(), _FILER), Kind.NAME)
        if standing is Standing.THIRD_PARTY:
            keep(self._texts([one for one in third if one.pk in self.who.persons], "name phone"), Kind.NAME)
        if standing is Standing.STAFF:
            keep((one.full_name for one in people if one.pk in self.who.persons), Kind.NAME)

    def _concerns(self) -> list[Any]:
        return [row for row in (getattr(self.referral, "concern", None),) if row is not None]

    def _hide(self, rows: Iterable[Any], names: str, code: Withheld, kind: Kind) -> None:
        self.masks.hide(self._texts(rows, names, code), code, kind)

    def _hide_filer(self) -> None:
        if self.who.standing is not Standing.FILER:
            self._hide(self._concerns(), _FILER, Withheld.FILER, Kind.NAME)
            self._hide(self._concerns(), "filer_org filer_role_to_child", Withheld.FILER, Kind.WHOLE)

    def _hide_family(self, children: list[Any], holders: list[Any]) -> None:
        others = [one for one in children if one.pk not in self.own_children]
        self._hide(others, "last_name first_names usual_name nickname", Withheld.OTHER_CHILD, Kind.NAME)
        self._hide(
            others, "mother_birth_name police_report_ref safe_contact_way", Withheld.OTHER_CHILD, Kind.WHOLE
        )
        self._hide(others, "address", Withheld.OTHER_CHILD, Kind.PLACE)
        rest = [one for one in holders if one.pk not in self.own_holders]
        self._hide(rest, "name phone", Withheld.OTHER_HOLDER, Kind.NAME)
        self._hide(rest, "address", Withheld.OTHER_HOLDER, Kind.PLACE)

    def _hide_others(self, third: list[Any], people: list[User]) -> None:
        rest = [one for one in third if one.pk not in self.who.persons]
        self._hide(rest, "name phone", Withheld.THIRD_PARTY, Kind.NAME)
        self._hide(rest, "vehicle", Withheld.THIRD_PARTY, Kind.NAME)
        self._hide(rest, "address", Withheld.THIRD_PARTY, Kind.PLACE)
        self._hide(self.referral.digital_traces.all(), "handle url phone", Withheld.THIRD_PARTY, Kind.WHOLE)
        agents = [one for one in people if one.pk not in self.who.persons]
        self.masks.hide((one.full_name for one in agents), Withheld.STAFF_NAME, Kind.NAME)
        self.masks.hide((one.email for one in agents), Withheld.STAFF_NAME, Kind.WHOLE)

    def _hide_places(self, children: list[Any]) -> None:
        own, is_child = self.own_children, self.who.standing is Standing.CHILD
        self._hide(self.referral.measures.all(), "place", Withheld.SAFETY, Kind.PLACE)
        theirs = [one for one in children if one.pk not in own or not is_child]
        self._hide(theirs, "last_seen_place", Withheld.SAFETY, Kind.PLACE)
        hidden = [*theirs, *(one for one in children if one.pk in self.protected and one not in theirs)]
        self._hide(hidden, "whereabouts_detail", Withheld.SAFETY, Kind.PLACE)
        if is_child:
            return
        mine = [one for one in children if one.pk in own]
        self._hide(mine, "safe_contact_way", Withheld.SAFETY, Kind.WHOLE)
        self._hide([one for one in mine if self.apart[one.pk]], "address", Withheld.SAFETY, Kind.PLACE)
        safe = [one for one in mine if one.pk in self.protected]
        self._hide(safe, "school_name", Withheld.SAFETY, Kind.PLACE)

    def _agents(self) -> set[UUID]:
        named: set[UUID] = set()
        for model in apps.get_app_config("referrals").get_models():
            names = [
                one.attname
                for one in model._meta.concrete_fields
                if one.related_model is User or one.name in _BY
            ]
            if names and row_rule(model) is not None and is_of_case(model):
                rows = model._default_manager.filter(referral=self.referral).values_list(*names)
                named.update(one for row in rows for one in row if one is not None)
        return named
