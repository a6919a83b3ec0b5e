"""Letters of a case: when each is due, to whom, who signs, what it says and never says, and how it goes (§4.9)."""

import html
import json
import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pypdfium2
import pytest
from django.db import connection

from audit.models import Entry
from referrals.letters import guards, paper, registry
from referrals.letters.paper import Head, Paper, Section
from referrals.letters.registry import letter_types, type_of
from referrals.models import (
    Assessment,
    Child,
    Concern,
    Decision,
    FeedbackTask,
    Holder,
    HolderInformation,
    JudicialReferral,
    Letter,
    Measure,
    StepRecord,
    TransferReceiver,
    TransferRequest,
)
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.night import NIGHT, some
from tests.referrals.workflow.filled import canary, sealed_fields
from tests.referrals.workflow.kit import AT, TODAY
from tests.shared_fixtures import shared_fixture

#: Millimetres in a point of a PDF.
MM = 25.4 / 72
#: Who signs each kind (§4.9, column "signs"), by name in the world of the tests.
SIGNS = {
    "holders_assessment": ("crip_coordinator", "assessment_lead"),
    "convocation": ("assessor", "assessment_lead", "case_referent"),
    "holders_referral": ("crip_coordinator", "ase_inspector"),
    "decision_holders": ("ase_inspector",),
    "child_letter": ("ase_inspector",),
    "feedback": ("crip_coordinator",),
    "service_notice": ("ase_inspector",),
    "judge_unexecuted": ("ase_inspector",),
    "majority_notice": ("ase_inspector",),
    "transfer_cover": ("crip_coordinator",),
    "holders_transfer": ("crip_coordinator",),
}
NOBODY = (
    "filer", "filer_org_lead", "intake_agent", "on_call", "measure_service", "supervisor", "exploitation_lead",
    "auditor", "dpo", "territory_admin", "platform_admin", "statistician", "directory_editor", "api_119",
)  # fmt: skip


def listed(kit, who="crip_coordinator"):
    answer = kit.world.as_(who).get(f"referrals/{kit.case.pk}/letters")
    see_all()
    return answer.json() if answer.status_code == 200 else {}


def due(kit, who="crip_coordinator", kind=""):
    return [one for one in listed(kit, who).get("due", ()) if kind in ("", one["kind"]["code"])]


def prepare(kit, who, one, **other):
    body = (
        {name: one[name] for name in ("part", "children", "holder")} | {"kind": one["kind"]["code"]} | other
    )
    answer = kit.world.as_(who).post(f"referrals/{kit.case.pk}/letters", body, key=uuid4().hex)
    see_all()
    return answer


@shared_fixture
def offered(full):
    """What is due before anything was changed, by who signs it."""
    return {who: due(full, who) for who in sorted({names[0] for names in SIGNS.values()})}


def of(offered, kind):
    """Return the lines of one kind, as who signs it first reads them."""
    return [one for one in offered[SIGNS[kind][0]] if one["kind"]["code"] == kind]


@shared_fixture
def prepared(full, offered):
    """The girl's letter: who signs it, and its id."""
    who = SIGNS["child_letter"][0]
    one = next(line for line in of(offered, "child_letter") if about(full, line)[1] == GIRL)
    return who, prepare(full, who, one).json()["id"]


@shared_fixture
def completed(full, prepared):
    """The same with its sentence: also the mark of what was read."""
    who, pk = prepared
    assert does(full, who, pk, "edit", why="Pour que tu ailles mieux.").status_code == 200
    return who, pk, get(full, who, f"letters/{pk}").json()["draft"]


@shared_fixture
def signed(full, completed):
    """The same, signed: who did, and its id."""
    who, pk, draft = completed
    assert does(full, who, pk, "sign", draft=draft).status_code == 200
    return who, pk


@shared_fixture
def to_mother(full, offered):
    """A letter about a decision, signed: who did, and its id."""
    who = "ase_inspector"
    one = next(line for line in of(offered, "decision_holders") if about(full, line)[0] == "mother")
    pk = prepare(full, who, one).json()["id"]
    answer = does(full, who, pk, "sign", draft=get(full, who, f"letters/{pk}").json()["draft"])
    assert answer.status_code == 200
    return who, pk


def get(kit, who, path):
    answer = kit.world.as_(who).get(path)
    see_all()
    return answer


def does(kit, who, pk, step, **body):
    answer = kit.world.as_(who).post(f"letters/{pk}/{step}", body, key=uuid4().hex)
    see_all()
    return answer


def test_every_kind_is_signed_by_whom_the_paper_says():
    """Those of an inquiry are in tests/referrals/inquiries; the prosecutor's document is of justice."""
    both = dict.fromkeys(("inquiry", "inquiry_answer"), ("crip_coordinator",))
    assert {str(kind): set(map(str, one.signers)) for kind, one in letter_types().items()} == {
        kind: set(names) for kind, names in (SIGNS | both).items()
    }


# --- When each is due, and to whom (§2.8 no. 17) ------------------------------------------------------


def people(full):
    return {full.mother.pk: "mother", full.father.pk: "father", full.girl.pk: "girl", full.boy.pk: "boy"}


def about(full, one):
    """Return whom a line of what is due is about: the addressee if it is a holder, and the children named."""
    names = {str(pk): name for pk, name in people(full).items()}
    return (names.get(one["holder"] or "", ""), tuple(sorted(names[child] for child in one["children"])))


BOTH = ("mother", "father")
GIRL, BOY = ("girl",), ("boy",)
#: Of the case of ``conftest.py``: each kind with its addressees and the children that it names.
DUE = {
    "holders_assessment": [(holder, ()) for holder in BOTH],
    "convocation": [*((holder, ()) for holder in BOTH), ("", GIRL), ("", BOY)],
    # One row of the filling, and one that was sent.
    "holders_referral": [(holder, GIRL) for holder in BOTH] * 2,
    # A decision for each child, and a renewal for the girl.
    "decision_holders": [*((holder, GIRL) for holder in BOTH), *((holder, BOY) for holder in BOTH)]
    + [(holder, GIRL) for holder in BOTH],
    "child_letter": [("", GIRL), ("", BOY), ("", GIRL)],
    "feedback": [("", ())],
    "service_notice": [("", GIRL)] * 3,
    "judge_unexecuted": [("", GIRL)],
    "majority_notice": [("", GIRL)],
    "transfer_cover": [("", ("boy", "girl"))],
    "holders_transfer": [(holder, ()) for holder in BOTH],
}


def test_each_letter_is_due_to_its_addressees_and_to_who_signs_it_alone(full):
    for who in (*dict.fromkeys(name for names in SIGNS.values() for name in names), *NOBODY):
        found = {}
        for one in due(full, who):
            found.setdefault(one["kind"]["code"], []).append(about(full, one))
        expected = {kind: lines for kind, lines in DUE.items() if who in SIGNS[kind]}
        assert {kind: sorted(lines) for kind, lines in found.items()} == {
            kind: sorted(lines) for kind, lines in expected.items()
        }, who


def put_off(full):
    full.fill.row(
        HolderInformation, holder=full.mother, occasion="inquiry", state="deferred", review_on=TODAY
    )


def implicated(full):
    Holder.objects.filter(pk=full.mother.pk).update(implicated="yes")


def somebody_is(full):
    Concern.objects.filter(referral=full.case).update(holder_implicated="yes")


def of_age(full):
    Child.objects.filter(referral=full.case).update(age_band="18+")


def emancipated(full):
    Child.objects.filter(referral=full.case).update(emancipated=True)


def dead(full):
    Child.objects.filter(referral=full.case).update(deceased=True)


def moved_away(full):
    full.put(state="transferred")


def joined(full):
    full.put(state="merged")


HOLDERS = ("holders_assessment", "convocation", "holders_referral", "decision_holders", "holders_transfer")
ALL = frozenset(SIGNS)


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.parametrize(
    ("spoil", "written_to", "kinds"),
    [
        (put_off, {"father", ""}, ALL), (implicated, {"father", ""}, ALL), (somebody_is, {""}, ALL - set(HOLDERS) | {"convocation"}),
        (of_age, {""}, ALL - set(HOLDERS) | {"convocation"}), (emancipated, {""}, ALL - set(HOLDERS) | {"convocation"}),
        (dead, {""}, {"feedback", "service_notice", "judge_unexecuted", "transfer_cover"}),
        (moved_away, set(), set()), (joined, {""}, {"feedback"}),
    ],
)  # fmt: skip
def test_nothing_is_due_to_a_holder_whose_information_waits_nor_about_who_is_no_child(
    full, spoil, written_to, kinds
):
    """domain.md §2.8 no. 4: put off on whatever occasion; each of the other holder's letters stays due."""
    spoil(full)

    found = [one for who in ("crip_coordinator", "assessor", "ase_inspector") for one in due(full, who)]

    assert {about(full, one)[0] for one in found} == written_to
    assert {one["kind"]["code"] for one in found} == kinds


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("holders_assessment", lambda full: StepRecord.objects.filter(step="assign").delete()),
        ("holders_assessment", lambda full: Assessment.objects.filter(pk=full.going_on.pk).update(state="delivered")),
        ("convocation", lambda full: full.put(state="qualified")),
        ("holders_referral", lambda full: JudicialReferral.objects.update(state="prepared", sent_at=None)),
        ("decision_holders", lambda full: (Decision.objects.update(code="judicial"), StepRecord.objects.filter(step="renew").delete())),
        ("child_letter", lambda full: (Decision.objects.update(code="undecided"), StepRecord.objects.filter(step="renew").delete())),
        ("feedback", lambda full: FeedbackTask.objects.update(state="sent", decided_at=AT)),
        ("service_notice", lambda full: Measure.objects.update(service=None)),
        ("judge_unexecuted", lambda full: Measure.objects.update(started_on=TODAY)),
        ("majority_notice", lambda full: StepRecord.objects.filter(step="majority_interview").delete()),
        ("transfer_cover", lambda full: TransferRequest.objects.update(state="refused")),
        ("holders_transfer", lambda full: TransferRequest.objects.update(state="refused")),
    ],
)  # fmt: skip
def test_without_its_step_a_letter_is_neither_due_nor_made(full, offered, kind, spoil):
    who = SIGNS[kind][0]
    before = of(offered, kind)
    assert before
    spoil(full)

    assert not due(full, who, kind)
    refused = prepare(full, who, before[0])
    assert (refused.status_code, refused.json()["rule"]) == (409, "letter_is_due")
    assert not Letter.objects.exists()


# --- Who ----------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ7")
@pytest.mark.parametrize("kind", SIGNS)
def test_a_letter_is_made_by_who_signs_it_and_by_nobody_else(full, offered, kind):
    one = of(offered, kind)[0]
    others = {name for names in SIGNS.values() for name in names} - set(SIGNS[kind])

    refused = {
        who: prepare(full, who, one).status_code
        for who in (*some(sorted(others), kind, 2), *some(NOBODY, kind, 2))
    }

    assert set(refused.values()) <= {403, 404}, refused
    assert not Letter.objects.exists()
    assert prepare(full, SIGNS[kind][-1], one).status_code == 201


@pytest.mark.sec("SEC-AZ4", "SEC-AZ5", "SEC-AZ21")
def test_a_letter_is_read_by_who_reads_all_that_it_says(full, offered):
    """Who is excluded, of another authority, a filer, a service or an office that reads no case: the same 404."""
    ids = {}
    for kind in ("decision_holders", "holders_referral", "feedback"):
        ids[kind] = prepare(full, SIGNS[kind][0], of(offered, kind)[0]).json()["id"]
    readers = {
        "decision_holders": {
            "crip_coordinator",
            "assessor",
            "assessment_lead",
            "ase_inspector",
            "case_referent",
        },
        "holders_referral": {
            "crip_coordinator",
            "assessor",
            "assessment_lead",
            "ase_inspector",
            "case_referent",
        },
        # Only who reads class C: the letter tells whether somebody is answered, and how.
        "feedback": {"crip_coordinator", "intake_agent", "assessor", "assessment_lead", "ase_inspector"},
    }
    for kind, pk in ids.items():
        nobody = NOBODY if kind == "feedback" else some(NOBODY, kind, 4)
        found = {
            who
            for who in (*readers["holders_referral"], *nobody)
            if get(full, who, f"letters/{pk}").status_code == 200
        }
        assert found == readers[kind], kind
        elsewhere = full.world.as_("crip_coordinator", "75").get(f"letters/{pk}")
        see_all()
        assert elsewhere.status_code == 404
    full.exclude("crip_coordinator")
    for path in (f"letters/{ids['feedback']}", f"referrals/{full.case.pk}/letters"):
        assert get(full, "crip_coordinator", path).status_code == 404
    assert does(full, "crip_coordinator", ids["feedback"], "discard", reason="Non.").status_code == 404


@pytest.mark.sec("SEC-AZ20")
def test_a_restricted_child_is_in_no_letter_of_who_is_not_on_its_list(full, offered):
    inspector = "ase_inspector"
    for_girl = [one for one in offered[inspector] if about(full, one)[1] == GIRL]
    made = prepare(full, inspector, for_girl[0]).json()["id"]
    full.set_child(restricted=True)
    Child.objects.get(pk=full.girl.pk).save()

    left = [about(full, one)[1] for one in (*due(full, inspector), *due(full, "crip_coordinator"))]
    assert left
    assert not [names for names in left if "girl" in names]
    assert get(full, inspector, f"letters/{made}").status_code == 404
    assert str(full.girl.pk) not in json.dumps(listed(full, inspector))
    unknown = prepare(full, inspector, for_girl[1], children=[str(uuid4())])
    hidden = prepare(full, inspector, for_girl[1])
    assert hidden.status_code == unknown.status_code == 409
    assert hidden.json()["rule"] == unknown.json()["rule"] == "letter_is_due", "as an unknown id"
    full.name(inspector)
    assert get(full, inspector, f"letters/{made}").status_code == 200


# --- What it says, and what never (canaries) ----------------------------------------------------------

CHILD = {"child.first_names", "child.last_name"}
TO_HOLDER = {"holder.name", "holder.address"}
#: Every sealed field of a case bears a canary; of these each letter holds exactly what stands here.
SAYS = {
    "holders_assessment": TO_HOLDER,
    "convocation": TO_HOLDER | {"child.first_names"},
    "holders_referral": TO_HOLDER | CHILD | {"judicial_referral.recipient"},
    "decision_holders": TO_HOLDER | CHILD | {"measure.aim"},
    "child_letter": {"child.first_names"},
    "feedback": set(),
    "service_notice": CHILD
    | TO_HOLDER
    | {"child.birth_date", "holder.phone", "measure.aim", "measure.extract", "measure.ordered_by"},
    "judge_unexecuted": CHILD
    | {"child.birth_date", "measure.ordered_by", "m19 judge", "m19 service", "m19 meanwhile"},
    "majority_notice": {"child.first_names"},
    "transfer_cover": {"child.address", "measure.ordered_by"},
    "holders_transfer": TO_HOLDER,
}
#: Of no letter, whoever reads it: who filed, health, third parties, traces, a place under K, and the report.
NEVER = "CEFGHK"


def canaries_in(text):
    """Return the canaries of a text; a day stands in it as French writes it."""
    found = set()
    for field in sealed_fields():
        value = canary(field)
        shown = date.fromisoformat(value).strftime("%d/%m/%Y") if field.kind == "date" else str(value)
        # Four digits stand by chance in an id or an instant, and one code begins as another.
        alone = rf"(?<![\w.-]){re.escape(shown)}(?![\w-])"
        if field.kind not in ("bool", "key", "json") and re.search(alone, text):
            found.add(field.label)
    found |= {
        f"m19 {name}"
        for name in ("judge", "service", "meanwhile", "staff", "proof")
        if f"canary m19 {name}" in text
    }
    return found | {
        name for name in ("canary formality", "canary interview", "step of class") if name in text
    }


@pytest.mark.sec("SEC-AZ19")
@pytest.mark.parametrize("kind", SIGNS)
def test_each_letter_says_what_its_step_decided_and_nothing_else(full, offered, kind):
    """By day one letter of each occasion: two holders are written to alike, and each under the own name (below)."""
    who, said = SIGNS[kind][0], set()
    classes = {field.label: field.access_class for field in sealed_fields()}
    lines = of(offered, kind)
    occasions = {(one["part"], *one["children"], bool(one["holder"])): one for one in lines}
    for one in lines if NIGHT else occasions.values():
        read = get(full, who, f"letters/{prepare(full, who, one).json()['id']}").json()
        text = json.dumps(read, ensure_ascii=False)
        assert "formality" not in text, "the words beside a formality stay in the file"
        said |= canaries_in(text)
        sources = {passage["made_from"]["code"] for passage in read["passages"]}
        assert sources <= {str(source) for source in type_of(kind).sources}
        # Of two holders and two children each letter names its own.
        ours = {name for name in (full.case.reference,) if name in read["outside"]}
        assert ours == (set() if kind == "feedback" else {full.case.reference})
        assert "Cellule" not in read["outside"], "no service on the outside"
        assert "canary" not in read["outside"], "no child on the outside"

    assert said == SAYS[kind]
    assert not {label for label in said if classes.get(label, "B") in NEVER}


def test_no_kind_may_open_what_no_letter_says():
    classes = {field.label: field.access_class for field in sealed_fields()}

    for kind in letter_types().values():
        assert kind.opens <= set(classes), kind.kind
        gravest = {classes[label] for label in kind.opens}
        assert not gravest & set(NEVER), kind.kind
        assert gravest <= kind.classes, f"{kind.kind} opens what its readers may not read"


def test_a_letter_opens_no_field_that_its_kind_does_not_declare(full, offered, monkeypatch):
    """The declaration is asked at each opening: a letter with a mistake in it says nothing rather than too much."""
    one = of(offered, "feedback")[0]
    kind = type_of("feedback")
    monkeypatch.setitem(
        registry._types,
        kind.kind,
        replace(kind, write=lambda w: w.opened(w.look.case.children[0], "last_name")),
    )
    pk = prepare(full, "crip_coordinator", one).json()["id"]

    answer = get(full, "crip_coordinator", f"letters/{pk}").json()

    assert answer["passages"] == []
    assert "canary" not in json.dumps(answer)


def test_two_holders_are_written_to_apart(full, offered):
    """Neither letter bears the other's name or address; by day one letter of each kind to each."""
    names = {}
    for holder, words in ((full.mother, "Mère"), (full.father, "Père")):
        for name in ("name", "address"):
            field = Holder._meta.get_field(name)
            setattr(holder, name, full.fill.keys["case"].seal(field, holder.pk, f"{words} {name}"))
        holder.save()
        names[str(holder.pk)] = words
    for kind in HOLDERS:
        who = SIGNS[kind][0]
        lines = [line for line in of(offered, kind) if line["holder"]]
        for one in lines if NIGHT else {line["holder"]: line for line in lines}.values():
            text = get(full, who, f"letters/{prepare(full, who, one).json()['id']}").content.decode()
            own = names.pop(one["holder"])
            assert own in text
            assert not [other for other in names.values() if other in text], kind
            names[one["holder"]] = own


@pytest.mark.parametrize(
    ("link", "dear"), [("mother", "Madame"), ("father", "Monsieur"), ("guardian", "Madame, Monsieur")]
)
def test_a_letter_is_to_one_person_in_their_civility_from_the_salutation_to_the_closing(
    full, offered, link, dear
):
    field = Holder._meta.get_field("link")
    full.mother.link = full.fill.keys["case"].seal(field, full.mother.pk, link)
    full.mother.save()
    one = next(line for line in of(offered, "decision_holders") if line["holder"] == str(full.mother.pk))
    pk = prepare(full, "ase_inspector", one).json()["id"]
    draft = get(full, "ase_inspector", f"letters/{pk}").json()["draft"]
    assert does(full, "ase_inspector", pk, "sign", draft=draft).status_code == 200

    page = html.unescape(get(full, "ase_inspector", f"letters/{pk}/page").content.decode())

    assert f"<p>{dear},</p>" in page
    assert f"Je vous prie d'agréer, {dear}, l'expression de mes salutations distinguées." in page
    assert ("<p>Madame canary" in page or "<p>Madame " in page) is (link == "mother")


def test_the_address_stands_in_the_window_of_the_envelope():
    """NF Z 11-001: 110 mm from the left edge, between 45 and 85 mm from the top of an A4 page; text below it."""
    letter = Paper(
        title="Notification", head=Head(name="Département", lines=("1 place de l'Essai", "75013 Paris")),
        to=("Madame Une Personne", "2 rue du Lieu", "93000 Bobigny"), on=TODAY, reference="R7KD-4M2X-9QPA-W",
        sections=(Section(paragraphs=("Un texte.",)),), greeting="Madame,", closing="Fin.",
    )  # fmt: skip

    page = pypdfium2.PdfDocument(paper.pdf(paper.html(letter)))[0]

    words, height = page.get_textpage(), page.get_height()
    for line in letter.to:
        at, _count = words.search(line).get_next()
        left, _bottom, _right, top = words.get_charbox(at)
        assert 105 <= left * MM <= 115, line
        assert 45 <= (height - top) * MM <= 85, line
    at, _count = words.search("Notification").get_next()
    assert (height - words.get_charbox(at)[3]) * MM > 85


@pytest.mark.parametrize(
    ("birth", "start"), [("2016-01-01", "Bonjour"), ("2013-01-01", "Bonjour"), ("2010-01-01", "Bonjour")]
)
def test_a_child_is_spoken_to_by_its_age(full, offered, birth, start):
    full.grow(full.girl, birth)
    one = next(line for line in of(offered, "child_letter") if about(full, line)[1] == GIRL)
    pk = prepare(full, "ase_inspector", one).json()["id"]

    read = get(full, "ase_inspector", f"letters/{pk}").json()

    text = json.dumps(read["passages"], ensure_ascii=False)
    assert read["greeting"].startswith(start)
    assert ("avec un professionnel" in read["title"]) == (birth == "2016-01-01"), "read aloud under twelve"
    assert (" tu " in text.lower()) == (birth != "2010-01-01"), "from sixteen on one says vous"
    assert "119" in text


def read_of(full, kind, one):
    who = SIGNS[kind][0]
    pk = prepare(full, who, one).json()["id"]
    return get(full, who, f"letters/{pk}").json()


def test_a_formality_that_was_deferred_says_why_by_its_code(full, offered):
    """The words beside the code stay in the file."""
    text = json.dumps(read_of(full, "transfer_cover", of(offered, "transfer_cover")[0]), ensure_ascii=False)

    assert "Différée : contraire à l'intérêt de l'enfant" in text
    assert "(motif)" not in text


@pytest.mark.sec("SEC-AZ20")
def test_the_slip_of_a_restricted_case_names_who_receives_it(full, offered):
    """T46: nobody else of that authority learns of the case."""
    who = full.world.user("crip_coordinator", "75")
    open_case = read_of(full, "transfer_cover", of(offered, "transfer_cover")[0])
    assert open_case["to"][0] == "Monsieur ou Madame le président du conseil départemental"
    assert who.full_name not in open_case["to"]
    full.put(restricted=True)
    full.name("crip_coordinator")

    place = f"letters/{open_case['id']}"
    nobody = get(full, "crip_coordinator", place).json()
    TransferReceiver.objects.create(referral=full.case, request=full.moving, user=who)
    named = get(full, "crip_coordinator", place).json()

    assert nobody["withheld"]
    assert nobody["to"] == nobody["passages"] == []
    assert named["to"] == [who.full_name, full.moving.target.name]


@pytest.mark.parametrize(
    ("kind", "who"),
    [("opp_prosecutor", "Un procureur"), ("exit_ban", "Un magistrat"), ("aemo", "Un juge")],
)
def test_a_child_is_told_who_ordered_its_measure(full, kind, who):
    full.grow(full.girl, "2016-01-01")
    Measure.objects.filter(pk=full.ordered.pk).update(type_id=kind)
    record = full.recorded("measure", "order", full.ordered)
    one = next(line for line in due(full, "ase_inspector", "child_letter") if line["part"] == str(record.pk))

    said = [
        text for passage in read_of(full, "child_letter", one)["passages"] for text in passage["paragraphs"]
    ]

    assert [text for text in said if "a décidé une mesure" in text] == [
        f"{who} a décidé une mesure pour te protéger."
    ]


@pytest.mark.parametrize("birth", ["2016-01-01", "2013-01-01", "2010-01-01"])
def test_a_child_s_rights_stand_in_its_letter_and_it_fits_on_a_page(full, prepared, birth):
    """§4.9: being heard, a lawyer, a trusted person, 119; of one measure, with a sentence of two lines why."""
    full.grow(full.girl, birth)
    Measure.objects.filter(pk=full.ordered.pk).update(state="cancelled")
    who, pk = prepared
    assert does(full, who, pk, "edit", why="mot " * 30).status_code == 200

    read = get(full, who, f"letters/{pk}").json()

    text = json.dumps(read["passages"], ensure_ascii=False)
    for right in ("avocat", "confiance", "119"):
        assert right in text
    assert does(full, who, pk, "sign", draft=read["draft"]).status_code == 200, read["passages"]


def test_the_rights_that_are_read_aloud_take_three_lines(full, offered):
    """One more, and a letter of two measures with its sentence why no longer fits on its page."""
    full.grow(full.girl, "2016-01-01")
    passages = read_of(full, "child_letter", of(offered, "child_letter")[0])["passages"]

    rights = next(one["paragraphs"] for one in passages if one["heading"] == "Tes droits")

    assert guards.lines_of(Paper(title="", head=Head(name=""), to=(), on=TODAY, reference="", sections=(
        Section(paragraphs=tuple(rights)),
    ))) == 3  # fmt: skip


def test_towards_majority_the_whole_path_and_the_conditions_are_told(full, offered):
    ended = full.fill.row(
        Measure, child=full.girl, state="ended", type_id="aesf", judicial=False, proposed_at=AT,
        started_on=date(2024, 1, 2), over_on=date(2025, 1, 2),
    )  # fmt: skip
    full.fill.row(Measure, child=full.girl, state="proposed", type_id="tisf", judicial=False, proposed_at=AT)
    full.fill.row(
        Measure, child=full.boy, state="active", type_id="day_care_ase", judicial=False, proposed_at=AT,
        started_on=date(2024, 1, 2),
    )  # fmt: skip

    passages = read_of(full, "majority_notice", of(offered, "majority_notice")[0])["passages"]

    path = next(one["points"] for one in passages if one["heading"] == "Votre parcours")
    assert f"{ended.type.label_fr} – du 02/01/2024 au 02/01/2025" in path
    assert f"{full.offered.type.label_fr} – décidée le {TODAY:%d/%m/%Y}" in path
    assert not [one for one in path if "TISF" in one or "Accueil de jour" in one], (
        "not agreed, or another child's"
    )
    assert "c'est un droit" in json.dumps(passages, ensure_ascii=False)


# --- How it goes --------------------------------------------------------------------------------------


def test_a_letter_is_prepared_completed_signed_and_sent(full, completed):
    who, pk, draft = completed

    assert get(full, who, f"letters/{pk}/page").status_code == 404, "what isn't signed is no document"
    assert does(full, who, pk, "sign", draft=draft).status_code == 200
    page = get(full, who, f"letters/{pk}/page").content.decode()
    assert "Pour que tu ailles mieux." in page
    assert "ase_inspector 93" in page
    assert "Texte de la collectivité" not in page, "the sources aren't printed"
    assert does(full, who, pk, "edit", why="Autre").json()["code"] == "wrong-state"
    sent = does(full, who, pk, "send", on=TODAY.isoformat(), way="hand", proof="Remise à l'enfant.")
    assert (sent.status_code, sent.json()["state"]["code"]) == (200, "sent")
    after = get(full, who, f"letters/{pk}").json()
    assert after["note"] == {"proof": "Remise à l'enfant.", "reference": ""}
    assert after["passages"] == []
    again = prepare(full, who, {**after, "kind": after["kind"]})
    assert (again.status_code, again.json()["rule"]) == (409, "not_made_already")


def test_the_longest_letter_that_a_child_may_be_sent_prints_on_one_page():
    """Below a full letterhead, in the larger type (§4.9)."""
    three, two = "Une phrase de longueur moyenne. " * 5, "Une phrase de longueur moyenne. " * 3
    letter = Paper(
        title="Lettre à lire avec un professionnel",
        head=Head(name="Département", lines=("Cellule", "1 place de l'Essai", "93000 Bobigny", "Téléphone"), foot="Pied"),
        to=("Lou",), on=TODAY, reference="", greeting="Bonjour Lou,", signed_by="Une inspectrice", large=True,
        signed_as="Inspecteur ASE. Pour le président du conseil départemental et par délégation",
        sections=(
            Section(paragraphs=(three,)), Section(paragraphs=(two,)), Section(heading="Pourquoi", paragraphs=(two,)),
            Section(heading="Ce qui va se passer", facts=(("Mesure", "Une aide"), ("Depuis le", "01/01/2026"))),
            Section(facts=(("La personne à qui parler", "Une éducatrice"),)), Section(facts=(("Téléphone", "01"),)),
            Section(heading="Tes droits", paragraphs=(three,)), Section(paragraphs=("Une ligne.",) * 2),
        ),
    )  # fmt: skip
    assert guards.lines_of(letter) == guards._PAGE_LINES

    assert len(pypdfium2.PdfDocument(paper.pdf(paper.html(letter)))) == 1


def test_what_is_signed_is_what_was_read(full, completed):
    who, pk, draft = completed
    measure = Measure.objects.get(pk=full.offered.pk)
    measure.term_on = TODAY
    measure.save()

    refused = does(full, who, pk, "sign", draft=draft)

    assert (refused.status_code, refused.json()["rule"]) == (409, "draft_is_as_read")
    again = get(full, who, f"letters/{pk}").json()
    assert again["draft"] != draft, "it follows the case until it is signed"
    assert does(full, who, pk, "sign", draft=again["draft"]).status_code == 200


def test_a_signed_letter_stays_as_it_was(full, signed):
    who, pk = signed
    before = get(full, who, f"letters/{pk}/page").content
    Decision.objects.update(code="close")

    assert get(full, who, f"letters/{pk}/page").content == before


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({"why": "x" * 301}, 400, "why"), ({"added": "x" * 1201}, 400, "added"), ({"watch": "Fugue"}, 400, "watch"),
        ({"meeting_when": "Lundi"}, 400, "meeting_when"), ({"text": "Libre"}, 400, "text"), ({"why": "Une phrase."}, 200, ""),
    ],
)  # fmt: skip
def test_an_author_answers_what_the_kind_asks_and_no_more(full, prepared, body, status, where):
    who, pk = prepared

    answer = does(full, who, pk, "edit", **body)

    assert answer.status_code == status, answer.json()
    if where:
        assert [error["field"] for error in answer.json()["errors"]] == [where]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({}, "Il manque"),
        ({"why": "Une phrase.", "added": "\n".join(["Une ligne."] * 40)}, "tient sur une page"),
    ],
)
def test_a_letter_that_lacks_something_or_does_not_fit_is_not_signed(full, prepared, words, rule):
    who, pk = prepared
    if words:
        does(full, who, pk, "edit", **words)

    refused = does(full, who, pk, "sign", draft=get(full, who, f"letters/{pk}").json()["draft"])

    assert (refused.status_code, refused.json()["rule"]) == (409, "draft_is_as_read")
    assert rule in refused.json()["title"] + refused.json().get("detail", "")


def test_a_child_s_letter_goes_from_hand_to_hand_on_a_day_since_it_was_signed(full, signed):
    who, pk = signed
    sent = {"on": TODAY.isoformat(), "way": "professional", "proof": "Lue."}

    for body, status in (
        ({"way": "post"}, 409), ({"way": "fax"}, 400), ({"on": "2026-11-23"}, 409), ({"on": "2026-11-25"}, 409),
        ({"proof": ""}, 400), ({}, 200),
    ):  # fmt: skip
        answer = does(full, who, pk, "send", **sent | body)
        assert answer.status_code == status, (body, answer.json())


def test_what_is_discarded_is_gone_and_may_be_made_anew(full, signed):
    who, pk = signed
    page = get(full, who, f"letters/{pk}/page")
    assert page.status_code == 200

    assert does(full, who, pk, "discard", reason="Erreur.").status_code == 200

    row = Letter.objects.get(pk=pk)
    assert (row.additions, row.page) == (None, None)
    assert get(full, who, f"letters/{pk}/page").status_code == 404
    assert get(full, who, f"letters/{pk}").json()["note"] == {"reason": "Erreur."}
    assert [
        one
        for one in due(full, who, "child_letter")
        if about(full, one)[1] == GIRL and one["part"] == str(row.part)
    ]


def test_an_invitation_may_be_sent_again(full, offered):
    who = "assessor"
    one = of(offered, "convocation")[0]
    pk = prepare(full, who, one).json()["id"]
    words = {
        "meeting_when": "Lundi 30 novembre à 14 h",
        "meeting_place": "Au service",
        "meeting_with": "Deux évaluateurs",
    }
    does(full, who, pk, "edit", **words)
    does(full, who, pk, "sign", draft=get(full, who, f"letters/{pk}").json()["draft"])
    assert prepare(full, who, one).json()["rule"] == "not_made_already", "one at a time"
    assert does(full, who, pk, "send", on=TODAY.isoformat(), way="post", proof="Déposée.").status_code == 200

    assert prepare(full, who, one).status_code == 201


# --- Put off meanwhile (§2.8 no. 4) -------------------------------------------------------------------


def test_once_the_information_is_put_off_no_letter_to_that_holder_is_there(full, offered, to_mother):
    who, pk = to_mother
    other = next(line for line in of(offered, "decision_holders") if about(full, line)[0] == "father")
    stays = prepare(full, who, other).json()["id"]

    full.ask(
        "referral", "inform_holders", {"holder": str(full.mother.pk), "occasion": "decision", "outcome": "deferred",
        "reason": "child_interest", "review_on": TODAY.isoformat()}, who=who,
    )  # fmt: skip

    row = Letter.objects.get(pk=pk)
    assert (row.state, row.page) == ("discarded", None)
    assert get(full, who, f"letters/{pk}/page").status_code == 404
    assert Letter.objects.get(pk=stays).state == "prepared", "the other holder's stays"
    assert subjects_of("letter:lapse") == 1


def test_a_holder_found_implicated_is_sent_nothing(full, to_mother):
    who, pk = to_mother
    implicated(full)

    refused = does(full, who, pk, "send", on=TODAY.isoformat(), way="registered", proof="AR")

    assert (refused.status_code, refused.json()["rule"]) == (409, "holder_may_be_written_to")


def test_where_the_transfer_says_that_holders_are_told_later_none_is_written_to(full, offered):
    full.say_formalities([{"kind": "holders_informed", "outcome": "deferred", "reason": "child_interest"}])
    one = of(offered, "holders_transfer")[0]
    pk = prepare(full, "crip_coordinator", one).json()["id"]

    read = get(full, "crip_coordinator", f"letters/{pk}").json()

    assert read["withheld"]
    assert read["passages"] == read["to"] == []
    refused = does(full, "crip_coordinator", pk, "sign", draft="x")
    assert (refused.status_code, refused.json()["rule"]) == (409, "draft_is_as_read")


def subjects_of(act):
    with as_owner():
        return Entry.objects.filter(act=act).exclude(subject=None).count()


# --- At rest ------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-CR3", "SEC-AZ22")
def test_a_letter_is_sealed_and_one_that_the_service_did_not_write_is_nobodys(full, signed):
    who, pk = signed
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_letter")
        stored = " ".join(map(str, cursor.fetchone()))
        assert "ailles mieux" not in stored
        assert "canary" not in stored
        assert get(full, who, f"letters/{pk}").status_code == 200
        cursor.execute("UPDATE referrals_letter SET way = 'post', sent_on = '2026-11-24', state = 'sent'")

    assert get(full, who, f"letters/{pk}").status_code == 404
    assert listed(full, who)["results"] == []


@pytest.mark.sec("SEC-AL1")
def test_each_act_and_each_reading_is_an_entry_that_names_the_case_alone(full, signed):
    who, pk = signed
    get(full, who, f"letters/{pk}/page")

    for act in ("letter:prepare", "letter:edit", "letter:sign"):
        assert subjects_of(act) == 1, act
    assert subjects_of("field:opened") >= 2
