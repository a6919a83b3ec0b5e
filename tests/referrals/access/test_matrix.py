"""Who reads which class of a case, by which relation: the matrix of domain.md §1.3, field by field, over HTTP.

Every case is full: each sealed field of each part holds a value that tells which field it is. What comes back
over all read routes must be exactly the fields of the classes that the hand-typed table gives.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from accounts.roles import Role
from encryption.fields import SealedField
from referrals.access import exceptions as access_exceptions
from referrals.access import matrix, row_level_security, visibility
from referrals.access.matrix import Relation
from referrals.models import PARTS, Child, Concern, JudicialReferral, Referral
from referrals.reading.fields import INTERNAL
from referrals.reading.filings import coarse_status
from tests.conftest import see_all
from tests.expected import access as table
from tests.expected.vocabulary import APPROVER, EXCLUDED, EXECUTING, NAMED, OWN, ROLES
from tests.factories.concerns import concern
from tests.factories.world import Caller
from tests.night import NIGHT, one_in
from tests.referrals.api.routes import counting
from tests.referrals.workflow.filled import CLOCKS, Filling, sealed_fields, shown
from tests.referrals.workflow.relations import WORLDS, build, held, sees
from tests.security.procedure import seeing_all
from tests.selection import vendor

pytestmark = pytest.mark.both_databases("the rule of access in SQL")

STATE = "protected_admin"
ROUTES = ("", "/children", "/assessment", "/judicial-referrals", "/measures", "/orientations", "/excluded-resources", "/holder-informations",
         "/closure-reviews", "/emergency-sheets", "/break-glass", "/alerts", "/transfers", "/voices",
          "/approvals", "/timeline", "/attachments", "/clocks", "/feedbacks", "/messages?channel=filer",
          "/messages?channel=professionals")  # fmt: skip
#: What is noted on two files that look alike needs sight of both. No route returns the others: reasons for who
#: signs, bars or lets in, old values; what was decided and why is told by the step's own record.
#: What the rules said of a service is told in their sentences (tests/referrals/orientations).
#: Nor what an inquiry or a letter says, which have pages of their own (tests/journeys/test_s21_inquiry.py,
#: tests/referrals/letters).
NEVER = {"emergency_search.reason", "emergency_search.word", "emergency_search.review", "inquiry.question", "inquiry.reply", "inquiry.request", "inquiry.closing", "inquiry.papers", "access_request.said", "access_request.identity", "access_request.readers", "access_request.letter", "access_request.notes",
         "access_request.package", "access_part.content", "access_redaction.passage", "access_redaction.reason",
         "access_opinion.question", "access_opinion.reason", "access_opinion.note", "row_approval.given", "row_approval.reason",
         "letter.additions", "letter.page", "letter.page_i", "letter.page_c", "letter.note", "letter.note_c",
         "case_export.content", "case_export.reason", "declared_tie.said", "duplicate.note", "decision.motivation", "approval.given", "approval.reason", "exclusion.reason",
         "grant.reason", "rectification.old_value", "rectification.reason", "assignment.waiver",
         "step_record.data", "orientation.findings", "transfer_document.content", "attachment.key", "attachment.original_digest"}  # fmt: skip
#: What a part of a class amounts to: passages ticked for the service, the conclusion, the order.
WORDS = {
    "extract": {"measure.extract"},
    "concl": {"conclusion.text"},
    "order": {"measure.order_copy", "measure.ordered_by"},
    "shell": set(),
    "coarse": {"information_request.questions", "filer_message.text", "feedback_task.text"},
    "receipt": set(),
}
#: Why the glass was broken and what was found of it is of class D, and read by those who review it too (§2.7).
REVIEWED = {"break_glass.reason", "break_glass.review"}
REVIEWERS = ("supervisor", "crip_coordinator")
#: Flags, of which no value tells which field it is.
FLAGS = ("digital_trace.capture_kept",)
PAIRS = [(role, relation) for role in ROLES for relation in WORLDS if sees(role, relation, STATE)]


def classes_read(role, relation, state=STATE):
    ties = held(role, relation, state)
    if state == "draft":
        return set().union(*(table.DRAFT_READS.get(role, {}).get(tie, "") for tie in ties))
    return set().union(*(table.READS[role].get(tie, "") for tie in ties))


def words_read(role, relation):
    found = {}
    for tie in held(role, relation, STATE):
        found |= table.PARTIAL.get(role, {}).get(tie, {})
    return {c: word for c, word in found.items() if c not in classes_read(role, relation)}


def expected_labels(role, relation):
    classes = classes_read(role, relation)
    found = {f.label for f in sealed_fields() if f.access_class in classes} - NEVER - set(FLAGS)
    for word in words_read(role, relation).values():
        found |= WORDS[word]
    if role in REVIEWERS and sees(role, relation, STATE):
        found |= REVIEWED
    if "J" not in classes:  # a measure's other classes are read inside the measure
        found -= {label for label in found if label.startswith("measure.")}
    if "H" not in classes:  # and what an assessment finds of health inside the assessment
        found -= {label for label in found if label.startswith("finding.")}
    told = classes if "D" in classes else classes - {"A"}  # what is said with a step of the shell is a fact
    if role == "measure_service":  # these are of the whole case, and it has a measure of it
        told, found = set(), {label for label in found if not label.startswith("orientation.")}
    return found | {f"step of class {letter}" for letter in told}


@pytest.fixture
def full(world):
    """Everybody who sees a case, each with a full one."""

    def make(*pairs, state=STATE, **shell):
        at = datetime.now(UTC)
        people = build(world, [state], at=at, real_keys=True, only=lambda *pair: pair in pairs, **shell)
        for one in people:
            Filling(one.cases[state], at=at).all(
                user=world.user("ase_inspector", "75"),
                other=world.user("supervisor", "75"),
                service=one.service,
            )
        return people

    return make


def read_all(one, state=STATE):
    """Return the answers of every read route, by route; None where the route is refused."""
    caller, pk = Caller(one.secret), one.cases[state].pk
    found = {}
    for route in ROUTES:
        answer = caller.get(f"referrals/{pk}{route}")
        assert answer.status_code in (200, 403), (route, answer.status_code, answer.content[:500])
        found[route] = answer.json() if answer.status_code == 200 else None
    with seeing_all():
        justice = JudicialReferral.objects.filter(referral=pk).first()
    if justice is not None:  # the document to the prosecutor is a page, the letter itself
        answer = caller.get(f"referrals/{pk}/judicial-referrals/{justice.pk}/document")
        found["document"] = answer.content.decode() if answer.status_code == 200 else None
    return found


@pytest.mark.slow("every field and every role")
@pytest.mark.sec("SEC-AZ7")
@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_exactly_the_fields_of_its_classes(full, role):
    """By day one in six of the relations of each role, on PostgreSQL another one."""
    pairs = [pair for pair in PAIRS if pair[0] == role]
    few = pairs[len(pairs) > 1 and vendor() == "postgresql" :: 6]
    for one in full(*(pairs if NIGHT else few)):
        answers = read_all(one)

        assert shown(answers) == expected_labels(one.role, one.relation), one.relation
        assert_clear_fields(one, answers)


def assert_clear_fields(one, answers):
    """Clear fields too: each line holds the fields of the classes read, and no other key."""
    classes, detail = classes_read(one.role, one.relation), answers[""]
    # What is marked as not known follows the class of each item, and so the line of the concern.
    assert set(detail.get("concern", ())) - {"not_known"} == names(Concern, classes - {"A"})
    for part, model in PARTS.items():
        needed = {"children": "B", "holders": "B", "facts": "D", "signs": "D", "health_signs": "E",
                  "third_parties": "F", "digital_traces": "G"}[part]  # fmt: skip
        assert (part in detail) is (needed in classes), part
        for line in detail.get(part, ()):
            assert set(line) - {"id"} == names(model, classes), part
    assert (answers["/children"] is not None) is ("B" in classes)
    assert ("prostitution_status" in detail) is ("immediate_danger" in detail) is ("D" in classes)
    assert ("judicial_status" in detail) is ("I" in classes)
    assert ("state" in detail) is ("A" in classes)
    wanted = {"C5"} if "A" not in classes else {code for code, letter in CLOCKS.items() if letter in classes}
    assert {clock["code"] for clock in detail["clocks"]} == wanted
    assert {clock["code"] for clock in answers["/clocks"]["results"]} == wanted

    for line in answers["/judicial-referrals"]["results"]:
        assert line["outcomes"][0]["type"] == "returned"


def names(model, classes):
    return {
        field.name
        for field in model._meta.concrete_fields
        if field.name not in INTERNAL and field.access_class in classes
    }


@pytest.mark.slow("every field and every role")
@pytest.mark.sec("SEC-AZ3")
@pytest.mark.sec("SEC-AZ4")
@pytest.mark.sec("SEC-AZ5")
def test_who_sees_no_case_gets_the_same_404_on_every_route(world):
    hidden = [(role, relation) for role in ROLES for relation in WORLDS if not sees(role, relation, STATE)]
    hidden = one_in(6, hidden)
    people = build(world, [STATE], at=datetime.now(UTC), only=lambda *pair: pair in hidden)
    bodies = set()
    for number, one in enumerate(people):
        route = ROUTES[number % len(ROUTES)]
        answer = Caller(one.secret).get(f"referrals/{one.cases[STATE].pk}{route}")
        assert answer.status_code == 404, (one.role, one.relation, route)
        body = answer.json()
        del body["request_id"]
        bodies.add(tuple(sorted(body.items())))

    assert len(bodies) == 1
    assert len(people) == len(hidden) > (100 if NIGHT else 15)


@pytest.mark.sec("SEC-AZ4")
def test_an_exclusion_leaves_no_line_in_any_list(world):
    people = build(world, [STATE], at=datetime.now(UTC), only=lambda _, relation: relation == EXCLUDED)
    for one in people:
        caller, pk = Caller(one.secret), str(one.cases[STATE].pk)
        for path in ("referrals", "clocks"):
            assert pk not in caller.get(path).content.decode(), (one.role, path)


@pytest.mark.sec("SEC-AZ9")
def test_a_filer_reads_the_coarse_word_and_nothing_of_the_procedure(full):
    (one,) = full(("filer", OWN))

    answers = read_all(one)

    assert set(answers[""]) == {"id", "reference", "status", "submitted_at", "withdrawn_at", "clocks",
                                "available_actions", "blocked_actions"}  # fmt: skip
    assert answers[""]["status"]["code"] == table.COARSE[STATE]
    assert [clock["code"] for clock in answers[""]["clocks"]] == list(table.FILER_CLOCKS)
    assert answers["/children"] is None
    assert [answers[f"/{name}"]["results"] for name in ("assessment", "judicial-referrals", "measures")] == [
        []
    ] * 3


@pytest.mark.sec("SEC-AZ9")
@pytest.mark.parametrize(("state", "word"), table.COARSE.items())
def test_each_state_has_its_coarse_word_for_the_filer(world, state, word):
    status = coarse_status(Referral(state=state))

    assert (str(status), str(status.label)) == (word, table.COARSE_LABELS[word])


@pytest.mark.parametrize("role", table.DRAFT_WRITES)
def test_who_types_a_draft_reads_its_own_form_only(full, role):
    (one,) = full((role, OWN), state="draft")

    answer = Caller(one.secret).get(f"referrals/{one.cases['draft'].pk}").json()

    classes = classes_read(role, OWN, "draft")
    form = (
        "concern.",
        "child.",
        "holder.",
        "fact.",
        "sign.",
        "health_sign.",
        "third_party.",
        "digital_trace.",
    )
    wanted = {
        f.label
        for f in sealed_fields()
        if f.label.startswith(form) and (f.access_class in classes or (classes and f.access_class == "I"))
    }
    assert shown(answer) == wanted - set(FLAGS)


# --- The rules themselves, and the words in them -------------------------------------------------------


@pytest.mark.sec("SEC-AZ1")
@pytest.mark.parametrize("role", ROLES)
def test_the_table_of_the_service_is_the_table_of_the_paper(role):
    for relation in Relation:
        reads = matrix.reads_by(Role(role), relation)
        writes = matrix.writes_by(Role(role), relation)
        partial = matrix.partial_by(Role(role), relation)

        assert set(reads) == set(table.READS[role].get(relation, "")), relation
        assert set(writes) == set(table.WRITES.get(role, {}).get(relation, "")), relation
        expected = table.PARTIAL.get(role, {}).get(relation, {})
        assert partial == {c: w for c, w in expected.items() if w not in ("coarse", "receipt")}, relation


def test_the_matrix_is_the_papers_cell_by_cell():
    for role, row in matrix.MATRIX.items():
        cells = table.MATRIX[str(role)].split(" | ")[: len(matrix.CLASSES)]
        assert row.split() == [cell.rstrip(".") for cell in cells], role


def test_every_role_has_its_row_in_the_paper():
    assert set(ROLES) - {"filer"} <= set(table.MATRIX)
    assert set(table.READS) == set(ROLES)


def test_a_sheltered_childs_place_is_of_class_k(full):
    """domain.md §4.1: where a child is and its detail are class K once it is sheltered (CC 375-7)."""
    roles = [("crip_coordinator", "territory"), ("ase_inspector", "assigned"), ("assessor", "assigned"),
             ("case_referent", "assigned"), ("measure_service", EXECUTING)]  # fmt: skip
    people = full(*roles)
    for one in people:
        see_all()
        case = one.cases[STATE]
        child = Child.objects.get(referral=case, last_name__isnull=False)
        field = Child._meta.get_field("whereabouts")
        child.whereabouts = Filling(case, at=case.created_at).keys["case"].seal(field, child.pk, "sheltered")
        child.save()
        lines = Caller(one.secret).get(f"referrals/{case.pk}/children").json()["results"]
        line = next(line for line in lines if line["id"] == str(child.pk))
        reads_k = "K" in classes_read(one.role, one.relation)
        assert ("whereabouts" in line, "whereabouts_detail" in line) == (reads_k, reads_k), one.role


def test_a_restricted_child_is_hidden_from_who_is_not_named(full):
    people = full(("crip_coordinator", "territory"), ("crip_coordinator", NAMED))
    for one in people:
        see_all()
        Child.objects.filter(referral=one.cases[STATE]).update(restricted=True)
        answers = read_all(one)
        lines = answers["/children"]["results"]
        assert bool(lines) is (one.relation == NAMED)
        assert ("child.last_name" in shown(answers)) is (one.relation == NAMED)


def test_a_second_signer_reads_while_the_request_is_open_and_no_longer(full):
    (one,) = full(("ase_inspector", APPROVER))
    caller, case = Caller(one.secret), one.cases[STATE]
    assert caller.get(f"referrals/{case.pk}").status_code == 200

    see_all()
    case.approvals.filter(approver=one.user).update(state="lapsed", decided_at=datetime.now(UTC))

    assert caller.get(f"referrals/{case.pk}").status_code == 404


def test_a_grant_ends_with_its_day(full):
    (one,) = full(("assessor", "granted"))
    caller, case = Caller(one.secret), one.cases[STATE]
    assert caller.get(f"referrals/{case.pk}").status_code == 200

    see_all()
    case.grants.filter(user=one.user).update(
        since_at=datetime(2026, 1, 1, tzinfo=UTC), expires_at=datetime(2026, 1, 2, tzinfo=UTC)
    )

    assert caller.get(f"referrals/{case.pk}").status_code == 404


@pytest.mark.parametrize("relation", ["territory", "approver"])
def test_nothing_sealed_is_shown_in_a_list(full, relation):
    (one,) = full(("supervisor", relation))

    assert shown(Caller(one.secret).get("referrals").json()) == set()


def test_a_measures_service_reads_its_own_measure_and_no_other(full, world):
    (one,) = full(("measure_service", EXECUTING))
    see_all()
    case = one.cases[STATE]
    Filling(case, at=case.created_at).row(
        type(case.measures.first()), child=case.children.first(), type_id="tisf", judicial=False,
        proposed_at=case.created_at, state="active", service=world.services["75"],
    )  # fmt: skip

    lines = Caller(one.secret).get(f"referrals/{case.pk}/measures").json()["results"]

    assert {line["type"]["code"] for line in lines} == {"aed"}


def test_sealed_fields_have_no_label_twice():
    labels = [f.label for f in sealed_fields()]

    assert len(labels) == len(set(labels)) > 80
    assert all(isinstance(f, SealedField) for f in sealed_fields())


@pytest.mark.sec("SEC-AZ4")
def test_what_ties_a_reader_is_read_once_a_request_and_again_once_other_rows_are_in_reach(world):
    """An exclusion from another authority's case is seen only where its rows are (``referrals/transfers/queries.py``)."""
    now = datetime.now(UTC)
    actor, asked = world.actor("crip_coordinator", at=now), []

    def ask():
        with counting() as total:
            access_exceptions.exceptional(actor, at=now)
        asked.append(total[0])

    with access_exceptions.remembering():
        ask()
        ask()
        with row_level_security.beyond():
            ask()
            ask()
        ask()
    ask()
    ask()

    assert asked == [1, 0, 1, 0, 1, 1, 1]


@pytest.mark.sec("SEC-AZ1", "SEC-AZ4")
def test_what_is_kept_under_rights_is_made_under_the_same_though_they_change_meanwhile(world, monkeypatch):
    """Somebody is let in again between two readings of one request; then excluded anew: the query is that of then."""
    now = datetime.now(UTC)
    actor = world.actor("crip_coordinator", at=now)
    case = concern() | {"submit": True}
    pk = UUID(world.as_("filer").post("referrals", case, key=uuid4().hex).json()["id"])
    excluded, let_in = (access_exceptions.Exceptional(excluded=frozenset(one)) for one in ([pk], []))
    listed = visibility.KeptByRights(lambda who, *, at: visibility.listed_to(who, own=False, at=at))

    def read(*rights):
        readings = iter(rights)
        monkeypatch.setattr(access_exceptions, "_read_exceptional", lambda *_: next(readings))
        return {row.pk for row in listed.rows(actor, at=now)}

    assert read(excluded, let_in) == set()
    assert read(let_in, excluded) == {pk}
    assert read(excluded) == set()
