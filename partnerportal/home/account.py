"""The client's overview."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, F, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Invoice, PrepaidAccount
from clients import selectors as client_selectors
from clients.choices import Right, Side
from clients.models import Product, ProductTransfer, Relationship
from clients.permissions import ClientPermission
from partnerportal.audit.models import AuditEvent
from partnerportal.home.permissions import HomePermission
from partnerportal.kernel.money import Money
from partnerportal.web import writing
from partnerportal.web.views import PageView
from partners.choices import ApplicationState
from partners.models import Application
from partners.permissions import PartnerPermission


class AccountView(PageView):
    """The client's overview: what is due, who has access, what changed."""

    permission = HomePermission.ACCOUNT
    template_name = "home/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Everything of the organisation acted for, as far as it may be seen."""
        acting = self.request.acting
        today = timezone.localdate()
        products = Product.objects.visible_to(acting).in_use()
        due_before = today + relativedelta(months=2)
        due = products.filter(renews_on__lt=due_before).select_related("offer")
        context: dict[str, Any] = {
            "organisation": acting.organisation,
            "due": due.order_by("renews_on", "pk")[:8],
            **products.aggregate(
                product_count=Count("pk"),
                due_count=Count("pk", filter=Q(renews_on__lt=due_before)),
                overdue_count=Count("pk", filter=Q(renews_on__lte=today)),
                unpaid_count=Count("pk", filter=Q(renewal_payer="NOBODY")),
            ),
        }
        if acting.relationship is not None and not acting.relationship.is_full:
            context["unpaid_count"] = 0  # nothing of how others pay, as in the list of products
        if acting.relationship is None and acting.membership.may_see_accounting:
            context["figures"] = self._money(acting)
        if acting.relationship is None and acting.is_whole:
            asked = (
                Relationship.objects.visible_to(acting).pending().filter(client=acting.home.pk, started_by=Side.PARTNER)
            )
            with_access = client_selectors.who_has_access(organisation_id=acting.home.pk).with_uses()
            context["access"] = [
                {"relationship": one, "idle": client_selectors.idle_rights(one, today=today)} for one in with_access[:8]
            ]
            context["requests"] = asked.select_related("partner__organisation", "client").order_by("-sent_at", "pk")[:5]
            offered = ProductTransfer.objects.waiting_at(timezone.now()).offered_to(acting)
            context["offered_count"] = offered.count()
            context["may_invite"] = ClientPermission.RELATIONSHIP_INVITE.granted_to(acting)
            events = AuditEvent.objects.visible_to(acting).newest_first()[:6]
            context["events"] = [
                {"at": event.at, "what": event.subject_label, "who": event.actor_label, "note": event.action}
                for event in events
            ]
        if acting.relationship is not None:
            context["allowed"] = [Right(right).label for right in Right.values if right in acting.rights]
        if PartnerPermission.APPLICATION_SEND.granted_to(acting):
            context["application"] = self._application(acting)
        return super().get_context_data(**context, **kwargs)

    def _application(self, acting: Any) -> Any:
        """The newest application, unless it has made a partner: that one has its own space."""
        newest = Application.objects.visible_to(acting).order_by("-pk").first()
        return None if newest is None or newest.state == ApplicationState.APPROVED else newest

    def _money(self, acting: Any) -> list[dict[str, Any]]:
        """What is to be paid, and what the prepaid account holds, by currency."""
        invoices = Invoice.objects.visible_to(acting).open()
        open_amounts = list(
            invoices.values("currency").annotate(sum=Sum(F("total") - F("paid"))).values_list("sum", "currency")
        )
        accounts = PrepaidAccount.objects.filter(organisation=acting.home.pk)
        balances = list(accounts.order_by("currency").values_list("balance", "currency"))
        return [
            _amounts_figure(_("To be paid"), open_amounts, acting, "billing:invoice_list", _("Invoices")),
            _amounts_figure(_("Prepaid account"), balances, acting, "billing:prepaid", _("Every movement")),
        ]


def _amounts_figure(
    label: str, amounts: list[tuple[Decimal, str]], acting: Any, url: str, url_text: str
) -> dict[str, Any]:
    """Show the amount of one's own currency large, and the others beside it."""
    own = acting.home.currency
    by_currency = {currency: amount for amount, currency in amounts}
    others = [Money(amount, currency) for amount, currency in amounts if currency != own and amount]
    note = _("And %(others)s.") % {"others": ", ".join(writing.money(other) for other in others)} if others else ""
    return {
        "label": label,
        "value": Money(by_currency.get(own, Decimal("0.00")), own),
        "note": note,
        "url": reverse(url),
        "url_text": url_text,
    }
