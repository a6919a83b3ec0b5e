"""PDF of a frozen document, where the machine can make one: the optional extra ``reports`` (WeasyPrint).

The renderer reads nothing but the page that it is given: no file, no address, no script. It is loaded when the first
PDF is asked for, so that a service that never prints doesn't load it.
"""

import os
import warnings
from functools import cache
from importlib import import_module
from typing import Any

from encryption.digest import sha256
from outbox import training
from referrals.errors import PdfUnavailable


def pdf(page: str, *, variant: str = "pdf/ua-1") -> bytes:
    """Return a page as a tagged PDF, which a screen reader can read; ``variant``: of WeasyPrint, PDF/UA-1 or a PDF/A.

    The same page is the same bytes, by the same release of the renderer and the same fonts.

    Raises:
        PdfUnavailable: this machine has no renderer, or not the system libraries that it needs.
    """
    renderer = _renderer()
    nothing = renderer.urls.URLFetcher(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
    document: bytes = renderer.HTML(string=training.printed(page), url_fetcher=nothing).write_pdf(
        pdf_variant=variant, pdf_identifier=sha256(page.encode())[:16]
    )
    return document


@cache
def _renderer() -> Any:
    # The fonts in a PDF bear the instant at which they were cut down to its letters; this one instead (fontTools).
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    try:
        with warnings.catch_warnings():
            # Of a library that the next release wants: the requirements name the release that is used here.
            warnings.simplefilter("ignore", DeprecationWarning)
            return import_module("weasyprint")
    except (ImportError, OSError) as missing:  # OSError: Pango isn't installed
        raise PdfUnavailable from missing
