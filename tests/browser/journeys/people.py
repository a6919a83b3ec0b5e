"""What each person comes to do, from the page on which sign-in leaves them to the end: one child, told as one story.

A journey goes by what a person reads: the words of links, buttons and questions. It types no address. The answers of
steps are named by their fields, as in ``tests/browser/acting.py``.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial

from playwright.sync_api import Browser

from tests.browser.acting import REPORT, Said, answers, day, silent, unasked, writes_of_each_child
from tests.browser.conftest import Service
from tests.browser.journeys.meter import DESK, PATIENCE_MS, PHONE, Journey, NotPossible, Walker
from tests.browser.test_filing import REFERENCE, knows_not, says, ticks

LAST, FIRST = "Parcours", "Zoé"


class Story:
    """Who there is, each at a window of their own, and the two filings about one child."""

    def __init__(
        self, browser: Browser, service: Service, stack: ExitStack, *, scripts: bool, heights: bool
    ) -> None:
        self.browser, self.service, self.stack, self.scripts = browser, service, stack, scripts
        self.heights = heights
        self.journeys: list[Journey] = []
        self.first, self.urgent = "", ""
        self.person = cache(self._person)

    def _person(self, name: str, phone: bool = False) -> Walker:
        context = self.browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", viewport=PHONE if phone else DESK,
            java_script_enabled=self.scripts,
        )  # fmt: skip
        self.stack.callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        found = Walker(context.new_page(), self.service, heights=self.heights)
        self.stack.callback(found.leaves)
        found.signs_in(name)
        found.landing = found.page.url
        return found

    @contextmanager
    def does(self, name: str, what: str, *, phone: bool = False) -> Iterator[Walker]:
        """Let somebody do something, from where sign-in leaves them."""
        someone = self.person(name, phone)
        with someone.does(name, what) as journey:
            someone.lands()
            yield someone
        self.journeys.append(journey)


def opens(someone: Walker, reference: str) -> None:
    """Come to a case whose reference one knows: by a list that shows it, else by the filter of the queue."""
    if not reference:
        raise NotPossible("nothing was filed")
    link = re.compile(re.escape(reference))
    if not someone.finds(link):
        someone.turns_to("Dossiers")
    if not someone.finds(link):
        looks_for(someone, reference)
    someone.follows(link)


def looks_for(someone: Walker, words: str) -> None:
    """Look for a case by words of its reference in the queue."""
    field = someone.page.get_by_label("Référence").first
    if not field.count():
        raise NotPossible("no field for a reference")
    someone.unfolds(field)
    field.fill(words)
    someone.presses(re.compile("^(Appliquer|Chercher|Rechercher)"))


def takes(someone: Walker, step: str, said: Said | None = None, *, about: str = "") -> None:
    """Take a step that the page offers, and be told that it is done."""
    someone.follows(re.compile(rf"^{re.escape(step)}(\W.*{re.escape(about)}|$)"))
    answers(someone, said or {})
    someone.presses(step)
    done = rf"«\s{re.escape(step)}\s»\sest (enregistrée|proposé)"
    someone.page.get_by_text(re.compile(done)).wait_for()


def signs(someone: Walker, reference: str) -> None:
    """Find what waits for one's signature, read it, and sign."""
    someone.turns_to("À signer")
    someone.uses(someone.page.locator("main li", has_text=reference).get_by_role("link").first)
    someone.presses(re.compile("^Signer"))
    someone.page.get_by_text("est enregistrée").wait_for()


# --- Filing ---------------------------------------------------------------------------------------------


def _child(teacher: Walker) -> None:
    ticks(teacher, "Connaissez-vous l'identité", "Connue")
    says(teacher, "Nom de famille", LAST)
    says(teacher, "Prénoms", FIRST)
    says(teacher, "Date de naissance", "4/5/2012")
    ticks(teacher, "Sexe ou genre", "Fille")


def _place(someone: Walker) -> None:
    says(someone, "Dans quelle commune", "Bobigny")
    ticks(someone, "Où se trouve l'enfant", "Localisé")


def _whole_child(teacher: Walker) -> None:
    _child(teacher)
    _place(teacher)
    says(teacher, "Adresse habituelle", "1 rue de l'Essai")
    ticks(teacher, "Une mesure de protection", "Non")


def _concern(teacher: Walker) -> None:
    ticks(teacher, "L'enfant est-il en danger", "Non")
    ticks(teacher, "Qui avez-vous déjà appelé", "Personne pour l'instant")
    says(teacher, "Que s'est-il passé", "Deux téléphones depuis la rentrée, et un homme qui l'attend.")
    ticks(teacher, "Comment le savez-vous", "Vu")
    says(teacher, "Que pense l'enfant", "D'accord pour en parler.")
    ticks(teacher, "L'enfant sait-il", "Oui")


def _situation(teacher: Walker) -> None:
    ticks(teacher, "Quelle est la nature", "Non déterminé")
    ticks(teacher, "Quelle est votre certitude", "Suspectée")
    knows_not(teacher)


def _family(teacher: Walker) -> None:
    says(teacher, "Nom et prénom", f"Mère {LAST}")
    ticks(teacher, "Lien avec l'enfant", "Mère")
    ticks(teacher, "Un titulaire de l'autorité parentale est-il", "Ne sait pas")
    ticks(teacher, "D'autres enfants vivent-ils", "Ne sait pas")
    ticks(teacher, "Les parents sont-ils informés", "Non")
    ticks(teacher, "Pour quel motif", "Risque de représailles")


def _done(teacher: Walker) -> None:
    says(teacher, "Qu'avez-vous déjà fait", "Deux entretiens.")
    ticks(teacher, "Avez-vous déjà saisi", "Non")


def _self(teacher: Walker) -> None:
    profession = teacher.page.get_by_label("Votre profession")
    if profession.is_visible():
        profession.select_option("teacher")
    says(teacher, "Votre lien avec l'enfant", "Professeure principale")
    ticks(teacher, "Avez-vous vu ou entendu", "Oui")
    ticks(teacher, "Comment souhaitez-vous recevoir", "Dans l'application")


#: What is answered on each page of the form, by its title; the others are left as they are.
PAGES: dict[str, Callable[[Walker], None]] = {
    "L'enfant": _whole_child,
    "Ce qui vous inquiète": _concern,
    "La situation": _situation,
    "La famille": _family,
    "Ce qui a été fait": _done,
    "Vous et les suites": _self,
}
PAGES_MAX = 40


def files(story: Story) -> None:
    """A teacher files a complete concern about one child, page by page."""
    with story.does("filer", "file a complete concern about one child") as teacher:
        teacher.presses("Transmettre une inquiétude")
        for _ in range(PAGES_MAX):
            title = teacher.page.get_by_role("heading", level=1).inner_text().strip()
            if title.startswith("Relisez"):
                break
            fills = next((fill for page, fill in PAGES.items() if title.startswith(page)), None)
            if fills is not None:
                fills(teacher)
            teacher.presses(re.compile("^Enregistrer et (continuer|relire)"))
        teacher.page.get_by_label("J'ai lu ce qui précède").check()
        teacher.presses("Transmettre")
        story.first = _receipt(teacher)


def files_urgently(story: Story) -> None:
    """A nurse files about the same child, from a phone, in one page."""
    with story.does("filer_nurse", "file an urgent concern (on a phone)", phone=True) as nurse:
        nurse.follows("C'est urgent")
        nurse.presses("Transmettre en urgence")
        says(nurse, "Que se passe-t-il", "Un homme l'attend en voiture devant le collège.")
        ticks(nurse, "Comment le savez-vous", "Vu")
        says(nurse, "Quel danger", "Il est devant la porte.")
        ticks(nurse, "Qui avez-vous déjà appelé", "Police / gendarmerie (17)")
        _place(nurse)
        says(nurse, "Numéro où vous rappeler", "06 00 00 00 00")
        ticks(nurse, "Connaissez-vous l'identité", "Connue")
        says(nurse, "Nom de famille", LAST)
        says(nurse, "Prénoms", FIRST)
        says(nurse, "Date de naissance", "4/5/2012")
        nurse.presses("Transmettre maintenant")
        story.urgent = _receipt(nurse)


def _receipt(filer: Walker) -> str:
    reference = filer.page.locator(".reference").inner_text()
    assert REFERENCE.fullmatch(reference)
    return reference


# --- The call at night ----------------------------------------------------------------------------------


def answers_the_call(story: Story) -> None:
    """The officer on call takes the call into account, on a phone at two in the morning."""
    with story.does("on_call", "acknowledge an urgent call (on a phone)", phone=True) as officer:
        answer = re.compile(f"^Prendre en compte l'appel\\s.*{re.escape(story.urgent)}", re.DOTALL)
        if not officer.finds(answer):
            officer.turns_to("Appels d'urgence")
        officer.follows(answer)
        officer.presses("Prendre en compte l'appel")
        officer.page.get_by_text("est enregistrée").wait_for()


def reads_in_an_emergency(story: Story) -> None:
    """The officer opens the file with a reason and reads the facts."""
    with story.does("on_call", "open that file in an emergency (on a phone)", phone=True) as officer:
        opens(officer, story.urgent)
        officer.follows(re.compile("^Ouvrir en urgence"))
        answers(officer, {"reason": "Appel de nuit : enfant en danger immédiat."})
        officer.presses(re.compile("^Ouvrir en urgence"))
        officer.page.get_by_text("voiture devant le collège").first.wait_for()


# --- The cell -------------------------------------------------------------------------------------------


def finds_what_is_urgent(story: Story) -> None:
    """A coordinator comes to the most urgent new case from wherever sign-in leads."""
    with story.does("crip_coordinator", "find what is urgent, and open it") as coordinator:
        if not coordinator.finds(re.compile(story.urgent)):
            coordinator.turns_to("Dossiers")
        coordinator.follows(re.compile(story.urgent))


def looks_by_part_of_the_reference(story: Story) -> None:
    """A coordinator looks for a case with the last signs of its reference, as told on the phone."""
    with story.does("crip_coordinator", "find a case by part of its reference") as coordinator:
        coordinator.turns_to("Dossiers")
        looks_for(coordinator, story.first[-6:])
        if not coordinator.finds(re.compile(story.first)):
            raise NotPossible("no case by part of a reference")
        coordinator.follows(re.compile(story.first))


def looks_by_name(story: Story) -> None:
    """A coordinator looks for a case by the name of the child."""
    with story.does("crip_coordinator", "find a case by the child's name") as coordinator:
        coordinator.turns_to("Dossiers")
        coordinator.follows(re.compile("par son nom"))
        says(coordinator, "Nom de famille", LAST)
        says(coordinator, "Prénom", FIRST)
        coordinator.presses(re.compile("^(Chercher|Rechercher)"))
        coordinator.follows(re.compile(story.first))


def triages(story: Story) -> None:
    """A coordinator looks at the similar file, opens the first analysis and qualifies, for a second to sign."""
    with story.does("crip_coordinator", "look at a similar file") as coordinator:
        opens(coordinator, story.first)
        if not coordinator.finds("Comparer"):
            coordinator.follows("Rapprochements")
        coordinator.follows("Comparer")
        coordinator.page.get_by_role("heading", name="Est-ce le même enfant").wait_for()
    with story.does("crip_coordinator", "triage: first analysis, then qualification") as coordinator:
        opens(coordinator, story.first)
        takes(coordinator, "Ouvrir la première analyse", {"method": "Recherche automatique"})
        said = {
            "children-0-danger_categories": "Sécurité", "children-0-danger_level": "Risque", "urgency": "Urgent",
            "opinion": "Des faits datés, qui concordent.", "approver": "Responsable CRIP n° 2",
        }  # fmt: skip
        takes(coordinator, "Qualifier en information préoccupante", said)
    with story.does("crip_coordinator_2", "sign the qualification") as second:
        signs(second, story.first)


def entrusts(story: Story) -> None:
    """A coordinator entrusts the assessment to two people and names who decides."""
    with story.does("crip_coordinator", "assign: the team, and who decides") as coordinator:
        opens(coordinator, story.first)
        team = {"team-0-user": "Évaluateur 93", "team-0-field": "Socio-éducatif", "plan_on": day(),
                "team-1-user": "Évaluateur n° 2", "team-1-field": "Santé"}  # fmt: skip
        takes(coordinator, "Confier l'évaluation", team)
        takes(coordinator, "Désigner le décideur", {"user": "Inspecteur ASE 93"})


# --- Assessment and decision ----------------------------------------------------------------------------


def records_a_visit(story: Story) -> None:
    """An assessor records a visit."""
    with story.does("assessor", "record a visit") as assessor:
        opens(assessor, story.first)
        visit = {"kind": "Visite", "at": f"{day(-1)}T20:00", "who": "La mère.", "where": "Au domicile.", "text": "Vue.",
                 "children-0-seen": "Seul", "holders_consent": "Oui"}  # fmt: skip
        takes(assessor, "Consigner une rencontre", visit)


def writes_the_report(story: Story) -> None:
    """An assessor writes the report and hands it in; the lead delivers it."""
    with story.does("assessor", "write the report and hand it in") as assessor:
        opens(assessor, story.first)
        assessor.follows(re.compile("^Évaluation"))
        takes(assessor, "Rédiger", {"framework_version": "HAS 2021"})
        if not assessor.finds(re.compile("^Écrire$")):
            assessor.follows(re.compile("^Évaluation"))
        assessor.follows(re.compile("^Écrire$"))
        said = dict.fromkeys(REPORT, "Recueilli et écrit avec soin.") | {
            "earlier_concerns_considered": "Les informations", "conclusions-0-danger_level": "Danger",
            "conclusions-0-proposal": "Actions adaptées", "conclusions-0-text": "Au vu des visites.",
        }  # fmt: skip
        answers(assessor, said | unasked(assessor))
        assessor.presses(re.compile("^Enregistrer et continuer$"))
        writes_of_each_child(assessor, looks=False)
        assessor.presses(re.compile("^Enregistrer( et continuer plus tard)?$"))
        takes(assessor, "Remettre au cadre")
    with story.does("assessment_lead", "deliver the report") as lead:
        opens(lead, story.first)
        takes(lead, "Remettre le rapport")


def decides(story: Story) -> None:
    """An inspector reads the report and proposes a protection; the supervisor signs; the family agrees."""
    with story.does("ase_inspector", "decide with the report in view") as inspector:
        opens(inspector, story.first)
        inspector.follows(re.compile("^Évaluation"))
        inspector.follows(re.compile("^Le dossier|^Dossier$"))
        offer = {
            "decisions-0-decision": "Protection administrative", "decisions-0-motivation": "Le danger est confirmé.",
            "measures-0-child": FIRST, "measures-0-type": "Aide éducative à domicile (AED)",
            "measures-0-aim": "Reprendre l'école.", "measures-0-duration_months": "6",
            "motivation": "Une aide à domicile.", "approver": "Encadrant 93", **silent(),
        }  # fmt: skip
        takes(inspector, "Proposer une protection administrative", offer)
    with story.does("supervisor", "sign the decision") as supervisor:
        signs(supervisor, story.first)
    with story.does("ase_inspector", "record the agreement, name the service") as inspector:
        opens(inspector, story.first)
        agreed = {"agreed_on": day(), "signed_by": "La mère.", "agreement": "Accord signé.", "child_opinion": "D'accord.",
                  "measure": "Aide éducative"}  # fmt: skip
        takes(inspector, "Enregistrer l'accord", agreed)
        named = {
            "measure": "Aide",
            "service": "Service éducatif",
            "extract": "Ce que le service doit savoir.",
        }
        takes(inspector, "Désigner le service", named)


def starts_the_measure(story: Story) -> None:
    """The service that carries the measure out says that it has begun."""
    with story.does("measure_service", "start a measure") as service:
        opens(service, story.first)
        service.follows(re.compile("^Mesures"))
        takes(service, "Démarrer", {"started_on": day()})


# --- Control and administration -------------------------------------------------------------------------


def looks_up_an_entry(story: Story) -> None:
    """An auditor finds an entry of the journal and has its proof checked."""
    with story.does("auditor", "look up an entry and its proof") as auditor:
        auditor.turns_to("Journal")
        auditor.follows(re.compile("^Entrées"))
        auditor.page.get_by_label("Acte").select_option("field:opened")
        auditor.presses("Appliquer")
        auditor.follows(re.compile("^Preuve"))


def follows_a_complaint(story: Story) -> None:
    """A complaint names a case: two offices look it up, and the auditor reads who opened it."""
    named = re.compile("^Un dossier, par sa référence")
    with story.does("auditor", "look up the case that a complaint names") as auditor:
        auditor.turns_to("Journal")
        auditor.follows("Réclamations")
        auditor.follows("Nouvelle recherche")
        said = {"kind": "Un dossier, par sa référence", "ground": "Réclamation d'une personne concernée"}
        answers(auditor, said | {"named": story.first})
        auditor.presses("Demander")
    with story.does("dpo", "allow the lookup") as officer:
        officer.turns_to("Journal")
        officer.follows(named)
        officer.follows("Décider")
        answers(officer, {"named": story.first})
        officer.presses("Chercher")
    with story.does("auditor", "read who opened the case") as auditor:
        auditor.turns_to("Journal")
        auditor.follows("Réclamations")
        auditor.follows(named)
        auditor.follows("Qui a ouvert ce dossier ?")
        auditor.page.get_by_text("Dossier lu").first.wait_for()


def invites(story: Story) -> None:
    """An administrator adds a person with a role, and invites them."""
    with story.does("territory_admin", "invite a person") as admin:
        admin.turns_to("Administration")
        admin.follows("Ajouter une personne")
        said = {
            "email": "arrivee@demo.invalid",
            "full_name": "Arrivée Exemple",
            "roles-0-role": "Évaluateur",
        }
        answers(admin, said)
        admin.presses("Ajouter et inviter")
        admin.page.get_by_role("heading", name=re.compile("Invitation envoyée|Compte créé")).wait_for()


def tell(
    browser: Browser, service: Service, *, scripts: bool = True, heights: bool = True
) -> Iterator[Journey]:
    """Play the whole story; yield what each person did, as they do it."""
    with ExitStack() as stack:
        story = Story(browser, service, stack, scripts=scripts, heights=heights)
        search = partial(service.works, "index:renewed", "duplicates:searched")
        filed, handled = ([partial(act, story) for act in acts] for acts in (FILED, HANDLED))
        for act in (*filed, search, *handled):
            done = len(story.journeys)
            act()
            yield from story.journeys[done:]


FILED = (files, files_urgently)
HANDLED = (
    answers_the_call, finds_what_is_urgent, looks_by_part_of_the_reference, looks_by_name, triages, entrusts,
    records_a_visit, writes_the_report, decides, starts_the_measure, reads_in_an_emergency, follows_a_complaint, looks_up_an_entry, invites,
)  # fmt: skip
