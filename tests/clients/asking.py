"""Inviting and asking, in few words."""

from __future__ import annotations

from clients import services
from clients.choices import Access, Payer
from tests.world import NOW

FULL = services.Terms(access=Access.FULL, payer=Payer.CLIENT)


def limited(*products):
    return services.Terms(access=Access.LIMITED, products=tuple(services.ProductRights(one.pk) for one in products))


def invite(here, terms=FULL, **changes):
    values = {"client_id": here.client.pk, "partner_id": here.partner.pk, "actor": here.acting, "now": NOW}
    return services.invite_partner(terms=terms, **values | changes)


def request(here, email="", *, access="FULL", payer="PARTNER", **changes):
    values = {"partner_id": here.partner.pk, "actor": here.partner_acting, "now": NOW}
    more = {name: changes.pop(name) for name in ("family_ids", "has_technical", "has_statistics") if name in changes}
    return services.request_client(email=email, ask=services.Ask(access, payer, **more), **values | changes)
