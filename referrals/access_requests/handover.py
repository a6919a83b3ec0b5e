"""What leaves the house of an answer: one PDF locked with a passphrase, which goes another way (§7.5, AR13).

Letter, copy, index, list of readers and documents are its pages, so that any telephone shows them; the data for
machines and the proofs are attached to it. On paper, the same pages are printed from the package (``package.py``).
"""

import json
from collections.abc import Mapping
from itertools import chain
from typing import Final

from encryption import onetime
from referrals.access_requests import drawing, package
from referrals.attachments import sandbox
from referrals.vocabulary.attachments import Media

_PROGRAM: Final = "referrals.access_requests.binding"
_SECONDS: Final = 180
#: Whatever the files weigh, the bound document is hardly larger: they are packed already.
_ROOM_BYTES: Final = 8 * 1024 * 1024
_TITLES: Final[Mapping[str, str]] = {
    package.LETTER: "Réponse",
    package.INDEX: "Index",
    package.COPY: "Copie de vos données",
    package.READERS: "Liste des consultations",
    "couverture": "Sommaire du fichier",
}
#: What stands in the place of the pages where this machine could print none.
_COVER: Final = """Réponse à votre demande

Les pages de cette réponse sont jointes à ce fichier. Ouvrez-le sur un ordinateur, puis la liste des pièces jointes
(en général une icône de trombone). Les pages s'ouvrent dans un navigateur.

Fichiers joints :
"""


def locked(made: bytes, passphrase: str) -> bytes:
    """Return a package (``package.build``) as one PDF that opens by the passphrase alone.

    Raises:
        ValueError: it is no package, or the passphrase is empty or too long.
        FileRefused: a document in it can't be read.
        ParserUnavailable: this system can't confine who reads the documents.
    """
    if not 0 < len(passphrase.encode()) <= 127:
        raise ValueError("A passphrase has between 1 and 127 bytes.")
    files = package.files_of(made)
    if f"{package.LETTER}.pdf" not in files:
        names = "".join(f"- {_flat(name)}\n" for name in files)
        files = {"couverture.pdf": drawing.redacted(Media.TEXT, f"{_COVER}{names}".encode(), ()).pdf} | files
    order = {"passphrase": passphrase, "files": [_said(name, content) for name, content in files.items()]}
    said = json.dumps(order).encode()
    given = sum(map(len, files.values()))
    fed = chain([len(said).to_bytes(4), said], files.values())
    arguments = (str(given), str(given + _ROOM_BYTES))
    return b"".join(sandbox.confined(_PROGRAM, arguments, fed, seconds=_SECONDS))


def new_passphrase() -> str:
    """Return a passphrase to be shown once, and kept nowhere."""
    return onetime.new_passphrase()


def _said(name: str, content: bytes) -> dict[str, object]:
    stem, _, ending = name.rpartition(".")
    media = {
        "pdf": "application/pdf",
        "html": "text/html",
        "json": "application/json",
        "txt": "text/plain",
    }[ending]
    is_document = stem.startswith(f"{package.DOCUMENTS}/")
    title = f"Document {stem.rpartition('/')[2]}" if is_document else _TITLES.get(stem, name)
    return {"name": _flat(name), "title": title, "media": media, "size": len(content)}


def _flat(name: str) -> str:
    return name.replace("/", "-")
