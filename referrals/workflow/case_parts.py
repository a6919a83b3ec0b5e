"""The parts of a case, loaded at most once each for one act: rows, settings, files, other cases.

Nothing here opens a sealed value: a guard asks whether one is there, never what it says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.actor import Actor
from accounts.roles import Role
from core.bulk_inserts import insert
from core.compiled_queries import known_rows_of, rows_of
from referrals.policy.definitions import Protocol, protocol_of
from referrals.policy.working_time import Calendar, calendar_of
from referrals.vocabulary.role_sets import BREAKERS
from referrals.vocabulary.states import (
    OPEN_TRANSFER,
    AlertState,
    AssessmentState,
)
from referrals.workflow.about_children import ids_in, rows_among, visits_of

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from referrals.models import (
        Alert,
        Assessment,
        Assignment,
        Attachment,
        BreakGlass,
        Child,
        Clock,
        ClosureReview,
        Conclusion,
        DuplicateCandidate,
        ExcludedResource,
        FeedbackTask,
        Holder,
        HolderInformation,
        JudicialReferral,
        Measure,
        Orientation,
        Referral,
        TransferRequest,
        Visit,
    )


#: Plain values of a filing in hand: row id → field → value. They never outlive the request.
type Plain = Mapping[UUID, Mapping[str, Any]]


def opens_hidden(glass: "BreakGlass", reader: UUID | None = None) -> bool:
    """Tell whether an opening, of another than the reader, gave what restrictions alone withhold, as its role says."""
    return glass.role not in BREAKERS and (reader is None or glass.user_id != reader)


class CaseParts:
    """One referral and all its parts, read once, for one act of one person at one instant (UTC)."""

    def __init__(self, referral: "Referral", *, actor: Actor, at: datetime, part: Any = None) -> None:
        """Look at ``referral``; ``part`` is the row of another machine that the step is about."""
        self.referral = referral
        self.actor = actor
        self.at = at
        self.part = part
        #: The name of the running step; empty while one only looks.
        self.step_name = ""
        #: How another case is found, as far as the actor sees it; the runner says so.
        self.find: Callable[[UUID], Referral | None] = lambda _: None
        #: Whether the actor belongs to an authority that was asked to take the case over, and acts for it.
        self.receiving = False
        #: Whether the actor is on the list of a restriction, or past it by a broken glass; the runner says so.
        self.listed = self.glass = False
        #: The children restricted to others than the actor: nothing may tell of them; the runner says so.
        self.hidden: frozenset[UUID] = frozenset()
        #: How the file was carried to which this filing is joined, while both are being taken over.
        self.carried_with: Any = None
        #: Which pairs of files are looked at, where it is for somebody to see; None for all.
        self.see_pairs: Callable[[], list[DuplicateCandidate]] | None = None
        #: How many matches wait for somebody to look at them, of those that the actor sees; the runner says so.
        self.see_matches: Callable[[], int] = lambda: 0
        #: Which files the actor has at hand; the runner says so.
        self.see_files: Callable[[], list[Attachment]] = list
        #: What the rules of matching say of the service that the running step proposes.
        self.offer: Any = None
        self._others: dict[UUID, Referral | None] = {}
        #: Decisions that the running step carries, by child id: asked together with those on record.
        self.carried: dict[UUID, str] = {}
        #: What the filing says in plain, while it is being received; None otherwise.
        self.plain: Plain | None = None
        #: Whether a step of a referral to justice was brought along: the shell then shows its new state.
        self.justice_moved = False
        self._as_seen = False
        self._waiting: list[Model] | None = None

    @cached_property
    def protocol(self) -> Protocol:
        """Return the choices of the case's authority that are in force at the act."""
        return protocol_of(self.referral.authority, self.at)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the authority counts its days."""
        return self.calendar.zone

    @cached_property
    def calendar(self) -> Calendar:
        """Return when the authority works."""
        return calendar_of(self.referral.authority, self.protocol)

    @property
    def today(self) -> date:
        """Return the date of the act in the authority's zone."""
        # At 23:30 UTC it is tomorrow in Paris: terms and ages go by the authority's own day.
        return self.at.astimezone(self.zone).date()

    @cached_property
    def files(self) -> "list[Attachment]":
        """Return the files of the case and of those joined to it that the actor reads, or sent."""
        return self.see_files()

    @cached_property
    def recorded(self) -> "list[Child]":
        """Return every child on record, those recorded by mistake too: what was thought of them must be taken back."""
        return known_rows_of(self.referral, "children")

    @property
    def children(self) -> "list[Child]":
        """Return the children of the case, those recorded by mistake left out."""
        return [child for child in self.recorded if not child.wrong_person]

    @property
    def is_restricted(self) -> bool:
        """Tell whether the case or a child of it is for the persons of its list alone (T46)."""
        return self.referral.restricted or any(child.restricted for child in self.recorded)

    def on_list(self) -> set[UUID]:
        """Return whom the restriction names now: rows, which are checked (SEC-AZ22)."""
        return self._granted("named")

    def by_glass(self) -> set[UUID]:
        """Return who is past the restriction by a broken glass now: rows, as those of the list."""
        return self._granted("glass")

    def _granted(self, kind: str) -> set[UUID]:
        # Both are asked: a grant may be taken back before its term, and nobody ends one that expires.
        rows = self.referral.grants.filter(kind=kind, ended_at=None, expires_at__gt=self.at)
        return {grant.user_id for grant in rows}

    @property
    def authority_id(self) -> UUID:
        """Return the id of the case's authority; a draft, which has none, matches no membership."""
        return self.referral.authority_id or UUID(int=0)

    def other(self, pk: UUID) -> "Referral | None":
        """Return another case that the actor sees, read once; None for whatever else has that id."""
        # None is kept too: all guards and effects of one act get the same answer.
        if pk not in self._others:
            self._others[pk] = self.find(pk)
        return self._others[pk]

    def know(self, others: "Iterable[Referral]") -> None:
        """Take other cases, which the actor sees, as read."""
        self._others |= {other.pk: other for other in others}

    def child(self, pk: UUID) -> "Child | None":
        """Return one child of the case, or None."""
        return next((child for child in self.children if child.pk == pk), None)

    def checked_child(self, pk: UUID) -> "Child":
        """Return a child of the case whom the checks of the running step found there.

        Raises:
            LookupError: there is none: the step lacks such a check.
        """
        child = self.child(pk)
        if child is None:
            raise LookupError(pk)
        return child

    def on_record(self, pk: UUID) -> "Child | None":
        """Return one child on record, even by mistake, or None."""
        return next((child for child in self.recorded if child.pk == pk), None)

    def withheld(self, *, said: object = None, child: UUID | None = None, part: object = None) -> bool:
        """Tell whether something is about restricted children alone, so that their list alone knows of it (T46).

        ``said``: an input; ``child``: that of a row; ``part``: the row of another machine. The children that they name
        count; where none is named, those of the part, then those on whom the rows hang that are named.
        """
        # Asked first: most cases restrict nobody, and then nothing more is read.
        restricted = {one.pk for one in self.recorded if one.restricted}
        if not restricted:
            return False
        recorded, named = {one.pk for one in self.recorded}, set(ids_in(said))
        about = {child, getattr(part, "child_id", None), *named} & recorded
        if not about and hasattr(part, "children"):
            about = {one.pk for one in part.children.all()}
        if not about:  # it names rows alone, if anything
            about = set[UUID]().union(*(row.children for row in rows_among(self.referral, named).values()))
        # What also names a child who isn't restricted is no secret of the list.
        return bool(about) and about <= restricted

    @cached_property
    def holders(self) -> "list[Holder]":
        """Return the holders of parental authority."""
        return known_rows_of(self.referral, "holders")

    @cached_property
    def judicial_referrals(self) -> "list[JudicialReferral]":
        """Return the referrals to justice, oldest first, with their children and outcomes."""
        # Both at once: each question is about the answer for one child.
        return list(self.referral.judicial_referrals.prefetch_related("children", "outcomes"))

    @cached_property
    def measures(self) -> "list[Measure]":
        """Return the measures of all children."""
        # With their types, whose limits almost every guard of a measure asks.
        return rows_of(self.referral, "measures", "type")

    @cached_property
    def orientations(self) -> "list[Orientation]":
        """Return the services of the directory that were proposed or asked for it, in their order."""
        return rows_of(self.referral, "orientations", "resource")

    @cached_property
    def excluded_resources(self) -> "list[ExcludedResource]":
        """Return the places of the directory that the case must not meet, or once had to avoid."""
        return rows_of(self.referral, "excluded_resources")

    @cached_property
    def feedback_tasks(self) -> "list[FeedbackTask]":
        """Return the answers owed to whoever filed, given or not."""
        return [] if "feedback_tasks" in self.referral.lacks else rows_of(self.referral, "feedback_tasks")

    @cached_property
    def assessments(self) -> "list[Assessment]":
        """Return the assessments, oldest first."""
        # Sorted here: `order_by` would ask again where the rows were prefetched.
        return sorted(
            known_rows_of(self.referral, "assessments"), key=lambda assessment: assessment.opened_at
        )

    @property
    def assessment(self) -> "Assessment | None":
        """Return the last assessment, open or not."""
        return self.assessments[-1] if self.assessments else None

    def visits(self) -> "QuerySet[Visit]":
        """Return the visits of the last assessment."""
        rows = self.referral.visits.filter(assessment=self.assessment)
        return rows.exclude(pk__in=visits_of(self.referral, self.hidden)) if self._as_seen else rows

    @property
    def assessment_id(self) -> UUID | None:
        """Return the id of the last assessment."""
        return self.assessment.pk if self.assessment is not None else None

    @property
    def open_assessment(self) -> "Assessment | None":
        """Return the assessment under way."""
        ended = (AssessmentState.DELIVERED, AssessmentState.ABORTED)
        return next((assessment for assessment in self.assessments if assessment.state not in ended), None)

    @property
    def delivered_report(self) -> "Assessment | None":
        """Return the last assessment if its report is delivered: what an argued referral takes along."""
        last = self.assessment
        # Not yet delivered, it isn't the team's word: nothing is argued from it.
        return last if last is not None and last.state == AssessmentState.DELIVERED else None

    @cached_property
    def conclusions(self) -> "dict[UUID, Conclusion]":
        """Return the last assessment's conclusions by child."""
        if self.assessment is None:
            return {}
        return {conclusion.child_id: conclusion for conclusion in self.assessment.conclusions.all()}

    @cached_property
    def assignments(self) -> "list[Assignment]":
        """Return who is on the case now."""
        return rows_of(self.referral, "assignments", until_at=None)

    @cached_property
    def informations(self) -> "list[HolderInformation]":
        """Return what each holder has been told, or not."""
        return known_rows_of(self.referral, "holder_informations")

    @cached_property
    def open_clocks(self) -> "list[Clock]":
        """Return the clocks that run."""
        return rows_of(self.referral, "clocks", stopped_at=None)

    @cached_property
    def records(self) -> int:
        """Return how many steps are on record; the next one takes the number after it."""
        return 0 if self.referral._state.adding else self.referral.steps.count()

    @cached_property
    def duplicates(self) -> "list[DuplicateCandidate]":
        """Return the files that may belong with this one, as it holds them itself."""
        return list(self.referral.duplicates.all()) if self.see_pairs is None else self.see_pairs()

    @cached_property
    def unseen_matches(self) -> int:
        """Return how many matches of the search nobody of the cell has looked at, as far as the actor sees."""
        return self.see_matches()

    @cached_property
    def transfer_requests(self) -> "list[TransferRequest]":
        """Return the requests that another authority takes the case over, asked for while one is open alone."""
        return list(self.referral.transfer_requests.all()) if self.referral.transfer_open else []

    @property
    def open_transfer(self) -> "TransferRequest | None":
        """Return the request that is neither settled nor given up."""
        return next(
            (transfer for transfer in self.transfer_requests if transfer.state in OPEN_TRANSFER), None
        )

    def find_open_transfer(self) -> "TransferRequest | None":
        """Return the same from the database, whatever the case shows."""
        return self.referral.transfer_requests.filter(state__in=OPEN_TRANSFER).first()

    @cached_property
    def closure_reviews(self) -> "list[ClosureReview]":
        """Return the reviews of its closings, a closed case's alone: nothing else has one due."""
        return list(self.referral.closure_reviews.all()) if self.referral.closed_at else []

    @cached_property
    def broken_glasses(self) -> "list[BreakGlass]":
        """Return the emergency openings that who acts may know of: the own ones, all of them for who reviews."""
        # A flag on the case's row: no reading asks for openings where there are none (0017).
        if not self.referral.glass_open:
            return []
        rows = self.referral.broken_glasses.all()
        # In the case's own authority: a supervisor elsewhere reviews nothing here.
        reviewers = {Role.SUPERVISOR, Role.CRIP_COORDINATOR} & self.actor.roles_in(self.authority_id)
        seen = rows if reviewers else rows.filter(user=self.actor.user_id)
        return [row for row in seen if not self.hidden or not opens_hidden(row, self.actor.user_id)]

    def is_about_hidden(self, glass: "BreakGlass") -> bool:
        """Tell whether an emergency opening of the case can only be for a child of it that is restricted (T46)."""
        return not self.referral.restricted and self.is_restricted and opens_hidden(glass)

    @cached_property
    def alerts(self) -> "list[Alert]":
        """Return the open calls: those of a case without one need no look."""
        return list(self.referral.alerts.filter(state=AlertState.OPEN)) if self.referral.alert_open else []

    def measure_type(self, code: str) -> Any:
        """Return a type of the catalogue, or None."""
        catalogue: Any = self.referral.measures.model._meta.get_field("type").related_model
        return catalogue.objects.filter(pk=code).first()

    @property
    def pseudonym(self) -> UUID:
        """Return the name under which the journal knows the case."""
        return self.referral.pseudonym

    @contextmanager
    def as_seen(self) -> Iterator[None]:
        """Show the case within the block without the hidden children and what hangs on them alone."""
        if not self.hidden:
            yield
            return

        def hides(children: set[UUID]) -> bool:
            # A row that is also about other children stays, as it does for who reads it (SEC-AZ20).
            return bool(children) and children <= self.hidden

        names = ("_as_seen", "recorded", "measures", "judicial_referrals", "conclusions")
        # All of them are read before one is replaced, or a part first read within the block would stay bounded after
        # it.
        whole = {name: getattr(self, name) for name in names}
        justice = [
            row for row in self.judicial_referrals if not hides({child.pk for child in row.children.all()})
        ]
        self.__dict__ |= {
            "_as_seen": True,
            "recorded": [child for child in self.recorded if child.pk not in self.hidden],
            "measures": [row for row in self.measures if row.child_id not in self.hidden],
            "judicial_referrals": justice,
            "conclusions": {pk: row for pk, row in self.conclusions.items() if pk not in self.hidden},
        }
        try:
            yield
        finally:
            self.__dict__ |= whole

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let a new referral, and what ``insert`` is given within the block, wait for its end, and go together.

        Nothing in the block may read it back before ``flush``. A block within another one ends with that one.
        """
        if self._waiting is not None:
            yield
            return
        self._waiting = []
        try:
            yield
            # Not reached after an error: the transaction is then rolled back.
            self.flush()
        finally:
            self._waiting = None

    def insert(self, *rows: "Model") -> None:
        """Insert rows, at once or at the end of the block; there with all that they have become by then."""
        if self._waiting is None:
            insert(rows)
        else:
            self._waiting += rows

    def save(self) -> None:
        """Save the referral; one that is new within the block goes in at its end."""
        if self._waiting is None or not self.referral._state.adding:
            self.referral.save()

    def flush(self) -> None:
        """Insert what waits until now: what is written next needs it there."""
        # The referral first, by a statement of its own: the rows that hang on it are the caller's by it (row-level
        # security).
        if self._waiting is not None and self.referral._state.adding:
            insert([self.referral])
        if self._waiting:
            insert(self._waiting)
            self._waiting.clear()

    def forget(self, *names: str) -> None:
        """Read these parts anew when they are asked for next."""
        for name in names:
            self.__dict__.pop("recorded" if name == "children" else name, None)
            self.outdate(name)

    def outdate(self, related: str) -> None:
        """Drop what was prefetched of a relation of the referral: a row came or went."""
        getattr(self.referral, "_prefetched_objects_cache", {}).pop(related, None)
