"""Style sheet, script and icon: three files of the project, read once, served like any other answer.

They are not cached, because a browser's cache on a shared machine reveals which service was used.
"""

from pathlib import Path
from typing import Final, NoReturn

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views import View
from rest_framework.exceptions import MethodNotAllowed

FOLDER: Final = Path(__file__).parent / "files"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FILES: Final = {found.name: found.read_bytes() for found in FOLDER.iterdir() if found.suffix in TYPES}


class Asset(View):
    """GET one of the files."""

    http_method_names = ["get", "head"]
    file = ""

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Return the file."""
        return HttpResponse(FILES[self.file], content_type=TYPES[Path(self.file).suffix])

    def http_method_not_allowed(self, request: HttpRequest, *_: object, **__: object) -> NoReturn:
        """Refuse as everywhere.

        Raises:
            MethodNotAllowed: always.
        """
        raise MethodNotAllowed(request.method or "")


def routes() -> list[URLPattern]:
    """Return an address for each file."""
    return [path(f"style/{name}", Asset.as_view(file=name), name=f"style-{name}") for name in sorted(FILES)]
