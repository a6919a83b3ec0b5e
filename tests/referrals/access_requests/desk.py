"""An officer's desk: a case about a child, and a request followed step by step, with a copy made by hand."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from accounts.roles import Role
from accounts.signin import SESSION
from audit.events import Origin
from referrals.access_requests import actions, effects
from referrals.access_requests.copies import Part, ReaderLine, Readers, Span
from referrals.execution import row_approvals
from referrals.models import AccessRequest, Child, Concern, Holder, RowApproval
from referrals.vocabulary.access_requests import Subject, Withheld
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.referrals.workflow.kit import AT, TODAY, Kit

GIRL = {"last_name": "Durandal", "first_names": "Inès", "birth_date": "2011-05-06"}
FATHER = "Marc Durandal"
SECRET = "Cerfeuil-4K"
FILER = "Madame Ortie"
TEXT = f"{FILER} a signalé les faits. {SECRET} est la petite sœur."
SPAN = Span(start=0, end=len(FILER), code=Withheld.FILER)
RECEIVING = {
    "requester": "holder", "way": "letter", "received_on": TODAY.isoformat(), "name": FATHER,
    "contact": "12 rue des Essais\n93000 Bobigny", "words": "Je veux tout le dossier.", **GIRL,
}  # fmt: skip
IDENTIFIED = {
    "proof": "paper",
    "standing": "holder_in_office",
    "in_office": True,
    "how": "Carte d'identité regardée.",
}
OPINION = {"verdict": "send", "reason": "Sans risque."}


def parts_of(case: Any, child: Any, scope: Any) -> list[Part]:
    """Return the copy of one child: a fact in which who filed is named, and the first names."""
    if child not in scope.children:
        return []
    return [
        Part(
            referral=case, source="referrals.Fact.text", row=uuid4(), label="Fait", access_class="D",
            subjects=frozenset({Subject.CHILD}), may_withhold=frozenset({Withheld.FILER, Withheld.THIRD_PARTY}),
            on=TODAY, text=TEXT, hidden=(SPAN,),
        ),
        Part(
            referral=case, source="referrals.Child.first_names", row=uuid4(), label="Prénoms",
            access_class="B", subjects=frozenset({Subject.CHILD}), may_withhold=frozenset(), text="Inès",
        ),
    ]  # fmt: skip


def readers_of(entry: Any) -> Readers:
    """Return a list of one consultation."""
    line = ReaderLine(
        entry=entry, day=TODAY, hours="8 h – 12 h", function="Évaluateur", service="CRIP", purpose="Évaluation",
        classes=("identité",), own_authority=True, what="read",
    )  # fmt: skip
    return Readers(lines=(line,), proofs={"count": 1})


def double(case: Any, child: Any, *, entry: Any = None, built: list[Any] | None = None) -> Any:
    """Return what stands for collector, readers and package, which have tests of their own."""
    kept = built if built is not None else []

    def build(content: Any) -> bytes:
        kept.append(content)
        return b"PK" + str(len(kept)).encode()

    def module(name: str) -> Any:
        if name == "collection":
            return SimpleNamespace(collect=lambda scope, *, actor, at: parts_of(case, child, scope))
        if name == "readers":
            return SimpleNamespace(
                readers=lambda scope, *, actor, at, named: (
                    readers_of(entry or uuid4()) if scope.referrals else Readers(lines=())
                ),
                proven=lambda proofs: proofs,
            )
        names = ("letter", "requester", "received_on", "cases", "pieces", "readers")
        return SimpleNamespace(
            PackageContent=lambda **said: SimpleNamespace(**{one: said[one] for one in names}),
            build=build,
        )

    return module


#: What of the feature has stand-ins, by the name under which the effects have it.
PLACES = {"collection": "collection", "readers": "lists", "package": "package"}


class Desk:
    """One request about one case, in the hands of the people of 93; ``at`` is the instant of each act."""

    def __init__(self, world: Any, monkeypatch: Any = None, *, state: str = "triage") -> None:
        self.world, self.at = world, AT
        self.kit = Kit(world, state)
        self.named(self.kit)
        world.hire("dpo_2", Role.DPO)
        self.pk: Any = None
        self.built: list[Any] = []
        self.entry = uuid4()
        if monkeypatch:
            self.stands_in(monkeypatch)

    def stands_in(self, monkeypatch: Any) -> "Desk":
        """Let collector, readers and package be those of ``double``; a kept desk has none yet."""
        standing = double(self.kit.case.pk, self.kit.child.pk, entry=self.entry, built=self.built)
        for name, place in PLACES.items():
            monkeypatch.setattr(effects, place, standing(name))
        return self

    # --- Rows ---------------------------------------------------------------------------------------------

    def named(self, kit: Kit, *, child: Any = GIRL, holder: str = FATHER) -> None:
        """Give the child and the holder of a case their names; the child isn't anywhere."""
        keys = kit.fill.keys
        for name, value in child.items():
            field = Child._meta.get_field(name)
            setattr(kit.child, name, keys[field.key].seal(field, kit.child.pk, value) if value else None)
        kit.child.whereabouts = None
        kit.child.save()
        field = Holder._meta.get_field("name")
        kit.holder.name = keys[field.key].seal(field, kit.holder.pk, holder)
        kit.holder.implicated = ""
        kit.holder.save()
        Concern.objects.filter(referral=kit.case).update(holder_implicated="no")

    # --- What people do -----------------------------------------------------------------------------------

    def actor(self, who: str, code: str = "93") -> Any:
        """Return a person who has just proved both factors."""
        actor = self.world.actor(who, code, at=self.at)
        return replace(actor, origin=Origin(rid="test", auth=SESSION), proved_at=self.at)

    def receives(self, who: str = "dpo", **said: Any) -> Any:
        row = actions.receive(RECEIVING | said, actor=self.actor(who), at=self.at)
        see_all()
        self.pk = row.pk
        return self.row

    def does(self, step: str, body: Any = None, *, who: str = "dpo", by: str = "") -> Any:
        """Do a step; ``by``: who signs it, right after."""
        declared = steps.get(Machine.ACCESS_REQUEST, step)
        said = (body or {}) | ({"approver": str(self.world.user(by).pk)} if by else {})
        actions.runner.perform(declared, self.pk, said, actor=self.actor(who), at=self.at)
        see_all()
        if by:
            self.signs(by)
        return self.row

    def signs(self, by: str) -> None:
        asked = RowApproval.objects.get(target=self.pk, state="requested")
        row_approvals.sign(asked.pk, actor=self.actor(by), at=self.at)
        see_all()

    @property
    def row(self) -> Any:
        return AccessRequest.objects.get(pk=self.pk)

    def identifies(self, **said: Any) -> Any:
        return self.does("confirm_identity", IDENTIFIED | said)

    def scopes(self, *kits: Kit, by: str = "", **said: Any) -> Any:
        references = [kit.case.reference for kit in kits or (self.kit,)]
        return self.does("set_scope", {"references": references, "searched": True} | said, by=by)

    def copies(self, **said: Any) -> Any:
        """Go as far as the copy."""
        self.receives(**said)
        self.identifies()
        self.scopes()
        return self.does("collect")

    def answers(self, *, by: str = "supervisor", **said: Any) -> Any:
        return self.does("answer", said, by=by)

    def refuses(self, reason: str = "no_standing", *, by: str = "supervisor") -> Any:
        return self.does("refuse", {"reason": reason, "reasons": "Motif interne."}, by=by)

    def asks(self, who: str = "ase_inspector", **said: Any) -> Any:
        self.later(minutes=1)
        self.does("ask_opinion", {"user": str(self.world.user(who).pk), "question": "Peut-on communiquer ?"})
        return self.does("give_opinion", OPINION | said, who=who)

    def later(self, **much: Any) -> None:
        self.at += timedelta(**much)
