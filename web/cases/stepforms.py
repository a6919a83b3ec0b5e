"""Form of a step, made from its input declaration: fields, groups of fields, and the body it sends.

A nested list is one group per row: one for each child or holder where the row is about one, else as many as the person
asks for. An unanswered row is left out of the body, even if required, and errors find their row again by its index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from rest_framework import serializers

from core.inputs import StrictSerializer
from referrals.vocabulary.between_authorities import FormalityKind
from referrals.workflow.case import Case
from web import forms
from web.cases import display, hints, words
from web.cases.choices import Choices, Pairs
from web.forms import Ask, Entry, Fault, Field, Follow, Group, Row, Sent, members, nested

ROWS_MAX: Final = 20
#: By what a row says which child, holder or inquiry it is about.
ABOUT: Final = ("child", "holder", "inquiry")
#: Lists of which two rows are offered at first: a team is two at least (D226-2-5).
TWO: Final = ("team",)
#: Lists whose rows stand side by side, to be compared.
SIDE_BY_SIDE: Final = ("conclusions",)
#: Texts of a few words.
ONE_LINE: Final = ("recipient", "sending_proof", "sending_reference")
#: What a step is about: asked for before anything else.
FIRST: Final = (
    "file",
    "measure",
    "judicial_referral",
    "request",
    "child",
    "children",
    "holder",
    "target",
    "ruling_kind",
)


@dataclass
class StepForm:
    """The form of one input declaration on one case; ``zone`` is that of the authority.

    ``case``: as the step will see it, where what is asked depends on it; ``known``: what is filled in beforehand, by
    the prefix of the fields.
    """

    takes: type[StrictSerializer]
    choices: Choices
    zone: ZoneInfo
    case: Case | None = None
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _places: dict[str, list[int]] = field(default_factory=dict)

    # --- What a browser sends -------------------------------------------------------------------------

    def body(self, sent: Sent) -> dict[str, Any]:
        """Return what the API would be sent."""
        body = forms.body_of(self.takes, self._asks(self.takes), sent, zone=self.zone)
        idle = {
            name for name, when in self.takes.needed_when.items() if not when.met_by(body.get(when.member))
        }
        if "other" in body and "other" in members(self.takes):
            body["other"] = self.choices.by_reference(body["other"])
        for name, declared in nested(self.takes).items():
            many = isinstance(declared, serializers.ListSerializer)
            owner = type(declared.child if many else declared)
            rows = [self._row_body(owner, f"{name}-{n}-", sent) for n in range(self._count(name, sent))]
            self._places[name] = [n for n, row in enumerate(rows) if row is not None]
            filled_rows = [row for row in rows if row is not None and name not in idle]
            if many:
                body[name] = filled_rows
            elif filled_rows:
                body[name] = filled_rows[0]
        return body

    def _row_body(self, owner: type[StrictSerializer], prefix: str, sent: Sent) -> dict[str, Any] | None:
        body = forms.body_of(owner, self._asks(owner), sent, prefix=prefix, zone=self.zone)
        if owner.__name__ == "Correction" and isinstance(body.get("value"), str):
            body["value"] = display.meant(body.get("part", ""), body.get("field", ""), body["value"])
        about = {name: sent.text(f"{prefix}{name}") for name in self._fixed(owner)}
        answered = [value for name, value in body.items() if name not in about]
        if self._asks_something(owner) and not any(value not in (None, "", [], False) for value in answered):
            return None
        return body | about

    def _count(self, name: str, sent: Sent) -> int:
        return min(sent.count(name) or 0, ROWS_MAX)

    # --- What a page shows ----------------------------------------------------------------------------

    def entries(
        self, sent: Sent | None, problem: Mapping[str, Any] | None = None, *, more: str = ""
    ) -> list[Entry]:
        """Return the entries in the order of the declaration, filled as they were sent; one row ``more`` of one."""
        inner = nested(self.takes)
        entries: list[Entry] = []
        faults = forms.faults_of(problem)
        order = self._order()
        fields = self._fields(self.takes, [name for name in order if name not in inner], sent, "", faults)
        on_top, every = {one.name: one for one in fields}, {one.name: one for one in forms.all_of(fields)}
        for name in order:
            if name not in inner:
                entries += [on_top[name]] if name in on_top else []
                continue
            group = self._group(name, members(self.takes)[name], sent, problem, extra=int(more == name))
            when = self.takes.needed_when.get(name)
            if when is not None and when.member in every:
                every[when.member].calls_for(Follow(when.answers, (), unless=when.unless), [group])
            else:
                entries.append(group)
        return entries

    def folded(self, entries: Sequence[Entry]) -> list[Field]:
        """Return the fields that a page folds: of an urgent step, what may stay open and isn't what it is about."""
        if not self.choices.step.urgent:
            return []
        fields = [one for one in entries if isinstance(one, Field)]
        return [
            one for one in fields if one.optional_shown and one.name not in FIRST and not forms.beside([one])
        ]

    def _order(self) -> list[str]:
        """Return the members as a page asks for them: what the step is about first, who signs last.

        A choice that may be left open and has nothing to choose from is left out.
        """
        rank = {name: place for place, name in enumerate(FIRST)} | {
            "approver": len(members(self.takes)) + len(FIRST)
        }
        names = [
            name
            for name, declared in members(self.takes).items()
            if (declared.required or self.choices.of(name, self.takes.__name__) != []) and self._applies(name)
        ]
        return sorted(names, key=lambda name: rank.get(name, len(FIRST)))

    def _applies(self, name: str) -> bool:
        """Tell whether a member is for such a case at all."""
        applies = self.takes.needed_if.get(name)
        return applies is None or self.case is None or applies(self.case)

    def values(self, values: Mapping[str, Any]) -> list[Entry]:
        """Return the plain entries filled with values that are on record."""
        names = [name for name in members(self.takes) if name not in nested(self.takes)]
        asks = [ask_of(self.takes, name) for name in names]
        pairs = self._pairs(self.takes, names)
        return list(forms.fields_of(self.takes, asks, values, choices=pairs))

    def _fields(
        self,
        owner: type[StrictSerializer],
        names: Sequence[str],
        sent: Sent | None,
        prefix: str,
        faults: Mapping[str, str],
    ) -> list[Field]:
        asks = forms.as_called(owner, [self._ask(owner, name) for name in names])
        values = self.known.get(prefix, {}) if sent is None else forms.typed(owner, asks, sent, prefix=prefix)
        return forms.fields_of(
            owner, asks, values, faults=faults, prefix=prefix, choices=self._pairs(owner, names)
        )

    def _pairs(self, owner: type[StrictSerializer], names: Sequence[str]) -> dict[str, Pairs]:
        by_name = {}
        for name in names:
            declared = members(owner)[name]
            pairs = self.choices.of(name, owner.__name__)
            if pairs is None and isinstance(declared, serializers.ChoiceField) and declared.allow_blank:
                pairs = [(str(code), str(label)) for code, label in declared.choices.items()]
            if pairs is None:
                continue
            single = not isinstance(declared, serializers.ListField)
            by_name[name] = (
                [("", gettext("Sans réponse")), *pairs]
                if single and not declared.required and not (name == "approver" and self._two_sign[0])
                else pairs
            )
        return by_name

    def _group(
        self,
        name: str,
        declared: Any,
        sent: Sent | None,
        problem: Mapping[str, Any] | None,
        *,
        extra: int,
    ) -> Group:
        many = isinstance(declared, serializers.ListSerializer)
        owner: type[StrictSerializer] = type(declared.child if many else declared)
        fixed = self._fixed(owner)
        about = self._about(fixed) if fixed else []
        wanted = self._count(name, sent) if sent is not None else 2 if name in TWO else 1
        count = len(about) if fixed else min(wanted + extra, ROWS_MAX) if many else 1
        names = [inner for inner in members(owner) if inner not in fixed]
        rows = []
        for n in range(count):
            at = _place(self._places.get(name, ()), n)
            path = f"{name}.{at}." if many else f"{name}."
            faults = forms.faults_of(problem, path) if at is not None else {}
            prefix = f"{name}-{n}-"
            title = about[n][1] if fixed else gettext("Ligne %(n)s") % {"n": n + 1} if many else ""
            hidden = [(f"{prefix}{fixed[0]}", about[n][0])] if fixed else []
            rows.append(Row(title, self._fields(owner, names, sent, prefix, faults), hidden))
        return Group(
            name,
            str(words.of(name, self.takes.__name__)),
            str(hints.hint(name, self.takes.__name__)),
            rows,
            more=many and not fixed,
            error=forms.fault_of(problem, name),
            columns=name in SIDE_BY_SIDE,
        )

    def _about(self, fixed: Sequence[str]) -> Pairs:
        if fixed[0] == "kind":
            return [(str(kind), str(kind.label)) for kind in FormalityKind]
        if fixed[0] == "inquiry":
            return self.choices.inquiries()
        return self.choices.holders if fixed[0] == "holder" else self.choices.children

    @staticmethod
    def _fixed(owner: type[StrictSerializer]) -> tuple[str, ...]:
        """Return the member that says what a row is about, where the page has one row for each."""
        if owner.__name__ == "Formality":
            return ("kind",)
        if owner.__name__ in ("MeasureOffer", "OrderedMeasure"):  # there may be several for one child
            return ()
        return tuple(name for name in ABOUT if name in members(owner))[:1]

    def _asks_something(self, owner: type[StrictSerializer]) -> bool:
        """Tell whether a row without an answer says nothing; a child whom another file lacks is said by none."""
        fixed = self._fixed(owner)
        return not fixed or any(one.required for name, one in members(owner).items() if name not in fixed)

    def _asks(self, owner: type[StrictSerializer]) -> list[Ask]:
        asks = [
            ask_of(owner, name)
            for name in members(owner)
            if name not in nested(owner)
            and name not in (self._fixed(owner) if owner is not self.takes else ())
        ]
        return forms.as_called(owner, asks)

    def _ask(self, owner: type[StrictSerializer], name: str) -> Ask:
        ask = ask_of(owner, name)
        if self.choices.step.urgent:
            ask = replace(ask, rows=min(ask.rows, 3))
        if name == "document" and self.choices.of("judicial_referral", owner.__name__) == []:
            # Nothing was prepared that could bring it.
            return replace(ask, hint="", optional=False)
        if name != "approver" or owner is not self.takes:
            return ask
        reason, when = self._two_sign
        return replace(ask, hint=reason or when, optional=False)

    @cached_property
    def _two_sign(self) -> tuple[str, str]:
        """Return why a second person must sign, where that is certain from what the reader sees; else when one must."""
        rule, case = self.choices.step.signed_when, self.case
        if rule is None:
            return "", ""
        other = gettext("Choisissez une autre personne que vous.")
        if rule.of_case and case is not None:
            with case.as_seen():
                reason = rule(case, None)
            if reason is not None:
                return f"{reason} {other}", ""
        whens = " ".join(rule.in_words())
        return "", f"{gettext("Seulement s'il le faut :")} {whens} {other}"


def ask_of(owner: type[StrictSerializer], name: str) -> Ask:
    """Return how a page asks for a plain member of a declaration."""
    declared = members(owner)[name]
    hint = hints.hint(name, owner.__name__)
    most = getattr(declared, "max_length", None) or 0
    return Ask(
        name,
        words.of(name, owner.__name__),
        hint,
        width="" if getattr(declared, "multiline", False) else "half",
        inline=isinstance(declared, serializers.ChoiceField) and len(declared.choices) <= 3,
        rows=1 if name in ONE_LINE else 8 if most >= 10_000 else 5 if most >= 5_000 else 3,
        # What another answer or the case calls for is called optional only where it may stay open then.
        optional=f"{owner.__name__}.{name}" in hints.LEFT_OPEN
        or not (
            name in owner.needed_when or name in owner.needed_if or hints.conditional(name, owner.__name__)
        ),
    )


def _place(places: Sequence[int], n: int) -> int | None:
    return places.index(n) if n in places else None


def summary(problem: Mapping[str, Any] | None, entries: Sequence[Entry]) -> list[Fault]:
    """Return the lines of the error summary: each leads to its field; where none has one on the page, all are named."""
    if problem is None:
        return []
    return forms.beside(entries) or [
        Fault(str(words.of(item["field"].rpartition(".")[2])), item["detail"])
        for item in problem.get("errors", ())
    ]
