"""Check at the start: every guidance page can be read and its links lead somewhere, those of authorities too."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from web.guidance import files, shown


@register()
def guidance_can_be_shown(**_: Any) -> list[CheckMessage]:
    """Return the first fault of a guidance page, by the name of its file."""
    try:
        for lang in files.LANGUAGES:
            for page in files.pages(lang).values():
                list(shown.parts(page))
                shown.signs_of(page)
    except (files.BadPage, shown.DeadLink, KeyError, UnicodeDecodeError) as error:
        return [
            Error(
                f"Correct the guidance page, or take it out of REPERE_GUIDANCE_FOLDER: {error}",
                id="repere.E900",
            )
        ]
    return []
