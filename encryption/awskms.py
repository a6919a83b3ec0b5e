"""Root key in AWS KMS: KMS encrypts, and the key never leaves it. Needs the extra ``kms`` (boto3).

The root's versions are KMS keys that the operator numbers (``REPERE_KMS_KEYS=1=arn:…,2=arn:…``): the highest wraps, all
unwrap. KMS's own yearly rotation happens inside a key and needs nothing here. Credentials come from where the AWS SDK
looks for them: the instance's or the pod's role, the environment. Source: docs/decisions/0014-key-services.md.
"""

import base64
import os
from collections.abc import Mapping
from functools import cache
from secrets import compare_digest, token_bytes
from typing import Any, ClassVar, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from encryption.errors import KeysUnavailable, Unreadable
from encryption.roots import HEAD_BYTES, head, root_of
from encryption.suites import KEY_BYTES

#: What KMS says of a ciphertext that isn't one, or was made with another context or key. A key that is disabled,
#: awaits its deletion or isn't ours to use is an outage: that can be mended, and must not make keys look lost.
_NOT_OPENED: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
# One attempt, a second each: the SDK's own retries would outlast the 1.5 s of ``bounded`` and hide an outage.
_BOUNDS: Final = Config(
    connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}, signature_version="v4"
)


@cache
def _client(region: str, endpoint: str) -> Any:
    session = boto3.session.Session(region_name=region or None)
    return session.client("kms", endpoint_url=endpoint or None, config=_BOUNDS)


# Its open connections belong to one process.
os.register_at_fork(after_in_child=_client.cache_clear)


class KmsProvider:
    """The KMS keys in ``settings.KMS_KEYS``, by version."""

    format: ClassVar[int] = 3
    remote: ClassVar[bool] = True

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return format (1) | version (4) | KMS's own bytes."""
        version = self.current_version()
        ciphertext = _call(
            "encrypt",
            "CiphertextBlob",
            KeyId=settings.KMS_KEYS[version],
            Plaintext=key,
            EncryptionContext=_context(context),
        )
        return head(self.format, version) + ciphertext

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key; it is asked of the KMS key of its version alone."""
        return _call(
            "decrypt",
            "Plaintext",
            KeyId=self._key_of(wrapped),
            CiphertextBlob=wrapped[HEAD_BYTES:],
            EncryptionContext=_context(context),
        )

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the same key under the newest version; it stays within KMS."""
        version = self.current_version()
        ciphertext = _call(
            "re_encrypt",
            "CiphertextBlob",
            CiphertextBlob=wrapped[HEAD_BYTES:],
            SourceKeyId=self._key_of(wrapped),
            SourceEncryptionContext=_context(context),
            DestinationKeyId=settings.KMS_KEYS[version],
            DestinationEncryptionContext=_context(context),
        )
        return head(self.format, version) + ciphertext

    def current_version(self) -> int:
        """Return the highest number that the operator gave."""
        if not settings.KMS_KEYS:
            raise KeysUnavailable
        return max(settings.KMS_KEYS)

    def health(self) -> None:
        """Wrap and unwrap something."""
        probe = token_bytes(KEY_BYTES)
        try:
            works = compare_digest(self.unwrap(self.wrap(probe, b"health"), b"health"), probe)
        except Unreadable:
            works = False
        if not works:
            raise KeysUnavailable

    def _key_of(self, wrapped: bytes) -> str:
        form, version = root_of(wrapped)
        if form != self.format or version not in settings.KMS_KEYS or len(wrapped) == HEAD_BYTES:
            raise Unreadable
        return str(settings.KMS_KEYS[version])


def _context(context: bytes) -> Mapping[str, str]:
    return {"repere": base64.b64encode(context).decode("ascii")}


def _call(call: str, wanted: str, **parameters: object) -> bytes:
    """Call KMS and return one member of its answer.

    Raises:
        Unreadable: KMS opened nothing, and says that the ciphertext is the reason.
        KeysUnavailable: anything else.
    """
    try:
        answer = getattr(_client(settings.KMS_REGION, settings.KMS_ENDPOINT), call)(**parameters)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _NOT_OPENED:
            raise Unreadable from None
        # Not chained: a report of the SDK's error would show the request, which holds a key in clear.
        raise KeysUnavailable from None
    except (BotoCoreError, ValueError):  # no region, no credentials, no answer, a bad address
        raise KeysUnavailable from None
    member = answer.get(wanted)
    if not isinstance(member, bytes):
        raise KeysUnavailable
    return member
