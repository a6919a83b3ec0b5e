"""Lines of the directory's lists in words: services, structures, what waits for an editor or a supervisor."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from directory import codes, queries
from directory.actions.changes import SEALED
from directory.freshness import Freshness
from directory.models import Structure
from directory.opening import opening_at, zone_of
from directory.queries import (
    AnswerLine,
    OpeningLine,
    Pair,
    ReportLine,
    ServiceLine,
    StructurePage,
    VerificationLine,
)
from web.cases import display as case_display
from web.directory import card, display, hours, where
from web.directory.display import Said, Tag
from web.directory.field_names import ADDRESS, field_name


def service(line: ServiceLine, *, at: datetime, need: str = "") -> dict[str, Any]:
    """Return a service as a list shows it: the ``need`` that is asked for first, whether it is open."""
    opening = _opening(line, at=at)
    return {
        "pk": line.id,
        "name": line.name,
        "structure": line.structure_name,
        "place": _place(line),
        "takes": _takes(line, need),
        "opening": opening,
        "open": bool(opening) and not opening.startswith(gettext("Fermé maintenant")),
        "phone": {"number": line.phone, "text": display.spelled(line.phone)} if line.phone else None,
        "tags": list(_tags(line)),
        "look": "urgent" if line.freshness is not Freshness.FRESH else "",
    }


def _opening(line: ServiceLine, *, at: datetime) -> str:
    if line.round_the_clock:
        return gettext("Répond jour et nuit")
    if not line.opening_hours:
        return ""
    opening = opening_at(line.opening_hours, at=at, zone=zone_of(line.clock), department=line.clock)
    return hours.now_in_words(opening, at=at)


def _place(line: ServiceLine) -> str:
    if line.secret:
        return gettext("adresse secrète (%(department)s)") % {"department": line.department}
    return f"{line.commune} ({line.department})" if line.commune else where.named(line.department)


def _takes(line: ServiceLine, need: str) -> str:
    needs = [display.label(codes.Need, one) for one in sorted(line.needs, key=need.__ne__)]
    more = len(needs) - 1
    others = ngettext("et %(n)s autre", "et %(n)s autres", more) % {"n": more} if more > 0 else ""
    ages = display.ages(line.age_min_months, line.age_max_months)
    return " · ".join(filter(None, [" ".join(filter(None, [*needs[:1], others])), ages]))


def _tags(line: ServiceLine) -> list[Tag]:
    tags = []
    if line.status == codes.Status.SUSPENDED:
        tags.append(Tag(codes.Status.SUSPENDED.label, "late"))
    if line.vacancy is not None:
        tags.append(Tag(display.free(line.vacancy), "done" if line.vacancy else ""))
    tags.append(display.badge(line.freshness, line.verified_on))
    if line.specialised == codes.Specialised.DEDICATED:
        tags.append(Tag(_("Dédié")))
    return tags


# --- Structures -------------------------------------------------------------------------------------------


def structure(row: Structure) -> dict[str, Any]:
    """Return a structure as the list of its editors shows it; ``live``: how many of its services work."""
    return {
        "pk": row.pk,
        "name": row.name,
        "kind": display.label(codes.ResourceKind, row.kind),
        "services": getattr(row, "live", 0),
        "source": display.label(codes.Source, row.source),
        "tags": _status(row.status),
    }


def _status(status: str) -> list[Tag]:
    return [] if status == codes.Status.ACTIVE else [Tag(display.label(codes.Status, status), "late")]


def structure_page(page: StructurePage, *, at: datetime) -> dict[str, Any]:
    """Return the page of a structure; ``manage``: its forms, for whoever keeps it."""
    row = page.row
    secret = page.address is not None and page.address.is_secret
    lines = [
        Said(_("Téléphone"), display.spelled(row.phone), number=row.phone),
        Said(_("Courriel"), row.email),
        Said(_("Site"), "" if secret else row.website, address=row.website),
        Said(_("Horaires"), hours.in_words(row.opening_hours) or row.opening_hours_text),
        *(card.place(page.address) if page.address is not None else ()),
        *(Said(name.upper(), number) for name, number in page.identifiers.items()),
        Said(_("Source"), display.label(codes.Source, row.source)),
        Said(_("Licence"), row.source_licence),
        Said(_("Fiche du"), display.day(row.updated_on)),
    ]
    pk = row.pk
    return {
        "name": row.name,
        "kind": display.label(codes.ResourceKind, row.kind),
        "authority": row.authority.name,
        "description": row.description,
        "tags": _status(row.status),
        "said": [one for one in lines if one.text],
        "lines": [service(one, at=at) for one in page.services],
        "manage": [
            (_("Ajouter un service"), reverse("directory-service-new", args=[pk])),
            (_("Corriger la structure"), reverse("directory-structure-edit", args=[pk])),
            (_("Adresse"), reverse("directory-structure-place", args=[pk])),
            (_("Suspendre ou fermer"), reverse("directory-structure-status", args=[pk])),
        ]
        if page.may_edit
        else [],
    }


# --- What waits -------------------------------------------------------------------------------------------


_OLDEST: Final = _("Les plus anciens d'abord ; les suivants viennent quand ceux-ci sont traités.")
_LATEST: Final = _("Les plus récentes d'abord ; les autres sont dans l'historique de chaque service.")


def tasks(actor: Actor, *, at: datetime, shown: int) -> list[dict[str, Any]]:
    """Return the lists of what waits for an editor: reports, entries to verify, silence, possible twins, answers.

    The sentences of the reports are opened; an entry says so.
    """
    reports = queries.open_reports(actor, at=at)
    verify = queries.to_verify(actor, at=at)
    silent = [line for line in verify if line.unanswered]
    twins = queries.possible_duplicates(actor)
    answers = queries.link_answers(actor, at=at)
    listed: tuple[tuple[str, Any, Sequence[Any], Callable[[Any], dict[str, Any]], Any], ...] = (
        ("signalements", _("Signalements"), reports, _reported, _("Aucun signalement.")),
        ("a-verifier", _("À vérifier"), verify, _stale, _("Tout est vérifié.")),
        ("sans-reponse", _("Demandes sans réponse"), silent, _silent, _("Chaque service a répondu.")),
        ("doublons", _("Doublons possibles"), twins, _twins, _("Aucun doublon possible.")),
        ("reponses", _("Réponses reçues par lien"), answers, _answered, _("Aucune réponse depuis un mois.")),
    )
    return [
        {
            "slug": slug,
            "title": title,
            "count": len(rows),
            "lines": [worded(row) for row in rows[:shown]],
            "more": len(rows) > shown,
            "rest": _LATEST if slug == "reponses" else _OLDEST,
            "empty": empty,
        }
        for slug, title, rows, worded, empty in listed
    ]


def _reported(line: ReportLine) -> dict[str, Any]:
    return {
        "name": line.service_name,
        "structure": line.structure_name,
        "address": reverse("directory-service", args=[line.service]),
        "sentence": line.sentence,
        "about": gettext("Signalée le %(day)s") % {"day": display.day(line.at)},
        "settles": reverse("directory-settle", args=[line.id]),
    }


def _stale(line: ServiceLine) -> dict[str, Any]:
    since = f", {display.day(line.verified_on)}" if line.verified_on else ""
    return {
        "name": line.name,
        "structure": line.structure_name,
        "address": reverse("directory-service", args=[line.id]),
        "about": f"{display.badge(line.freshness, line.verified_on).words}{since}",
        "act": {"address": reverse("directory-verify", args=[line.id]), "words": _("Vérifier")},
    }


def _silent(line: ServiceLine) -> dict[str, Any]:
    return _stale(line) | {"about": gettext("Deux demandes restées sans réponse")}


def _answered(line: AnswerLine) -> dict[str, Any]:
    names = ", ".join(dict.fromkeys(filter(None, map(field_name, line.fields))))
    answered = {"day": display.day(line.at), "fields": names}
    return {
        "name": line.service_name,
        "structure": line.structure_name,
        "address": reverse("directory-history", args=[line.service]),
        "about": gettext("Reçue le %(day)s : %(fields)s") % answered,
        "act": {
            "address": reverse("directory-undo", args=[line.service, line.id]),
            "words": _("Annuler cette réponse"),
        },
    }


#: Why two structures may be one.
ALIKE: Final[Mapping[str, Any]] = {
    "siret": _("Même SIRET"),
    "finess": _("Même FINESS"),
    "phone": _("Même téléphone, même commune"),
}


def _twins(pair: Pair) -> dict[str, Any]:
    return {
        "name": pair.first_name,
        "structure": pair.second_name,
        "address": reverse("directory-structure", args=[pair.first]),
        "about": ALIKE[pair.by],
        "act": {
            "address": reverse("directory-merge", args=[pair.first, pair.second]),
            "words": _("Comparer"),
        },
    }


def opening(line: OpeningLine, zone: ZoneInfo, *, at: datetime) -> dict[str, Any]:
    """Return one opening of a secret address, for whoever looks at it; never the address."""
    return {
        "pk": line.id,
        "name": line.service_name or line.structure_name,
        "structure": line.structure_name if line.service_name else "",
        "by": line.by,
        "at": _instant(line.at, zone),
        "purpose": display.label(codes.OpeningPurpose, line.purpose),
        "due": _instant(line.due_at, zone),
        "late": line.due_at is not None and line.due_at < at,
    }


def _instant(value: datetime | None, zone: ZoneInfo) -> str:
    return case_display.instant(value.isoformat(), zone) if value is not None else ""


def history(
    told: Sequence[VerificationLine], zone: ZoneInfo, undone: Callable[[VerificationLine], str]
) -> list[dict[str, Any]]:
    """Return what was said of a service, act by act: when, by whom, how, and which fields, before and after.

    ``undone``: where the answer by link that a line is of is undone; empty for others.
    """
    acts = []
    for (at, by, means, evidence), group in groupby(
        told, key=lambda line: (line.at, line.by, line.means, line.evidence)
    ):
        rows = list(group)
        fields = {field["name"]: field for field in map(_field, rows) if field is not None}
        if fields:
            acts.append(
                {
                    "at": _instant(at, zone),
                    "by": by or gettext("Le service lui-même, ou un fichier"),
                    "means": display.lowered(display.label(codes.Means, means)),
                    "evidence": evidence,
                    "fields": list(fields.values()),
                    "undo": next(filter(None, map(undone, rows)), ""),
                }
            )
    return acts


def _field(line: VerificationLine) -> dict[str, Any] | None:
    """Return one field, before and after; None where nothing was said, or of what only the service itself goes by."""
    name = field_name(line.field)
    old, new = _value(line.field, line.old), _value(line.field, line.new)
    secret = SEALED in (line.old, line.new) or name == str(ADDRESS)
    if not name or not (old or new or secret):
        return None
    if secret:
        return {"name": name, "old": "", "new": gettext("modifié, non montré"), "confirmed": False}
    return {"name": name, "old": old, "new": new or "–", "confirmed": line.old == line.new}


#: Fields whose values are codes.
CODED: Final[Mapping[str, Any]] = {
    "needs": codes.Need, "sexes": codes.Sex, "place_kind": codes.PlaceKind, "specialised": codes.Specialised,
    "who_may_ask": codes.Asker, "needs_agreement": codes.Agreement, "safe_channels": codes.SafeChannel,
    "status": codes.Status, "verified_by": codes.Means, "place.visibility": codes.Visibility, "source": codes.Source,
    "kind": codes.ResourceKind,
}  # fmt: skip


#: Fields whose values have words of their own.
WORDED: Final[Mapping[str, Callable[[Any], str]]] = {
    "age_min_months": display.age,
    "age_max_months": display.age,
    "zones": display.zones,
    "from_departments": display.named_departments,
    "refused_departments": display.named_departments,
    "place.department": where.named,
    "phone": display.spelled,
    "opening_hours": hours.in_words,
    "verified_on": display.day,
    "suspended_until": display.day,
    "updated_on": display.day,
}


def _value(field: str, value: Any) -> str:
    """Return a stored value as people read it."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return gettext("Oui") if value else gettext("Non")
    if field == "accepts":
        every = (codes.Accepts.YES, codes.Accepts.CASE, codes.Accepts.NO)
        return ", ".join(
            f"{display.label(codes.Situation, one)} ({display.lowered(display.label(codes.Accepts, inner['answer']))})"
            for one, inner in value.items()
            if inner.get("answer") in every
        )
    if field in WORDED:
        return WORDED[field](value)
    kind = CODED.get(field)
    if kind is not None:
        return ", ".join(display.label(kind, one) for one in (value if isinstance(value, list) else [value]))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def side_by_side(one: StructurePage, other: StructurePage) -> dict[str, Any]:
    """Return two structures with their fields beside each other, and the choice of the one that stays."""
    named = ("kind", "phone", "email", "website", "siret", "finess", "source", "updated_on")
    pairs: list[tuple[str, str, Any]] = [(one.row.name, other.row.name, _("Nom"))]
    pairs += [
        (_value(name, getattr(one.row, name)), _value(name, getattr(other.row, name)), field_name(name))
        for name in named
    ]
    pairs += [
        (_address(one), _address(other), _("Adresse")),
        (_services(one), _services(other), _("Services")),
    ]
    rows = [{"label": label, "one": a, "other": b, "differs": a != b} for a, b, label in pairs]
    return {"one": {"name": gettext("Fiche A")}, "other": {"name": gettext("Fiche B")}, "rows": rows}


def _address(page: StructurePage) -> str:
    return (
        " ".join(next((line.text for line in card.place(page.address)), "").split()) if page.address else ""
    )


def _services(page: StructurePage) -> str:
    return ", ".join(line.name for line in page.services)
