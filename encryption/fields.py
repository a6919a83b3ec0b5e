"""Model field of a sensitive value: a binary column whose attribute is a ``Sealed``, or None."""

import re
from typing import TYPE_CHECKING, Any, Final, override
from uuid import UUID

from django.apps import apps
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from encryption.sealed import SHOWN, Sealed
from encryption.values import KINDS

if TYPE_CHECKING:
    _Binary = models.BinaryField[Sealed | None, Sealed | None]
else:
    _Binary = models.BinaryField

SECURITY_CLASSES: Final = ("P3", "P4")  # security.md §2: what is sealed
KEYS: Final = ("case", "filer")
#: Under which name a row keeps what its sealed columns held when they were read, of those that were set since.
BEFORE: Final = "_sealed_before"
_LABEL: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class SealedAttribute(DeferredAttribute):
    """The attribute on the model: takes a ``Sealed`` or None, gives it back bound to the row.

    What was read is kept beside what is set, for a row whose cells are signed (``encryption/cells.py``).
    """

    field: "SealedField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        """Return the value, knowing its row and, where the model names it, its owner."""
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname, self)
        if value is self:  # deferred: Django loads it
            value = super().__get__(instance, cls)
        # ``from_db_value`` doesn't know the row. Only here do column and row come together, without which nothing
        # opens.
        if value is None or value.row is not None:
            return value
        bound = instance.__dict__[self.field.attname] = value.bound(*self.field.binding(instance))
        return bound

    def __set__(self, instance: models.Model, value: Sealed | None) -> None:
        """Accept what was sealed for this column, and nothing else.

        Raises:
            TypeError: plaintext, or any other thing that isn't sealed.
            ValueError: sealed for another column.
        """
        self.field.require_sealed(value)
        attributes, name = instance.__dict__, self.field.attname
        # The first value counts: a second assignment before the save must not replace what was read.
        if name in attributes and not instance._state.adding:
            attributes.setdefault(BEFORE, {}).setdefault(name, attributes[name])
        attributes[name] = value


class SealedField(_Binary):
    """A column that holds ciphertext only (SEC-CR1).

    ``label`` is frozen: it is authenticated with every value, and a rename of model or field keeps it.
    ``access_class`` (A to M, domain.md §1.3) says who may read, ``security_class`` how it is guarded,
    ``key`` which of the referral's two data keys seals it, ``kind`` which JSON value is inside.
    ``max_length`` counts characters. ``indexed`` says that a keyed index value stands beside it.
    A model may name in ``sealed_owner`` the attribute that holds the owner of its keys (the referral's
    id); then a row that was moved to another referral opens no more.
    """

    description = "Sealed value"
    empty_strings_allowed = False
    descriptor_class = SealedAttribute
    # What the database doesn't know: a change of these makes a migration, but no statement.
    non_db_attrs = (
        *models.BinaryField.non_db_attrs,
        "label",
        "access_class",
        "kind",
        "security_class",
        "key",
        "indexed",
        "max_length",
    )

    def __init__(
        self,
        *,
        label: str,
        access_class: str,
        kind: str = "text",
        security_class: str = "P3",
        key: str = "case",
        indexed: bool = False,
        max_length: int = 2000,
        **kwargs: Any,
    ) -> None:
        if not _LABEL.fullmatch(label):
            raise ValueError("A label reads 'part.field', in lower case.")
        if kind not in KINDS or key not in KEYS or security_class not in SECURITY_CLASSES:
            raise ValueError(f"{label}: unknown kind, key or security class.")
        super().__init__(**kwargs)
        self.label = label
        self.access_class = access_class
        self.kind = kind
        self.security_class = security_class
        self.key = key
        self.indexed = indexed
        self.max_length: int = max_length
        #: What sealing a value needs, in one piece: Python finds an attribute of a model's field slowly.
        self.sealing = (label, key, kind, max_length)

    @override
    def deconstruct(self) -> Any:
        """Return what a migration writes: all that isn't a default, the label always."""
        name, path, args, kwargs = super().deconstruct()
        kwargs |= {"label": self.label, "access_class": self.access_class, "max_length": self.max_length}
        defaults = {
            "kind": "text",
            "security_class": "P3",
            "key": "case",
            "indexed": False,
            "max_length": 2000,
        }
        kwargs |= {option: getattr(self, option) for option in defaults}
        return (
            name,
            path,
            args,
            {
                option: value
                for option, value in kwargs.items()
                if option not in defaults or value != defaults[option]
            },
        )

    @override
    def check(self, **kwargs: object) -> list[checks.CheckMessage]:
        """Check also that rows have a UUID to be bound to."""
        key: Any = self.model._meta.pk
        while key.remote_field is not None:  # a primary key that is the key of another table
            key = key.target_field
        if isinstance(key, models.UUIDField):
            return super().check(**kwargs)
        return [
            *super().check(**kwargs),
            checks.Error("A model with sealed fields needs a UUID key.", obj=self, id="encryption.E002"),
        ]

    # --- sealing

    def require_sealed(self, value: object) -> None:
        """Refuse all but None and what was sealed for this column.

        Raises:
            TypeError: it isn't sealed.
            ValueError: it is, under another label.
        """
        if value is None:
            return
        # Exact type: a subclass could bring plaintext, or an ``open`` of its own.
        if type(value) is not Sealed:
            raise TypeError(f"{self.label} takes a sealed value or None.")
        if value.label != self.label:
            raise ValueError(f"{self.label} takes no value of another column.")

    def binding(self, instance: models.Model) -> tuple[UUID, UUID | None]:
        """Return the row that values of ``instance`` are bound to, and the owner where the model names it."""
        owner = getattr(instance, "sealed_owner", None)
        return instance.pk, getattr(instance, owner) if owner else None

    # --- what Django asks of a field

    def from_db_value(self, value: Any, _expression: object, _connection: object) -> Sealed | None:
        """Wrap what the database returns, in every way of asking: rows, ``values()``, raw, aggregates."""
        return None if value is None else Sealed(self.label, bytes(value))

    @override
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return the value to save, if it was sealed for this very row.

        Raises:
            ValueError: it was sealed for another row, and would be unreadable in this one.
        """
        value = super().pre_save(model_instance, add)
        # Refused at writing: the value would be authenticated against this row and never open again.
        if value is not None and value.row != model_instance.pk:
            raise ValueError(f"{self.label} takes no value of another row.")
        return value

    @override
    def get_prep_value(self, value: Any) -> Any:
        """Return the ciphertext.

        Raises:
            TypeError: not a sealed value (nor an expression, which Django resolves by itself).
        """
        if hasattr(value, "resolve_expression"):
            return value
        self.require_sealed(value)
        return None if value is None else value.ciphertext

    @override
    def get_db_prep_value(self, value: object, connection: Any, prepared: bool = False) -> Any:
        """Return the ciphertext as the driver wants it."""
        if not prepared:
            value = self.get_prep_value(value)
        return value if value is None else connection.Database.Binary(value)

    @override
    def get_lookup(self, lookup_name: str) -> Any:
        """Allow ``isnull`` alone: nothing else can be asked of a ciphertext."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    @override
    def to_python(self, value: object) -> Sealed | None:
        """Return a sealed value as it is; text of a form or fixture never becomes one."""
        if value is None or isinstance(value, Sealed):
            return value
        # A form that names a sealed column by mistake fails here. Sealing silently would need a key that nobody chose.
        raise ValidationError("Valeur non scellée refusée.", code="not-sealed")

    @override
    def value_to_string(self, obj: models.Model) -> str:
        """Return ``[sealed]``: fixtures and DRF's model serializers ask here.

        The ciphertext would serve nobody in a fixture, whose keys live in another database, and a copy of it
        outside the two databases would be one that shredding doesn't reach.
        """
        return SHOWN


def sealed_fields() -> list[SealedField]:
    """Return every sealed field of the project, in the order of the apps."""
    return [
        field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedField)
    ]


def check_labels(**_kwargs: object) -> list[checks.CheckMessage]:
    """Check that no two columns share a label: their ciphertexts could be exchanged."""
    seen: dict[str, SealedField] = {}
    errors: list[checks.CheckMessage] = []
    for field in sealed_fields():
        if field.label in seen:
            errors.append(checks.Error(f"The label {field.label} is taken.", obj=field, id="encryption.E001"))
        seen[field.label] = field
    return errors
