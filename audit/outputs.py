"""Serializer of an audit log entry as an auditor reads it."""

import json
from typing import Any

from rest_framework import serializers

from audit import canonical
from audit.events import Outcome
from audit.models import ReadEntry


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
        if not instance.body:
            return self._pruned(instance)
        # From the bytes and not from the columns: what is shown is what was hashed (SEC-AL22).
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
            "id": str(instance.pk),
            "at": canonical.instant(instance.at),
            "act": instance.act,
            "outcome": instance.outcome,
            "authority": str(instance.tenant),
            "pruned": True,
            "leaf_hash": bytes(instance.leaf_hash).hex(),
            "subjects": [],
            "fields_opened": {},
            "set_apart": instance.set_apart,
        }
        # Every name stays, as null: pseudonyms went with the content, and a reader must see that they are gone, not
        # missing.
        return dict.fromkeys(self.fields) | left
