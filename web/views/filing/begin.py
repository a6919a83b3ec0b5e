"""Start of a filing: one's own list, whom to call first, and the choice of the lane."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from accounts.request import ServiceRequest
from accounts.roles import Role
from core.inputs import Code, Flag
from core.query import Query
from referrals.access import matrix, visibility
from referrals.access import people as access_people
from referrals.filing import actions as filing_actions
from referrals.filing.form import ConcernForm
from referrals.models import Referral
from referrals.overview import queries as overview
from referrals.reading import filings
from referrals.reading.disclosures import listing, seen
from referrals.vocabulary.role_sets import CELL
from referrals.vocabulary.states import ChildKind, CoarseStatus, State
from web import forms, tiles
from web.filing.draft import Draft
from web.filing.filer import presumed
from web.filing.sections import Section, home_of, sections
from web.generic import ShownPage
from web.guidance import six
from web.page import FormPage, Page, StandingPage, go_to
from web.views.filing import sent, sharing
from web.views.filing.progress import address, is_begun


class FilingsQuery(Query):
    """Which of the own filings: of one coarse word, or with a message that wasn't read."""

    status = Code(CoarseStatus.choices, required=False)
    unread = Flag(in_query=True, required=False, default=False)


class Filings(ShownPage):
    """GET /transmissions: where who files lands; the own drafts and filings, newest first, as many as a page holds."""

    query = FilingsQuery
    template = "web/filing/list.html"
    most = 50

    def context(self) -> dict[str, Any]:
        """List them; that is journaled like any list of cases."""
        files = bool(self.actor.holding(matrix.FILERS))
        filed = overview.filed(self.actor, at=self.at) if files else None
        rows = list(self._rows(filed.unread if filed is not None else {}))
        leads = bool(self.actor.holding([Role.FILER_ORG_LEAD])) and not self.actor.holding(matrix.DRAFTERS)
        with listing(rows, actor=self.actor, at=self.at, unnamed=rows) as scope:
            # Whoever else sees drafts here is shown them by their authors.
            initials = filings.draft_initials(rows, scope) if files else {}
            lines = [_line(row) | {"initials": initials.get(row.pk, "")} for row in rows]
        for row, line in zip(rows, lines, strict=True):
            line["unread"] = filed.unread.get(row.pk, 0) if filed is not None else 0
        return {
            "lines": lines,
            "tiles": tiles.of_filer(filed) if filed is not None else [],
            "filed": filed is not None and filed.total,
            "filtered": bool(self.asked.get("status") or self.asked["unread"]),
            "may_begin": access_people.may_begin(self.actor) is not None,
            "leads": leads,
            "empty": gettext("Aucun collègue ne vous montre de brouillon pour l'instant.")
            if leads
            else gettext("Aucune transmission ne répond à ce critère.")
            if filed is not None and filed.total
            else gettext("Vous n'avez encore rien transmis."),
        }

    def _rows(self, unread: Mapping[UUID, int]) -> list[Referral]:
        mine = visibility.own_filings(self.actor, at=self.at) if self.actor.holding(matrix.FILERS) else None
        if mine is None:
            mine = visibility.visible_to(self.actor, at=self.at, drafts=True).filter(state=State.DRAFT)
        rows = filings.with_line(mine)
        if status := self.asked.get("status"):
            rows = rows.filter(status=status)
        if self.asked["unread"]:
            rows = rows.filter(pk__in=list(unread))
        return list(rows.order_by("-filed_on", "id")[: self.most])


def _line(row: Referral) -> dict[str, object]:
    status = filings.coarse_status(row)
    pk, reference = row.known_to_filer_as
    return {
        "pk": pk,
        "draft": status == CoarseStatus.DRAFT,
        "reference": reference,
        "code": str(status),
        "status": str(status.label),
        "at": row.submitted_at or row.created_at,
        "until": row.draft_expires_at,
    }


class Urgent(StandingPage):
    """GET /urgence: who must be called, before anything is typed."""

    template = "web/filing/urgent_start.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show()


class Begin(FormPage):
    template = "web/filing/begin.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        filing_actions.drafter(self.actor)
        return self.show()

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Begin a draft (T01), and go to its first page."""
        draft = filing_actions.begin(ConcernForm.read(self._known()), actor=self.actor, at=self.at).referral
        if self.sent.text("lane") == "urgent":
            return go_to(reverse("filing-urgent", args=[draft.pk]))
        return go_to(address(draft.pk, next(sections(by_cell=access_people.may_begin(self.actor) in CELL))))

    def _known(self) -> dict[str, Any]:
        """Return what the account says of who files, and what was answered to the six questions before."""
        known = dict(presumed(self.actor, {}))
        if f"{six.CARRIED}danger" in self.sent:
            said = forms.body_of(six.SixAnswers, six.ASKS, self.sent, prefix=six.CARRIED)
            known |= six.as_filed(six.SixAnswers.read(said))
        return known

    def redisplay(self, problem: object, *_: object) -> HttpResponse:
        return self.show({"problem": problem})


class OneFiling(Page):
    """GET /transmissions/{id}: a draft's task list, the facts of one that is shown, or where a filing stands."""

    query = Query
    template = "web/filing/tasks.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        referral, ties = seen(request, pk)
        if ties.shared:
            return sharing.shared(self, pk)
        sent.require_own(ties)
        if ties.draft:
            return tasks(self, Draft(referral, ties, self.actor, self.at))
        return sent.standing(self, referral, ties)


def tasks(page: Page, draft: Draft) -> HttpResponse:
    """Return the task list of a draft, without opening anything."""
    referral, pk = draft.referral, draft.referral.pk
    draft.note_seen()
    missing = draft.missing()
    children = [child for child in referral.children.all() if child.kind == ChildKind.SUBJECT]
    homes = [home_of(item["field"], has_child=bool(children)) for item in missing]
    still_open = {home[0].slug for home in homes if home}
    steps = [_task(referral, one, still_open, len(children)) for one in sections(by_cell=draft.by_cell)]
    ready = not [item for item in missing if item["field"] != "good_faith_notice"]
    return page.show(
        {
            "pk": pk,
            "steps": steps,
            "ready": ready,
            "until": referral.draft_expires_at,
            "by_cell": draft.by_cell,
            "may_share": sharing.may_share(draft),
            "files": referral.attachments.count(),
            "left": sum(step["state"] == "open" for step in steps),
        }
    )


def _task(referral: Referral, section: Section, still_open: set[str], children: int) -> dict[str, object]:
    begun = is_begun(referral, section)
    state = "open" if section.slug in still_open else "filled" if begun else "free"
    return {
        "title": section.title,
        "topics": [topic.title for topic in section.topics] if len(section.topics) > 1 else [],
        "link": address(referral.pk, section) + ("?missing=yes" if state == "open" and begun else ""),
        "state": state,
        "numbers": list(range(1, children)) if section.kind == "subject" else [],
    }
