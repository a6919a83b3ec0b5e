"""Twins of the tables of a case, made from their models: the same columns, indexes and order, in tables of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from accounts import models as accounts
from encryption.authentic import MacField
from encryption.fields import SealedField
from referrals import models as service


@dataclass(frozen=True)
class Twins:
    """Makes the twins of one baseline: ``sealed`` says what stands for a sealed column, ``short`` begins names."""

    label: str
    module: str
    short: str
    sealed: Callable[[SealedField], "models.Field[Any, Any]"]

    def all(self) -> dict[str, Any]:
        """Return the twin of each table that the endpoints read or write, by the name of its model."""
        tables = (
            service.Referral,
            service.Concern,
            *service.PARTS.values(),
            service.Clock,
            service.StepRecord,
        )
        return {model.__name__: self._twin(model) for model in (*tables, accounts.Replay)}

    def _field(self, field: Any) -> Any:
        """Return the twin of a field; links within a case lead to the twins."""
        if isinstance(field, SealedField):
            return self.sealed(field)
        if field.remote_field is not None:
            target = field.remote_field.model
            if target.__module__.startswith("referrals."):
                own = field.remote_field.related_name or "+"
                place = f"{self.label}.{target.__name__}"
                return type(field)(place, models.PROTECT, null=field.null, related_name=own)
            return type(field)(target, models.PROTECT, null=field.null, related_name="+")
        if field.name == "state":
            return models.CharField(max_length=field.max_length, default=field.default)
        return field.clone()

    def _twin(self, model: Any) -> Any:
        name = model.__name__
        indexes = [
            models.Index(fields=list(index.fields), name=self._named(index), condition=index.condition)
            for index in model._meta.indexes
        ]
        unique = [
            models.UniqueConstraint(fields=list(one.fields), name=self._named(one), condition=one.condition)
            for one in model._meta.constraints
            if isinstance(one, models.UniqueConstraint)
        ]
        options = {
            "app_label": self.label,
            "db_table": f"{self.label}_{name.lower()}",
            "ordering": list(model._meta.ordering),
            "indexes": indexes,
            "constraints": unique,
        }
        # What stands in a baseline bears no HMAC either.
        own = (field for field in model._meta.concrete_fields if not isinstance(field, MacField))
        fields = {field.name: self._field(field) for field in own}
        body = {
            "__module__": self.module,
            "__doc__": f"The twin of {name}.",
            "Meta": type("Meta", (), options),
        }
        return type(name, (models.Model,), {**fields, **body})

    def _named(self, one: Any) -> str:
        return f"{self.short}_{one.name}"[:30]
