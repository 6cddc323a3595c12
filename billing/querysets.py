"""Sets of orders, invoices and ledger entries, and who may see them (rules 24, 25, 27, 28, 51)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from billing.choices import IncomingState, InvoiceState, Outcome, WithdrawalState
from clients.choices import Access, Right
from clients.models import Relationship


class OrderQuerySet(models.QuerySet[Any]):
    """Orders and renewals."""

    def visible_to(self, acting: Any) -> OrderQuerySet:
        """Keep the orders on one's own organisation, and those that a partner placed for a client it may enter.

        In a client's space: those placed through the relationship. Amounts are another question, see
        :meth:`OrderLineQuerySet.priced_for`.
        """
        if acting is None or acting.home is None:
            return self.none()
        if acting.relationship is not None:
            return self.filter(relationship=acting.relationship.pk)
        on_mine, placed = Q(client=acting.home.pk), Q(partner=acting.home.pk)
        if not acting.is_whole:  # a collaborator's only where assigned
            reached = Relationship.objects.visible_to(acting).filter(pk=OuterRef("relationship"))
            return self.filter(on_mine | (placed & Exists(reached)))
        return self.filter(on_mine | placed)

    def with_lines_for(self, acting: Any) -> OrderQuerySet:
        """Load each order's ``lines`` in one query, each with ``is_priced``: whether its amounts may be read here."""
        lines = apps.get_model("billing", "OrderLine").objects
        priced = Exists(lines.visible_to(acting).filter(pk=OuterRef("pk")))
        listed = lines.annotate(is_priced=priced).defer("rates", "counted", "steps").order_by("position")
        return self.prefetch_related(Prefetch("lines", queryset=listed))


class OrderLineQuerySet(models.QuerySet[Any]):
    """Lines of orders."""

    def visible_to(self, acting: Any) -> OrderLineQuerySet:
        """Keep the lines whose amounts one may read: what one's organisation pays, and what earns it something.

        Who pays reads its own price; the partner that earns reads the chain behind its cashback (rule 51). In a
        client's space amounts are for whoever may order there (rule 21).
        """
        if acting is None or acting.home is None:
            return self.none()
        if acting.relationship is not None and Right.ORDER not in acting.rights:
            return self.none()
        paid = Q(order__payer=acting.home.pk) & Q(pk__isnull=not _may_read_invoices(acting))
        earned = Relationship.objects.visible_to(acting).filter(partner=acting.home.pk, pk=OuterRef("earner"))
        lines = self.filter(paid | (Q(earner__isnull=False) & Exists(earned)))
        if acting.relationship is not None:
            return lines.filter(earner=acting.relationship.pk)
        return lines

    def earned_for(self, acting: Any) -> OrderLineQuerySet:
        """Keep the visible lines that earned one's own organisation something, for its list of earnings.

        To whoever reaches the whole organisation each of them is visible, which then need not be asked of every line.
        """
        if acting is None or acting.home is None:
            return self.none()
        earning = self.earning_for(acting.home.pk)
        if acting.is_whole and acting.relationship is None:
            return earning
        return earning.visible_to(acting)

    def unearned_for(self, acting: Any) -> OrderLineQuerySet:
        """Keep what brought one's own organisation nothing, of what it may know of: all that a client ordered since it
        gave full access, and what concerns a product that it granted (rules 15 and 16). Without amounts.
        """
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        mine = Relationship.objects.visible_to(acting).active().filter(partner=acting.home.pk)
        full = mine.filter(
            client=OuterRef("order__client"), access=Access.FULL, access_since__lte=OuterRef("order__placed_at")
        )
        granted = apps.get_model("clients", "Grant").objects.filter(
            relationship__in=mine.filter(access=Access.LIMITED).values("pk"),
            product__coverages__line=OuterRef("pk"),
            granted_at__lte=OuterRef("order__placed_at"),
        )
        others = ~Q(earning_partner=acting.home.pk) | Q(earning_partner=None)
        clients = mine.values("client")
        return self.filter(others, order__client__in=clients).filter(Exists(full) | Exists(granted))

    def earning_for(self, partner_id: int) -> OrderLineQuerySet:
        """Keep the lines that brought a partner a rebate or a cashback."""
        return self.filter(earning_partner=partner_id, outcome__in=[Outcome.REBATE, Outcome.CASHBACK])


class CartQuerySet(models.QuerySet[Any]):
    """Carts."""

    def visible_to(self, acting: Any) -> CartQuerySet:
        """Keep one's own carts, of the organisation one is a member of: what somebody means to order is theirs alone.

        In a client's space only the one for that client; at home also those for clients.
        """
        if acting is None or acting.home is None:
            return self.none()
        mine = self.filter(user=acting.user_id, organisation=acting.home.pk)
        return mine if acting.relationship is None else mine.filter(relationship=acting.relationship.pk)

    def open(self) -> CartQuerySet:
        """Keep those that are not ordered."""
        return self.filter(order=None)

    def of(self, acting: Any) -> CartQuerySet:
        """Keep the visible ones for whom one acts now."""
        return self.visible_to(acting).filter(client=acting.organisation.pk if acting and acting.organisation else None)


class CartItemQuerySet(models.QuerySet[Any]):
    """Lines of carts."""

    def visible_to(self, acting: Any) -> CartItemQuerySet:
        """Keep those of the open cart that one fills now."""
        carts = apps.get_model("billing", "Cart").objects
        return self.filter(cart__in=carts.of(acting).open())


class InvoiceQuerySet(models.QuerySet[Any]):
    """Invoices."""

    def visible_to(self, acting: Any) -> InvoiceQuerySet:
        """Keep the invoices of the organisation one is a member of, for whoever may read invoices there (rule 28).

        In a client's space those of them that are for this client, with the right to manage billing: the client's own
        are the client's alone (rules 24, 25, 27).
        """
        if acting is None or acting.home is None:
            return self.none()
        if acting.relationship is not None:
            is_allowed = Right.BILLING in acting.rights
            paid_here = self.filter(payer=acting.home.pk, order__client=acting.relationship.client.pk)
            return paid_here if is_allowed else self.none()
        return self.filter(payer=acting.home.pk) if _may_read_invoices(acting) else self.none()

    def open(self) -> InvoiceQuerySet:
        """Keep those that are to be paid."""
        return self.filter(state=InvoiceState.OPEN)


class CreditNoteQuerySet(models.QuerySet[Any]):
    """Credit notes."""

    def visible_to(self, acting: Any) -> CreditNoteQuerySet:
        """Keep those about invoices that may be read here: they go to whoever paid (rules 24, 25, 28)."""
        invoices = apps.get_model("billing", "Invoice").objects.visible_to(acting)
        return self.filter(invoice__in=invoices)


class WithdrawalQuerySet(models.QuerySet[Any]):
    """Withdrawals from prepaid accounts."""

    def visible_to(self, acting: Any) -> WithdrawalQuerySet:
        """Keep those of one's own organisation, for whoever may read its accounting."""
        if acting is None or acting.home is None or acting.relationship is not None or not _may_read_invoices(acting):
            return self.none()
        return self.filter(account__organisation=acting.home.pk)

    def waiting(self) -> WithdrawalQuerySet:
        """Keep those that finance has something to do with."""
        return self.filter(state__in=[WithdrawalState.REQUESTED, WithdrawalState.APPROVED])


class LedgerEntryQuerySet(models.QuerySet[Any]):
    """Entries of prepaid accounts."""

    def visible_to(self, acting: Any) -> LedgerEntryQuerySet:
        """Keep the entries of one's own organisation, for whoever may read its accounting."""
        if acting is None or acting.home is None or acting.relationship is not None or not _may_read_invoices(acting):
            return self.none()
        return self.filter(account__organisation=acting.home.pk)


class IncomingPaymentQuerySet(models.QuerySet[Any]):
    """Transfers of bank statements."""

    def unclear(self) -> IncomingPaymentQuerySet:
        """Keep those that finance has to look at."""
        return self.filter(state=IncomingState.UNCLEAR)


class EarningQuerySet(models.QuerySet[Any]):
    """What partners earned."""

    def visible_to(self, acting: Any) -> EarningQuerySet:
        """Keep one's own organisation's, for whoever may read its accounting; a collaborator's only of the clients that
        it may enter (rule 20).
        """
        if acting is None or acting.home is None or acting.relationship is not None or not _may_read_invoices(acting):
            return self.none()
        mine = self.filter(partner=acting.home.pk)
        if acting.is_whole:
            return mine
        reached = Relationship.objects.visible_to(acting).filter(pk=OuterRef("relationship"))
        return mine.filter(Exists(reached))


class EarningTotalQuerySet(models.QuerySet[Any]):
    """Sums of what partners earned."""

    def of(self, acting: Any) -> EarningTotalQuerySet:
        """Keep one's own organisation's; of a collaborator only the sums of clients that it may enter (rule 20)."""
        if acting is None or acting.home is None or acting.relationship is not None or not _may_read_invoices(acting):
            return self.none()
        mine = self.filter(partner=acting.home.pk)
        if acting.is_whole:
            return mine
        reached = Relationship.objects.visible_to(acting).filter(partner=acting.home.pk).values("client")
        return mine.filter(client__in=reached)

    def whole(self) -> EarningTotalQuerySet:
        """Keep the sums over all clients and offers."""
        return self.filter(client=None, offer=None)

    def by_client(self) -> EarningTotalQuerySet:
        """Keep the sums of each client."""
        return self.filter(client__isnull=False)

    def by_offer(self) -> EarningTotalQuerySet:
        """Keep the sums of each offer."""
        return self.filter(offer__isnull=False)


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows of a partner's own: re-invoicing documents."""

    def visible_to(self, acting: Any) -> OwnedQuerySet:
        """Keep one's own organisation's, for whoever may read its accounting."""
        if acting is None or acting.home is None or acting.relationship is not None or not _may_read_invoices(acting):
            return self.none()
        return self.filter(partner=acting.home.pk)


def _may_read_invoices(acting: Any) -> bool:
    return acting.membership is not None and acting.membership.may_see_accounting
