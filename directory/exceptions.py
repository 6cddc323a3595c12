"""What the directory refuses."""

from partnerportal.kernel.states import Refused


class NotPossible(Refused):
    """A rule forbids this listing."""
