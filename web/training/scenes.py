"""Scenes: what invented people do before the learner's part of a story, through the real actions.

Each returns the case. Source: domain.md §10.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from web.training import acts, forms
from web.training.acts import DAY, HOUR
from web.training.company import ME, Company
from web.training.playing import children_of, each

MINUTE: Final = timedelta(minutes=1)


def _of(company: Company, *children: Mapping[str, Any], at: datetime) -> list[dict[str, Any]]:
    """Return children who live in a commune of the authority."""
    here = company.commune(at=at)
    return [{**one, "commune_insee": here} for one in children]


def _child(first_name: str, years: int, sex: str, at: datetime, **said: object) -> dict[str, Any]:
    return forms.child("75", first_name, forms.born(years, at), sex, **said)


def _kim(company: Company, at: datetime, **said: object) -> dict[str, Any]:
    """Return a concern about one child who is at risk."""
    fact = "Absences répétées ; des nuits passées dehors avec des personnes plus âgées."
    children = _of(company, _child("Kim", 15, "girl", at), at=at)
    return forms.concern(
        children,
        fact,
        on=at,
        **{"prostitution_status_filer": "at_risk", "situation_type": ["pre_prostitution"], **said},
    )


def _lina(company: Company, at: datetime) -> dict[str, Any]:
    """Return a concern about a girl whose exploitation is suspected, and her brother."""
    lina, tom = _child("Lina", 15, "girl", at), _child("Tom", 12, "boy", at, kind="household")
    return forms.concern(
        _of(company, lina, tom, at=at),
        "Amenée aux urgences par un adulte qui répond à sa place.",
        on=at,
        has_household_minors="yes",
        prostitution_status_filer="suspected",
        situation_type=["loverboy"],
        filer_profession="hospital_staff",
        filer_org_type="health",
    )


def _noa(company: Company, at: datetime) -> dict[str, Any]:
    """Return an alarm at night."""
    return forms.alarm(
        _of(company, _child("Noa", 16, "girl", at), at=at),
        "Rentrée au foyer avec des traces de coups ; un homme attend dans une voiture.",
        "L'homme est toujours devant le foyer.",
        filer_profession="residential_staff",
        prostitution_status_filer="suspected",
    )


def wrong_pupil(company: Company, now: datetime) -> UUID:
    """S4: the learner filed about a namesake, and the cell has opened it."""
    at = max(now - 2 * DAY, company.since)  # a visitor may have come a minute ago
    case = company.file(ME, _kim(company, at), at=at)
    company.read("crip_coordinator", case, at=at + (now - at) / 2)
    return case


def night_call(company: Company, now: datetime) -> UUID:
    """S7: an urgent concern has just come in, at night."""
    return company.file("filer", _noa(company, now), at=now - 5 * MINUTE, urgent=True)


def monday_morning(company: Company, now: datetime) -> UUID:
    """S7: the officer on call opened the file and told the prosecutor; the rest waits for the cell."""
    at = now - 33 * HOUR
    case = company.file("filer", _noa(company, at), at=at, urgent=True)
    glass = acts.break_glass(company, case, "Appel de l'astreinte : danger immédiat.", at=at + 4 * MINUTE)
    sent = at + 50 * MINUTE
    justice = acts.to_justice(["5", "6"], on=at)
    company.do("on_call", case, "send_judicial", at=sent, children=children_of(case), **justice)
    company.on_glass("on_call", case, "give_back", at=sent + 5 * MINUTE, glass=glass)
    return case


def father_implicated(company: Company, now: datetime) -> UUID:
    """S3: a school nurse has just filed about a father who exploits his daughter."""
    home = {"kind": "household"}
    children = _of(
        company,
        _child("Lou", 13, "girl", now),
        _child("Sam", 9, "boy", now, **home),
        _child("Mia", 6, "girl", now, **home),
        at=now,
    )
    form = forms.concern(
        children,
        "« Mon père me conduit le soir chez des hommes, et il prend l'argent. »",
        on=now,
        holders=[{"name": "Père Exemple", "link": "father", "implicated": "yes"}],
        holder_implicated="yes",
        parents_informed="no",
        not_informed_reason="holder_implicated",
        has_household_minors="yes",
        situation_type=["family"],
        prostitution_status_filer="established",
        danger_now="yes",
        danger_what="Retour prévu ce soir chez le père.",
        emergency_done=["prosecutor"],
        filer_profession="school_nurse_doctor",
        bound_by_secrecy="yes",
    )
    return company.file("filer", form, at=now - 5 * MINUTE, urgent=True)


def fresh(company: Company, now: datetime) -> UUID:
    """Play nothing but a concern that was filed this morning."""
    return company.file("filer", _kim(company, now), at=now - HOUR)


def suspicion(company: Company, now: datetime) -> UUID:
    """S17: a suspicion that turns out to be about somebody else, in the first analysis."""
    at = now - 2 * DAY
    form = _kim(company, at, prostitution_status_filer="suspected", situation_type=["online"])
    case = company.file("filer", form, at=at)
    company.read("crip_coordinator", case, at=at + HOUR)
    acts.triage(company, case, at=at + 2 * HOUR)
    return case


def qualified(company: Company, now: datetime) -> UUID:
    """Play a concern up to its qualification."""
    at = now - 4 * DAY
    case = company.file("filer", _kim(company, at), at=at)
    _qualified(company, case, "U1", at=at)
    return case


def _qualified(company: Company, case: UUID, urgency: str, *, at: datetime) -> None:
    company.read("crip_coordinator", case, at=at + HOUR)
    acts.triage(company, case, at=at + DAY)
    acts.qualify(company, case, "danger", urgency, at=at + DAY + HOUR)


def assigned(company: Company, now: datetime) -> UUID:
    """S14: the learner's team went to the home, and one child wasn't seen."""
    at = now - 12 * DAY
    case = company.file("filer", _lina(company, at), at=at)
    _qualified(company, case, "U2", at=at)
    team = [
        {"user": company.id_of(ME), "field": "socio_educational"},
        {"user": company.id_of("assessor"), "field": "health"},
    ]
    day = at + 3 * DAY
    company.do("assessment_lead", case, "assign", at=day, team=team, plan_on=day.date() + 3 * DAY)
    lina, tom = children_of(case)
    company.do(
        "assessor",
        case,
        "record_contact",
        at=day + 5 * DAY,
        kind="home_visit",
        who="Les deux évaluateurs",
        where="Domicile",
        at_=day + 5 * DAY - HOUR,
        children=[*each([tom], seen="with_holder"), *each([lina], seen="no")],
        holders_consent="yes",
        text="La mère a répondu pour les deux enfants.",
    )
    return case


def report_delivered(company: Company, now: datetime) -> UUID:
    """S12: the report on two children is with the learner."""
    at = now - 60 * DAY
    case = company.file("filer", _lina(company, at), at=at)
    _qualified(company, case, "U2", at=at)
    _reported(company, case, [("danger", "judicial"), ("risk", "adapted_actions")], at=at)
    return case


def offer_made(company: Company, now: datetime) -> UUID:
    """S8: the learner offered help at home, and the family hasn't agreed."""
    at = now - 70 * DAY
    case = company.file("filer", _kim(company, at), at=at)
    _qualified(company, case, "U1", at=at)
    _reported(company, case, [("danger", "adapted_actions")], at=at)
    offered = at + 50 * DAY
    children = children_of(case)
    company.do(
        ME,
        case,
        "decide_admin",
        at=offered,
        decisions=each(
            children,
            decision="admin",
            motivation="Le danger est confirmé ; la mère est présente.",
            **acts.hearing(offered),
        ),
        measures=each(children, type="aed", aim="Remettre un cadre, reprendre l'école.", duration_months=6),
        motivation="Une aide éducative à domicile.",
    )
    return case


def _reported(company: Company, case: UUID, concluded: list[tuple[str, str]], *, at: datetime) -> None:
    acts.assign(company, case, at=at + 2 * DAY)
    acts.visit(company, case, at=at + 7 * DAY)
    acts.report(company, case, concluded, at=at + 40 * DAY, decider=ME)


SCENES: Final[Mapping[str, Callable[[Company, datetime], UUID]]] = {
    one.__name__: one
    for one in (
        wrong_pupil,
        night_call,
        monday_morning,
        father_implicated,
        fresh,
        suspicion,
        qualified,
        assigned,
        report_delivered,
        offer_made,
    )
}
