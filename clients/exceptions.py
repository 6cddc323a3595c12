"""What relationships refuse."""

from partnerportal.kernel.states import Refused


class NotPossible(Refused):
    """A rule forbids this relationship or this change of it."""


class AlreadyRelated(Refused):
    """There is a relationship, a request or an invitation already."""


class LinkUnusable(Refused):
    """The link is not for this person, or no longer valid; it does not tell whom it was for."""


class ChangedMeanwhile(NotPossible):
    """Somebody else has changed the access since the page was drawn."""


class EndIncomplete(Exception):
    """A relationship was ended and something of it is still open: a fault of ours, and the end is undone."""
