"""What billing refuses."""

from partnerportal.kernel.states import Refused


class OrderRefused(Refused):
    """The decision table refuses the order (rule 30), or it cannot be priced."""


class PriceChanged(OrderRefused):
    """The order is not the one that was shown: its price, its payer or what it holds has changed since."""


class InsufficientBalance(Refused):
    """The prepaid account does not hold enough: spending never takes it below zero (rule 43)."""


class PaymentRefused(Refused):
    """The payment does not fit the invoice."""


class NoPrice(Refused):
    """There is no price, rate or VAT rate for this on that day."""


class CreditRefused(Refused):
    """The credit note does not fit what is left of the invoice."""


class WithdrawalRefused(Refused):
    """The account does not let this much be withdrawn, or not now (Q10, Q35)."""


class CorrectionRefused(Refused):
    """The correction does not fit, or the same person proposes and approves it."""


class RateRefused(Refused):
    """A price, rate or step cannot be changed like this: a rule, or a day that is past."""


class RatesChanged(RateRefused):
    """The change would do something else than what was shown: the list or what it bears on has changed since."""
