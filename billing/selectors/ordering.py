"""Why somebody may not order, before anything is asked of prices. Rules 20, 21 and 26."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from billing.exceptions import OrderRefused, Rule, Way, WayOut


def why_not_order(acting: Any) -> OrderRefused | None:
    """Return the rule that keeps somebody from ordering where they act now, and what is possible instead; None for
    whoever acts for nobody. ``acting`` does not hold the permission to order.
    """
    if acting is None or acting.membership is None:
        return None
    relationship = acting.relationship
    if relationship is None:
        return OrderRefused(
            _("Your role here does not order."),
            rule=Rule.ROLE,
            ways=(Way(WayOut.COLLEAGUE), Way(WayOut.SEE_PRODUCTS)),
        )
    if not relationship.is_full:
        return OrderRefused(
            _("With limited access only the client orders and renews. Ask it for full access."),
            rule=Rule.LIMITED,
            ways=(Way(WayOut.CLIENT_ORDERS, pk=relationship.pk), Way(WayOut.FULL_ACCESS), Way(WayOut.OWN_SPACE)),
        )
    return OrderRefused(
        _("Your company has not given you the right to order for this client."),
        rule=Rule.LET_IN,
        ways=(Way(WayOut.COLLEAGUE), Way(WayOut.CLIENT_ORDERS, pk=relationship.pk), Way(WayOut.OWN_SPACE)),
    )
