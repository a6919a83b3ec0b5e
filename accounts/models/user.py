"""Account of a person or a program. Its memberships give its rights; nothing here does."""

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from accounts.identifiers import normalised_email, validate_phone
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from encryption.hidden import HiddenInstantField


class Language(models.TextChoices):
    FRENCH = "fr", "Français"
    ENGLISH = "en", "English"


if TYPE_CHECKING:
    _Manager = BaseUserManager["User"]
else:
    _Manager = BaseUserManager.from_queryset(AuthenticQuerySet)


class UserManager(_Manager):
    """Make and find accounts by the normalised spelling of their address."""

    def create_user(
        self, *, email: str, full_name: str, password: str | None = None, **more: object
    ) -> "User":
        """Return a new account; without a password nobody can sign in with one.

        Raises:
            ValidationError: the address isn't one.
        """
        user = self.model(email=normalised_email(email), full_name=full_name, **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account of an address, however it is spelt."""
        return self.get(email=normalised_email(username or ""))


class User(Authentic, AbstractBaseUser):
    """Someone, or a program, who can sign in.

    ``verified_at``: when an administrator made sure who this is; without it nobody begins a concern (T01).
    The database checks: one account an address, addresses in lower case. There is no superuser and no staff:
    ``is_superuser`` is a constant that can't be set, and no group can be joined, so that the permission
    libraries that ask for both (django-guardian) find nothing. The last sign-in is in the journal.
    ``factors_version`` is another one with each change of the second factors, and ends the sessions of before;
    ``factor_failures`` counts the wrong one-time codes since the last right answer, the last at ``factor_failed_at``.
    """

    DATA_CLASSES: ClassVar = by_class(
        P1=(
            "id language is_active verified_at home_authority factors_version factor_failures "
            "factor_failed_at mac"
        ),
        P2="email password full_name phone",
    )
    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    last_login = None  # removes the column of the parent
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    full_name = models.CharField(max_length=200)
    phone = models.CharField(max_length=16, blank=True, default="", validators=[validate_phone])
    language = models.CharField(max_length=2, choices=Language, default=Language.FRENCH)
    is_active = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    home_authority = models.ForeignKey(
        "accounts.Authority", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    factors_version = models.UUIDField(default=uuid.uuid4, editable=False)
    factor_failures = models.PositiveSmallIntegerField(default=0)
    factor_failed_at = HiddenInstantField(null=True, blank=True, purpose="user.factor_failed")
    mac = MacField(
        "email", "password", "full_name", "is_active", "verified_at", "home_authority", "factors_version"
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="user_language_is_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the id: a name would end up in logs and error messages."""
        return str(self.pk)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must bring to count: it ends with the password, and with a factor (SEC-AU5).

        Django asks this for the present key of signatures and for those that it replaced.
        """
        return salted_hmac(
            "accounts.session", f"{self.password}\n{self.factors_version}", secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def is_superuser(self) -> bool:
        """Tell that nobody is above the rules; django-guardian asks."""
        return False

    @property
    def groups(self) -> models.QuerySet[Group]:
        """Return no group, at no cost: rights come from memberships and from grants on one object."""
        return Group.objects.none()
