"""Notice templates: fixed texts by code, French first, English below. No text has a placeholder.

The app that knows an occasion registers its template; a notice adds the reference and the link, and nothing else
(domain.md §2.8 no. 7).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.languages import FRENCH, Text, in_both, in_language
from outbox.models import Notice


class Kind(TextChoices):
    """What a notice is about, as far as somebody may choose when to be told."""

    QUEUE = "queue", "Nouvelles transmissions"
    CASE = "case", "Mes dossiers"
    SIGNATURE = "signature", "Signatures demandées"
    CLOCK = "clock", "Délais"
    FILING = "filing", "Mes transmissions"
    DIGEST = "digest", "Récapitulatif"
    ACCOUNT = "account", "Mon compte"


#: Kinds that a person may have gathered into one mail a day.
GATHERABLE: Final = (Kind.QUEUE, Kind.CASE, Kind.SIGNATURE, Kind.CLOCK)


@dataclass(frozen=True, slots=True)
class Template:
    """One text: whole sentences, without a place for anything.

    ``place``: the collection of the API in which the thing is that the notice is about; ``page``: the page whose
    address its id completes, empty if there is none; ``start``: the page for a notice about nothing in particular.
    ``enclosed`` gives what a mail carries besides, asked when it leaves: something public of the service itself, never
    of a case. ``made`` makes the address that a mail leads to as it leaves, where that must stand nowhere else, below
    what it is about where that is public (``directory/actions/confirmations.py``); ``to`` says to whom, if not to the
    account's address (``accounts/links.py``).
    """

    code: str
    kind: Kind
    text: Text
    place: str = "referrals"
    page: str = "dossiers"
    start: str = ""
    enclosed: Callable[[], str] | None = field(default=None, compare=False)
    made: Callable[[Notice], str] | None = field(default=None, compare=False)
    to: Callable[[Notice], str] | None = field(default=None, compare=False)


_templates: dict[str, Template] = {}


def register(*templates: Template) -> None:
    """Add templates; called by the app that uses them, when it is imported.

    Raises:
        ValueError: a code is taken by another text.
    """
    for one in templates:
        if _templates.setdefault(one.code, one) != one:
            raise ValueError(f"template {one.code} registered twice")


def get(code: str) -> Template:
    """Return a template."""
    return _templates[code]


def registered() -> list[Template]:
    return [_templates[code] for code in sorted(_templates)]


def link_to(notice: Notice) -> str:
    """Return the address of the page that a notice leads to; empty when there is none."""
    template = get(notice.template)
    if notice.subject_id is None:
        return _address(template.start)
    return _address(template.page and f"{template.page}/{notice.subject_id}")


def _address(path: str) -> str:
    return path and f"{settings.PUBLIC_ADDRESS}/{path}"


def mail_of(notice: Notice, gathered: Iterable[Notice] = ()) -> tuple[str, str]:
    """Return subject and text of a mail, whatever language is read here: the French text, the English one, links.

    To who files neither: the mail leads to the list of all that one filed (SEC-CR20).
    """
    template = get(notice.template)
    reference = notice.reference if notice.filer is None else ""
    lines = (f"{one.reference}  {link_to(one)}".strip() for one in (notice, *gathered))
    about = "\n".join(filter(None, lines)) if notice.filer is None else _address(template.page)
    french, english = in_both(template.text).values()
    subject = f"[Repère] {french.rstrip('.')}" + (f" – {reference}" if reference else "")
    paragraph = "" if template.made is None else template.made(notice)
    about = "\n".join(filter(None, (about, paragraph)))
    enclosed = "" if template.enclosed is None else f"{template.enclosed()}\n"
    foot = "\n".join(in_both(_FOOT).values())
    return subject, f"{french}\n\n{enclosed}{about}\n\n—\n{english}\n\n{about}\n\n—\n{foot}\n"


def message_of(notice: Notice) -> str:
    """Return the text of an SMS, in French, which is also what a voice reads: ≤ 160 characters."""
    return f"Repère : {in_language(get(notice.template).text, FRENCH)} {notice.reference}".strip()


_FOOT: Final = _("Message automatique, sans contenu ; connectez-vous pour lire. En danger immédiat : 17.")

register(
    Template(
        "digest",
        Kind.DIGEST,
        _("Récapitulatif du jour : des dossiers vous attendent."),
    )
)
