"""Marks of training: the sentence that every page, mail, document and table of a training instance begins with.

Empty, and nothing is changed, anywhere else (``settings.TRAINING``). Documents are marked as they are made, so that
what is sealed, hashed or packed says it too; ``config/training/marking.py`` marks every answer that isn't yet.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from pathlib import Path
from typing import Any, Final, cast, override

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import french
from core.languages import in_both

BANNER: Final = _("Entraînement : rien ici n'est réel, rien n'est transmis.")
#: What titles and subjects bear, in both languages.
WORD: Final = _("Entraînement")
CSS_CLASS: Final = "training"
_HTML: Final = re.compile(r"<html\b([^>]*)>", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r'\blang="([a-z]{2})', re.IGNORECASE)
_BODY: Final = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_MARKED: Final = '<aside class="training-banner"'
BOM: Final = "\ufeff"


def banner() -> str:
    """Return the sentence in the language that is read now; empty where this is no training instance."""
    return gettext("Entraînement : rien ici n'est réel, rien n'est transmis.") if settings.TRAINING else ""


def page(html: str) -> str:
    """Return a page or document with the banner first, the word in its title and its own colour; once."""
    if not settings.TRAINING or _MARKED in html:
        return html
    opening = _HTML.search(html)
    language = _LANGUAGE.search(opening[1]) if opening else None
    with translation.override(language[1] if language else "fr"), french.for_page():
        sentence, word = escape(banner()), escape(gettext("Entraînement"))
    block = f'{_MARKED} aria-label="{word}"><p><strong>{sentence}</strong></p></aside>'
    html = _HTML.sub(lambda found: f'<html class="{CSS_CLASS}"{found[1]}>', html, count=1)
    html = html.replace("<title>", f"<title>{word} – ", 1)
    if not _BODY.search(html):
        return block + html
    return _BODY.sub(lambda found: f"{found[0]}\n{block}", html, count=1)


def printed(html: str) -> str:
    """Return a document for print, with the sentence at the top of each sheet."""
    if not settings.TRAINING:
        return html
    sheets = f'<style>@page {{ @top-center {{ content: "{banner()}"; font-size: 9pt; font-weight: bold }} }}</style>'
    return page(html).replace("</head>", f"{sheets}</head>", 1)


def table(text: str) -> str:
    """Return a table for spreadsheets with the sentence as its first line."""
    if not settings.TRAINING or banner() in text:
        return text
    return f'{BOM}"{banner()}"\r\n{text.removeprefix(BOM)}'


# --- Mails ---------------------------------------------------------------------------------------------


class Mailbox(EmailBackend):
    """Mails of a training instance: marked, and left as files that its visitors read. None leaves."""

    @override
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            french, english = in_both(BANNER).values()
            message.subject = f"[{in_both(WORD)['fr']}] {message.subject}"
            message.body = f"{french}\n{english}\n\n{message.body}"
        sent: int = super().send_messages(email_messages)
        return sent


@dataclass(frozen=True, slots=True)
class Mail:
    at: datetime
    to: str
    subject: str
    text: str


def mail_folder() -> Path | None:
    """Return where the mails of a training instance lie; None elsewhere."""
    folder = cast("dict[str, Any]", settings.MAILERS["default"]["OPTIONS"]).get("file_path")
    return Path(folder) if settings.TRAINING and folder else None


def mails(*, most: int = 200) -> list[Mail]:
    """Return the newest mails of this training instance, none elsewhere."""
    folder = mail_folder()
    if folder is None:
        return []
    files = sorted(folder.glob("*.log"), key=lambda one: one.stat().st_mtime, reverse=True)
    return [_read(file) for file in files[:most]]


def _read(file: Path) -> Mail:
    parsed = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(parsed, Parsed)  # noqa: S101 - of that policy
    part = parsed.get_body(("plain",))
    text = "" if part is None else str(part.get_content())
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return Mail(at, str(parsed["To"]), str(parsed["Subject"]), text.partition("\n" + "-" * 79)[0].strip())
