"""Ask services to confirm their entries by mailed links, take their answers, and let an editor undo one (field.md A.8).

The answer of a link is the service's own word: ``Verification.by`` is empty and the journal's actor the service itself.
It says something of one service and of nothing else; its editors are told, and ``revert`` puts back what was there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.access import who_may
from accounts.actor import SYSTEM, Actor
from accounts.errors import AlreadyThere, NotVisible
from accounts.notifications import tell_people, untold
from core.clock import instant
from directory import acts, confirmations, links
from directory.access import EDIT
from directory.actions import changes, reports
from directory.actions.changes import Basis
from directory.actions.records import acting, record
from directory.codes import Means
from directory.confirmations import Outcome, stored_text
from directory.models import Capacity, ConfirmationLink, Service, Verification
from directory.notices import REPORTS_PAGE
from encryption import digest
from outbox.models import Notice
from outbox.outcome import Pointless
from outbox.templates import Kind, Template, register

#: Where the link leads: an address of ``web/urls.py``.
PAGE: Final = "annuaire/confirmer"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What an answer did: how many columns it corrected, and whether something waits for an editor."""

    corrected: int
    waits: bool


# --- Asking --------------------------------------------------------------------------------------------


def ask(pk: UUID, *, at: datetime) -> bool:
    """Ask a service whose turn it is, in the running transaction; False where it isn't any more."""
    service = links.due(at).select_for_update(of=("self",)).filter(pk=pk).first()
    if service is None:
        return False
    _ask(service, actor=SYSTEM, at=at)
    return True


def ask_now(pk: UUID, *, actor: Actor, at: datetime) -> None:
    """Ask a service at an editor's wish, whichever its rhythm, once in a day at most.

    Raises:
        NotAllowed: the actor doesn't keep the entries of this authority.
        NotVisible: no such service, or one that isn't asked: it is closed, or has no address.
        AlreadyThere: it was asked within a day.
    """
    service = links.answerable().select_for_update(of=("self",)).filter(pk=pk).first()
    if service is None:
        raise NotVisible
    actor = acting(actor, EDIT, service.authority_id)
    if not links.address_of(service):
        raise NotVisible
    if service.asked_at is not None and at - service.asked_at < links.REQUEST_INTERVAL:
        raise AlreadyThere(_("Un lien a déjà été envoyé à cette structure depuis moins d'un jour."))
    _ask(service, actor=actor, at=at)


def _ask(service: Service, *, actor: Actor, at: datetime) -> None:
    """Make a link that wasn't sent yet, in place of every earlier one, and let its mail be sent."""
    ConfirmationLink.objects.filter(service=service).delete()
    link = ConfirmationLink.objects.create(service=service, made_at=at, expires_at=at + links.valid_for())
    answered = _answered_since(service, service.asked_at)
    service.asked_at = at
    service.asks_missed = 0 if answered else service.asks_missed
    service.save(update_fields=["asked_at", "asks_missed"])
    tell_people([link.pk], links.CONFIRM, service.authority_id, at=at)
    record(acts.LINK_SENT, service.pk, service.authority_id, actor=actor, at=at)


def _answered_since(service: Service, asked_at: datetime | None) -> bool:
    """Tell whether somebody verified an entry since it was asked for."""
    if asked_at is None or service.verified_on is None:
        return False
    return service.verified_on >= asked_at.date()


def count_missed(at: datetime, *, at_most: int) -> int:
    """Forget the links whose time is over and count the mails that were missed by them; return how many links.

    From the second missed mail on, the editors of the authority are told, once in a day at most; the list of what is to
    be verified says which (``links.unanswered``).
    """
    with transaction.atomic():
        over = list(links.lapsed(at).order_by("expires_at", "pk")[:at_most])
        services = {
            one.pk: one
            for one in Service.objects.select_for_update(of=("self",)).filter(
                pk__in={link.service_id for link in over}
            )
        }
        silent = set()
        for link in over:
            service = services[link.service_id]
            if link.used_at is None and not _answered_since(service, link.made_at):
                service.asks_missed = min(service.asks_missed + 1, 1_000)
                service.save(update_fields=["asks_missed"])
                if service.asks_missed >= links.MISSED_IN_A_ROW:
                    silent.add(service.authority_id)
        ConfirmationLink.objects.filter(pk__in=[link.pk for link in over]).delete()
        for authority_id in untold(links.UNANSWERED, silent, at=at):
            tell_people(who_may(EDIT, authority_id, at=at), links.UNANSWERED, authority_id, at=at)
    return len(over)


# --- Answering -----------------------------------------------------------------------------------------


def confirm(body: Mapping[str, Any], *, at: datetime) -> Confirmed:
    """Take the answers of a service by its link, which is used up (``ConfirmationInput``, validated).

    All is asked under the lock of the service: of two answers at once, one finds no link any more.

    Raises:
        LinkRefused: for whichever reason; which isn't said.
        InvalidInput: two answers don't fit together; the link stays.
        KeysUnavailable: a sentence for an editor can't be sealed now; the link stays.
    """
    link, service = links.open_link(body["token"], at=at, lock=True)
    capacity = confirmations.capacity_of(service)
    today = changes.local_day(service, at)
    outcome = confirmations.outcome_of(body, service, capacity, today=today)
    basis = Basis(by=None, at=at, means=Means.LINK)
    values = dict(outcome.values)
    if outcome.whole:
        values |= {"verified_on": today, "verified_by": Means.LINK}
    changed = set(changes.write(service, values, basis, confirmed=outcome.confirmed))
    changed |= {f"capacity.{name}" for name in _tell(service, capacity, outcome, basis)}
    link.used_at = at
    link.save(update_fields=["used_at"])
    service.asks_missed = 0
    service.save(update_fields=["asks_missed"])
    for sentence in outcome.waiting:
        reports.keep(service, sentence, by=None, at=at)
    corrected = changed - {"verified_on", "verified_by", "capacity.vacancy"}
    record(
        acts.SERVICE_CONFIRMED,
        service.pk,
        service.authority_id,
        actor=SYSTEM,
        at=at,
        to_state=str(service.status),
        count=len(corrected) + len(outcome.waiting),
    )
    if corrected or outcome.waiting:
        for authority_id in untold(links.ANSWERED, {service.authority_id}, at=at):
            tell_people(who_may(EDIT, authority_id, at=at), links.ANSWERED, authority_id, at=at)
    return Confirmed(corrected=len(corrected), waits=bool(outcome.waiting))


def _tell(service: Service, capacity: Capacity | None, outcome: Outcome, said: Basis) -> list[str]:
    """Write what was said of the places; who said it stands in the row alone, where the next word replaces it."""
    values, confirmed = dict(outcome.of_capacity), list(outcome.confirmed_capacity)
    if capacity is None and not values and outcome.vacancy is None:
        return []
    row = capacity or Capacity(service=service)
    if outcome.vacancy is not None:
        row.told_by, row.told_at, row.valid_until = (
            outcome.told_by or stored_text(_("la structure")),
            said.at,
            None,
        )
        values["vacancy"] = outcome.vacancy
        confirmed.append("vacancy")
    changed = changes.write(row, values, said, confirmed=confirmed)
    if not changed:  # the same number, told anew
        row.save()
    return changed


# --- Undoing -------------------------------------------------------------------------------------------


def revert(verification_pk: UUID, *, actor: Actor, at: datetime) -> int:
    """Put back what one answer by link changed, as far as nobody changed it since; return how many columns.

    ``verification_pk`` is any of the verifications that the answer left.

    Raises:
        NotVisible: there is none, or it isn't of a link.
        NotAllowed: the actor doesn't keep the entries of this authority.
    """
    one = Verification.objects.filter(pk=verification_pk, means=Means.LINK, by=None).first()
    if one is None or one.service_id is None:
        raise NotVisible
    service = Service.objects.select_for_update(of=("self",)).get(pk=one.service_id)
    actor = acting(actor, EDIT, service.authority_id)
    capacity = confirmations.capacity_of(service)
    basis = Basis(
        by=actor.user_id, at=at, means=Means.TYPED, evidence=stored_text(_("Réponse par lien annulée"))
    )
    mine = list(Verification.objects.filter(service=service, at=one.at, means=Means.LINK, by=None))
    count = len(changes.write(service, _before(service, mine, ""), basis))
    if capacity is not None and (values := _before(capacity, mine, "capacity.")):
        count += len(changes.write(capacity, values, basis))
    record(acts.SERVICE_CHANGED, service.pk, service.authority_id, actor=actor, at=at, count=count)
    return count


def _before(row: Service | Capacity, said: list[Verification], prefix: str) -> dict[str, Any]:
    """Return what the columns of a row held before, those that still hold what was said then."""
    values = {}
    for one in said:
        name = one.field.removeprefix(prefix)
        if not one.field.startswith(prefix) or "." in name or one.old == one.new:
            continue
        field: Any = row._meta.get_field(name)
        if getattr(row, field.attname) == field.to_python(one.new):
            values[name] = field.to_python(one.old)
    return values


# --- The mails -----------------------------------------------------------------------------------------


def _link_of_notice(notice: Notice) -> tuple[ConfirmationLink, Service]:
    """Return the link of which a mail tells, and its service, if it is to be sent still.

    Raises:
        Pointless: another took its place, its time is over, or the service isn't asked any more.
    """
    link = ConfirmationLink.objects.filter(
        pk=notice.user_id or uuid4(), used_at=None, expires_at__gt=instant()
    ).first()
    service = None
    if link is not None:
        services = links.answerable().select_related("structure", "authority")
        service = services.filter(pk=link.service_id).first()
    if link is None or service is None:
        raise Pointless("link-not-due")
    return link, service


def _address_of(notice: Notice) -> str:
    return links.address_of(_link_of_notice(notice)[1])


def _made(notice: Notice) -> str:
    """Make the link of a mail that is about to leave; its secret stands in the mail alone.

    Beside it stands whom the mail is for and who asks: a duty room has many such mails, and both are public.
    """
    link, service = _link_of_notice(notice)
    token = digest.token()
    link.kept = links.digest_of(token)
    link.save(update_fields=["kept"])
    named = f"{service.structure.name} – {service.authority.name}"
    return f"{named}\n{settings.PUBLIC_ADDRESS}/{PAGE}#{token}"


register(
    Template(
        links.CONFIRM,
        Kind.ACCOUNT,
        _("Vérifiez ce que l'annuaire du territoire dit de votre structure, en deux minutes et sans compte."),
        made=_made,
        to=_address_of,
    ),
    Template(
        links.UNANSWERED,
        Kind.ACCOUNT,
        _("Des structures de l'annuaire n'ont pas répondu à deux courriels ; vérifiez leur fiche."),
        start=REPORTS_PAGE,
    ),
    Template(
        links.ANSWERED,
        Kind.ACCOUNT,
        _("Des structures ont corrigé leur fiche dans l'annuaire, ou demandent un changement."),
        start=REPORTS_PAGE,
    ),
)
