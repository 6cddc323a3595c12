"""The rows of the decision table in words: which case an order line was, and what follows from it. Rule 30."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from billing.pricing import Reason

ROWS = {
    Reason.FULL_CLIENT_PAYS_CLIENT_ORDERS: _("Full access, the client orders: cashback (row 1)."),
    Reason.FULL_CLIENT_PAYS_PARTNER_ORDERS: _(
        "Full access, the partner orders on the client's means: cashback (row 2)."
    ),
    Reason.FULL_PARTNER_PAYS_CLIENT_ORDERS: _(
        "Full access paid by the partner, the client orders on its own means: cashback (row 3)."
    ),
    Reason.FULL_PARTNER_PAYS_PARTNER_ORDERS: _(
        "Full access, the partner orders on its own means: rebate at once (row 4)."
    ),
    Reason.LIMITED_MANAGED: _(
        "Limited access, the client orders for a product that the partner manages: cashback (row 5)."
    ),
    Reason.LIMITED_NOT_MANAGED: _("Limited access, the partner does not manage this product: nothing (row 6)."),
    Reason.LIMITED_PARTNER_ORDERS: _("Limited access: only the client orders and renews (row 7)."),
    Reason.NO_ACCESS_CLIENT_ORDERS: _("No access: nothing (row 8)."),
    Reason.NO_ACCESS_PARTNER_ORDERS: _("No access: the partner cannot order for this client (row 9)."),
    Reason.OWN_ORGANISATION: _("The partner orders for its own organisation: rebate (row 10)."),
    Reason.EARNS_FOR_LIMITED_PARTNER: _(
        "The product earns for the limited partner that was granted it first (row 11)."
    ),
}


def row_in_words(reason: str) -> str:
    """Say which row of the decision table a line's ``reason`` stands for."""
    return str(ROWS[Reason(reason)])
