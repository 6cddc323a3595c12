"""Scenes of money in few words: a client with a partner that earns cashback, orders, payments, credit notes."""

from __future__ import annotations

from decimal import Decimal as D
from types import SimpleNamespace

from billing import services
from billing.models import Invoice, LedgerEntry, Order, PrepaidAccount
from clients.choices import Access, Payer
from partnerportal.accounts.acting import SYSTEM
from tests import world
from tests.world import NOW

CHF, EUR = "CHF", "EUR"


def scene(*, payer=Payer.CLIENT, **fields):
    """Return a client and a partner with full access, and what the catalogue holds."""
    offers = world.make_catalogue()
    client, acting = world.make_client(**fields)
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(client, partner, access=Access.FULL, payer=payer)
    return SimpleNamespace(
        offers=offers,
        client=client,
        acting=acting,
        partner=partner,
        partner_acting=partner_acting,
        relationship=relationship,
        finance=finance("Finn Keel"),
    )


def finance(name="Finn Keel"):
    """Return somebody of the provider's finance, acting."""
    from partnerportal.accounts.acting import Acting

    return Acting(user=world.make_user(name, staff_role="FINANCE"))


def order(here, *wanted, by_partner=False):
    """Place an order of (offer code, quantity) pairs for the client; by its own people unless said otherwise."""
    return services.place_order(
        client_id=here.client.pk,
        items=[services.Item(here.offers[code], quantity) for code, quantity in wanted],
        relationship_id=here.relationship.pk if by_partner else None,
        key=f"key-{Order.objects.count()}",
        actor=world.acting(here.partner_acting.membership, here.relationship) if by_partner else here.acting,
        now=NOW,
    )


def invoice_of(placed):
    """Return an order's invoice as it is now."""
    return Invoice.objects.get(order=placed)


def pay(invoice, amount=None, reference=None):
    """Book a transfer for an invoice, for all that is open unless an amount is given."""
    invoice.refresh_from_db()
    return services.settle_payment(
        invoice_id=invoice.pk,
        amount=invoice.open_amount if amount is None else D(amount),
        means="TRANSFER",
        reference=reference or f"bank-{invoice.pk}-{invoice.payments.count()}",
        actor=SYSTEM,
        now=NOW,
    )


def credit(here, invoice, *amounts, means="PREPAID", reason="Service was down"):
    """Credit the first lines of an invoice by these net amounts; all that is left of each for None."""
    left = services.creditable(invoice=invoice)
    nets = {
        line: left[line] if amount is None else D(amount) for line, amount in zip(sorted(left), amounts, strict=False)
    }
    return services.credit_invoice(
        invoice_id=invoice.pk, nets=nets, reason=reason, means=means, actor=here.finance, now=NOW
    )


def top_up(organisation, amount, reference="in-1", currency=CHF):
    """Book money that came for a prepaid account."""
    return services.top_up(
        organisation_id=organisation.pk, currency=currency, amount=D(amount), reference=reference, actor=SYSTEM, now=NOW
    )


def balance(organisation, currency=CHF):
    """Return what an organisation's account holds; None where it has none."""
    accounts = PrepaidAccount.objects.filter(organisation=organisation.pk, currency=currency)
    return accounts.values_list("balance", flat=True).first()


def movements(organisation):
    """Return the movements of an organisation's accounts as (kind, amount), oldest first."""
    entries = LedgerEntry.objects.filter(account__organisation=organisation.pk).order_by("pk")
    return list(entries.values_list("kind", "amount"))
