"""Hooks: the lower packages call them without knowing which feature answers; ``apps.py`` loads the features.

``Hook`` has one function; calling it before a feature has registered one is a programming error. ``Hooks`` has many,
called in the order of their registered numbers, so that what they write has a fixed order.
"""

from collections.abc import Callable


class Hook[**P, T]:
    """One function that one feature registers."""

    def __init__(self, name: str) -> None:
        """Wait for the function; ``name`` is for the error where none came."""
        self._name = name
        self._function: Callable[P, T] | None = None

    def register(self, function: Callable[P, T]) -> Callable[P, T]:
        """Keep the function; a decorator.

        Raises:
            ValueError: there is one already.
        """
        if self._function is not None:
            raise ValueError(f"{self._name} is registered twice")
        self._function = function
        return function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function.

        Raises:
            LookupError: no feature registered one.
        """
        if self._function is None:
            raise LookupError(f"nothing is registered for {self._name}")
        return self._function(*args, **kwargs)


class Hooks[**P]:
    """Functions of several features, called one after another."""

    def __init__(self) -> None:
        """Begin empty."""
        self._functions: dict[int, Callable[P, None]] = {}

    def register(self, number: int) -> Callable[[Callable[P, None]], Callable[P, None]]:
        """Return the decorator that keeps a function at its place in the order.

        Raises:
            ValueError: the place is taken.
        """

        def keep(function: Callable[P, None]) -> Callable[P, None]:
            if number in self._functions:
                raise ValueError(f"place {number} is taken")
            # Sorted by number, or the order would follow that of imports.
            self._functions = dict(sorted({**self._functions, number: function}.items()))
            return function

        return keep

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call all functions in their order."""
        for function in self._functions.values():
            function(*args, **kwargs)


#: A service is named on a row of the case, from the instant ``at`` on.
service_named: "Hook[..., None]" = Hook("service_named")
