"""A step through its page: the same act as through the API, done once, and nothing that was typed is lost."""

import re
from pathlib import Path

import pytest
from django.utils import translation

import referrals
from accounts.actor import SYSTEM
from referrals.models import Referral, StepRecord
from referrals.notifications import recipients
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.factories.concerns import concern, urgent
from tests.night import NIGHT
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.security.procedure import (
    TARGET,
    Case,
    assessed,
    contact,
    filed,
    play,
    reported,
    send,
    triaged,
    walks,
)
from tests.shared_fixtures import shared_fixture, undone
from tests.web.visiting import Visitor, form_in, links, text
from web.cases import act_warnings, confirmation, display, parties, words
from web.forms import members, nested

TAB = re.compile("/dossiers/[0-9a-f-]{36}/[a-z]+")


@shared_fixture
def case(world):
    made = Case(world, "{}.".format)
    play(world, filed(made, concern()))
    return made


@shared_fixture
def in_triage(world, case):
    play(world, triaged(case))


@shared_fixture
def delivered(world, case, in_triage):
    """The report lies before whoever decides."""
    for walk in (met(case), reported(case, {0: "no_danger"})):
        play(world, walk)


def met(case):
    yield from assessed(case)
    yield contact(case)


def at(case, step, machine="referral", part=""):
    return f"/dossiers/{case.pk}/etape/{machine}/{part + '/' if part else ''}{step}"


def state_of(case):
    see_all()
    return Referral.objects.get(pk=case.pk).state


# --- The words ----------------------------------------------------------------------------------------


def declared():
    """Return the steps that have a page: those of cases and of anomalies."""
    return [
        s
        for s in steps.all()
        if not s.internal and (MACHINES[s.machine].of_case or s.machine is Machine.ANOMALY)
    ]


def test_every_member_of_every_step_has_words():
    def lacking(takes):
        inner = nested(takes)
        for name in members(takes):
            if not words.has_words(name, takes.__name__):
                yield f"{takes.__name__}.{name}"
        for one in inner.values():
            yield from lacking(type(getattr(one, "child", one)))

    assert [name for step in declared() for name in lacking(step.takes)] == []


def test_every_party_that_a_step_tells_has_words():
    assert {party for step in declared() for party in step.tells} - set(parties.PARTIES) == set()


def test_every_warning_of_an_act_has_words():
    """Those that the source appends, and the two of a call that nobody gets."""
    found = {recipients.PHONE_ON_CALL, recipients.PHONE_SUPERVISOR}
    for path in Path(referrals.__file__).parent.rglob("*.py"):
        found |= set(re.findall(r'warnings\.append\("([a-z-]+)"\)', path.read_text(encoding="utf-8")))

    assert len(found) > 2
    assert [code for code in found if act_warnings.warning(code) == code] == []


@pytest.mark.parametrize(
    ("language", "part", "item", "said", "meant"),
    [
        ("fr", "children", "identity_known", "connue", "known"),
        ("en", "children", "identity_known", "Known", "known"),
        ("fr", "concern", "child_informed", "Non", "no"),
        ("fr", "children", "birth_date", "01/02/2013", "2013-02-01"),
        ("fr", "children", "last_name", "Non", "Non"),
        ("fr", "nothing", "nothing", "Rien", "Rien"),
    ],
)
def test_a_corrected_value_is_said_in_words(language, part, item, said, meant):
    with translation.override(language):
        assert display.meant(part, item, said) == meant


# --- Doing a step -------------------------------------------------------------------------------------


def test_the_first_analysis_and_the_qualification_go_through_pages(world, case):
    agent, coordinator = Visitor(world, "intake_agent"), Visitor(world, "crip_coordinator")
    agent.get(f"/dossiers/{case.pk}")  # someone of the cell opens it: that acknowledges it (T05)

    begun = agent.fills(at(case, "start_triage"), method="by_hand", where="Le registre.", found="no")
    done = coordinator.fills(
        at(case, "qualify"),
        urgency="U1", opinion="Un risque de danger.", urgency_reason="Pressé.",
        children__0__danger_categories=["security"], children__0__danger_level="danger",
    )  # fmt: skip

    assert begun.status_code == done.status_code == 303, text(done)[:1500]
    assert done.headers["Location"].startswith(f"/dossiers/{case.pk}?done=")
    assert state_of(case) == "qualified"
    told = text(coordinator.get(done.headers["Location"]))
    assert (
        "L'action « Qualifier en information préoccupante » est enregistrée. État du dossier : Qualifiée"
        in told
    )
    assert re.search(r"Qualifiée information préoccupante\. Prochaine étape : \w[^.]+\.", told)


def test_a_row_that_says_nothing_is_left_out_and_faults_find_their_row(world, case, in_triage):
    coordinator = Visitor(world, "crip_coordinator")

    answer = coordinator.fills(at(case, "qualify"), urgency="U1", opinion="Un avis.",
                               children__0__danger_level="danger")  # fmt: skip

    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'href="#f-children-0-danger_categories-0"' in page
    assert "Lou Exemple – Dangers retenus : Choisissez au moins un danger." in text(answer)
    nothing = coordinator.fills(at(case, "qualify"), urgency="U1", opinion="Un avis.")
    assert "Enfants – Lou Exemple : Répondez pour au moins un enfant." in text(nothing)
    assert "Un avis." in page
    assert form_in(answer)["children-0-danger_level"] == "danger"
    assert state_of(case) == "triage"


def test_no_link_feigns_that_something_was_done(world, case, in_triage, monkeypatch):
    """What a page says was done comes from the act itself, to the person who did it, for some minutes."""
    coordinator = Visitor(world, "crip_coordinator")
    real = coordinator.fills(at(case, "message_professionals"), text="Un message.").headers["Location"]
    assert "est enregistrée" in text(coordinator.get(real))

    page = f"/dossiers/{case.pk}?done="
    for feigned in (page, page + "referral-close_no_action", real[:-1] + ("a" if real[-1] != "a" else "b")):
        assert "est enregistrée" not in text(coordinator.get(feigned)), feigned
    assert "est enregistrée" not in text(Visitor(world, "supervisor").get(real))
    monkeypatch.setattr(confirmation, "SECONDS", -1)  # as if it were long ago
    assert "est enregistrée" not in text(coordinator.get(real))


@pytest.mark.sec("SEC-IN12")
def test_a_form_that_is_sent_twice_has_one_effect(world, case, in_triage):
    coordinator = Visitor(world, "crip_coordinator")
    sent = form_in(coordinator.get(at(case, "message_professionals"))) | {"text": "Un message."}

    answers = [coordinator.post(at(case, "message_professionals"), sent) for _ in range(2)]
    other = coordinator.post(at(case, "message_professionals"), sent | {"text": "Un autre."})

    assert [one.status_code for one in answers] == [303, 303]
    assert other.status_code == 422
    assert "Un autre." in other.content.decode()
    assert StepRecord.objects.filter(referral=case.pk, step="message_professionals").count() == 1


@pytest.mark.sec("SEC-AZ18")
def test_who_comes_second_sees_both_versions_and_loses_nothing(world, case, in_triage):
    one, two = Visitor(world, "crip_coordinator"), Visitor(world, "crip_coordinator_2")
    typed = {"value": "U2", "reason": "Une raison longuement écrite."}
    begun = form_in(one.get(at(case, "set_urgency"))) | typed
    two.fills(at(case, "set_urgency"), value="U1", reason="Plus vite.")

    late = one.post(at(case, "set_urgency"), begun)

    page = late.content.decode()
    assert late.status_code == 412
    assert "Une raison longuement écrite." in page
    assert "Quelqu'un a modifié ce dossier entre-temps" in text(late)
    assert "Modifier l'urgence" in text(late)
    again = one.post(at(case, "set_urgency"), form_in(late))
    assert again.status_code == 303
    see_all()
    assert Referral.objects.get(pk=case.pk).urgency == "U2"


def test_a_form_without_a_version_is_refused_and_shown_again(world, case, in_triage):
    coordinator = Visitor(world, "crip_coordinator")
    sent = form_in(coordinator.get(at(case, "set_urgency"))) | {"value": "U2", "reason": "Vite."}
    for version, status in (("", 428), ("x", 412), ("99999999999", 412), ("٣", 412)):
        answer = coordinator.post(at(case, "set_urgency"), sent | {"version": version})
        assert answer.status_code == status
        assert "Vite." in answer.content.decode()


def test_a_step_that_is_not_possible_says_why(world, case):
    coordinator = Visitor(world, "crip_coordinator")
    coordinator.get(f"/dossiers/{case.pk}")

    too_early = coordinator.get(at(case, "assign"))
    not_theirs = Visitor(world, "intake_agent").get(at(case, "qualify"))
    unknown = [coordinator.get(at(case, name)) for name in ("create", "nonsense", "expire")]

    assert (too_early.status_code, not_theirs.status_code) == (409, 403)
    assert "pas possible dans l'état actuel" in text(too_early)
    assert {one.status_code for one in unknown} == {404}


def test_a_second_signature_is_asked_for_and_given_on_pages(world, case, in_triage):
    coordinator, supervisor = Visitor(world, "crip_coordinator"), Visitor(world, "supervisor")
    excluded = str(world.user("assessor_2").pk)
    coordinator.fills(at(case, "exclude"), user=excluded, reason="Un lien de famille.")

    asked = coordinator.fills(
        at(case, "lift_exclusion"), user=excluded, reason="Une erreur de personne.",
        approver=str(world.user("supervisor").pk),
    )  # fmt: skip
    to_sign = links(supervisor.get("/signatures"), f"/dossiers/{case.pk}/signature/")
    page = supervisor.get(to_sign[0])

    assert asked.status_code == 303, text(asked)[:1500]
    assert "attend une seconde signature" in text(coordinator.get(asked.headers["Location"]))
    assert "Une erreur de personne." in text(page)
    assert Visitor(world, "supervisor_2").get(to_sign[0]).status_code == 404
    assert Referral.objects.get(pk=case.pk).exclusions.filter(lifted_at=None).exists()
    sent = form_in(page) | {"what": "sign"}
    answers = [supervisor.post(to_sign[0], sent) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303], text(answers[0])[:2000]
    assert not Referral.objects.get(pk=case.pk).exclusions.filter(lifted_at=None).exists()


def test_who_may_be_named_is_offered_and_whom_the_case_excludes_is_not(world, case, in_triage):
    coordinator = Visitor(world, "crip_coordinator")
    excluded = str(world.user("assessor_2").pk)
    coordinator.fills(at(case, "exclude"), user=excluded, reason="Un lien de famille.")

    named = coordinator.get(at(case, "name_referent")).content.decode()
    granted = coordinator.get(at(case, "grant_access")).content.decode()
    lifted = coordinator.get(at(case, "lift_exclusion")).content.decode()

    assert str(world.user("case_referent").pk) in named
    assert str(world.user("case_referent", "75").pk) not in named
    assert excluded not in granted
    assert excluded in lifted


def test_the_team_writes_and_two_of_it_do_not_overwrite_each_other(world, case):
    play(world, written(case))
    one, two = Visitor(world, "assessor"), Visitor(world, "assessor_2")
    place = f"/dossiers/{case.pk}/redaction"
    begun = form_in(one.get(place)) | {"report": "Le rapport de l'une."}

    first = two.fills(place, notes="Des notes.", conclusions__0__danger_level="danger",
                      conclusions__0__proposal="adapted_actions", conclusions__0__text="Une conclusion.")  # fmt: skip
    late = one.post(place, begun)
    again = one.post(place, form_in(late))

    assert first.status_code == 303, text(first)[:1500]
    assert late.status_code == 412
    assert "Le rapport de l'une." in text(late)
    assert again.status_code == 303
    shown = text(Visitor(world, "assessment_lead").get(f"/dossiers/{case.pk}/evaluation"))
    assert all(said in shown for said in ("Des notes.", "Une conclusion.", "Le rapport de l'une."))
    assert Visitor(world, "assessment_lead").get(place).status_code == 403


def written(case):
    yield from triaged(case)
    yield from met(case)
    yield case.step("assessor", "assessment/write", framework_version="HAS 2021")


def test_a_case_is_opened_in_an_emergency_by_its_reference_and_the_reason_is_asked_for(world, case):
    see_all()
    reference = Referral.objects.get(pk=case.pk).reference
    officer = Visitor(world, "on_call")
    assert "Prenom" not in text(officer.get(f"/dossiers/{case.pk}"))

    bare = officer.fills("/ouvertures", reference=reference)
    absent = officer.fills("/ouvertures", reference="AAAA-AAAA-AAAA-A", reason="Urgence.")
    opened = officer.fills("/ouvertures", reference=reference, reason="Un appel de nuit.")

    assert (bare.status_code, absent.status_code) == (400, 404)
    assert reference in bare.content.decode()
    assert opened.headers["Location"] == f"/dossiers/{case.pk}"
    assert "Ouvert en urgence" in text(officer.get(f"/dossiers/{case.pk}"))
    assert (
        Visitor(world, "filer").post("/ouvertures", {"reference": reference, "reason": "Voir."}).status_code
        == 403
    )


# --- Every page that is offered ------------------------------------------------------------------------


@pytest.mark.slow("the page of each step that is offered")
def test_every_step_that_is_offered_has_its_page_and_an_empty_form_breaks_nothing(world, case, delivered):
    """By day to the first of those to whom it is offered, and each form is sent back in one of two ways."""
    tried = set()
    for name in ("crip_coordinator", "ase_inspector", "assessor", "supervisor", "assessment_lead"):
        visitor = Visitor(world, name)
        offered = links(visitor.get(f"/dossiers/{case.pk}"), f"/dossiers/{case.pk}/etape/")
        assert offered, name
        for n, path in enumerate(offered if NIGHT else [one for one in offered if one not in tried]):
            page = visitor.get(path)
            assert page.status_code == 200, (name, path, text(page)[:500])
            if NIGHT or n % 2:
                sent = {
                    key: value for key, value in form_in(page).items() if key in ("version", "once", "names")
                }
                stale = visitor.post(path, sent | {"version": "999999"})
                assert stale.status_code in (404, 412), (name, path)
            if NIGHT or not n % 2:
                again = visitor.post(path, form_in(page) | {"more": "team"})
                assert again.status_code == 200, (name, path)
        tried |= set(offered)


#: Steps without a page of this kind, and why.
NO_STEP_PAGE = {
    (Machine.REFERRAL, "create"): "the filer's pages begin a draft",
    (Machine.REFERRAL, "submit"): "the filer's pages send it",
    (Machine.REFERRAL, "submit_urgent"): "the filer's pages send it",
    (Machine.REFERRAL, "withdraw"): "the filer's pages take it back",
    (Machine.REFERRAL, "provide_info"): "whoever filed answers on the filer's pages",
}
#: Steps to which no page leads whoever takes them here, and why.
NOT_OFFERED = {
    (Machine.REFERRAL, "acknowledge"): "to open the case takes it",
    (Machine.ALERT, "acknowledge"): "to open the case takes it",
    (
        Machine.JUDICIAL,
        "confirm_receipt",
    ): "an agent of the cell reads nothing of justice, and isn't told of what there is",
}
FOLDERS = {runs.folder: machine for machine, runs in MACHINES.items() if runs.folder and runs.of_case}


def step_of_move(move):
    """Return the machine, the step and the address of the page of a write that is a step of a case; else None."""
    if move.pk is None or not move.path.startswith("referrals/"):
        return None
    rest = move.path.removeprefix(f"referrals/{move.pk}/")
    folder, _, name = rest.rpartition("/")
    folder, _, part = (
        folder.rpartition("/") if re.fullmatch("[0-9a-f-]{36}", folder[-36:]) else (folder, "", "")
    )
    machine = FOLDERS.get(folder, Machine.REFERRAL if not folder else None)
    if machine is None or (machine, name) not in {(s.machine, s.name) for s in steps.all()}:
        return None
    page = f"/dossiers/{move.pk}/etape/{machine}/{part + '/' if part else ''}{name}"
    return machine, name, page


@pytest.mark.slow("plays the procedure, and looks at the page of each step before it is taken")
def test_whoever_takes_a_step_is_led_to_its_page(world):
    """Each step of the procedure, in a case that is ready for it: the pages of the case lead to it, and it answers.

    And so does every other step that those pages offer. By day each kind of page is looked at once.
    """
    faults, taken, looked = {}, set(), set()

    def offers(visitor, address):
        page = visitor.get(address)
        if page.status_code != 200:
            faults[address] = page.status_code
        return links(page), [one for one in links(page) if "/etape/" in one]

    def offered(visitor, pk, wanted):
        """By day the tabs of a case are looked at where its first page doesn't lead to what is wanted."""
        start = "transferts" if visitor.code == TARGET else "dossiers"
        onwards, there = offers(visitor, f"/{start}/{pk}")
        for tab in (one for one in onwards if TAB.fullmatch(one)):
            if NIGHT or wanted not in there:
                there += offers(visitor, tab)[1]
        return there

    def sends(move):
        found = step_of_move(move)
        if found is None or (found[:2] in taken and not NIGHT):
            return send(world, move)
        machine, name, page = found
        taken.add((machine, name))
        if (machine, name) in NO_STEP_PAGE:
            return send(world, move)
        with undone():  # to open a case may acknowledge it
            looks(Visitor(world, move.who, move.code), move, machine, name, page)
        return send(world, move)

    def looks(visitor, move, machine, name, page):
        if (answer := visitor.get(page)).status_code != 200:
            faults[f"{move.who}: {machine} {name}"] = (answer.status_code, text(answer)[:200])
        there = offered(visitor, move.pk, page)
        if page not in there and (machine, name) not in NOT_OFFERED:
            faults[f"{move.who}: nothing leads to {machine} {name}"] = there
        for one in there:
            kind = re.sub("[0-9a-f-]{36}", "{id}", one)
            if kind in looked and not NIGHT:
                continue
            looked.add(kind)
            if (answer := visitor.get(one)).status_code != 200:
                faults[f"{move.who}: {kind}"] = (answer.status_code, text(answer)[:200])

    for walk in walks(world):
        play(world, walk, sends)

    assert faults == {}
    of_cases = {(s.machine, s.name) for s in steps.all() if not s.internal and MACHINES[s.machine].of_case}
    assert of_cases - taken - NO_STEP_PAGE.keys() == set()


def test_while_a_call_is_open_answering_it_comes_before_all_else(world):
    case = Case(world, "{}.".format)
    case.pk = world.as_("filer").post("referrals", urgent()).json()["id"]
    send(world, case.step("filer", "submit_urgent"))

    page = Visitor(world, "on_call").get(f"/dossiers/{case.pk}")

    offered = re.findall(r'class="button[^"]*" href="[^"]*/(\w+)"', page.content.decode())
    assert offered == ["acknowledge", "open", "send_judicial"]


@pytest.mark.sec("SEC-IN9")
def test_odd_values_in_hidden_fields_break_nothing(world, case, in_triage):
    coordinator = Visitor(world, "crip_coordinator")
    sent = form_in(coordinator.get(at(case, "qualify")))
    for name, value in (
        ("names", "["), ("names", "[1, 2]"), ("names", '[{"x": 1}, {}]'), ("names", "x" * 30_000),
        ("rows-children", "9999"), ("rows-children", "-1"), ("rows-children", "x"), ("once", "x"),
        ("state", "\u202e"), ("seen", "\u202e"), ("children-0-child", "nobody"), ("opinion", "\x00"),
    ):  # fmt: skip
        answer = coordinator.post(at(case, "qualify"), sent | {name: value})
        assert answer.status_code in (400, 409), (name, value, answer.status_code)


def test_a_second_signer_is_not_called_optional(world, case, in_triage):
    page = text(Visitor(world, "crip_coordinator").get(at(case, "set_exploitation_status")))

    assert "seconde signature" in page
    assert "seconde signature (facultatif)" not in page


def test_the_names_on_a_form_are_opened_once_and_come_back_with_it(world, case, in_triage):
    """The page of a refusal opens nothing sealed: what was read in a request that is undone would leave no entry."""
    coordinator = Visitor(world, "crip_coordinator")
    name = concern()["children"][0].get("first_names", "")
    refused = coordinator.fills(at(case, "qualify"))

    assert refused.status_code == 400
    assert name
    assert name in text(refused)


def test_who_is_who_in_another_file_is_chosen_and_a_child_whom_it_lacks_needs_no_answer(world):
    """T12: the children of the other file stand there by number; no id is typed."""
    first, second = Case(world, "{}.".format), Case(world, "{}.".format)
    said = concern()
    brother = said["children"][0] | {"kind": "household", "first_names": "Petit", "birth_date": "2018-09-30"}
    for case, children in ((first, said["children"]), (second, [*said["children"], brother])):
        play(world, filed(case, said | {"children": children}))
        play(world, triaged(case))
    coordinator = Visitor(world, "crip_coordinator")
    suggested = second.step(
        "intake_agent", "duplicates/suggest", other=first.pk, reasons=["name"], note="Voisin."
    )
    pair = send(world, suggested).json()["made"]
    send(world, second.step("crip_coordinator", f"duplicates/{pair}/confirm", kind="same"))
    shown = text(coordinator.get(at(second, "attach_existing")))
    see_all()
    (reference,) = Referral.objects.filter(pk=first.pk).values_list("reference", flat=True)

    joined = coordinator.fills(
        at(second, "attach_existing"), target=first.pk, link="same_facts",
        children__0__same_as=first.children[0], holders__0__same_as=first.holder(),
    )  # fmt: skip

    assert f"{reference} – Enfant 1" in shown
    assert joined.status_code == 303, text(joined)[:800]
    assert state_of(second) == "merged"
    assert Referral.objects.get(pk=first.pk).children.count() == 2


def test_the_prosecutor_is_seized_on_one_short_page(world):
    """One child in danger is ticked, addressee and way are the authority's; what may stay open is folded."""
    kit = Kit(world, "triage", who="crip_coordinator")
    kit.set_child(immediate_danger=True)
    kit.another_child()
    change = Change(TODAY, {"prosecutor_name": "Parquet des mineurs", "prosecutor_channel": "mail"})
    policy_changes_actions.change(kit.case.authority_id, change, actor=SYSTEM, at=AT)

    page = Visitor(world, "crip_coordinator").get(f"/dossiers/{kit.case.pk}/etape/referral/send_judicial")

    form, shown = form_in(page), page.content.decode()
    assert (form["children"], form["recipient"], form["sending_way"]) == (
        str(kit.child.pk), "Parquet des mineurs", "mail",
    )  # fmt: skip
    folded = shown.index("Autres précisions")
    assert shown.index('name="document"') < folded < shown.index('name="sending_way"')
    assert "(facultatif)" not in shown[shown.index('name="children"') : folded]


def test_the_only_referral_that_was_prepared_is_the_one_that_is_sent(world):
    kit = Kit(world, "triage", who="crip_coordinator")
    kit.judicial("answered")
    prepared = kit.judicial("prepared")

    form = form_in(
        Visitor(world, "crip_coordinator").get(f"/dossiers/{kit.case.pk}/etape/referral/send_judicial")
    )

    assert form["judicial_referral"] == str(prepared.pk)
