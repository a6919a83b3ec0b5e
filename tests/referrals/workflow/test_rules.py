"""A rule answers with a sentence that it declares, and decides the same in whatever language somebody reads."""

import pytest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.roles import Role
from referrals.decisions.steps import GRAVE_PAST, OVERRIDE
from referrals.restrictions.steps import LEFT_ALONE, OPENED_BY_TWO
from referrals.vocabulary.states import Machine
from referrals.workflow.rules import answers, names_fields, rule, two_sign
from referrals.workflow.step import steps

REFUSAL = _("Une transmission urgente (U2 ou U3) ne peut pas être réorientée.")
LIMIT = _("L'accès exceptionnel est limité à {days} jours.")


@rule(REFUSAL, fact_class="A")
def is_met(met):
    """A rule is met."""
    return met


@two_sign(REFUSAL)
def calls_for_two(called_for):
    """Two sign."""
    return called_for


@answers(REFUSAL, LIMIT, fact_class="A")
def is_short(days):
    """Nothing lasts long.

    More of it.
    """
    if days is None:
        return REFUSAL
    return format_lazy(LIMIT, days=3) if days > 3 else None


@names_fields(fact_class="A")
def is_filled(value):
    """All is filled."""
    if not value:
        raise ValueError("value")


def test_a_rule_refuses_where_it_isn_t_met():
    assert is_met(True) is None
    assert is_met(False) is REFUSAL
    assert is_met(None) is REFUSAL  # what answers nothing is refused
    assert (is_met.__name__, is_met.description) == ("is_met", "A rule is met.")


def test_a_second_signature_is_asked_for_where_it_is_called_for():
    assert calls_for_two(True) is REFUSAL
    assert calls_for_two(False) is None


def test_one_of_several_sentences_is_answered_with_its_figure_in_the_reader_s_language():
    assert (is_short(2), is_short(None)) == (None, REFUSAL)
    told = is_short(4)
    assert str(told) == "L'accès exceptionnel est limité à 3 jours."
    with override("en"):
        assert str(told) == "An exceptional access is limited to 3 days."
    assert is_short.description == "Nothing lasts long."


def test_what_is_published_leaves_the_figure_open_whatever_the_reader_s_language():
    with override("en"):
        assert is_short.published("fr")[1] == "L'accès exceptionnel est limité à … jours."
    assert is_short.published("en")[1] == "An exceptional access is limited to … days."


def test_a_rule_that_names_fields_has_no_sentence():
    assert is_filled("something") is None
    assert is_filled.published("fr") == []
    with pytest.raises(ValueError, match="value"):
        is_filled("")


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_who_may_sign_doesn_t_depend_on_the_language(language):
    """A reason that asks for other signers asks for them whatever language the proposer reads."""
    usual = (Role.SUPERVISOR, Role.ASE_INSPECTOR)
    with override(language):
        for name in ("decide_admin", "decide_judicial", "decide_continue", "decide_child"):
            step = steps.get(Machine.REFERRAL, name)
            assert step.signers(OVERRIDE) == (Role.SUPERVISOR,)
            assert step.signers(GRAVE_PAST) == step.signers(None) == usual
        opening = steps.get(Machine.REFERRAL, "unrestrict")
        assert opening.signers(LEFT_ALONE) == (Role.SUPERVISOR,)
        assert opening.signers(OPENED_BY_TWO) == usual


def test_a_step_is_the_same_key_of_a_cache_in_both_languages():
    declared = {step: step.name for step in steps.all()}
    with override("en"):
        assert all(declared[step] == step.name for step in steps.all())
