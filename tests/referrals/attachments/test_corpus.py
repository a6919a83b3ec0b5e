"""SEC-FI5: each hostile file behaves as listed; SEC-FI1, FI2, FI3: types, bounds, the confined parser, what is left.

The list is by hand: what each file is called, what it holds, and what comes of it: taken, or the code of the refusal.
"""

import io
import os
import subprocess
import sys
import zlib
from functools import cache, partial

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from referrals.attachments import confine, pdfs, sandbox
from referrals.errors import FileRefused, ParserUnavailable
from tests.night import some
from tests.referrals.attachments import files

TAKEN = "taken"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
JPEG, PNG = files.image(), files.image("PNG")
STEPWISE = files.image(progressive=True)
#: name → (content, or what makes it where that takes a second; what comes of it)
CORPUS = {
    # plain and good
    "photo.jpg": (JPEG, TAKEN), "photo.JPEG": (JPEG, TAKEN), "capture.png": (PNG, TAKEN), "iphone.heic": (files.image("HEIF"), TAKEN),
    "courrier.pdf": (files.pdf(), TAKEN), "note.txt": ("Vu à l'école.\n".encode(), TAKEN), "marque.txt": (b"\xef\xbb\xbfBonjour", TAKEN),
    # type and name disagree
    "image-dite-pdf.pdf": (JPEG, "type-mismatch"), "pdf-dit-image.jpg": (files.pdf(), "type-mismatch"), "png-dit-jpg.jpg": (PNG, "type-mismatch"),
    "zip-dit-pdf.pdf": (files.archive("a.txt"), "type-mismatch"), "jpg-dit-heic.heic": (JPEG, "type-mismatch"), "binaire.txt": (os.urandom(0) + bytes(range(256)), "type-mismatch"),
    "latin1.txt": ("été".encode("latin-1"), "type-mismatch"), "utf16.txt": ("texte".encode("utf-16"), "type-mismatch"),
    # pages and scripts
    "page.html": (HTML, "type-refused"), "dessin.svg": (SVG, "type-refused"), "page.txt": (HTML, "type-mismatch"), "dessin.txt": (SVG, "type-mismatch"),
    "dessin.png": (SVG, "type-mismatch"), "espaces.txt": (b"\n \t" + HTML, "type-mismatch"), "commande.txt": (b"#!/bin/sh\n", "type-mismatch"),
    "sens.txt": ("abc\u202efdp".encode(), "type-mismatch"),
    # programs, macros, archives
    "macro.docm": (files.archive("word/vbaProject.bin"), "type-refused"), "macro.pdf": (files.archive("word/vbaProject.bin"), "type-mismatch"),
    "programme.exe": (b"MZ", "type-refused"), "facture.pdf.exe": (b"MZ", "type-refused"), "chemin.zip": (files.archive("../../etc/passwd"), "type-refused"),
    "sans-extension": (files.pdf(), "type-refused"), "point.": (files.pdf(), "type-refused"), ".pdf": (files.pdf(), TAKEN), "exe.exe.pdf": (files.pdf(), TAKEN),
    # two things at once: what is kept is one
    "polyglotte.jpg": (JPEG + files.archive("a.html", content=HTML), TAKEN), "polyglotte.png": (PNG + HTML, TAKEN), "polyglotte.pdf": (files.pdf() + HTML, TAKEN),
    "pdf-tardif.pdf": (HTML + files.pdf(), "type-mismatch"),
    # bombs and damage
    "pixels.png": (partial(files.png_of, 50_000, 50_000), "too-many-pixels"), "limite.png": (files.png_of(8_000, 5_000), TAKEN), "plus-un.png": (files.png_of(8_000, 5_001), "too-many-pixels"),
    "bombe.pdf": (files.bomb_pdf(), "file-damaged"), "coupe.jpg": (JPEG[: len(JPEG) // 2], "file-damaged"), "coupe.png": (PNG[:-60], "file-damaged"),
    "coupe.pdf": (files.pdf()[:60], "file-damaged"), "tete.pdf": (b"%PDF-1.7\n", "file-damaged"), "tete.jpg": (b"\xff\xd8\xff\xe0", "file-damaged"),
    "heic-creux.heic": (b"\0\0\0\x18ftypheic" + bytes(60), "file-damaged"), "vide.pdf": (b"", "file-empty"),
    "verrou.pdf": (files.locked_pdf(), "file-encrypted"), "arme.pdf": (files.armed_pdf(), TAKEN),
}  # fmt: skip
BOMBS = ("pixels.png", "limite.png", "plus-un.png", "bombe.pdf")


@pytest.mark.sec("SEC-FI5", "SEC-FI1")
@pytest.mark.parametrize("name", CORPUS)
def test_each_file_behaves_as_listed(request, draft, folder, name):
    if name not in {*BOMBS, *some(list(CORPUS), "confined", 4)}:
        request.getfixturevalue("unconfined")
    content, expected = CORPUS[name]
    content = content() if callable(content) else content

    answer = draft.sends(content, name)

    if expected == TAKEN:
        assert answer.status_code == 201, answer.content.decode()
        kept = draft.reads(answer.json()["made"])
        for trace in (b"script", b"PK\x03\x04", files.CAMERA.encode(), b"Exif\0"):
            assert trace not in kept
    else:
        assert (answer.status_code, answer.json()["reason"]) == (422, expected)
        assert name.encode() not in answer.content, "nothing of the file is told"
        assert draft.lists() == []
        assert not any(path.is_file() for path in folder.rglob("*")), "nothing of it stays"


@pytest.mark.sec("SEC-FI5")
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("../../etc/passwd.pdf", 201),
        ("..\\..\\windows\\win.pdf", 201),
        ("éte\u0301.pdf", 201),
        ("a\u202efdp.pdf", 201),
        ("a\u200bb.pdf", 201),
        ("a\x07b.pdf", 201),
        ("x" * 147 + ".pdf", 422),
        ("x" * 146 + ".pdf", 201),
        ("'; DROP TABLE.pdf", 201),
        ("CON.pdf", 201),
    ],
)
def test_odd_names_are_refused_or_kept_for_those_who_read_and_never_used(
    draft, folder, unconfined, name, status
):
    answer = draft.sends(files.pdf(), name)

    assert answer.status_code == status, answer.content.decode()
    if status == 201:
        made = answer.json()["made"]
        (line,) = draft.lists()
        assert line["name"].isprintable()
        assert not set("/\\\u202e\u200b") & set(line["name"])
        assert draft.opens(made)["Content-Disposition"] == f'attachment; filename="piece-{made[:8]}.pdf"'
        assert all(len(path.name) == 32 for path in folder.rglob("*") if path.is_file())


# --- What is left of a file -----------------------------------------------------------------------------


def kept_of(kind: str, given: bytes) -> bytes:
    """Return what is kept of a file: by the confined process, unless the test asks for ``unconfined``."""
    return b"".join(sandbox.parsed(kind, [given], len(given)))


@pytest.mark.sec("SEC-FI3")
@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
def test_an_image_keeps_its_picture_as_it_is_meant_to_be_seen_and_nothing_else(form):
    ending = {"JPEG": "jpeg", "PNG": "png", "HEIF": "heic"}[form]
    given = files.image(form, size=(64, 48), turned=6)

    kept = kept_of(ending, given)

    picture = Image.open(io.BytesIO(kept))
    picture.load()
    assert picture.format == ("PNG" if form == "PNG" else "JPEG")
    assert not picture.getexif()
    assert not set(picture.info) & {"exif", "icc_profile", "comment", "xmp", "photoshop"}
    if form != "HEIF":  # a HEIC is turned by its own decoder, whatever its Exif says
        assert picture.size == (48, 64), "turned as it is meant to be seen"
        top, bottom = picture.convert("RGB").getpixel((24, 5)), picture.convert("RGB").getpixel((24, 58))
        assert top[2] > 150 > bottom[2], "the left half of the sensor is at the top"


@pytest.mark.sec("SEC-FI3")
def test_a_pdf_keeps_its_pages_and_nothing_that_acts_embeds_or_tells():
    kept = kept_of("pdf", files.armed_pdf())

    with pikepdf.open(io.BytesIO(kept)) as found:
        assert len(found.pages) == 1
        assert set(found.Root.keys()) <= {"/Type", "/Pages"}
        assert "/Info" not in found.trailer
        said = b"".join(
            one.unparse(resolved=True) + (one.read_bytes() if isinstance(one, pikepdf.Stream) and one.get("/Filter") != pikepdf.Name.DCTDecode else b"")
            for one in found.objects
            if one is not None
        )  # fmt: skip
        for word in (
            b"JavaScript",
            b"/JS",
            b"/AA",
            b"/OpenAction",
            b"/URI",
            b"/Launch",
            b"/EF",
            b"/Annots",
            b"Auteur Secret",
            b"charge utile",
            b"app.alert",
            b"piste.test",
        ):
            assert word not in said, word
        assert b"valeur saisie" in said, "what the form showed is drawn into the page"
        (picture,) = (
            one
            for one in found.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Filter") == pikepdf.Name.DCTDecode
        )
        raw = picture.read_raw_bytes()
        assert files.CAMERA.encode() not in raw
        assert Image.open(io.BytesIO(raw)).size == (64, 48)


NOTE = b"Exif\0\0Appareil de Test"
PLAIN = pdfs.without_metadata(JPEG)
SEGMENT = b"\xff\xe1" + (len(NOTE) + 2).to_bytes(2, "big") + NOTE


def flat(data: bytes) -> bytes:
    return zlib.compress(data)


def hexed(data: bytes) -> bytes:
    return data.hex().encode() + b">"


#: How a photograph may be wrapped: (filters, their parameters, its bytes).
WRAPPED = {
    "plain": ([Name.DCTDecode], None, JPEG),
    "within Flate": ([Name.FlateDecode, Name.DCTDecode], None, flat(JPEG)),
    "within two": ([Name.ASCIIHexDecode, Name.FlateDecode, Name.DCTDecode], None, hexed(flat(JPEG))),
    "by short names": ([Name.Fl, Name.DCT], None, flat(JPEG)),
    "with parameters": (
        [Name.FlateDecode, Name.DCTDecode], Array([None, Dictionary(ColorTransform=1)]), flat(JPEG)
    ),
    "after the end": ([Name.DCTDecode], None, PLAIN + SEGMENT + NOTE),
    "after the end, within Flate": ([Name.FlateDecode, Name.DCTDecode], None, flat(PLAIN + NOTE)),
    "after the picture": ([Name.DCTDecode], None, PLAIN[:-2] + SEGMENT + b"\xff\xd9"),
    "between its parts": (
        [Name.DCTDecode], None, STEPWISE[: STEPWISE.rindex(b"\xff\xda")] + SEGMENT + STEPWISE[STEPWISE.rindex(b"\xff\xda") :]
    ),
    "in its frame": ([Name.DCTDecode], None, PLAIN[:2] + b"\xff\xe0" + SEGMENT[2:] + PLAIN[2:]),
    "in Adobe's mark": ([Name.DCTDecode], None, PLAIN[:2] + b"\xff\xee" + SEGMENT[2:] + PLAIN[2:]),
}  # fmt: skip


@pytest.mark.sec("SEC-FI3")
@pytest.mark.parametrize("how", WRAPPED)
def test_a_photograph_in_a_pdf_loses_its_metadata_however_it_is_wrapped(request, how):
    if how not in some(list(WRAPPED), "confined", 2):
        request.getfixturevalue("unconfined")
    filters, parms, data = WRAPPED[how]

    kept = kept_of("pdf", files.showing_pdf(data, filters, parms))

    with pikepdf.open(io.BytesIO(kept)) as found:
        picture = found.pages[0].Resources.XObject.Im0
        raw = picture.read_raw_bytes()
        assert picture.Filter == Name.DCTDecode
        assert ("/DecodeParms" in picture) is (parms is not None)
    assert NOTE[6:] not in raw
    assert raw.endswith(b"\xff\xd9")
    shown = Image.open(io.BytesIO(raw))
    shown.load()
    assert shown.size == (64, 48)
    assert not shown.getexif()


@pytest.mark.sec("SEC-FI3")
@pytest.mark.parametrize(
    "filters",
    [[Name.JPXDecode], [Name.FlateDecode, Name.JPXDecode], [Name.DCTDecode, Name.FlateDecode]],
)
def test_a_photograph_that_cant_be_cleaned_refuses_its_pdf(unconfined, filters):
    with pytest.raises(FileRefused) as refused:
        kept_of("pdf", files.showing_pdf(flat(JPEG), filters))
    assert refused.value.extra["reason"] == "file-damaged"


HEAD = b"q 64 0 0 48 0 0 cm BI /W 64 /H 48 /BPC 8 /CS /RGB /F "
TAIL = b"\nEI Q"
#: Pictures among a page's instructions: (the instructions, whether they may stay).
INLINE = {
    "plain": (HEAD + b"/DCT ID " + PLAIN + TAIL, True),
    "pixels": (b"q BI /W 1 /H 1 /BPC 8 /CS /G ID x" + TAIL, True),
    "with metadata": (HEAD + b"/DCT ID " + JPEG + TAIL, False),
    "by its long name": (HEAD.replace(b"/F ", b"/Filter ") + b"/DCTDecode ID " + JPEG + TAIL, False),
    "by a name in disguise": (HEAD + b"/D#43T ID " + JPEG + TAIL, False),
    "wrapped": (HEAD + b"[/AHx /DCT] ID " + hexed(JPEG) + TAIL, False),
}


@pytest.mark.sec("SEC-FI3")
@pytest.mark.parametrize("where", ["page", "pieces", "form", "pattern", "glyph"])
@pytest.mark.parametrize("what", INLINE)
def test_a_picture_among_the_instructions_stays_only_where_it_brings_nothing_else(request, what, where):
    if what not in some(list(INLINE), where):
        request.getfixturevalue("unconfined")
    drawn, stays = INLINE[what]
    given = files.drawing_pdf(drawn, where)

    if stays:
        with pikepdf.open(io.BytesIO(kept_of("pdf", given))) as found:
            assert len(found.pages) == 1
    else:
        with pytest.raises(FileRefused):
            kept_of("pdf", given)


# --- The confined process -------------------------------------------------------------------------------


BEGIN = f"import sys; sys.path.insert(0, {str(sandbox._ROOT)!r}); from referrals.attachments import confine; import os, socket, resource\n"


def tried(code: str, limits: str = "given=0, written=1_000_000") -> int:
    """Run Python within the confinement; return its exit status."""
    program = f"{BEGIN}confine.limit({limits})\nconfine.confine()\n{code}"
    return subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-c", program], stderr=subprocess.DEVNULL, timeout=60
    ).returncode


#: What parsing needs none of.
CANT = [
    "open('/etc/hostname')",
    "open('/proc/self/environ')",
    "os.listdir('/')",
    "open('/tmp/x', 'w')",
    "socket.socket()",
    "socket.socket(socket.AF_UNIX)",
    "socket.socketpair()",
    "os.fork()",
    "os.execv('/bin/true', ['true'])",
    "os.system('true') and sys.exit(7)",
    "os.kill(os.getppid(), 0)",
    "os.unlink('/tmp/nothing')",
    "os.chdir('/')",
    "os.unshare(os.CLONE_NEWUSER)",
    "import ctypes; libc = ctypes.CDLL(None, use_errno=True); sys.exit(7 if libc.ptrace(16, os.getppid(), 0, 0) else 0)",
]
CAN = "sys.exit(0 if len(bytes(1_000_000)) else 3)"
#: One interpreter begins, and each piece of code is tried in a fork of it, which confines itself.
EACH_IN_A_FORK = """
for code in sys.stdin.read().splitlines():
    child = os.fork()
    if not child:
        try:
            confine.limit(given=0, written=1_000_000)
            confine.confine()
            exec(code)
        except SystemExit as end:
            os._exit(end.code)
        except BaseException:
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@cache
def ends() -> dict[str, int]:
    """Return the exit status of each piece of code, tried within the confinement."""
    each = [*CANT, CAN]
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-c", BEGIN + EACH_IN_A_FORK],
        input="\n".join(each), capture_output=True, text=True, timeout=20, check=True,
    ).stdout  # fmt: skip
    return dict(zip(each, map(int, said.split()), strict=True))


@pytest.mark.sec("SEC-FI2")
@pytest.mark.parametrize("code", CANT)
def test_what_parsing_doesnt_need_cant_be_done(code):
    assert ends()[code] not in (0, confine.__dict__.get("NO_CONFINEMENT", 20))


@pytest.mark.sec("SEC-FI2")
def test_what_is_left_works_so_that_the_refusals_above_mean_something():
    assert ends()[CAN] == 0


@pytest.mark.sec("SEC-FI2")
@pytest.mark.parametrize("code", ["bytearray(600 * 1024 * 1024)", "while True: pass"])
def test_memory_and_time_are_bounded(code):
    """The parser that runs out of its time has one second of it here; the test below reads how many it has."""
    assert confine.MEMORY_BYTES == 512 * 1024 * 1024
    assert confine.CPU_SECONDS == 5
    assert tried(code, "given=0, written=1_000_000, seconds=1") != 0


@pytest.mark.sec("SEC-FI2")
@pytest.mark.parametrize(
    ("given", "seconds"), [(0, 5), (20 * 2**20, 5), (20 * 2**20 + 1, 10), (200 * 2**20, 50)]
)
def test_a_larger_file_has_time_at_the_same_pace(monkeypatch, given, seconds):
    seen = f"{BEGIN}confine.limit(given=int(sys.argv[4]), written=99); print(*resource.getrlimit(resource.RLIMIT_CPU))"
    monkeypatch.setattr(sandbox, "_BEGIN", seen)
    monkeypatch.setattr(sandbox, "_judge", lambda status: None)
    assert b"".join(sandbox.parsed("text", [], given)).split() == [b"%d" % seconds] * 2


@pytest.mark.sec("SEC-FI2")
def test_the_process_inherits_no_environment_and_no_open_file(monkeypatch, tmp_path):
    monkeypatch.setenv("REPERE_SECRET_KEY", "secret")
    handle = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(handle, True)
    seen = "import os, sys; sys.stdout.write(repr((sorted(os.environ), sorted(int(f) for f in os.listdir('/proc/self/fd')))))"
    monkeypatch.setattr(sandbox, "_BEGIN", seen)
    monkeypatch.setattr(sandbox, "_judge", lambda status: None)

    found = kept_of("text", b"").decode()

    os.close(handle)
    names, handles = eval(found)  # noqa: S307 - our own program wrote it
    assert not [name for name in names if not name.startswith("LC_")]
    assert handle not in handles


@pytest.mark.sec("SEC-FI2")
@pytest.mark.parametrize(
    "end", ["os.abort()", "os._exit(1)", "os.kill(os.getpid(), 9)", "os._exit(99)", "raise SystemExit(3)"]
)
def test_a_parser_that_crashes_refuses_the_file(monkeypatch, end):
    monkeypatch.setattr(
        sandbox, "_BEGIN", f"import os, sys; sys.stdout.write('half a file'); sys.stdout.flush(); {end}"
    )
    with pytest.raises(FileRefused) as refused:
        kept_of("text", b"x" * 1_000_000)
    assert refused.value.extra["reason"] == "file-damaged"


@pytest.mark.sec("SEC-FI2")
def test_a_parser_that_sleeps_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.5)
    monkeypatch.setattr(sandbox, "_BEGIN", "import time; time.sleep(600)")
    with pytest.raises(FileRefused):
        kept_of("text", b"x")


@pytest.mark.sec("SEC-FI2")
def test_where_nothing_can_be_confined_nothing_is_parsed(monkeypatch, draft):
    monkeypatch.setattr(sandbox, "_BEGIN", "import os; os._exit(20)")
    with pytest.raises(ParserUnavailable):
        kept_of("text", b"x")
    assert draft.sends(b"texte", "a.txt").status_code == 503
