"""Template filter: numbers to call as links."""

from django import template

from web.filing.numbers import linked

register = template.Library()
register.filter("linked", linked)
