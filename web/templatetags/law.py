"""Articles of law in a text, as links to what each says in plain words."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from referrals.vocabulary.law.citations import found_in

register = template.Library()


@register.filter
def cited(text: object) -> SafeString:
    """Return a text, with a link to its entry in ``/textes`` where it cites an article."""
    return _linked(str(text), "", "")


@register.filter
def cited_apart(text: object) -> SafeString:
    """Return it with links that open another tab: beside a form, so that nothing written is lost."""
    hint = format_html('<span class="hidden"> ({})</span>', _("dans un autre onglet"))
    return _linked(str(text), mark_safe(' target="_blank" rel="noopener"'), hint)


def _linked(text: str, marks: str, hint: str) -> SafeString:
    page, shown, ended = reverse("articles"), mark_safe(""), 0
    for one in found_in(text):
        link = (text[ended : one.start], page, one.article.key, marks, text[one.start : one.end], hint)
        shown += format_html('{}<a href="{}#{}"{}>{}{}</a>', *link)
        ended = one.end
    return shown + format_html("{}", text[ended:])
