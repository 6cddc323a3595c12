"""What billing refuses, by which rule, and what would be possible instead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from partnerportal.kernel.states import Refused


class Rule(TextChoices):
    """The rules that refuse an order. The label is the rule in words; the refusal's own sentence says what it met."""

    ROLE = "ROLE", _("Legal representatives and administrators order for an organisation.")
    LET_IN = "LET_IN", _("Nobody may do more at a client than client and partner both allow (rule 21).")
    LIMITED = "LIMITED", _("With limited access only the client orders and renews (rule 26).")
    ACCESS = "ACCESS", _("Without access nobody orders for a client (rules 11 and 48).")
    STATUS = "STATUS", _("While a partner's status does not hold, its access rests (rule 48).")
    SOLD = "SOLD", _("Only what is on sale can be ordered.")
    PRICE = "PRICE", _("Only what has a price on this day, in the payer's currency, can be ordered (rule 44).")
    UNITS = "UNITS", _("A line holds between 1 and 10’000 units.")
    PERIODS = "PERIODS", _("An offer is paid for as many periods at once as its list says.")
    LINES = "LINES", _("A cart holds so many lines and no more.")
    PRODUCT = "PRODUCT", _("Only products that are in use are extended or renewed.")
    JOINING = (
        "JOINING",
        _("Units join what is counted in units, while it is paid and goes on, for what is left of its period."),
    )
    PLAN = (
        "PLAN",
        _("A plan changes to a dearer one at once, while it is paid and goes on; to another with its renewal."),
    )
    PAYER = "PAYER", _("A renewal has somebody who pays it (Q19).")
    SHOWN = "SHOWN", _("Nothing is ordered at a price that was not shown (promise 3).")
    ONCE = "ONCE", _("What was sent once is ordered once.")
    BALANCE = "BALANCE", _("Spending never takes a prepaid account below zero (rule 43).")
    NOTHING = "NOTHING", _("An order holds at least one line.")


class WayOut(TextChoices):
    """What is possible instead. Pages draw each as a link or a button; here is only what and how much."""

    TOP_UP = "TOP_UP"  # amount, currency
    BY_INVOICE = "BY_INVOICE"
    CLIENT_ORDERS = "CLIENT_ORDERS"  # the client's own people may
    FULL_ACCESS = "FULL_ACCESS"  # the client may give it
    COLLEAGUE = "COLLEAGUE"  # somebody of one's own organisation may, or gives the right
    REQUEST_ACCESS = "REQUEST_ACCESS"
    STATUS = "STATUS"  # what lifts a suspension
    OWN_SPACE = "OWN_SPACE"
    OTHER_OFFER = "OTHER_OFFER"  # pk and name of an offer, if one is near
    ANOTHER = "ANOTHER"  # one more product of the offer: its pk and name
    REMOVE = "REMOVE"  # pk of the cart's line
    LOOK = "LOOK"  # at what is shown below, then send it again
    ORDER_CART = "ORDER_CART"  # what is in the cart
    SEE_ORDER = "SEE_ORDER"  # pk
    SEE_ORDERS = "SEE_ORDERS"
    SEE_PRODUCTS = "SEE_PRODUCTS"
    SEE_PRODUCT = "SEE_PRODUCT"  # pk
    SEE_RENEWAL = "SEE_RENEWAL"  # pk of the product: how it goes on
    RENEW = "RENEW"  # pk of the product
    START_ANEW = "START_ANEW"
    SUPPORT = "SUPPORT"


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that is possible instead: which, and about what."""

    kind: WayOut
    pk: int | None = None
    name: str = ""
    amount: Decimal | None = None  # VAT included
    currency: str = ""


class Explained(Refused):
    """A refusal that knows the rule behind it, and what is possible instead (``ways``, the nearest first)."""

    rule: Rule | None = None
    ways: tuple[Way, ...] = ()

    def __init__(
        self, message: object = "", *, field: str | None = None, rule: Rule | None = None, ways: tuple[Way, ...] = ()
    ) -> None:
        super().__init__(message, field=field)
        self.rule = rule or type(self).rule
        self.ways = ways or type(self).ways


class OrderRefused(Explained):
    """The decision table refuses the order (rule 30), or it cannot be priced."""


class PriceChanged(OrderRefused):
    """The order is not the one that was shown: its price, its payer or what it holds has changed since."""

    rule = Rule.SHOWN
    ways = (Way(WayOut.LOOK),)


class InsufficientBalance(Explained):
    """The prepaid account does not hold enough: spending never takes it below zero (rule 43).

    ``missing``: how much is too little, in the account's currency.
    """

    rule = Rule.BALANCE

    def __init__(self, message: object = "", *, missing: Decimal = Decimal(0), currency: str = "") -> None:
        super().__init__(message, ways=(Way(WayOut.TOP_UP, amount=missing, currency=currency),))
        self.missing, self.currency = missing, currency


class PaymentRefused(Refused):
    """The payment does not fit the invoice."""


class NoPrice(Explained):
    """There is no price, rate or VAT rate for this on that day."""

    rule = Rule.PRICE
    ways = (Way(WayOut.OTHER_OFFER), Way(WayOut.SUPPORT))


class CreditRefused(Refused):
    """The credit note does not fit what is left of the invoice."""


class CreditChanged(CreditRefused):
    """A credit note would come to something else than was shown."""


class ResaleRefused(Refused):
    """A partner cannot re-invoice this line, or not like this (Q39)."""


class WithdrawalRefused(Refused):
    """The account does not let this much be withdrawn, or not now (Q10, Q35)."""


class CorrectionRefused(Refused):
    """The correction does not fit, or the same person proposes and approves it."""


class RateRefused(Refused):
    """A price, rate or step cannot be changed like this: a rule, or a day that is past."""


class RatesChanged(RateRefused):
    """The change would do something else than what was shown: the list or what it bears on has changed since."""
