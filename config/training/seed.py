"""People of a training instance: three authorities and every role in each, through the real actions; no password.

The cast is that of the demonstration (``config/demo/cast.py``). Whoever trains enters as one of them by a click
(``accounts/actions/training.py``). Cases are what visitors file and the stories that they begin.
"""

import os
from datetime import datetime, timedelta
from typing import Final

from django.core.management import call_command

from config.demo.cast import CODES, Cast, gather, give_applications, put_on_duty

#: For how long everybody has been in place.
IN_PLACE_FOR: Final = timedelta(days=150)


def people(*, at: datetime) -> Cast:
    """Put authorities and people in place, within the caller's transaction; who is there stays. Return them."""
    with open(os.devnull, "w") as nowhere:
        call_command("load_territories", only=",".join(CODES), stdout=nowhere)
    cast = gather(since=at - IN_PLACE_FOR, now=at)
    give_applications(cast, at=at)
    put_on_duty(cast, at=at)
    return cast
