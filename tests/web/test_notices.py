"""Where the mails lead: to a page, through the sign-in and back, and for whom it isn't to the page of what isn't there."""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import resolve

from encryption import onetime
from outbox import templates
from outbox.models import Notice
from tests.factories.concerns import concern
from tests.factories.factors import give_application
from tests.security.procedure import Case, filed, play
from tests.web.browsing import HTML
from tests.web.test_factors import now
from tests.web.visiting import PASSWORD, Visitor
from web.page import Page

SITE = "https://repere.example"
#: A mail with an address of its own making, which a secret ends (``tests/accounts/test_password_links.py``).
TEMPLATES = [one for one in templates.registered() if one.made is None]
OF_CASES = [one for one in TEMPLATES if one.kind is not templates.Kind.ACCOUNT and one.place == "referrals"]


@pytest.fixture(autouse=True)
def _site(settings):
    settings.PUBLIC_ADDRESS = SITE


def paths(template, **about):
    notice = Notice(template=template.code, kind=template.kind, **about)
    return set(re.findall(rf"{SITE}(/\S*)", templates.mail_of(notice)[1]))


def all_paths(template):
    own = {"subject_id": uuid4(), "reference": "93-K7QX-2MPT"}
    return paths(template) | paths(template, **own) | paths(template, subject_id=uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.code)
def test_each_mail_leads_to_a_page(template):
    for path in all_paths(template):
        assert issubclass(resolve(path).func.view_class, Page), path


@pytest.mark.django_db
@pytest.mark.parametrize("template", OF_CASES, ids=lambda one: one.code)
def test_what_is_about_a_case_leads_to_it_and_a_filer_to_all_own_filings(template):
    pk = uuid4()
    if template.kind is templates.Kind.FILING:
        assert paths(template, subject_id=pk, reference="93-K7QX-2MPT", filer=b"x") == {"/transmissions"}
    else:
        assert paths(template, subject_id=pk, reference="93-K7QX-2MPT") == {f"/dossiers/{pk}"}


def test_each_link_leads_through_the_sign_in_and_back(world):
    stranger = Client(headers=HTML, raise_request_exception=False)
    for path in sorted({path for one in TEMPLATES for path in all_paths(one)}):
        answer = stranger.get(path)
        assert answer.status_code == 401
        assert f'name="next" value="{path}"' in answer.content.decode().partition("<main")[2]

    user = world.user("filer")
    user.password = make_password(PASSWORD)
    user.save()
    factor = give_application(user)
    sent = {"next": path, "email": user.email, "password": PASSWORD}
    assert stranger.post("/connexion", sent)["Location"] == "/connexion/suite"
    answer = stranger.post("/connexion/suite", {"code": onetime.code_at(factor.pk, now())})
    assert (answer.status_code, answer["Location"]) == (303, path)


@pytest.mark.sec("SEC-AZ5")
def test_to_whom_a_case_is_closed_its_link_looks_like_one_to_nothing(world):
    case = Case(world, "{}.".format)
    play(world, filed(case, concern()))

    for name, code in (("filer_2", "93"), ("crip_coordinator", "75")):
        reader, nothing = Visitor(world, name, code), str(uuid4())
        for page in ("dossiers", "transferts", "transmissions"):
            closed, absent = reader.get(f"/{page}/{case.pk}"), reader.get(f"/{page}/{nothing}")
            assert closed.status_code == absent.status_code
            assert closed.status_code in (403, 404)
            assert told(closed, str(case.pk)) == told(absent, nothing)


def told(answer, pk):
    plain = answer.content.decode().replace(pk, "")
    return re.sub(
        r'(name="csrfmiddlewaretoken" value|name="once" value|rid)="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}',
        "",
        plain,
    )
