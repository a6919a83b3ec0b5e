"""Rules of the steps: what each asks of a case, and the sentences that people read of it.

A rule is called with the case and the input, which is None while one only asks what is possible. It answers with a
sentence, or with None where it has nothing to say. Its sentences are declared, for they are published too
(``GET /workflow``, ``docs/workflow.md``); the first line of its docstring says in English what it asks.

A guard or check declares the classes of the facts that it reads (domain.md §1.3): who doesn't read each of them isn't
told which rule refuses, for its name alone tells the fact (§1.4, SEC-AZ7). What depends on the body, the calendar, the
directory or the people on the case is A: every reader of the shell knows it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import update_wrapper, wraps
from inspect import getdoc
from typing import Final

from core.languages import Text, in_language

#: What stands in a published sentence for a figure of the authority or of the case.
_GAPS: Final[Mapping[str, str]] = defaultdict(lambda: "…")
#: Classes of a case's data (domain.md §1.3), of which a guard names those of its facts.
CASE_CLASSES: Final = "ABCDEFGHIJK"
#: Instead of classes, on a row that belongs to an authority: who sees the row reads all of it.
OF_ITS_ROW: Final = "row"


class Rule[**Asked]:
    """A rule of a step; ``sentences`` are all that it may answer with.

    ``fact_class``: letters of the classes of the facts that it reads, or ``OF_ITS_ROW``; empty where it only says that
    a second person signs. ``of_case``: it looks at the case alone, so that a page may ask it before there is any input.
    """

    __name__: str

    def __init__(
        self,
        function: Callable[Asked, Text | None],
        sentences: tuple[Text, ...],
        *,
        fact_class: str = "",
        of_case: bool = False,
    ) -> None:
        """Ask ``function``, and bear its name."""
        update_wrapper(self, function)
        self._function = function
        self.sentences, self.fact_class, self.of_case = sentences, fact_class, of_case

    def __call__(self, *args: Asked.args, **kwargs: Asked.kwargs) -> Text | None:
        """Return the sentence that the case calls for, or None."""
        return self._function(*args, **kwargs)

    def is_told_to(self, reads: frozenset[str]) -> bool:
        """Tell whether who reads these classes of the case may know that this rule refuses."""
        return bool(self.fact_class) and set(self.fact_class) <= reads

    @property
    def description(self) -> str:
        """Return what the rule asks, for developers."""
        return (getdoc(self) or "").split("\n", 1)[0]

    def in_words(self) -> list[str]:
        """Return the sentences in the reader's language, as ``published`` has them."""
        return [str(sentence).format_map(_GAPS) for sentence in self.sentences]

    def published(self, language: str) -> list[str]:
        """Return the sentences in French or English; a figure that isn't known before stands as « … »."""
        return [in_language(sentence, language).format_map(_GAPS) for sentence in self.sentences]


def rule[**Asked](refusal: Text, *, fact_class: str) -> Callable[[Callable[Asked, bool]], Rule[Asked]]:
    """Return the decorator of a function that tells whether the rule is met; where it isn't, ``refusal`` says why."""

    def declare(met: Callable[Asked, bool]) -> Rule[Asked]:
        @wraps(met)
        def ask(*args: Asked.args, **kwargs: Asked.kwargs) -> Text | None:
            return None if met(*args, **kwargs) else refusal

        return Rule(ask, (refusal,), fact_class=fact_class)

    return declare


def two_sign[**Asked](
    reason: Text, *, of_case: bool = False
) -> Callable[[Callable[Asked, bool]], Rule[Asked]]:
    """Return the decorator of a function that tells whether a second person must sign, for ``reason``."""

    def declare(called_for: Callable[Asked, bool]) -> Rule[Asked]:
        @wraps(called_for)
        def ask(*args: Asked.args, **kwargs: Asked.kwargs) -> Text | None:
            return reason if called_for(*args, **kwargs) else None

        return Rule(ask, (reason,), of_case=of_case)

    return declare


def answers[**Asked](
    *sentences: Text, fact_class: str = "", of_case: bool = False
) -> Callable[[Callable[Asked, Text | None]], Rule[Asked]]:
    """Return the decorator of a function that chooses one of several sentences, or None.

    A sentence with a figure, ``{days}``, is answered as ``format_lazy(SENTENCE, days=…)``. A guard or check names its
    ``fact_class``; the reason of a second signature has none.
    """

    def declare(function: Callable[Asked, Text | None]) -> Rule[Asked]:
        return Rule(function, sentences, fact_class=fact_class, of_case=of_case)

    return declare


def names_fields[**Asked](*, fact_class: str) -> Callable[[Callable[Asked, None]], Rule[Asked]]:
    """Return the decorator of a rule that has no sentence: it raises an error that names the fields of the body.

    Nothing is withheld of that error: everybody who may do the step reads the classes of its facts.
    """

    def declare(function: Callable[Asked, None]) -> Rule[Asked]:
        return Rule(function, (), fact_class=fact_class)

    return declare
