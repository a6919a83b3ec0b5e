"""How a journey is told: one case, people of the world at the API, and a clock that the test sets.

After every step the story checks what holds at every step of every journey: the receipt and the legal date of
the assessment haven't moved (domain.md §2.8 no. 1).
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db.models import Model, UUIDField

from audit import journal, pseudonyms
from audit.models import EntrySubject
from core.compiled_queries import CompiledQuery, Given
from outbox.models import Notice
from referrals.break_glass import queries as break_glass_queries
from referrals.models import Child, Clock, Holder, Referral
from referrals.urgent_calls import escalation
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.factories.world import World
from tests.journeys import bodies

PARIS = ZoneInfo("Europe/Paris")
#: Members of an entry that hold drawn, keyed or counted values only (tests/audit proves their forms): among so many
#: digits a short word turns up by chance.
DRAWN = re.compile(
    r'"(?:id|salt|ts|mono|w|wseq|wmac|actor|obo|obj|tenant|pd|rid|trace)":("[^"]*"|\d+|\[[^]]*\])'
)


def paris(text: str) -> datetime:
    """Return an instant told as the wall of Paris shows it: ``2026-11-21 23:40``."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def wall(instant: datetime) -> str:
    """Return an instant as the wall of Paris shows it, to the second."""
    return instant.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")


#: What no step of a journey moves.
DATES = ("received_at", "statutory_due_at")


@cache
def columns(model: type[Model], *names: str) -> CompiledQuery[Any]:
    """Return the query of some columns of a row, by its ``pk``."""
    return CompiledQuery(
        lambda: model._default_manager.filter(pk=Given("pk", UUIDField())).values_list(*names)
    )


class Story:
    """One case followed through the API, and what the database and the journal hold of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = paris("2026-11-24 10:00")
        self.pk = ""
        self._dates: tuple[Any, Any] | None = None

    def at(self, text: str) -> None:
        """Let it be this minute on the wall of Paris."""
        self.now = paris(text)

    # --- What people do -------------------------------------------------------------------------------

    def files(self, who: str, concern: dict[str, Any], *, urgent: bool = False) -> dict[str, Any]:
        """File in one request; return the answer's body."""
        body = concern | {"submit": True} | ({"urgent": True} if urgent else {})
        answer = self.world.as_(who).post("referrals", body, key=uuid4().hex)
        assert answer.status_code == 201, answer.content.decode()
        self.pk = answer.json()["id"]
        self._dates = self._stored(*DATES)
        return answer.json()

    def does(
        self, who: str, step: str, body: Any = None, *, part: str = "", code: str = "93", expect: int = 200
    ) -> Any:
        """Do one step on the present version; return the answer's body."""
        place = f"referrals/{self.pk}/{part + '/' if part else ''}{step}"
        answer = self.world.as_(who, code).post(place, body, version=self.version, key=uuid4().hex)
        assert answer.status_code == expect, (step, answer.status_code, answer.content.decode()[:2000])
        self._nothing_moved()
        return answer.json()

    def refused(self, who: str, step: str, body: Any = None, *, part: str = "", expect: int = 409) -> Any:
        """Ask for a step that must be refused; the case hasn't moved. Return the rule, or the code without one."""
        before = self._stored("state", "version")
        said = self.does(who, step, body, part=part, expect=expect)
        assert self._stored("state", "version") == before
        return said.get("rule", said["code"])

    def signed(self, who: str, step: str, body: dict[str, Any], *, by: str, part: str = "") -> Any:
        """Propose a step that two must sign, and let the second person sign it."""
        asked = self.does(who, step, body | {"approver": self.user(by)}, part=part, expect=202)
        return self.does(by, "sign", part=f"approvals/{asked['approval']}")

    def writes(self, who: str, body: Any) -> None:
        """Write in the assessment (PATCH)."""
        answer = self.world.as_(who).patch(f"referrals/{self.pk}/assessment", body, version=self.version)
        assert answer.status_code == 200, answer.content.decode()[:2000]
        self._nothing_moved()

    def reads(self, who: str, part: str = "", *, code: str = "93", expect: int = 200) -> Any:
        """Read the case, or one part of it; None if it must not be found."""
        answer = self.world.as_(who, code).get(f"referrals/{self.pk}{'/' + part if part else ''}")
        assert answer.status_code == expect, (who, answer.status_code, answer.content.decode()[:500])
        return answer.json() if expect == 200 else None

    def unseen_by(self, *people: str) -> None:
        """Check that for these people the case doesn't exist; others of 75 and 59 see nothing at any time."""
        for who in people:
            self.reads(who, expect=404)
        for code in ("75", "59"):
            self.reads("crip_coordinator", code=code, expect=404)

    # --- The night --------------------------------------------------------------------------------------

    def breaks_glass(self, who: str, reason: str = "Appel de la permanence.", *, expect: int = 201) -> Any:
        """Open the case in an emergency by its reference; return the answer's body."""
        said = {"reference": self.row.reference, "reason": reason}
        answer = self.world.as_(who).post("break-glass", said, key=uuid4().hex)
        assert answer.status_code == expect, (answer.status_code, answer.content.decode()[:2000])
        return answer.json()

    def on_the_rota(self, who: str, place: str, starts: str, ends: str, *, code: str = "93") -> str:
        """Let the administrator of an authority put an officer on the rota between two minutes of Paris; return the shift's id."""
        said = {
            "officer": str(self.world.user(who, code).pk), "place": place,
            "starts_at": paris(starts).isoformat(), "ends_at": paris(ends).isoformat(),
        }  # fmt: skip
        path = f"authorities/{self.world.authorities[code].pk}/rota"
        answer = self.world.as_("territory_admin", code).post(path, said, key=uuid4().hex)
        assert answer.status_code == 201, answer.content.decode()[:2000]
        return str(answer.json()["id"])

    def called(self) -> list[str]:
        """Let the recurring work of this minute be done; return who is called by phone for it, by name."""
        before = set(Notice.objects.values_list("pk", flat=True))
        for work in (break_glass_queries.expire, escalation.climb, break_glass_queries.watch):
            work(self.now)
        return self.phoned(except_for=before)

    def phoned(self, *, except_for: set[Any] = frozenset()) -> list[str]:  # type: ignore[assignment]  # an empty one
        """Return who was called by phone, by name, in alphabetical order."""
        names = {user.pk: name for (code, name), user in self.world.users.items() if code == "93"}
        calls = Notice.objects.filter(channel="call", urgent=True).exclude(pk__in=except_for)
        return sorted(names[call.user_id] for call in calls if call.user_id)

    def _nothing_moved(self) -> None:
        assert self._stored(*DATES) == self._dates

    # --- The stretch that most journeys share ---------------------------------------------------------

    def triaged(self) -> None:
        """Open the file (T05, by the system) and the first analysis (T06)."""
        self.reads("crip_coordinator")
        self.does("crip_coordinator", "start_triage", bodies.SEARCHED)

    def qualified(self, *, urgency: str = "", two: bool = False, **said: Any) -> None:
        """Qualify (T10), with the second reader where the situation asks for one."""
        urgency = urgency or max("U1", self.row.urgency)  # one that is lower than the case's is refused
        body = bodies.qualification(self.children, urgency=urgency, **said)
        if two:
            self.signed("crip_coordinator", "qualify", body, by="crip_coordinator_2")
        else:
            self.does("crip_coordinator", "qualify", body)

    def assigned(self) -> None:
        """Entrust the assessment to two assessors (T13), and name who will decide (T48)."""
        self.does("crip_coordinator", "assign", bodies.team(self._user("assessor"), self._user("assessor_2")))
        self.does("crip_coordinator", "name_decider", {"user": self.user("ase_inspector")})

    def met(self, how: str = "alone") -> None:
        """Visit the home and see every child (T17)."""
        self.does(
            "assessor", "record_contact", bodies.contact(dict.fromkeys(self.children, how), at=self._stamp())
        )

    def reported(self, levels: Sequence[str], **said: Any) -> None:
        """Write, hand in and deliver the report (A04, A05, T20), with the danger of each child in order."""
        self.does("assessor", "write", {"framework_version": "HAS 2021"}, part="assessment")
        self.writes("assessor", bodies.report(dict(zip(self.children, levels, strict=True)), self.holders))
        self.does("assessor", "hand_in", {}, part="assessment")
        self.does("assessment_lead", "submit_report", said)

    # --- What there is --------------------------------------------------------------------------------

    @property
    def row(self) -> Referral:
        """Return the referral as it is now."""
        see_all()
        return Referral.objects.get(pk=self.pk)

    def _stored(self, *names: str) -> tuple[Any, ...]:
        """Return some columns of the referral as they are now."""
        see_all()
        return columns(Referral, *names).rows(pk=UUID(self.pk))[0]

    @property
    def version(self) -> int:
        """Return the version."""
        return int(self._stored("version")[0])

    @property
    def state(self) -> str:
        """Return the state."""
        return str(self._stored("state")[0])

    @property
    def children(self) -> list[UUID]:
        """Return the children's ids, in the order of the form."""
        see_all()
        return list(Child.objects.filter(referral=self.pk).values_list("pk", flat=True))

    def child(self, number: int = 0) -> Child:
        """Return one child as it is now."""
        see_all()
        return Child.objects.filter(referral=self.pk)[number]

    @property
    def holders(self) -> list[UUID]:
        """Return the holders' ids."""
        see_all()
        return list(Holder.objects.filter(referral=self.pk).values_list("pk", flat=True))

    def clock(self, code: str, **of: Any) -> Clock:
        """Return the last clock of a code."""
        see_all()
        found = Clock.objects.filter(referral=self.pk, code=code, **of).order_by("-started_at").first()
        assert found is not None, code
        return found

    def due(self, code: str, **of: Any) -> str:
        """Return when the last clock of a code is due, on the wall of Paris."""
        return wall(self.clock(code, **of).due_at)

    @property
    def running(self) -> list[str]:
        """Return the codes of the clocks that run, one for each clock."""
        see_all()
        return sorted(Clock.objects.filter(referral=self.pk, stopped_at=None).values_list("code", flat=True))

    def shown_clock(self, who: str, code: str) -> str:
        """Return how a clock stands, as this person reads it: one that runs before one that stopped."""
        lines = sorted(self.reads(who, "clocks")["results"], key=lambda line: line["stopped_at"] is None)
        by_code = {line["code"]: line for line in lines}
        return str(by_code[code]["state"]["code"])

    def user(self, name: str) -> UUID:
        """Return the id of a person of 93."""
        return self._user(name).pk

    def _user(self, name: str) -> Any:
        return self.world.user(name)

    def _stamp(self) -> str:
        return self.now.isoformat().replace("+00:00", "Z")

    # --- What is written down -------------------------------------------------------------------------

    def entries(self) -> list[dict[str, Any]]:
        """Return the entries about this case, in the order of writing."""
        with as_owner():
            pseudonym = journal.subject(UUID(self.pk))
            several = list(EntrySubject.objects.filter(subject=pseudonym).values_list("entry_id", flat=True))
        found = [*written(subject=pseudonym), *written(pk__in=several)]
        return sorted(
            (json.loads(bytes(entry.body)) for entry in found), key=lambda body: (body["ts"], body["mono"])
        )

    def journal(self, *, since: int = 0) -> list[str]:
        """Return the entries as ``act role``, refusals as ``act role rule``."""
        lines = []
        for body in self.entries()[since:]:
            refused = f" {body['rule']}" if body["out"] == "deny" else ""
            lines.append(f"{body['act']} {body['role']}{refused}")
        return lines

    def names_nobody(self, *words: str) -> None:
        """Check that the whole journal bears pseudonyms and codes only: no id, reference, name or fact."""
        with as_owner():
            whole = "\n".join(bytes(entry.body).decode() for entry in written())
        self._filers_are_named_by_case()
        people = [str(user.pk) for user in self.world.users.values()]
        ids = [self.pk, self.row.reference, *map(str, self.children), *people]
        assert [found for found in ids if found in whole] == []
        said = DRAWN.sub("", whole)
        assert [word for word in words if word in said] == []

    def _filers_are_named_by_case(self) -> None:
        """SEC-AL20: of who files an entry on a case says the role alone; nobody who acts otherwise has that name."""
        as_themselves = {str(pseudonyms.actor(user.pk)) for user in self.world.users.values()}
        for body in self.entries():
            if body["role"] in ("filer", "filer_org_lead", "api_119") and body["obj"]:
                assert body["actor"] not in as_themselves, body["act"]
                said = [body[name] for name in ("org", "ip", "ua", "dev", "trace")]
                assert said == [None] * len(said), body["act"]

    def audited(self) -> list[str]:
        """Return the journal's lines about this case, once the auditor of 93 has read the very same over HTTP."""
        lines = self.journal()
        with as_owner():
            pseudonym = journal.subject(UUID(self.pk))
        page = self.world.as_("auditor").get("audit/entries", subject=str(pseudonym), limit=100)
        assert page.status_code == 200, page.content.decode()
        shown = [
            f"{line['act']} {line['role']}" for line in page.json()["results"] if line["outcome"] == "allow"
        ]
        assert Counter(shown) == Counter(line for line in lines if len(line.split()) == 2)
        return lines
