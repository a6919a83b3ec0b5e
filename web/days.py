"""How long ago something was, and how long until a deadline, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

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


def left(due: datetime, at: datetime, zone: ZoneInfo) -> str:
    """Return how long until a deadline, or since when it is over: by the days of the calendar in a zone."""
    days = (due.astimezone(zone).date() - at.astimezone(zone).date()).days
    if due < at:
        late = ngettext("en retard de %(n)s jour", "en retard de %(n)s jours", -days) % {"n": -days}
        return late if days else gettext("dépassée aujourd'hui")
    near = {0: gettext("aujourd'hui"), 1: gettext("demain")}
    return near.get(days) or gettext("dans %(n)s jours") % {"n": days}
