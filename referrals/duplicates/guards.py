"""Guards of merging and unmerging two files (domain.md T12, T35, §2.7)."""

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Q, UUIDField
from django.utils.translation import gettext_lazy as _

from core.compiled_queries import CompiledQuery, Given
from core.languages import Text
from referrals.duplicates.inputs import Attaching, Confirming, Suggestion
from referrals.vocabulary.oversight import LinkKind
from referrals.vocabulary.states import DuplicateState, InformationState, State, YesNo
from referrals.workflow.case import Case
from referrals.workflow.inputs import Reasoned
from referrals.workflow.rules import answers, rule, two_sign

if TYPE_CHECKING:
    from referrals.models import DuplicateCandidate, Holder

#: States in which a file takes in another filing about the same child (T12).
TAKING = (State.TRIAGE, State.QUALIFIED, State.IN_ASSESSMENT)
UNKNOWN_FILE: Final = _("Ce dossier n'existe pas ou ne vous est pas ouvert.")


def confirmed_same(pairs: "type[DuplicateCandidate]", referral: UUID) -> set[UUID]:
    """Return the files that a person confirmed to be about the same child as this one, whichever of the two says so."""
    return {pk for pair in _same(pairs).rows(file=referral) for pk in pair} - {referral}


@cache
def _same(pairs: "type[DuplicateCandidate]") -> CompiledQuery[tuple[UUID, UUID]]:
    file = Given("file", UUIDField())
    confirmed = {"state": DuplicateState.CONFIRMED, "kind": LinkKind.SAME}
    return CompiledQuery(
        lambda: pairs.objects.filter(Q(referral=file) | Q(other=file), **confirmed).values_list(
            "referral_id", "other_id"
        )
    )


@rule(UNKNOWN_FILE, fact_class="B")
def other_is_known(case: Case, step_input: Confirming | Suggestion | None) -> bool:
    """The other file is one of the same authority that the person sees, and another one than this."""
    other = case.other(getattr(step_input, "other", None) or case.part.other_id)
    if other is None or other.pk == case.referral.pk or other.authority_id != case.referral.authority_id:
        return False
    return bool(other.state != State.DRAFT)


@rule(_("Ces deux dossiers sont déjà rapprochés."), fact_class="B")
def pair_is_new(case: Case, step_input: Suggestion | None) -> bool:
    """Two files are compared once at a time."""
    if step_input is None:
        return True
    table: Any = case.referral.duplicates.model
    pair = Q(referral=case.referral, other=step_input.other) | Q(
        referral=step_input.other, other=case.referral
    )
    return not table.objects.filter(pair).exclude(state=DuplicateState.REJECTED).exists()


@rule(
    _("Une personne doit d'abord confirmer que les deux dossiers concernent le même enfant."), fact_class="B"
)
def same_child_is_confirmed(case: Case, step_input: Attaching | None) -> bool:
    """A person has confirmed that the two files are about the same child (T12; DuplicateCandidate ``same``)."""
    confirmed = confirmed_same(case.referral.duplicates.model, case.referral.pk)
    return bool(confirmed) and (step_input is None or step_input.target in confirmed)


TARGET_TOO_FAR: Final = _(
    "Le dossier cible est trop avancé ou clos : liez les deux dossiers et poursuivez celui-ci."
)


@answers(UNKNOWN_FILE, TARGET_TOO_FAR, fact_class="B")
def target_takes_it(case: Case, step_input: Attaching | None) -> Text | None:
    """The target is still before its report; further on, the files are linked and each goes its way (T12)."""
    if step_input is None:
        return None
    target = case.other(step_input.target)
    if target is None or target.authority_id != case.referral.authority_id:
        return UNKNOWN_FILE
    return None if target.state in TAKING else TARGET_TOO_FAR


TARGET_NOT_RESTRICTED: Final = _("Le dossier est restreint : restreignez d'abord le dossier cible.")
TARGET_NAMES_OTHERS: Final = _(
    "La liste du dossier cible nomme d'autres personnes que celle de la transmission."
)


@answers(TARGET_NOT_RESTRICTED, TARGET_NAMES_OTHERS, fact_class="A")
def restriction_is_kept(case: Case, step_input: Attaching | None) -> Text | None:
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
        return TARGET_NOT_RESTRICTED
    if Case(target, actor=case.actor, at=case.at).on_list() - case.on_list():
        return TARGET_NAMES_OTHERS
    return None


CHILD_UNMATCHED: Final = _(
    "Chaque enfant de la transmission est rapproché d'un enfant du dossier cible, ou y est nouveau."
)
NO_CHILD_IN_COMMON: Final = _("Au moins un enfant est commun aux deux dossiers.")


@answers(CHILD_UNMATCHED, NO_CHILD_IN_COMMON, fact_class="B")
def every_child_is_matched(case: Case, step_input: Attaching | None) -> Text | None:
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
        return CHILD_UNMATCHED
    if not any(item.same_as for item in step_input.children):
        return NO_CHILD_IN_COMMON
    return None


@rule(
    _("Chaque titulaire de la transmission est rapproché d'un titulaire du dossier cible, ou y est nouveau."),
    fact_class="B",
)
def every_holder_is_matched(case: Case, step_input: Attaching | None) -> bool:
    """Each holder of the filing is said to be one of the target's, or new to it (T12)."""
    if step_input is None:
        return True
    target = case.other(step_input.target)
    if target is None:
        return True
    theirs = {holder.pk for holder in target.holders.all()}
    return _matched([(i.holder, i.same_as) for i in step_input.holders], {h.pk for h in case.holders}, theirs)


def _matched(pairs: list[tuple[UUID, UUID | None]], ours: set[UUID], theirs: set[UUID]) -> bool:
    named = [mine for mine, _ in pairs]
    same = [other for _, other in pairs if other is not None]
    return sorted(named) == sorted(ours) and len(set(same)) == len(same) and set(same) <= theirs


@rule(
    _("L'information d'un titulaire est différée dans un seul des deux dossiers : réglez d'abord ce point."),
    fact_class="B",
)
def informations_agree(case: Case, step_input: Attaching | None) -> bool:
    """What a holder may be told isn't deferred in one file and open in the other (§2.8 no. 4)."""
    if step_input is None:
        return True
    target = case.other(step_input.target)
    if target is None:
        return True
    theirs: dict[Any, Any] = {(i.holder_id, i.occasion): i.state for i in target.holder_informations.all()}
    same = {item.holder: item.same_as for item in step_input.holders if item.same_as}
    for information in case.informations:
        other = theirs.get((same.get(information.holder_id), information.occasion))
        if other is not None and (other == InformationState.DEFERRED) != (
            information.state == InformationState.DEFERRED
        ):
            return False
    return True


@two_sign(_("Situation ou urgence antérieure : une seconde signature est requise."), of_case=True)
def joining_calls_for_two(case: Case, step_input: Attaching) -> bool:
    """A status was once at least *at risk*, or urgency once U2: joining, too, needs two (2S?)."""
    return case.history_calls_for_two()


@rule(_("Ce dossier archivé n'avait pas été joint."), fact_class="A")
def is_joined(case: Case, step_input: Reasoned | None) -> bool:
    """From the archive a filing is parted again only if it went there joined (T35)."""
    return bool(case.referral.state != State.ARCHIVED or case.referral.archived_from == State.MERGED)


TARGET_WAS_JOINED: Final = _("Le dossier cible a été joint à son tour : disjoignez-le d'abord.")
TARGET_WAS_TRANSFERRED: Final = _("Le dossier cible a été transféré.")


@answers(UNKNOWN_FILE, TARGET_WAS_JOINED, TARGET_WAS_TRANSFERRED, fact_class="A")
def target_gives_back(case: Case, step_input: Reasoned | None) -> Text | None:
    """What was joined is still in the target's hands, and the person sees it (T35)."""
    if step_input is None:
        return None
    joining = case.referral.joinings.filter(undone_at=None).first()
    target = case.other(joining.target_id) if joining is not None else None
    if target is None:
        return UNKNOWN_FILE
    if State.MERGED in (target.state, target.archived_from):
        return TARGET_WAS_JOINED
    if target.state == State.TRANSFERRED:
        return TARGET_WAS_TRANSFERRED
    return None


def implicated(case: Case, holder: "Holder") -> bool:
    """Tell whether a holder counts as implicated: named so, or the form says yes and names nobody (T16)."""
    if holder.implicated == YesNo.YES:
        return True
    nobody = not any(other.implicated == YesNo.YES for other in case.holders)
    return nobody and case.referral.concern.holder_implicated == YesNo.YES
