"""Input for sharing a draft."""

from core.inputs import OptionalId, StrictSerializer


class Sharing(StrictSerializer):
    """The institution from which the draft is filed; where the author works for one alone it needn't be said."""

    organisation = OptionalId()
