"""SEC-FT7: an upload that breaks off leaves nothing to see; SEC-FI1: bounds and quotas; what an upload holds of memory."""

import io
import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from threading import Timer
from time import monotonic
from uuid import uuid4

import pytest

from core import one_file
from core.clock import instant
from referrals.attachments import confine, locks, sandbox, upload
from referrals.errors import StoreUnavailable
from referrals.models import Attachment, StoredObject, UploadCount
from tests.conftest import see_all
from tests.night import NIGHT, some
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import names, stored, swept

pytestmark = pytest.mark.usefixtures("unconfined")

BOUNDARY = "frontiere"


def form(data: bytes, name: str = "a.txt", **said: str) -> bytes:
    """Return a form as it goes over the wire."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in {"kind": "letter", "notice_read": "true", **said}.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
    return b"".join(parts) + head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


def send(
    sender,
    body: bytes,
    *,
    announced: int | None = None,
    kind: str = f"multipart/form-data; boundary={BOUNDARY}",
    **extra,
):
    caller = sender.world.as_(sender.who, sender.code)
    return caller.client.generic(
        "POST", f"/api/v1/referrals/{sender.pk}/attachments",
        **{"CONTENT_TYPE": kind, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body) if announced is None else announced), **extra},
    )  # fmt: skip


TEXT = b"".join(b"ligne %07d\n" % number for number in range(11_000))
WHOLE = form(TEXT)
CUTS = sorted(
    {at + by for at in (0, *range(64 * 1024, len(WHOLE), 64 * 1024), len(WHOLE) - 2, len(WHOLE)) for by in (-1, 0, 1)}
    & set(range(len(WHOLE)))
)  # fmt: skip


def test_the_whole_body_is_taken(draft):
    answer = send(draft, WHOLE)
    assert answer.status_code == 201, answer.content.decode()
    assert draft.reads(answer.json()["made"]) == TEXT


@pytest.mark.sec("SEC-FT7")
@pytest.mark.parametrize("cut", CUTS)
def test_an_upload_cut_at_any_chunk_or_a_byte_beside_it_leaves_nothing(draft, folder, cut):
    answer = send(draft, WHOLE[:cut], announced=len(WHOLE))

    assert answer.status_code == 400, (cut, answer.content.decode())
    assert draft.lists() == []
    assert stored(folder) == set()
    swept(instant() + timedelta(hours=24))
    assert names() == set()


@pytest.mark.sec("SEC-FT7")
def test_a_body_that_says_less_than_it_is_isnt_taken_for_whole(draft):
    assert send(draft, WHOLE, announced=len(WHOLE) - 300).status_code == 400
    assert draft.lists() == []


@pytest.mark.sec("SEC-FT7")
def test_a_connection_that_breaks_leaves_nothing(draft, folder):
    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 100_000:
                raise OSError("gone")
            return super().read(size)

    answer = send(draft, b"", announced=len(WHOLE), **{"wsgi.input": Breaking(WHOLE)})
    assert answer.status_code == 400
    assert stored(folder) == set()


@pytest.mark.sec("SEC-FT7")
@pytest.mark.parametrize("place", ["writing", "finish", "scan", "parse", "keep"])
def test_a_worker_that_dies_anywhere_leaves_only_what_is_swept_within_a_day(
    draft, folder, monkeypatch, place
):
    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(upload.Arrived, "give_up", lambda self: None)  # a dead process tidies nothing up
    where = {
        "writing": (upload._Intake, "write"), "finish": (upload._Intake, "finish"), "scan": (upload.scanning, "verdict"),
        "parse": (sandbox, "parsed"), "keep": ("referrals.attachments.keeping.add",),
    }[place]  # fmt: skip
    monkeypatch.setattr(*where, die)

    with pytest.raises(KeyboardInterrupt):
        send(draft, WHOLE)
    monkeypatch.undo()
    see_all()

    assert draft.lists() == []
    left = names()
    assert stored(folder) <= {name for one in left for name in (one, f"{one}.part")}, (
        "every byte has its name written down"
    )
    swept(instant() + timedelta(hours=11))
    assert names() == left, "not while it may be arriving"
    swept(instant() + timedelta(hours=13))
    assert (names(), stored(folder)) == (set(), set())


@pytest.mark.sec("SEC-FT4")
def test_a_store_without_room_is_a_503_and_no_half_object(draft, folder, monkeypatch):
    def full(*_):
        raise StoreUnavailable

    monkeypatch.setattr("referrals.attachments.folder._FileWriting.write", full)
    assert draft.sends().status_code == 503
    monkeypatch.undo()
    assert stored(folder) == set()
    assert draft.lists() == []


def test_what_is_lost_in_the_store_reads_as_unreadable(draft, folder):
    part = draft.keeps()
    (path,) = (found for found in folder.rglob("*") if found.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    assert (draft.opens(part).status_code, draft.opens(part).json()["code"]) == (409, "unreadable")
    path.unlink()
    assert draft.opens(part).status_code == 409
    assert draft.lists()[0]["id"] == part


# --- The form -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", WHOLE.replace(b'name="file"', b'name="other"'), WHOLE.replace(b"filename=", b"filenom="),
        WHOLE.replace(b'name="kind"', b'name="sort"'), form(TEXT, kind="photo"), form(TEXT, evidence="peut-etre"),
        WHOLE[: -len(BOUNDARY) - 6] + form(TEXT), WHOLE.replace(b'name="notice_read"', b'name="kind"'),
        form(TEXT, unknown="x"),
    ],
)  # fmt: skip
def test_a_form_that_isnt_the_one_asked_for_is_refused_and_keeps_nothing(draft, folder, body):
    assert send(draft, body).status_code == 400
    assert (draft.lists(), stored(folder)) == ([], set())


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_another_body_isnt_read(draft, kind):
    assert send(draft, WHOLE, kind=kind).status_code == 400


def test_a_body_that_doesnt_say_how_long_it_is_isnt_read(draft):
    assert send(draft, WHOLE, CONTENT_LENGTH="").status_code == 400


@pytest.mark.sec("SEC-FI1")
def test_a_file_of_the_largest_size_is_taken_and_a_byte_more_isnt(draft, settings):
    settings.ATTACHMENT_BYTES = 100_000
    assert draft.sends(b"a" * 100_000, "a.txt").status_code == 201
    answer = draft.sends(b"a" * 100_001, "a.txt")
    assert (answer.status_code, answer.json()["most_bytes"]) == (413, 100_000)
    assert send(draft, WHOLE, announced=10**12).status_code == 413, "refused by what it says of itself"


@pytest.mark.sec("SEC-FI1")
def test_types_are_a_setting(draft, settings):
    settings.ATTACHMENT_TYPES = ["pdf"]
    assert draft.sends().status_code == 201
    assert draft.sends(b"texte", "a.txt").json()["reason"] == "type-refused"


@pytest.mark.sec("SEC-FI1", "SEC-CF4")
def test_a_case_and_a_person_have_their_quotas(draft, settings):
    settings.ATTACHMENTS_PER_CASE = 2
    for expected in (201, 201, 409):
        assert draft.sends().status_code == expected
    settings.ATTACHMENTS_PER_CASE = 50
    settings.ATTACHMENT_BYTES_PER_CASE = 2_000
    answer = draft.sends()
    assert (answer.status_code, answer.json()["quota"]) == (409, "bytes-per-case")
    settings.ATTACHMENT_BYTES_PER_CASE = 10**9
    settings.ATTACHMENTS_PER_DAY = UploadCount.objects.get().files
    assert draft.sends().json()["quota"] == "files-per-day"
    settings.ATTACHMENTS_PER_DAY, settings.ATTACHMENT_BYTES_PER_DAY = 100, 1_000
    assert draft.sends().json()["quota"] == "bytes-per-day"


def test_a_filers_quota_doesnt_tell_what_others_add(filed, settings):
    filed.as_("crip_coordinator").keeps()
    settings.ATTACHMENTS_PER_CASE = 1
    assert filed.sends().status_code == 201


@pytest.mark.sec("SEC-FI1")
def test_a_filer_who_fills_the_own_quota_leaves_those_who_work_on_the_case_theirs(filed, settings):
    settings.ATTACHMENTS_PER_CASE = 1
    assert [filed.sends().status_code for _ in range(2)] == [201, 409]
    cell = filed.as_("crip_coordinator")
    assert [cell.sends().status_code for _ in range(2)] == [201, 409]
    settings.ATTACHMENTS_PER_CASE = 50
    (held,) = {row.size for row in Attachment.objects.all()}
    settings.ATTACHMENT_BYTES_PER_CASE = held + 5_000
    assert cell.sends(b"x" * 6_000, "a.txt").json()["quota"] == "bytes-per-case"
    assert cell.sends(b"x" * 1_000, "a.txt").status_code == 201


@pytest.mark.sec("SEC-IN12")
def test_the_same_upload_under_the_same_key_is_done_once(draft, folder):
    key = uuid4().hex
    first = draft.sends(key=key)
    again = draft.sends(key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["made"] == again.json()["made"]
    assert len(draft.lists()) == 1
    assert len(stored(folder)) == 1, "what came a second time is gone"
    assert draft.sends(files.image(), "a.jpg", key=key).status_code == 422
    assert len(stored(folder)) == 1


def test_a_refusal_in_the_second_transaction_keeps_nothing(draft, folder):
    assert draft.sends(kind="judicial_document").status_code == 403
    assert stored(folder) == set()
    see_all()
    assert not Attachment.objects.exists()
    assert not StoredObject.objects.exclude(held_at=None).exists()


# --- Slow senders ---------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-FI1")
def test_a_body_that_comes_too_slowly_is_cut_and_leaves_nothing(draft, folder, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(one_file, "monotonic", lambda: now[0])

    class Slow(io.BytesIO):
        def read(self, size=-1):
            now[0] += pause
            return super().read(size)

    pause = 10.0
    assert send(draft, b"", announced=len(WHOLE), **{"wsgi.input": Slow(WHOLE)}).status_code == 201
    pause, before = 30.0, stored(folder)
    answer = send(draft, b"", announced=len(WHOLE), **{"wsgi.input": Slow(WHOLE)})
    assert (answer.status_code, answer.json()["code"]) == (400, "body-cut-short")
    assert stored(folder) == before


@pytest.mark.sec("SEC-CF4")
@pytest.mark.parametrize(("kib", "seconds"), [(0, 60), (64, 61), (20 * 1024, 380)])
def test_a_body_has_as_long_as_its_size_takes(kib, seconds):
    beside = upload.AFTERWARDS_SECONDS

    assert upload.lasts_at_most(kib * 1024) == timedelta(seconds=seconds + beside)


@pytest.mark.sec("SEC-FI1")
def test_a_sender_who_falls_silent_is_hung_up_on(draft, folder, settings):
    """As gunicorn reads: one piece, however long it takes until all of it is there."""
    settings.ATTACHMENT_PATIENCE_SECONDS, settings.ATTACHMENT_BYTES_A_SECOND = 0.5, 10**9
    here, there = socket.socketpair()
    with here, there, here.makefile("rb") as body:
        there.sendall(WHOLE[:1_000])
        here_closes = Timer(20, here.shutdown, [socket.SHUT_RD])
        here_closes.start()
        began = monotonic()
        answer = send(draft, b"", announced=len(WHOLE), **{"wsgi.input": body, "gunicorn.socket": here})
        here_closes.cancel()
    assert monotonic() - began < 10
    assert (answer.status_code, answer.json()["code"]) == (400, "body-cut-short")
    assert stored(folder) == set()


def busy(answer):
    told = (answer.status_code, answer.json()["code"])
    return told == (503, "uploads-busy") and int(answer["Retry-After"]) > 0


@pytest.mark.sec("SEC-FI1")
def test_a_process_takes_so_many_uploads_at_once(draft, folder, settings):
    with locks.taken(), locks.taken():
        assert draft.sends().status_code == 201, "the third"
        with locks.taken():
            assert busy(draft.sends())
    settings.UPLOADS_AT_ONCE = 1
    assert draft.sends(b"", "a.txt").status_code == 422
    assert draft.sends().status_code == 201, "a refused upload gives its place back"


@pytest.mark.sec("SEC-CF1", "SEC-CF4")
def test_two_uploads_of_one_person_arrive_at_once_in_all_processes_together(draft, folder):
    """They are counted in the database: a count of a process would be as many times two as there are processes."""
    sender, at = draft.world.user("filer").pk, instant()
    elsewhere = [uuid4(), uuid4()]

    def begins(one, seconds=60):
        see_all()
        locks.begin(sender, one, until=at + timedelta(seconds=seconds), at=at)

    begins(elsewhere[0])
    assert draft.sends().status_code == 201, "the second"
    begins(elsewhere[1])
    assert busy(draft.sends())
    locks.begin(uuid4(), uuid4(), until=at + timedelta(seconds=60), at=at)
    locks.end(sender, elsewhere[0])
    assert draft.sends(b"", "a.txt").status_code == 422
    assert draft.sends().status_code == 201, "a place is given back by who ends and by who is refused"
    locks.end(sender, elsewhere[1])
    for one in (uuid4(), uuid4()):
        begins(one, seconds=-1)
    assert draft.sends().status_code == 201, "and ends by itself, should its process have died"


# --- Memory ---------------------------------------------------------------------------------------------


MEASURE = """
import io, json, os, resource, sys
import django
django.setup()
from django.conf import settings
from django.test import RequestFactory

from accounts.actor import SYSTEM
from referrals.attachments import store, upload

size, name, head, tail = int(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3]), bytes.fromhex(sys.argv[4])
before = ('--b\\r\\nContent-Disposition: form-data; name="kind"\\r\\n\\r\\nletter\\r\\n'
          '--b\\r\\nContent-Disposition: form-data; name="file"; filename="%s"\\r\\n\\r\\n' % name).encode() + head
after = tail + b'\\r\\n--b--\\r\\n'

class Body:
    def __init__(self): self.left, self.parts = size, [before]
    def read(self, count=-1):
        if not self.parts[0:1]:
            if not self.left: return b''
            piece = min(count if count > 0 else 65536, self.left, 65536); self.left -= piece
            self.parts.append((b'0123456789abcde\\n' * 4097)[:piece])
            if not self.left: self.parts.append(after)
        out = self.parts.pop(0)
        if count > 0 and len(out) > count: self.parts.insert(0, out[count:]); out = out[:count]
        return out

    readline = None

request = RequestFactory().generic('POST', '/', **{'CONTENT_TYPE': 'multipart/form-data; boundary=b',
    'wsgi.input': Body(), 'CONTENT_LENGTH': str(len(before) + size + len(after))})
arrived = upload.Arrived()
request.actor = SYSTEM
def most(): return int(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]) * 1024
began = most()
upload.receive(request, arrived)
count = sum(map(len, arrived.key.opened(arrived.object, store.configured().reading(arrived.object))))
print(json.dumps({'size': arrived.original_size, 'kept': count,
    'worker': most(), 'more': most() - began,
    'parser': resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}))
"""
#: By day less: it would stand out in the worker all the same.
LARGE = (200 if NIGHT else 64) * 1024 * 1024


def pdf_around(size: int) -> tuple[bytes, bytes]:
    """Return what stands before and after ``size`` bytes that are one picture of a PDF's only page."""
    head = (
        b"%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Resources<</XObject<</I 4 0 R>>>>>>\nendobj\n"
        b"4 0 obj\n<</Type/XObject/Subtype/Image/Width 4096/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Length %d>>\nstream\n"
        % (size // 4096, size)
    )
    head = head.replace(b"%%PDF", b"%PDF")
    at = [head.index(b"%d 0 obj" % number) for number in (1, 2, 3, 4)]
    table = len(head) + size + len(b"\nendstream\nendobj\n")
    tail = b"\nendstream\nendobj\nxref\n0 5\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % one for one in at
    )
    return head, tail + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table


@pytest.mark.slow("a file of 64 MiB, at night of 200")
@pytest.mark.sec("SEC-FI1")
@pytest.mark.parametrize("name", some(["grand.txt", "grand.pdf"], "large"))
def test_a_large_file_costs_the_worker_no_more_than_a_small_one(name, tmp_path):
    head, tail = pdf_around(LARGE) if name.endswith(".pdf") else (b"", b"")
    told = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings", "REPERE_ATTACHMENT_BYTES": str(LARGE + 4096),
        "REPERE_STATE_DIR": str(tmp_path),
    }  # fmt: skip
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MEASURE, str(LARGE), name, head.hex(), tail.hex()],
        env=told, cwd=sandbox._ROOT, capture_output=True, timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    found = json.loads(run.stdout.decode().splitlines()[-1])
    assert found["size"] == LARGE + len(head) + len(tail)
    assert found["kept"] >= (LARGE if name.endswith(".txt") else 100_000)
    assert found["worker"] < 250_000_000, found
    assert found["more"] < LARGE / 2, found
    assert found["parser"] < confine.MEMORY_BYTES, found
