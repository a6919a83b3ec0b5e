"""The one error of bootstrap."""


class BootstrapError(Exception):
    """Something prevents the next step; the sentence, in French, says what to do. It holds no secret."""
