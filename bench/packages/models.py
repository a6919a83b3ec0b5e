"""The tables of a case with Fernet in place of sealed columns, in ``bench_packages_*``, and guardian's rights on them.

Fernet is that of ``cryptography``, in a field of a few lines: the maintained package for such fields
(django-fernet-encrypted-fields) keeps neither False nor 0 nor an empty text, so that answers would differ.
"""

import base64
import json
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import models
from guardian.models import UserObjectPermissionBase

from bench.twins import Twins
from encryption.fields import SealedField
from referrals import models as service

LABEL = "bench_packages"
VIEW = "view_referral"


@cache
def fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sha256(settings.SECRET_KEY.encode()).digest()))


class FernetField(models.TextField):
    """A value as a Fernet token: a text as it is, another value as JSON, a day in ISO's form."""

    def __init__(self, *args: Any, kind: str = "text", **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind = kind

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        text = json.dumps(value) if self.kind in ("int", "bool", "json") else str(value)
        return fernet().encrypt(text.encode()).decode()

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        if value is None:
            return None
        text = fernet().decrypt(value.encode()).decode()
        if self.kind == "date":
            return date.fromisoformat(text)
        return json.loads(text) if self.kind in ("int", "bool", "json") else text


def _encrypted(field: SealedField) -> Any:
    return FernetField(null=True, blank=True, kind=field.kind)


TABLES = Twins(LABEL, __name__, "bpk", _encrypted).all()
Referral = TABLES["Referral"]
PARTS = {name: TABLES[model.__name__] for name, model in service.PARTS.items()}


class Right(UserObjectPermissionBase):
    """The right of one person on one case, with a key to it: guardian's faster way (its generic rows have none)."""

    content_object = models.ForeignKey(Referral, models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        app_label = LABEL
        db_table = "bench_packages_right"
