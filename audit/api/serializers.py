"""What the auditors' API takes and gives. An answer holds pseudonyms, codes and counts."""

import json
from typing import Any, Final
from zoneinfo import ZoneInfo

from rest_framework import serializers

from audit import activity, canonical, events
from audit.chains import Reason
from audit.events import Outcome
from audit.health import Health, Witnessed
from audit.models import Alarm, Checkpoint, ReadEntry, Refused
from audit.proofs import Consistency, Inclusion, coded
from audit.questions import QUESTIONS, ROWS_MAX
from core.inputs import Code, Id, Instant, Whole
from core.query import PagedQuery, Query

#: Where departments and collectivities of France lie.
ZONES: Final = (
    "Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne", "Indian/Reunion", "Indian/Mayotte",
    "America/Miquelon", "America/St_Barthelemy", "America/Marigot", "Pacific/Noumea", "Pacific/Tahiti",
    "Pacific/Wallis",
)  # fmt: skip


class EntriesQuery(PagedQuery):
    """The filters of the list of entries."""

    actor = Id(required=False, help_text="Pseudonym of the account that acted.")
    subject = Id(required=False, help_text="Pseudonym of a referral.")
    act = Code(choices=[], required=False, help_text="Code of an act, as `referral:submitted`.")
    outcome = Code(choices=[(one.value, one.value) for one in Outcome], required=False)
    since = Instant(required=False, help_text="At or after this instant.")
    until = Instant(required=False, help_text="Before this instant.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The apps above register their acts after this module is imported.
        self.fields["act"].choices = [(act, act) for act in events.registered()]  # type: ignore[attr-defined]


class QuestionQuery(PagedQuery):
    """What narrows a question asked ready-made."""

    actor = Id(required=False, help_text="Pseudonym of the account that acted.")
    subject = Id(required=False, help_text="Pseudonym of a referral.")
    since = Instant(required=False, help_text="At or after this instant.")
    until = Instant(required=False, help_text="Before this instant.")


class SubjectQuery(QuestionQuery):
    """A question about a file."""

    subject = Id(help_text="Pseudonym of a referral.")


class ActorQuery(QuestionQuery):
    """A question about a person."""

    actor = Id(help_text="Pseudonym of the account that acted.")


class TableQuery(EntriesQuery):
    """Which entries to put into a table; those that answer a question, where one is named."""

    question = Code(
        choices=[(one.name, one.fr) for one in QUESTIONS],
        required=False,
        help_text="Narrows to the entries that answer this question; what it needs must be given too.",
    )
    limit = Whole(in_query=True, required=False, min_value=1, max_value=ROWS_MAX, default=ROWS_MAX)


class EntryOut(serializers.Serializer[ReadEntry]):
    """One entry, as an auditor reads it, from its canonical bytes."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField(help_text="UTC, microseconds.")
    act = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[(one.value, one.value) for one in Outcome])
    authority = serializers.UUIDField()
    actor = serializers.UUIDField(allow_null=True, help_text="Pseudonym of the account; null: the service.")
    on_behalf_of = serializers.UUIDField(allow_null=True, help_text="Pseudonym of the account acted for.")
    role = serializers.CharField(allow_null=True)
    subjects = serializers.ListField(child=serializers.UUIDField(), help_text="Pseudonyms of referrals.")
    fields_opened = serializers.DictField(
        child=serializers.IntegerField(), help_text="Sealed labels opened, with how many values of each."
    )
    purpose = serializers.CharField(allow_null=True)
    rule = serializers.CharField(allow_null=True, help_text="Code of the rule that allowed or refused.")
    policy = serializers.CharField(allow_null=True, help_text="Version of the access rules in force.")
    from_state = serializers.CharField(allow_null=True)
    to_state = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)
    request = serializers.CharField(allow_null=True, help_text="Request id.")
    pruned = serializers.BooleanField(
        help_text="The content was deleted when its time was over; the hash stays."
    )
    leaf_hash = serializers.CharField(
        help_text="SHA-256 of 0x00 and the entry's canonical bytes, hexadecimal."
    )
    set_apart = serializers.BooleanField(
        help_text="True: it can't be shown that the service wrote this entry; it has no place in the log."
    )

    def to_representation(self, instance: ReadEntry) -> dict[str, Any]:
        """Return the entry by the names above."""
        if not instance.body:
            return self._pruned(instance)
        body = json.loads(bytes(instance.body))
        return {
            "id": body["id"],
            "at": body["ts"],
            "act": body["act"],
            "outcome": body["out"],
            "authority": body["tenant"],
            "actor": body["actor"],
            "on_behalf_of": body["obo"],
            "role": body["role"],
            "subjects": body["obj"],
            "fields_opened": body["fields"],
            "purpose": body["why"],
            "rule": body["rule"],
            "policy": body["pol"],
            "from_state": body["from"],
            "to_state": body["to"],
            "version": body["ver"],
            "count": body["n"],
            "request": body["rid"],
            "pruned": False,
            "set_apart": instance.set_apart,
            "leaf_hash": bytes(instance.leaf_hash).hex(),
        }

    def _pruned(self, instance: ReadEntry) -> dict[str, Any]:
        """Return what is left of an entry whose content was pruned: its columns, and its hash in the tree."""
        left = {
            "id": str(instance.pk), "at": canonical.instant(instance.at), "act": instance.act,
            "outcome": instance.outcome, "authority": str(instance.tenant), "pruned": True,
            "leaf_hash": bytes(instance.leaf_hash).hex(), "subjects": [], "fields_opened": {},
            "set_apart": instance.set_apart,
        }  # fmt: skip
        return dict.fromkeys(self.fields) | left


class EntryPageOut(serializers.Serializer[Any]):
    """A page of entries, newest first."""

    results = EntryOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Cursor of the next page; null at the end.")


class ActivityQuery(Query):
    """How far back, and in which zone days and hours are told."""

    days = Code([(str(days), str(days)) for days in activity.DAYS], required=False, default="30")
    zone = Code([(name, name) for name in ZONES], required=False, default=ZONES[0])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the days as a number, and the zone itself."""
        return attrs | {"days": int(attrs["days"]), "zone": ZoneInfo(attrs["zone"])}


class DayOut(serializers.Serializer[activity.Day]):
    """How many entries of each kind there were on one day."""

    day = serializers.DateField()
    files = serializers.IntegerField(help_text="Files and attachments opened.")
    lists = serializers.IntegerField(help_text="Lists read.")
    searches = serializers.IntegerField(help_text="Searches for people.")
    refusals = serializers.IntegerField(help_text="All that was refused or failed.")


class ActivityOut(serializers.Serializer[activity.Activity]):
    """How much is read and refused, by day and by hour."""

    days = DayOut(many=True)
    hours = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Openings of files: seven days of the week from Monday on, of 24 hours each.",
    )


class Size(Whole):
    """A number of entries."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(in_query=True, max_value=2**53 - 1, **kwargs)


class CheckpointOut(serializers.Serializer[tuple[Checkpoint, str, str]]):
    """A signed tree head."""

    origin = serializers.CharField(help_text="Name of the log.")
    size = serializers.IntegerField(help_text="How many entries have a place.")
    root_hash = serializers.CharField(help_text="Hexadecimal.")
    at = serializers.DateTimeField()
    note = serializers.CharField(help_text="The signed note itself, with the lines of witnesses. Keep it.")

    def to_representation(self, instance: tuple[Checkpoint, str, str]) -> dict[str, Any]:
        """Return the checkpoint by the names above."""
        found, origin, note = instance
        head = {"origin": origin, "size": found.size, "root_hash": bytes(found.root).hex()}
        return {**head, "at": found.at.isoformat(), "note": note}


class WitnessOut(serializers.Serializer[Witnessed]):
    """What a witness has signed last."""

    name = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="Null: nothing among the latest checkpoints.")
    at = serializers.DateTimeField(allow_null=True)


class RefusedOut(serializers.Serializer[Refused]):
    """An entry that is set apart."""

    entry = serializers.UUIDField()
    leaf_hash = serializers.SerializerMethodField()
    reason = serializers.ChoiceField(choices=[(one.value, one.value) for one in Reason])
    at = serializers.DateTimeField()

    def get_leaf_hash(self, one: Refused) -> str:
        """Return the hash under which an export names it."""
        return bytes(one.leaf_hash).hex()


class AlarmOut(serializers.Serializer[Alarm]):
    """Something that is wrong with the log itself."""

    key = serializers.CharField(help_text="A code, then what it is about, parted by colons.")
    at = serializers.DateTimeField()


class HealthOut(serializers.Serializer[Health]):
    """How the log stands: whether it keeps up, and who outside the database has seen it."""

    origin = serializers.CharField(allow_null=True, help_text="Name of the log; null until it is begun.")
    size = serializers.IntegerField(help_text="How many entries the latest checkpoint covers.")
    root_hash = serializers.CharField(allow_null=True, help_text="Hexadecimal.")
    signed_at = serializers.DateTimeField(allow_null=True)
    waiting_since = serializers.DateTimeField(
        allow_null=True, help_text="Instant of the oldest entry without a place; null: each has one."
    )
    behind = serializers.BooleanField(help_text="True: files can't be read until the log has caught up.")
    witnesses = WitnessOut(many=True)
    refused_count = serializers.IntegerField(
        help_text="How many entries are set apart: not the service's, or not shown to be."
    )
    refused = RefusedOut(many=True, help_text="The latest of them.")
    alarms = AlarmOut(many=True, help_text="What else was found wrong, the latest first.")


class InclusionQuery(Query):
    """Which entry, in the tree of which checkpoint."""

    entry = Id(help_text="Id of an entry.")
    size = Size(required=False, help_text="Size of a checkpoint; by default the latest.")


class InclusionOut(serializers.Serializer[Inclusion]):
    """An entry and the proof that it is in the tree."""

    entry = serializers.CharField(help_text="The canonical bytes of the entry, which are what is hashed.")
    leaf_hash = serializers.CharField(help_text="Hexadecimal.")
    index = serializers.IntegerField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    hashes = serializers.ListField(child=serializers.CharField(), help_text="Base64, from the leaf upwards.")
    proof = serializers.CharField(
        allow_null=True, help_text="In the form of C2SP tlog-proof; null until a checkpoint covers the entry."
    )

    def to_representation(self, instance: Inclusion) -> dict[str, Any]:
        """Return the proof by the names above."""
        return {
            "entry": instance.body.decode(),
            "leaf_hash": instance.leaf_hash.hex(),
            "index": instance.place,
            "size": instance.checkpoint.size if instance.checkpoint else None,
            "hashes": [coded(one) for one in instance.path],
            "proof": instance.proof,
        }


class ConsistencyQuery(Query):
    """From which size to the tree of which checkpoint."""

    first = Size(help_text="Size of the earlier tree.")
    second = Size(required=False, help_text="Size of a checkpoint; by default the latest.")


class ConsistencyOut(serializers.Serializer[tuple[Consistency, str]]):
    """The proof that a tree continues an earlier one."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()
    hashes = serializers.ListField(child=serializers.CharField(), help_text="Base64.")
    note = serializers.CharField(help_text="The checkpoint of ``second``.")

    def to_representation(self, instance: tuple[Consistency, str]) -> dict[str, Any]:
        """Return the proof by the names above."""
        found, note = instance
        hashes = [coded(one) for one in found.path]
        return {"first": found.first, "second": found.checkpoint.size, "hashes": hashes, "note": note}


class ExportQuery(Query):
    """Which part of the log."""

    start = Size(required=False, default=0, help_text="First entry of the part.")
