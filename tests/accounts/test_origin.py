"""What of a request's origin reaches the journal."""

import json
from ipaddress import ip_network

import pytest
from django.test import RequestFactory

from accounts.origin import origin_of, truncated_ip
from tests.accounts.conftest import PASSWORD, entries
from tests.factories.factors import sign_in_fully


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.77, 10.0.0.1", ""),
        ("192.0.2.77:8000", ""),
        ("fe80::1%eth0", "fe80::/48"),
    ],
)
def test_an_address_is_cut_to_its_network(address, kept):
    assert truncated_ip(address) == kept


@pytest.mark.sec("SEC-IN8")
def test_headers_that_anyone_can_write_count_for_nothing():
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR="192.0.2.77",
        headers={
            "x-forwarded-for": "203.0.113.9",
            "forwarded": "for=203.0.113.9",
            "user-agent": "Zoé était là",
        },
    )
    request.rid = "r-1"

    origin = origin_of(request, auth="token")

    assert (origin.rid, origin.ip, origin.ua, origin.auth) == ("r-1", "192.0.2.0/24", "other", "token")
    assert origin.trace == origin.dev == ""


PROXIES = [ip_network("10.0.0.0/24"), ip_network("2001:db8::5/128")]


def came(peer, *said):
    """Return the network that the journal would note of a request."""
    headers = {"x-forwarded-for": ", ".join(said)} if said else {}
    return origin_of(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers), auth="token").ip


@pytest.mark.sec("SEC-IN8")
class TestBehindAProxy:
    """What a trusted proxy says of its own peer counts, and nothing that a caller wrote before it."""

    @pytest.fixture(autouse=True)
    def _proxies(self, settings):
        settings.TRUSTED_PROXIES = PROXIES

    def test_the_caller_is_whom_the_proxy_names(self):
        assert came("10.0.0.1", "203.0.113.9") == "203.0.113.0/24"
        assert came("2001:db8::5", "2001:db8:7:8::1") == "2001:db8:7::/48"
        assert came("::ffff:10.0.0.1", "203.0.113.9") == "203.0.113.0/24"

    def test_of_two_proxies_the_outer_one_names_the_caller(self):
        assert came("10.0.0.1", "203.0.113.9", "10.0.0.2") == "203.0.113.0/24"

    def test_a_header_from_elsewhere_is_not_believed(self):
        assert came("192.0.2.77", "203.0.113.9") == "192.0.2.0/24"
        assert came("10.0.1.1", "203.0.113.9") == "10.0.1.0/24"

    @pytest.mark.parametrize(
        "written",
        [["198.51.100.1"], ["10.0.0.9"], ["198.51.100.1", "10.0.0.9"], ["x" * 4000], ["", "", "::1"]],
    )
    def test_what_the_caller_wrote_before_the_proxy_counts_for_nothing(self, written):
        assert came("10.0.0.1", *written, "203.0.113.9") == "203.0.113.0/24"

    @pytest.mark.parametrize(
        "said", ["", "unknown", "_hidden", "203.0.113.9:443", "203.0.113", "for=203.0.113.9"]
    )
    def test_where_the_proxy_names_no_address_its_own_is_noted(self, said):
        assert came("10.0.0.1", "198.51.100.1", said) == "10.0.0.0/24"

    def test_a_proxy_that_says_nothing_is_the_caller_itself(self):
        assert came("10.0.0.1") == "10.0.0.0/24"


@pytest.mark.sec("SEC-IN8")
def test_the_entry_of_a_sign_in_names_the_caller_and_no_spoofed_address(alice, settings, anonymous):
    settings.TRUSTED_PROXIES = PROXIES
    settings_of_request = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9"}
    anonymous.client.defaults |= settings_of_request

    sign_in_fully(anonymous.client, alice.user, PASSWORD)

    (entry,) = entries(act="session:opened")
    assert json.loads(bytes(entry.body))["ip"] == "203.0.113.0/24"


def test_by_default_no_proxy_is_trusted(settings):
    assert settings.TRUSTED_PROXIES == []
