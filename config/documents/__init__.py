"""The pages of ``docs/`` that are made from the code, so that they can't say what it doesn't do.

``PAGES`` gives each page's path under the repository and the function that writes it anew from what stands there: a
page that is made as a whole takes no notice of it, the README has one part that is made. Beside them stand the two
files that are served while a part of the service is out (``config/closed.py``). The same code gives the same bytes;
``manage.py make_docs --check`` fails when a page is stale.
"""

from collections.abc import Callable, Mapping
from typing import Final

from config.documents import architecture, closed, permissions, settings, tables, workflow

PAGES: Final[Mapping[str, Callable[[str], str]]] = {
    "docs/workflow.md": lambda _: workflow.page(),
    "docs/permissions.md": lambda _: permissions.page(),
    "docs/settings.md": lambda _: settings.page(),
    "docs/architecture.md": lambda text: tables.with_picture(text, architecture.picture()),
    "README.md": lambda text: tables.with_picture(text, workflow.picture()),
    "web/files/closed.html": closed.page,
    "web/files/closed.json": closed.document,
}
