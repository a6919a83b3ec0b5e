"""Delivery outcomes other than success. Codes only: the server's answer isn't kept."""


class NotNow(Exception):
    """It didn't work this time; ``code`` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(NotNow):
    """It won't work at any time: no address, or the other side says never."""


class Pointless(Exception):
    """There is nothing to be said any more; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Accepted(Exception):
    """Handed over, but not there yet: ``receipt`` is what to ask about later."""

    def __init__(self, receipt: str) -> None:
        super().__init__("accepted")
        self.receipt = receipt
