"""The document to the prosecutor, from its preparation to its reading afterwards (domain.md J01, J02, J07; L226-4)."""

import base64
import hashlib
import html
import re
from datetime import timedelta

import pytest

from referrals.models import Child, Fact, Holder, HolderInformation, JudicialOutcome, JudicialReferral
from referrals.vocabulary.states import Outcome
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

FACTS = [
    {"on": "2026-11-20", "place_type": "school", "place_text": "Portail nord", "source": "seen",
     "text": "Un adulte <attend> Lina & la fait monter."},
    {"period": "En octobre", "place_type": "hotel", "source": "heard_from_child", "text": "Il garde mon téléphone."},
    {"on": "2026-11-21", "place_type": "street", "source": "reported", "text": "Une voisine décrit des allées et venues."},
]  # fmt: skip


@shared_fixture
def filed(story):
    story.at("2026-11-24 10:00")
    story.files(
        "filer",
        concern(
            children=[child(first_names="Lina", last_name="Exemple", birth_date="2011-03-02")],
            holders=[{"name": "Mere Exemple", "link": "mother", "phone": "0100000000"}],
            facts=FACTS, child_words="J'ai peur de rentrer.", filer_name="Filer Exemple", filer_org="Ecole Temoin",
        ),
    )  # fmt: skip
    story.reads("crip_coordinator")
    return story


def preparation(story, **said):
    return {
        "children": story.children, "grounds": ["5"], "actions_led": "Deux rencontres au collège.",
        "recipient": "Parquet des mineurs de Bobigny", "competence": "found", "document": "Le danger est actuel.",
        "requests": "Une mesure de protection immédiate.",
    } | said  # fmt: skip


@shared_fixture
def prepared(filed):
    filed.does("crip_coordinator", "prepare", preparation(filed), part="judicial-referrals")
    return filed


@shared_fixture
def composed(prepared):
    prepared.does("crip_coordinator", "compose", {}, part=part(prepared))
    return prepared


def part(story):
    return f"judicial-referrals/{story.row.judicial_referrals.get().pk}"


def document(story, who="crip_coordinator", *, form="document", expect=200):
    answer = story.world.as_(who).get(f"referrals/{story.pk}/{part(story)}/{form}")
    assert answer.status_code == expect, (who, answer.status_code, answer.content[:500])
    return answer


def sending(story, **said):
    body = bodies.to_justice(*story.children) | {
        "judicial_referral": story.row.judicial_referrals.get().pk, "document": "",
    }  # fmt: skip
    return body | said


def test_it_tells_each_fact_with_its_date_place_and_source(composed):
    page = document(composed).content.decode()

    assert '<html lang="fr">' in page
    told = re.findall(r"<strong>(.*?)</strong> – (.*?) – (.*?)</p>", page)
    assert told == [
        ("Constaté par la personne qui transmet", "20/11/2026", "Établissement scolaire, Portail nord"),
        ("Paroles de l&#x27;enfant, recueillies", "En octobre", "Hôtel"),
        ("Rapporté par un tiers", "21/11/2026", "Rue"),
    ]
    assert "Un adulte &lt;attend&gt; Lina &amp; la fait monter." in page, (
        "what people write is text, never markup"
    )
    assert "<q>Il garde mon téléphone.</q>" in page, "the child's words stand between quotation marks"
    assert "<q>J&#x27;ai peur de rentrer.</q>" in page
    assert "<q>Un adulte" not in page
    for said in ("Lina Exemple", "02/03/2011", "Mere Exemple", "Deux rencontres au collège.", "Danger grave et immédiat",
                 "Une mesure de protection immédiate.", "Parquet des mineurs de Bobigny", "a été trouvé",
                 composed.row.reference, "Le danger est actuel."):  # fmt: skip
        assert said in page, said


def test_it_is_french_whatever_language_its_author_reads(composed):
    first = document(composed).content
    coordinator = Visitor(composed.world, "crip_coordinator", at=composed.now)
    coordinator.post("/langue", {"language": "en"})
    row = composed.row.judicial_referrals.get()
    composed.row.judicial_referrals.update(letter=None, letter_sha256="", composed_at=None)

    done = coordinator.fills(f"/dossiers/{composed.pk}/etape/judicial/{row.pk}/compose")

    assert done.status_code == 303
    assert document(composed).content == first


def test_who_filed_is_not_in_it(composed):
    """Class C: the court's file is open to the parents (CPC 1187; domain.md §1.3, §7.5)."""
    page = document(composed).content.decode()

    for said in ("Filer Exemple", "Ecole Temoin", "Enseignant", "teacher"):
        assert said not in page


def test_its_words_are_those_of_the_vocabulary(composed):
    """domain.md §3.6: what the page itself says, without what people wrote."""
    page = document(composed).content.decode().lower()

    for avoided in ("prostituée", "escort", "michetonn", "client", "consentante", "fugueuse", "avouer", "dénoncer",
                    "abus sexuel", "délinquant", "dossier clos"):  # fmt: skip
        assert avoided not in page


def test_it_asks_for_nothing_from_elsewhere(composed):
    answer = document(composed)
    page = answer.content.decode()

    assert not re.search(r"(?i)\bsrc=|<link|@import|url\(|https?://|<script|\son\w+=", page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    own = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{own}'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.sec("SEC-AU9")
def test_neither_its_title_nor_its_file_name_tells_of_anybody(composed):
    answer = document(composed)

    assert re.search("<title>(.*?)</title>", answer.content.decode())[1] == "Saisine de l'autorité judiciaire"
    assert answer.headers["Content-Disposition"] == 'inline; filename="document.html"'


@pytest.mark.sec("SEC-CR18")
def test_at_rest_it_is_sealed_and_its_hash_is_that_of_the_page(composed):
    page = document(composed).content
    row = composed.row.judicial_referrals.get()

    assert row.letter_sha256 == hashlib.sha256(page).hexdigest()
    assert repr(row.letter) == str(row.letter) == "[sealed]"
    listed = composed.reads("crip_coordinator", "judicial-referrals")["results"][0]
    assert "letter" not in listed
    assert listed["letter_sha256"] == row.letter_sha256
    assert document(composed).headers["Repr-Digest"] == (
        f"sha-256=:{base64.b64encode(hashlib.sha256(page).digest()).decode()}:"
    )


def test_what_was_sent_stays_as_it_was(composed):
    before = document(composed).content
    composed.does("crip_coordinator", "send_judicial", sending(composed))
    composed.at("2026-11-26 10:00")
    fact = Fact.objects.filter(referral=composed.pk).first()
    correction = {"part": "facts", "row": str(fact.pk), "field": "text", "value": "Autre récit."}
    composed.does("crip_coordinator", "rectify", {"corrections": [correction], "reason": "Erreur de saisie."})

    assert document(composed).content == before
    assert composed.refused("crip_coordinator", "compose", {}, part=part(composed)) == "wrong-state"
    row = composed.row.judicial_referrals.get()
    assert (row.state, row.grounds) == ("sent", ["5"])


def test_until_it_is_sent_it_is_made_anew_where_the_case_has_moved(composed):
    before = document(composed).content
    fact = Fact.objects.filter(referral=composed.pk).first()
    correction = {"part": "facts", "row": str(fact.pk), "field": "text", "value": "Autre récit."}
    composed.does("crip_coordinator", "rectify", {"corrections": [correction], "reason": "Erreur de saisie."})
    assert document(composed).content == before, "nothing changes unseen"

    composed.does("crip_coordinator", "compose", {}, part=part(composed))

    assert "Autre récit." in document(composed).content.decode()


def test_proof_of_sending_and_a_document_are_asked_for(prepared):
    """T15: a prepared referral without its document isn't sent, nor is one without proof."""
    assert prepared.refused("crip_coordinator", "send_judicial", sending(prepared)) == "document_is_written"
    prepared.does("crip_coordinator", "compose", {}, part=part(prepared))
    without = sending(prepared, sending_proof="")
    assert prepared.refused("crip_coordinator", "send_judicial", without, expect=400) == "invalid-input"

    prepared.does("crip_coordinator", "send_judicial", sending(prepared))

    assert prepared.row.judicial_referrals.get().state == "sent"


def test_what_goes_by_the_exchange_platform_has_its_reference_whose_readers_are_those_of_the_referral(
    composed,
):
    """J02: file reference and hour beside the receipt; read under class I, like the rest of the referral to justice."""
    by_platform = sending(composed, sending_way="plex", sending_proof="Accusé de dépôt")
    fault = composed.does("crip_coordinator", "send_judicial", by_platform, expect=400)["errors"]
    assert [one["field"] for one in fault] == ["sending_reference"]

    deposit = "PLEX 93-2026-0412, déposé à 14 h 05"
    composed.does("crip_coordinator", "send_judicial", by_platform | {"sending_reference": deposit})

    (line,) = composed.reads("crip_coordinator", "judicial-referrals")["results"]
    assert (line["sending_way"], line["sending_reference"]) == ("plex", deposit)
    coordinator = Visitor(composed.world, "crip_coordinator", at=composed.now)
    page = coordinator.get(f"/dossiers/{composed.pk}/justice").content.decode()
    assert deposit in page
    assert "PLEX, la plateforme" in page
    assert deposit not in str(composed.reads("filer")), "the filer is told of no referral to justice"


def test_it_is_sent_on_the_grounds_and_for_the_children_that_it_names(composed):
    other = sending(composed, grounds=["1", "5"])

    assert composed.refused("crip_coordinator", "send_judicial", other) == "document_says_the_same"


def test_it_isn_t_made_before_it_is_argued(filed):
    filed.does("crip_coordinator", "prepare", preparation(filed, requests=""), part="judicial-referrals")

    refused = filed.refused("crip_coordinator", "compose", {}, part=part(filed))

    assert refused == "referral_is_argued_in_full"


def test_a_restricted_child_is_named_by_those_on_the_list_alone(composed):
    """Who isn't on the list doesn't know of a referral that is about restricted children alone (SEC-AZ20)."""
    Child.objects.filter(referral=composed.pk).update(restricted=True)

    assert composed.refused("crip_coordinator", "compose", {}, part=part(composed), expect=404) == "not-found"
    document(composed, expect=404)


def test_who_reads_justice_reads_it_and_nobody_else(composed):
    composed.does("crip_coordinator", "send_judicial", sending(composed))
    composed.does("crip_coordinator", "name_decider", {"user": composed.user("ase_inspector")})

    for who in ("crip_coordinator", "ase_inspector"):
        document(composed, who)
    for who in ("intake_agent", "supervisor", "on_call", "dpo", "filer"):
        document(composed, who, expect=403)
    for who in ("assessor", "case_referent", "measure_service", "auditor", "territory_admin"):
        document(composed, who, expect=404)
    other = composed.world.as_("crip_coordinator", "75")
    assert other.get(f"referrals/{composed.pk}/{part(composed)}/document").status_code == 404


def test_each_reading_and_the_making_are_in_the_journal(composed):
    before = len(composed.entries())
    document(composed)

    assert composed.journal(since=before) == ["field:opened crip_coordinator"]
    assert "judicial:compose crip_coordinator" in composed.journal()
    composed.names_nobody("Lina", "Exemple", "téléphone", "peur")
    composed.audited()


def test_as_pdf_it_is_one_that_a_screen_reader_reads(composed):
    answer = document(composed, form="document.pdf")

    assert answer.content.startswith(b"%PDF-"), answer.content[:300]
    assert b"/StructTreeRoot" in answer.content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="document.pdf"'


# --- Its thirteen parts (domain.md §4.9) ---------------------------------------------------------------------

PARTS = (
    "Fondements", "Enfant concerné", "Autres mineurs du domicile", "Titulaires de l'autorité parentale", "Faits",
    "Paroles de l'enfant, et comment elles ont été recueillies", "Informations, saisines et mesures antérieures",
    "Actions menées, avis de l'enfant et des titulaires", "Rapport d'évaluation", "Ce qui protège l'enfant ce soir",
    "Investigations demandées", "Ce qui est demandé",
)  # fmt: skip


def parts(page):
    """Return what each part says, by its number, without marks; the first is the head."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).partition('<section class="signature"')[0]
    pieces = re.split(r"<h2>(\d+)\. (.*?)</h2>", body)
    told = {"1": plain(pieces[0])}
    assert tuple(map(plain, pieces[2::3])) == PARTS
    return told | dict(zip(pieces[1::3], map(plain, pieces[3::3]), strict=True))


def plain(markup):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))).strip()


def test_what_isnt_known_says_so_and_nothing_is_left_out(composed):
    """A referral prepared without the newer answers, of a case that knows little: each part stands, in its order."""
    told = parts(document(composed).content.decode())

    assert "Joignable jour et nuit non connu" in told["1"]
    assert "Établissement scolaire non connu Niveau non connu Assiduité non connu" in told["3"]
    assert told["4"] == "sans objet Ce qui est craint pour eux sans objet"
    assert "Informé de la présente saisine non, pas encore" in told["5"]
    assert "Consigne sur son information pas demandée au parquet" in told["5"]
    assert "Danger actuel, tel que transmis non connu" in told["6"]
    assert told["7"] == "J'ai peur de rentrer. Recueillies : non connu"
    assert told["8"] == "Selon la transmission non connu"
    assert "Réaction des titulaires, à la transmission non connu" in told["9"]
    assert told["10"] == "Pas de rapport : non connu"
    assert told["11"] == "non connu"
    assert told["12"] == "sans objet"
    assert told["13"] == "Une mesure de protection immédiate."


KNOWN = {
    "child_words_how": "Lors d'un entretien seule, sans question.", "child_opinion": "Veut rester chez sa tante.",
    "parents_informed": "no", "not_informed_reason": "reprisals", "parents_reaction": "Refuse d'en parler.",
    "prior_reports": "yes", "prior_reports_text": "Une information en 2024, classée.", "prior_actions": "Une aide.",
    "danger_now": "yes", "danger_what": "Un rendez-vous ce soir.", "parental_authority": "Exercée en commun.",
    "has_household_minors": "yes",
}  # fmt: skip
ASKED = {
    "asked_for": ["opp", "instruction_on_parents"], "enquiries": ["uaped_hearing", "data_preservation"],
    "requests": "Le reste en clair.", "feared": "La même emprise.", "tonight": "Une tante l'accueille.",
    "no_report": "L'urgence.", "reachable": "01 00 00 00 01",
}  # fmt: skip


@shared_fixture
def known(story):
    """The same, of a case that knows much: a sister at home, a holder whose information waits, a measure before."""
    story.at("2026-11-24 10:00")
    lina = child(
        first_names="Lina", last_name="Exemple", birth_date="2011-03-02", school_name="Collège des Essais",
        school_level="4e", attendance="irregular", whereabouts="sheltered", whereabouts_detail="12 rue Secrète",
    )  # fmt: skip
    sister = child(first_names="Mia", last_name="Exemple", birth_date="2015-01-05", kind="household")
    mother = {"name": "Mere Exemple", "link": "mother", "phone": "0100000000", "address": "1 rue Connue"}
    story.files(
        "filer",
        concern(
            children=[lina, sister], holders=[mother], facts=FACTS, child_words="J'ai peur.", filer_name="Filer Exemple",
            filer_org="Ecole Temoin", parents_informed_by="Filer Exemple", **KNOWN,
        ),
    )  # fmt: skip
    story.reads("crip_coordinator")
    holder = Holder.objects.get(referral=story.pk)
    HolderInformation.objects.create(
        referral=story.row, holder=holder, occasion="judicial_referral", state="deferred", reason="holder_implicated",
        review_on="2026-12-04",
    )  # fmt: skip
    lina = Child.objects.get(referral=story.pk, kind="subject")
    body = preparation(story, children=[str(lina.pk)], **ASKED)
    story.does("crip_coordinator", "prepare", body, part="judicial-referrals")
    story.does("crip_coordinator", "compose", {}, part=part(story))
    return story


def test_each_part_says_what_the_case_and_its_author_know(known):
    told = parts(document(known).content.decode())

    for number, said in {
        "1": ("Joignable jour et nuit 01 00 00 00 01", "Parquet des mineurs de Bobigny", "a été trouvé"),
        "2": ("Danger grave et immédiat (L226-4 I, danger grave et immédiat)", "Le danger est actuel."),
        "3": ("Lina Exemple", "Établissement scolaire Collège des Essais Niveau 4e Assiduité irrégulière", "Mis à l'abri"),
        "4": ("Mia Exemple", "05/01/2015", "Autre enfant du domicile", "Pas rencontré", "La même emprise."),
        "5": (
            "Mere Exemple", "1 rue Connue", "Exercée en commun.", "Informé de la transmission non : risque de représailles",
            "Informé de la présente saisine non, différé : titulaire impliqué ; à revoir le 04/12/2026",
            "Consigne sur son information instruction demandée au parquet",
        ),
        "6": ("Un rendez-vous ce soir.", "Il garde mon téléphone."),
        "7": ("J'ai peur. Recueillies : Lors d'un entretien seule, sans question.",),
        "8": ("Une information en 2024, classée.",),
        "9": ("Deux rencontres au collège.", "Une aide.", "Veut rester chez sa tante.", "Refuse d'en parler."),
        "10": ("Pas de rapport : L'urgence.",),
        "11": ("Une tante l'accueille.", "L'enfant est mis à l'abri."),
        "12": ("Audition en unité d'accueil pédiatrique (UAPED)", "Conservation des données numériques"),
        "13": (
            "Ordonnance de placement provisoire", "Consigne sur l'information des titulaires", "Le reste en clair.",
        ),
    }.items():  # fmt: skip
        for words in said:
            assert words in told[number], (number, words, told[number])


def test_neither_who_filed_nor_where_the_child_is_sheltered_is_in_any_part(known):
    page = plain(document(known).content.decode())

    for said in ("Filer Exemple", "Ecole Temoin", "Enseignant", "12 rue Secrète", "Mia Exemple "):
        assert (said in page) == (said == "Mia Exemple "), said


def test_what_went_before_has_its_day_and_outcome(known):
    """Part 8: an earlier referral with its outcome, and that a holder was told meanwhile."""
    lina = Child.objects.get(referral=known.pk, kind="subject")
    HolderInformation.objects.filter(holder__referral=known.pk).update(
        state="done", told_on="2026-11-23", review_on=None, reason=""
    )
    before = JudicialReferral.objects.create(
        referral=known.row,
        state="received",
        grounds=["5"],
        prepared_at=known.now,
        sent_at=known.now - timedelta(days=90),
    )
    before.children.set([lina])
    JudicialOutcome.objects.create(
        referral=known.row, judicial_referral=before, child=lina, type="no_further", on="2026-09-01"
    )
    row = known.row.judicial_referrals.get(state="prepared")

    known.does("crip_coordinator", "compose", {}, part=f"judicial-referrals/{row.pk}")

    page = known.world.as_("crip_coordinator").get(
        f"referrals/{known.pk}/judicial-referrals/{row.pk}/document"
    )
    told = parts(page.content.decode())
    assert "26/08/2026 – Saisine de l'autorité judiciaire" in told["8"]
    assert str(Outcome("no_further").label) in told["8"]
    assert "Informé de la présente saisine oui, le 23/11/2026, par les services de Autorité 93" in told["5"]


def test_competence_that_nobody_chose_isnt_known(filed):
    """§4.9: what isn't known says so; the child's residence isn't guessed to be the ground."""
    filed.does("crip_coordinator", "prepare", preparation(filed, competence=""), part="judicial-referrals")
    filed.does("crip_coordinator", "compose", {}, part=part(filed))
    assert "Compétence non connu Saisine" in parts(document(filed).content.decode())["1"]


def test_codes_alone_say_what_is_asked(filed):
    """J07: what is asked may be a code; without code and words nothing is made."""
    body = preparation(filed, requests="", asked_for=["opp"])
    filed.does("crip_coordinator", "prepare", body, part="judicial-referrals")
    filed.does("crip_coordinator", "compose", {}, part=part(filed))
    assert parts(document(filed).content.decode())["13"] == "Ordonnance de placement provisoire"
