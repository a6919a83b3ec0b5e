"""Confined program that binds the files of a package into one PDF, locked with a passphrase.

    binding GIVEN_BYTES MOST_BYTES

Standard input is an order in JSON, its length in four bytes before it, then the files one after the other. Of a PDF the
pages are taken in, under its name; any other file is attached. Documents that came from outside are among them, drawn
anew by a process that they may have taken over: so they are looked into in here alone (SEC-FI2).
"""

import io
import json
import sys
from typing import Any, BinaryIO, Final

import pikepdf
from pikepdf import AttachedFileSpec, Name, OutlineItem, Pdf

from encryption import documents
from referrals.attachments import program
from referrals.attachments.refusals import Exit, Refused

SECONDS: Final = 90


def main() -> None:
    given, most_bytes = map(int, sys.argv[1:])

    def work(incoming: BinaryIO, kept: BinaryIO) -> None:
        order = json.loads(incoming.read(int.from_bytes(incoming.read(4))))
        files = [(one, incoming.read(one["size"])) for one in order["files"]]
        bind(files, kept, order["passphrase"])

    program.carry_out(warm_up, work, given=given, written=most_bytes, seconds=SECONDS)


def bind(files: list[tuple[dict[str, Any], bytes]], target: BinaryIO, passphrase: str) -> None:
    """Write the bound document; each file has a ``name``, a ``title`` in words and a ``media`` type.

    Raises:
        Refused: a PDF among them can't be read.
    """
    opened: list[Pdf] = []
    try:
        with Pdf.new() as bound:
            titles = []
            for entry, content in files:
                if entry["media"] == "application/pdf":
                    titles.append((entry["title"], len(bound.pages)))
                    opened.append(pikepdf.open(io.BytesIO(content)))
                    bound.pages.extend(opened[-1].pages)
                else:
                    bound.attachments[entry["name"]] = AttachedFileSpec(
                        bound,
                        content,
                        filename=entry["name"],
                        description=entry["title"],
                        mime_type=entry["media"],
                    )
            with bound.open_outline() as outline:
                outline.root.extend(OutlineItem(title, page) for title, page in titles)
            bound.Root.PageMode = Name.UseOutlines
            bound.Root.Lang = "fr"
            documents.save_locked(bound, target, passphrase)
    except (pikepdf.PdfError, TypeError, KeyError, RuntimeError):
        raise Refused(Exit.DAMAGED) from None
    finally:
        for one in opened:
            one.close()


def warm_up() -> None:
    """Bind and lock something once: nothing can be loaded when no file can be opened any more."""
    page = io.BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(72, 72))
        pdf.save(page)
    values = {"name": "a", "title": "a", "media": "application/pdf"}
    bind([(values, page.getvalue()), (values | {"media": "text/plain"}, b"a")], io.BytesIO(), "essai")
