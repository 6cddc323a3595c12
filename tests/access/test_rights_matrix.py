"""In a client's space: every address × every set of rights. Rules 15, 21, 24 to 28, Q18.

The client has granted one thing, and the partner lets its collaborator do another; an address opens if both hold the
right that it asks for, and no address without a right ever opens there.
"""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse

from billing import services as billing
from billing.models import Cart, CartItem, OrderLine
from clients.choices import Access, Payer, Right
from clients.models import Grant, Product
from partnerportal.accounts.acting import SYSTEM
from partnerportal.accounts.choices import Role
from partnerportal.accounts.permissions import Anyone, Permission, SignedIn
from partnerportal.checks import OTHERS, views
from tests import world
from tests.access import visitors
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
NARROWED = (Right.TECHNICAL, Right.STATISTICS, Right.ORDER, Right.BILLING)
ALLOWED = [frozenset(), *({right} for right in NARROWED), frozenset(NARROWED)]
# What the client grants, and which rights that opens on the product at most (domain.md 3.5, Q18).
GRANTED = {
    "full, the client pays": {Right.VIEW, Right.TECHNICAL, Right.STATISTICS, Right.ORDER},
    "full, the partner pays": set(Right),
    "limited, everything": {Right.VIEW, Right.TECHNICAL, Right.STATISTICS},
    "limited, technical": {Right.VIEW, Right.TECHNICAL},
    "limited, statistics": {Right.VIEW, Right.STATISTICS},
    "limited, to see": {Right.VIEW},
}
# Pages about the person alone, and public ones, ask for no right and open anywhere.
FOR_EVERYBODY = (Anyone, SignedIn)


# A line of a cart is taken out by a button: opened, the address leads back to the cart.
ONLY_POST = {"billing:cart_remove"}


def asked() -> dict[str, Right | None]:
    """Return every address of ours with the right that it asks for in a client's space; None: never there."""
    found = {}
    for name, callback in views():
        view = getattr(callback, "view_class", None)
        if view is None or view.__module__.startswith(OTHERS) or view.permission in FOR_EVERYBODY:
            continue
        assert isinstance(view.permission, Permission), name
        found[name] = view.permission.value.right
    return found


@pytest.fixture
def site():
    return visitors.build()


def grant(kind, relationship, product):
    """Let the relationship grant this, and nothing else."""
    is_full = kind.startswith("full")
    payer = (Payer.PARTNER if "partner" in kind else Payer.CLIENT) if is_full else None
    access = Access.FULL if is_full else Access.LIMITED
    type(relationship).objects.filter(pk=relationship.pk).update(access=access, payer=payer)
    if not is_full:
        Grant.objects.create(
            relationship=relationship,
            product=product,
            has_technical=Right.TECHNICAL in GRANTED[kind],
            has_statistics=Right.STATISTICS in GRANTED[kind],
            granted_at=NOW,
        )


def enter(relationship, membership) -> Client:
    browser = signed_in(membership.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))
    return browser


def their_cart(membership, relationship) -> Cart:
    """A collaborator's own cart in a client's space, from before the rights were narrowed."""
    return Cart.objects.create(
        user=membership.user,
        organisation=membership.organisation,
        client=relationship.client,
        relationship=relationship,
        key="their cart",
        created_at=NOW,
        changed_at=NOW,
    )


@pytest.mark.parametrize("kind", GRANTED)
def test_an_address_opens_where_both_hold_the_right(site, kind):
    """Rule 21: the intersection, on every page."""
    client, acting = world.make_client("Clinique du Lac")
    partner, partner_acting = world.make_partner("Werkstatt West")
    offer = Product.objects.first().offer
    relationship = world.make_relationship(client, partner, access=Access.FULL, payer=Payer.PARTNER)
    line, own = (
        OrderLine.objects.get(
            order=billing.place_order(
                client_id=client.pk,
                items=[billing.Item(offer, 1, name=key)],
                relationship_id=relationship.pk if through else None,
                key=key,
                actor=world.acting(partner_acting.membership, relationship) if through else acting,
                now=NOW,
            )
        )
        for key, through in (("theirs", True), ("own", False))
    )
    product = Product.objects.filter(organisation=client).earliest("pk")
    note = billing.credit_invoice(
        invoice_id=line.order.invoice.pk, nets={line.pk: D(1)}, reason="Down", means="PREPAID", actor=SYSTEM, now=NOW
    )
    grant(kind, relationship, product)
    arguments = site.arguments | {
        "clients:product_detail": [product.pk],
        "clients:product_why": [product.pk],
        "clients:product_describe": [product.pk],
        "clients:product_statistics": [product.pk],
        "clients:product_automatic": [product.pk],
        "clients:product_cancel": [product.pk],
        "clients:product_keep": [product.pk],
        "billing:product_renewal": [product.pk],
        "billing:plan_change": [product.pk],
        "billing:plan_keep": [product.pk],
        "billing:units_add": [product.pk],
        "billing:units_take": [product.pk],
        "billing:units_keep": [product.pk],
        "billing:line_explain": [line.pk],
        "billing:order_detail": [line.order_id],
        "billing:invoice_detail": [line.order.invoice.pk],
        "billing:invoice_pdf": [line.order.invoice.pk],
        "billing:invoice_vat": [line.order.invoice.pk],
        "billing:credit_note_detail": [note.pk],
        "billing:credit_note_pdf": [note.pk],
        "billing:credit_note_vat": [note.pk],
    }
    collaborator = world.make_member(partner.organisation, Role.COLLABORATOR)
    assignment = world.assign(relationship, collaborator)
    in_cart = CartItem.objects.create(cart=their_cart(collaborator, relationship), offer=offer, quantity=1)
    arguments |= {"billing:cart_remove": [in_cart.pk], "billing:cart_discard": [in_cart.cart_id]}
    wrong = []

    for allowed in ALLOWED:
        flags = {f"has_{right.value}": right in allowed for right in NARROWED}
        type(assignment).objects.filter(pk=assignment.pk).update(**flags)
        browser = enter(relationship, collaborator)
        held = GRANTED[kind] & (allowed | {Right.VIEW})
        for name, right in asked().items():
            if right is None and (kind, allowed) != ("full, the partner pays", frozenset(NARROWED)):
                continue  # tried once, by whoever holds most
            status = browser.get(reverse(name, args=arguments.get(name, []))).status_code
            opens = right is not None and right in held and name not in ONLY_POST
            if opens != (status == 200) or (not opens and status not in {302, 403, 404, 405}):
                wrong.append((name, right, sorted(allowed), status))
        foreign = browser.get(reverse("billing:invoice_detail", args=[own.order.invoice.pk])).status_code
        assert foreign in {403, 404}  # rule 24: the client's own invoice, whatever is granted

    assert wrong == []
