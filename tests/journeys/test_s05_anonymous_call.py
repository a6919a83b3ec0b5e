"""S5: a neighbour calls 119 and refuses to give a name; 119 passes it on (domain.md §10).

Not there yet: TRANSIP and ORIGIP, which come with the statistical export.
"""

from tests.factories.concerns import concern
from tests.shared_fixtures import shared_fixture

UNKNOWN = ("filer_name", "filer_email", "filer_org", "filer_role_to_child", "child_opinion", "child_informed")
CALL = concern(
    filer_name=None, filer_email=None, filer_org=None, filer_role_to_child=None, filer_profession="private_person",
    filer_is_source="yes", feedback_channel="none", child_opinion=None, child_not_heard="not_asked", child_informed="", parents_informed="no",
    not_informed_reason="unreachable", parents_informed_on=None, parents_informed_by=None, parents_informed_how=None,
    not_known=list(UNKNOWN),
)  # fmt: skip
ASKS = {
    "kind": "feedback_request",
    "with_whom": "Le voisin, qui s'est nommé",
    "means": "Téléphone",
    "text": "Demande.",
}


@shared_fixture
def passed_on(story):
    """119 files in one request, on Tuesday at 22:15."""
    story.at("2026-11-24 22:15")
    story.receipt = story.files("api_119", CALL)
    return story


def owed(story):
    lines = story.reads("crip_coordinator", "feedbacks")["results"]
    return [(line["owed_to"]["code"], line["state"]["code"]) for line in lines]


def answers(story, number, step, body, expect=200):
    line = story.reads("crip_coordinator", "feedbacks")["results"][number]
    return story.does("crip_coordinator", step, body, part=f"feedbacks/{line['id']}", expect=expect)


def test_what_119_passes_on_is_accepted_without_a_name(passed_on):
    row = passed_on.row

    assert (row.state, row.variant, row.channel) == ("submitted", "from_119", "119")
    assert set(passed_on.receipt) == {"id", "reference", "status", "submitted_at"}
    assert passed_on.running == ["C1", "C4", "C5"]
    concern_ = passed_on.reads("crip_coordinator")["concern"]
    assert (concern_["filer_name"], concern_["filer_profession"]) == (None, "private_person")


def test_feedback_goes_to_119_alone(passed_on):
    passed_on.triaged()
    assert owed(passed_on) == [("helpline", "due")], "no personal task exists"
    passed_on.at("2026-12-01 10:00")

    answers(passed_on, 0, "send", {"text": "Situation en cours d'évaluation.", "means": "email"})

    assert owed(passed_on) == [("helpline", "sent")]
    assert "C5" not in passed_on.running
    for part in ("", "messages?channel=filer", "feedbacks", "timeline"):
        passed_on.reads("api_119", part, expect=404)


def test_119_is_not_withheld_from_on_the_grounds_of_private_persons(passed_on):
    why = {"reason": "requester_at_risk", "reason_text": "Motif."}

    assert answers(passed_on, 0, "withhold", why, expect=409)["rule"] == "withholding_is_lawful"


def test_a_caller_who_names_himself_later_is_owed_an_answer_from_his_request(passed_on):
    passed_on.triaged()
    passed_on.at("2027-01-10 11:00")
    passed_on.does("crip_coordinator", "log_contact", ASKS | {"at": "2027-01-10T09:50:00Z"})

    assert owed(passed_on) == [("helpline", "due"), ("private", "due")]
    assert passed_on.due("C5b") == "2027-04-10 23:59:59"
    assert passed_on.due("C5") == "2027-02-24 23:59:59", "what is owed to 119 goes on"
    secret = {"reason": "secrecy", "reason_text": "Motif."}
    assert answers(passed_on, 1, "withhold", secret, expect=409)["rule"] == "withholding_is_lawful"
    answers(passed_on, 1, "withhold", {"reason": "requester_at_risk", "reason_text": "Il vit au domicile."})

    assert owed(passed_on) == [("helpline", "due"), ("private", "withheld")]
    assert ("C5b" in passed_on.running, "C5" in passed_on.running) == (False, True)
    passed_on.audited()
    passed_on.names_nobody("voisin", "domicile", "Exemple")


def test_he_may_ask_once_the_case_is_closed_too(passed_on):
    passed_on.triaged()
    reorient = {"reason": "Sans danger", "target": "pmi", "feedback": "Réorientée."}
    passed_on.does("crip_coordinator", "reorient", reorient)
    passed_on.at("2027-01-10 11:00")

    passed_on.does("crip_coordinator", "log_contact", ASKS | {"at": "2027-01-10T09:50:00Z"})
    answers(passed_on, 1, "send", {"text": "Votre information a été prise en compte.", "means": "letter"})

    assert passed_on.state == "not_qualified"
    assert owed(passed_on) == [("helpline", "due"), ("private", "sent")]
    assert passed_on.running == ["C20", "C5"]


def test_the_answer_to_119_is_told_again_at_the_outcome(passed_on):
    passed_on.triaged()
    passed_on.at("2026-12-01 10:00")
    answers(passed_on, 0, "send", {"text": "En cours d'évaluation.", "means": "email"})
    passed_on.at("2026-12-02 10:00")

    reorient = {"reason": "Sans danger", "target": "pmi", "feedback": "Réorientée vers la PMI."}
    passed_on.does("crip_coordinator", "reorient", reorient)

    assert owed(passed_on) == [("helpline", "sent"), ("helpline", "due")]
