"""Template filters: telephone numbers as links."""

from django import template

from web.numbers import dial, phones

register = template.Library()
register.filter("dial", dial)
register.filter("phones", phones)
