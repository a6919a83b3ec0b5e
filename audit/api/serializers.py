"""Serializers of the auditors' API. An answer holds pseudonyms, codes and counts."""

from typing import Any

from rest_framework import serializers

from audit import activity
from audit.chains import Reason
from audit.health import Health, Witnessed
from audit.models import Alarm, Checkpoint, Refused
from audit.outputs import EntryOut
from audit.proofs import Consistency, Inclusion, coded


class EntryPageOut(serializers.Serializer[Any]):
    """A page of entries, newest first."""

    results = EntryOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Cursor of the next page; null at the end.")


class DayOut(serializers.Serializer[activity.Day]):
    """How many entries of each kind there were on one day, or in one month."""

    day = serializers.DateField(help_text="The day, or the first of the month.")
    files = serializers.IntegerField(help_text="Files and attachments opened.")
    lists = serializers.IntegerField(help_text="Lists read.")
    searches = serializers.IntegerField(help_text="Searches for people.")
    refusals = serializers.IntegerField(help_text="All that was refused or failed.")
    changes = serializers.IntegerField(help_text="Steps of the procedure.")
    emergencies = serializers.IntegerField(help_text="Emergency openings.")
    exports = serializers.IntegerField(help_text="Exports of cases and of the journal.")


class ActivityOut(serializers.Serializer[activity.Activity]):
    """How much is read and refused, by day and by hour."""

    days = DayOut(many=True)
    months = DayOut(many=True, help_text="The sums of the days of each month.")
    hours = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Openings of files: seven days of the week from Monday on, of 24 hours each.",
    )


class CheckpointOut(serializers.Serializer[tuple[Checkpoint, str, str]]):
    """A signed tree head."""

    origin = serializers.CharField(help_text="Name of the log.")
    size = serializers.IntegerField(help_text="How many entries have a place.")
    root_hash = serializers.CharField(help_text="Hexadecimal.")
    at = serializers.DateTimeField()
    note = serializers.CharField(help_text="The signed note itself, with the lines of witnesses. Keep it.")

    def to_representation(self, instance: tuple[Checkpoint, str, str]) -> dict[str, Any]:
        """Return the checkpoint by the names above."""
        checkpoint, origin, note = instance
        head = {"origin": origin, "size": checkpoint.size, "root_hash": bytes(checkpoint.root).hex()}
        return {**head, "at": checkpoint.at.isoformat(), "note": note}


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


class ConsistencyOut(serializers.Serializer[tuple[Consistency, str]]):
    """The proof that a tree continues an earlier one."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()
    hashes = serializers.ListField(child=serializers.CharField(), help_text="Base64.")
    note = serializers.CharField(help_text="The checkpoint of ``second``.")

    def to_representation(self, instance: tuple[Consistency, str]) -> dict[str, Any]:
        """Return the proof by the names above."""
        proof, note = instance
        hashes = [coded(one) for one in proof.path]
        return {
            "first": proof.first,
            "second": proof.checkpoint.size,
            "hashes": hashes,
            "note": note,
        }
