"""Plaintext twins of the tables of a case, made from them: the same columns, indexes and order, in ``bench_*``."""

from typing import Any

from django.db import models

from accounts import models as accounts
from audit.models import _EntryColumns
from encryption.authentic import MacField
from encryption.fields import SealedField
from referrals import models as service

PLAIN: dict[str, Any] = {
    "date": models.DateField,
    "int": models.IntegerField,
    "bool": models.BooleanField,
    "json": models.JSONField,
}


def _field(field: Any) -> Any:
    """Return the plain twin of a field; links within a case lead to the twins."""
    if isinstance(field, SealedField):
        return PLAIN.get(field.kind, models.TextField)(null=True, blank=True)
    if field.remote_field is not None:
        target = field.remote_field.model
        if target.__module__.startswith("referrals."):
            own = field.remote_field.related_name or "+"
            return type(field)(f"bench.{target.__name__}", models.PROTECT, null=field.null, related_name=own)
        return type(field)(target, models.PROTECT, null=field.null, related_name="+")
    if field.name == "state":
        return models.CharField(max_length=field.max_length, default=field.default)
    return field.clone()


def _twin(model: Any) -> Any:
    """Return the twin of a model."""
    name = model.__name__
    indexes = [
        models.Index(fields=list(index.fields), name=f"bench_{index.name}"[:30], condition=index.condition)
        for index in model._meta.indexes
    ]
    unique = [
        models.UniqueConstraint(
            fields=list(one.fields), name=f"bench_{one.name}"[:30], condition=one.condition
        )
        for one in model._meta.constraints
        if isinstance(one, models.UniqueConstraint)
    ]
    meta = type(
        "Meta",
        (),
        {
            "app_label": "bench",
            "db_table": f"bench_{name.lower()}",
            "ordering": list(model._meta.ordering),
            "indexes": indexes,
            "constraints": unique,
        },
    )
    # What stands in plain bears no HMAC either.
    own = (field for field in model._meta.concrete_fields if not isinstance(field, MacField))
    fields = {field.name: _field(field) for field in own}
    told = {"__module__": __name__, "__doc__": f"The plain twin of {name}.", "Meta": meta}
    return type(name, (models.Model,), {**fields, **told})


Referral = _twin(service.Referral)
Concern = _twin(service.Concern)
Child = _twin(service.Child)
Holder = _twin(service.Holder)
Fact = _twin(service.Fact)
Sign = _twin(service.Sign)
HealthSign = _twin(service.HealthSign)
ThirdParty = _twin(service.ThirdParty)
DigitalTrace = _twin(service.DigitalTrace)
Clock = _twin(service.Clock)
StepRecord = _twin(service.StepRecord)
Replay = _twin(accounts.Replay)

PARTS = {
    "children": Child,
    "holders": Holder,
    "facts": Fact,
    "signs": Sign,
    "health_signs": HealthSign,
    "third_parties": ThirdParty,
    "digital_traces": DigitalTrace,
}


class PlainEntry(_EntryColumns):
    """A row with the columns and indexes of a journal entry, written by nobody but the bench."""

    class Meta:
        app_label = "bench"
        db_table = "bench_entry"
        constraints = [
            models.UniqueConstraint(fields=["writer", "writer_seq"], name="bench_entry_writer_seq"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="bench_entry_tenant_at"),
            models.Index(fields=["subject", "-at"], name="bench_entry_subject_at"),
            models.Index(fields=["actor", "-at", "-id"], name="bench_entry_actor_at"),
        ]
