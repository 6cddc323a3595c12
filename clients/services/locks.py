"""The one order in which locks are taken, so that nobody waits in a circle.

Organisations by their number, then the partner (its standing), then relationships by their number, then products, then
the rest. An order, a renewal, a move and an act on people begin with the same ones.
"""

from __future__ import annotations

from partnerportal.accounts.models import Organisation
from partners.models import Partner


def lock_sides(*, client_id: int | None, partner_id: int) -> Partner:
    """Hold a client and a partner until the commit: nobody joins or leaves, is renamed, or loses its standing.

    ``client_id``: None for a request to an address. Returns the partner, as it stands.
    """
    sides = {partner_id} if client_id is None else {client_id, partner_id}
    list(Organisation.objects.filter(pk__in=sides).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    locked = Partner.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("organisation").get(pk=partner_id)
