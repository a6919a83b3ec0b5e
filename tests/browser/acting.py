"""Steps of the procedure as people do them on pages: by the link that offers one, in fields, up to "Fait".

An answer is told by the name of its field; a choice by the words it begins with, several by a list.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from time import sleep
from types import MappingProxyType
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.days import to_midnight, today
from tests.night import NIGHT

#: Of each child in order: the level of danger, and what the report proposes.
type Conclusions = Sequence[tuple[str, str]]
type Said = Mapping[str, str | list[str]]


#: Longer than it takes to fill a form and send it.
OF_A_FORM: Final = timedelta(seconds=20)


def day(ahead: int = 0) -> str:
    """Return today, or so many days later, as the service has it now.

    When midnight is about to come it comes first: what a form says of today is to be true when it arrives.
    """
    if to_midnight() <= OF_A_FORM:
        sleep(OF_A_FORM.total_seconds())
    return (today() + timedelta(days=ahead)).isoformat()


#: A day as it is named here; a page shows it as people write it.
DAY = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$")
NOTHING: Said = MappingProxyType({})
EACH_CHILD = "nav[aria-label='Enfant par enfant'] a"
#: A report asks about no more holders than that in any of the stories.
HOLDERS_MOST = 4
REPORT = ("entourage_opinions", "earlier_concerns", "report")
#: What the report needs of a child: its own words, its dangers, and a finding of each dimension.
OF_CHILD: Said = {
    "voice-heard": "Seul", "voice-heard_by": "L'équipe", "voice-words": "« Je veux rester. »",
    "voice-told": "La suite.", "danger-danger_categories": "Sécurité", "danger-exploitation": "Sans objet",
    **{
        f"{dimension}-finding": "Satisfait"
        for dimension in (
            "needs_rights", "health", "education_conditions", "development", "wellbeing", "suffering_signs", "safety",
            "exploration", "rules_limits", "identity", "self_esteem", "child_skills", "parenting", "holders_mobilise",
            "resources",
        )
    },
}  # fmt: skip


def of_child() -> Said:
    """Return what the report needs of a child that was heard today."""
    return OF_CHILD | {"voice-heard_on": day()}


def silent(children: int = 1) -> dict[str, str]:
    """Say of the first children of a list of decisions that they didn't wish to speak."""
    said = {}
    for n in range(children):
        said |= {f"decisions-{n}-heard": "Pas entendu", f"decisions-{n}-not_heard": "N'a pas souhaité"}
    return said


#: Fills a form: what a person couldn't see, or what isn't there, is told as an error.
FILLS = """(root, said, seen) => {
  for (const [name, begins, words] of said) {
    const fields = [...root.querySelectorAll("main [name]")].filter((one) => one.name === name && one.type !== "hidden");
    const begun = (node) => new RegExp(begins).test(node.textContent);
    const typed = fields[0], ticked = typed && ["radio", "checkbox"].includes(typed.type);
    const field = ticked ? fields.find((one) => one.closest(".choice") && begun(one.closest(".choice"))) : typed;
    if (!field || field.disabled || (seen && !field.checkVisibility({ visibilityProperty: true }))) {
      throw new Error(`${name} can't be answered: ${words}`);
    }
    if (ticked) {
      if (!field.checked) field.click();
    } else {
      const shown = words.replace(/^(\\d{4})-(\\d\\d)-(\\d\\d)$/, "$3/$2/$1");
      const value = field.options ? [...field.options].find(begun).value : field.value === shown ? shown : words;
      if (field.value === value) continue;
      field.value = value;
      if (field.value !== value) throw new Error(`${name} takes no ${value}`);
      for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    }
  }
}"""

#: The links of a page that isn't shown: where each leads, its words, those of its line.
LINKS = """async ([address, selector]) => {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = (node) => node.textContent.replace(/\\s+/g, " ").trim();
  return [...found.querySelectorAll(selector)].map((one) =>
    [one.getAttribute("href"), told(one), told(one.closest("li") || one)]);
}"""
#: Fills the form of a page that isn't shown and sends it by a button: what the answer says.
SENDS = f"""async ([address, said, button, every]) => {{
  const headers = {{ accept: "text/html" }};
  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const page = await read(await fetch(address, {{ headers }}));
  const there = new Set([...page.querySelectorAll("main [name]")].map((one) => one.name));
  ({FILLS})(page, said.filter(([name]) => every || there.has(name)), false);
  const buttons = [...page.querySelectorAll("main form button:not(.hidden)")];
  const pressed = buttons.find((one) => new RegExp(button).test(one.textContent));
  const sent = new URLSearchParams(new FormData(pressed.form));
  if (pressed.name) sent.append(pressed.name, pressed.value);
  const to = pressed.getAttribute("formaction") || pressed.form.getAttribute("action") || address;
  const answer = await read(await fetch(to, {{ method: "POST", body: sent, headers }}));
  return answer.querySelector("main").textContent.replace(/\\s+/g, " ");
}}"""
#: The steps that were driven through their pages in this run.
DRIVEN: set[str] = set()


def answers(visitor: Visitor, said: Said) -> None:
    """Fill a form: by day all at once, at night as a person does, whose pointer nothing may cover."""
    if not said:
        return
    if not NIGHT:
        visitor.page.locator(f'main [name="{next(iter(said))}"]').first.wait_for(state="attached")
        visitor.page.evaluate(f"(said) => ({FILLS})(document, said, true)", _told(said))
        return
    for name, words in said.items():
        for one in words if isinstance(words, list) else [words]:
            _answer(visitor.page, f'[name="{name}"]', one)


def _told(said: Said) -> list[tuple[str, str, str]]:
    """Return the answers one by one: the field, how a choice begins, the words."""
    each = [
        (name, one) for name, words in said.items() for one in (words if isinstance(words, list) else [words])
    ]
    return [(name, _begins(one), one) for name, one in each]


def _begins(words: str) -> str:
    # On a page a space before a tall mark is a narrow one that breaks no line.
    return rf"^\s*{re.escape(words).replace(chr(92) + ' ', chr(92) + 's')}"


def _answer(page: Page, named: str, words: str) -> None:
    # A page sends on what it was asked for: nobody fills in that.
    fields = page.locator("main").locator(f'{named}:not([type="hidden"])')
    kind = fields.first.evaluate("node => node.type")
    begins = re.compile(_begins(words))
    if kind in ("radio", "checkbox"):
        choices = page.locator("main .choice", has=page.locator(named))
        choices.filter(has_text=begins).locator("input").first.check()
    elif kind == "select-one":
        value = fields.locator("option").filter(has_text=begins).first.get_attribute("value")
        if fields.input_value() != value:  # nobody answers again what stands there
            fields.select_option(value)
    elif fields.input_value() not in (words, DAY.sub(r"\3/\2/\1", words)):
        fields.fill(words)


def comes_to(visitor: Visitor, page: str, step: str, *, about: str = "") -> None:
    """Go from a page of a case to a step that it offers; ``about`` says of which of several parts."""
    visitor.goes(page)
    offers = visitor.page.locator("a.offer, .next a[href*='/etape/']").filter(
        has_text=re.compile(rf"^{re.escape(step)}(\s|$)")
    )
    offer = offers.filter(has_text=about).first
    panel = visitor.page.locator("details.theme:not([open])", has=offer)
    if panel.count():
        panel.locator("summary").first.click()
    visitor.clicks(offer)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(step)
    visitor.glances(step)


def tries(visitor: Visitor, page: str, step: str, said: Said, *, about: str = "") -> None:
    """Come to a step, fill its form and send it."""
    comes_to(visitor, page, step, about=about)
    answers(visitor, said)
    visitor.clicks(visitor.page.locator("main .buttons button").filter(has_text=step).first)


def does(visitor: Visitor, page: str, step: str, said: Said = NOTHING, *, about: str = "") -> None:
    """Do a step, and be told that it is done, with whatever there is to know of it."""
    tries(visitor, page, step, said, about=about)
    visitor.page.get_by_text(f"L'action « {step} » est enregistrée").wait_for()
    visitor.glances(f"after {step}")


def has_done(visitor: Visitor, page: str, step: str, said: Said = NOTHING) -> None:
    """Do a step on the way to what a test is about: by day through its pages once in a run, then by their requests."""
    if NIGHT or step not in DRIVEN:
        does(visitor, page, step, said)
        DRIVEN.add(step)
    else:
        sends(visitor, offered(visitor, page, step), said, step, f"L'action « {step} » est enregistrée")


def offered(visitor: Visitor, page: str, step: str) -> str:
    """Return where a page of a case that isn't shown leads to for a step."""
    links = linked(visitor, page, "a.offer, .next a[href*='/etape/']")
    return next(address for address, words, _ in links if re.match(rf"{re.escape(step)}(\s|$)", words))


def linked(visitor: Visitor, page: str, selector: str) -> list[tuple[str, str, str]]:
    """Return the links of a page that isn't shown: where each leads, its words, those of its line."""
    return [(address, words, line) for address, words, line in visitor.page.evaluate(LINKS, [page, selector])]


def sends(visitor: Visitor, page: str, said: Said, button: str, told: str, *, every: bool = True) -> None:
    """Fill the form of a page that isn't shown, and be told that it is done; not ``every``: as far as it asks."""
    answer = visitor.page.evaluate(SENDS, [page, _told(said), _begins(button), every])
    assert re.search(re.escape(told).replace("\\ ", r"\s"), answer), answer


def refused(visitor: Visitor, page: str, step: str, said: Said, *, why: str) -> None:
    """Try a step that is refused, and read why."""
    tries(visitor, page, step, said)
    expect(visitor.page.locator("#faults")).to_contain_text(why)
    visitor.glances(f"{step}, refused")


def compares(visitor: Visitor, case: str) -> None:
    """Have the recurring search run now, and look at all that it found: no first analysis goes past it (T06)."""
    visitor.service.works("index:renewed", "duplicates:searched")
    visitor.goes(f"{case}/rapprochements")
    new = visitor.page.locator(".card").filter(has_text="Pas encore regardé").locator("a.button").all()
    for address in [one.get_attribute("href") for one in new]:
        visitor.goes(address)


def signed(visitor: Visitor, page: str, step: str, said: Said, *, by: Visitor, reference: str) -> None:
    """Propose a step that two sign, and let the second person, whom ``said`` names, find and sign it.

    By day through their pages once in a run, then by their requests.
    """
    if not NIGHT and step in DRIVEN:
        sends(visitor, offered(visitor, page, step), said, step, "attend une seconde signature")
        waiting = linked(by, "/signatures", ".queue > li a")
        place = next(address for address, _, line in waiting if reference in line)
        sends(by, place, NOTHING, "Signer", f"L'action « {step} » est enregistrée.")
        return
    tries(visitor, page, step, said)
    visitor.page.get_by_text("attend une seconde signature").wait_for()
    by.goes("/signatures")
    by.clicks(by.page.locator(".queue > li").filter(has_text=reference).get_by_role("link"))
    expect(by.page.get_by_role("heading", level=1)).to_contain_text(step)
    by.glances(f"second signature of {step}")
    by.clicks(by.page.get_by_role("button", name="Signer"))
    by.page.get_by_text(f"L'action « {step} » est enregistrée.").wait_for()
    DRIVEN.add(step)


def unasked(assessor: Visitor) -> dict[str, str]:
    """Say of each holder of the page of the report that it didn't wish to give its opinion."""
    return opinions(assessor.page.locator("main [name^='opinions-'][name$='-holder']").count())


def opinions(holders: int) -> dict[str, str]:
    """Say of so many holders that they didn't wish to give their opinion."""
    said = {}
    for n in range(holders):
        said |= {f"opinions-{n}-met": "Non", f"opinions-{n}-not_met": "N'a pas souhaité"}
    return said


def writes_the_report(assessor: Visitor, case: str, children: Conclusions) -> None:
    """Write what the team found, with the level of danger and the proposal for each child in order.

    By day through its pages once in a run, then by their requests.
    """
    said = dict.fromkeys(REPORT, "Recueilli et écrit avec soin.") | {
        "earlier_concerns_considered": "Les informations"
    }
    for n, (level, proposal) in enumerate(children):
        said |= {
            f"conclusions-{n}-danger_level": level, f"conclusions-{n}-proposal": proposal,
            f"conclusions-{n}-text": "Au vu des visites.",
        }  # fmt: skip
    if not NIGHT and "the report" in DRIVEN:
        links = linked(assessor, f"{case}/evaluation", "main a")
        place = next(address for address, words, _ in links if words == "Écrire")
        sends(
            assessor,
            place,
            said | opinions(HOLDERS_MOST),
            "Enregistrer et continuer",
            "Enregistré.",
            every=False,
        )
        for address, _, _ in linked(assessor, place, EACH_CHILD):
            sends(assessor, address, of_child(), "Enregistrer et revenir au rapport", "Enregistré.")
        return
    assessor.goes(f"{case}/evaluation")
    assessor.clicks(assessor.page.locator("main").get_by_role("link", name="Écrire", exact=True))
    answers(assessor, said | unasked(assessor))
    assessor.glances("the report")
    assessor.presses("Enregistrer et continuer")
    assessor.page.get_by_text("Enregistré.").wait_for()
    writes_of_each_child(assessor)
    DRIVEN.add("the report")


def writes_of_each_child(assessor: Visitor, *, looks: bool = True) -> None:
    """From the page of the report, write what it needs of each child; ``looks``: and ask axe, which needs scripts."""
    links = assessor.page.locator(EACH_CHILD)
    for number, address in enumerate([str(link.get_attribute("href")) for link in links.all()]):
        if looks and number and not NIGHT:
            sends(assessor, address, of_child(), "Enregistrer et revenir au rapport", "Enregistré.")
            continue
        assessor.goes(address)
        answers(assessor, of_child())
        if looks:
            assessor.glances("the report of a child")
        assessor.presses("Enregistrer et revenir au rapport")
        assessor.page.get_by_text("Enregistré.").wait_for()


def opens(someone: Visitor, reference: str, *, state: str = "") -> str:
    """Open a case from the queue by its reference; return its address."""
    someone.goes(f"/dossiers?state={state}" if state else "/dossiers")
    someone.clicks(someone.page.get_by_role("link", name=reference, exact=True))
    someone.page.wait_for_url("**/dossiers/*-*")
    someone.glances("the case")
    return "/dossiers/" + someone.page.url.rpartition("/")[2]


def assessed(
    people: Callable[[str], Visitor],
    case: str,
    reference: str,
    children: Conclusions,
    qualified: Said = NOTHING,
) -> None:
    """Take a case that was acknowledged to its report: analysed, qualified by two, entrusted, visited, written up."""
    coordinator, assessor, lead = people("crip_coordinator"), people("assessor"), people("assessment_lead")
    compares(coordinator, case)
    searched = {"method": "Recherche manuelle", "where": "Registre papier.", "found": "Non"}
    has_done(coordinator, case, "Ouvrir la première analyse", searched)
    said: dict[str, str | list[str]] = {
        "urgency": "Prioritaire",
        "opinion": "Des faits datés.",
        "approver": "Responsable CRIP n° 2",
    }
    for n in range(len(children)):
        said |= {f"children-{n}-danger_categories": "Sécurité", f"children-{n}-danger_level": "Risque"}
    second = people("crip_coordinator_2")
    signed(
        coordinator,
        case,
        "Qualifier en information préoccupante",
        said | qualified,
        by=second,
        reference=reference,
    )
    team = {"team-0-user": "Évaluateur 93", "team-0-field": "Socio-éducatif", "plan_on": day(),
            "team-1-user": "Évaluateur n° 2", "team-1-field": "Santé"}  # fmt: skip
    has_done(coordinator, case, "Confier l'évaluation", team)
    has_done(coordinator, case, "Désigner le décideur", {"user": "Inspecteur ASE 93"})
    visit = {"kind": "Visite", "at": f"{day(-1)}T20:00", "who": "La mère.", "where": "Au domicile.", "text": "Vue.",
             "holders_consent": "Oui"}  # fmt: skip
    visit |= {f"children-{n}-seen": "Seul" for n in range(len(children))}
    has_done(assessor, case, "Consigner une rencontre", visit)
    has_done(assessor, f"{case}/evaluation", "Rédiger", {"framework_version": "HAS 2021"})
    writes_the_report(assessor, case, children)
    has_done(assessor, f"{case}/evaluation", "Remettre au cadre")
    has_done(lead, case, "Remettre le rapport")
