"""Hearing of the child by the judge: heard or not, with a lawyer or an ad hoc administrator (CC 375-1, 388-2; §2.6).

The judge hears a child with discernment individually, asks the bar for a lawyer where the child's interest requires,
and names an ad hoc administrator where the child has no discernment. What the judge did is recorded with each answer
(J04) and each ruling (M18); its absence blocks nothing, because the duty is the judge's (domain.md §2.6).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core.inputs import Code, StrictSerializer, Text
from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.states import Coded


class Heard(Coded):
    """Whether the judge heard the child (CC 375-1, 388-1)."""

    HEARD = "heard", _("Entendu individuellement")
    NOT_ABLE = "not_able", _("Sans discernement")
    DECLINED = "declined", _("N'a pas souhaité être entendu")
    NOT_HEARD = "not_heard", _("Non entendu")


#: What is kept of a hearing beside an answer of justice; the ruling on a measure keeps it in its record.
KEPT: Final = ("child_heard", "child_lawyer", "ad_hoc_administrator", "hearing_note")


class Hearing(StrictSerializer):
    """How the child was heard and represented, as far as it is known."""

    child_heard = Code(Heard.choices, required=False, default="", allow_blank=True)
    child_lawyer = Code(YesNo.choices, required=False, default="", allow_blank=True)
    ad_hoc_administrator = Code(YesNo.choices, required=False, default="", allow_blank=True)
    hearing_note = Text(max_length=2_000, multiline=True, required=False, default="", allow_blank=True)


def kept(step_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of the hearing."""
    return {name: step_input.get(name) or "" for name in KEPT}
