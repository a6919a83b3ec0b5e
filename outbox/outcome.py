"""Delivery outcomes other than success. Codes only: the server's answer isn't kept."""


class NotNow(Exception):
    """A temporary failure; ``code`` gives the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(NotNow):
    """A permanent failure: there is no address, or the other side refuses for good."""


class Pointless(Exception):
    """The notice is obsolete; ``code`` gives the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Accepted(Exception):
    """Handed over, but not delivered yet: poll ``receipt`` later."""

    def __init__(self, receipt: str) -> None:
        super().__init__("accepted")
        self.receipt = receipt
