"""An empty service is opened by the guide alone: four commands, and pages that two administrators come to by links."""

from contextlib import ExitStack

from tests.browser.opening import PICTURES, empty_service, walk
from tests.night import NIGHT

#: Measured when two persons came to give five of the six roles: 85 page loads, 169 clicks and fields.
LOADS_MOST, INTERACTIONS_MOST = 92, 180
#: Of the two administrators: 53 loads.
OF_ADMINISTRATORS_MOST = 57


if NIGHT:  # a minute of processor time for the tables, then every page of the guide

    def test_an_empty_service_is_opened_within_the_pages_of_the_guide(browser, folder_of_run):
        taken = []
        with empty_service(folder_of_run) as (service, said), ExitStack() as stack:
            opened = walk(browser, service, said, lambda _walker, name: taken.append(name), stack)
            for walker in opened.windows.values():
                walker.leaves()

        assert sorted(taken) == sorted(PICTURES)
        assert sum(one.loads for one in opened.journeys) <= LOADS_MOST
        assert sum(one.interactions for one in opened.journeys) <= INTERACTIONS_MOST
        administrators = [one for one in opened.journeys if one.who.startswith(("ada.", "luc."))]
        assert sum(one.loads for one in administrators) <= OF_ADMINISTRATORS_MOST
