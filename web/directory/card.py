"""The page of a service in words, section by section: what it takes, refuses, asks; how it answers, pays, is found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory import codes, freshness
from directory.actions.secrets import Address
from directory.opening import clock_department, hours_of, opening_at, zone_of
from directory.queries import AddressView, CapacityView, ServicePage
from directory.standard import FEES
from web.directory import display, hours, words
from web.directory.display import Said, Tag


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its name in addresses, its title and its lines."""

    slug: str
    title: Any
    lines: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Notice:
    """What stands above all else: the service doesn't work, or nobody vouches for what is said."""

    words: str
    look: str


@dataclass(frozen=True, slots=True)
class Card:
    """A service as its page shows it. ``place``: the id by which a secret address is opened, by who may (``opens``)."""

    pk: UUID
    name: str
    structure: str
    structure_address: str
    authority: str
    tags: Sequence[Tag]
    notice: Notice | None
    description: str
    sections: Sequence[Section]
    has_night: bool
    opens: bool
    place: UUID | None
    source: str
    source_url: str
    verified: str


def of(page: ServicePage, *, at: datetime) -> Card:
    """Return the page of a service in words; sections with nothing to say are left out."""
    service, structure = page.service, page.structure
    parts = (
        Section("answers", _("Quand et comment il répond"), list(_answers(page))),
        Section("takes", _("Ce qu'il propose, à qui"), list(_takes(page))),
        Section("refuses", _("Ce qu'il refuse"), list(_refuses(page))),
        Section("asks", _("Ce qu'il demande"), list(_asks(page))),
        Section("places", _("Places"), [_capacity(one) for one in page.capacities]),
        Section("where", _("Où, et qui paie"), [*_where(page), *_pays(page)]),
    )
    return Card(
        pk=service.pk,
        name=service.name,
        structure=structure.name,
        structure_address=reverse("directory-structure", args=[structure.pk]),
        authority=service.authority.name,
        tags=list(_tags(page, at=at)),
        notice=_notice(page),
        description=service.description if service.description != service.name else "",
        sections=[part for part in parts if part.lines],
        has_night=page.may_open_night_phone,
        opens=page.may_open_address,
        place=page.address.place if page.address else None,
        source=_source(page),
        source_url=service.source_url or structure.source_url,
        verified=_verified(page, at=at),
    )


def _tags(page: ServicePage, *, at: datetime) -> Iterator[Tag]:
    service = page.service
    look, _words = display.BADGES[page.freshness]
    yield Tag(freshness.words_of(service, at=at), look)
    if opening := _opened(page, at=at):
        yield Tag(opening)
    if service.specialised != codes.Specialised.GENERAL:
        yield Tag(display.label(codes.Specialised, service.specialised))
    if page.address is not None and page.address.is_secret:
        yield Tag(gettext("Adresse secrète"))


def _opened(page: ServicePage, *, at: datetime) -> str:
    """Return whether a service is open now, in words."""
    if page.service.round_the_clock:
        return gettext("Répond jour et nuit")
    text = hours_of(page.service, page.structure).opening_hours
    where = clock_department(page.address.department if page.address else "", page.service.authority.code)
    opening = opening_at(text, at=at, zone=zone_of(where), department=where)
    return hours.now_in_words(opening, at=at)


def _notice(page: ServicePage) -> Notice | None:
    service = page.service
    if codes.Status.CLOSED in (service.status, page.structure.status):
        return Notice(gettext("Ce service est fermé : il n'est plus proposé."), "alarm")
    if page.structure.status == codes.Status.SUSPENDED:
        return Notice(gettext("La structure est suspendue."), "warn")
    if service.status == codes.Status.SUSPENDED:
        until = display.day(service.suspended_until)
        text = gettext("Ce service est suspendu jusqu'au %(day)s.") % {"day": until}
        return Notice(text if until else gettext("Ce service est suspendu."), "warn")
    return None


def _takes(page: ServicePage) -> Iterator[Said]:
    service = page.service
    if service.needs:
        yield Said(_("Propose"), display.raised(display.labels(codes.Need, service.needs)))
    if service.place_kind:
        yield Said(_("Accueil"), display.label(codes.PlaceKind, service.place_kind))
    yield Said(_("Âges"), display.ages(service.age_min_months, service.age_max_months))
    if service.sexes:
        yield Said(_("Reçoit"), display.sex_words(service.sexes))
    if taken := display.situations(service.accepts, codes.Accepts.YES, codes.Accepts.CASE):
        yield Said(_("Situations"), "\n".join(taken))
    if service.audiences_note:
        yield Said(_("Publics"), service.audiences_note)
    yield Said(_("Territoire"), display.raised(display.zones(service.zones)))
    if service.distance_placement:
        far = display.named_departments(service.from_departments)
        yield Said(_("Éloignement"), far or gettext("Reçoit de tous les autres départements"))
    if service.languages or service.interpreter:
        spoken = [one.upper() for one in service.languages]
        yield Said(
            _("Langues"), ", ".join([*spoken, *([gettext("interprète")] if service.interpreter else [])])
        )


def _refuses(page: ServicePage) -> Iterator[Said]:
    service = page.service
    if ages := display.refused_ages(service.age_min_months, service.age_max_months):
        yield Said(_("Âges"), display.several(ages))
    if sexes := display.refused_sexes(service.sexes):
        yield Said(_("Sexe"), display.several(sexes))
    if situations := display.situations(service.accepts, codes.Accepts.NO):
        yield Said(_("Situations"), "\n".join(situations))
    if service.refused_departments:
        yield Said(_("Départements"), display.named_departments(service.refused_departments))


def _asks(page: ServicePage) -> Iterator[Said]:
    service = page.service
    asking = display.labels(codes.Asker, service.who_may_ask)
    yield Said(_("Qui peut demander"), display.raised(asking) or gettext("Tout le monde"))
    if service.needs_agreement:
        yield Said(_("Il faut"), display.raised(display.labels(codes.Agreement, service.needs_agreement)))
    if service.access_conditions:
        yield Said(_("Conditions"), service.access_conditions)
    if service.documents_wanted:
        yield Said(_("À envoyer"), service.documents_wanted)
    if service.documents_never:
        yield Said(_("À ne jamais envoyer"), service.documents_never, strong=True)
    if service.mobilisation_note:
        yield Said(_("Comment demander"), service.mobilisation_note)


def _answers(page: ServicePage) -> Iterator[Said]:
    service = page.service
    if page.phone:
        yield Said(_("Téléphone"), display.spelled(page.phone), number=page.phone)
    if page.email:
        yield Said(_("Courriel"), page.email)
    if service.contact_name:
        yield Said(_("À qui parler"), service.contact_name)
    if service.mobilisation_url:
        yield Said(_("Formulaire"), service.mobilisation_url, address=service.mobilisation_url)
    when = hours_of(service, page.structure)
    hours_text, free = hours.in_words(when.opening_hours), when.opening_hours_text
    if service.round_the_clock:
        hours_text = gettext("Jour et nuit, tous les jours")
    if hours_text or free:
        yield Said(_("Horaires"), "\n".join(filter(None, [hours_text, free])))
    if service.answer_delay_hours is not None:
        yield Said(_("Répond sous"), _delay(service.answer_delay_hours))
    if service.safe_channels:
        ordered = [display.label(codes.SafeChannel, one) for one in service.safe_channels]
        text = ", ".join([ordered[0], *map(display.lowered, ordered[1:])])
        yield Said(_("Pour parler d'un enfant"), gettext("%(ways)s ; jamais par SMS") % {"ways": text})


def _delay(count: int) -> str:
    if count % 24 == 0 and count > 24:
        return gettext("%(n)s jours") % {"n": count // 24}
    return f"{count} h"


def _capacity(one: CapacityView) -> Said:
    parts = []
    if one.vacancy is not None:
        parts.append(display.vacancies(one.vacancy, one.told_at))
    else:
        parts.append(gettext("places libres : non connu"))
    if one.maximum is not None:
        parts.append(gettext("%(n)s en tout") % {"n": one.maximum})
    if one.emergency is not None:
        parts.append(gettext("dont %(n)s pour l'urgence") % {"n": one.emergency})
    if one.vacancy is not None and one.told_by:
        parts.append(gettext("dit par %(who)s") % {"who": one.told_by})
    parts += [one.note] if one.note else []
    return Said(display.raised(one.population) or gettext("Pour tous"), display.several(parts))


def _pays(page: ServicePage) -> Iterator[Said]:
    service = page.service
    fees = dict(FEES).get(service.fees, service.fees)
    if fees or service.fees_note:
        yield Said(_("Qui paie"), "\n".join(filter(None, [fees, service.fees_note])))


def _where(page: ServicePage) -> Iterator[Said]:
    if page.address is not None:
        yield from place(page.address)
    if page.structure.website:
        yield Said(_("Site"), page.structure.website, address=page.structure.website)
    if page.structure.accessibility_url:
        yield Said(_("Accessibilité"), "Acceslibre", address=page.structure.accessibility_url)


def place(view: AddressView) -> Iterator[Said]:
    """Return where something is, in words; of a secret place its département alone."""
    department = display.named_departments([view.department])
    if view.is_secret:
        yield Said(
            _("Adresse"),
            gettext("Adresse secrète, département %(department)s. Passez par le contact.")
            % {"department": department},
        )
        return
    street = [view.address, view.complement, f"{view.postal_code} {view.commune}".strip()]
    yield Said(_("Adresse"), "\n".join(filter(None, street)) or department)
    if view.visibility == codes.Visibility.PROFESSIONAL:
        yield Said(_("À qui la donner"), gettext("À des professionnels seulement"))


def _source(page: ServicePage) -> str:
    service = page.service
    lines = [
        gettext("Source : %(source)s") % {"source": display.label(codes.Source, service.source)},
        service.source_licence,
        gettext("fiche du %(day)s") % {"day": display.day(service.updated_on)},
    ]
    return ", ".join(filter(None, lines)) + "."


def _verified(page: ServicePage, *, at: datetime) -> str:
    service = page.service
    keeper = gettext("Fiche tenue par : %(authority)s.") % {"authority": service.authority.name}
    if service.verified_on is None:
        never = gettext("Personne n'a encore vérifié cette fiche : appelez le service avant de vous y fier.")
        return f"{never} {keeper}"
    return f"{freshness.words_of(service, at=at)}. {keeper}"


def address(opened_address: Address) -> list[Said]:
    """Return an address that was just opened, for the one answer that shows it."""
    street = [
        opened_address.address,
        opened_address.complement,
        f"{opened_address.postal_code} {opened_address.commune}".strip(),
    ]
    return [Said(_("Adresse"), "\n".join(filter(None, street)), strong=True)]


def forms_of(page: ServicePage) -> list[tuple[Any, str]]:
    """Return the forms by which an editor keeps a service, with their addresses."""
    pk = page.service.pk
    return [
        (_("Vérifier la fiche"), reverse("directory-verify", args=[pk])),
        *(
            [(_("Demander au service de confirmer"), reverse("directory-ask", args=[pk]))]
            if page.email
            else []
        ),
        *((one.title, reverse("directory-service-topic", args=[pk, one.slug])) for one in words.TOPICS),
        (_("Adresse"), reverse("directory-service-place", args=[pk])),
        (_("Places"), reverse("directory-capacity", args=[pk])),
        (_("Historique"), reverse("directory-history", args=[pk])),
        (_("La structure"), reverse("directory-structure", args=[page.structure.pk])),
    ]
