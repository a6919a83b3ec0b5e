"""Filing: what must be said, where it goes, under which keys, and what a draft leaves (domain.md T01–T04, §4)."""

import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from encryption.models import WrappedKey
from referrals.models import Child, Referral
from tests.conftest import see_all
from tests.factories.concerns import child, concern, urgent
from tests.factories.world import LONG_AGO
from tests.night import some


def missing(answer):
    """What an answer says is missing."""
    return {item["field"]: item.get("need") for item in answer.json()["errors"]}


def test_everything_missing_is_named_at_once_and_nothing_is_kept(world):
    """domain.md §4: L and P items block submission; one answer names them all; no key is made for nothing."""
    filer = world.as_("filer")
    filer.post("referrals", {"submit": True}, key="warm-up-1")
    keys = WrappedKey.objects.count()

    answer = filer.post("referrals", {"submit": True}, key="incomplete-1")

    assert answer.status_code == 400
    assert {"children", "facts", "parents_informed", "prior_actions", "contact_path"} <= set(missing(answer))
    assert missing(answer)["parents_informed"] == "L"
    see_all()
    assert not Referral.objects.exists()
    assert WrappedKey.objects.count() == keys


def test_the_urgent_lane_asks_who_where_what_and_no_more(world):
    """domain.md T03: L and P items don't hold an urgent filing up; U3, immediate danger, C3."""
    answer = world.as_("filer").post(
        "referrals", urgent() | {"submit": True, "urgent": True}, key="urgent-01"
    )

    assert answer.status_code == 201
    see_all()
    case = Referral.objects.get()
    assert (case.state, case.urgency, case.immediate_danger, case.left_open) == (
        "submitted",
        "U3",
        True,
        True,
    )
    assert set(case.clocks.values_list("code", flat=True)) == {"C1", "C3", "C4", "C5"}


@pytest.mark.both_databases("PostgreSQL takes several tables by one statement")
def test_a_filing_writes_each_table_once(world):
    """What a filing makes is inserted at its end, as it is then: no row is written and then changed."""
    with CaptureQueriesContext(connection) as queries:
        answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="filing-01")

    assert answer.status_code == 201
    writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "WITH"))]
    tables = Counter(table for sql in writes for table in re.findall(r'(?:INSERT INTO|UPDATE) "(\w+)"', sql))
    # Each of the two steps has its entry.
    assert {table for table, count in tables.items() if count > 1} == {"audit_entry"}
    if connection.vendor == "postgresql":  # which takes all that hangs on the referral by one statement
        (together,) = [sql for sql in writes if sql.startswith("WITH")]
        assert len(re.findall("INSERT INTO", together)) >= len(tables) - 4


def test_the_answer_to_a_filing_is_what_is_read_later(world):
    """What is answered from memory is what the database holds: the deadline of the answer among it."""
    answered = world.as_("filer").post("referrals", concern() | {"submit": True}, key="filing-02").json()

    read = world.as_("filer").get(f"referrals/{answered['id']}").json()
    assert answered["clocks"]
    assert answered["clocks"] == read["clocks"]


def test_an_urgent_filing_still_says_what_the_danger_is(world):
    """domain.md §2.8 no. 11 keeps optional fields out of it, not the U items."""
    said = urgent(danger_what="") | {"submit": True, "urgent": True}

    answer = world.as_("filer").post("referrals", said, key="urgent-02")

    assert missing(answer) == {"danger_what": "U"}


@pytest.mark.parametrize("item", ["child_opinion", "prior_actions", "filer_org", "situation_type"])
def test_a_practice_item_may_be_said_to_be_not_known(world, item):
    """domain.md §4: P blocks unless « non connu » is ticked."""
    said = concern(not_known=[item], child_words="« Aide-moi »") | {"submit": True}
    del said[item]

    assert world.as_("filer").post("referrals", said, key="not-known-1").status_code == 201


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ({"child_words": "« Aide-moi »", "not_known": ["child_opinion"]}, {}),
        ({"child_words": "« Aide-moi »"}, {"child_opinion": "P"}),
        ({"child_opinion": "Veut en parler"}, {}),
        ({"child_not_heard": "not_asked"}, {}),
        ({"not_known": ["child_opinion"]}, {"child_not_heard": "P"}),
        ({}, {"child_opinion": "P", "child_not_heard": "P"}),
    ],
)
def test_where_nothing_was_heard_of_the_child_it_is_said_why(world, said, lacking):
    """Its words or what it thinks, or else one of the reasons; the reason alone is enough."""
    form = concern() | {"submit": True}
    del form["child_opinion"]

    answer = world.as_("filer").post("referrals", form | said, key="unheard-01")

    assert (answer.status_code == 201) == (not lacking)
    assert (missing(answer) if lacking else {}) == lacking


def test_a_legal_item_can_not_be_said_to_be_not_known(world):
    """CASF L226-2-1: whether the parents were told is answered."""
    said = concern(not_known=["parents_informed"]) | {"submit": True}
    del said["parents_informed"]

    answer = world.as_("filer").post("referrals", said, key="not-known-2")

    assert answer.status_code == 400
    assert [(item["field"], item["code"]) for item in answer.json()["errors"]] == [
        ("not_known.0", "not-a-choice")
    ]


@pytest.mark.parametrize("told", ["Lou Exemple", "danger_now", "facts", "received_late_reason"])
def test_only_items_of_the_form_are_said_to_be_not_known(world, told):
    """The list is stored in clear: it holds codes of items marked P, never a text (domain.md §4, §4.7)."""
    for said in (concern(not_known=[told]), concern(children=[child(not_known=[told])])):
        assert world.as_("filer").post("referrals", said).status_code == 400


@pytest.mark.parametrize(
    ("said", "who"),
    [
        (said, who)
        for n, said in enumerate([{}, {"submit": True}, {"submit": True, "urgent": True}])
        for who in some(
            ["filer", "intake_agent", "crip_coordinator", "on_call", "api_119"], f"unverified-{n}", 2
        )
    ],
)
def test_an_account_that_nobody_verified_begins_no_concern(world, who, said):
    """domain.md T01: the rights are asked before the body; once the account is verified nothing is in the way."""
    form = (
        urgent()
        if said.get("urgent")
        else concern(
            **(
                {"channel": "phone", "received_at": "2026-11-20T09:00:00Z"}
                if who in ("intake_agent", "crip_coordinator")
                else {}
            )
        )
    )
    User.objects.filter(pk=world.user(who).pk).update(verified_at=None)
    refused = [
        world.as_(who).post("referrals", body | said, key=f"unverified-{n}")
        for n, body in enumerate([form, {}])
    ]
    see_all()
    assert [(a.status_code, a.json()["rule"]) for a in refused] == [(403, "verified-account")] * 2
    assert not Referral.objects.exists()

    User.objects.filter(pk=world.user(who).pk).update(verified_at=LONG_AGO)
    allowed = world.as_(who).post("referrals", form | said, key="verified-1")

    on_call_submits = who == "on_call" and said == {"submit": True}
    assert allowed.status_code == (403 if on_call_submits else 201), allowed.content


@pytest.mark.parametrize("who", ["intake_agent", "crip_coordinator"])
@pytest.mark.parametrize("step", ["submit", "submit_urgent"])
def test_who_may_not_file_this_concern_is_told_so_before_its_state(world, who, step):
    """design.md, order of questions: the right (403) comes before the state (409); a territory lets nobody file."""
    filed = (
        world.as_("filer").post("referrals", concern() | {"submit": True}, key="filed-once-1").json()["id"]
    )

    stranger = world.as_(who).step(filed, step)
    author = world.as_("filer").post(f"referrals/{filed}/{step}", {}, version=2, key="filed-twice-1")

    assert (stranger.status_code, stranger.json()["rule"]) == (403, f"referral:{step}")
    assert (author.status_code, author.json()["code"]) == (409, "wrong-state")


def test_a_draft_is_resealed_under_the_authority_and_its_key_is_gone(world):
    """design.md, Keys: a draft has its own key, under the filing side's; submit reseals and destroys it."""
    filer = world.as_("filer")
    begun = filer.post("referrals", concern()).json()
    see_all()
    draft_key = Referral.objects.get().case_key
    assert WrappedKey.objects.get(pk=draft_key).kind == "draft"

    answer = filer.post(f"referrals/{begun['id']}/submit", {}, version=begun["version"], key="draft-sub-1")

    assert answer.status_code == 200
    see_all()
    case = Referral.objects.get()
    assert {case.case_key, case.filer_key}.isdisjoint({draft_key})
    assert WrappedKey.objects.get(pk=case.case_key).kind == "case"
    assert {row.last_name.key_id for row in Child.objects.all()} == {case.case_key}
    read = world.as_("crip_coordinator").get(f"referrals/{begun['id']}").json()
    assert read["children"][0]["last_name"] == "Exemple"
    assert read["concern"]["filer_name"] == "Enseignante Exemple"


def test_the_draft_key_is_destroyed_once_the_filing_is_committed(world, django_capture_on_commit_callbacks):
    """design.md, Keys: the draft's key goes after the commit, never before."""
    filer = world.as_("filer")
    begun = filer.post("referrals", concern()).json()
    see_all()
    draft_key = Referral.objects.get().case_key

    with django_capture_on_commit_callbacks(execute=True):
        filer.post(f"referrals/{begun['id']}/submit", {}, version=begun["version"], key="draft-sub-2")

    assert not WrappedKey.objects.filter(pk=draft_key).exists()


def test_a_draft_keeps_what_it_was_not_sent_again(world):
    """Bad input or a partial save loses nothing: members sent replace, the others stay."""
    filer = world.as_("filer")
    begun = filer.post("referrals", concern()).json()

    filer.patch(f"referrals/{begun['id']}", {"strengths": "Une tante"}, version=begun["version"])

    read = filer.get(f"referrals/{begun['id']}").json()
    assert read["concern"]["strengths"] == "Une tante"
    assert read["concern"]["prior_actions"] == "Entretien avec l'élève"
    assert len(read["facts"]) == 1


def test_the_place_where_the_child_lives_finds_the_authority(world):
    """domain.md §8.2: the authority of the child's residence, not that of the filer."""
    said = concern(children=[child(commune_insee="59350")]) | {"submit": True}

    world.as_("filer").post("referrals", said, key="elsewhere-1")

    see_all()
    assert Referral.objects.get().authority.code == "59"
    assert world.as_("crip_coordinator").get("referrals").json()["results"] == []
    assert len(world.as_("crip_coordinator", "59").get("referrals").json()["results"]) == 1


def test_established_counts_as_suspected_until_the_authority_says_so(world):
    """domain.md §2.1: submit copies the filer's value; §2.5: urgency is at least U2."""
    said = concern(prostitution_status_filer="established") | {"submit": True}

    world.as_("filer").post("referrals", said, key="established-1")

    see_all()
    case = Referral.objects.get()
    assert (case.prostitution_status, case.urgency) == ("suspected", "U2")


def test_only_the_cell_states_a_receipt(world):
    """domain.md §4.5: receipt date and channel are typed by intake and coordinator only."""
    said = concern(received_at="2026-11-20T09:00:00+01:00", channel="letter") | {"submit": True}

    refused = world.as_("filer").post("referrals", said, key="receipt-01")
    taken = world.as_("intake_agent").post("referrals", said, key="receipt-02")

    assert refused.status_code == 400
    assert taken.status_code == 201
    see_all()
    case = Referral.objects.get()
    assert case.received_at.isoformat() == "2026-11-20T08:00:00+00:00"
    assert case.channel == "letter"


def test_the_cell_says_when_and_how_a_letter_came(world):
    """domain.md §4.5: P for intake and coordinator."""
    answer = world.as_("intake_agent").post("referrals", concern() | {"submit": True}, key="receipt-03")

    assert missing(answer) == {"received_at": "P", "channel": "P"}


def test_a_receipt_in_the_future_is_refused(world):
    """domain.md §4.5: ≤ now."""
    said = concern(received_at="2039-01-01T00:00:00Z", channel="letter") | {"submit": True}

    answer = world.as_("intake_agent").post("referrals", said, key="receipt-04")

    assert (answer.status_code, missing(answer)) == (400, {"received_at": None})


def test_a_private_person_has_no_feedback_clock(world):
    """CASF L226-5 al. 2: on request only."""
    world.as_("filer").post(
        "referrals", concern(filer_profession="parent") | {"submit": True}, key="private-01"
    )

    see_all()
    assert not Referral.objects.get().clocks.filter(code="C5").exists()


def test_a_copy_of_a_direct_report_opens_its_referral_to_justice(world):
    """CASF L226-4 II: a professional went to the prosecutor and sends a copy (⇒ J02, by a third party)."""
    said = concern(
        variant="copy_of_direct_report", received_at="2026-11-24T08:00:00Z", channel="letter",
        direct_report_recipient="Parquet", direct_report_sent_on="2026-11-23", direct_report_document="Copie",
    ) | {"submit": True}  # fmt: skip

    answer = world.as_("intake_agent").post("referrals", said, key="copy-00001")

    assert answer.status_code == 201
    see_all()
    case = Referral.objects.get()
    row = case.judicial_referrals.get()
    assert (row.state, row.by_third_party, case.judicial_status) == ("sent", True, "sent")
    assert case.clocks.filter(code="C7", stopped_at=None).exists()


def test_the_filer_reads_no_more_than_the_coarse_word(world):
    """SEC-AZ9: reference, coarse status, own dates; no narrative, no state, no version."""
    filer = world.as_("filer")
    filed = filer.post("referrals", concern() | {"submit": True}, key="coarse-001").json()
    world.as_("crip_coordinator").get(f"referrals/{filed['id']}")

    answer = filer.get(f"referrals/{filed['id']}")

    assert set(answer.json()) == {
        "id", "reference", "status", "submitted_at", "withdrawn_at", "clocks", "available_actions", "blocked_actions",
    }  # fmt: skip
    assert answer.json()["status"]["code"] == "received"
    assert "ETag" not in answer.headers


def test_withdrawing_hides_nothing_from_the_coordinator(world):
    """domain.md T04: never deletes; the text stays for the coordinator."""
    filer = world.as_("filer")
    filed = filer.post("referrals", concern() | {"submit": True}, key="withdraw-1").json()

    filer.step(filed["id"], "withdraw", {"reason": "Erreur"}, expect=200)

    read = world.as_("crip_coordinator").get(f"referrals/{filed['id']}").json()
    assert read["state"]["code"] == "withdrawn"
    assert read["facts"][0]["text"] == "Absences répétées, cadeaux."


def test_a_referral_for_the_right_child_keeps_the_first_receipt(world):
    """domain.md §4.5, S4: a coordinator files anew for the right child; the receipt is the source's."""
    first = world.as_("filer").post("referrals", concern() | {"submit": True}, key="source-001").json()
    see_all()
    received_at = Referral.objects.get(pk=first["id"]).received_at
    said = concern(source_referral=first["id"], channel="phone") | {"submit": True}

    taken = world.as_("crip_coordinator").post("referrals", said, key="source-002")
    elsewhere = world.as_("crip_coordinator", "75").post("referrals", said, key="source-003")
    filer = world.as_("filer").post("referrals", said, key="source-004")

    assert (taken.status_code, elsewhere.status_code, filer.status_code) == (201, 400, 400)
    see_all()
    assert Referral.objects.get(pk=taken.json()["id"]).received_at == received_at
