"""Request for an account or a role, until a territory administrator decides."""

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.authority import Authority
from accounts.models.membership import Membership
from accounts.models.organisation import Organisation
from accounts.models.user import Language, User
from accounts.roles import BY_TWO, ON_REQUEST, Role
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField


class Profession(models.TextChoices):
    """What somebody works as: the professionals among those who file, in the same codes and words (domain.md §1.2)."""

    TEACHER = "teacher", _("Enseignement")
    SCHOOL_HEAD = "school_head", _("Direction d'école ou d'établissement")
    SCHOOL_LIFE = "school_life", _("CPE, AED, vie scolaire")
    SCHOOL_SOCIAL_WORKER = "school_social_worker", _("Service social scolaire")
    SCHOOL_NURSE_DOCTOR = "school_nurse_doctor", _("Santé scolaire")
    SPECIALISED_EDUCATOR = "specialised_educator", _("Éducation spécialisée")
    STREET_OUTREACH = "street_outreach", _("Prévention spécialisée")
    RESIDENTIAL_STAFF = "residential_staff", _("Personnel de MECS ou de foyer")
    DEPT_SOCIAL_WORKER = "dept_social_worker", _("Service social du département, PMI")
    PHYSICIAN = "physician", _("Médecin")
    HOSPITAL_STAFF = "hospital_staff", _("Personnel hospitalier")
    MIDWIFE_SEXUAL_HEALTH = "midwife_sexual_health", _("Sage-femme, santé sexuelle")
    PSYCHOLOGIST = "psychologist", _("Psychologue")
    PJJ_STAFF = "pjj_staff", _("Personnel de la PJJ")
    POLICE_GENDARMERIE = "police_gendarmerie", pgettext_lazy("filer profession", "Police, gendarmerie")
    ASSOCIATION_SPECIALISED = "association_specialised", _("Association spécialisée")
    ANIMAL_PROTECTION = "animal_protection", _("Association de protection animale")
    YOUTH_WORKER = "youth_worker", _("Animation, mission locale, sport, loisirs")
    TRANSPORT_HOTEL = "transport_hotel", _("Hôtellerie, transport, plateforme")
    ELECTED_OFFICIAL = "elected_official", _("Élu local")
    OTHER_PRO = "other_pro", _("Autre profession")


class Refused(models.TextChoices):
    """Why a request came to nothing; the mail doesn't say it."""

    ELSEWHERE = "elsewhere", _("La structure ne relève pas de ce territoire")
    NOT_PROFESSIONAL = "not_professional", _("L'adresse ou la fonction n'est pas professionnelle")
    UNKNOWN_THERE = "unknown_there", _("La structure ne connaît pas cette personne")
    NOT_REACHED = "not_reached", _("La personne n'a pas pu être jointe")
    HAS_ALREADY = "has_already", _("La personne a déjà un compte ou ce rôle")
    OTHER = "other", _("Autre raison")
    LAPSED = "lapsed", _("Sans réponse dans le délai")


#: Those that a person may give; the last is the service's.
REASONS: Final = tuple(reason for reason in Refused if reason is not Refused.LAPSED)
#: The roles for which one may ask, with their labels.
ASKABLE: Final = [(role.value, role.label) for role in Role if role in ON_REQUEST]


class AccountRequest(Authentic):
    """One request: for an account, by a stranger or by the lead of an institution for a colleague; or for a role.

    A request for a role is by an account (``user``). One for an account says name and address instead, and counts for
    nothing until that address is confirmed by the link whose keyed secret is ``kept``; once accepted it names the
    account that was made, and no address any more. ``organisation`` is an institution of the list; what was said is
    ``organisation_name`` and ``number`` (of ``register``). No text has room for more than a name. The database checks:
    one of both kinds; few roles; what is decided was confirmed, and has its outcome, a refusal its reason, what was
    accepted its membership, which comes later where a second person confirms the role too; whoever decides isn't
    whoever asked; one open request an address, and one an account and authority.
    """

    DATA_CLASSES: ClassVar = by_class(
        P0="authority",
        P1=(
            "id language role organisation register number asked_at confirmed_at decided_at accepted "
            "reason membership mac"
        ),
        P2="user asked_by email full_name profession organisation_name kept decided_by",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    email = models.EmailField(max_length=254, blank=True, default="")
    full_name = models.CharField(max_length=80, blank=True, default="")
    language = models.CharField(max_length=2, choices=Language, default=Language.FRENCH)
    profession = models.CharField(max_length=24, choices=Profession, blank=True, default="")
    role = models.CharField(max_length=20, choices=ASKABLE, default=Role.FILER)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    organisation_name = models.CharField(max_length=120, blank=True, default="")
    register = models.CharField(max_length=6, blank=True, default="")
    number = models.CharField(max_length=14, blank=True, default="")
    asked_at = models.DateTimeField()
    kept = models.BinaryField(max_length=32, null=True, unique=True)
    confirmed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    accepted = models.BooleanField(null=True)
    reason = models.CharField(max_length=20, choices=Refused, blank=True, default="")
    membership = models.OneToOneField(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    mac = MacField(
        "user",
        "asked_by",
        "email",
        "full_name",
        "role",
        "authority",
        "organisation",
        "organisation_name",
        "register",
        "number",
        "asked_at",
        "kept",
        "confirmed_at",
        "decided_at",
        "decided_by",
        "accepted",
        "membership",
        # That one was made isn't told: strangers could fill the journal.
        audited=("decided_at", "accepted"),
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(ON_REQUEST)), name="account_request_of_few_roles"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, email="", full_name="")
                | (Q(user=None) & ~Q(email="") & ~Q(full_name="")),
                name="account_request_of_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(register="", number="")
                | (Q(register__in=["siret", "uai", "finess"]) & ~Q(number="")),
                name="account_request_number_of_a_register",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, accepted=None, reason="", membership=None)
                | Q(
                    decided_at__isnull=False,
                    confirmed_at__isnull=False,
                    accepted=False,
                    membership=None,
                    reason__in=Refused.values,
                )
                | Q(
                    decided_at__isnull=False,
                    confirmed_at__isnull=False,
                    accepted=True,
                    reason="",
                    user__isnull=False,
                    decided_by__isnull=False,
                )
                & (Q(membership__isnull=False) | Q(role__in=sorted(ON_REQUEST & BY_TWO))),
                name="account_request_decided_in_full",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (
                    (Q(user=None) | ~Q(user=models.F("decided_by")))
                    & (Q(asked_by=None) | ~Q(asked_by=models.F("decided_by")))
                ),
                name="account_request_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(user=None, decided_at=None, confirmed_at__isnull=False),
                name="account_request_one_an_address",
            ),
            models.UniqueConstraint(
                fields=["user", "authority"],
                condition=Q(user__isnull=False, decided_at=None),
                name="account_request_one_an_account",
            ),
        ]
        indexes = [models.Index(fields=["authority", "confirmed_at", "id"], name="account_request_waiting")]

    def __str__(self) -> str:
        return str(self.pk)
