"""Telephone numbers in templates: as links, as people read them, and those to call in an emergency."""

from datetime import date

from django import template

from web.directory.display import spelled
from web.guidance.numbers import Number, numbers
from web.numbers import dial, phones

register = template.Library()
register.filter("dial", dial)
register.filter("phones", phones)
register.filter("spelled", spelled)


@register.simple_tag
def checked_numbers(today: date) -> list[Number]:
    """Return the numbers of the country that were checked of late, the most urgent first (field.md B.3)."""
    return [one for one in numbers().values() if one.is_checked(today)]
