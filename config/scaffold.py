"""Scaffold of a step, a field and a letter: writes the declaration, the words and a failing test (CONTRIBUTING.md).

For developers, in a checkout: ``manage.py new_step``, ``new_field``, ``new_letter``. All places are looked for before
anything is written, so that a refused command leaves no half of a step behind. What is written is a first draft that
passes every check; its test fails until somebody says what the new thing is for.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from accounts.roles import Role
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.law.citations import cited
from referrals.vocabulary.states import State
from referrals.workflow.step import steps

#: Roles that may be given a step, with the relation by which they work on a case (tests/expected/vocabulary.py).
RELATIONS: Final = {
    Role.INTAKE_AGENT: "TERRITORIAL",
    Role.CRIP_COORDINATOR: "TERRITORIAL",
    Role.ON_CALL: "TERRITORIAL",
    Role.SUPERVISOR: "TERRITORIAL",
    Role.DPO: "TERRITORIAL",
    Role.ASSESSMENT_LEAD: "IN_UNIT",
    Role.ASSESSOR: "ON_ASSIGNMENT",
    Role.ASE_INSPECTOR: "ON_ASSIGNMENT",
    Role.CASE_REFERENT: "ON_ASSIGNMENT",
}
#: The move of ``tests/security/procedure.py`` after which a case is in a state.
WALKED: Final = {
    State.TRIAGE: '    yield case.step("intake_agent", "start_triage", ',
    State.IN_ASSESSMENT: '    yield case.step("crip_coordinator", "assign", ',
}
TESTS: Final = "tests/referrals"
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Refused(Exception):
    """Nothing was written: a name is taken or not one, or a file doesn't have the place that is looked for."""


def quoted(text: str) -> str:
    """Return a literal of Python, and of a catalogue."""
    return json.dumps(text, ensure_ascii=False)


class Sources:
    """Files of a checkout with what is to be added to them; ``write`` writes them all."""

    def __init__(self, root: Path) -> None:
        """Open the checkout at ``root``.

        Raises:
            Refused: it isn't one: an installed service has no tests, and isn't changed on the spot.
        """
        if not (root / "tests").is_dir() or shutil.which("msgfmt") is None:
            raise Refused("Il faut un dépôt avec ses tests, et gettext (msgfmt).")
        self.root = root
        self.texts: dict[str, str] = {}

    def read(self, path: str) -> str:
        """Return the text of a file as it will be.

        Raises:
            Refused: there is none.
        """
        if path not in self.texts:
            if not (self.root / path).is_file():
                raise Refused(f"{path} n'existe pas.")
            self.texts[path] = (self.root / path).read_text(encoding="utf-8")
        return self.texts[path]

    def create(self, path: str, text: str) -> None:
        """Add a file.

        Raises:
            Refused: it exists.
        """
        if (self.root / path).exists():
            raise Refused(f"{path} existe déjà.")
        self.texts[path] = text

    def append(self, path: str, text: str) -> None:
        """Add lines at the end of a file."""
        self.texts[path] = self.read(path).rstrip("\n") + "\n" + text

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace the only place where ``old`` stands.

        Raises:
            Refused: it stands nowhere, or twice.
        """
        text = self.read(path)
        if text.count(old) != 1:
            raise Refused(f"{path} : la ligne « {old.strip()} » est attendue une fois.")
        self.texts[path] = text.replace(old, new)

    def after_line(self, path: str, number: int, text: str) -> None:
        """Add lines after the line of this number, counted from 1."""
        lines = self.read(path).splitlines(keepends=True)
        lines.insert(number, text)
        self.texts[path] = "".join(lines)

    def inside(self, path: str, opening: str, text: str) -> None:
        """Add lines at the end of the block that the line ``opening`` begins: a class, a dict, a tuple, a call.

        Raises:
            Refused: no line begins so, or several do.
        """
        lines = self.read(path).splitlines()
        begins = [number for number, line in enumerate(lines) if line.lstrip().startswith(opening)]
        if len(begins) != 1:
            raise Refused(f"{path} : « {opening} » est attendu au début d'une ligne.")
        start = begins[0]
        indent = len(lines[start]) - len(lines[start].lstrip())
        end = next(
            number
            for number, line in enumerate([*lines[start + 1 :], "end"], start + 1)
            if line.strip() and len(line) - len(line.lstrip()) <= indent
        )
        while not lines[end - 1].strip():
            end -= 1
        self.after_line(path, end, text)

    def add_imports(self, path: str, *lines: str) -> None:
        """Add import lines before the first of a file; ruff sorts and joins them."""
        text = self.read(path)
        first = re.search(r"^from ", text, re.MULTILINE)
        place = first.start() if first else 0
        self.texts[path] = text[:place] + "".join(f"{line}\n" for line in lines) + text[place:]

    def translate(self, app: str, french: str, english: str) -> None:
        """Add a sentence to an app's English catalogue, unless it is there."""
        path = f"{app}/locale/en/LC_MESSAGES/django.po"
        entry = f"msgid {quoted(french)}\n"
        known = any(entry in block and "msgctxt" not in block for block in self.read(path).split("\n\n"))
        if not known:
            self.append(path, f"\n{entry}msgstr {quoted(english)}\n")

    def write(self, *commands: Sequence[str]) -> list[str]:
        """Write all files, make what is made from them, and format those of Python; return the files.

        ``commands``: arguments of ``manage.py``, run before the pages of ``docs/`` are made anew.

        Raises:
            Refused: one of the programs failed; what was written stands.
        """
        for path, text in self.texts.items():
            (self.root / path).write_text(text, encoding="utf-8")
        manage = [sys.executable, str(self.root / "manage.py")]
        for app in sorted({path.split("/")[0] for path in self.texts if path.endswith(".po")}):
            _run([*manage, "compilemessages", "--locale", "en"], self.root / app)
        for command in (*commands, ["make_docs"]):
            _run([*manage, *command], self.root)
        python = [path for path in self.texts if path.endswith(".py")] + ["referrals/migrations"]
        ruff = [sys.executable, "-m", "ruff"]
        # An unused import is one that a file had under another name already.
        _run([*ruff, "check", "--quiet", "--fix", "--select", "I,F401", *python], self.root)
        _run([*ruff, "format", "--quiet", *python], self.root)
        return list(self.texts)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise Refused(f"{' '.join(command[1:4])} : {done.stderr or done.stdout}")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Refused(f"{name} : des minuscules et des traits bas, comme call_back.")


def _check_law(law: str) -> None:
    try:
        cited(law)
    except (KeyError, ValueError) as unknown:
        raise Refused(f"{law} : un article que referrals/vocabulary/law/ ne décrit pas.") from unknown


def _failing_test(name: str) -> str:
    return f'    pytest.fail("say what {name} is for")\n'


# --- A step of the case ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NewStep:
    """What a step of the case needs to be declared.

    ``deadline``: code, days, French and English label of one that it starts. ``notice``: French and English sentence
    that the team gets. ``guide``: the page of the guidance that helps with it, as ``droit/protection``.
    """

    feature: str
    name: str
    number: str
    label: str
    english: str
    law: str
    guide: str
    roles: tuple[Role, ...]
    source: tuple[State, ...]
    deadline: tuple[str, int, str, str] | None = None
    notice: tuple[str, str] | None = None


def add_step(root: Path, new: NewStep) -> list[str]:
    """Write a step that takes a remark and leaves the state of its case; return the files.

    Raises:
        Refused: the name, the number or the deadline is taken, the article is unknown, or a place isn't found.
    """
    _check_name(new.name)
    _check_law(new.law)
    if any(new.name == one.name or new.number == one.number for one in steps.all()):
        raise Refused(f"Une étape {new.name} ou {new.number} existe déjà.")
    sources = Sources(root)
    _declare_step(sources, new)
    if new.deadline:
        _declare_deadline(sources, new, *new.deadline)
    _expect_step(sources, new)
    return sources.write()


def _declare_step(sources: Sources, new: NewStep) -> None:
    folder = f"referrals/{new.feature}"
    own = (sources.root / folder / "referral_steps.py").exists()
    path = f"{folder}/{'referral_steps' if own else 'steps'}.py"
    found = re.search(
        r"^from referrals.workflow.referral_machine import step( as (\w+))?$", sources.read(path), re.M
    )
    if not found:
        raise Refused(f"{path} ne déclare pas d'étape du dossier.")
    lines = [
        f"{quoted(new.name)}, number={quoted(new.number)}, label=_({quoted(new.label)}), ",
        f"source=[{', '.join(f'State.{state.name}' for state in new.source)}], target=SAME, ",
        f"roles=[{', '.join(f'Role.{role.name}' for role in new.roles)}], takes=Noted, law={quoted(new.law)}, ",
    ]
    imports = [
        "from accounts.roles import Role",
        "from referrals.models import Referral",
        "from referrals.vocabulary.states import State",
        "from referrals.workflow.case import Case",
        "from referrals.workflow.inputs import Noted",
        "from referrals.workflow.step import SAME",
    ]
    registered = ""
    if new.deadline:
        lines.append(f"starts=[C.{new.deadline[0].upper()}], ")
        imports.append("from referrals.vocabulary.deadlines import ClockCode as C")
    if new.notice:
        code = quoted(f"{new.feature}.{new.name}")
        lines.append(f'tells=["team"], notice={code}, ')
        imports.append("from outbox.templates import Kind, Template, register")
        registered = f"\n\nregister(Template({code}, Kind.CASE, _({quoted(new.notice[0])})))\n"
        sources.translate("referrals", *new.notice)
    sources.append(
        path,
        f"{registered}\n\n@{found[2] or 'step'}({''.join(lines)})\n"
        f"def {new.name}(referral: Referral, step_input: Noted, case: Case) -> None:\n"
        f'    """{new.english}."""\n',
    )
    sources.add_imports(path, *imports)
    sources.translate("referrals", new.label, new.english)
    page = f"web/guidance/pages/fr/{new.guide}.md"
    head = re.search(r"^steps = \[.*\]$", sources.read(page), re.MULTILINE)
    if not head:
        raise Refused(f"{page} n'a pas de ligne steps.")
    listed = head[0].removesuffix("]")
    between = "" if listed.endswith("[") else ", "
    sources.replace(page, head[0], f'{listed}{between}"referral:{new.name}"]')


def _declare_deadline(sources: Sources, new: NewStep, code: str, days: int, label: str, english: str) -> None:
    if code in ClockCode.values or not re.fullmatch(r"C[0-9]+[a-z]?", code):
        raise Refused(f"{code} : un code comme C28, qui n'existe pas encore.")
    member, delay = code.upper(), f"{days} jours"
    place = '    R_HOLDERS = "R-holders"'
    sources.replace(
        "referrals/vocabulary/deadlines.py",
        place,
        f"    {member} = {quoted(code)}, _({quoted(label)})\n{place}",
    )
    sources.inside(
        "referrals/workflow/deadlines.py",
        "DEADLINES: Final",
        f"    C.{member}: Deadline(_({quoted(delay)}), due=_fixed_days({days}), law={quoted(new.law)}, "
        "started_by_step=True),\n",
    )
    sources.inside(
        "tests/expected/deadlines.py",
        "CLOCKS = (",
        f"    Clock({quoted(code)}, {quoted(label)}, ({quoted(new.number)},), (), "
        f'"P{days}D", "", False, "A", "referral"),\n',
    )
    sources.translate("referrals", label, english)
    sources.translate("referrals", delay, f"{days} days")


def _expect_step(sources: Sources, new: NewStep) -> None:
    who = ", ".join(f'"{role}": {RELATIONS[role]}' for role in new.roles)
    states = ", ".join(map(quoted, new.source))
    starts = f' starts=("{new.deadline[0]}",),' if new.deadline else ""
    sources.inside(
        "tests/expected/steps.py",
        "ADDITIONS: dict",
        f'    "{new.name}": Step(\n        "{new.number}", {{{who}}}, data=("note?",),{starts}\n'
        f'        origins=({states},), targets=("same",),\n    ),\n',
    )
    state = next((state for state in new.source if state in WALKED), None)
    if state is None:
        raise Refused(f"L'étape part d'un des états {', '.join(WALKED)} : la procédure d'essai y passe.")
    walk = "tests/security/procedure.py"
    moves = sources.read(walk).splitlines()
    numbers = [number for number, line in enumerate(moves, 1) if line.startswith(WALKED[state])]
    if not numbers:
        raise Refused(f"{walk} : « {WALKED[state].strip()} » est attendu.")
    move = f'    yield case.step("{new.roles[0]}", "{new.name}", note=case.say("note"))\n'
    sources.after_line(walk, numbers[0], move)
    sources.create(
        f"{TESTS}/{new.feature}/test_{new.name}.py",
        f'"""{new.english}: {new.number} ({new.law})."""\n\n'
        "import pytest\n\nfrom tests.referrals.workflow.kit import Kit\n\n\n"
        f"def test_{new.name}(world):\n"
        f'    kit = Kit(world, "{state}")\n\n'
        f'    assert kit.refusal("referral", "{new.name}", {{}}) == ""\n' + _failing_test(new.name),
    )


# --- A field of the concern form ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NewField:
    """What a sealed text of the concern form needs.

    ``part``: ``child`` or ``concern``. ``after``: the field behind which it stands, and whose data it is like.
    ``asks``: the tuple of ``web/filing/words.py`` that asks for it.
    """

    part: str
    name: str
    after: str
    asks: str
    access: str
    label: str
    english: str


def add_field(root: Path, new: NewField) -> list[str]:
    """Write an optional sealed text of the form; return the files.

    Raises:
        Refused: the name is taken, or the field beside it or its questions don't exist.
    """
    _check_name(new.name)
    sources = Sources(root)
    models, expected = "referrals/models/concern.py", "tests/expected/fields.py"
    fields = {
        statement.targets[0].id: statement
        for one in ast.parse(sources.read(models)).body
        if isinstance(one, ast.ClassDef) and one.name.lower() == new.part
        for statement in one.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    beside = fields.get(new.after)
    if new.name in fields or beside is None or not isinstance(beside.value, ast.Call):
        raise Refused(f"{new.part} : {new.name} ne doit pas exister encore, et {new.after} doit exister.")
    # Whose data it is, and when a copy of the file leaves it out, as of the field beside it.
    rules = [one for one in beside.value.keywords if one.arg in ("subject", "withhold")]
    copied = [f"{one.arg}={ast.unparse(one.value)}" for one in rules]
    declaration = ", ".join([quoted(f"{new.part}.{new.name}"), quoted(new.access), *copied])
    sources.after_line(
        models, beside.end_lineno or beside.lineno, f"    {new.name} = sealed({declaration})\n"
    )
    sources.inside(
        "web/filing/words.py",
        f"{new.asks}: Final = (",
        f"    Ask({quoted(new.name)}, _({quoted(new.label)}), rows=1, optional=True),\n",
    )
    sources.translate("web", new.label, new.english)
    rows = [
        call.end_lineno or call.lineno
        for call in ast.walk(ast.parse(sources.read(expected)))
        if isinstance(call, ast.Call) and call.args
        if isinstance(call.args[0], ast.Constant) and call.args[0].value == new.after
    ]
    if not rows:
        raise Refused(f"{expected} n'a pas de ligne {new.after}.")
    sources.after_line(expected, rows[0], f'        Field("{new.name}", "{new.access}", "E", "O"),\n')
    return sources.write(["makemigrations", "referrals", "--name", new.name])


# --- A letter -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Addressees:
    """What the letters of one module of ``referrals/letters/`` have in common, as expressions.

    ``offers``: the body of the function that says when one is due, of the step ``{step}``. ``due`` and ``says``: to
    whom it is due in the case of ``tests/referrals/letters/``, and which sealed fields it shows.
    """

    offers: str
    to: str
    greeting: str
    opens: str
    ways: str
    due: str
    says: str


ADDRESSEES: Final = {
    "to_partners": Addressees(
        offers="""    if all(child.deceased for child in look.case.children):
        return
    for record in look.recorded(Machine.REFERRAL, {step}):
        yield Occasion(part=record.pk, on=look.day(record.at))
""",
        to="({title},)",
        greeting="DEAR",
        opens="frozenset()",
        ways="(LetterWay.SECURE, LetterWay.REGISTERED)",
        due='[("", ())]',
        says="set()",
    ),
    "to_holders": Addressees(
        offers="""    for record in look.recorded(Machine.REFERRAL, {step}) if look.minors else ():
        for holder in look.holders():
            yield Occasion(part=record.pk, holder=holder.pk, on=look.day(record.at))
""",
        to="w.holder_lines()",
        greeting="DEAR",
        opens="HOLDER",
        ways="HOLDER_WAYS",
        due="[(holder, ()) for holder in BOTH]",
        says="TO_HOLDER",
    ),
    "to_children": Addressees(
        offers="""    for record in look.recorded(Machine.REFERRAL, {step}):
        for child in look.case.children:
            if not child.deceased:
                yield Occasion(part=record.pk, children=(child.pk,), on=look.day(record.at))
""",
        to="(w.first_name(w.child),)",
        greeting='"Bonjour,"',
        opens='frozenset({"child.first_names"})',
        ways="CHILD_WAYS",
        due='[("", GIRL), ("", BOY)]',
        says='{"child.first_names"}',
    ),
}


@dataclass(frozen=True, kw_only=True)
class NewLetter:
    """What a letter needs that a step of the case gives rise to.

    ``module``: the file of its addressees, ``to_partners``, ``to_holders`` or ``to_children``. ``audience``: a value of
    ``Audience``.
    """

    module: str
    name: str
    label: str
    english: str
    law: str
    audience: str
    step: str
    signers: tuple[Role, ...]


def add_letter(root: Path, new: NewLetter) -> list[str]:
    """Write a letter whose author writes its text; return the files.

    Raises:
        Refused: the name is taken, the step or the article is unknown, or a place isn't found.
    """
    _check_name(new.name)
    _check_law(new.law)
    if not any(one.name == new.step and one.machine == "referral" and one.recorded for one in steps.all()):
        raise Refused(f"{new.step} n'est pas une étape du dossier.")
    sources = Sources(root)
    codes, path, tests = (
        "referrals/vocabulary/letters.py",
        f"referrals/letters/{new.module}.py",
        f"{TESTS}/letters/test_letters.py",
    )
    member, step, label = new.name.upper(), quoted(new.step), quoted(new.label)
    if f"    {member} = " in sources.read(codes):
        raise Refused(f"Une lettre {new.name} existe déjà.")
    sources.inside(codes, "class LetterKind(", f"    {member} = {quoted(new.name)}, _({label})\n")
    to = ADDRESSEES[new.module]
    sources.replace(
        path,
        "\nregister(\n",
        f"\n\n# --- {new.english} " + "-" * (98 - len(new.english)) + "\n\n\n"
        f"def _{new.name}_offers(look: LetterContext) -> Iterator[Occasion]:\n"
        f"{to.offers.format(step=step)}\n\n"
        f"def _{new.name}(w: Writing) -> Body:\n    w.added()\n"
        f"    return Body(title={label}, to={to.to.format(title=label)}, greeting={to.greeting}, "
        "passages=tuple(w.passages))\n\n\nregister(\n",
    )
    sources.inside(
        path,
        "register(",
        f"    LetterType(kind=LetterKind.{member}, audience=Audience.{new.audience.upper()}, "
        f"signers=({''.join(f'Role.{role.name}, ' for role in new.signers)}), law={quoted(new.law)}, "
        f'classes=frozenset("BJ"), sources=frozenset({{S.ADDED}}), opens={to.opens}, ways={to.ways}, '
        f'words=("added",), needs=("added",), records=((Machine.REFERRAL, {step}),), '
        f"offers=_{new.name}_offers, write=_{new.name}),\n",
    )
    sources.add_imports(path, "from referrals.vocabulary.states import Machine")
    sources.translate("referrals", new.label, new.english)
    signers = "".join(f'"{role}", ' for role in new.signers)
    sources.inside(tests, "SIGNS = {", f'    "{new.name}": ({signers}),\n')
    sources.inside(tests, "DUE = {", f'    "{new.name}": {to.due},\n')
    sources.inside(tests, "SAYS = {", f'    "{new.name}": {to.says},\n')
    if new.module == "to_holders":
        listed = re.search(r"^HOLDERS = \((.*?),?\s*\)$", sources.read(tests), re.MULTILINE | re.DOTALL)
        if not listed:
            raise Refused(f"{tests} : la ligne HOLDERS est attendue.")
        sources.replace(tests, listed[0], f'HOLDERS = ({listed[1]}, "{new.name}")')
    sources.append(
        tests,
        f"\n\ndef test_{new.name}(full, offered):\n"
        f'    assert of(offered, "{new.name}")\n' + _failing_test(new.name),
    )
    return sources.write()
