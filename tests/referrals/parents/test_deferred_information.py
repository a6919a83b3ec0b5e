"""domain.md §2.8 no. 4: nothing that is made here goes to a holder, so nothing can while the information is deferred.

Every way out of the service is looked at: the documents that it makes, the notices that it sends, the steps that name
the holders as a party. Whoever adds one that reaches a holder has these tests to answer, and a guard on
``HolderInformation`` to write.
"""

import re
from pathlib import Path

import pytest

import referrals
from core.languages import in_both
from outbox import templates
from referrals.notifications import recipients
from referrals.workflow.step import steps
from tests.schema import document

#: Documents of the service, each with whom it is for.
#: Local resources: no word of a case.
EXPORT_OF_RESOURCES = "/api/v1/resources/exports/data-inclusion"
DOCUMENTS = {
    "/api/v1/referrals/{id}/judicial-referrals/{part}/document": "the prosecutor",
    "/api/v1/referrals/{id}/judicial-referrals/{part}/document.pdf": "the prosecutor",
    "/api/v1/referrals/{id}/receipt.html": "the filer",
    "/api/v1/referrals/{id}/receipt.pdf": "the filer",
    "/api/v1/referrals/{id}/attachments/{part}/content": "who reads the case",
    "/api/v1/referrals/{id}/attachments/{part}/original": "who reads the case",
    "/api/v1/letters/{id}/page": "its addressee; none to a holder while deferred (tests/referrals/letters)",
    "/api/v1/letters/{id}/page.pdf": "its addressee; none to a holder while deferred (tests/referrals/letters)",
    "/api/v1/access-requests/{id}/letter": "who asked; nothing of a file while the gate is shut (AR11)",
    "/api/v1/access-requests/{id}/package": "who asked, by two persons (AR11)",
    "/api/v1/data-breaches/{id}/notice": "whom a breach touched; an implicated holder after an opinion (DB5)",
    "/api/v1/data-breaches/{id}/notice.pdf": "whom a breach touched; an implicated holder after an opinion (DB5)",
    "/api/v1/exports/{id}/take": "who reads the case, with a second person's yes",
}
HOLDERS = ("holders", "child")


def test_the_only_documents_are_for_the_prosecutor_the_filer_and_who_reads_the_case():
    paths = document()["paths"]
    made = {
        path
        for path, verbs in paths.items()
        for one in verbs.values()
        if isinstance(one, dict)
        for answer in one.get("responses", {}).values()
        for kind in answer.get("content", {})
        if kind != "application/json"
    }

    # The schema is public, and the exports of the journal hold no word of a case.
    assert made - {"/api/schema/", "/api/v1/audit/export", "/api/v1/audit/table", EXPORT_OF_RESOURCES} == set(
        DOCUMENTS
    )


def test_the_only_letter_is_written_to_the_prosecutor():
    root = Path(referrals.__file__).parent
    pages = sorted(str(page.relative_to(root)) for page in root.rglob("*.html"))

    assert pages == [
        "access_requests/package.html", "filing/receipt_pdf.html", "justice/letter.html", "letters/paper.html",
    ]  # fmt: skip
    page = (root / "justice/letter.html").read_text("utf-8")
    assert re.findall(r"À l'attention de</dt><dd>(.*?)</dd>", page) == ["{{ letter.recipient }}"]


@pytest.mark.parametrize(
    "step", [s for s in steps.all() if set(HOLDERS) & set(s.tells)], ids=lambda s: s.number
)
def test_a_step_that_tells_the_holders_leaves_it_to_people(step):
    """They have no account and no address here: a person tells them, and T16 records how, or why not yet."""
    for party in HOLDERS:
        assert party in recipients.OUTSIDE
        assert party not in recipients.PARTIES


def test_no_notice_is_worded_for_a_holder():
    for template in templates.registered():
        assert not re.search(
            r"(?i)votre enfant|your child|parent", " ".join(in_both(template.text).values())
        ), template.code
