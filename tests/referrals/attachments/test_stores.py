"""Both stores of objects do the same, by one suite: the folder, and S3 against a local server in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from uuid import uuid4

import boto3
import pytest

from referrals.attachments.folder import FolderStore
from referrals.attachments.s3 import PART_BYTES, S3Store
from referrals.errors import ObjectMissing, StoreUnavailable

pytestmark = pytest.mark.usefixtures("unconfined")

BUCKET = "pieces"
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(scope="module")
def server():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AWS.items():
            patch.setenv(name, value)
        running = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_for(port, running)
            place = f"http://127.0.0.1:{port}"
            boto3.client("s3", endpoint_url=place, region_name="us-east-1").create_bucket(Bucket=BUCKET)
            yield place
        finally:
            running.terminate()
            running.wait(timeout=60)


def _wait_for(port, running):
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail("The local S3 server (moto) didn't start.")


@pytest.fixture(params=["folder", "s3"])
def store(request, settings, tmp_path):
    if request.param == "folder":
        settings.OBJECT_FOLDER = tmp_path / "objects"
        return FolderStore()
    settings.OBJECT_BUCKET, settings.OBJECT_ENDPOINT = BUCKET, request.getfixturevalue("server")
    settings.OBJECT_REGION = "us-east-1"
    return S3Store()


def put(store, name, *pieces):
    with store.writing(name) as writing:
        for piece in pieces:
            writing.write(piece)
        writing.finish()


def whole(store, name):
    return b"".join(store.reading(name))


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 5])
def test_what_was_written_is_read_the_same(store, size):
    name, data = uuid4(), os.urandom(1024) * (size // 1024) + b"x" * (size % 1024)
    put(store, name, *(data[at : at + 1_000_000] for at in range(0, size, 1_000_000)))
    assert whole(store, name) == data
    assert max((len(piece) for piece in store.reading(name)), default=0) <= 256 * 1024


@pytest.mark.sec("SEC-FT7")
@pytest.mark.parametrize("size", [10, PART_BYTES + 10])
def test_what_isnt_finished_is_never_there(store, size):
    name = uuid4()
    with store.writing(name) as writing:
        writing.write(bytes(size))
    with pytest.raises(ObjectMissing):
        whole(store, name)
    assert left(store, name) == 0


def left(store, name) -> int:
    """Return how much is left of a half written object."""
    if isinstance(store, S3Store):
        return len(store._client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ()))
    path = store._path(name)
    return path.exists() + path.with_suffix(".part").exists()


@pytest.mark.sec("SEC-FT7")
def test_deleting_takes_a_half_written_object_too_and_may_be_done_again(store):
    name, half = uuid4(), uuid4()
    put(store, name, b"abc")
    writing = store.writing(half)
    writing.write(bytes(PART_BYTES + 10))
    if isinstance(store, FolderStore):
        os.close(writing._file)  # the process that wrote it is gone
        writing._file = None

    for one in (name, half, half, uuid4()):
        store.delete(one)

    with pytest.raises(ObjectMissing):
        whole(store, name)
    assert left(store, half) == 0


def test_a_name_is_written_once_in_a_folder(settings, tmp_path):
    settings.OBJECT_FOLDER = tmp_path
    store, name = FolderStore(), uuid4()
    with store.writing(name), pytest.raises(StoreUnavailable):
        store.writing(name)


def test_a_folder_is_the_services_alone(settings, tmp_path):
    settings.OBJECT_FOLDER = tmp_path / "objects"
    name = uuid4()
    put(FolderStore(), name, b"abc")
    path = FolderStore()._path(name)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.sec("SEC-FT4")
def test_a_store_that_isnt_there_is_said_to_be_unavailable(settings, tmp_path, monkeypatch):
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "file").write_bytes(b"")
    settings.OBJECT_FOLDER = tmp_path / "file"
    with pytest.raises(StoreUnavailable):
        put(FolderStore(), uuid4(), b"abc")
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.OBJECT_ENDPOINT = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings.OBJECT_BUCKET, settings.OBJECT_REGION = BUCKET, "us-east-1"
    store = S3Store()
    for ask in (
        lambda: put(store, uuid4(), b"abc"),
        lambda: whole(store, uuid4()),
        lambda: store.delete(uuid4()),
    ):
        with pytest.raises(StoreUnavailable):
            ask()


def test_a_bucket_that_doesnt_exist_is_no_missing_object(settings, server):
    settings.OBJECT_BUCKET, settings.OBJECT_ENDPOINT, settings.OBJECT_REGION = "nobodys", server, "us-east-1"
    with pytest.raises(StoreUnavailable):
        put(S3Store(), uuid4(), b"abc")
