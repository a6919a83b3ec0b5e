"""Which guidance pages a professional has read, as they stand; who is told of what is overdue (field.md B.6)."""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.access import who_may
from accounts.models import Authority, GuidanceReview
from accounts.notifications import tell_people, untold
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register
from web.guidance import files
from web.guidance.files import GuidePage
from web.guidance.numbers import numbers

OVERDUE: Final = "guidance.overdue"
register(
    Template(
        OVERDUE,
        Kind.ACCOUNT,
        _("Des pages d'aide ou des numéros sont à relire."),
        start="administration/aide",
    )
)
#: Path, language and digest of a text.
type Key = tuple[str, str, str]


def key_of(page: GuidePage) -> Key:
    """Return what names a text as it stands."""
    return page.path, page.lang, page.digest


def by_text(today: date) -> dict[Key, GuidanceReview]:
    """Return the reviews that count, by their texts; of several the newest."""
    rows = GuidanceReview.objects.counting(today).order_by("reviewed_on", "id")
    return {(row.path, row.language, row.digest): row for row in rows}


def of(page: GuidePage, today: date) -> GuidanceReview | None:
    """Return the newest review of a page that counts."""
    path, lang, digest = key_of(page)
    rows = GuidanceReview.objects.counting(today).filter(path=path, language=lang, digest=digest)
    return rows.order_by("-reviewed_on", "id").first()


def something_is_overdue(today: date) -> bool:
    """Tell whether a page or a number should have been looked at by now."""
    late_page = any(
        not page.is_current(today) for lang in files.LANGUAGES for page in files.pages(lang).values()
    )
    return late_page or any(not one.is_checked(today) for one in numbers().values())


@recurring("guidance:overdue", every=timedelta(days=7))
def tell_of_overdue(at: datetime) -> int:
    """Tell the administrators of every authority, each week in which something is overdue; return how many."""
    if not something_is_overdue(at.date()):
        return 0
    notices = 0
    authorities = list(Authority.objects.values_list("pk", flat=True))
    for authority in untold(OVERDUE, authorities, at=at):
        people = who_may("guidance.review", authority, at=at)
        if people:
            tell_people(people, OVERDUE, authority, at=at)
            notices += len(people)
    return notices
