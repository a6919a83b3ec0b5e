"""Counts in templates."""

from django import template

from referrals.reading import counts

register = template.Library()


@register.filter
def bounded(count: int) -> str:
    """Return a count as people read it: past a thousand, only that it is."""
    return f"{counts.MOST}+" if count > counts.MOST else str(count)
