"""Orientations through pages: from a need to an explained list, a proposal, a refusal, and the list again (A.9, A.10)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.actor import SYSTEM
from directory.actions import services
from directory.models import Capacity
from referrals.models import ExcludedResource, Orientation, Referral
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.conftest import see_all
from tests.factories.resources import a_service, a_structure
from tests.referrals.orientations.conftest import NEED, Seeking
from tests.referrals.workflow.kit import AT, TODAY
from tests.web.visiting import Visitor, form_in, links, text


@pytest.fixture
def seeking(world):
    return Seeking(world)


def page_of(seeking):
    return f"/dossiers/{seeking.case.pk}/orientations"


def form_of(listed, name):
    """Return what the first form of a service's line sends."""
    line = next(one for one in listed.content.decode().split("<article")[1:] if name in one)
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', line.split("</form>")[0])
    return dict(found) | {"need": NEED}


def said(answer):
    return text(answer).replace("\xa0", " ")


def find(visitor, seeking, **body):
    answer = visitor.post(f"{page_of(seeking)}/recherche", {"need": NEED} | body)
    assert answer.status_code == 200, text(answer)[:600]
    return answer


def test_from_the_case_to_a_list_to_an_orientation_and_back_to_the_list_with_the_reason(seeking):
    visitor = Visitor(seeking.world, "crip_coordinator")
    assert f"{page_of(seeking)}/recherche" in links(visitor.get(page_of(seeking)))
    assert visitor.get(f"{page_of(seeking)}/recherche").status_code == 200

    listed = find(visitor, seeking)
    assert "Le Foyer" in text(listed)
    assert "Propose : un accompagnement spécialisé" in text(listed)
    assert "01 39 98 01 01" in said(listed), "as the sheet spells it"
    assert "tel:+33139980101" in links(listed, "tel:")

    chosen = visitor.post(
        f"/dossiers/{seeking.case.pk}/etape/orientation/propose",
        form_of(listed, "Le Foyer") | {"child": str(seeking.child.pk), "more": ""},
    )
    assert chosen.status_code == 200
    form = form_in(chosen)
    assert (form["resource"], form["need"]) == (str(seeking.home.pk), NEED)
    done = visitor.post(
        f"/dossiers/{seeking.case.pk}/etape/orientation/propose",
        {name: value for name, value in form.items() if name != "more"} | {"text": "Une place."},
    )
    assert done.status_code == 303, text(done)[:900]
    see_all()
    row = Orientation.objects.get()

    step = f"/dossiers/{seeking.case.pk}/etape/orientation/{row.pk}"
    assert visitor.fills(f"{step}/ask", channel="phone", whom="Mme Roche").status_code == 303
    assert visitor.fills(f"{step}/refuse", reason="no_place").status_code == 303

    back = visitor.get(page_of(seeking))
    assert "Chercher un autre service" in text(back)
    assert "Pas de place" in text(back)
    again = text(find(visitor, seeking, child=str(seeking.child.pk)))
    assert "Déjà demandé pour ce dossier : refus (pas de place)" in again
    assert again.index("L'Équipe") < again.index("Le Foyer"), "who said no stands last"


@pytest.mark.parametrize(
    ("phone", "read"), [("+594594000000", "05 94 00 00 00"), ("119", "119"), ("116000", "116000")]
)
def test_every_number_of_the_list_is_dialled_and_reads_as_on_the_sheet(seeking, phone, read):
    type(seeking.home).objects.filter(pk=seeking.home.pk).update(phone=phone)

    listed = find(Visitor(seeking.world, "crip_coordinator"), seeking)

    assert f'<a class="phone" href="tel:{phone}">{read}</a>' in listed.content.decode().replace("\xa0", " ")


def test_nothing_of_the_case_stands_in_an_address_or_a_log(seeking, caplog):
    """field.md A.10.6."""
    visitor = Visitor(seeking.world, "crip_coordinator")
    answer = find(visitor, seeking, child=str(seeking.child.pk))

    addresses = links(answer) + re.findall(r'action="([^"]+)"', answer.content.decode())
    assert not any("?" in one and NEED in one for one in addresses)
    assert NEED not in caplog.text
    assert str(seeking.child.pk) not in caplog.text


def test_an_urgent_case_always_shows_whom_to_call(seeking):
    """field.md A.9, domain.md §6.1: the numbers of the country, and the prosecutor's duty desk."""
    a_structure(seeking.case.authority, kind="parquet", name="Permanence du parquet", phone="+33139980303")
    seeking.put(urgency="U3")
    visitor = Visitor(seeking.world, "crip_coordinator")

    for page in (
        visitor.get(page_of(seeking)),
        visitor.get(f"{page_of(seeking)}/recherche"),
        find(visitor, seeking),
    ):
        urgent = page.content.decode().split('aria-labelledby="urgent-calls"')[1].split("</section>")[0]
        for address in ("tel:17", "tel:112", "sms:114", "tel:15", "tel:119", "tel:3018", "tel:116000"):
            assert f'href="{address}"' in urgent
        assert 'href="tel:+33139980303">01 39 98 03 03</a>' in urgent.replace("\xa0", " ")
        assert "Permanence du parquet" in urgent


@pytest.mark.parametrize("why", [{"urgency": "U3"}, {"runaway": True}])
def test_a_place_for_tonight_is_looked_for_at_once_for_the_only_child(seeking, why):
    """What was found stands before the form, which is folded; nobody types a need at 2 a.m."""
    seeking.put(**why)
    night = a_service(
        seeking.case.authority, structure=a_structure(seeking.case.authority, name="Foyer de nuit"),
        name="Une nuit", needs=["tonight_shelter"], round_the_clock=True,
    )  # fmt: skip
    page = Visitor(seeking.world, "crip_coordinator").get(f"{page_of(seeking)}/recherche")

    shown = page.content.decode()
    assert "<h1>Un hébergement pour cette nuit</h1>" in shown
    assert shown.index(night.name) < shown.index('<details class="filters">') < shown.index('id="f-need"')
    assert form_of(page, night.name)["child"] == str(seeking.child.pk)
    assert '<input type="hidden" name="need" value="tonight_shelter"' in shown


def test_the_number_that_the_authority_set_for_the_prosecutor_comes_before_the_directorys(seeking):
    a_structure(seeking.case.authority, kind="parquet", name="Permanence", phone="+33139980303")
    seeking.put(urgency="U3")
    visitor = Visitor(seeking.world, "crip_coordinator")
    change = Change(TODAY, {"prosecutor_name": "Parquet des mineurs", "prosecutor_phone": "01 99 00 00 30"})
    policy_changes_actions.change(seeking.case.authority_id, change, actor=SYSTEM, at=AT)

    addresses = links(visitor.get(f"{page_of(seeking)}/recherche"), "tel:")

    assert "tel:0199000030" in addresses
    assert "tel:+33139980303" not in addresses


def test_who_administers_is_asked_for_the_prosecutors_number(seeking):
    seeking.put(urgency="U3")
    page = Visitor(seeking.world, "crip_coordinator").get(f"{page_of(seeking)}/recherche")
    assert "numéro non renseigné" in text(page)

    admin = Visitor(seeking.world, "territory_admin")
    today = admin.get("/aujourdhui")

    assert "réglages à compléter" in text(today)
    (address,) = [one for one in links(today) if one.endswith("/reglages?missing=true")]
    assert "Téléphone de la permanence du parquet" in text(admin.get(address))


def test_a_number_that_nobody_checked_of_late_leaves_what_is_shown_in_an_emergency(seeking):
    """field.md B.3: but those that are the State's own."""
    seeking.put(urgency="U3")
    later = datetime(2027, 12, 1, 10, 0, tzinfo=UTC)
    with time_machine.travel(later):
        page = Visitor(seeking.world, "crip_coordinator", at=later).get(f"{page_of(seeking)}/recherche")

    addresses = links(page, "tel:")
    assert "tel:17" in addresses
    assert "tel:3018" not in addresses


def test_what_is_removed_is_told_on_demand_with_why(seeking):
    seeking.home.refused_departments = ["93"]
    seeking.home.save()
    visitor = Visitor(seeking.world, "crip_coordinator")
    assert "Le Foyer" not in text(find(visitor, seeking))

    shown = text(find(visitor, seeking, removed="true"))

    assert "pourquoi pas ?" in shown
    assert "Ne reçoit pas du département" in shown


def test_why_a_service_is_not_offered_is_asked_by_its_name(seeking):
    """field.md A.9: « pourquoi pas ? »; of one that the case must not meet nothing is said."""
    seeking.home.refused_departments = ["93"]
    seeking.home.save()
    visitor = Visitor(seeking.world, "crip_coordinator")

    shown = text(find(visitor, seeking, named="foyer"))
    assert "Services de ce nom" in shown
    assert "Ne reçoit pas du département" in shown
    assert "Aucun service de ce nom" in text(find(visitor, seeking, named="Inconnu"))

    seeking.fill.row(ExcludedResource, since_at=AT, structure=seeking.home.structure)
    shown = text(find(visitor, seeking, named="foyer"))
    assert "Aucun service de ce nom" in shown
    assert "Le Foyer" not in shown


def ticked(answer):
    """Return the situations that the form of the search shows as ticked."""
    boxes = re.findall(r"<input[^>]*>", answer.content.decode())
    chosen = [
        one for one in boxes if 'type="checkbox"' in one and 'name="situations"' in one and "checked" in one
    ]
    return [re.search(r'value="(\w+)"', one)[1] for one in chosen]


def test_a_person_tells_the_rules_what_no_field_of_the_case_holds(seeking):
    """field.md A.9 R7: what the case tells is ticked, a person adds the rest, and the proposal takes it along."""
    seeking.set_child(runaway=True)
    seeking.home.accepts = {"with_child": {"answer": "no"}}
    seeking.home.save()
    visitor = Visitor(seeking.world, "crip_coordinator")
    assert ticked(visitor.get(f"{page_of(seeking)}/recherche")) == ["runaway"]

    listed = find(visitor, seeking, situations=["with_child", "no_papers"], removed="true")

    assert sorted(ticked(listed)) == ["no_papers", "runaway", "with_child"]
    assert listed.content.decode().count('type="hidden" name="situations" value="with_child"') == 2
    line = said(listed).split("Le Foyer")[1]
    assert line.index("Contre :") < line.index("Avec un enfant : refusé")


def test_that_there_is_a_number_of_the_night_is_said_and_leads_to_the_sheet(seeking):
    """field.md A.10.7: the number itself is sealed, and opens there."""
    editor = seeking.world.actor("directory_editor", at=AT)
    services.change(seeking.home.pk, {"night_phone": "+33699001234"}, actor=editor, at=AT)

    listed = find(Visitor(seeking.world, "crip_coordinator"), seeking).content.decode()

    home, team = (
        next(one for one in listed.split("<article")[1:] if name in one)
        for name in ("Le Foyer", "L&#x27;Équipe")
    )
    assert re.search(r'<a href="/annuaire[^"]*">Numéro de nuit sur la fiche', home)
    assert "99 00 12 34" not in listed.replace("\xa0", " ")
    assert "Numéro de nuit" not in team


def test_a_place_is_excluded_from_its_line(seeking):
    visitor = Visitor(seeking.world, "crip_coordinator")
    place = f"/dossiers/{seeking.case.pk}/etape/referral/exclude_resource"

    version = str(Referral.objects.get(pk=seeking.case.pk).version)
    chosen = visitor.post(
        place, {"structure": str(seeking.home.structure_id), "version": version, "more": ""}
    )

    form = {name: value for name, value in form_in(chosen).items() if name != "more"}
    assert form["structure"] == str(seeking.home.structure_id)
    assert visitor.post(place, form | {"reason": "Le père y travaille."}).status_code == 303
    assert "Le Foyer" not in text(find(visitor, seeking, removed="true"))
    assert "Foyer de la Rive" in text(visitor.get(page_of(seeking)))


def test_the_officer_on_call_finds_a_place_without_opening_the_case(seeking):
    visitor = Visitor(seeking.world, "on_call")

    assert visitor.get(page_of(seeking)).status_code == 200
    assert "Le Foyer" in text(find(visitor, seeking))


@pytest.mark.parametrize("who", ["intake_agent", "measure_service", "dpo"])
def test_who_orients_nobody_is_offered_no_search(seeking, who):
    visitor = Visitor(seeking.world, who)

    assert visitor.get(f"{page_of(seeking)}/recherche").status_code in (403, 404)


def test_a_wrong_departement_is_said_at_its_field(seeking):
    visitor = Visitor(seeking.world, "crip_coordinator")

    answer = visitor.post(f"{page_of(seeking)}/recherche", {"need": NEED, "danger_departments": "93 ZZ"})

    assert answer.status_code == 400
    assert "Chercher un service" in text(answer)


#: 3 a.m. in Cayenne, in a night of the week.
AT_NIGHT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def test_a_coordinator_in_cayenne_finds_a_place_for_tonight_at_3_a_m(seeking):
    """field.md A.10.7: hours are those of the authority's clock, and a vacancy counts while it is fresh."""
    world, authority = seeking.world, seeking.case.authority
    type(authority).objects.filter(pk=authority.pk).update(timezone="America/Cayenne")
    seeking.put(urgency="U3", department="973")
    seeking.set_child(residence_department="973")
    asleep = a_service(
        authority, structure=a_structure(authority, name="Maison des Palmistes"), name="L'Accueil de jour",
        zones=["973"], round_the_clock=False, opening_hours="Mo-Fr 09:00-17:00",
    )  # fmt: skip
    awake = a_service(
        authority, structure=a_structure(authority, name="Foyer de l'Oyapock"), name="L'Accueil de nuit",
        zones=["973"], round_the_clock=True, phone="+594594000000",
    )  # fmt: skip
    Capacity.objects.create(service=awake, maximum=4, vacancy=1, told_at=AT_NIGHT - timedelta(hours=6))
    with time_machine.travel(AT_NIGHT):
        visitor = Visitor(world, "crip_coordinator", at=AT_NIGHT)

        listed = text(visitor.post(f"{page_of(seeking)}/recherche", {"need": "tonight_shelter"})).replace(
            "\xa0", " "
        )

    night, day = listed.index(awake.name), listed.index(asleep.name)
    assert night < day, "who is open at that hour stands first"
    assert "Ouvert 24 h/24" in listed[night:day]
    assert "1 place" in listed[night:day]
    assert "Fermé maintenant, ouvre" in listed[day:]
    assert "05 94 00 00 00" in listed, "what is found is called"
    assert "119" in listed


def test_a_decision_leads_to_the_search_in_another_tab(seeking):
    seeking.put(state="report_submitted")
    seeking.assessment("delivered", level="danger")
    visitor = Visitor(seeking.world, "ase_inspector")

    page = visitor.get(f"/dossiers/{seeking.case.pk}/etape/referral/shelter_5d")

    assert page.status_code == 200, text(page)[:500]
    assert f"{page_of(seeking)}/recherche" in links(page)
