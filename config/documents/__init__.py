"""Generated pages of ``docs/``, made from the code so that they can't contradict it.

``PAGES`` maps each page's path in the repository to the function that generates it from its present text: a page that
is generated whole ignores that text; the README has one generated part. It includes the two files that are served while
a part of the service is out (``config/closed.py``). The same code gives the same bytes; ``manage.py make_docs --check``
fails when a page is stale.
"""

from collections.abc import Callable, Mapping
from typing import Final

from config.documents import architecture, closed, law, permissions, register, settings, tables, workflow

PAGES: Final[Mapping[str, Callable[[str], str]]] = {
    "docs/workflow.md": lambda _: workflow.page(),
    "docs/permissions.md": lambda _: permissions.page(),
    "docs/settings.md": lambda _: settings.page(),
    "docs/law.md": lambda _: law.page(),
    "docs/data-protection/tableaux.md": lambda _: register.page(),
    "docs/architecture.md": lambda text: tables.with_picture(text, architecture.picture()),
    "README.md": lambda text: tables.with_picture(text, workflow.picture()),
    "web/files/closed.html": closed.page,
    "web/files/closed.json": closed.document,
}
