"""Attachments of a case: list, send, read, mark as evidence (domain.md §4.6)."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from accounts.request import ServiceRequest
from accounts.roles import Role
from encryption.sealed import OpenScope
from referrals.access import child_sight
from referrals.access.relations import CaseAccess
from referrals.attachments import keeping, rights, serving
from referrals.attachments.rights import Adding
from referrals.errors import NotVisible
from referrals.models import Referral
from referrals.reading import names
from referrals.reading.disclosures import opened, seen
from referrals.visits import queries as visits_queries
from referrals.visits.queries import Contents
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from web.cases import confirmation
from web.cases.base import heading, zone_of
from web.cases.choices import Pairs, numbered, role_words
from web.cases.tabs import BY_NAME
from web.generic import ButtonPage
from web.uploads import UploadPage, form_of, kinds, line_of, may_add


class Files(UploadPage):
    query = confirmation.ConfirmationQuery
    template = "web/attachments/of_case.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        referral, ties = self.case(pk)
        may = may_add(referral, ties)
        lines, children = opened(
            referral,
            ties,
            lambda scope: (
                serving.listed(referral, ties, scope, actor=self.actor, at=self.at),
                self._named(referral, ties, scope),
            ),
            actor=self.actor,
            at=self.at,
        )
        sight = child_sight.sight_of(referral, ties, self.actor)
        contents = visits_queries.contents_of(referral, sight, actor=self.actor, at=self.at)
        return self.show(
            self.heading(referral, ties, contents)
            | form_of(kinds(may) if may else (), {}, children=children)
            | {"lines": [_line(referral, ties, one, may, contents.new) for one in lines], "listed": True}
            | {"on_files": list(_on_files(referral, ties, lines))}
            | confirmation.in_words(self)
        )

    def case(self, pk: UUID) -> tuple[Referral, CaseAccess]:
        referral, ties = seen(self.request, pk)
        if ties.coarse or ties.draft or not BY_NAME["pieces"].opens_for(ties):
            raise NotVisible
        return referral, ties

    def heading(
        self, referral: Referral, ties: CaseAccess, contents: Contents | None = None
    ) -> dict[str, Any]:
        complement = reverse("case-step", args=[referral.pk, "referral", "provide_info"])
        return heading(referral, ties, contents) | {
            "tab": "pieces",
            "title": BY_NAME["pieces"].label,
            "add_at": complement,
        }

    def children(self, pk: UUID) -> Pairs:
        referral, ties = self.case(pk)
        children: Pairs = opened(
            referral, ties, lambda scope: self._named(referral, ties, scope), actor=self.actor, at=self.at
        )
        return children

    def _named(self, referral: Referral, ties: CaseAccess, scope: OpenScope) -> Pairs:
        people = names.names(referral, ties, scope, actor=self.actor, holders_too=False)
        return numbered(people.children)

    def onwards(self, pk: UUID) -> str:
        return reverse("case-files", args=[pk])


def _line(
    referral: Referral, ties: CaseAccess, line: Mapping[str, Any], may: Adding | None, new: Container[str]
) -> dict[str, Any]:
    entry = line_of(referral.pk, line, zone_of(referral))
    if line["waiting"]:
        return entry
    here, at = line["filing"] is None, [referral.pk, line["id"]]
    marks = (
        here
        and line["evidence"]
        and not line["barred"]
        and may is not None
        and line["access_class"] in may.at_once
    )
    original = here and line["original"] and entry["href"] and rights.gets_originals(ties)
    return entry | {
        "new": line["id"] in new,
        "by": role_words(line["role"]) if line["role"] in Role.values else "",
        "joined": not here,
        "complement": line["complement"] is not None,
        "original": reverse("attachment-original", args=at) if original else "",
        "unmark": reverse("case-file-unmark", args=at) if marks else "",
    }


def _on_files(
    referral: Referral, ties: CaseAccess, lines: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield where a file is set aside or decided on, and the step's words, as far as there is such a file and role."""
    barred = [line["barred"] for line in lines if not line["waiting"]]
    awaits = any(one and one["condemned_at"] is None for one in barred)
    for name, there in (("bar_file", None in barred), ("unbar_file", awaits), ("destroy_file", awaits)):
        step = steps.get(Machine.REFERRAL, name)
        if there and referral.state in step.source and ties.role_for(step) is not None:
            address = reverse("case-step", args=[referral.pk, str(Machine.REFERRAL), name])
            yield address, str(step.label)


class UnmarkFile(ButtonPage):
    """Says that a file is no evidence any more, so that its original goes."""

    def do(self, pk: UUID, part: UUID) -> None:
        _, ties = seen(self.request, pk)
        if ties.coarse or ties.draft:
            raise NotVisible
        keeping.mark(pk, part, evidence=False, actor=self.actor, at=self.at)

    def goes_to(self) -> str:
        return reverse("case-files", args=[self.pk])
