"""What stands behind a question, a sign or a step: the guidance that helps, folded, in another tab."""

from typing import Any, Final

from django import template

from referrals.vocabulary.states import Machine
from web.cases.display import step_of
from web.filing.topics import Topic
from web.guidance import context as behind
from web.guidance import reviews
from web.guidance.files import GuidePage, language_of_reader

register = template.Library()
_BEHIND: Final = "web/guidance/behind.html"


@register.inclusion_tag(_BEHIND, takes_context=True)
def guide_for_topic(context: Any, topic: Topic) -> dict[str, list[GuidePage]]:
    """Return the pages behind the questions of a topic of the form."""
    return {
        "pages": behind.about_fields(topic.part, sorted(topic.names), language_of_reader(), context["as_of"])
    }


@register.inclusion_tag(_BEHIND, takes_context=True)
def guide_for_signs(context: Any, rows: Any) -> dict[str, list[GuidePage]]:
    """Return the pages behind the signs of a family, given the rows of the grid."""
    codes = [row.name.removesuffix("-mode") for row in rows]
    return {"pages": behind.about_signs(codes, language_of_reader(), context["as_of"])}


@register.inclusion_tag(_BEHIND, takes_context=True)
def guide_for_step(context: Any, machine: str, step: str) -> dict[str, list[GuidePage]]:
    """Return the pages behind a step; in an emergency those alone that a professional has read (field.md B.6)."""
    pages, today = behind.about_step(machine, step, language_of_reader(), context["as_of"]), context["as_of"]
    declared = step_of(machine, step)
    # Nobody has the time to read more beside what holds for certain.
    if machine == Machine.ALERT or (declared is not None and declared.urgent):
        read = reviews.by_text(today)
        pages = [page for page in pages if reviews.key_of(page) in read]
    return {"pages": pages}
