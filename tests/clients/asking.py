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


def request(here, email, **changes):
    values = {
        "partner_id": here.partner.pk,
        "access": "FULL",
        "payer": "PARTNER",
        "actor": here.partner_acting,
        "now": NOW,
    }
    return services.request_client(email=email, **values | changes)
