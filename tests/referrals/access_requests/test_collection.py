"""What a copy holds and what it never does, for each who may ask (domain.md §7.5, §2.8 no. 15, AR5)."""

import json
from datetime import timedelta
from itertools import chain

import pytest

from audit.models import Entry
from referrals.access_requests import masking
from referrals.access_requests.copies import LOCKED
from referrals.access_requests.masking import Kind, Masks
from referrals.models import Child, Concern, Fact, Joining, JudicialReferral, Referral
from referrals.vocabulary.access_requests import Wanted, Withheld
from tests.audit.owner import as_owner
from tests.referrals.access_requests.planted import NAMES, PLACE, SPELT, Planted, visible
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases(
    "what is copied past row-level security, and the role that reads entries"
)

#: Whose values a copy shows, typed by hand from §7.5: by who asks.
OF_CASE = {
    "case",
    "concern",
    "told",
    "assessment",
    "file",
    "text_of_filer",
    "glass",
    "step",
    "step_own",
}
SHOWN = {
    "subject_minor": OF_CASE
    | {"own", "own_part", "own_words", "own_sheet", "own_measure", "court", "health", "step_I", "transfer"}
    | {"document"},
    "holder": OF_CASE
    | {"own", "own_part", "own_measure", "mother", "mother_told", "mother_before", "transfer"},
    "filer": {"concern", "text_of_filer", "to_filer"},
    "third_party": {"third"},
    "staff": {"staff", "glass"},
}
SHOWN["subject_adult"] = SHOWN["subject_minor"]
#: Whose values are in no part at all, not even in one that is hidden.
NEVER = {
    "subject_minor": {"sibling", "father", "mother", "filer", "step_C", "step_K", "to_filer", "feedback", "image", "staff"},
    "holder": {"sibling", "father", "filer", "step_C", "step_K", "to_filer", "feedback", "image", "staff"},
    "filer": {"own", "own_part", "own_words", "sibling", "mother", "father", "third", "case", "court", "health", "step"},
    "third_party": {"own", "sibling", "mother", "father", "filer", "case", "court", "concern", "told"},
    "staff": {"own", "sibling", "mother", "father", "filer", "case", "court", "third", "concern"},
}  # fmt: skip
NEVER["subject_adult"] = NEVER["subject_minor"]
#: Who else must be found in no text that is shown: names, numbers, addresses, places, as people spell them.
OTHERS = {
    "subject_minor": ("sibling", "father", "third", "filer", "place"),
    "holder": ("sibling", "father", "third", "filer", "place"),
    "filer": ("sibling", "father", "third", "place"),
    "third_party": ("sibling", "father", "filer", "place"),
    "staff": ("sibling", "father", "third", "filer", "place"),
}
OTHERS["subject_adult"] = OTHERS["subject_minor"]


@shared_fixture
def planted(world):
    return Planted(world)


def entries():
    with as_owner():
        return {bytes(body) for body in Entry.objects.values_list("body", flat=True)}


@pytest.mark.parametrize("who", sorted(SHOWN))
def test_a_copy_holds_the_own_data_and_of_others_nothing(planted, who):
    """Canaries in every sealed field, and everybody's names in the texts."""
    parts = planted.copy(who)
    shown, anywhere = planted.owners(parts), planted.owners(parts, hidden=True)

    assert set(shown) == SHOWN[who]
    assert not NEVER[who] & set(anywhere)
    text = masking.bare("\n".join(map(visible, parts)))
    spelt = [word for name in OTHERS[who] for word in SPELT[name]]
    assert [word for word in spelt if masking.bare(word) in text] == []
    whole = "\n".join(part.text or "" for part in parts if part.source.endswith(("Measure.place", "_name")))
    assert PLACE not in whole


def test_nothing_of_the_own_is_missing(planted):
    """Property: every sealed value of the child's own rows and of the case stands in the child's own copy."""
    shown = planted.owners(planted.copy("subject_minor"))

    planted_of = {}
    for owner, label in planted.of.values():
        planted_of.setdefault(owner, set()).add(label)
    for owner in ("own", "own_words", "own_measure", "court", "health", "case", "file"):
        # A digest of a file says nothing to a person; where a child was last seen is masked by the row itself.
        lacking = planted_of[owner] - shown[owner] - {"attachment.digest", "attachment.original_digest"}
        # What is feared for other minors is theirs, the number of the cell is the cell's.
        others = {"judicial_referral.feared", "judicial_referral.reachable"}
        assert lacking <= {"child.whereabouts_detail", "judicial_outcome.child_lawyer"} | others, owner


def test_a_holder_reads_nothing_of_the_other_holder_and_the_other_way_round(planted):
    """S10: parent A's copy holds nothing of parent B."""
    mothers = planted.owners(planted.copy("holder"), hidden=True)
    fathers = planted.owners(planted.copy("holder", holder=planted.father.pk), hidden=True)

    assert "father" not in mothers
    assert "father_told" not in mothers
    assert "mother_told" in mothers
    assert "mother" not in fathers
    assert "mother_told" not in fathers
    assert "father_told" in fathers
    assert "father" in planted.owners(planted.copy("holder", holder=planted.father.pk))
    corrections = [one for one in planted.copy("holder") if one.source == "referrals.Rectification.at"]
    assert len(corrections) == 1, "not that the other's name was put right, nor when"


def test_whoever_is_asked_for_the_others_are_in_no_part(planted):
    """Property over every scope of the two children and the two holders."""
    families = {
        "own": {"own", "own_part", "own_words", "own_sheet", "own_measure", "step_own"},
        "sibling": {"sibling", "sibling_part", "sibling_words", "sibling_sheet", "sibling_measure"},
    }
    for children in ({"own"}, {"sibling"}, {"own", "sibling"}):
        ids = frozenset(getattr(planted, name).pk for name in children)
        others = set().union(*(families[name] for name in families.keys() - children))
        for who, more in (
            ("subject_adult", {}),
            ("holder", {"holder": planted.mother.pk}),
            ("holder", {"holder": planted.father.pk}),
        ):
            found = planted.owners(planted.copy(who, children=ids, **more), hidden=True)
            assert not found.keys() & {*others, "filer", "step_C", "step_K"}, (children, who)
            assert found.keys() & set().union(*(families[name] for name in children))


def test_of_a_holder_what_justice_wrote_and_what_is_medical_is_withheld(planted):
    by_source = {}
    for part in planted.copy("holder"):
        by_source.setdefault(part.source, set()).add(part.withheld)

    for source in ("JudicialReferral.document", "JudicialOutcome.copy", "Concern.direct_report_document"):
        assert by_source[f"referrals.{source}"] == {Withheld.JUDICIAL}
    for source in ("Concern.health_facts", "Finding.health_text", "HealthSign.text", "Child.disability"):
        assert by_source[f"referrals.{source}"] == {Withheld.MEDICAL}
    assert by_source["referrals.Attachment"] == {None, Withheld.JUDICIAL, Withheld.MEDICAL}
    for source in ("Child.safe_contact_way", "Child.last_seen_place", "EmergencySheet.description"):
        assert by_source[f"referrals.{source}"] == {Withheld.SAFETY}
    assert by_source["referrals.Concern.child_words"] == {Withheld.CHILD_INTEREST}


def test_a_filer_reads_the_own_identity_and_receipt(planted):
    texts = {part.source: part.text for part in planted.copy("filer")}

    for name, value in NAMES["filer"].items():
        assert texts[f"referrals.Concern.{name}"] == value
    assert texts["referrals.Referral.reference"] == planted.case.reference
    assert "referrals.Referral.state" not in texts


@pytest.mark.parametrize("who", ["subject_minor", "holder"])
def test_what_only_who_filed_can_have_said_of_oneself_is_in_nobody_elses_copy(planted, who):
    sources = {part.source for part in planted.copy(who)}

    assert not sources & {
        f"referrals.Concern.{name}" for name in ("expectation", *NAMES["filer"], "filer_profession")
    }
    assert not sources & {"referrals.Complement.came_by", "referrals.InformationRequest.recipient"}
    assert "referrals.JudicialReferral.by_third_party" not in sources


def test_a_third_party_is_told_nothing_of_what_one_is_taken_for(planted):
    """Not even that something is withheld: its reason would tell of an inquiry."""
    parts = planted.copy("third_party")

    assert parts
    assert not {part.source.rpartition(".")[2] for part in parts} & {"role", "link"}
    assert {part.withheld for part in parts} == {None}


def test_by_which_way_a_concern_came_is_in_no_copy(planted):
    sources = {part.source for who in SHOWN for part in planted.copy(who)}

    assert not sources & {f"referrals.Referral.{name}" for name in ("channel", "variant", "restricted")}


def test_what_was_told_to_119_is_withheld_from_a_holder(planted):
    """CASF L226-9."""

    def shown(who):
        return {
            part.source
            for part in planted.copy(who)
            if part.withheld is None and (part.access_class in "DEF" or ".Fact." in part.source)
        }

    before = shown("subject_minor")
    assert "referrals.Fact.text" in shown("holder")
    planted.kit.put(variant="from_119")

    assert shown("holder") == set()
    assert shown("subject_minor") == before
    codes = {part.withheld for part in planted.copy("holder") if part.source == "referrals.Fact.text"}
    assert codes == {Withheld.CHILD_INTEREST}


def test_a_holder_is_not_told_of_a_report_to_justice_that_was_never_sent(planted):
    def traces(who):
        return {
            part.source.split(".")[1]
            for part in planted.copy(who)
            if part.access_class == "I" or part.withheld is Withheld.JUDICIAL
        }

    planted.kit.put(judicial_status="prepared")
    assert {"JudicialReferral", "StepRecord", "Referral"} <= traces("holder")
    JudicialReferral.objects.filter(referral=planted.case).update(sent_at=None, state="prepared")

    assert not {"JudicialReferral", "StepRecord", "Referral"} & traces("holder")
    assert {"JudicialReferral", "StepRecord", "Referral"} <= traces("subject_minor")


def test_what_nobody_lifts_comes_without_its_text(planted):
    parts = list(chain.from_iterable(planted.copy(who) for who in SHOWN))

    locked = [part for part in parts if part.withheld in LOCKED]
    assert locked
    assert {part.text for part in locked} == {""}
    assert all(part.access_class in "ABCDEFGHIJ" for part in parts)
    assert all(span.code in part.may_withhold for part in parts for span in part.hidden)


def test_a_mandate_is_for_whom_it_is_from(planted):
    assert planted.owners(planted.copy("mandated", holder=planted.mother.pk)) == planted.owners(
        planted.copy("holder")
    )
    assert planted.owners(planted.copy("mandated")) == planted.owners(planted.copy("subject_minor"))


def test_without_a_person_of_the_case_nothing_is_copied(planted):
    """Fail closed: a scope that names nobody finds nobody's data."""
    assert planted.copy("subject_minor", children=frozenset()) == []
    assert planted.copy("third_party", persons=frozenset()) == []
    assert planted.copy("staff", persons=frozenset()) == []
    assert set(planted.owners(planted.copy("holder", children=frozenset()))) == {"mother", "mother_told"}


def test_readers_alone_are_no_parts_and_open_nothing(planted):
    before = entries()

    assert planted.copy("subject_minor", wanted=Wanted.READERS) == []
    assert entries() == before


def test_period_and_classes_narrow(planted):
    Fact.objects.update(position=1)
    parts = planted.copy("subject_minor", classes=frozenset("DJ"))
    assert {part.access_class for part in parts} == {"D", "J"}

    day = AT.date()
    assert planted.copy("subject_minor", since=day + timedelta(days=1), until=day + timedelta(days=9)) == []
    of_the_day = planted.copy("subject_minor", since=day, until=day)
    assert of_the_day
    assert {part.on for part in of_the_day} == {day}


def test_a_copy_leaves_one_entry_a_case_with_its_purpose(planted):
    before = entries()

    planted.copy("holder")

    (body,) = [json.loads(one) for one in entries() - before if b'"act":"rows:written"' not in one]
    assert (body["act"], body["why"], body["rule"]) == ("field:opened", "access_request", "access_request")
    assert body["obj"] == [str(planted.case.pseudonym)]
    assert body["fields"]["child.last_name"] == 2


def test_values_are_as_a_person_reads_them(planted):
    field = Child._meta.get_field("birth_date")
    planted.own.birth_date = planted.kit.fill.keys["case"].seal(field, planted.own.pk, "2012-03-09")
    planted.own.save()
    Child.objects.filter(pk=planted.own.pk).update(
        danger_categories=["security", "health"], child_met="alone"
    )

    parts = {part.source: part for part in planted.copy("subject_minor")}

    assert parts["referrals.Child.birth_date"].text == "09/03/2012"
    assert parts["referrals.Child.birth_date"].label == "Date de naissance"
    assert parts["referrals.Child.deceased"].text == "Non"
    assert parts["referrals.Child.danger_categories"].text == "Sécurité, Santé"
    assert parts["referrals.Referral.received_at"].text == "24/11/2026 à 10:00"
    assert parts["referrals.Measure.type"].text == "Aide éducative à domicile (AED)"
    assert parts["referrals.StepRecord.step"].text == "Qualifier en information préoccupante"


def test_a_letter_kept_as_a_page_is_a_text_without_whom_it_isnt_about(planted):
    page = (
        "<!doctype html><html><head><title>x</title><style>p { margin: 0 }</style></head><body><h1>Signalement</h1>"
        "<p>Pour <b>Léonie</b> Durandeau &amp; son fr&egrave;re</p><p>vu par Si<i>donie</i> O&rsquo;Kermadec</p></body></html>"
    )
    court = planted.own.judicial_referrals.get()
    field = type(court)._meta.get_field("letter")
    court.letter = planted.kit.fill.keys["case"].seal(field, court.pk, page)
    court.save()

    (part,) = [one for one in planted.copy("subject_minor") if one.source.endswith("JudicialReferral.letter")]

    assert part.text.split("\n")[:2] == ["Signalement", "Pour Léonie Durandeau & son frère"]
    assert "margin" not in part.text
    assert not {"kermadec", "sidonie", "donie"} & set(masking.bare(visible(part)).split())


def test_what_a_state_tells_of_justice_is_withheld_from_a_holder(planted):
    planted.kit.put(state="judicial_pending")

    def state(who):
        (part,) = [one for one in planted.copy(who) if one.source == "referrals.Referral.state"]
        return part.withheld

    assert (state("holder"), state("subject_minor")) == (Withheld.JUDICIAL, None)


def test_a_sheltered_childs_place_is_nobodys_to_read(planted):
    """Class K once sheltered (§4.1): in no copy, and found in no text."""
    field = Child._meta.get_field("whereabouts")
    planted.own.whereabouts = planted.kit.fill.keys["case"].seal(field, planted.own.pk, "sheltered")
    field = Child._meta.get_field("whereabouts_detail")
    planted.own.whereabouts_detail = planted.kit.fill.keys["case"].seal(
        field, planted.own.pk, "Chez Mme Tournesol"
    )
    planted.own.save()
    planted.plant("case", Fact, text="Elle dort chez Mme TOURNESOL depuis lundi.")

    for who in ("subject_minor", "holder"):
        parts = planted.copy(who)
        assert not [part for part in parts if part.source.endswith((".whereabouts", ".whereabouts_detail"))]
        assert "TOURNESOL" not in "\n".join(map(visible, parts))


def test_a_name_that_cannot_be_opened_hides_every_text(planted, monkeypatch):
    """Fail closed: who isn't known can't be looked for."""
    sealed = planted.concern.filer_name
    broken = bytearray(sealed.ciphertext)
    broken[-1] ^= 1
    Concern.objects.filter(pk=planted.concern.pk).update(filer_name=type(sealed)(sealed.label, bytes(broken)))

    parts = planted.copy("subject_minor")

    told = [part for part in parts if part.source == "referrals.Fact.text"]
    assert {part.withheld for part in told} == {Withheld.FILER}


def test_a_merged_filing_is_copied_with_the_file_under_its_own_children(planted, world):
    other = Kit(world, "merged")
    other.fill.row(Fact)
    joining = Joining.objects.create(
        referral=other.case, target=planted.case, kind="duplicate", joined_at=AT,
        same_children={str(other.child.pk): str(planted.own.pk)}, same_holders={str(other.holder.pk): str(planted.mother.pk)},
    )  # fmt: skip

    def cases(who):
        return {part.referral for part in planted.copy(who)}

    assert cases("subject_minor") == cases("holder") == {planted.case.pk, other.case.pk}
    assert cases("filer") == {planted.case.pk}, "a filer never reads another filing"
    Referral.objects.filter(pk=other.case.pk).update(restricted=True)
    assert cases("holder") == {planted.case.pk}, "a restricted file is named by two, or not copied"
    Joining.objects.filter(pk=joining.pk).update(undone_at=AT)
    assert cases("subject_minor") == {planted.case.pk}


def test_a_holder_has_the_own_data_of_each_file_though_it_stands_under_other_rows(planted, world):
    """S10: two files; the scope names the own row of one."""
    other = Planted(world)
    scope = {"referrals": frozenset({planted.case.pk, other.case.pk})}
    children = frozenset({planted.own.pk, other.own.pk})

    parts = planted.copy("holder", children=children, **scope)

    assert {part.row for part in parts if part.source == "referrals.Holder.name"} == {
        planted.mother.pk, other.mother.pk
    }  # fmt: skip
    of_other = [part for part in parts if part.referral == other.case.pk]
    assert "father" not in other.owners(of_other, hidden=True)


# --- Finding names -------------------------------------------------------------------------------------


def hidden(text, *, name="", place="", own=""):
    masks = Masks()
    masks.keep([own] if own else [], Kind.NAME)
    masks.hide([name] if name else [], Withheld.FILER, Kind.NAME)
    masks.hide([place] if place else [], Withheld.SAFETY, Kind.PLACE)
    return [text[span.start : span.end] for span in masks.spans(text)]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Jean-Pierre Lœb", "vu JEAN PIERRE LOEB hier", ["JEAN PIERRE LOEB"]),
        ("Jean-Pierre Lœb", "vu par Pierre, puis Jean pierre", ["Pierre", "Jean pierre"]),
        ("Émilie", "E\u0301milie l'a dit", ["E\u0301milie"]),
        ("Rémy", "Re\u0301my\u0301", ["Re\u0301my\u0301"]),
        ("Anne", "Jeanne et Annecy", []),
        ("Li Wu", "avec Li Wu, et un lit", ["Li Wu"]),
        ("O’Kermadec", "m. okermadec", ["okermadec"]),
        ("Mme Roy", "Mme Dupond, née Roy", ["Roy"]),
        ("06 11 22 33 44", "tél. 0611223344 ou +33 6.11.22.33.44", ["0611223344", "+33 6.11.22.33.44"]),
        ("06 11 22 33 44", "n° 10611223344", []),
        ("a.b@exemple.fr", "écrire à A.B@exemple.fr.", ["A.B@exemple.fr"]),
        ("Du\u00adpont", "M. Dupont", ["Dupont"]),
    ],
)
def test_a_name_is_found_however_it_is_typed(name, text, found):
    assert hidden(text, name=name) == found


def test_the_own_name_is_hidden_nowhere_and_a_street_is_no_excuse():
    assert hidden("Léa Martin, fille de Rose Martin", name="Rose Martin", own="Léa Martin") == ["Rose Martin"]
    assert hidden("au 3 rue des Lilas", place="Foyer des Lilas, 3 rue des Roses", own="Léa") == ["Lilas"]


def test_every_word_of_a_name_is_found_anywhere_in_a_text():
    """Property over names and places in the text: what is hidden is what was looked for."""
    for value in chain(NAMES["filer"].values(), NAMES["third"].values()):
        for before, after in (("", ""), ("« ", " »"), ("avec ", ", puis"), ("(", ")"), ("d'", "\n")):
            text = f"{before}{value.upper()}{after}"
            found = hidden(text, name=value)
            assert (
                masking.bare("".join(found)).replace(" ", "")
                == masking.bare(value.replace("Mme ", "")).replace(" ", "")
                or value.upper() in found
            )
