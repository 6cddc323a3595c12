"""What accounts refuse."""

from partnerportal.kernel.states import Refused


class LastLegalRepresentative(Refused):
    """An organisation always has a legal representative (rule 22)."""


class NotYours(Refused):
    """Only a legal representative gives or takes that role."""


class StaysCollaborator(Refused):
    """Somebody who works for another company is a collaborator at most (rule 13)."""


class InvitationUnusable(Refused):
    """The invitation is used up, withdrawn, expired, or meant for another address."""


class WrongPassword(Refused):
    """The password typed to confirm an act is not the person's (rule 47)."""
