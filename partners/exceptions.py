"""What the programme refuses."""

from partnerportal.kernel.states import Refused


class NotEligible(Refused):
    """The organisation cannot become a partner (rules 1, 2, 4)."""


class AlreadyAffiliate(Refused):
    """Nobody is partner and affiliate at the same time (rule 3)."""


class AlreadyPartner(Refused):
    """The organisation, or its register number, is in the programme or in review already."""


class NotAnActivePartner(Refused):
    """This takes an active partner."""
