"""Object store in an S3-compatible bucket (extra ``s3``): several machines share it.

An object is sent in parts of 8 MiB, so that a worker never holds more; an unfinished one is aborted. The store's own
versioning must be off, or expire: a deleted object must be gone (docs/runbook.md). Credentials are found as the AWS SDK
finds them.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from referrals.attachments.store import ObjectStore, Writing
from referrals.errors import ObjectMissing, StoreUnavailable

if TYPE_CHECKING:
    from botocore.client import BaseClient

PART_BYTES: Final = 8 * 1024 * 1024  # S3 takes no part but the last below 5 MiB
_PIECE: Final = 256 * 1024
_ABSENT: Final = ("404", "NoSuchKey", "NotFound", "NoSuchUpload")


class S3Store(ObjectStore):
    """Objects in the bucket ``settings.OBJECT_BUCKET``, under the prefix ``attachments/``."""

    def __init__(self) -> None:
        if not settings.OBJECT_BUCKET:
            raise ImproperlyConfigured("Set REPERE_OBJECT_BUCKET, the bucket of the attachments.")
        self._client = _client()

    def writing(self, name: UUID) -> "_PartsWriting":
        return _PartsWriting(self._client, _key(name))

    def reading(self, name: UUID) -> Iterator[bytes]:
        return _pieces(self._client, _key(name))

    def delete(self, name: UUID) -> None:
        """Delete an object, and what there is of a half written one."""
        try:
            _request(self._client.delete_object, Key=_key(name))
            begun = _request(self._client.list_multipart_uploads, Prefix=_key(name)).get("Uploads", ())
            for upload in begun:
                _request(self._client.abort_multipart_upload, Key=_key(name), UploadId=upload["UploadId"])
        except ObjectMissing:
            return


class _PartsWriting(Writing):
    """Small objects go in one request, large ones in parts that count only once all are named."""

    def __init__(self, client: "BaseClient", key: str) -> None:
        self._client, self._key = client, key
        self._waiting = bytearray()
        self._upload: str | None = None
        self._parts: list[dict[str, Any]] = []

    def write(self, piece: bytes) -> None:
        """Add bytes; send what makes up a part."""
        self._waiting += piece
        while len(self._waiting) >= PART_BYTES:
            part = bytes(self._waiting[:PART_BYTES])
            del self._waiting[:PART_BYTES]
            self._send(part)

    def finish(self) -> None:
        """Send what is left, and name the parts that make up the object."""
        if self._upload is None:
            _request(self._client.put_object, Key=self._key, Body=bytes(self._waiting))
            return
        if self._waiting:
            self._send(bytes(self._waiting))
        _request(
            self._client.complete_multipart_upload,
            Key=self._key,
            UploadId=self._upload,
            MultipartUpload={"Parts": self._parts},
        )
        self._upload = None

    def give_up(self) -> None:
        """Abort the parts sent; what can't be aborted now is when the object's name is swept."""
        upload, self._upload = self._upload, None
        self._waiting.clear()
        if upload is not None:
            try:
                _request(self._client.abort_multipart_upload, Key=self._key, UploadId=upload)
            except (StoreUnavailable, ObjectMissing):
                return

    def _send(self, part: bytes) -> None:
        if self._upload is None:
            self._upload = _request(self._client.create_multipart_upload, Key=self._key)["UploadId"]
        number = len(self._parts) + 1
        sent = _request(
            self._client.upload_part, Key=self._key, UploadId=self._upload, PartNumber=number, Body=part
        )
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})


def _key(name: UUID) -> str:
    return f"attachments/{name.hex}"


def _client() -> "BaseClient":
    import boto3  # the extra ``s3``
    from botocore.config import Config

    patient = Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"})
    return boto3.client(
        "s3",
        endpoint_url=settings.OBJECT_ENDPOINT or None,
        region_name=settings.OBJECT_REGION or None,
        config=patient,
    )


def _request(call: Callable[..., Any], **said: object) -> Any:
    """Call the store.

    Raises:
        ObjectMissing: there is no such object.
        StoreUnavailable: it doesn't answer, or refuses.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call(Bucket=settings.OBJECT_BUCKET, **said)
    except ClientError as refused:
        missing = refused.response.get("Error", {}).get("Code") in _ABSENT
    except BotoCoreError:
        missing = False
    raise ObjectMissing if missing else StoreUnavailable


def _pieces(client: "BaseClient", key: str) -> Iterator[bytes]:
    """Yield what the store sends; it is asked when the first piece is.

    Raises:
        ObjectMissing: it has no such object.
        StoreUnavailable: it broke off.
    """
    from botocore.exceptions import BotoCoreError, HTTPClientError
    from urllib3.exceptions import HTTPError

    body = _request(client.get_object, Key=key)["Body"]
    try:
        yield from body.iter_chunks(_PIECE)
    except (BotoCoreError, HTTPClientError, HTTPError, OSError):
        raise StoreUnavailable from None
    finally:
        body.close()
