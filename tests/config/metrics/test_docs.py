"""docs/monitoring.md names each metric as the code does."""

import re

from config.env import BASE_DIR
from config.metrics.names import METRICS

PAGE = (BASE_DIR / "docs" / "monitoring.md").read_text(encoding="utf-8")


def test_the_page_has_each_metric_with_its_labels_and_its_meaning():
    rows = re.findall(r"^\| `(repere_\w+)` \| (\w+) \|(.*?)\| (.+) \|$", PAGE, re.MULTILINE)
    told = [(name, kind, tuple(re.findall(r"`(\w+)`", labels)), said) for name, kind, labels, said in rows]

    assert told == [(one.name, one.kind, one.labels, one.help) for one in METRICS]


def test_the_page_names_no_other_metric():
    named = set(re.findall(r"`(repere_\w+?)`", PAGE))

    assert named <= {one.name for one in METRICS} | {"repere_open"}
