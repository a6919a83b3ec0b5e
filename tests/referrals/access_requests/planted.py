"""A case of two children, two holders, a filer, a third party and a secret place; each value tells whose it is."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.actor import SYSTEM
from encryption.fields import SealedField
from referrals.access_requests.collection import collect
from referrals.access_requests.copies import Part, Scope
from referrals.models import (
    Approval,
    Assessment,
    Assignment,
    Attachment,
    BreakGlass,
    Child,
    ChildDanger,
    ClosureReview,
    Complement,
    Concern,
    Conclusion,
    Decision,
    DigitalTrace,
    EmergencySheet,
    Exclusion,
    Fact,
    FeedbackTask,
    FilerMessage,
    Finding,
    HealthSign,
    Holder,
    HolderInformation,
    HolderOpinion,
    InformationRequest,
    JudicialOutcome,
    JudicialReferral,
    Measure,
    Rectification,
    Sign,
    StepRecord,
    TeamMessage,
    ThirdParty,
    TransferDocument,
    TransferRequest,
    Visit,
    Voice,
)
from referrals.vocabulary.access_requests import Requester, Wanted
from tests.days import today
from tests.referrals.workflow.kit import AT, Kit

#: Names as people have them; the text below names everybody.
NAMES = {
    "own": {"last_name": "Durandeau", "first_names": "Léonie", "usual_name": "Durandeau", "nickname": "Lolo"},
    "sibling": {"last_name": "Quiberonnec", "first_names": "Anne-Gaëlle", "usual_name": "", "nickname": "Zouzou"},
    "mother": {"name": "Clarisse Durandeau", "phone": "06 11 22 33 44", "address": "3 rue des Glycines, Bobigny"},
    "father": {"name": "Karim-Élie Benhaddou", "phone": "+33 7 55 66 77 88", "address": "9 allée Wagram, Pantin"},
    "third": {"name": "Bébert Lescroc", "phone": "0699887766", "address": "Hôtel Vespasien, Aubervilliers",
              "vehicle": "Clio AB-123-CD"},
    "filer": {"filer_name": "Mme Sidonie O’Kermadec", "filer_email": "s.okermadec@exemple.fr",
              "filer_phone": "01.48.00.00.01", "feedback_contact": "01 48 00 00 02", "filer_org": "Club Vélodrome",
              "filer_role_to_child": "sa voisine du quatrième"},
}  # fmt: skip
PLACE = "Maison Bellerive, 12 chemin des Sorbiers, Étampes"
#: What of the case leads to somebody, as people write it, by whom it leads to.
SPELT = {
    "sibling": ["ANNE GAELLE", "anne-gaëlle", "Quiberonnec", "Zouzou"],
    "father": ["Benhaddou", "karim élie", "KARIM-ELIE BENHADDOU", "07.55.66.77.88", "allée Wagram"],
    "third": ["Bebert", "Lescroc", "+33699887766", "ab 123 cd", "VESPASIEN"],
    "filer": [
        "O'Kermadec",
        "okermadec",
        "S.OKermadec@exemple.fr",
        "0148000001",
        "Sidonie",
        "sa voisine du QUATRIEME",
    ],
    "place": ["Maison Bellerive", "sorbiers", "BELLERIVE", "Etampes"],
}
#: Everybody and everything, in one text.
TOLD = (
    "Léonie Durandeau et "
    + " ; puis ".join(word for words in SPELT.values() for word in words)
    + ", fin du récit."
)


class Planted:
    """The case: ``of`` is whose each planted value is and the field it stands in."""

    def __init__(self, world: Any, state: str = "triage") -> None:
        self.kit = kit = Kit(world, state)
        self.case, self.number = kit.case, 0
        self.of: dict[str, tuple[str, str]] = {}
        for model in (Concern, Child, Holder, Assignment):
            model.objects.filter(referral=self.case).delete()
        self.own = self.plant("own", Child, **NAMES["own"], whereabouts="known")
        self.sibling = self.plant("sibling", Child, kind="household", position=1, **NAMES["sibling"])
        self.mother = self.plant("mother", Holder, **NAMES["mother"])
        self.father = self.plant("father", Holder, position=1, **NAMES["father"])
        self.form()
        self.procedure()

    def plant(self, owner: str, table: Any, /, **values: Any) -> Any:
        """Insert a row with a value in each sealed field, of ``owner``; those given in plain are sealed."""
        row = table(referral=self.case, **{
            name: value for name, value in values.items() if not isinstance(table._meta.get_field(name), SealedField)
        })  # fmt: skip
        for field in table._meta.concrete_fields:
            if isinstance(field, SealedField) and field.kind not in ("key", "bool"):
                value = values.get(field.name)
                if value is None:
                    value = self._fresh(owner, field)
                if value != "":
                    setattr(row, field.name, self.kit.fill.keys[field.key].seal(field, row.pk, value))
        row.save(force_insert=True)
        return row

    def next(self) -> int:
        self.number += 1
        return self.number

    def _fresh(self, owner: str, field: SealedField) -> Any:
        number = self.next()
        day = today().replace(year=1900, month=1, day=1) + timedelta(days=number)
        word = f"zq{number:04}x"
        value, shown = {
            "date": (day.isoformat(), f"{day:%d/%m/%Y}"),
            "int": (83_000_000 + number, str(83_000_000 + number)),
            "json": ({"text": word}, word),
        }.get(field.kind, (word, word))
        self.of[shown] = owner, field.label
        return value

    def form(self) -> None:
        plant = self.plant
        self.concern = plant("concern", Concern, filer_profession="teacher", **NAMES["filer"])
        self.fact = plant("told", Fact, text=TOLD)
        for model in (Fact, Sign):
            plant("case", model)
        plant("health", HealthSign)
        self.third = plant("third", ThirdParty, role="alleged_exploiter", link="family", **NAMES["third"])
        plant("trace", DigitalTrace)
        file = {"media": "pdf", "scan": "clean", "at": AT, "role": "filer", "size": 1, "original_size": 1}
        for kind, owner, access_class in (
            ("letter", "file", "G"), ("judicial_document", "court", "I"), ("medical_certificate", "health", "E"),
        ):  # fmt: skip
            plant(owner, Attachment, kind=kind, access_class=access_class, object=uuid4(), **file)
        barred = {"barred_at": AT, "barred_by": uuid4(), "barred_for": "minor_image"}
        self.image = plant(
            "image", Attachment, kind="letter", access_class="G", object=uuid4(), **file, **barred
        )
        plant("sibling", Attachment, kind="letter", access_class="G", object=uuid4(), children=[str(self.sibling.pk)],
              **file)  # fmt: skip

    def procedure(self) -> None:
        plant, world = self.plant, self.kit.world
        inspector = world.user("ase_inspector")
        self.inspector = inspector
        assessment = plant("assessment", Assessment, opened_at=AT, state="delivered")
        for owner, child, holder in (("own", self.own, self.mother), ("sibling", self.sibling, self.father)):
            whose = {"assessment": assessment, "child": child}
            plant(f"{owner}_part", Conclusion, danger_level="risk", **whose)
            plant(f"{owner}_part", Finding, dimension="health", **whose)
            plant(f"{owner}_part", ChildDanger, exploitation="at_risk", **whose)
            plant(f"{owner}_words", Voice, heard="alone", **whose)
            plant(f"{owner}_part", Decision, child=child, code="admin", at=AT, by=inspector)
            plant(f"{owner}_sheet", EmergencySheet, child=child, reference="R", authority=self.case.authority,
                  opened_at=AT)  # fmt: skip
            name = "mother" if holder == self.mother else "father"
            plant(name, HolderOpinion, assessment=assessment, holder=holder, met="met")
            plant(f"{name}_told", HolderInformation, holder=holder, occasion="decision")
            court = plant("court" if owner == "own" else "sibling", JudicialReferral, prepared_at=AT, state="sent",
                          sent_at=AT, letter_sha256="0" * 64, composed_at=AT)  # fmt: skip
            court.children.add(child)
            plant("court" if owner == "own" else "sibling", JudicialOutcome, judicial_referral=court, child=child,
                  type="returned", on=AT.date())  # fmt: skip
            plant(f"{owner}_measure", Measure, child=child, type_id="aed", judicial=False, proposed_at=AT,
                  state="active", place=PLACE if owner == "own" else None)  # fmt: skip
        plant("case", Visit, assessment=assessment, kind="meeting", at=AT, by=inspector)
        asked = {"asked_by": inspector.pk, "asked_at": AT}
        plant("case", InformationRequest, recipient="filer", **asked)
        plant("text_of_filer", Complement, role="filer", at=AT)
        plant("case", Complement, role="crip_coordinator", at=AT, by=inspector.pk)
        plant("to_filer", FilerMessage, at=AT, by=inspector.pk)
        plant("case", TeamMessage, at=AT, by=inspector.pk)
        plant("feedback", FeedbackTask, owed_to="professional", opened_at=AT, state="sent", decided_at=AT)
        plant("staff", Assignment, user=inspector, role="ase_inspector", since_at=AT)
        plant("staff", Exclusion, user=world.user("assessor"), by=inspector.pk, since_at=AT)
        plant("glass", BreakGlass, user=inspector, role="on_call", opened_at=AT, expires_at=AT + timedelta(hours=1),
              review_due_at=AT + timedelta(days=2))  # fmt: skip
        plant("case", ClosureReview, step="close", opened_at=AT, due_at=AT + timedelta(days=9))
        plant("case", Approval, step="qualify", machine="referral", proposer=inspector, proposer_role="ase_inspector",
              approver=world.user("supervisor"), asked_state="triage", requested_at=AT,
              expires_at=AT + timedelta(days=3))  # fmt: skip
        plant("mother_before", Rectification, model="holders", row=self.mother.pk, field="name", access_class="B",
              at=AT, by=inspector.pk, old_value={"value": self.word("mother_before")})  # fmt: skip
        plant("father_before", Rectification, model="holders", row=self.father.pk, field="name", access_class="B",
              at=AT, by=inspector.pk, old_value={"value": self.word("father_before")})  # fmt: skip
        plant("filer", Rectification, model="concern", row=self.concern.pk, field="filer_name", access_class="C",
              at=AT, by=inspector.pk, old_value={"value": self.word("filer")})  # fmt: skip
        for order, access_class in enumerate("DCKI", 1):
            step = {
                "machine": "referral",
                "number": "T10",
                "at": AT,
                "order": order,
                "role": "crip_coordinator",
            }
            plant("step" if access_class == "D" else f"step_{access_class}", StepRecord, step="qualify",
                  by=inspector.pk, access_class=access_class,
                  data={"text": self.word("step" if access_class == "D" else f"step_{access_class}"),
                        "children": [{"child": str(self.own.pk), "note": self.word("step_own")},
                                     {"child": str(self.sibling.pk), "note": self.word("sibling")}],
                        "filer_name": self.word("filer"), str(self.father.pk): self.word("father")},
                  **step)  # fmt: skip
        request = plant("transfer", TransferRequest, reference=self.case.reference, authority=self.case.authority,
                        target=world.authorities["75"], ground="moved", channel="electronic", state="kept",
                        asked_by=inspector.pk, asked_at=AT)  # fmt: skip
        content = {"children": [{"id": str(self.own.pk), "x": self.word("document")},
                                {"id": str(self.sibling.pk), "x": self.word("sibling")}],
                   "third_parties": [{"name": self.word("third")}], "told": TOLD}  # fmt: skip
        plant("document", TransferDocument, request=request, kind="concern", made_at=AT, content=content)

    def word(self, owner: str) -> str:
        """Return a fresh word of somebody."""
        word = f"zq{self.next():04}x"
        self.of[word] = owner, "json"
        return word

    # --- The copy -------------------------------------------------------------------------------------------

    def scope(self, requester: str, **more: Any) -> Scope:
        """Return what one of those who ask has a right to."""
        mine: dict[str, Any] = {
            Requester.HOLDER: {"holder": self.mother.pk, "children": frozenset({self.own.pk})},
            Requester.FILER: {},
            Requester.THIRD_PARTY: {"persons": frozenset({self.third.pk})},
            Requester.STAFF: {"persons": frozenset({self.inspector.pk})},
        }.get(requester, {"children": frozenset({self.own.pk})})
        known = {
            "requester": Requester(requester),
            "wanted": Wanted.ALL,
            "referrals": frozenset({self.case.pk}),
        }
        return Scope(**known | mine | more)

    def copy(self, requester: str, **more: Any) -> list[Part]:
        """Return the parts for who asks."""
        return collect(self.scope(requester, **more), actor=SYSTEM, at=AT)

    def owners(self, parts: list[Part], *, hidden: bool = False) -> dict[str, set[str]]:
        """Return whose values are in some parts, with the fields; ``hidden``: also those that are hidden."""
        text = "\n".join((part.text or "") if hidden else visible(part) for part in parts)
        found: dict[str, set[str]] = {}
        for word, (owner, label) in self.of.items():
            if word in text:
                found.setdefault(owner, set()).add(label)
        return found


def visible(part: Part) -> str:
    """Return what of a part isn't hidden."""
    if part.withheld is not None or part.text is None:
        return ""
    hidden = {at for span in part.hidden for at in range(span.start, span.end)}
    return "".join(sign for at, sign in enumerate(part.text) if at not in hidden)
