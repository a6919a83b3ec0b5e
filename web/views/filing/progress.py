"""How far a draft is: which pages were begun, and what is missing, with the way to each question."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from referrals.models import Referral
from referrals.vocabulary.filing_answers import Channel
from web.filing.lists import ListTopic
from web.filing.sections import QUESTIONS, RECEPTION, Section, home_of, sections
from web.filing.topics import SignsTopic, Topic


def address(pk: UUID, section: Section) -> str:
    return reverse(f"filing-{section.slug}", args=[pk])


def is_begun(referral: Referral, section: Section, number: int = 0) -> bool:
    """Tell whether anything of a page was answered, by presence alone."""
    if section == QUESTIONS:
        return referral.concern.extra is not None
    if section == RECEPTION:
        return referral.received_at is not None and referral.channel != Channel.ONLINE
    if section.part:
        rows = [row for row in getattr(referral, section.part).all() if row.kind == section.kind]
        return number < len(rows) and any(topic.is_filled(rows[number]) for topic in section.topics)
    return any(_is_begun(referral, topic) for topic in section.topics)


def _is_begun(referral: Referral, topic: Topic) -> bool:
    if isinstance(topic, SignsTopic):
        return bool(referral.signs.all() or referral.health_signs.all())
    if isinstance(topic, ListTopic):
        rows = getattr(referral, topic.part).all()
        return any(topic.is_filled(row) for row in rows if not topic.kind or row.kind == topic.kind)
    return topic.is_filled(referral.concern)


def lines_of(
    problem: Mapping[str, Any] | None, pk: UUID, missing: Sequence[Mapping[str, str]], *, has_child: bool
) -> list[dict[str, str]]:
    """Return what is still missing, in the order of the form, as links to the question.

    What was answered and can't be so has its ``detail``.
    """
    items = [*missing, *(problem or {}).get("errors", ())]
    paths = [item["field"] for item in items]
    wrong = {item["field"]: item.get("detail", "") for item in items if "need" not in item}
    by_link: dict[str, dict[str, str]] = {}
    order = list(sections())
    homes = [(*home, path) for path in paths if (home := home_of(path, has_child=has_child))]
    homes.sort(key=lambda one: (order.index(one[0]), one[0].topics.index(one[1]) if one[1] else 0))
    for section, topic, path in homes:
        number = path.split(".")[1] if section.part and path.count(".") > 1 else "0"
        ask = topic.ask_at(path) if topic else None
        link = address(pk, section) + "?missing=yes" + (f"&n={number}" if number != "0" else "")
        link += f"#{topic.anchor(path)}" if topic else ""
        title = str(section.title)
        if number != "0":  # which of several children lacks it
            title = gettext("%(title)s (n° %(number)s)") % {"title": title, "number": int(number) + 1}
        label = str(ask.label) if ask else str(topic.title) if topic else ""
        by_link.setdefault(
            link, {"title": title, "question": label, "link": link, "detail": wrong.get(path, "")}
        )
    return list(by_link.values())
