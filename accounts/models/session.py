"""Sessions of people, stored as keyed hashes and in coarse words: a backup reveals nothing else."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.module_loading import import_string

from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from encryption.hidden import HiddenInstantField
from encryption.row_writes import Audited


class Session(Authentic, AbstractBaseSession):
    """One session: when it was opened and last used, by whom (a keyed value) and in what kind of browser.

    ``session_key`` is the hash of the cookie's, and ``session_data`` opens with the cookie alone. ``id`` is by what its
    owner names it; it opens nothing. ``rights`` is a keyed value of the positions in force when it was opened: with
    others it ends (SEC-AU5). ``used_at`` is hidden: it may be the instant of a filing (SEC-CR20). A session in which
    nobody has signed in has none of the three.
    """

    DATA_CLASSES: ClassVar = by_class(
        P1="expire_date id person rights opened_at used_at browser mac",
        P2="session_key session_data",
    )

    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.BinaryField(max_length=32, null=True)
    rights = models.BinaryField(max_length=32, null=True)
    opened_at = models.DateTimeField(null=True)
    used_at = HiddenInstantField(null=True, purpose="session.used")
    browser = models.CharField(max_length=16, blank=True, default="")
    # Its uses are too many to be told, and an earlier one ends sooner.
    mac = MacField("id", "expire_date", "person", "rights", "opened_at", "used_at", audited=Audited.ENDS)

    objects = AuthenticQuerySet.as_manager()  # type: ignore[assignment, misc]  # Django's wouldn't check

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        indexes = [models.Index(fields=["person"], name="session_by_person")]

    def __str__(self) -> str:
        """Return the id: the hash of a key has no place in a log."""
        return str(self.id)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store
