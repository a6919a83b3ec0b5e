"""Page and problem document of ``config/closed.py``, generated beforehand: showing them must need nothing else."""

import json
import re
from base64 import b64encode
from typing import Final

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from config.error_messages import TITLES
from core.languages import in_both
from encryption import digest
from web.assets import FILES

CODE: Final = "unavailable"


def page(_: str) -> str:
    """Return the page: words in both languages, with the rules of the style sheet that it needs, and no other file."""
    bare = render_to_string("web/closed.html")
    style = _style(set(" ".join(re.findall(r'class="([^"]+)"', bare)).split()))
    seal = b64encode(digest.sha256(style.encode())).decode()
    policy = f"default-src 'none'; style-src 'sha256-{seal}'; form-action 'self'; base-uri 'none'"
    # Ours, both; the policy is quoted by the attribute, the style sheet holds no mark.
    context = {"policy": mark_safe(policy), "style": mark_safe(style)}  # noqa: S308
    return render_to_string("web/closed.html", context)


def document(_: str) -> str:
    """Return the problem document (RFC 9457), its title in both languages: nothing in it tells who asked for what."""
    title = " / ".join(in_both(TITLES[CODE]).values())
    problem = {"type": f"urn:repere:problem:{CODE}", "title": title, "status": 503, "code": CODE}
    return json.dumps(problem, ensure_ascii=False, separators=(",", ":")) + "\n"


def _style(used: set[str]) -> str:
    """Return the style sheet without the rules of classes that the page hasn't; a rule is a line."""
    text = re.sub(r"/\*.*?\*/", "", FILES["page.css"].decode(), flags=re.DOTALL)
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and _is_of(line, used))


def _is_of(line: str, used: set[str]) -> bool:
    selectors = line.partition("{")[0].split(",")
    return any(set(re.findall(r"\.([a-z][\w-]*)", one)) <= used for one in selectors)
