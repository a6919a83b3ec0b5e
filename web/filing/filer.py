"""What the account says of whoever files, so that nobody types it again: it stands in a draft from its start."""

from datetime import datetime
from typing import Final

from rest_framework.exceptions import ValidationError

from accounts.access import own_account, own_positions, own_profession
from accounts.actor import Actor
from accounts.models import AuthorityTerritory
from accounts.models.organisation import OrganisationKind
from accounts.roles import Role
from referrals.filing.form import ConcernForm
from referrals.vocabulary.filing_answers import FeedbackChannel, FilerProfession, OrganisationType
from web.filing.draft import Said

#: What the form calls an institution, by what the list of institutions calls it.
TYPES: Final = {
    OrganisationKind.SCHOOL: OrganisationType.SCHOOL,
    OrganisationKind.HOSPITAL: OrganisationType.HEALTH,
    OrganisationKind.PRACTICE: OrganisationType.HEALTH,
    OrganisationKind.SOCIAL_SERVICE: OrganisationType.SOCIAL,
    OrganisationKind.RESIDENTIAL: OrganisationType.SOCIAL,
    OrganisationKind.ASSOCIATION: OrganisationType.ASSOCIATION,
    OrganisationKind.YOUTH_JUSTICE: OrganisationType.JUSTICE_POLICE,
    OrganisationKind.POLICE: OrganisationType.JUSTICE_POLICE,
    OrganisationKind.HELPLINE: OrganisationType.HELPLINE,
}


#: What the account may say of whoever files.
KNOWN: Final = (
    "filer_name",
    "filer_email",
    "filer_phone",
    "filer_profession",
    "filer_org",
    "filer_org_type",
)


def presumed(actor: Actor, form: Said) -> Said:
    """Return what the account says of the filer, while the draft says nothing, and that answers come to the account.

    The page « Vous et les suites » and the last page before filing show it, to be changed.
    """
    if not actor.holding([Role.FILER]) or any(form.get(name) for name in KNOWN):
        return {}
    user, profession = own_account(actor), own_profession(actor)
    memberships = [position.membership_id for position in actor.holding([Role.FILER])]
    places = [row.organisation for row in own_positions(actor) if row.pk in memberships and row.organisation]
    only = places[0] if len(places) == 1 else None  # from which of several one files, only they know
    values = (
        user.full_name,
        user.email,
        user.phone,
        # The codes of accounts are those of the form (domain.md §1.2).
        profession if profession in FilerProfession.values else "",
        only.name if only else "",
        str(TYPES.get(OrganisationKind(only.kind), OrganisationType.OTHER)) if only else "",
    )
    known = {name: value for name, value in zip(KNOWN, values, strict=True) if value}
    return _fitting(known | {"feedback_channel": str(FeedbackChannel.PLATFORM)})


def _fitting(known: Said) -> Said:
    """Return what fits the form: an account that says more than a field takes mustn't keep anybody from filing."""
    try:
        ConcernForm.read(known)
    except ValidationError as fault:
        wrong = set(fault.detail) if isinstance(fault.detail, dict) else set(known)
        return {name: value for name, value in known.items() if name not in wrong}
    return known


def filing_departments(actor: Actor, *, at: datetime) -> list[str]:
    """Return the départements of the authorities where somebody files, whose communes a browser may propose."""
    rows = AuthorityTerritory.objects.in_force(at.date()).filter(authority__in=actor.authority_ids)
    return sorted({row.department_code for row in rows if row.department_code})
