"""Guards and checks of letters: why one isn't made, signed or sent (domain.md §4.9, §2.8 no. 4 and 17)."""

from typing import Any, Final, cast

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.letters import paper as papers
from referrals.letters.inputs import (
    LetterEditing,
    LetterPreparing,
    LetterSending,
    LetterSigning,
    answered,
    unasked,
)
from referrals.letters.registry import LetterType
from referrals.letters.sheet import Sheet, read_mark
from referrals.letters.to_children import CHILD_WAYS
from referrals.letters.writing import Withheld
from referrals.models import Letter
from referrals.vocabulary.letters import Audience, LetterWay
from referrals.vocabulary.states import ANY, LetterState, State
from referrals.workflow.rules import OF_ITS_ROW, answers, rule

#: Cases of which letters are made: one that went elsewhere or joined another file is written about there.
WRITTEN_IN: Final = frozenset({*ANY} - {State.TRANSFERRED, State.MERGED, State.ARCHIVED})
#: What one page holds in the larger type below a full letterhead, by lines of so many characters (tried as PDF).
_PAGE_LINES: Final = 24
_LINE: Final = 62


@rule(_("Ce dossier n'est pas suivi ici : aucun courrier n'y est établi."), fact_class=OF_ITS_ROW)
def case_is_followed_here(sheet: Sheet, step_input: object) -> bool:
    """Letters are made in a case that is followed here, or was closed here (§4.9)."""
    return written_in(sheet.type, str(sheet.referral.state))


def written_in(kind: LetterType, state: str) -> bool:
    """Tell whether letters of a kind are made in a state; who filed is answered of a joined filing too (C5 runs on)."""
    return state in WRITTEN_IN or (kind.audience is Audience.FILER and state == State.MERGED)


NOT_DUE: Final = _(
    "Ce courrier n'est pas à faire : l'étape qui le demande n'a pas eu lieu, ou le destinataire n'est pas celui-là."
)


@rule(NOT_DUE, fact_class=OF_ITS_ROW)
def letter_is_due(sheet: Sheet, step_input: LetterPreparing | None) -> bool:
    """A letter is made when its step was done, for whom §4.9 says, and for nobody else (§2.8 no. 17)."""
    return any(one.key(sheet.type.kind) == sheet.row.occasion for one in sheet.offered)


@rule(_("Ce courrier est déjà en préparation, ou déjà envoyé."), fact_class=OF_ITS_ROW)
def not_made_already(sheet: Sheet, step_input: LetterPreparing | None) -> bool:
    """One letter of an occasion is under way at a time; one that was sent isn't made again, invitations excepted."""
    rows = Letter.objects.filter(referral=sheet.referral, occasion=sheet.row.occasion)
    over = [LetterState.DISCARDED, *([LetterState.SENT] if sheet.type.repeated else [])]
    return not rows.exclude(state__in=over).exists()


@rule(
    _("L'information de ce titulaire est différée, ou il est impliqué : aucun courrier ne lui est adressé."),
    fact_class=OF_ITS_ROW,
)
def holder_may_be_written_to(sheet: Sheet, step_input: object) -> bool:
    """Nothing goes to a holder who is implicated or whose information waits (§2.8 no. 4)."""
    holder = sheet.row.holder
    return holder is None or any(one.pk == holder for one in sheet.look.holders())


@rule(_("Ces précisions ne sont pas demandées pour ce courrier."), fact_class=OF_ITS_ROW)
def words_are_of_the_kind(sheet: Sheet, step_input: LetterEditing) -> bool:
    """An author answers what the kind asks, and adds where it lets; all the rest comes from the case (§4.9 ✎)."""
    if others := answered(cast("Any", step_input)).keys() - set(sheet.type.words):
        raise unasked(sorted(others))
    return True


CHANGED: Final = _("Le dossier a changé depuis que vous avez lu ce courrier : relisez-le avant de le signer.")
INCOMPLETE: Final = _("Il manque à ce courrier ce que son auteur doit préciser.")
TOLD_LATER: Final = _(
    "L'étape dit que ce titulaire sera informé plus tard : aucun courrier ne lui est adressé."
)
GONE: Final = _("Ce dont parle ce courrier n'est plus au dossier.")
TOO_LONG: Final = _("Une lettre à l'enfant tient sur une page : raccourcissez ce que vous avez ajouté.")


@answers(CHANGED, INCOMPLETE, TOLD_LATER, GONE, TOO_LONG, fact_class=OF_ITS_ROW)
def draft_is_as_read(sheet: Sheet, step_input: LetterSigning | None) -> Text | None:
    """What is signed is what was read, complete, and on one page where a child reads it (§4.9)."""
    if step_input is None:
        return None
    try:
        with sheet.disclosed() as scope:
            by, role = sheet.signature()
            draft = sheet.draft(scope, signed_by=by, signed_as=role)
            words = sheet.words(scope)
    except Withheld:
        return TOLD_LATER
    except LookupError:
        return GONE
    if any(not words.get(name) for name in sheet.type.needs):
        return INCOMPLETE
    if read_mark(draft) != step_input.draft:
        return CHANGED
    if draft.paper.large and lines_of(draft.paper) > _PAGE_LINES:
        return TOO_LONG
    sheet.page = papers.html(draft.paper)
    return None


def lines_of(paper: papers.Paper) -> int:
    """Return about how many printed lines a letter takes below its head."""
    paragraphs = [paper.title, paper.greeting]
    for section in paper.sections:
        # A heading takes two: it stands apart.
        paragraphs += [section.heading, section.heading, *section.paragraphs, *section.points]
        paragraphs += [f"{name} {value}" for name, value in section.facts]
    return sum(1 + len(one) // _LINE for one in paragraphs if one)


OTHER_WAY: Final = _(
    "Ce courrier ne part pas par cette voie : choisissez une voie sûre pour ce destinataire."
)
OTHER_DAY: Final = _("Le jour d'envoi se situe entre la signature et aujourd'hui.")


@answers(OTHER_WAY, OTHER_DAY, fact_class=OF_ITS_ROW)
def way_is_safe(sheet: Sheet, step_input: LetterSending | None) -> Text | None:
    """A letter goes by a way that is safe for whom it is for, on a day between its signature and today (§4.9)."""
    if step_input is None:
        return None
    if step_input.way not in ways_of(sheet.type, sheet.row):
        return OTHER_WAY
    signed = sheet.look.day(sheet.row.signed_at)
    return None if signed is not None and signed <= step_input.on <= sheet.today else OTHER_DAY


def ways_of(kind: LetterType, row: Letter) -> tuple[LetterWay, ...]:
    """Return the ways by which a letter may go; to a child from hand to hand alone, an invitation too."""
    to_child = kind.audience is Audience.HOLDER and row.holder is None
    return CHILD_WAYS if to_child else kind.ways
