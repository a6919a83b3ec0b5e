"""What each person comes to do can be done from the page on which sign-in leaves them, by links and forms alone."""

import pytest

from tests.browser.journeys.people import tell
from tests.night import NIGHT, some

#: By day without a script, for that is how the least helps; at night with one too.
SCRIPTS = some([False, True], "scripts")


@pytest.mark.parametrize("scripts", SCRIPTS, ids=lambda on: "with a script" if on else "without")
def test_everybody_comes_to_the_end(browser, service, scripts):
    """A filing, its triage, assessment, decision and measure; a call at night; an entry of the journal; an invitation."""
    journeys = list(tell(browser, service, scripts=scripts, heights=False, whole=NIGHT))

    assert {f"{one.who}: {one.what}": one.hindered for one in journeys if one.hindered} == {}
