"""A letter as guards and steps see it: its row, its case as the actor sees it, and what it would say now."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.utils.translation import override

from accounts.models import User
from accounts.roles import Role
from audit.disclosure import disclosure
from audit.events import Purpose
from core.languages import FRENCH
from encryption import index, keys
from encryption.sealed import OpenScope, Sealed
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.execution.row_machine import RowContext
from referrals.letters import paper as papers
from referrals.letters.head import letter_head
from referrals.letters.letter_context import LetterContext
from referrals.letters.paper import Paper
from referrals.letters.registry import LetterType, Occasion, type_of
from referrals.letters.writing import DEAR, Draft, Writing, label
from referrals.models import Letter, Referral
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput, as_json

#: A draft is known again on another day, whoever signs it.
_SOME_DAY: Final = date(2000, 1, 1)


@dataclass
class Sheet(RowContext[Letter]):
    """One letter in the hands of a person; ``page`` is what they sign, once it has been written."""

    referral: Referral
    ties: CaseAccess
    sight: Sight
    step_input: StepInput = field(default_factory=StepInput)
    page: str = ""

    @property
    def type(self) -> LetterType:
        return type_of(self.row.kind)

    @property
    def occasion(self) -> Occasion:
        """Return what gave rise to it, as its row names it."""
        offered = next((one for one in self.offered if one.key(self.type.kind) == self.row.occasion), None)
        return offered or Occasion(part=self.row.part, children=ids(self.row), holder=self.row.holder)

    @cached_property
    def case(self) -> Case:
        return Case(self.referral, actor=self.actor, at=self.at)

    @cached_property
    def look(self) -> LetterContext:
        return LetterContext(self.case)

    @cached_property
    def offered(self) -> tuple[Occasion, ...]:
        """Return the occasions on which a letter of this kind is due now; one that names a hidden child isn't there."""
        hidden = self.sight.hidden  # as an unknown id (SEC-AZ20)
        return tuple(one for one in self.type.offers(self.look) if not hidden & set(one.children))

    def disclosed(self) -> AbstractContextManager[OpenScope]:
        """Return a disclosure of the case to the actor, for what a step of the letter opens."""
        return disclosure(
            actor=self.actor,
            purpose=Purpose.HANDLING,
            at=self.at,
            objects=[self.referral.pseudonym],
            tenant=self.referral.authority_id,
            urgent=self.referral.in_danger,
        )

    def words(self, scope: OpenScope) -> dict[str, Any]:
        value = self.row.additions
        words = value.open(scope) if isinstance(value, Sealed) else value
        return dict(words) if isinstance(words, dict) else {}

    def draft(self, scope: OpenScope, *, signed_by: str = "", signed_as: str = "") -> Draft:
        """Return the letter as the case makes it now.

        Raises:
            Withheld: the data of its step say that its holder is told later.
            LookupError: what it is about is gone.
        """
        kind = self.type
        writing = Writing(
            type=kind, look=self.look, occasion=self.occasion, scope=scope, words=self.words(scope)
        )
        with override(
            FRENCH
        ):  # the language of administration, in whatever language its author reads the pages
            body = kind.write(writing)
        terms = self.case.protocol
        paper = Paper(
            title=body.title,
            head=letter_head(self.referral.authority, self.at),
            to=body.to,
            on=self.today,
            reference=self.referral.reference if body.reference else "",
            sections=tuple(one.section for one in body.passages),
            greeting=body.greeting,
            closing=terms.letter_closing.replace("{civilite}", body.greeting.rstrip(",") or DEAR.rstrip(","))
            if body.closing
            else "",
            signed_by=signed_by,
            signed_as=signed_as,
            large=body.large,
        )
        return Draft(paper=paper, passages=body.passages)

    def signature(self) -> tuple[str, str]:
        """Return by whom and by what right the actor signs."""
        user = User.objects.get(pk=self.actor.user_id or UUID(int=0))
        return user.full_name, f"{label(Role(self.actor.role).label)}. {self.case.protocol.letter_delegation}"

    def seal(self, name: str, value: object) -> None:
        """Seal a value in a column of the row, under the key of the case."""
        sealed_field: Any = Letter._meta.get_field(name)
        key = keys.data_key(self.referral.key_of(sealed_field.key), self.referral.pk)
        setattr(self.row, name, key.seal(sealed_field, self.row.pk, as_json(value)))


def ids(row: Letter) -> tuple[UUID, ...]:
    return tuple(UUID(one) for one in row.children)


def read_mark(draft: Draft) -> str:
    """Return by what a draft is known to be the one that was read: whatever it says, save its day and signature."""
    page = papers.html(replace(draft.paper, on=_SOME_DAY, signed_by="", signed_as=""))
    return page_digest(page)


def page_digest(page: str) -> str:
    """Return the keyed value of a page, in hexadecimal: a plain hash of so few words could be guessed."""
    return index.keyed("letter.page", page.encode()).hex()
