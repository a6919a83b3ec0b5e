"""Common and leaked passwords are refused (SEC-AU3; ASVS 5.0, 6.2.4 and 6.2.12)."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import leaked
from tests.accounts.conftest import PASSWORD, Caller
from tests.factories.factors import sign_in_fully

pytestmark = pytest.mark.sec("SEC-AU3")

#: Of each of the three lists, from the head, the middle and the end; typed by hand.
KNOWN = (
    "123qweasdzxc", "1qaz2wsx3edc", "q1w2e3r4t5y6", "qwerty123456", "motherfucker", "leavemealone", "finalfantasy",
    "123456789987654321", "unbelievable", "websolutions", "sonyericsson", "manchesterunited", "1234567890123",
)  # fmt: skip
README = leaked.TABLE.parent / "README.md"


@pytest.mark.parametrize("password", KNOWN)
def test_what_everybody_tries_is_on_the_lists_whatever_its_capitals(password):
    for typed in (password, password.upper(), password.title(), f" {password} ", password.replace("e", "é")):
        assert leaked.is_leaked(typed), typed


def test_the_lists_hold_more_than_the_three_thousand_commonest():
    """43,940 of the first list alone are of twelve characters or more."""
    lines = leaked.TABLE.stat().st_size / 5
    assert lines == int(lines)
    assert lines > 60_000
    assert leaked.TABLE.stat().st_size < 1_500_000
    assert f"{int(lines):,} digests" in README.read_text(encoding="utf-8")


def test_each_line_of_the_table_is_found_and_it_is_sorted():
    """A search by halves finds nothing in a table that isn't."""
    table = leaked.TABLE.read_bytes()
    lines = [table[at : at + 5] for at in range(0, len(table), 5)]
    assert lines == sorted(set(lines))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=12, max_size=20),
        min_size=1, max_size=20, unique=True,
    )
)  # fmt: skip
def test_a_table_holds_its_list_and_nothing_else(tmp_path_factory, passwords):
    listed, others = passwords[::2], passwords[1::2]
    path = tmp_path_factory.mktemp("leaked") / "table"
    assert leaked.write([*listed, "court", *listed], path) == len(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaked, "_table", path.read_bytes)
        assert all(leaked.is_leaked(one) for one in listed)
        assert not any(leaked.is_leaked(one) for one in others)
        assert not leaked.is_leaked("court")


def test_an_empty_table_knows_nothing(tmp_path, monkeypatch):
    (tmp_path / "table").write_bytes(b"")
    monkeypatch.setattr(leaked, "_table", (tmp_path / "table").read_bytes)
    assert not leaked.is_leaked("123qweasdzxc")


def test_what_nobody_chose_is_accepted():
    for password in (PASSWORD, "trois ponts au clair de lune", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 partout 42", "\ud800 seul et cassé"):
        assert not leaked.is_leaked(password), password


def test_the_command_makes_the_table_of_lists_of_any_bytes(tmp_path, monkeypatch, capsys):
    (tmp_path / "one").write_bytes(b"Correct Horse Battery\r\nshort\n\xff\xfe broken but long\n")
    (tmp_path / "two").write_text("correct horse battery\nencore une phrase\n", encoding="utf-8")
    monkeypatch.setattr(leaked.write, "__defaults__", (tmp_path / "table",))

    call_command("make_leaked_passwords", tmp_path / "one", tmp_path / "two")

    assert re.match("3 mots de passe", capsys.readouterr().out)
    monkeypatch.setattr(leaked, "_table", (tmp_path / "table").read_bytes)
    assert leaked.is_leaked("CORRECT HORSE BATTERY")


@pytest.mark.parametrize("password", ["Unbelievable", "123qweasdzxc", "prostitution1"])
def test_who_chooses_one_is_told_why(alice, password):
    caller = Caller(Client())
    sign_in_fully(caller.client, alice.user, PASSWORD)

    answer = caller.post("me/password", {"present": PASSWORD, "password": password})

    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["field"] == "password"
    assert fault["code"] == ("invalid" if password.startswith("prost") else "known-password")
    assert password not in answer.content.decode()


def test_the_table_is_read_once_in_a_process(monkeypatch):
    leaked.is_leaked(PASSWORD)
    monkeypatch.setattr(type(leaked.TABLE), "read_bytes", lambda _: pytest.fail("read again"))
    leaked.is_leaked(PASSWORD)
