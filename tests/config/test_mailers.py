"""How mail leaves, from one variable; in clear to this machine alone."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def options(monkeypatch, url, mode="local"):
    monkeypatch.setenv("REPERE_MODE", mode)
    if url is None:
        monkeypatch.delenv("REPERE_SMTP_URL", raising=False)
    else:
        monkeypatch.setenv("REPERE_SMTP_URL", url)
    return env.mailers()["default"]["OPTIONS"]


def test_without_a_server_mails_are_files_of_the_state_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("REPERE_STATE_DIR", str(tmp_path))

    assert options(monkeypatch, None) == {"file_path": str(tmp_path / "mail")}


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", "mail.example", 587, True, False),
        ("smtp://localhost:25", "localhost", 25, False, False),
        ("smtps://mail.example", "mail.example", 465, False, True),
    ],
)
def test_a_password_crosses_no_network_in_clear(monkeypatch, url, host, port, tls, ssl):
    found = options(monkeypatch, url)

    assert (found["host"], found["port"], found["use_tls"], found["use_ssl"]) == (host, port, tls, ssl)


def test_name_and_password_are_read_as_they_were_meant(monkeypatch):
    found = options(monkeypatch, "smtp://us%40er:p%3Aw@mail.example:2525", mode="production")

    assert (found["username"], found["password"], found["port"]) == ("us@er", "p:w", 2525)


def test_in_production_the_mail_server_of_this_machine_is_the_default(monkeypatch):
    assert options(monkeypatch, None, mode="production")["host"] == "localhost"


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://"])
def test_what_is_no_address_stops_the_service(monkeypatch, url):
    with pytest.raises(ImproperlyConfigured, match="REPERE_SMTP_URL"):
        options(monkeypatch, url)
