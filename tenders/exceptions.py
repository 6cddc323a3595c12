"""What calls for tenders refuse."""

from partnerportal.kernel.states import Refused


class NotPossible(Refused):
    """A rule forbids this call, this answer or this contract."""
