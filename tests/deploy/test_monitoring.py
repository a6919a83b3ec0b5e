"""Alert rules, their routing and the dashboard: they ask for metrics that there are, and each rule fires when it must."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from config.health import WORKER_LATE
from config.metrics import judging
from config.metrics.names import BY_NAME
from tests.night import NIGHT

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "monitoring"
RULES = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
ALERTS = {rule["alert"]: rule for rule in RULES}
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]
#: What Prometheus' library adds to a name, by kind.
ENDINGS = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "info": ("_info",),
    "gauge": ("",),
}
#: What Prometheus' node exporter tells of the machines of the databases, with its labels.
OF_MACHINES = {
    "node_filesystem_avail_bytes": {"mountpoint", "fstype", "device"},
    "node_filesystem_size_bytes": {"mountpoint", "fstype", "device"},
    "node_memory_MemAvailable_bytes": set(),
    "node_memory_MemTotal_bytes": set(),
    "node_vmstat_oom_kill": set(),
}
SHOWN = {metric.name + ending: metric for metric in BY_NAME.values() for ending in ENDINGS[metric.kind]}
NOT_LABELS = {"le", "job", "instance"}  # Prometheus' own


def asked(expression):
    """The metrics that an expression asks for, with the labels that it names beside each or groups by."""
    names = set(re.findall(r"\b(?:repere|node)_\w+", expression))
    named = {
        label
        for inner in re.findall(r"\{([^}]*)\}", expression)
        for label in re.findall(r"(\w+)\s*[=!]", inner)
    }
    grouped = {
        label.strip() for inner in re.findall(r"by \(([^)]*)\)", expression) for label in inner.split(",")
    }
    return names, (named | grouped) - NOT_LABELS


def promtool(*arguments, cwd=FOLDER):
    return subprocess.run(["promtool", *arguments], cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603, S607


@pytest.mark.needs("promtool")
def test_the_rules_and_the_example_are_read_by_their_tool():
    for said in (
        promtool("check", "rules", "alerts.yml"),
        promtool("check", "config", "--syntax-only", "prometheus.yml"),
    ):
        assert said.returncode == 0, said.stdout + said.stderr


def test_each_web_process_is_asked_and_its_sums_are_counted_once():
    """Of the processes of a machine each answers with the sum of all; the version is its own."""
    jobs = {
        job["job_name"]: job
        for job in yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    }
    ports = re.findall(
        r"server 127\.0\.0\.1:(\d+)", (ROOT / "deploy" / "nginx" / "upstream.conf").read_text()
    )
    processes = jobs["repere-processes"]

    assert processes["static_configs"] == [{"targets": [f"127.0.0.1:{port}" for port in ports]}]
    assert [(one["action"], one["regex"]) for one in processes["metric_relabel_configs"]] == [
        ("keep", "repere_build_info")
    ]
    assert len(jobs["repere"]["static_configs"][0]["targets"]) == 1


def test_of_the_databases_machines_what_the_rules_ask_for_comes_in():
    """Each alert about a database's machine is of this job alone, and everything that it asks for is let through."""
    (job,) = [
        job
        for job in yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
        if job["job_name"] == "repere-databases"
    ]
    (kept,) = job["metric_relabel_configs"]
    about = [
        rule["expr"]
        for rule in RULES
        if rule["alert"].startswith("RepereDatabase") and "node_" in rule["expr"]
    ]

    assert kept["action"] == "keep"
    assert all(re.fullmatch(kept["regex"], name) for name in OF_MACHINES)
    for expression in about:
        assert expression.count('job="repere-databases"') == len(re.findall(r"\bnode_\w+", expression))


@pytest.mark.needs("promtool")
@pytest.mark.parametrize("name", ["alerts_test.yml", "alerts_days_test.yml"])
def test_each_alert_fires_and_stays_silent(name, tmp_path):
    """At night the file as it stands; by day each of its scenarios with the rules that it asks about."""
    said = promtool("test", "rules", *([name] if NIGHT else one_by_one(name, tmp_path)))

    assert said.returncode == 0, said.stdout + said.stderr


def one_by_one(name, folder):
    """Write each scenario of a file into one of its own, with a file of its rules; return their paths."""
    page = yaml.safe_load((FOLDER / name).read_text())
    for number, scenario in enumerate(page["tests"]):
        asked_for = re.findall(r'alertname="(\w+)"', str(scenario["promql_expr_test"]))
        rules = [rule for rule in RULES if rule.get("alert") in {None, *asked_for}]
        alone = page | {"rule_files": [f"{number}.rules"], "tests": [scenario]}
        (folder / f"{number}.rules").write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}))
        (folder / f"{number}.yml").write_text(json.dumps(alone))
    return folder.glob("*.yml")


def scenarios():
    return [
        one
        for name in ("alerts_test.yml", "alerts_days_test.yml")
        for one in yaml.safe_load((FOLDER / name).read_text())["tests"]
    ]


def test_each_alert_has_a_scenario_in_which_it_fires_and_one_in_which_it_does_not():
    fires, silent = set(), set()
    for one in scenarios():
        for asked_for in one["promql_expr_test"]:
            found = re.findall(r'alertname="(\w+)"', str(asked_for))
            (fires if asked_for["exp_samples"] else silent).update(found)

    assert fires == silent == set(ALERTS)


@pytest.mark.parametrize("expression", [*(rule["expr"] for rule in RULES), *EXPRESSIONS])
def test_each_expression_asks_for_metrics_and_labels_that_there_are(expression):
    names, labels = asked(expression)

    assert names <= set(SHOWN) | set(OF_MACHINES)
    known = OF_MACHINES | {name: metric.labels for name, metric in SHOWN.items()}
    assert labels <= {label for name in names for label in known[name]}


def test_each_metric_is_asked_for_by_a_rule_or_the_dashboard():
    used = {
        SHOWN[name].name
        for one in [*(rule["expr"] for rule in RULES), *EXPRESSIONS]
        for name in asked(one)[0] - OF_MACHINES.keys()
    }

    assert used == set(BY_NAME)


@pytest.mark.parametrize("rule", RULES, ids=ALERTS)
def test_an_alert_says_how_urgent_it_is_and_what_to_do(rule):
    page = (ROOT / "docs" / "monitoring.md").read_text()

    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["labels"]["part"] in {
        "reach",
        "answers",
        "journal",
        "work",
        "attachments",
        "copies",
        "machine",
    }
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert file == "docs/monitoring.md"
    assert anchor == rule["alert"].lower()
    assert f"\n### {rule['alert']}\n" in page


#: The bound of each alert that ``manage.py health`` judges by too.
BOUNDS = {
    "RepereDatabaseSlow": judging.DATABASE_SLOW,
    "RepereSequencerSilent": judging.SEQUENCER_LATE,
    "RepereWitnessSilent": judging.WITNESS_LATE,
    "RepereWorkerSilent": WORKER_LATE.total_seconds(),
    "RepereUrgentCallsLate": judging.CALL_FAULT,
    "RepereUrgentNoticesWaiting": judging.CALL_FAULT,
    "RepereTaskFailing": judging.TASK_FAILURES,
    "RepereNoticesWaiting": judging.NOTICE_LATE,
    "RepereObjectStoreFills": judging.SPACE_WARNED,
    "RepereObjectStoreFull": judging.SPACE_FAULT,
    "RepereAttachmentsWaiting": judging.ATTACHMENTS_WARNED,
    "RepereBackupOld": judging.BACKUP_WARNED,
    "RepereArchiveOld": judging.ARCHIVED_FAULT,
    "RepereRehearsalOld": judging.REHEARSAL_WARNED,
    "RepereCertificateEndsSoon": judging.CERTIFICATE_WARNED,
    "RepereCertificateEnds": judging.CERTIFICATE_FAULT,
    "RepereClockOff": judging.CLOCK_WARNED,
}


@pytest.mark.parametrize("name", BOUNDS)
def test_an_alert_and_the_command_have_one_bound(name):
    (said,) = re.findall(r"[<>]=? ([\d.]+(?: [*^] \d+)*)", ALERTS[name]["expr"])

    assert eval(said.replace("^", "**")) == BOUNDS[name]  # noqa: S307 - a product of numbers


def test_the_page_describes_no_alert_that_is_not_there():
    page = (ROOT / "docs" / "monitoring.md").read_text()

    assert re.findall(r"^### (Repere\w+)$", page, re.MULTILINE) == list(ALERTS)


# --- Who is woken ---------------------------------------------------------------------------------


def matches(matchers, labels):
    """Whether labels match all matchers, as Alertmanager reads them (``name="value"``, ``=~``, ``!=``, ``!~``)."""
    for matcher in matchers:
        name, how, value = re.fullmatch(r'(\w+)(=~|!~|!=|=)"(.*)"', matcher).groups()
        have = labels.get(name, "")
        same = re.fullmatch(value, have) is not None if "~" in how else have == value
        if same is how.startswith("!"):
            return False
    return True


def told(firing):
    """Of alerts that fire, given by name and labels, those that nobody else's alert hides."""
    rules = yaml.safe_load((FOLDER / "alertmanager.yml").read_text())["inhibit_rules"]
    every = [{"alertname": name, **ALERTS[name]["labels"], **labels} for name, labels in firing]
    return {
        one["alertname"]
        for one in every
        if not any(
            other is not one
            and matches(rule["source_matchers"], other)
            and matches(rule["target_matchers"], one)
            and all(one.get(label, "") == other.get(label, "") for label in rule.get("equal", []))
            for rule in rules
            for other in every
        )
    }


def firing_in(title):
    """What fires in a scenario of ``alerts_test.yml``, by its name's beginning; the last that it asks about."""
    (one,) = [one for one in scenarios() if one["name"].startswith(title)]
    return [
        (re.search(r'alertname="(\w+)"', sample["labels"])[1], {})
        for sample in one["promql_expr_test"][-1]["exp_samples"]
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("All is well", set()),
        ("The database of the cases is dead", {"RepereDatabaseDown"}),
        ("The sequencer is dead: ", {"RepereSequencerSilent"}),
        ("The sequencer is dead, and nobody came", {"RepereSequencerSilent", "RepereJournalReadingStops"}),
        ("The worker is dead", {"RepereWorkerSilent"}),
    ],
)
def test_one_cause_is_told_once(title, expected):
    assert told(firing_in(title)) == expected


def test_copies_that_a_dead_database_cannot_tell_of_are_hidden():
    firing = [
        ("RepereDatabaseDown", {}),
        ("RepereBackupOld", {"database": "keys"}),
        ("RepereRehearsalOld", {}),
    ]

    assert told(firing) == {"RepereDatabaseDown"}


def test_where_nothing_answers_all_else_is_hidden():
    assert told([(name, {}) for name in ALERTS]) == {"RepereDown"}


def test_a_full_disk_is_told_beside_the_database_that_it_stopped():
    full, fills = "RepereDatabaseDiskFull", "RepereDatabaseDiskFills"
    here, there = {"instance": "d", "mountpoint": "/"}, {"instance": "d", "mountpoint": "/srv"}

    assert told([("RepereDatabaseDown", {}), (full, here), (fills, here)]) == {"RepereDatabaseDown", full}
    assert told([(full, here), (fills, there)]) == {full, fills}


def test_an_alert_about_another_database_or_certificate_is_not_hidden():
    soon, ends = "RepereCertificateEndsSoon", "RepereCertificateEnds"

    assert told([(ends, {"name": "site"}), (soon, {"name": "site"})]) == {ends}
    assert told([(ends, {"name": "site"}), (soon, {"name": "files"})]) == {ends, soon}


def test_an_urgent_call_is_told_whatever_else_waits():
    """Only a dead worker, database or service hides it: each of them is a page itself."""
    urgent = [("RepereUrgentNoticesWaiting", {}), ("RepereUrgentCallsLate", {})]
    others = [(name, {}) for name in ALERTS if ALERTS[name]["labels"]["severity"] == "ticket"]

    assert {name for name, _ in urgent} <= told(urgent + others)


# --- The dashboard --------------------------------------------------------------------------------


def test_panels_have_ids_of_their_own_and_places_that_do_not_overlap():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len(set(ids)) == len(ids)
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_the_dashboard_names_no_source_of_its_own():
    (variable,) = DASHBOARD["templating"]["list"]
    sources = [holder["datasource"] for panel in PANELS for holder in (panel, *panel["targets"])]

    assert (variable["name"], variable["type"], variable["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


def test_each_part_of_the_service_has_a_row():
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]

    assert rows == [
        "Usagers", "Journal", "Travaux et notifications", "Pièces jointes", "Copies et machines", "Délais légaux",
    ]  # fmt: skip
    assert all(panel["title"] and panel["targets"] for panel in PANELS)


@pytest.mark.needs("promtool")
def test_each_expression_of_the_dashboard_is_promql(tmp_path):
    """As rules: the tool that parses rules parses them, with Grafana's variable in its place."""
    rules = [
        {"record": "a:b", "expr": one.replace("$__rate_interval", "5m"), "labels": {"n": str(n)}}
        for n, one in enumerate(EXPRESSIONS)
    ]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))

    said = promtool("check", "rules", "--lint=none", "rules.yml", cwd=tmp_path)

    assert said.returncode == 0, said.stdout + said.stderr
