"""What a learner does in the stories of the training: the right acts of each, and wrong ones with the goal they miss."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.roles import Role
from referrals.models import BreakGlass, Holder
from tests.factories.world import World
from tests.web.visiting import Visitor
from web.training import actions, acts, files, forms, queries
from web.training.company import ME, Company, gathered
from web.training.playing import children_of, each
from web.training.progress import Begun

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
#: Who of the world learns, by the role of the story.
LEARNERS = {role: str(role) for role in Role}


class Learner:
    """Somebody of the world in one story, from its beginning on."""

    def __init__(self, world: World, code: str, *, at: datetime) -> None:
        self.story = files.stories()[code]
        self.name = LEARNERS[self.story.role]
        self.actor = world.actor(self.name, at=at)
        self.at = at
        self.case, learner = actions.begin(self.story, actor=self.actor, at=at)
        self.begun = Begun(at, learner, self.case)
        self.company: Company = gathered(self.actor, self.story.role, at=at)

    def does(self, step: str, *, after: timedelta = MINUTE, **said: Any) -> Any:
        """Do a step of the case as the learner."""
        return self.company.do(ME, self.case, step, at=self.at + after, **said)

    def files(self, form: dict[str, Any], *, urgent: bool = False) -> None:
        """File a concern as the learner."""
        self.company.file(ME, form, at=self.at + MINUTE, urgent=urgent)

    def unlike(self) -> None:
        """Do nothing: what is missed then is all that was to be done."""

    def reads(self) -> None:
        """Open the file as the learner."""
        self.company.read(ME, self.case, at=self.at + MINUTE)

    @property
    def children(self) -> list[Any]:
        return children_of(self.case)

    def missed(self, *, after: timedelta = HOUR) -> list[str]:
        """Return the codes of the goals that aren't met."""
        found = queries.results(self.story, self.begun, at=self.at + after)
        return [one.goal.code for one in found if not one.met]


def child(first_name: str, years: int, at: datetime, **said: Any) -> dict[str, Any]:
    return forms.child("93", first_name, forms.born(years, at), "girl", **said)


# --- Stories of who files -----------------------------------------------------------------------------


def hotel(learner: Learner, **said: Any) -> dict[str, Any]:
    girl = {
        "identity_known": "unknown", "age_estimated_min": 13, "age_estimated_max": 16, "sex": "girl",
        "commune_insee": "93008", "whereabouts": "known", "whereabouts_detail": "Chambre 12",
    }  # fmt: skip
    return (
        forms.alarm([girl], "Trois nuits, des adultes différents.", "Un adulte est dans la chambre.") | said
    )


def nurse(learner: Learner, **said: Any) -> dict[str, Any]:
    at, home = learner.at, {"kind": "household"}
    return forms.concern(
        [child("Lou", 13, at), child("Sam", 9, at, **home), child("Mia", 6, at, **home)],
        "« Mon père me conduit le soir chez des hommes. »",
        on=at,
        holders=[{"name": "Père Exemple", "link": "father", "implicated": "yes"}],
        holder_implicated="yes", parents_informed="no", not_informed_reason="holder_implicated",
        has_household_minors="yes", prostitution_status_filer="established", danger_now="yes",
        danger_what="Retour ce soir.", emergency_done=["prosecutor"], bound_by_secrecy="yes",
        filer_profession="school_nurse_doctor",
    ) | said  # fmt: skip


def fact(source: str, text: str) -> dict[str, Any]:
    return {"period": "Depuis septembre", "place_type": "school", "source": source, "text": text}


def teacher(learner: Learner, **said: Any) -> dict[str, Any]:
    return forms.concern(
        [child("Alex", 14, learner.at)],
        "",
        on=learner.at,
        facts=[fact("seen", "Deux téléphones neufs."), fact("reported", "Un homme attend le vendredi.")],
        signs=[{"code": code, "mode": "observed"} for code in ("absenteeism", "several_phones")],
        prostitution_status_filer="at_risk",
    ) | said  # fmt: skip


def home(learner: Learner, **said: Any) -> dict[str, Any]:
    return forms.alarm(
        [child("Noa", 16, learner.at)], "Des bleus au visage.", "Un homme attend dehors.",
        prostitution_status_filer="suspected",
    ) | said  # fmt: skip


def hospital(learner: Learner, **said: Any) -> dict[str, Any]:
    at, more = learner.at, {"kind": "household"}
    return forms.concern(
        [child("Lina", 15, at), *(child(n, y, at, **more) for n, y in (("Tom", 12), ("Max", 4), ("Zoé", 1)))],
        "",
        on=at,
        facts=[fact("seen", "Il lui prend son téléphone."), fact("heard_from_child", "« Je lui dois de l'argent. »")],
        has_household_minors="yes", prostitution_status_filer="suspected",
    ) | said  # fmt: skip


# --- Stories of the cell and its colleagues -----------------------------------------------------------


def adds(learner: Learner) -> None:
    learner.does("provide_info", text="Erreur sur la personne : un autre élève du même nom.")


def sends(learner: Learner, *, after: timedelta = 20 * MINUTE, grounds: tuple[str, ...] = ("5", "6")) -> None:
    justice = acts.to_justice(list(grounds), on=learner.at)
    learner.does("send_judicial", after=after, children=learner.children[:1], **justice)


def breaks(learner: Learner) -> None:
    made = learner.company.on_glass(
        ME, learner.case, "open", at=learner.at + MINUTE, reason="Appel de l'astreinte : danger immédiat."
    )
    learner.glass = made.made


def gives_back(learner: Learner) -> None:
    learner.company.on_glass(ME, learner.case, "give_back", at=learner.at + 30 * MINUTE, glass=learner.glass)


def reviews(learner: Learner) -> None:
    learner.reads()
    glass = BreakGlass.objects.get(referral=learner.case).pk
    learner.company.on_glass(
        ME, learner.case, "approve", at=learner.at + MINUTE, glass=glass, note="Danger constaté."
    )


def triages(learner: Learner, *, after: timedelta = 2 * MINUTE) -> None:
    learner.does("start_triage", after=after, method="by_hand", where="Registre de la cellule", found="no")


def qualifies(learner: Learner, urgency: str = "U3", level: str = "grave_immediate") -> None:
    other = learner.company.user("crip_coordinator")
    proposal = learner.does(
        "qualify",
        after=40 * MINUTE,
        children=each(learner.children, danger_categories=["security"], danger_level=level),
        urgency=urgency,
        opinion="Les éléments concordent.",
        urgency_reason="Transmission urgente.",
        approver=other.pk,
    )
    if proposal.approval is not None:
        learner.company.sign("crip_coordinator", learner.case, proposal, at=learner.at + 45 * MINUTE)


def defers(learner: Learner, **said: Any) -> None:
    later = {
        "outcome": "deferred",
        "reason": "prosecutor",
        "review_on": learner.at.date() + timedelta(days=7),
    }
    learner.does(
        "inform_holders",
        after=30 * MINUTE,
        holder=Holder.objects.filter(referral=learner.case)[0].pk,
        occasion="judicial_referral",
        **(later | said),
    )


def father(learner: Learner) -> None:
    learner.reads()
    sends(learner)
    defers(learner)
    triages(learner, after=35 * MINUTE)
    qualifies(learner)


def refutes(learner: Learner) -> Any:
    return learner.does(
        "set_exploitation_status",
        child=learner.children[0],
        value="refuted",
        reasons="L'annonce est d'une adulte, identifiée par la police.",
        approver=learner.company.id_of("supervisor"),
    )


def drops(learner: Learner) -> None:
    learner.company.read("supervisor", learner.case, at=learner.at + MINUTE)
    learner.company.sign("supervisor", learner.case, refutes(learner), at=learner.at + 2 * MINUTE)
    learner.does("set_urgency", after=3 * MINUTE, value="U0", reason="Le soupçon est écarté.")
    learner.does(
        "reorient",
        after=4 * MINUTE,
        reason="L'annonce n'est pas la sienne.",
        target="no_object",
        feedback="Sans suite.",
        approver=learner.company.id_of("supervisor"),
    )


def restricts(learner: Learner) -> None:
    learner.reads()
    learner.does(
        "restrict",
        named=[learner.company.id_of(name) for name in (ME, "crip_coordinator", "supervisor")],
        reason="Un proche travaille dans le service.",
        review_on=learner.at.date() + timedelta(days=30),
    )


def assigns(
    learner: Learner, fields: tuple[str, str] = ("socio_educational", "health"), days: int = 5
) -> None:
    people = [learner.company.id_of(name) for name in ("assessor", "assessor_2")]
    learner.does(
        "assign",
        team=[{"user": user, "field": field} for user, field in zip(people, fields, strict=True)],
        plan_on=learner.at.date() + timedelta(days=days),
    )


def meets(learner: Learner, seen: str = "alone", *, some: slice = slice(None)) -> None:
    learner.does(
        "record_contact",
        kind="meeting",
        who="Les deux évaluateurs",
        where="Collège",
        at_=learner.at - HOUR,
        children=each(learner.children[some], seen=seen),
        holders_consent="yes",
        text="Un entretien calme.",
    )


def decides(learner: Learner, *, brother: bool = True) -> None:
    eldest, other = learner.children
    if brother:
        learner.does(
            "decide_child",
            child=other,
            decision="admin",
            motivation="Une aide à domicile.",
            **acts.hearing(learner.at),
            measures=[{"child": other, "type": "aed", "aim": "Soutenir.", "duration_months": 6}],
        )
    learner.does(
        "decide_child",
        after=2 * MINUTE,
        child=eldest,
        decision="judicial",
        motivation="La justice la protège.",
        **acts.hearing(learner.at),
    )


def decides_whole(learner: Learner) -> None:
    eldest, other = learner.children
    learner.does(
        "decide_child", child=other, decision="admin", motivation="Une aide à domicile.",
        **acts.hearing(learner.at),
        measures=[{"child": other, "type": "aed", "aim": "Soutenir.", "duration_months": 6}],
    )  # fmt: skip
    learner.does(
        "decide_judicial", after=2 * MINUTE, children=[eldest],
        decisions=each([eldest], decision="judicial", motivation="Le juge.", **acts.hearing(learner.at)),
        motivation="La situation relève du juge.", **acts.to_justice(["3", "6"], on=learner.at),
    )  # fmt: skip


def refusal(learner: Learner, *, persists: bool = True) -> None:
    mother = Holder.objects.filter(referral=learner.case).order_by("position")[0]
    justice = acts.to_justice(["2"], on=learner.at) if persists else {}
    learner.does(
        "record_refusal",
        child=learner.children[0],
        refusals=[{"holder": mother.pk, "how": "Refus écrit", "on": learner.at.date()}],
        attempts="Deux courriers et trois appels au père, sans réponse.",
        danger_persists=persists,
        **justice,
    )


def tells(learner: Learner, *, some: slice = slice(None)) -> None:
    for holder in Holder.objects.filter(referral=learner.case).order_by("position")[some]:
        learner.does(
            "inform_holders",
            after=5 * MINUTE,
            holder=holder.pk,
            occasion="judicial_referral",
            outcome="done",
            told_on=learner.at.date(),
            means="Courrier recommandé",
        )


# --- The course ---------------------------------------------------------------------------------------


def answers(lesson: files.Lesson, *, right: bool = True) -> dict[str, str]:
    """Return an answer to each question: the right ones, or a wrong one to each."""
    return {
        f"q{number}": str(next(i for i, one in enumerate(question.choices) if one.right is right))
        for number, question in enumerate(lesson.questions)
    }


def completes(world: World, visitor: Visitor) -> None:
    """Go through the course and one story, as who files."""
    for lesson in files.lessons().values():
        visitor.post(f"/entrainement/cours/{lesson.code}", answers(lesson))
    code = "inconnue-a-l-hotel"
    visitor.post(f"/entrainement/histoires/{code}", {})
    learner = Learner(world, code, at=timezone.now())
    learner.files(hotel(learner), urgent=True)
