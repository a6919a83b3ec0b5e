"""Webhooks: signed so that a receiver can check them, to a pinned address, over checked TLS (SEC-IN10)."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from outbox import calls, delivery, webhooks
from outbox.models import Endpoint, Notice
from tests.outbox.conftest import NOON, a_notice

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
HOST = "hooks.example.org"


def certificate(folder, name):
    """Write a certificate that signs itself, and its key; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    year = timedelta(days=365)  # OpenSSL goes by the machine's clock
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(NOON - 10 * year).not_valid_after(NOON + 100 * year)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, True, False, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    chain, private = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return chain, private


@pytest.fixture
def receiver(counterpart, settings, tmp_path, monkeypatch):
    """A program's server: its name is public, and the address behind it is this machine's."""
    chain, private = certificate(tmp_path, HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    counterpart.server.socket = context.wrap_socket(counterpart.server.socket, server_side=True)
    settings.WEBHOOK_HOSTS, settings.OUTBOUND_CA_FILE = [HOST], str(chain)
    connect = socket.create_connection
    counterpart.connected = []

    def here(address, **more):
        if address[1] != 443:
            return connect(address, **more)
        counterpart.connected.append(address)
        return connect(("127.0.0.1", counterpart.port), **more)

    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: public if a[0] == HOST else REAL(*a, **k))
    monkeypatch.setattr(socket, "create_connection", here)
    return counterpart


REAL = socket.getaddrinfo


@pytest.fixture
def endpoint(people):
    user = people.one()
    return Endpoint.objects.create(user_id=user, authority_id=user, url=f"https://{HOST}/in", created_at=NOON)


def a_call(endpoint, **said):
    return a_notice(channel="webhook", endpoint=endpoint, **said)


def row(notice):
    return Notice.objects.get(pk=notice.pk)


def checked(asked, secret):
    """Check a request as a receiver would, with nothing of ours."""
    _, _, headers, body = asked
    signed = f"{headers['Repere-Id']}.{headers['Repere-Timestamp']}.".encode() + body
    mine = base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
    return f"v1,{mine}" in headers["Repere-Signature"].split(" ")


def test_a_program_is_told_a_code_a_reference_and_a_link_and_can_check_them(receiver, endpoint, clock):
    notice = a_call(endpoint)

    delivery.deliver_due(clock=clock)

    (asked,) = receiver.asked
    assert asked[1] == "/in"
    assert set(json.loads(asked[3])) == {"id", "type", "at", "reference", "link"}
    assert checked(asked, webhooks.secret_of(endpoint))
    assert not checked(asked, "whk_of-somebody-else")
    assert int(asked[2]["Repere-Timestamp"]) == int(NOON.timestamp())
    assert row(notice).state == "done"


@pytest.mark.sec("SEC-IN10")
def test_the_address_that_was_checked_is_the_one_that_is_called(receiver, endpoint, clock):
    a_call(endpoint)

    delivery.deliver_due(clock=clock)

    assert receiver.connected == [("93.184.215.14", 443)]


def test_a_rotated_secret_and_the_one_before_sign_both_for_two_days(receiver, endpoint, clock):
    old = webhooks.secret_of(endpoint)
    endpoint.generation, endpoint.rotated_at = 2, NOON
    endpoint.save()
    a_call(endpoint)
    delivery.deliver_due(clock=clock)
    clock.forward(days=3)
    a_call(endpoint, due_at=clock.now)
    delivery.deliver_due(clock=clock)

    new = webhooks.secret_of(endpoint)
    first, later = receiver.asked
    assert (checked(first, new), checked(first, old)) == (True, True)
    assert (checked(later, new), checked(later, old)) == (True, False)


def test_no_row_of_the_database_holds_a_secret(endpoint):
    secret = webhooks.secret_of(endpoint)

    assert secret not in repr(Endpoint.objects.values().get())
    assert secret.removeprefix("whk_") not in repr(Endpoint.objects.values().get())


@pytest.mark.sec("SEC-IN10")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver, endpoint, clock, status):
    receiver.answer = (status, {})
    notice = a_call(endpoint)

    delivery.deliver_due(clock=clock)

    assert [asked[1] for asked in receiver.asked] == ["/in"]
    assert (row(notice).state, row(notice).fault) == ("waiting", f"status-{status}")


@pytest.mark.sec("SEC-IN10")
def test_a_server_that_cannot_prove_its_name_is_told_nothing(receiver, endpoint, clock, settings, tmp_path):
    settings.OUTBOUND_CA_FILE = str(certificate(tmp_path, "other.example.org")[0])
    notice = a_call(endpoint)

    delivery.deliver_due(clock=clock)

    assert receiver.asked == []
    assert row(notice).fault == "tls"


@pytest.mark.sec("SEC-IN10")
def test_a_host_that_is_no_longer_listed_or_has_moved_inside_is_called_no_more(
    receiver, endpoint, clock, settings, monkeypatch
):
    gone = a_call(endpoint)
    settings.WEBHOOK_HOSTS = []
    delivery.deliver_due(clock=clock)
    settings.WEBHOOK_HOSTS = [HOST]
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: inside)
    moved = a_call(endpoint)
    delivery.deliver_due(clock=clock)

    assert receiver.asked == []
    for notice in (gone, moved):
        assert (row(notice).state, row(notice).fault) == ("dead", "address-refused")


@pytest.mark.sec("SEC-IN10")
def test_a_server_that_trickles_is_cut_off(receiver, endpoint, clock, monkeypatch):
    monkeypatch.setattr(calls, "WHOLE_SECONDS", 0.3)
    held = threading.Event()
    monkeypatch.setattr(receiver.server.RequestHandlerClass, "do_POST", lambda self: held.wait(10))
    notice = a_call(endpoint)

    delivery.deliver_due(clock=clock)
    held.set()

    assert row(notice).state == "waiting"
    assert row(notice).fault in ("unreachable", "tls", "time-out")


@pytest.mark.sec("SEC-FT9")
def test_a_program_that_is_away_is_told_later_under_the_same_id(receiver, endpoint, clock):
    receiver.answers = [(503, {}), (200, {})]
    notice = a_call(endpoint)

    delivery.deliver_due(clock=clock)
    clock.forward(minutes=2)
    delivery.deliver_due(clock=clock)

    assert [asked[2]["Repere-Id"] for asked in receiver.asked] == [str(notice.pk)] * 2
    assert row(notice).state == "done"


def test_an_endpoint_that_was_removed_is_called_no_more(receiver, endpoint, clock):
    endpoint.disabled_at = NOON
    endpoint.save()
    notice = a_call(endpoint)

    delivery.deliver_due(clock=clock)

    assert receiver.asked == []
    assert row(notice).state == "dead"
