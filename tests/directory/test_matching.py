"""Each rule of matching says pass, fail or unknown in one sentence, in both languages (field.md A.9, A.10 tests 3 and 4)."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from directory import matching
from directory.codes import Agreement, Asker, Need, Sex, Situation
from directory.matching import (
    CaseFacts,
    Finding,
    Rule,
    ServiceFacts,
    Vacancy,
    Verdict,
    assess,
    match,
)
from directory.sentences import SENTENCES, sentence_of

PARIS = ZoneInfo("Europe/Paris")
CAYENNE = ZoneInfo("America/Cayenne")
NOW = datetime(2026, 11, 24, 10, tzinfo=PARIS)  # a Tuesday
PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN

CASE = CaseFacts(
    need=Need.SPECIALISED_SUPPORT, department="93", commune="93008", age_months=(183, 183), sex=Sex.GIRL
)
SERVICE = ServiceFacts(
    id=UUID(int=1), name="Accompagnement", structure=UUID(int=100), structure_name="Association d'essai",
    needs=("specialised_support",), verified_on=date(2026, 10, 3), verified_by="phone", zones=("93",),
    age_min_months=144, age_max_months=215, department="93",
)  # fmt: skip
FAR = replace(CASE, need=Need.DISTANCE_SHELTER, danger_departments=frozenset({"75"}))
FAR_SERVICE = replace(
    SERVICE, needs=("distance_shelter",), zones=("59",), department="59", distance_placement=True
)
TONIGHT = replace(CASE, tonight=True)
BED = replace(CASE, need=Need.TONIGHT_SHELTER)
BED_SERVICE = replace(SERVICE, needs=("tonight_shelter",), round_the_clock=True)


def asked(rule, case, service, at=NOW, zone=PARIS):
    """Return what one rule says: verdict and French sentence."""
    offer = assess(case, service, now=at, zone=zone)
    found = next(one for one in offer.findings if one.rule == rule)
    return found.verdict, found.sentence


def told(count, hours_ago, until=None):
    return Vacancy(count=count, told_at=NOW - timedelta(hours=hours_ago), valid_until=until)


CASES = [
    # R1 need
    ("R1", CASE, {}, PASS, "Propose : un accompagnement spécialisé"),
    ("R1", CASE, {"needs": ("outreach",)}, FAIL, "Ne propose pas : un accompagnement spécialisé"),
    ("R1", CASE, {"needs": ()}, FAIL, "N'indique pas à quels besoins il répond"),
    # R2 status and freshness
    ("R2", CASE, {}, PASS, "Vérifié le 3 octobre 2026 par téléphone"),
    ("R2", CASE, {"verified_by": "link"}, PASS, "Vérifié le 3 octobre 2026 par la structure, avec son lien"),
    ("R2", CASE, {"verified_by": ""}, PASS, "Vérifié le 3 octobre 2026"),
    ("R2", CASE, {"verified_by": "typed"}, UNKNOWN, "Saisi le 3 octobre 2026, sans vérification"),
    ("R2", CASE, {"verified_on": date(2026, 5, 24)}, PASS, "Vérifié le 24 mai 2026 par téléphone"),
    ("R2", CASE, {"verified_on": date(2026, 11, 1)}, PASS, "Vérifié le 1er novembre 2026 par téléphone"),
    ("R2", CASE, {"verified_on": date(2026, 5, 23)}, UNKNOWN, "Vérifié pour la dernière fois le 23 mai 2026 : à vérifier de nouveau"),
    ("R2", CASE, {"verified_on": date(2025, 11, 24)}, UNKNOWN, "Vérifié pour la dernière fois le 24 novembre 2025 : à vérifier de nouveau"),
    ("R2", CASE, {"verified_on": date(2025, 11, 23)}, FAIL, "Vérifié pour la dernière fois le 23 novembre 2025 : trop ancien pour être proposé"),
    ("R2", CASE, {"verified_on": None}, FAIL, "Jamais vérifié"),
    ("R2", CASE, {"status": "closed"}, FAIL, "Fermé définitivement"),
    ("R2", CASE, {"structure_status": "closed"}, FAIL, "La structure a fermé"),
    ("R2", CASE, {"structure_status": "suspended"}, FAIL, "La structure est suspendue"),
    ("R2", CASE, {"merged": True}, FAIL, "Cette fiche est remplacée par une autre"),
    ("R2", CASE, {"status": "suspended"}, FAIL, "Suspendu"),
    ("R2", CASE, {"status": "suspended", "suspended_until": date(2026, 11, 25)}, FAIL, "Suspendu jusqu'au 25 novembre 2026"),
    ("R2", CASE, {"status": "suspended", "suspended_until": date(2026, 11, 24)}, UNKNOWN, "Suspendu jusqu'au 24 novembre 2026 : reprise à vérifier"),
    # a place for tonight, or far away: one and three months
    ("R2", BED, {"needs": ("tonight_shelter",), "verified_on": date(2026, 10, 24)}, PASS, "Vérifié le 24 octobre 2026 par téléphone"),
    ("R2", BED, {"needs": ("tonight_shelter",)}, UNKNOWN, "Vérifié pour la dernière fois le 3 octobre 2026 : à vérifier de nouveau"),
    ("R2", BED, {"needs": ("tonight_shelter",), "verified_on": date(2026, 8, 23)}, FAIL, "Vérifié pour la dernière fois le 23 août 2026 : trop ancien pour être proposé"),
    ("R2", CASE, {"distance_placement": True, "verified_on": date(2026, 8, 23)}, FAIL, "Vérifié pour la dernière fois le 23 août 2026 : trop ancien pour être proposé"),
    # R3 who may ask
    ("R3", CASE, {}, PASS, "Toute personne peut le saisir"),
    ("R3", CASE, {"who_may_ask": ("professionals",)}, PASS, "Saisine par les professionnels seulement"),
    ("R3", CASE, {"who_may_ask": ("ase",)}, FAIL, "Saisine par l'ASE seulement"),
    ("R3", CASE, {"who_may_ask": ("ase", "judge")}, FAIL, "Saisine par l'ASE, le juge ou le procureur seulement"),
    ("R3", CASE, {"who_may_ask": ("users",)}, FAIL, "Saisine par les jeunes et leurs familles seulement"),
    ("R3", replace(CASE, asker=Asker.ASE), {"who_may_ask": ("ase",)}, PASS, "Saisine par l'ASE seulement"),
    ("R3", replace(CASE, asker=Asker.ASE), {"who_may_ask": ("professionals",)}, PASS, "Saisine par les professionnels seulement"),
    ("R3", replace(CASE, asker=Asker.USERS), {"who_may_ask": ("professionals",)}, FAIL, "Saisine par les professionnels seulement"),
    # R4 territory
    ("R4", CASE, {}, PASS, "Reçoit du département : Seine-Saint-Denis"),
    ("R4", CASE, {"zones": ()}, PASS, "Reçoit de tout le pays"),
    ("R4", CASE, {"zones": ("france",)}, PASS, "Reçoit de tout le pays"),
    ("R4", CASE, {"zones": ("99100",)}, PASS, "Reçoit de tout le pays"),
    ("R4", CASE, {"zones": ("93008", "75")}, PASS, "Reçoit de cette commune"),
    ("R4", CASE, {"zones": ("200057875",)}, PASS, "Reçoit de cette intercommunalité"),  # Est Ensemble
    ("R4", CASE, {"zones": ("200054781",)}, PASS, "Reçoit de cette intercommunalité"),  # the métropole around it
    ("R4", CASE, {"zones": ("59", "75")}, FAIL, "Reçoit seulement de : Nord, Paris"),
    ("R4", CASE, {"zones": ("93066",)}, FAIL, "Reçoit seulement de : Saint-Denis"),
    ("R4", CASE, {"zones": ("01", "02", "03", "04")}, FAIL, "Ne reçoit pas de ce territoire"),
    ("R4", CASE, {"zones": (), "refused_departments": ("93",)}, FAIL, "Ne reçoit pas du département : Seine-Saint-Denis"),
    ("R4", replace(CASE, commune="75118", department="75"), {"zones": ("75056",)}, PASS, "Reçoit de cette commune"),
    ("R4", replace(CASE, commune="75056", department="75"), {"zones": ("75118",)}, UNKNOWN, "Reçoit d'une partie de ce territoire : commune à préciser"),
    ("R4", replace(CASE, commune="75119", department="75"), {"zones": ("75118",)}, FAIL, "Reçoit seulement de : Paris 18e Arrondissement"),
    ("R4", replace(CASE, commune=""), {"zones": ("93066",)}, UNKNOWN, "Reçoit d'une partie de ce territoire : commune à préciser"),
    ("R4", replace(CASE, commune=""), {"zones": ("200057875",)}, UNKNOWN, "Reçoit d'une partie de ce territoire : commune à préciser"),
    ("R4", replace(CASE, commune=""), {"zones": ("75056",)}, FAIL, "Reçoit seulement de : Paris"),
    ("R4", replace(CASE, commune="", department=""), {}, UNKNOWN, "Territoire de l'enfant non précisé"),
    # R5 age
    ("R5", CASE, {}, PASS, "12 à 17 ans : convient (15 ans)"),
    ("R5", CASE, {"age_max_months": None}, PASS, "À partir de 12 ans : convient (15 ans)"),
    ("R5", CASE, {"age_min_months": None}, PASS, "Jusqu'à 17 ans : convient (15 ans)"),
    ("R5", CASE, {"age_min_months": 192}, FAIL, "16 à 17 ans : ne convient pas (15 ans)"),
    ("R5", CASE, {"age_max_months": 180}, FAIL, "De 12 ans à 15 ans tout juste : ne convient pas (15 ans)"),
    ("R5", CASE, {"age_min_months": 30, "age_max_months": 59}, FAIL, "De 2 ans et 6 mois à 4 ans : ne convient pas (15 ans)"),
    ("R5", replace(CASE, age_months=(215, 215)), {}, PASS, "12 à 17 ans : convient (17 ans)"),
    ("R5", replace(CASE, age_months=(216, 216)), {}, FAIL, "12 à 17 ans : ne convient pas (18 ans)"),
    ("R5", replace(CASE, age_months=(132, 191)), {}, UNKNOWN, "12 à 17 ans : âge à préciser (11 à 15 ans)"),
    ("R5", replace(CASE, age_months=(144, 191)), {}, PASS, "12 à 17 ans : convient (12 à 15 ans)"),
    ("R5", replace(CASE, age_months=(7, 7)), {"age_min_months": 0, "age_max_months": 35}, PASS, "0 à 2 ans : convient (7 mois)"),
    ("R5", replace(CASE, age_months=None), {}, UNKNOWN, "12 à 17 ans : âge de l'enfant non connu"),
    ("R5", CASE, {"age_min_months": None, "age_max_months": None}, UNKNOWN, "Âges reçus non renseignés"),
    # R6 sex
    ("R6", CASE, {}, PASS, ""),
    ("R6", CASE, {"sexes": ("girl", "boy", "other")}, PASS, ""),
    ("R6", CASE, {"sexes": ("girl", "other")}, PASS, "Reçoit : filles, autre"),
    ("R6", CASE, {"sexes": ("boy",)}, FAIL, "Reçoit seulement : garçons"),
    ("R6", replace(CASE, sex=Sex.OTHER), {"sexes": ("girl", "boy")}, FAIL, "Reçoit seulement : filles, garçons"),
    ("R6", replace(CASE, sex=None), {"sexes": ("girl",)}, UNKNOWN, "Reçoit : filles ; sexe de l'enfant non renseigné"),
    ("R6", replace(CASE, sex=None), {}, PASS, ""),
    # R7 what the service refuses
    ("R7", CASE, {"accepts": (("runaway", "no", ""),)}, PASS, ""),
    ("R7", replace(CASE, situations=frozenset({Situation.RUNAWAY})), {"accepts": (("runaway", "case", "appeler"),)}, UNKNOWN, "Fugue : au cas par cas, appeler"),
    ("R7", replace(CASE, situations=frozenset({Situation.RUNAWAY})), {"accepts": (("runaway", "yes", ""),)}, PASS, "Fugue : accepté"),
    ("R7", replace(CASE, situations=frozenset({Situation.RUNAWAY})), {"accepts": (("runaway", "no", "pas de garde la nuit"),)}, FAIL, "Fugue : refusé, pas de garde la nuit"),
    ("R7", replace(CASE, situations=frozenset({Situation.RUNAWAY})), {}, UNKNOWN, "Fugue : non renseigné"),
    ("R7", replace(CASE, situations=frozenset({Situation.SUBSTANCE, Situation.RUNAWAY})), {"accepts": (("runaway", "yes", ""), ("substance", "no", ""))}, FAIL, "Fugue : accepté ; Consommation de produits : refusé"),
    # R8 hour
    ("R8", CASE, {"hours": "24/7 off"}, PASS, ""),
    ("R8", TONIGHT, {"round_the_clock": True}, PASS, "Ouvert 24 h/24"),
    ("R8", TONIGHT, {"hours": "24/7"}, PASS, "Ouvert 24 h/24"),
    ("R8", TONIGHT, {"hours": "Mo-Fr 09:00-18:00"}, PASS, "Ouvert maintenant, ferme à 18 h"),
    ("R8", TONIGHT, {"hours": "Mo-Fr 09:00-17:30"}, PASS, "Ouvert maintenant, ferme à 17 h 30"),
    ("R8", TONIGHT, {"hours": "Mo 00:00-24:00; Tu 00:00-24:00; We 00:00-12:00"}, PASS, "Ouvert maintenant, ferme le 25 novembre 2026 à 12 h"),
    ("R8", TONIGHT, {"hours": "Mo-Fr 14:00-18:00"}, FAIL, "Fermé maintenant, ouvre à 14 h"),
    ("R8", TONIGHT, {"hours": "We 09:00-18:00"}, FAIL, "Fermé maintenant, ouvre demain à 9 h"),
    ("R8", TONIGHT, {"hours": "Fr 09:00-18:00"}, FAIL, "Fermé maintenant, ouvre le 27 novembre 2026 à 9 h"),
    ("R8", TONIGHT, {"hours": "24/7 off"}, FAIL, "Fermé maintenant"),
    ("R8", TONIGHT, {}, UNKNOWN, "Horaires non renseignés"),
    ("R8", TONIGHT, {"hours_text": "les mardis, selon les semaines"}, UNKNOWN, "Horaires à lire : les mardis, selon les semaines"),
    ("R8", TONIGHT, {"hours": 'Mo-Fr "sur rendez-vous"'}, UNKNOWN, 'Horaires à vérifier pour maintenant : Mo-Fr "sur rendez-vous"'),
    ("R8", BED, {"hours": "Mo-Fr 14:00-18:00"}, FAIL, "Fermé maintenant, ouvre à 14 h"),  # a bed is for tonight
    # R10 agreements
    ("R10", CASE, {}, PASS, ""),
    ("R10", CASE, {"agreements": ("judge_order",)}, FAIL, "Il manque : une décision du juge ou du procureur"),
    ("R10", replace(CASE, agreements=frozenset({Agreement.JUDGE_ORDER})), {"agreements": ("judge_order",)}, PASS, "Accords demandés, déjà là : une décision du juge ou du procureur"),
    ("R10", replace(CASE, agreements=frozenset({Agreement.JUDGE_ORDER})), {"agreements": ("judge_order", "funding", "child_agrees")}, UNKNOWN, "À vérifier : une prise en charge financière, l'adhésion du jeune"),
    ("R10", CASE, {"agreements": ("child_agrees", "ase_decision")}, FAIL, "Il manque : une décision de l'ASE ; à vérifier : l'adhésion du jeune"),
    ("R10", replace(CASE, agreements_stated=frozenset()), {"agreements": ("judge_order",)}, UNKNOWN, "À vérifier : une décision du juge ou du procureur"),
    ("R10", replace(CASE, agreements=frozenset({Agreement.FUNDING})), {"agreements": ("funding",)}, PASS, "Accords demandés, déjà là : une prise en charge financière"),
    # R11 places
    ("R11", CASE, {}, PASS, ""),
    ("R11", BED, {}, UNKNOWN, "Places libres non connues"),
    ("R11", BED, {"vacancies": (told(1, 20),)}, PASS, "1 place déclarée hier"),
    ("R11", BED, {"vacancies": (told(2, 1),)}, PASS, "2 places déclarées aujourd'hui"),
    ("R11", BED, {"vacancies": (told(1, 1), told(2, 24 * 3))}, PASS, "3 places déclarées il y a 3 jours"),
    ("R11", BED, {"vacancies": (told(4, 24 * 7),)}, PASS, "4 places déclarées il y a 7 jours"),
    ("R11", BED, {"vacancies": (told(4, 24 * 7 + 1),)}, UNKNOWN, "Places libres non connues"),
    ("R11", BED, {"vacancies": (told(4, 2, NOW - timedelta(hours=1)),)}, UNKNOWN, "Places libres non connues"),
    ("R11", BED, {"vacancies": (told(0, 20),)}, FAIL, "Aucune place libre, dit hier"),
    ("R11", BED, {"vacancies": (told(0, 1),)}, FAIL, "Aucune place libre, dit aujourd'hui"),
    ("R11", BED, {"vacancies": (told(0, 24 * 4),)}, FAIL, "Aucune place libre, déclaré il y a 4 jours"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "case", "differs", "verdict", "sentence"), CASES)
def test_a_rule_says_its_verdict_in_one_sentence(rule, case, differs, verdict, sentence):
    assert asked(rule, case, replace(SERVICE, **differs)) == (verdict, sentence)


FAR_CASES = [
    ({}, PASS, "Reçoit de tout le pays, hors de ce département (lieu : Nord)"),
    ({"from_departments": ("93", "75")}, PASS, "Reçoit de ce territoire, dans un autre département (lieu : Nord)"),
    ({"distance_placement": False, "zones": ("93",)}, PASS, "Reçoit de ce territoire, dans un autre département (lieu : Nord)"),
    ({"distance_placement": False, "zones": ()}, PASS, "Reçoit de tout le pays, hors de ce département (lieu : Nord)"),
    ({"from_departments": ("13",)}, FAIL, "Ne propose pas d'accueil éloigné pour ce territoire"),
    ({"distance_placement": False}, FAIL, "Ne propose pas d'accueil éloigné pour ce territoire"),
    ({"department": "93"}, FAIL, "Se trouve dans le même département : Seine-Saint-Denis"),
    ({"department": "93", "secret": True}, FAIL, "Se trouve dans le même département : Seine-Saint-Denis"),
    ({"department": "75"}, FAIL, "Se trouve dans un département à éviter : Paris"),
    ({"department": "75", "secret": True}, FAIL, "Se trouve dans un département à éviter : Paris"),
    ({"department": "59", "secret": True}, PASS, "Reçoit de tout le pays, hors de ce département (lieu : Nord)"),
    ({"department": ""}, UNKNOWN, "Département du lieu non renseigné"),
    ({"refused_departments": ("93",)}, FAIL, "Ne reçoit pas du département : Seine-Saint-Denis"),
]  # fmt: skip


@pytest.mark.parametrize(("differs", "verdict", "sentence"), FAR_CASES)
def test_far_away_means_another_departement_than_the_childs_and_every_danger(differs, verdict, sentence):
    assert asked("R4", FAR, replace(FAR_SERVICE, **differs)) == (verdict, sentence)


def test_a_place_near_by_may_lie_in_the_same_departement():
    assert asked("R4", CASE, replace(SERVICE, department="93", zones=("93",)))[0] == PASS


@pytest.mark.parametrize(
    ("department", "zone", "sentence"),
    [
        ("973", CAYENNE, "Ouvert maintenant, ferme à 8 h"),
        ("75", CAYENNE, "Ouvert maintenant, ferme à 4 h"),  # 7 h in Paris: told by the clock of whoever asks
        ("976", CAYENNE, "Fermé maintenant, ouvre à 14 h"),  # 9 h in Mayotte
        ("973", PARIS, "Ouvert maintenant, ferme à 12 h"),
    ],
)
def test_on_christmas_night_hours_are_those_of_the_place_told_by_the_clock_of_who_asks(
    department, zone, sentence
):
    """field.md A.10, test 7: three o'clock in Cayenne, on 25 December."""
    at = datetime(2026, 12, 25, 3, tzinfo=CAYENNE)
    service = replace(BED_SERVICE, round_the_clock=False, hours="Mo-Su,PH 20:00-08:00", department=department)

    assert asked("R8", BED, service, at=at, zone=zone)[1] == sentence


def test_hours_of_a_service_whose_departement_is_not_known_go_by_the_clock_of_its_keeper():
    at = datetime(2026, 12, 25, 3, tzinfo=CAYENNE)  # 7 h in Paris, a holiday in both
    service = replace(
        BED_SERVICE, round_the_clock=False, hours="Mo-Su,PH 20:00-08:00", department="", keeper="973"
    )

    assert asked("R8", BED, service, at=at, zone=PARIS)[1] == "Ouvert maintenant, ferme à 12 h"
    mayotte = replace(service, department="976")
    assert asked("R8", BED, mayotte, at=at, zone=CAYENNE)[1] == "Fermé maintenant, ouvre à 14 h"


def test_a_service_open_till_the_evening_reads_as_the_field_guide_has_it():
    """field.md A.9: R8's sentence ends « Ouvert maintenant, ferme à 18 h »; in English, too."""
    offer = assess(TONIGHT, replace(SERVICE, hours="Mo-Fr 09:00-18:00"), now=NOW, zone=PARIS)
    found = next(one for one in offer.findings if one.rule is Rule.HOUR)

    assert found.sentence == "Ouvert maintenant, ferme à 18 h"
    with override("en"):
        assert found.sentence == "Open now, closes at 18:00"


def test_several_situations_are_told_in_the_order_of_the_codes_with_each_languages_own_marks():
    case = replace(CASE, situations=frozenset({Situation.SUBSTANCE, Situation.RUNAWAY}))
    service = replace(SERVICE, accepts=(("substance", "no", ""), ("runaway", "yes", "")))

    assert asked("R7", case, service)[1] == "Fugue : accepté ; Consommation de produits : refusé"
    with override("en"):
        assert asked("R7", case, service)[1].count(" ;") == 0


# --- What removes, and the order


@pytest.mark.parametrize(
    ("differs", "by"),
    [
        ({"needs": ("outreach",)}, "R1"),
        ({"verified_on": None}, "R2"),
        ({"who_may_ask": ("judge",)}, "R3"),
        ({"zones": ("59",)}, "R4"),
        ({"age_min_months": 192}, "R5"),
        ({"sexes": ("boy",)}, "R6"),
    ],
)
def test_a_fail_of_r1_to_r6_removes(differs, by):
    found = match(CASE, [replace(SERVICE, **differs)], now=NOW, zone=PARIS)

    assert found.offered == ()
    assert [one.removed_by.rule for one in found.removed] == [by]


@pytest.mark.parametrize(
    ("case", "differs", "rule"),
    [
        (replace(CASE, situations=frozenset({Situation.RUNAWAY})), {"accepts": (("runaway", "no", ""),)}, "R7"),
        (TONIGHT, {"hours": "24/7 off"}, "R8"),
        (CASE, {"agreements": ("holders_agree",)}, "R10"),
        (BED, {"needs": ("tonight_shelter",), "round_the_clock": True, "vacancies": (told(0, 1),)}, "R11"),
    ],
)  # fmt: skip
def test_a_fail_of_r7_r8_r10_or_r11_stays_below(case, differs, rule):
    failing = replace(SERVICE, **differs, id=UUID(int=2), specialised="dedicated")
    plain = replace(SERVICE, needs=(*SERVICE.needs, *failing.needs), hours="24/7", id=UUID(int=3),
                    accepts=(("runaway", "case", ""),))  # fmt: skip

    found = match(case, [failing, plain], now=NOW, zone=PARIS)

    assert [one.service for one in found.offered] == [plain.id, failing.id]
    assert found.removed == ()
    assert {one.rule for one in found.offered[1].findings if one.verdict is FAIL} == {rule}


def test_the_order_is_fails_specialised_unknowns_distance_verified_id():
    lille, bobigny, paris = (3.047, 50.632), (2.44, 48.907), (2.343, 48.857)
    wanted = [
        {"specialised": "dedicated", "age_min_months": None, "age_max_months": None, "point": lille},
        {"specialised": "trained", "point": bobigny},
        {"specialised": "trained", "point": paris},
        {"specialised": "trained"},
        {"point": bobigny, "verified_on": date(2026, 11, 1)},
        {"point": bobigny},
        {"point": bobigny, "verified_on": date(2026, 10, 1)},
        {"point": paris},
        {"point": paris},  # the same but for its id
        {"point": lille},
        {},
        {"sexes": (), "age_min_months": None, "age_max_months": None, "point": bobigny},
        {"specialised": "dedicated", "agreements": ("ase_decision",), "point": bobigny},
    ]
    services = [replace(SERVICE, id=UUID(int=number), **each) for number, each in enumerate(wanted, 1)]

    for seed in range(20):
        shuffled = random.Random(seed).sample(services, len(services))  # noqa: S311 - an order
        found = match(CASE, shuffled, now=NOW, zone=PARIS)
        assert [one.service.int for one in found.offered] == list(range(1, len(services) + 1))


def test_distance_is_none_to_a_secret_place_and_when_somebody_must_be_far_away():
    near = replace(SERVICE, point=(2.44, 48.907))

    assert assess(CASE, near, now=NOW, zone=PARIS).distance_km == 0
    assert assess(CASE, replace(near, secret=True), now=NOW, zone=PARIS).distance_km is None
    assert assess(replace(CASE, commune=""), near, now=NOW, zone=PARIS).distance_km is None
    assert assess(FAR, replace(FAR_SERVICE, point=(3.047, 50.632)), now=NOW, zone=PARIS).distance_km is None


def test_a_secret_place_stands_where_one_without_a_point_does():
    """field.md A.7.3: an order by distance would tell where it is."""
    point = (2.44, 48.907)
    secret = replace(SERVICE, id=UUID(int=2), secret=True, point=point)
    nowhere = replace(SERVICE, id=UUID(int=1))
    far = replace(SERVICE, id=UUID(int=3), point=(55.447, -20.933))

    found = match(CASE, [secret, nowhere, far], now=NOW, zone=PARIS)

    assert [one.service.int for one in found.offered] == [3, 1, 2]


@pytest.mark.parametrize(
    "excluded", [SERVICE.id, SERVICE.structure, UUID(int=200)], ids=["service", "structure", "parent"]
)
def test_what_is_excluded_is_in_no_list_and_is_not_told_of(excluded):
    """field.md A.9 R9, A.10 test 9: neither offered nor removed."""
    case = replace(CASE, excluded=frozenset({excluded}))
    service = replace(SERVICE, structures=frozenset({SERVICE.structure, UUID(int=200)}))

    found = match(case, [service, replace(service, sexes=("boy",))], now=NOW, zone=PARIS)

    assert (found.offered, found.removed) == ((), ())
    assert assess(case, service, now=NOW, zone=PARIS) is None


def test_the_removed_come_with_the_least_against_them_first():
    one = replace(SERVICE, id=UUID(int=1), name="B", sexes=("boy",))
    two = replace(SERVICE, id=UUID(int=2), name="A", sexes=("boy",), verified_on=None)
    three = replace(SERVICE, id=UUID(int=3), name="A", sexes=("boy",))

    found = match(CASE, [two, one, three], now=NOW, zone=PARIS)

    assert [each.service.int for each in found.removed] == [3, 1, 2]


# --- Sentences


def test_every_offer_has_one_finding_for_each_rule_in_their_order():
    offer = assess(CASE, SERVICE, now=NOW, zone=PARIS)

    assert [one.rule for one in offer.findings] == list(Rule)
    assert matching.match(CASE, [SERVICE], now=NOW, zone=PARIS).rules_version == "m1"


@pytest.mark.parametrize(("rule", "case", "differs", "verdict", "sentence"), CASES)
def test_a_finding_that_was_kept_as_json_says_the_same_later(rule, case, differs, verdict, sentence):
    offer = assess(case, replace(SERVICE, **differs), now=NOW, zone=PARIS)
    found = next(one for one in offer.findings if one.rule == rule)

    again = Finding.of(json.loads(json.dumps(found.as_dict())))

    assert (again.rule, again.verdict, again.sentence) == (rule, verdict, sentence)
    assert again == Finding(found.rule, found.verdict, found.code, json.loads(json.dumps(dict(found.values))))


def test_every_sentence_is_said_by_a_case_here():
    """A sentence that no case reaches would be one that nobody has read."""
    codes = {
        one.code
        for _, case, differs, _, _ in CASES
        for one in assess(case, replace(SERVICE, **differs), now=NOW, zone=PARIS).findings
    } | {
        one.code
        for differs, _, _ in FAR_CASES
        for one in assess(FAR, replace(FAR_SERVICE, **differs), now=NOW, zone=PARIS).findings
    }

    assert codes == SENTENCES.keys()


def test_a_code_that_is_no_more_in_use_is_shown_as_it_is():
    assert sentence_of("need_met", {"need": "gone"}) == "Propose : gone"
    assert sentence_of("sex_fits", {"sexes": ["gone"]}) == "Reçoit : gone"


def test_the_day_is_that_of_the_authority_which_asks():
    """Just after midnight in Paris it is the evening before in Cayenne: a suspension isn't over there."""
    at = datetime(2026, 11, 24, 0, 30, tzinfo=PARIS).astimezone(UTC)
    service = replace(SERVICE, status="suspended", suspended_until=date(2026, 11, 24))

    assert asked("R2", CASE, service, at=at, zone=PARIS)[0] == UNKNOWN
    assert asked("R2", CASE, service, at=at, zone=CAYENNE)[0] == FAIL
