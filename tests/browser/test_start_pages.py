"""What each person comes to do can be done from the page on which sign-in leaves them, by links and forms alone."""

import pytest

from tests.browser.conftest import serving
from tests.browser.journeys.people import tell
from tests.night import NIGHT

__test__ = NIGHT  # by day: journeys/, a page without scripts in test_filing.py, test_cases.py and test_directory_link.py


@pytest.mark.parametrize("scripts", [False, True], ids=lambda on: "with a script" if on else "without")
def test_everybody_comes_to_the_end(browser, folder_of_run, scripts):
    """A filing, its triage, assessment, decision and measure; a call at night; an entry of the journal; an invitation.

    In a service of its own: the child of a second story would be compared with that of the first.
    """
    with serving(folder_of_run=folder_of_run) as service:
        journeys = list(tell(browser, service, scripts=scripts, heights=False))

    assert {f"{one.who}: {one.what}": one.hindered for one in journeys if one.hindered} == {}
