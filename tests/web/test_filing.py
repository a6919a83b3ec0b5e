"""The pages of the concern form: answers that can be changed back, lists on one page, what is missing, what is known."""

import re

import pytest
from django.http import QueryDict
from django.utils import translation
from rest_framework import serializers

from accounts.models import User
from referrals.errors import InvalidInput
from referrals.models import Referral
from referrals.vocabulary.filing_answers import SIGN_CODES
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.web.browsing import Somebody
from web import forms
from web.filing import place
from web.filing.meanings import MEANINGS
from web.filing.sections import sections
from web.forms import every

TOPICS = [topic for section in sections() for topic in section.topics]
CHOICES = [
    (topic, ask)
    for topic in TOPICS
    for ask in every(topic.asks)
    if forms.fields_of(topic.takes, [ask], {})[0].kind in ("radios", "select")
]


@pytest.fixture
def filer(world):
    return Somebody(world.user("filer"))


def sent(**said):
    found = QueryDict(mutable=True)
    for name, value in said.items():
        found[name] = value
    return forms.Sent(found)


def stored(draft):
    see_all()
    return Referral.objects.get(pk=draft.rpartition("/")[2])


# --- Answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("topic", "ask"), CHOICES, ids=[f"{t.slug}-{a.name}" for t, a in CHOICES])
def test_a_choice_can_be_changed_for_each_other_and_one_that_may_stay_open_taken_back(topic, ask):
    (blank,) = forms.fields_of(topic.takes, [ask], {})
    for option in blank.options:
        (shown,) = forms.fields_of(topic.takes, [ask], {ask.name: option.value})
        offered = {one.value for one in shown.options}
        assert [one.value for one in shown.options if one.chosen] == [option.value]
        assert {one.value for one in blank.options} <= offered
        body = forms.body_of(topic.takes, [ask], sent(**{ask.name: option.value}))
        assert body[ask.name] == option.value
        assert topic.takes(data={ask.name: option.value}, partial=True).is_valid()
        assert not (shown.kind == "radios" and ask.optional and "" not in offered), "nothing takes it back"


def test_that_the_prosecutor_was_told_can_be_said_and_taken_back(filer):
    draft = filer.begins()
    for said in ("copy_of_direct_report", "standard", "copy_of_direct_report", "standard"):
        filer.goes(f"{draft}/demarches")
        filer.sends(f"{draft}/demarches", variant=said, direct_report_recipient="Bobigny")
        assert stored(draft).variant == said
        page = filer.goes(f"{draft}/demarches")
        assert re.search(rf'value="{said}"[^>]* checked', page)
    assert stored(draft).concern.direct_report_recipient is None, "the question isn't put any more"


# --- Lists on one page ----------------------------------------------------------------------------------


def rows(page, slug):
    return re.findall(rf'name="{slug}-(\d+)-', page)


def test_a_list_grows_by_its_button_and_nothing_typed_is_lost(filer):
    draft = filer.begins()
    filer.goes(f"{draft}/inquietude")
    answer = filer.sends(
        f"{draft}/inquietude", then="another-facts", child_opinion="Rien", **{"facts-0-text": "Un."}
    )
    assert answer["Location"] == f"{draft}/inquietude?more=facts#r-facts-1"
    page = filer.goes(f"{draft}/inquietude?more=facts")
    assert ("Un.</textarea>" in page, "Rien" in page, set(rows(page, "facts"))) == (True, True, {"0", "1"})

    filer.sends(f"{draft}/inquietude", **{"facts-0-text": "Un.", "facts-1-text": "Deux."})
    assert stored(draft).facts.count() == 2
    filer.goes(f"{draft}/inquietude")
    said = {"facts-0-text": "Un.", "facts-1-text": "Deux.", "then": "remove-facts-0"}
    filer.sends(f"{draft}/inquietude", **said)

    assert "Deux.</textarea>" in filer.goes(f"{draft}/inquietude")
    assert stored(draft).facts.count() == 1


def test_what_is_wrong_with_an_item_stands_beside_it_though_one_before_is_empty(filer):
    draft = filer.begins()
    filer.goes(f"{draft}/inquietude?more=facts")
    said = {"rows-facts": "2", "facts-1-text": "Deux.", "facts-1-on": "31/2/2026"}
    filer.sends(f"{draft}/inquietude", expect=400, **said)

    assert 'id="f-facts-1-on-error">Le 31 février 2026 n&#x27;existe pas.' in filer.html
    assert 'href="#f-facts-1-on"' in filer.html
    assert "Deux.</textarea>" in filer.html


def test_a_page_that_says_nothing_of_a_list_leaves_it_as_it_is(filer):
    draft = filer.begins()
    filer.goes(f"{draft}/famille")
    filer.sends(f"{draft}/famille", **{"holders-0-name": "Mère", "siblings-0-first_names": "Tom"})
    filer.goes(f"{draft}/famille")
    filer.html = re.sub(r'<input type="hidden" name="rows-[a-z_]+" value="\d+">', "", filer.html)
    filer.sends(f"{draft}/famille")

    assert (stored(draft).holders.count(), stored(draft).children.count()) == (1, 1)


def test_that_nobody_knows_the_holders_settles_that_question(world, filer):
    draft = filer.begins()
    filer.goes(f"{draft}/famille")
    filer.sends(f"{draft}/famille", **{"holders-unknown": "true"})

    see_all()
    assert "holders" in stored(draft).concern.not_known
    page = filer.goes(f"{draft}/famille")
    assert re.search(r'id="f-holders-unknown"[^>]* checked', page)
    filer.sends(f"{draft}/famille", **{"holders-0-name": "Mère"})
    assert "holders" not in stored(draft).concern.not_known


# --- What is missing ------------------------------------------------------------------------------------


def test_a_page_marks_what_it_lacks_once_it_was_saved_and_not_before(filer):
    draft = filer.begins()
    assert "Il manque" not in filer.goes(f"{draft}/enfant")
    filer.sends(f"{draft}/enfant", identity_known="unknown")
    page = filer.goes(f"{draft}/enfant")
    assert 'id="f-sex-missing"' in page
    assert 'id="f-identity_known-missing"' not in page
    assert re.search(r"Il manque \d réponses sur cette page", page)

    filer.sends(f"{draft}/enfant", identity_known="unknown", sex="girl", commune_insee="Bobigny",
                whereabouts="known", current_measure="no", address="1 rue de l'Essai",
                **{"birth_date-unknown": "on"})  # fmt: skip
    assert "Il manque" not in filer.goes(f"{draft}/enfant")


def test_each_page_tells_its_step_and_leads_back_after_saving(filer):
    draft = filer.begins()
    assert "Étape 1 sur 6" in filer.goes(f"{draft}/enfant")
    assert "Étape 3 sur 6" in filer.goes(f"{draft}/situation")
    answer = filer.sends(f"{draft}/situation", then="back", money_flow="En espèces")

    assert answer["Location"] == f"{draft}/inquietude"
    assert "En espèces" in filer.goes(f"{draft}/situation")


# --- What the account knows -----------------------------------------------------------------------------


def test_what_the_account_knows_of_who_files_is_told_once_and_never_asked_for(world, filer):
    see_all()
    world.memberships["93", "filer"].organisation = world.services["93"]
    world.memberships["93", "filer"].save()
    draft = filer.begins()
    page = filer.goes(f"{draft}/vous")

    for words in (world.user("filer").full_name, world.user("filer").email, world.services["93"].name):
        assert f"<dd>{words}</dd>" in page
    assert "Modifier" in page
    assert stored(draft).concern.filer_name is not None
    for page in (filer.goes(draft), filer.goes(f"{draft}/relecture")):
        assert "Vos nom et prénom" not in page.partition("Il manque")[2].partition("</ul>")[0]


def test_an_account_that_says_more_than_a_field_takes_keeps_nobody_from_filing(world, filer):
    see_all()
    User.objects.filter(pk=world.user("filer").pk).update(
        full_name="Une\u202e Personne", phone="06 39 98 12 34"
    )

    draft = filer.begins()

    assert stored(draft).concern.filer_name is None
    assert stored(draft).concern.filer_email is not None


# --- Places ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "department", "code"),
    [
        ("Bobigny", "", "93008"),
        ("bobigny", "", "93008"),
        ("Saint-Denis (93)", "", "93066"),
        ("st denis 93200", "", "93066"),
        ("saint denis", "93", "93066"),
        ("Saint-Denis (974)", "", "97411"),
    ],
)
def test_a_commune_is_found_by_its_name_and_tells_the_departement(typed, department, code):
    body = place.body_of(sent(commune_insee=typed, residence_department=department), "children.0.")

    assert body == {"commune_insee": code, "residence_department": code[:3] if code[:2] == "97" else code[:2]}


@pytest.mark.parametrize(
    ("typed", "why"), [("saint denis", "several-communes"), ("Bobigni", "no-such-commune")]
)
def test_a_name_that_fits_several_or_none_is_asked_about_with_what_may_be_meant(typed, why):
    with pytest.raises(InvalidInput) as refused:
        place.body_of(sent(commune_insee=typed), "children.0.")
    assert refused.value.extra["fields"] == [{"field": "children.0.commune_insee", "code": why}]

    said = sent(commune_insee=typed)
    _, which, _ = place.fields_of(place.typed(said), {"commune_insee": "?"})
    wanted = next(one for one in which.options if "(93 –" in one.label)
    chosen = place.body_of(sent(commune_insee=typed, commune_choice=wanted.value), "children.0.")
    assert chosen["residence_department"] == "93"


# --- Days -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["4/5/2012", "04.05.2012", "2012-05-04", "4 5 2012", "04052012", "04/05/2012"]
)
def test_a_day_is_understood_as_people_write_it_and_shown_in_one_way(typed):
    body = forms.body_of(TOPICS[1].takes, TOPICS[1].asks, sent(birth_date=typed))

    assert body["birth_date"] == "2012-05-04"
    assert forms.as_typed(body["birth_date"]) == "04/05/2012"


@pytest.mark.parametrize("typed", ["24/11/2026 14:30", "24.11.2026 à 14h30", "2026-11-24T14:30"])
def test_a_moment_is_understood_as_people_write_it(typed):
    body = forms.body_of(TOPICS[0].takes, TOPICS[0].asks, sent(received_at=typed))

    assert body["received_at"] == "2026-11-24T14:30:00+01:00"
    assert forms.as_typed("2026-11-24T13:30:00Z") == "24/11/2026 14:30"


# --- One's own list, and what comes after ----------------------------------------------------------------


def test_drafts_are_told_apart_by_the_hour_and_the_childs_initials_to_their_author_alone(world, filer):
    draft = filer.begins()
    filer.goes(f"{draft}/enfant")
    filer.sends(f"{draft}/enfant", first_names="Zoé", last_name="Exemple")
    page = filer.goes("/transmissions")

    assert re.search(r"Brouillon commencé\s+le \d\d/\d\d/\d{4} à \d\d:\d\d – Z\. E\.", page)
    assert "Exemple" not in page
    see_all()
    for name in ("filer", "filer_org_lead"):
        world.memberships["93", name].organisation = world.services["93"]
        world.memberships["93", name].save()
    filer = Somebody(world.user("filer"))
    filer.goes(f"{draft}/partage")
    filer.sends(f"{draft}/partage", then="show")
    page = Somebody(world.user("filer_org_lead")).goes("/transmissions")
    assert "Brouillons que des collègues vous montrent" in page
    assert draft in page
    assert "Z. E." not in page


def test_the_receipt_says_when_the_cell_is_open_and_whom_to_call_otherwise(world, filer):
    pk = world.as_("filer").post("referrals", concern()).json()["id"]
    filer.goes(f"/transmissions/{pk}/relecture")
    filer.sends(f"/transmissions/{pk}/relecture", good_faith_notice="true")

    for page in (filer.goes(f"/transmissions/{pk}/recu"), filer.goes(f"/transmissions/{pk}")):
        assert "Lundi à vendredi" in page
        assert "9:00 – 17:00" in page
        assert "Ouverte en ce moment" in page, "Tuesday, one o'clock in Paris"
        assert all(f'href="{link}"' in page for link in ("tel:17", "tel:112", "sms:114", "tel:119"))


# --- Words ----------------------------------------------------------------------------------------------


def test_each_sign_says_what_it_means_in_both_languages():
    assert set(MEANINGS) == set(SIGN_CODES)
    for words in MEANINGS.values():
        with translation.override("fr"):
            french = str(words)
        with translation.override("en"):
            assert str(words) != french


def test_no_question_of_the_form_writes_two_endings():
    """A neutral word reads better, aloud too; « enfant » is masculine whatever the sex."""
    with translation.override("fr"):
        for topic in TOPICS:
            for ask in every(topic.asks):
                assert "·" not in f"{ask.label}{ask.hint}", ask.name


def test_a_short_answer_has_one_line_and_several_lines_stay_several():
    takes = TOPICS[-1].takes
    (ask,) = [ask for ask in every(TOPICS[-2].asks) if ask.name == "filer_role_to_child"]
    assert isinstance(takes().fields[ask.name], serializers.CharField)
    kinds = [forms.fields_of(takes, [ask], {ask.name: said})[0].kind for said in ("", "a", "a\nb")]
    assert kinds == ["text", "text", "lines"]
