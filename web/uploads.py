"""Upload forms: a page with a file runs twice, as in the API, and shows the notice about files.

The first pass checks whether the reader may send; then the pipeline reads the form outside of any transaction, the file
piece by piece into the store (``referrals/attachments/upload.py``); the second pass checks again and stores it.
Django's own parsing, which would hold the file in clear, is never reached: until the form has arrived it has no field.
So the second pass checks the CSRF token, before anything is stored; the first checks where the form comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from accounts.errors import CrossSiteRefused
from accounts.replays import Once
from accounts.request import ServiceRequest
from accounts.signin import require_csrf
from core.languages import for_reader
from core.one_file import FILE
from referrals.access.relations import CaseAccess
from referrals.attachments import keeping, notice, rights, upload
from referrals.attachments.inputs import BodyToCome, Upload
from referrals.attachments.rights import Adding
from referrals.attachments.upload import Arrived
from referrals.errors import FileRefused, NotAllowed, WrongState
from referrals.models import Referral
from referrals.vocabulary.attachments import CLASS_OF, Kind, Scan
from web import forms
from web.cases import display
from web.forms import Ask, Field
from web.page import FormPage, go_to

#: The fields of the form that say something of the file; the others are the page's own.
SAID: Final = ("kind", "children", "evidence", "notice_read")
ASKS: Final = (
    Ask(
        "notice_read",
        _("J'ai lu cet avertissement : ce fichier ne contient aucune image intime d'une personne mineure."),
    ),
    Ask("kind", _("Quelle est la nature de ce fichier ?")),
    Ask(
        "children",
        _("Quels enfants concerne-t-il ?"),
        _(
            "Ne cochez rien s'il concerne tout le dossier. Ce qui concerne un enfant dont l'accès est "
            "restreint n'est lu que par les personnes désignées."
        ),
    ),
    Ask(
        "evidence",
        _("Garder aussi l'original, comme preuve"),
        _(
            "Le fichier est réécrit sans ses données cachées ; l'original n'est gardé que si vous le demandez."
        ),
    ),
)
#: The refusals that are about the file: told beside it.
OF_THE_FILE: Final = (
    "file-refused",
    "file-too-large",
    "attachment-quota",
    "body-cut-short",
    "uploads-busy",
    "parser-unavailable",
    "store-unavailable",
)
#: How a file stands, in a word for people, and how the word looks.
STANDS: Final[Mapping[str, tuple[Any, str]]] = {
    Scan.WAITING: (_("En cours de vérification"), "wait"),
    Scan.CLEAN: (_("Disponible"), "done"),
    Scan.UNSCANNED: (_("Disponible, sans analyse antivirus"), "done"),
    Scan.INFECTED: (_("Refusé : programme malveillant"), "late"),
}
FILE_ID: Final = "f-file"


class FormToCome(BodyToCome):
    """The body of a page's form: its fields are the form's, also where its file is refused."""

    def receive(self, request: ServiceRequest) -> None:
        """Read the body; what was typed beside the file is at hand whatever becomes of it."""
        try:
            super().receive(request)
        finally:
            request.POST = QueryDict(urlencode(self.arrived.fields, doseq=True))


@method_decorator(csrf_exempt, name="dispatch")
class FilePage(FormPage):
    """A page whose form brings one file; the token is checked by the second pass, which finds it in the form."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Answer; of a form nothing is parsed here."""
        if request.method == "POST" and not (hasattr(request, "arrived") or hasattr(request, "brought")):
            request.POST = QueryDict()
            self.request._files = MultiValueDict()  # what Django's own parsing would set
        return super().dispatch(request, *args, **kwargs)


class UploadPage(FilePage):
    """A page whose form brings a file to a case; ``form_context`` is what stands around the form, made in each pass."""

    form_context: dict[str, Any]

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Begin; nothing stands around the form yet."""
        # Not in ``dispatch``: one that is written anew loses the mark, and the check of the token would read the body.
        super().setup(request, *args, **kwargs)
        self.form_context = {}

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponseBase:
        """Let the form come, or keep what came with it.

        Raises:
            CrossSiteRefused: the form isn't one of ours.
            NotVisible, NotAllowed, WrongState, InvalidInput: as the API refuses.
            QuotaReached, FileTooLarge, FileRefused: the file isn't taken, or not any more.
        """
        arrived: Arrived | None = getattr(request, "arrived", None)
        if arrived is None:
            require_own_origin(request)
        else:
            require_csrf(request)
        referral, ties = self.case(pk)
        self.form_context = self.heading(referral, ties)
        self.form_context["kinds"] = ()  # until it is known that one may send
        self.form_context["kinds"] = kinds(rights.adding(referral, ties))
        if arrived is None:
            upload.require_form(request)
            size = int(request.META["CONTENT_LENGTH"])
            return FormToCome(keeping.may_add(referral, ties, size, actor=self.actor, at=self.at))
        self._keep(pk, arrived)
        return go_to(self.onwards(pk))

    def _keep(self, pk: UUID, arrived: Arrived) -> None:
        """Keep the file, once for each page that was shown."""
        fields: dict[str, Any] = {name: arrived.fields[name] for name in SAID if name in arrived.fields}
        sent = Upload.read(fields)
        body = {**fields, "name": arrived.name, "sha256": arrived.original_digest}
        once = Once.of(arrived.fields.get("key", ""), f"POST {self.request.path}", body)
        once.wait(self.actor)
        if once.honoured(self.actor) is not None:
            return
        done = keeping.add(
            pk,
            arrived,
            **{name: sent[name] for name in ("kind", "children", "evidence")},
            actor=self.actor,
            at=self.at,
        )
        arrived.held = True
        once.keep(self.actor, status=201, thing=pk, part=done.made, version=done.referral.version, at=self.at)

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Show the form as it was filled in; the file itself is chosen anew, for no page can put it back."""
        if not self.form_context:
            return self.refused(problem)
        values = forms.typed(Upload, ASKS, self.sent)
        form = form_of(self.form_context["kinds"], values, problem, children=self.children(pk))
        return self.show(self.form_context | form)

    def refused(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Return the page of a refusal that came before the case was looked at."""
        self.template = "web/problem.html"  # of this answer
        return self.show({"problem": problem, "bare": True})

    # --- What differs between a filing and a case -------------------------------------------------------

    def case(self, pk: UUID) -> tuple[Referral, CaseAccess]:
        """Return the case, with what ties the reader to it."""
        raise NotImplementedError

    def heading(self, referral: Referral, ties: CaseAccess) -> dict[str, Any]:
        """Return what stands around the form."""
        raise NotImplementedError

    def children(self, pk: UUID) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - of one case
        """Return whom a file may name, as pairs of id and words; whoever files names nobody."""
        return ()

    def onwards(self, pk: UUID) -> str:
        """Return where to go on once the file is kept."""
        raise NotImplementedError


def require_own_origin(request: ServiceRequest) -> None:
    """Refuse a form that a browser sends from another site, before a byte of it is read.

    Raises:
        CrossSiteRefused: its origin isn't ours; a program that names none is asked for its token all the same.
    """
    origin = request.headers.get("Origin")
    own = (f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS)
    if origin is not None and origin not in own:
        raise CrossSiteRefused


def with_line(problem: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is wrong with a file, with its line where it can't be read to its end."""
    line = problem.get("line")
    if not line or "errors" not in problem:
        return problem
    where = gettext("ligne %(number)s") % {"number": line}
    return {
        **problem,
        "errors": [one | {"detail": f"{one['detail']} ({where})"} for one in problem["errors"]],
    }


def take_form(request: ServiceRequest, fields: Mapping[str, Any]) -> None:
    """Let a page find what came beside a file, in the second pass.

    Raises:
        CrossSiteRefused: the form isn't one of ours.
    """
    request.POST = QueryDict(urlencode(fields, doseq=True))
    require_csrf(request)


def may_add(referral: Referral, ties: CaseAccess) -> Adding | None:
    """Return what the reader may add now; None if nothing."""
    try:
        return rights.adding(referral, ties)
    except (NotAllowed, WrongState):
        return None


def kinds(may: Adding) -> tuple[str, ...]:
    """Return the kinds of files that somebody may add."""
    return tuple(str(kind) for kind in Kind if CLASS_OF[kind] in may.at_once | may.waiting)


def form_of(
    offered: Sequence[str],
    values: Mapping[str, Any],
    problem: Mapping[str, Any] | None = None,
    *,
    children: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return the form: the notice, the limits, the fields, and what is wrong with them or with the file."""
    faults = forms.faults_of(problem)
    error = faults.pop(FILE, "")
    if problem is not None and problem["code"] in OF_THE_FILE:
        error = str(FileRefused.WHY.get(problem.get("reason", ""), problem["title"]))
        problem = {**problem, "detail": ""}  # said beside the field, in the reader's language
    asks = [replace(ask, only=tuple(offered)) if ask.name == "kind" else ask for ask in ASKS]
    asks = [ask for ask in asks if ask.name != "children" or children]
    fields = forms.fields_of(Upload, asks, values, faults=faults, choices={"children": children})
    conditions = notice.notice_body()
    entries = [*fields, _file_field(conditions, error, again=problem is not None)]
    return {
        "sends": bool(offered),
        "entries": entries,
        "problem": problem,
        "faults": forms.beside(entries),
        "notice": for_reader(conditions["notice"]),
        "key": uuid4().hex,
    }


def line_of(pk: UUID, line: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return a line of the list of files in words; ``href`` leads to the file, where it may leave the house."""
    entry = {"id": line["id"], "at": display.instant(line["at"], zone), "waiting": line["waiting"]}
    if line["waiting"]:
        return entry
    scan, name = line["scan"]["code"], line["name"]
    words, look = STANDS[scan]
    ready = scan not in (Scan.WAITING, Scan.INFECTED)
    if barred := line["barred"]:
        words, look, ready = _is_barred(barred), "late", False
        name = gettext("Fichier écarté")
    return entry | {
        "name": gettext("Fichier au nom illisible") if display.unreadable(name) else name,
        "barred": f"{display.label(barred['reason'])}, {display.instant(barred['at'], zone)}"
        if barred
        else "",
        "kind": display.label(line["kind"]),
        "media": display.label(line["media"]),
        "size": line["size"],
        "stands": words,
        "look": look,
        "evidence": line["evidence"],
        "href": reverse("attachment-content", args=[pk, line["id"]]) if ready else "",
    }


def _is_barred(barred: Mapping[str, Any]) -> str:
    if barred["destroyed_at"]:
        return gettext("Détruit")
    return (
        gettext("Destruction décidée")
        if barred["condemned_at"]
        else gettext("Écarté : personne ne peut l'ouvrir")
    )


def _file_field(conditions: Mapping[str, Any], error: str, *, again: bool) -> Field:
    """Return the field for the file; a browser keeps none, so that it is chosen ``again``."""
    hint = gettext(
        "PDF, JPEG, PNG, HEIC ou texte, %(most)s au plus. Un fichier à la fois. L'envoi peut prendre une minute ou"
        " deux : restez sur cette page."
    ) % {"most": filesizeformat(conditions["max_bytes"])}
    if again:
        hint += " " + gettext("Choisissez-le de nouveau : le navigateur ne l'a pas gardé.")
    ask = Ask(FILE, gettext("Fichier"), hint, attributes={"accept": accepts(conditions["types"])})
    return Field(ask, "file", FILE, FILE_ID, error=error)


def accepts(types: Sequence[str]) -> str:
    """Return the endings of the types that are taken, as a browser's chooser reads them."""
    endings = {"jpeg": ".jpg,.jpeg", "text": ".txt", "heic": ".heic,.heif"}
    return ",".join(endings.get(one, f".{one}") for one in types)
