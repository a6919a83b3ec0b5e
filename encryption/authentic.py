"""Row authentication: an HMAC on each row that gives a right; a forged row counts as absent (SEC-AZ22).

A model names the columns that its HMAC covers: ``class Membership(Authentic)`` with ``mac = MacField("user", "role",
…)``. The service's writes sign: ``save``, ``create``, ``bulk_create``, and ``update`` of a covered column. Its reads
check: a query that returns rows leaves out those that fail, and ``is_authentic`` says so of a row loaded as another
row's relation. Queries that return no row are unchecked (``values``, ``exists``, ``count``, a condition in SQL): none
of them may give a right by itself.

What was written is noted for the journal, as far as the field says (``audited``): so a row deleted by hand or put
back as it was is named (``encryption/row_writes.py``).

A later write doesn't sign a row that fails: a forged row stays forged. ``manage.py sign_rows`` signs rows from before.
The key is the index key, with a purpose for each table; that key is rewrapped and never replaced (decision 0016). See
``docs/decisions/0039-rows-that-give-rights.md``.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import batched
from typing import TYPE_CHECKING, Any, Final, Self, cast, override

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models.query import ModelIterable
from django.dispatch import Signal

from encryption import digest, index, row_writes
from encryption.row_values import FORM_OF_JSON, of_list
from encryption.row_writes import ABSENT, Audited

if TYPE_CHECKING:
    _Binary = models.BinaryField[bytes | None, bytes | None]
else:
    _Binary = models.BinaryField

_log = logging.getLogger(__name__)
#: So many rows are deleted by one statement: databases bound its values.
_AT_ONCE: Final = 500
#: Sent by a model, with ``pk``, the id of a row of it that isn't authentic (``audit/refused_rows.py``).
row_refused: Final = Signal()
#: How each database makes JSON of columns, and a text of bytes.
_SQL: Final = {"sqlite": ("json_array", "hex({})"), "postgresql": ("json_build_array", "encode({}, 'hex')")}


class MacField(_Binary):
    """The HMAC of a row, over its table, its id and the columns that count, which the field names.

    ``bar`` is that of them which takes rights away while it is true: it stands in a failed row. ``audited`` says what
    the journal is told of the rows; where it names some of the columns, changes of these alone.
    """

    counted: tuple[str, ...]

    def __init__(
        self,
        *counted: str,
        bar: str | None = None,
        audited: Audited | tuple[str, ...] = Audited.WHOLE,
        **_: Any,
    ) -> None:
        super().__init__(max_length=32, null=True, editable=False)
        self.counted, self.bar, self.audited = counted, bar, audited

    @override
    def deconstruct(self) -> Any:
        """Return what a migration writes: nothing beside the type. Which columns count is no affair of the database."""
        name, path, _, _ = super().deconstruct()
        return name, path, (), {}

    @override
    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self._purpose = f"row.{cls._meta.db_table}"
        if name == "mac":
            model: Any = cls
            model._mac_field = self  # asked for each row: Django's way is two calls
        self._converted: tuple[tuple[int, Callable[[Any], Any]], ...] | None = None

    def columns(self) -> "tuple[models.Field[Any, Any], ...]":
        """Return the fields that count, the id first."""
        meta = self.model._meta
        return (meta.pk, *(cast("models.Field[Any, Any]", meta.get_field(name)) for name in self.counted))

    def names(self) -> frozenset[str]:
        """Return the names by which the columns that count may be written."""
        return frozenset(name for field in self.columns() for name in (field.name, field.attname))

    def of(self, values: Iterable[Any]) -> bytes:
        """Return the HMAC of a row whose columns that count, the id first, hold these values, 32 bytes.

        Raises:
            KeysUnavailable: as ``index.keyed``.
        """
        return index.keyed(self._purpose, ascii(of_list(values)).encode())

    def state(self, read: "tuple[Any, ...] | None") -> bytes:
        """Return what a row is to the journal, which was read as its HMAC, its id and the columns that count.

        Raises:
            KeysUnavailable: as ``index.keyed``.
        """
        if read is None or read[0] is None:
            return ABSENT
        if isinstance(self.audited, Audited):
            return row_writes.state_of(read[0])
        columns = [read[1], *(read[2 + self.counted.index(name)] for name in self.audited)]
        return row_writes.state_of(index.keyed(f"{self._purpose}.told", ascii(of_list(columns)).encode()))

    def note(
        self, pk: object, before: "tuple[Any, ...] | None", after: "tuple[Any, ...] | None", using: str
    ) -> None:
        """Note for the journal that a row was written, by what it was and is; none stands for no row."""
        was, is_ = self.state(before), self.state(after)
        # Of some columns their changes are told alone: with which a row began isn't, nor that it is gone.
        if was == is_ or (not isinstance(self.audited, Audited) and ABSENT in (was, is_)):
            return
        row_writes.note(self.model._meta.db_table, pk, was, is_, using=using)

    def in_sql(self, connection: Any, alias: str) -> str:
        """Return two columns for a SELECT, for ``row_is_authentic``: a row's HMAC, and what it is over, of a table.

        Raises:
            TypeError: a column that counts is of bytes, or of JSON itself.
        """
        if any(isinstance(column, models.BinaryField | models.JSONField) for column in self.columns()):
            raise TypeError(f"{self.model.__name__} has columns that don't come as JSON.")
        # The database makes the text in the statement that found the row: a second query could read another state of
        # it.
        quote, (array, text) = connection.ops.quote_name, _SQL[connection.vendor]
        named = ", ".join(f"{alias}.{quote(column.column)}" for column in self.columns())
        return f"{text.format(f'{alias}.mac')}, CAST({array}({named}) AS text)"

    def row_is_authentic(self, mac: str | None, row_as_json: str) -> bool:
        """Tell whether a row is authentic of which a query gave ``in_sql``; one that isn't is told to the operator."""
        return self._is_of(mac, json.loads(row_as_json))

    def any_is_authentic(self, rows: str | None) -> bool:
        """Tell whether one of the rows is authentic that ``AuditedRows`` gave."""
        return any(self._is_of(mac, values) for mac, *values in json.loads(rows or "[]"))

    def all_are_authentic(self, rows: str | None) -> bool:
        """Tell whether all rows are authentic that ``AuditedRows`` gave."""
        return all(self._is_of(mac, values) for mac, *values in json.loads(rows or "[]"))

    def _is_of(self, mac: str | None, values: list[Any]) -> bool:
        for place, convert in self._conversions():
            if values[place] is not None:
                values[place] = convert(values[place])
        # The table's name is in the purpose, so the HMAC of a row in another table never fits (SEC-AZ22).
        if mac and digest.equal(bytes.fromhex(mac), index.keyed(self._purpose, ascii(values).encode())):
            return True
        refused(self.model, values[0])
        return False

    def _conversions(self) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
        if self._converted is None:
            columns: list[Any] = list(self.columns())
            types = [column.target_field if column.is_relation else column for column in columns]
            self._converted = tuple(
                (place, FORM_OF_JSON[column.get_internal_type()])
                for place, column in enumerate(types)
                if column.get_internal_type() in FORM_OF_JSON
            )
        return self._converted

    @override
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Sign the row that is about to be written, unless it was read and isn't authentic."""
        row = cast("Authentic", model_instance)
        # A forged row must not become good by a harmless change: what failed when it was read stays unsigned (0039).
        if add or row._state.adding or row.is_authentic:
            row._sign()
        return row.mac


def refused(model: type[models.Model], pk: object) -> None:
    """Tell the operator, and whoever listens, of a row that isn't authentic."""
    _log.error("row refused", extra={"label": model._meta.db_table, "row": str(pk)})
    row_refused.send(sender=model, pk=pk)


class CheckedRows(ModelIterable):  # type: ignore[type-arg]  # Django's isn't generic
    """The rows of a query, but for those that aren't authentic; or but for those that ``keeps`` says."""

    @classmethod
    def of[M: models.Model](cls, rows: "models.QuerySet[M]") -> "models.QuerySet[M]":
        """Let a query that nothing has asked yet check its rows by this class; return it."""
        # On the class that yields rows, not in a manager's method: whoever writes a new query can't forget it.
        rows._iterable_class = cls
        return rows

    @staticmethod
    def keeps(row: Any) -> bool:
        return bool(row.is_authentic)

    @override
    def __iter__(self) -> Iterator[Any]:
        return (row for row in super().__iter__() if self.keeps(row))


def _audited_field(model: type[models.Model], *kinds: Audited) -> MacField | None:
    """Return the HMAC of a table of which the journal is told so."""
    field = model.mac_field() if issubclass(model, Authentic) else None
    return field if field is not None and field.audited in kinds else None


def tells_of_new_rows(model: type[models.Model]) -> bool:
    """Tell whether the journal is told of each row that is added to a table: ``bulk_create`` alone adds these."""
    return _audited_field(model, Audited.WHOLE) is not None


class SignedQuerySet[M: "Signed"](models.QuerySet[M]):
    """A query by which no row is changed without being signed; its rows are all that are there, those that fail too.

    For rows that bar, and for those that aren't rights themselves: whoever reads a right off one asks it.
    """

    @override
    def update(self, **values: object) -> int:
        """Change rows as ``QuerySet.update``; where a column counts, those that are authentic, one by one.

        What a row's own ``signed`` gives is written as it is.

        Raises:
            TypeError: an expression of SQL for a column that counts: what it gives can't be signed.
        """
        model, named = self.model, frozenset(values)
        counted = model.counted_names() & named
        if not counted or named & {field.name for field in model.mac_fields()}:
            return super().update(**values)
        if any(hasattr(values[name], "resolve_expression") for name in counted):
            raise TypeError("What the database makes of an expression can't be signed.")
        with transaction.atomic(using=self.db):
            # Read under a lock: the HMAC covers columns that this call doesn't change, and another write could change
            # them meanwhile.
            rows = list(self.select_for_update(of=("self",)))
            for row in rows:
                for name, value in values.items():
                    if getattr(model._meta.get_field(name), "protected", False):  # moved by its steps alone
                        del row.__dict__[name]
                    setattr(row, name, value)
                row.save(using=self.db, update_fields=[model._meta.get_field(name).name for name in named])
        return len(rows)

    cast("Any", update).alters_data = True  # Django's mark, for templates

    @override
    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> list[M]:
        """Add rows, signed.

        Raises:
            TypeError: some that are there would be changed instead: they can't be signed unread.
        """
        # The old row would be overwritten without being checked, and a forged one signed by that.
        if options.get("update_conflicts"):
            raise TypeError("Rows that are there are changed by save or update.")
        field = _audited_field(self.model, Audited.WHOLE)
        if field is None:
            return super().bulk_create(objs, *args, **options)
        if options.get("ignore_conflicts"):
            raise TypeError("Which rows are new isn't known, and the journal is told of each.")
        with transaction.atomic(using=self.db, savepoint=False):
            rows = super().bulk_create(objs, *args, **options)
            for row in rows:
                field.note(row.pk, None, cast("Any", row)._read, self.db)
        return rows

    @override
    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows; where the journal is told, those that are there now, which a query finds first."""
        field = _audited_field(self.model, Audited.WHOLE, Audited.ENDS)
        if field is None:
            return super().delete()
        count: Counter[str] = Counter()
        with transaction.atomic(using=self.db, savepoint=False):
            # Under a lock: what is told to be gone must be what was there last.
            there: Any = self.order_by().only("mac").select_for_update(of=("self",))
            there._iterable_class = ModelIterable  # those that fail go too
            for some in batched(list(there), _AT_ONCE):
                count.update(models.QuerySet.delete(self.filter(pk__in=[row.pk for row in some]))[1])
                for row in some:
                    field.note(row.pk, (row.mac,), None, self.db)
        return count.total(), dict(count)

    # Django's marks, as those of its own.
    cast("Any", delete).alters_data = True
    cast("Any", delete).queryset_only = True


class AuthenticQuerySet[M: "Authentic"](SignedQuerySet[M]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class = CheckedRows


class Signed(models.Model):
    """A row that bears HMACs, each over some of its columns: what writes these writes them too.

    Its model has a ``MacField`` for each, and a manager of a ``SignedQuerySet``.
    """

    class Meta:
        abstract = True

    @classmethod
    def mac_fields(cls) -> tuple[MacField, ...]:
        """Return the HMACs that a row bears."""
        return tuple(field for field in cls._meta.concrete_fields if isinstance(field, MacField))

    @classmethod
    def counted_names(cls) -> frozenset[str]:
        return frozenset().union(*(field.names() for field in cls.mac_fields()))

    @override
    def save_base(self, *args: Any, **options: Any) -> None:
        """Write the row; with a column that counts goes its HMAC."""
        # Callers name their columns alone. Forgetting the HMAC would lock out the row's owner, so it is added here.
        if (named := options.get("update_fields")) is not None:
            macs = (field.name for field in self.mac_fields() if not field.names().isdisjoint(named))
            options["update_fields"] = frozenset({*named, *macs})
        super().save_base(*args, **options)


class Authentic(Signed):
    """A row that counts only if the service wrote it.

    Its model declares ``mac``, a ``MacField``, and a manager of an ``AuthenticQuerySet`` or a ``SignedQuerySet``.
    """

    if TYPE_CHECKING:
        mac: Any
        _mac_field: Any

    #: Whether the row was found by a bar that it doesn't say, and that stands.
    bar_was_lifted = False

    class Meta:
        abstract = True

    @classmethod
    def mac_field(cls) -> MacField:
        """Return the field that names the columns that count."""
        field: MacField = cls._mac_field
        return field

    @classmethod
    def counted(cls) -> tuple[str, ...]:
        """Return the columns of which a row is loaded, where no more is wanted than whether it is authentic."""
        return ("mac", *(field.attname for field in cls.mac_field().columns()))

    @classmethod
    def _attributes(cls) -> tuple[str, ...]:
        attributes: tuple[str, ...] | None = cls.__dict__.get("_attributes_found")
        if attributes is None:
            attributes = cls.counted()
            cast("Any", cls)._attributes_found = attributes  # for the next row
        return attributes

    @classmethod
    @override
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a row that remembers how it was read: what its attributes become isn't what is checked."""
        # The check is made on what was read. Checking attributes later would let code sign over a forged value that it
        # had replaced.
        row = super().from_db(*args, **kwargs)
        row._remember()
        return row

    @override
    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        super().refresh_from_db(using, fields, from_queryset)
        if fields is None:
            self._remember()

    @override
    def save_base(self, *args: Any, **options: Any) -> None:
        """Write the row, and note for the journal what it was and is."""
        field, named = self.mac_field(), options.get("update_fields")
        unchanged = named is not None and field.names().isdisjoint(named)
        if unchanged or field.audited in {Audited.ENDS, Audited.NOTHING}:
            super().save_base(*args, **options)
            return
        using = options.get("using") or DEFAULT_DB_ALIAS
        before = None if self._state.adding else self.__dict__.get("_read")
        with transaction.atomic(using=using, savepoint=False):
            super().save_base(*args, **options)
            field.note(self.pk, before, self._read, using)

    @override
    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Delete the row; its id stays with the object."""
        field = _audited_field(type(self), Audited.WHOLE, Audited.ENDS)
        if field is None:
            return super().delete(using, keep_parents)
        rows: AuthenticQuerySet[Any] = AuthenticQuerySet(type(self), using=using)
        return rows.filter(pk=self.pk).delete()

    def _remember(self) -> None:
        attributes = self.__dict__
        self._found: bool | None = None
        try:
            self._read: tuple[Any, ...] | None = tuple([attributes[name] for name in self._attributes()])
        except KeyError:  # a part of the row alone
            self._read = None
        else:
            if self.mac_field().bar is not None:
                self._let_stand()

    def _let_stand(self) -> None:
        """Let the bar stand in a row that fails; where nothing but the bar was changed, all else counts as it is."""
        if self.is_authentic:
            return
        field = self.mac_field()
        place = 2 + field.counted.index(cast("str", field.bar))  # after the HMAC and the id
        read = cast("tuple[Any, ...]", self._read)
        self.bar_was_lifted = not read[place]
        # One of the two is what the service signed if nothing but the bar was changed. The bar itself then stands
        # either way.
        for was in (True, False):
            as_signed = (*read[:place], was, *read[place + 1 :])
            if self._says(as_signed):
                self._read, self._found = as_signed, True
        setattr(self, cast("str", field.bar), True)

    def _says(self, read: tuple[Any, ...]) -> bool:
        return read[0] is not None and digest.equal(bytes(read[0]), self.mac_field().of(read[1:]))

    @property
    def is_authentic(self) -> bool:
        """Tell whether the row was written by the service as it was read; one that isn't is told to the operator.

        Raises:
            TypeError: a part of the row was read, or it wasn't read at all.
            KeysUnavailable: as ``index.keyed``.
        """
        read = self.__dict__.get("_read")
        # Never True by default: a row of ``only()`` or ``defer()`` would otherwise pass without being checked.
        if read is None:
            raise TypeError(
                f"Whether a {type(self).__name__} is authentic is asked of a whole row that was read."
            )
        if self._found is None and not self._says(read):
            refused(type(self), self.pk)
            self._found = False
        elif self._found is None:
            self._found = True
        return self._found

    def signed(self, **values: object) -> dict[str, Any]:
        """Return what ``update`` is to write so that a row that was read as authentic holds these values.

        For one statement with a condition of its own; otherwise save the row.

        Raises:
            TypeError: the journal is told of these changes, and that statement tells of none.
        """
        if self.mac_field().audited not in {Audited.ENDS, Audited.NOTHING}:
            raise TypeError(f"A {type(self).__name__} is changed by save or update.")
        if not self.is_authentic:
            # NULL keeps a forged row forged: the statement changes its columns, and no HMAC may come to fit them.
            return values | {"mac": None}
        for name, value in values.items():
            setattr(self, name, value)
        self._sign()
        return values | {"mac": self.mac}

    def sign_as_it_is(self) -> None:
        """Sign a row that was read, as the operator who answers for it: what no write of the service's does."""
        self._sign()
        rows: Any = type(self)._base_manager
        with transaction.atomic():
            rows.filter(pk=self.pk).update(mac=self.mac)
            if (field := _audited_field(type(self), Audited.WHOLE)) is not None:
                field.note(self.pk, None, self._read, DEFAULT_DB_ALIAS)

    def _sign(self) -> None:
        """Put the HMAC of what the row holds now, of the types that the database would give back."""
        field, values = self.mac_field(), []
        for column in field.columns():
            value = getattr(self, column.attname)
            if hasattr(value, "resolve_expression"):
                raise TypeError("What the database makes of an expression can't be signed.")
            # Through ``to_python``: a text in place of a UUID would sign otherwise than the UUID that is read back.
            values.append(column.to_python(value))
        mac = field.of(values)
        self.mac = mac
        self._read, self._found = (mac, *values), True


def tables() -> list[type[Authentic]]:
    """Return the models whose rows give rights, in the order of the apps."""
    return [model for model in apps.get_models(include_auto_created=True) if issubclass(model, Authentic)]
