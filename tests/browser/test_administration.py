"""The functional administrator in a browser: people, roles, a setting that is changed and one that is refused."""

import re

from tests.browser.conftest import somebody_else


def test_every_page_of_administrators_can_be_used_by_everybody(visitor):
    """axe-core finds nothing, and nothing is wider than 320 pixels."""
    visitor.signs_in("territory_admin")
    visitor.goes("/")
    visitor.follows("Administration")
    visitor.looks("administration-people")
    visitor.follows("Ajouter une personne")
    visitor.looks("administration-person-new")
    visitor.page.get_by_label("Prénom et nom").fill("Arrivée Exemple")
    visitor.page.locator('[name="roles-0-role"]').select_option("assessment_lead")
    visitor.presses(re.compile("^Ajouter une ligne"))
    visitor.page.locator('[name="roles-1-role"]').select_option("statistician")
    visitor.presses("Ajouter et inviter")
    visitor.looks("administration-person-refused")
    visitor.page.get_by_label("Adresse de courriel").fill("arrivee-essai@demo.invalid")
    visitor.page.locator('[name="roles-0-unit"]').select_option(index=1)
    visitor.presses("Ajouter et inviter")
    visitor.looks("administration-person-added")
    visitor.follows("Voir la page de cette personne")
    assert "Chargé d'études ODPE" in visitor.page.locator("main").inner_text()
    visitor.looks("administration-person")
    visitor.goes("/administration")
    visitor.page.get_by_label("Nom ou adresse").fill("arrivee exemple")
    visitor.presses("Chercher")
    assert visitor.page.locator("tbody tr").count() == 1
    visitor.looks("administration-people-found")
    visitor.goes("/administration/roles?in_force=true")
    visitor.looks("administration-roles")
    visitor.follows(re.compile("^Mettre fin"))
    visitor.looks("administration-role-end")
    visitor.goes("/administration/roles/nouveau")
    visitor.presses("Donner le rôle")
    visitor.looks("administration-role-refused")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link").first)
    assert visitor.page.evaluate("document.activeElement.name") == "email"


def test_a_setting_is_changed_and_told(visitor):
    visitor.signs_in("territory_admin")
    visitor.goes("/administration")
    visitor.follows("Réglages")
    visitor.looks("administration-settings")
    visitor.follows("Première analyse")
    visitor.looks("administration-settings-chapter")
    visitor.clicks(visitor.page.locator('a[href$="/reglages/triage_hours"]'))
    field = visitor.page.locator('[name="triage_hours"]')
    field.fill("0")
    visitor.presses("Enregistrer le changement")
    visitor.looks("administration-setting-refused")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link").first)
    assert visitor.page.evaluate("document.activeElement.name") == "triage_hours"
    field.fill("30")
    visitor.page.locator('[name="effective_on"]').fill("2099-01-02")
    visitor.presses("Enregistrer le changement")
    assert "02/01/2099" in visitor.page.locator("main").inner_text()
    visitor.looks("administration-setting")


def test_hours_and_rows_are_changed_on_a_phone_too(visitor):
    visitor.signs_in("territory_admin")
    visitor.goes("/administration")
    visitor.follows("Réglages")
    visitor.follows("Heures ouvrées et échéances")
    visitor.clicks(visitor.page.locator('a[href$="/reglages/opening_hours"]'))
    visitor.page.get_by_label("Lundi").fill("matin")
    visitor.page.locator('[name="effective_on"]').fill("2099-01-02")
    visitor.presses("Enregistrer le changement")
    visitor.looks("administration-hours-refused")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link").first)
    assert visitor.page.evaluate("document.activeElement.name") == "opening_hours-monday"
    visitor.page.get_by_label("Lundi").fill("9h-12h, 14h-18h")
    visitor.presses("Enregistrer le changement")
    assert "09:00–12:00, 14:00–18:00" in visitor.page.locator("main").inner_text()
    visitor.follows("Tous les réglages")
    visitor.follows("Tous les chapitres")
    visitor.page.get_by_label("Chercher un réglage").fill("questions formulaire")
    visitor.presses("Chercher")
    visitor.clicks(visitor.page.locator('a[href$="/reglages/form_questions"]'))
    visitor.page.locator('[name="form_questions-0-code"]').fill("transport")
    visitor.presses(re.compile("^Ajouter une ligne"))
    assert visitor.page.locator('[name="form_questions-0-code"]').input_value() == "transport"
    visitor.looks("administration-rows")


def test_a_person_who_reads_cases_is_added_by_one_and_invited_by_another(visitor, browser, service):
    """The one who made the account is shown no code; the supervisor finds the request among what waits today."""
    visitor.signs_in("territory_admin")
    visitor.goes("/administration/personnes/nouvelle")
    visitor.page.get_by_label("Adresse de courriel professionnelle").fill("renfort@demo.invalid")
    visitor.page.get_by_label("Prénom et nom").fill("Renfort Exemple")
    visitor.page.locator('[name="roles-0-role"]').select_option("intake_agent")
    visitor.presses("Ajouter et inviter")
    assert "Elle partira quand une seconde personne" in visitor.page.locator("main").inner_text()
    assert not visitor.page.locator("code").count()
    visitor.looks("administration-person-waits")
    visitor.follows("Voir la page de cette personne")
    assert "Attend une seconde personne" in visitor.page.locator("main").inner_text()
    visitor.looks("administration-person-of-two")

    with somebody_else(browser, service) as supervisor:
        supervisor.signs_in("supervisor")
        supervisor.clicks(supervisor.page.get_by_role("link", name=re.compile("demandes? à confirmer")).first)
        supervisor.follows(re.compile("^Voir la demande.*Renfort"))
        supervisor.looks("administration-request-of-two")
        supervisor.presses("Confirmer")
        assert supervisor.page.locator("code").count() == 1
        assert "renfort@demo.invalid" in supervisor.page.locator("main").inner_text()
        supervisor.looks("administration-request-code")
        supervisor.follows("Revenir aux demandes")

    visitor.page.reload()
    assert "Attend une seconde personne" not in visitor.page.locator("main").inner_text()


def test_what_two_persons_do_is_asked_for_by_one_and_decided_by_another(visitor, browser, service):
    """A powerful role and a lost factor, on the pages of both."""
    visitor.signs_in("territory_admin")
    visitor.goes("/administration/roles/nouveau")
    visitor.page.locator('[name="email"]').fill("directory_editor.93@demo.invalid")
    visitor.page.locator('[name="role"]').select_option("dpo")
    visitor.looks("administration-role-asked")
    visitor.presses("Donner le rôle")
    assert "Une autre personne décide" in visitor.page.locator("main").inner_text()
    visitor.follows("Personnes")
    visitor.clicks(visitor.page.get_by_role("link", name=re.compile("^Inspecteur ASE 93")))
    visitor.follows("Moyens de connexion perdus")
    visitor.looks("administration-reset-asked")
    visitor.page.locator('[name="how"][value="video"]').check()
    visitor.presses("Demander la réinitialisation")
    visitor.looks("administration-requests")

    with somebody_else(browser, service) as supervisor:
        supervisor.signs_in("supervisor")
        supervisor.follows("Demandes à confirmer")
        asked = {"Confirmer": "Gestionnaire de l'annuaire 93", "Refuser": "Inspecteur ASE 93"}
        for decision, who in asked.items():
            supervisor.follows(re.compile(f"^Voir la demande.*{who}", re.DOTALL))
            supervisor.looks(f"administration-request-{decision.lower()}")
            how = supervisor.page.locator('[name="how"][value="called_back"]')
            if how.count():
                how.check()
            supervisor.presses(decision)
        assert not [one for one in asked.values() if one in supervisor.page.locator("main").inner_text()]
