"""How long ago something was, in words."""

from datetime import datetime

from django.utils.translation import gettext, ngettext


def since(moment: datetime, at: datetime) -> str:
    """Return how long ago something was, as one asks in an emergency: in minutes, hours, then days."""
    minutes = max(0, int((at - moment).total_seconds() // 60))
    if not minutes:
        return gettext("à l'instant")
    if minutes < 60:
        return ngettext("il y a %(n)s minute", "il y a %(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("il y a %(n)s heure", "il y a %(n)s heures", hours) % {"n": hours}
    return ngettext("il y a %(n)s jour", "il y a %(n)s jours", hours // 24) % {"n": hours // 24}
