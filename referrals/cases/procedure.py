"""The procedure as declared, in words: machines, steps, guards, deadlines, signatures."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from accounts.roles import Role
from core.languages import ENGLISH, FRENCH, in_both, in_language
from referrals.access.matrix import Relation
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.law import citations
from referrals.vocabulary.law.article import Article
from referrals.vocabulary.states import Coded, Machine
from referrals.workflow import deadlines
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import Guard, Step, steps

BEFORE: Final = "before"
WITH_BODY: Final = "with_body"


@cache
def procedure() -> dict[str, Any]:
    """Return all that is declared, in both languages; it doesn't change while the service runs."""
    return {
        "machines": {str(machine): _machine(machine) for machine in Machine},
        "clocks": [deadlines.deadline_line(code) for code in ClockCode],
        "rules": {rule.__name__: _rule(rule) for rule in _rules()},
        "relations": [_coded(relation) for relation in Relation],
        "articles": [_article(article) for article in citations.ARTICLES.values()],
    }


def _rules() -> Iterator[Guard]:
    for step in steps.all():
        yield from (*step.guards, *step.checks)
        if step.signed_when is not None:
            yield step.signed_when


def _rule(rule: Guard) -> dict[str, Any]:
    return {"description": rule.description, "fr": rule.published(FRENCH), "en": rule.published(ENGLISH)}


def _machine(machine: Machine) -> dict[str, Any]:
    runs = MACHINES[machine]
    return {
        "label": machine.labels_by_language,
        "access_class": runs.access_class,
        "while_in": [str(state) for state in runs.while_in],
        "states": [_coded(state) | {"end": state in runs.ends} for state in runs.states],
        "steps": [_declared(step) for step in steps.of(machine)],
    }


def _coded(code: Coded) -> dict[str, Any]:
    return {"code": str(code), "label": code.labels_by_language}


def _role(role: Role) -> dict[str, Any]:
    return {"code": str(role), "label": in_both(role.label)}


def _declared(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "number": step.number,
        "label": in_both(step.label),
        "description": step.doc,
        "from": list(step.source),
        "to": list(step.target),
        "roles": [_role(role) for role in step.roles],
        "guards": [
            *({"rule": rule.__name__, "asked": BEFORE} for rule in step.guards),
            *({"rule": rule.__name__, "asked": WITH_BODY} for rule in step.checks),
        ],
        "second_signature": _signature(step),
        "starts": [str(code) for code in step.starts],
        "stops": [str(code) for code in step.stops],
        "tells": list(step.tells),
        "data_class": step.data_class,
        "internal": step.internal,
        "law": citations.citation_lines(step.law),
    }


def _article(article: Article) -> dict[str, Any]:
    return {
        "code": article.key,
        "text": article.name,
        "says": in_both(article.says),
        "checked": _coded(article.checked),
        "read_in": article.read_in and f"{article.read_in:%Y-%m}",
        "in_force_since": article.since and article.since.isoformat(),
        "address": article.address,
    }


def _signature(step: Step) -> dict[str, Any] | None:
    if step.signed_when is None:
        return None
    return {
        "rule": step.signed_when.__name__,
        "roles": [_role(role) for role in step.second_signers],
        "otherwise": [
            {"reason": in_language(reason, FRENCH), "roles": [_role(role) for role in roles]}
            for reason, roles in step.signers_for
        ],
    }
