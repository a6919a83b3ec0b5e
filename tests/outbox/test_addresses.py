"""SEC-IN10: what the service may call: https, listed hosts by name, public addresses in every notation."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox import addresses
from outbox.errors import AddressRefused

pytestmark = pytest.mark.sec("SEC-IN10")

PRIVATE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4", "255.255.255.255/32",
]  # fmt: skip
PRIVATE_6 = [
    "::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "100::/64",
]  # fmt: skip
private_4 = st.sampled_from(PRIVATE).flatmap(lambda net: st.ip_addresses(network=net))
private_6 = st.sampled_from(PRIVATE_6).flatmap(lambda net: st.ip_addresses(network=net))
HOST = "hooks.example.org"


@pytest.fixture
def listed(settings):
    settings.WEBHOOK_HOSTS = [HOST]


def six(prefix, shift):
    return lambda v4: ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | (int(v4) << shift))


@given(private_4)
def test_no_private_ipv4_address_is_public(address):
    assert not addresses.is_public(address)


@given(private_6)
def test_no_private_ipv6_address_is_public(address):
    assert not addresses.is_public(address)


@given(st.one_of(private_4, st.ip_addresses(v=4)), st.sampled_from(["::", "::ffff:0:0", "::ffff:0:0:0"]))
def test_no_ipv6_address_that_hides_an_ipv4_one_is_public(address, prefix):
    """Mapped, compatible and translated addresses reach the address inside."""
    assert not addresses.is_public(six(prefix, 0)(address))


@given(st.ip_addresses(v=4))
def test_no_tunnel_is_public(address):
    assert not addresses.is_public(six("2002::", 80)(address))
    assert not addresses.is_public(six("2001::", 0)(address))


@given(private_4)
def test_a_translator_to_a_private_address_is_not_public(address):
    assert not addresses.is_public(six("64:ff9b::", 0)(address))


def test_public_addresses_are_public():
    for address in ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"):
        assert addresses.is_public(ipaddress.ip_address(address))
    assert not addresses.is_public(ipaddress.ip_address("fe80::1%eth0"))


def spellings(address):
    """Yield every notation of an IPv4 address that some client understands."""
    number, parts = int(address), str(address).split(".")
    yield from (str(address), str(number), hex(number), oct(number), f"0{number:o}", f"{number:#010X}")
    yield ".".join(hex(int(part)) for part in parts)
    yield ".".join(f"0{int(part):o}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{address}."
    yield from (f"[::ffff:{address}]", f"[::{address}]", f"[64:ff9b::{address}]")
    yield "".join(chr(0xFF10 + int(sign)) if sign.isdigit() else sign for sign in str(address))


@given(private_4, st.data())
def test_a_number_is_no_host_in_any_notation_not_even_a_listed_one(address, data):
    spelled = data.draw(st.sampled_from(list(spellings(address))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            addresses.settings,
            "WEBHOOK_HOSTS",
            [spelled, spelled.strip("[]"), spelled.lower()],
            raising=False,
        )
        with pytest.raises(AddressRefused):
            addresses.target_of(f"https://{spelled}/hook")


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/", f"ftp://{HOST}/", f"file://{HOST}/etc/passwd", f"//{HOST}/", HOST, "",
        f"https://{HOST}:8443/", f"https://{HOST}:0/", f"https://{HOST}:99999/", f"https://user@{HOST}/",
        f"https://user:pw@{HOST}/", f"https://{HOST}@evil.example/", f"https://evil.example#{HOST}", f"https://{HOST}#@evil",
        f"https://{HOST}?to=evil", f"https://{HOST}.evil.example/", f"https://evil.{HOST}/", f"https://{HOST}./",
        "https://localhost/", "https://hooks/", f"https://{HOST}\\@evil.example/", f"https://{HOST}/a b",
        f"https://{HOST}/\r\nX: y", "https://ho\toks.example.org/", f"https://{HOST}/é", "https://[::1]/", "https://[::1/",
        f"https://{HOST}/" + "a" * 500, "https://h\u043e\u043eks.example.org/",
    ],
)  # fmt: skip
def test_any_other_url_is_refused(listed, url):
    with pytest.raises(AddressRefused):
        addresses.target_of(url)


def test_a_listed_host_is_taken_with_its_path(listed):
    assert addresses.target_of(f"https://{HOST}/in/1") == addresses.Target(HOST, 443, "/in/1")
    assert addresses.target_of(f"https://{HOST}:443") == addresses.Target(HOST, 443, "/")


def answer(*found):
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]


def test_a_name_with_one_private_address_is_refused_altogether(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answer("93.184.215.14", "10.0.0.1"))

    with pytest.raises(AddressRefused):
        addresses.resolve(HOST, 443)


def test_a_name_is_resolved_once(monkeypatch):
    asked = []
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *a, **k: asked.append(a) or answer("93.184.215.14", "93.184.215.15")()
    )

    assert addresses.resolve(HOST, 443) == "93.184.215.14"
    assert len(asked) == 1
