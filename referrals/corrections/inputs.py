"""Inputs of T42 and T50."""

from rest_framework import serializers

from core.inputs import Code, Day, OptionalId, StrictSerializer, Text, When, Whole, many
from referrals.vocabulary import case_answers, people
from referrals.vocabulary.states import ChildKind, Whereabouts
from referrals.workflow.inputs import text


class Correction(StrictSerializer):
    """One corrected value; ``row`` is the id of the part (T42)."""

    in_own_row = frozenset({"value"})

    part = Code(case_answers.Correctable.choices)
    row = OptionalId()
    field = Text(max_length=40)
    value = serializers.JSONField(allow_null=True)


class Rectify(StrictSerializer):
    """T42: the old value stays, sealed; ``wrong_person`` takes a child's identity out of search."""

    corrections = many(Correction, required=False, default=list)
    wrong_person = OptionalId()
    reason = text()


class AddedChild(StrictSerializer):
    """T50: what is known of the child; the rest comes by T42."""

    in_own_row = frozenset({"whereabouts"})

    needed_when = {
        "last_name": When("identity_known", ("known", "partial")),
        "first_names": When("identity_known", ("known", "partial")),
        "usual_name": When("identity_known", ("known", "partial")),
        "birth_date": When("identity_known", ("known", "partial")),
    }

    kind = Code(ChildKind.choices)
    reason = text()
    identity_known = Code(people.IdentityKnown.choices)
    last_name = Text(max_length=200, required=False)
    first_names = Text(max_length=200, required=False)
    usual_name = Text(max_length=200, required=False)
    birth_date = Day(required=False)
    age_estimated_min = Whole(max_value=30, required=False)
    age_estimated_max = Whole(max_value=30, required=False)
    sex = Code(people.Sex.choices)
    residence_department = Text(max_length=3, required=False)
    commune_insee = Text(max_length=5, required=False)
    address = text(required=False)
    whereabouts = Code(Whereabouts.choices, required=False)
