"""Workspace of the assessment team for one child: its own words, and what was found of each dimension."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from accounts.request import ServiceRequest
from referrals.access.relations import CaseAccess
from referrals.assessment import actions as assessment_actions
from referrals.assessment.inputs import ChildHearing, DangerForm, FindingForm, ReportForm
from referrals.errors import NotVisible
from referrals.models import Referral
from referrals.reading import names as reading_names
from referrals.reading.disclosures import seen
from referrals.vocabulary.assessment_answers import OF_DECREE
from web import faults, forms
from web.cases import assessing, confirmation
from web.cases.base import once, zone_of
from web.cases.choices import numbered
from web.cases.stepforms import summary
from web.page import go_to
from web.views.cases.writing import TeamPage

type Values = Mapping[str, Mapping[str, Any]]


class ChildWriting(TeamPage):
    template = "web/assessment/child.html"

    def get(self, request: ServiceRequest, pk: UUID, child: UUID) -> HttpResponse:
        referral, ties = self._case(pk)
        row, voices, names = self._written(referral, ties)
        if str(child) not in names.children:
            raise NotVisible
        findings = [one for one in row["findings"] if one["child"] == str(child)]
        values = {one["dimension"]: {"finding": one["finding"]} | assessing.texts_of(one) for one in findings}
        own = next((one for one in voices if one["child"] == str(child)), {})
        danger: Mapping[str, Any] = next((one for one in row["dangers"] if one["child"] == str(child)), {})
        around = self._of_child(referral, ties, names, child)
        wanted = self._wanted(referral)
        lines = assessing.children(referral.pk, numbered(names.children), row, voices, wanted)
        return self.show(
            around
            | self._fields(referral, {assessing.VOICE: own, assessing.DANGER: danger} | values, None)
            | {
                "children": lines,
                "missing": assessing.missing_of(str(child), row, voices, wanted),
                "version": referral.version,
                "once": self.key(),
                "saved": confirmation.confirmed_step(self)[0] == confirmation.EDITED,
            }
        )

    def act(self, request: ServiceRequest, pk: UUID, child: UUID) -> HttpResponse:
        referral, _ties = self._case(pk)
        body = self._body(referral, child)
        done, _ = once(
            self,
            pk,
            body,
            lambda: assessment_actions.edit(
                pk, body, version=self.sent.version, actor=self.actor, at=self.at
            ),
        )
        if self.saves_draft:
            now = done.referral if done is not None else seen(request, pk)[0]
            return self.draft_saved(now.version, zone=zone_of(referral))
        then = self.sent.text("then")
        others = list(self.names_sent.children)
        following = others[others.index(str(child)) + 1 :] if str(child) in others else []
        if then == "stay":
            address = reverse("child-writing", args=[pk, child])
        elif then == "next" and following:
            address = reverse("child-writing", args=[pk, following[0]])
        else:
            address = reverse("assessment-writing", args=[pk])
        return go_to(address + confirmation.query_of(self.actor, confirmation.EDITED))

    def redisplay(self, problem: Mapping[str, Any] | None, pk: UUID, child: UUID) -> HttpResponse:
        referral, ties = self._case(pk)
        typed: dict[str, Mapping[str, Any]] = {
            one: forms.typed(FindingForm, assessing.asked_of(one), self.sent, prefix=f"{one}-")
            for one in self._wanted(referral)
        }
        typed[assessing.DANGER] = forms.typed(
            DangerForm, assessing.danger(), self.sent, prefix=assessing.DANGER
        )
        typed[assessing.VOICE] = forms.typed(
            ChildHearing, assessing.hearing(), self.sent, prefix=assessing.VOICE
        )
        shown = self._fields(referral, typed, problem, body=self._body(referral, child))
        context = (
            self._of_child(referral, ties, self.names_sent, child)
            | shown
            | {
                "problem": problem,
                "version": referral.version,
                "once": self.key(problem),
            }
        )
        if problem is not None and problem["code"] == "stale-version":
            context["conflict"] = self.conflict(referral, ties)
        return self.show(context)

    # --- The form -------------------------------------------------------------------------------------

    def _body(self, referral: Referral, child: UUID) -> dict[str, Any]:
        """Return what the API would be sent; a question without its first answer is left out."""
        zone = zone_of(referral)
        voice = forms.body_of(ChildHearing, assessing.hearing(), self.sent, prefix=assessing.VOICE, zone=zone)
        findings = [
            forms.body_of(FindingForm, assessing.asked_of(one), self.sent, prefix=f"{one}-", zone=zone)
            | {"child": str(child), "dimension": str(one)}
            for one in self._wanted(referral)
        ]
        danger = forms.body_of(DangerForm, assessing.danger(), self.sent, prefix=assessing.DANGER, zone=zone)
        return {
            "dangers": [danger | {"child": str(child)}] if any(danger.values()) else [],
            "voices": [voice | {"child": str(child)}] if voice.get("heard") else [],
            "findings": [one for one in findings if one.get("finding")],
        }

    def _fields(
        self,
        referral: Referral,
        values: Values,
        problem: Mapping[str, Any] | None,
        *,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        worded = faults.worded(problem, ReportForm) if problem is not None else None
        sent = [one["dimension"] for one in (body or {}).get("findings", ())]
        voice = forms.fields_of(
            ChildHearing,
            assessing.hearing(),
            values.get(assessing.VOICE, {}),
            prefix=assessing.VOICE,
            faults=forms.faults_of(worded, "voices.0."),
        )
        danger = forms.fields_of(
            DangerForm,
            assessing.danger(),
            values.get(assessing.DANGER, {}),
            prefix=assessing.DANGER,
            faults=forms.faults_of(worded, "dangers.0."),
        )
        groups: dict[bool, list[forms.Field]] = {True: [], False: []}
        for one in self._wanted(referral):
            place = f"findings.{sent.index(str(one))}." if str(one) in sent else "-"
            groups[one in OF_DECREE] += forms.fields_of(
                FindingForm,
                assessing.asked_of(one),
                values.get(str(one), {}),
                prefix=f"{one}-",
                faults=forms.faults_of(worded, place),
            )
        shown = [*voice, *danger, *groups[True], *groups[False]]
        return {
            "voice": voice,
            "danger": danger,
            "decree": groups[True],
            "items": groups[False],
            "faults": summary(worded, shown),
        }

    def _of_child(
        self, referral: Referral, ties: CaseAccess, names: reading_names.Names, child: UUID
    ) -> dict[str, Any]:
        called = dict(numbered(names.children))
        return self._context(referral, ties, names) | {
            "back": reverse("assessment-writing", args=[referral.pk]),
            "name": called.get(str(child), ""),
            "here": str(child),
            "last": list(called)[-1:] == [str(child)],
        }
