"""Scanners for the tests: Debian's clamd with a signature of our own, and a strict counterpart of its protocol."""

import shutil
import socket
import socketserver
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.referrals.attachments.files import EICAR
from tests.servers import begun

CONFIGURATION = """
LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/signatures
LogFile {folder}/clamd.log
PidFile {folder}/clamd.pid
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength {most}
SelfCheck 0
ConcurrentDatabaseReload no
"""


@contextmanager
def real(folder: Path, *, most: str = "25M") -> Iterator[str]:
    """Start Debian's clamd with the test signature alone; give its address as the settings name it."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.fail("clamd isn't installed: apt-get install --no-install-recommends clamav-daemon")
    (folder / "signatures").mkdir(parents=True)
    (folder / "signatures" / "test.ndb").write_text(f"Test.File:0:*:{EICAR.hex()}\n")
    (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder, most=most))
    clamd = subprocess.Popen(  # noqa: S603
        [program, "--config-file", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    try:
        _wait_for(folder / "clamd.ctl", clamd)
        yield f"unix:{folder}/clamd.ctl"
    finally:
        clamd.terminate()
        clamd.wait(timeout=60)


def _wait_for(place: Path, clamd: subprocess.Popen) -> None:
    while clamd.poll() is None:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(place))
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("clamd didn't start: " + (place.parent / "clamd.log").read_text(errors="replace")[-500:])


class Strict(socketserver.StreamRequestHandler):
    """Takes what clamd(8) says that a client sends, byte for byte, and notes it; anything else closes the line."""

    def handle(self) -> None:
        command = self.rfile.read(len(b"zPING\0"))
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        if command + self.rfile.read(4) != b"zINSTREAM\0":
            return
        came = bytearray()
        while size := int.from_bytes(self.rfile.read(4)):
            came += self.rfile.read(size)
            self.server.sizes.append(size)
        self.server.came.append(bytes(came))
        self.wfile.write(self.server.answer)


@contextmanager
def strict(answer: bytes = b"stream: OK\0") -> Iterator[socketserver.TCPServer]:
    """Start the counterpart; its ``answer`` may be changed, ``came`` holds the files that it was sent."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Strict)
    server.daemon_threads = True
    server.answer, server.came, server.sizes = answer, [], []
    thread = begun(server)
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def address(server: socketserver.TCPServer) -> str:
    """Return where the counterpart listens, as the settings name it."""
    return "tcp:{}:{}".format(*server.server_address)
