"""Servers of tests, each in a thread of the test's process."""

from socketserver import BaseServer
from threading import Thread

#: So often a server looks whether it is to end, in seconds: the test that began it waits for that.
LOOKS_EVERY = 0.005


def begun(server: BaseServer) -> Thread:
    """Let a server serve until its ``shutdown``; return its thread."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": LOOKS_EVERY}, daemon=True)
    thread.start()
    return thread
