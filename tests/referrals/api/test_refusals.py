"""Why a step is refused is told in the language that a program asks for; what is possible, in French."""

import pytest

FRENCH, ENGLISH = "Le dossier n'est pas restreint.", "The case isn't restricted."


@pytest.mark.parametrize(("asked", "told"), [("", FRENCH), ("fr", FRENCH), ("en", ENGLISH)])
def test_a_refusal_is_told_in_the_language_that_is_asked_for(world, case, asked, told):
    coordinator = world.as_("crip_coordinator")
    coordinator.client.defaults |= {"HTTP_ACCEPT_LANGUAGE": asked} if asked else {}

    refused = coordinator.step(case.pk, "unrestrict", {"reason": "Fin.", "lift": True}, expect=409).json()

    assert (refused["rule"], refused["detail"]) == ("case_is_restricted", told)


@pytest.mark.parametrize("asked", ["", "en"])
def test_what_blocks_a_step_is_told_in_french_beside_its_rule(world, case, asked):
    headers = {"accept-language": asked} if asked else {}

    body = world.as_("crip_coordinator").client.get(f"/api/v1/referrals/{case.pk}", headers=headers).json()

    blocked = {line["step"]: line for line in body["blocked_actions"]}
    assert blocked["unrestrict"]["blocked_by"] == {
        "rule": "case_is_restricted",
        "reason": FRENCH,
        "law": blocked["unrestrict"]["law"],
    }
    assert blocked["unrestrict"]["label"] == {
        "fr": "Lever ou élargir la restriction",
        "en": "Lift or widen the restriction",
    }
