"""Guards of merging and unmerging two files (domain.md T12, T35, §2.7)."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from referrals.duplicates.inputs import Attaching, Confirming, Suggestion
from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.duplicates import LinkKind
from referrals.vocabulary.states import DuplicateState, InformationState, State
from referrals.workflow.case import Case
from referrals.workflow.inputs import Reasoned

if TYPE_CHECKING:
    from referrals.models import DuplicateCandidate, Holder

#: States in which a file takes in another filing about the same child (T12).
TAKING = (State.TRIAGE, State.QUALIFIED, State.IN_ASSESSMENT)
UNKNOWN_FILE = "Ce dossier n'existe pas ou ne vous est pas ouvert."


def confirmed_same(pairs: "type[DuplicateCandidate]", referral: UUID) -> set[UUID]:
    """Return the files that a person confirmed to be about the same child as this one, whichever of the two says so."""
    rows = pairs.objects.filter(
        Q(referral=referral) | Q(other=referral), state=DuplicateState.CONFIRMED, kind=LinkKind.SAME
    ).values_list("referral_id", "other_id")
    return {pk for pair in rows for pk in pair} - {referral}


def other_is_known(case: Case, step_input: Confirming | Suggestion | None) -> str | None:
    """The other file is one of the same authority that the person sees, and another one than this."""
    other = case.other(getattr(step_input, "other", None) or case.part.other_id)
    if other is None or other.pk == case.referral.pk or other.authority_id != case.referral.authority_id:
        return UNKNOWN_FILE
    return UNKNOWN_FILE if other.state == State.DRAFT else None


def pair_is_new(case: Case, step_input: Suggestion | None) -> str | None:
    """Two files are compared once at a time."""
    if step_input is None:
        return None
    table: Any = case.referral.duplicates.model
    pair = Q(referral=case.referral, other=step_input.other) | Q(
        referral=step_input.other, other=case.referral
    )
    if table.objects.filter(pair).exclude(state=DuplicateState.REJECTED).exists():
        return "Ces deux dossiers sont déjà rapprochés."
    return None


def same_child_is_confirmed(case: Case, step_input: Attaching | None) -> str | None:
    """A person has confirmed that the two files are about the same child (T12; DuplicateCandidate ``same``)."""
    known = confirmed_same(case.referral.duplicates.model, case.referral.pk)
    if not known or (step_input is not None and step_input.target not in known):
        return "Une personne doit d'abord confirmer que les deux dossiers concernent le même enfant."
    return None


def target_takes_it(case: Case, step_input: Attaching | None) -> str | None:
    """The target is still before its report; further on, the files are linked and each goes its way (T12)."""
    if step_input is None:
        return None
    target = case.other(step_input.target)
    if target is None or target.authority_id != case.referral.authority_id:
        return UNKNOWN_FILE
    if target.state not in TAKING:
        return "Le dossier cible est trop avancé ou clos : lier les deux dossiers et poursuivre celui-ci."
    return None


def restriction_is_kept(case: Case, step_input: Attaching | None) -> str | None:
    """A filing that is restricted, or a child of it, isn't joined to a file that more people read (T46)."""
    if step_input is None:
        return None
    target = case.other(step_input.target)
    if target is None or not case.is_restricted:
        return None
    restricted = {child.pk for child in case.children if child.restricted}
    theirs = {child.pk for child in target.children.all() if child.restricted}
    same = {item.child: item.same_as for item in step_input.children if item.same_as}
    read_there = case.referral.restricted or any(same[pk] not in theirs for pk in restricted & set(same))
    if read_there and not target.restricted:
        return "Le dossier est restreint : restreindre d'abord le dossier cible."
    if Case(target, actor=case.actor, at=case.at).on_list() - case.on_list():
        return "La liste du dossier cible nomme d'autres personnes que celle de la transmission."
    return None


def every_child_is_matched(case: Case, step_input: Attaching | None) -> str | None:
    """Each child of the filing is said to be one of the target's or new to it; at least one is the same (T12)."""
    if step_input is None:
        return None
    target = case.other(step_input.target)
    if target is None:
        return None
    theirs = {child.pk for child in target.children.all() if not child.wrong_person}
    if not _matched(
        [(i.child, i.same_as) for i in step_input.children], {c.pk for c in case.children}, theirs
    ):
        return (
            "Chaque enfant de la transmission est rapproché d'un enfant du dossier cible, ou y est nouveau."
        )
    if not any(item.same_as for item in step_input.children):
        return "Au moins un enfant est commun aux deux dossiers."
    return None


def every_holder_is_matched(case: Case, step_input: Attaching | None) -> str | None:
    """Each holder of the filing is said to be one of the target's, or new to it (T12)."""
    if step_input is None:
        return None
    target = case.other(step_input.target)
    if target is None:
        return None
    theirs = {holder.pk for holder in target.holders.all()}
    if _matched([(i.holder, i.same_as) for i in step_input.holders], {h.pk for h in case.holders}, theirs):
        return None
    return (
        "Chaque titulaire de la transmission est rapproché d'un titulaire du dossier cible, ou y est nouveau."
    )


def _matched(pairs: list[tuple[UUID, UUID | None]], ours: set[UUID], theirs: set[UUID]) -> bool:
    named = [mine for mine, _ in pairs]
    same = [other for _, other in pairs if other is not None]
    return sorted(named) == sorted(ours) and len(set(same)) == len(same) and set(same) <= theirs


def informations_agree(case: Case, step_input: Attaching | None) -> str | None:
    """What a holder may be told isn't deferred in one file and open in the other (§2.8 no. 4)."""
    if step_input is None:
        return None
    target = case.other(step_input.target)
    if target is None:
        return None
    theirs: dict[Any, Any] = {(i.holder_id, i.occasion): i.state for i in target.holder_informations.all()}
    same = {item.holder: item.same_as for item in step_input.holders if item.same_as}
    for information in case.informations:
        other = theirs.get((same.get(information.holder_id), information.occasion))
        if other is not None and (other == InformationState.DEFERRED) != (
            information.state == InformationState.DEFERRED
        ):
            return (
                "L'information d'un titulaire est différée dans un seul des deux dossiers : à régler d'abord."
            )
    return None


def joining_calls_for_two(case: Case, step_input: Attaching) -> str | None:
    """A status was once at least *at risk*, or urgency once U2: joining, too, needs two (2S?)."""
    if case.history_calls_for_two():
        return "Situation ou urgence passée : une seconde signature est requise."
    return None


def is_joined(case: Case, step_input: Reasoned | None) -> str | None:
    """From the archive a filing is parted again only if it went there joined (T35)."""
    if case.referral.state == State.ARCHIVED and case.referral.archived_from != State.MERGED:
        return "Ce dossier archivé n'avait pas été joint."
    return None


def target_gives_back(case: Case, step_input: Reasoned | None) -> str | None:
    """What was joined is still in the target's hands, and the person sees it (T35)."""
    if step_input is None:
        return None
    joining = case.referral.joinings.filter(undone_at=None).first()
    target = case.other(joining.target_id) if joining is not None else None
    if target is None:
        return UNKNOWN_FILE
    if State.MERGED in (target.state, target.archived_from):
        return "Le dossier cible a été joint à son tour : le disjoindre d'abord."
    if target.state == State.TRANSFERRED:
        return "Le dossier cible a été transféré."
    return None


def implicated(case: Case, holder: "Holder") -> bool:
    """Tell whether a holder counts as implicated: named so, or the form says yes and names nobody (T16)."""
    if holder.implicated == YesNo.YES:
        return True
    nobody = not any(other.implicated == YesNo.YES for other in case.holders)
    return nobody and case.referral.concern.holder_implicated == YesNo.YES
