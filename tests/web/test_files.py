"""Files through pages: the same door as the API's, its notice and its refusals beside the field (domain.md §4.6; SEC-FI1 to FI6)."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import encode_multipart

from referrals.attachments import locks
from referrals.errors import UploadsBusy
from referrals.models import Attachment
from referrals.vocabulary.attachments import Scan
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.referrals.api.routes import counting
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import _made_anew, folder, names, scanner, stored  # noqa: F401 - fixtures
from tests.security.procedure import Case, filed, play
from tests.web.visiting import Visitor, form_in, links, text

pytestmark = pytest.mark.usefixtures("unconfined")

NEVER = "N'envoyez jamais d'image à caractère sexuel"


@pytest.fixture
def case(world):
    made = Case(world, "{}.".format)
    play(world, filed(made, concern()))
    return made


@pytest.fixture
def filer(world):
    return Visitor(world, "filer")


def begins(filer):
    """Begin a draft; return its address."""
    page = filer.fills("/transmissions/nouvelle", lane="ordinary")
    assert page.status_code == 303
    return page["Location"].removesuffix("/enfant")


def sends(visitor, path, data=None, name="lettre.pdf", **said):
    """Open the page, fill in its form, and send it with a file."""
    shown = form_in(visitor.get(path))
    shown.pop("file")  # a browser sends it where it stands: last
    said = {"kind": "letter", "notice_read": "true"} | said
    file = {"file": SimpleUploadedFile(name, files.pdf() if data is None else data)}
    return visitor.post(path, shown | {name: value for name, value in said.items() if value} | file)


def kept():
    see_all()
    return list(Attachment.objects.order_by("at"))


# --- A draft --------------------------------------------------------------------------------------------


def test_a_file_goes_into_a_draft_is_read_back_and_taken_out_again(filer):
    draft = begins(filer)
    assert NEVER in text(filer.get(f"{draft}/pieces"))

    sent = sends(filer, f"{draft}/pieces")

    assert (sent.status_code, sent["Location"]) == (303, f"{draft}/pieces")
    page = filer.get(f"{draft}/pieces")
    assert "lettre.pdf" in text(page)
    assert "Disponible" in text(page)
    assert "1 fichier" in text(filer.get(draft))
    (content,) = links(page, "/api/")
    assert b"".join(filer.get(content).streaming_content).startswith(b"%PDF")
    remove = re.search(r'action="([^"]+/retrait)"', page.content.decode())[1]
    assert filer.post(remove, {}).status_code == 303
    assert kept() == []


@pytest.mark.sec("SEC-FI1")
@pytest.mark.parametrize(
    ("data", "name", "said", "status", "words"),
    [
        (b"%PDF-1.7 x", "lettre.pdf", {}, 422, "endommagé"),
        (b"MZ", "outil.exe", {}, 422, "Ce type de fichier n'est pas accepté"),
        (b"", "vide.txt", {}, 422, "Le fichier est vide"),
        (None, "lettre.pdf", {"notice_read": ""}, 400, "J'ai lu cet avertissement"),
        (None, "lettre.pdf", {"kind": ""}, 400, "Quelle est la nature de ce fichier"),
    ],
)
def test_a_file_that_isnt_taken_is_told_beside_the_field_and_the_rest_is_there_again(
    filer, folder, data, name, said, status, words  # noqa: F811
):  # fmt: skip
    draft = begins(filer)
    answer = sends(filer, f"{draft}/pieces", data, name, **({"evidence": "true"} | said))
    page = answer.content.decode()

    assert answer.status_code == status, text(answer)
    assert words in text(answer)
    assert 'class="faults"' in page
    assert re.search(r'name="evidence"[^>]*checked', page)
    if "kind" not in said:
        assert re.search(r'value="letter" checked', page)
    assert kept() == []
    assert stored(folder) == set()


def test_a_form_without_a_file_says_that_one_is_missing(filer):
    draft = begins(filer)
    shown = form_in(filer.get(f"{draft}/pieces"))
    shown.pop("file")
    body = encode_multipart("x", shown | {"kind": "letter", "notice_read": "true"}).removesuffix(b"--x--\r\n")
    nothing = b'Content-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    answer = filer.client.generic(
        "POST", f"{draft}/pieces", body + b"--x\r\n" + nothing, "multipart/form-data; boundary=x"
    )

    assert answer.status_code == 400
    assert 'href="#f-file"' in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(filer, settings):
    settings.ATTACHMENT_BYTES = 2_000
    draft = begins(filer)
    answer = sends(filer, f"{draft}/pieces", b"x" * 40_000, "a.txt")

    assert answer.status_code == 413
    assert 'href="#f-file"' in answer.content.decode()


def test_where_all_places_are_taken_the_form_may_be_sent_again(filer, monkeypatch):
    """REPERE_UPLOADS_AT_ONCE holds for pages too, and is no dead end."""

    def busy():
        raise UploadsBusy

    draft = begins(filer)
    monkeypatch.setattr(locks, "taken", busy)
    answer = sends(filer, f"{draft}/pieces")

    assert answer.status_code == 503
    assert "Trop de fichiers arrivent" in text(answer)
    assert 'enctype="multipart/form-data"' in answer.content.decode()


@pytest.mark.sec("SEC-IN12")
def test_a_form_that_is_sent_twice_keeps_one_file(filer, folder):  # noqa: F811
    draft = begins(filer)
    shown = form_in(filer.get(f"{draft}/pieces")) | {"kind": "letter", "notice_read": "true"}
    data = files.pdf()
    for _ in range(2):
        answer = filer.post(f"{draft}/pieces", shown | {"file": SimpleUploadedFile("a.pdf", data)})
        assert answer.status_code == 303
    assert len(kept()) == 1
    assert stored(folder) == {kept()[0].object.hex}


# --- Who may --------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU7")
def test_a_file_is_taken_from_a_page_of_ours_alone(world, folder):  # noqa: F811
    """Of another site's form no byte is read; of one without the token nothing is kept."""
    filer = Visitor(world, "filer")
    draft = begins(filer)
    client = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})
    client.force_login(world.user("filer"))
    token = form_in(client.get(f"{draft}/pieces"))["csrfmiddlewaretoken"]

    def post(token, data=None, **headers):
        said = {"csrfmiddlewaretoken": token, "key": "a" * 32, "kind": "letter", "notice_read": "true"}
        data = files.pdf() if data is None else data
        return client.post(
            f"{draft}/pieces", said | {"file": SimpleUploadedFile("a.pdf", data)}, headers=headers
        )

    assert post("a" * 64).status_code == 403
    assert post(token, origin="https://elsewhere.example").status_code == 403
    assert post(token, **{"origin": "null", "sec-fetch-site": "cross-site"}).status_code == 403
    assert (kept(), stored(folder)) == ([], set())
    assert post(token, **{"origin": "null", "sec-fetch-site": "same-origin"}).status_code == 303
    assert len(kept()) == 1


@pytest.mark.sec("SEC-AU7")
def test_no_page_reads_a_file_into_memory_before_it_is_known_who_sends(db_both, monkeypatch):
    """A stranger is asked to sign in, and the body lies unread."""

    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("read")

    answer = Client(headers={"accept": "text/html"}).generic(
        "POST", "/transmissions/00000000-0000-4000-8000-00000000dead/pieces",
        **{"CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread(), "CONTENT_LENGTH": "9999999"},
    )  # fmt: skip
    assert answer.status_code == 401


@pytest.mark.sec("SEC-AZ5")
def test_the_files_of_a_case_that_one_may_not_know_of_are_a_page_that_is_not_there(world, case, filer):
    draft = begins(filer)
    sends(filer, f"{draft}/pieces")
    part = kept()[0].pk
    stranger = Visitor(world, "crip_coordinator", "75")
    for path in (f"{draft}/pieces", f"/dossiers/{case.pk}/pieces"):
        assert stranger.get(path).status_code == 404
        form = {"kind": "letter", "file": SimpleUploadedFile("a.pdf", files.pdf())}
        assert stranger.post(path, form).status_code == 404
    assert stranger.post(f"{draft}/pieces/{part}/retrait", {}).status_code == 404
    assert stranger.post(f"/dossiers/{case.pk}/pieces/{part}/preuve", {}).status_code == 404
    assert filer.get(f"/dossiers/{case.pk}/pieces").status_code == 404
    assert len(kept()) == 1


# --- A filed concern, and the case ------------------------------------------------------------------------


def test_a_filer_sends_a_file_then_the_addition_that_it_comes_with(world, case, filer):
    at = f"/transmissions/{case.pk}"
    page = filer.get(f"{at}/complement")
    assert f"{at}/pieces" in links(page)

    sent = sends(filer, f"{at}/pieces")
    assert (sent.status_code, sent["Location"]) == (303, f"{at}/complement")
    waits = text(filer.get(f"{at}/pieces"))
    assert "En attente de votre envoi" in waits
    assert "lettre.pdf" not in waits, "whoever filed reads nothing back"
    assert "lettre.pdf" not in text(Visitor(world, "crip_coordinator").get(f"/dossiers/{case.pk}/pieces"))

    added = filer.fills(f"{at}/complement", text="La lettre dont je parlais.", attachments=str(kept()[0].pk))
    assert added.status_code == 303
    assert kept()[0].complement_id is not None
    coordinator = text(Visitor(world, "crip_coordinator").get(f"/dossiers/{case.pk}/pieces"))
    assert "lettre.pdf" in coordinator
    assert "avec un complément" in coordinator
    assert "En attente de votre envoi" not in text(filer.get(f"{at}/pieces"))


def test_an_addition_that_is_refused_keeps_its_text_and_its_file(world, case, filer):
    at = f"/transmissions/{case.pk}"
    sends(filer, f"{at}/pieces")
    part = str(kept()[0].pk)
    answer = filer.fills(f"{at}/complement", text="Elle part ce soir.", danger_now="true", attachments=part)

    assert answer.status_code == 400
    assert "Elle part ce soir." in text(answer)
    assert re.search(rf'value="{part}" checked', answer.content.decode())


def test_the_cell_adds_a_file_reads_it_and_lets_the_original_go(world, case):
    coordinator = Visitor(world, "crip_coordinator")
    at = f"/dossiers/{case.pk}/pieces"
    assert at in links(coordinator.get(f"/dossiers/{case.pk}"))

    assert sends(coordinator, at, evidence="true").status_code == 303
    page = coordinator.get(at)

    assert "lettre.pdf" in text(page)
    content, original = links(page, "/api/")
    assert coordinator.get(content)["Content-Disposition"].startswith('attachment; filename="piece-')
    assert coordinator.get(original).status_code == 200
    unmark = re.search(r'action="([^"]+/preuve)"', page.content.decode())[1]
    assert coordinator.post(unmark, {}).status_code == 303
    assert len(links(coordinator.get(at), "/api/")) == 1
    assert kept()[0].original is None


@pytest.mark.sec("SEC-FI6")
@pytest.mark.parametrize(
    ("said", "words"), [(Scan.WAITING, "En cours de vérification"), (Scan.CLEAN, "Disponible")]
)
def test_a_file_that_waits_for_the_antivirus_says_so_and_has_no_way_out(
    world, case, scanner, said, words  # noqa: F811
):  # fmt: skip
    coordinator = Visitor(world, "crip_coordinator")
    scanner(said)
    sends(coordinator, f"/dossiers/{case.pk}/pieces")
    page = coordinator.get(f"/dossiers/{case.pk}/pieces")

    assert words in text(page)
    assert bool(links(page, "/api/")) == (said is Scan.CLEAN)


@pytest.mark.sec("SEC-AZ3")
def test_an_intake_agent_adds_a_file_and_reads_none_back(world, case):
    agent = Visitor(world, "intake_agent")
    at = f"/dossiers/{case.pk}/pieces"

    assert sends(agent, at).status_code == 303
    page = agent.get(at)
    assert "lettre.pdf" not in text(page)
    assert not re.search(r'value="judicial_document"', page.content.decode())
    assert "Document judiciaire" in text(Visitor(world, "crip_coordinator").get(at))


def test_a_file_is_set_aside_and_decided_on_from_the_page_of_files(world, case):
    """domain.md §4.6: the page says not to copy it, and whom to tell before anything is destroyed."""
    coordinator = Visitor(world, "crip_coordinator")
    at, step = f"/dossiers/{case.pk}/pieces", f"/dossiers/{case.pk}/etape/referral"
    sends(coordinator, at)
    (row,) = kept()
    assert "ne la copiez pas" in text(coordinator.get(at))
    assert "lettre.pdf" not in text(coordinator.get(f"{step}/bar_file")), "chosen by kind and time"

    done = coordinator.fills(f"{step}/bar_file", file=row.pk, reason="minor_image")

    assert done.status_code == 303
    page = coordinator.get(at)
    assert "Écarté : personne ne peut l'ouvrir" in text(page)
    assert ("lettre.pdf" in text(page), links(page, "/api/")) == (False, [])
    assert {f"{step}/unbar_file", f"{step}/destroy_file"} <= set(links(page, step))
    refused = coordinator.fills(
        f"{step}/destroy_file", file=row.pk, reason="Vu.", approver=world.user("supervisor").pk
    )
    assert "Le parquet ou les enquêteurs doivent d'abord être prévenus" in text(refused)
    english = Visitor(world, "crip_coordinator")
    english.post("/langue", {"language": "en"})
    assert "Set aside: nobody can open it" in text(english.get(at))


def test_the_pages_of_files_ask_the_database_little_more_than_their_twin(world, case, filer):
    at = begins(filer)
    coordinator = Visitor(world, "crip_coordinator")
    for visitor, page, pk in (
        (filer, f"{at}/pieces", at.rpartition("/")[2]),
        (coordinator, f"/dossiers/{case.pk}/pieces", case.pk),
    ):
        for _ in range(2):
            with counting() as of_page:
                assert visitor.client.get(page).status_code == 200
            with counting() as of_twin:
                twin = visitor.client.get(f"/api/v1/referrals/{pk}/attachments", headers={"accept": "*/*"})
                assert twin.status_code == 200
        assert of_page[0] <= of_twin[0] + 2, page


def test_the_refusals_of_files_are_told_in_the_readers_language(filer):
    draft = begins(filer)
    filer.post("/langue", {"language": "en"})
    answer = sends(filer, f"{draft}/pieces", b"", "vide.txt")

    assert "The file is empty." in text(answer)
    assert "Le fichier est vide" not in text(answer)
    assert "Never send a sexual image of a minor" in text(answer)
