"""What the end of a relationship means for documents, orders, cashback and exports. Rules 27 and 48, Q12."""

from __future__ import annotations

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.choices import InvoiceState, Outcome
from billing.models import Invoice, OrderLine
from clients.choices import Side
from clients.models import Relationship
from partnerportal.kernel.money import Money
from partnerportal.web import writing
from partnerportal.work.choices import ENDED
from partnerportal.work.models import Job

EXPORT_KIND = "billing.client_export"


def running_exports(*, relationship_id: int) -> QuerySet[Job]:
    """Return the exports of a client's data that wait or run, and that nobody has stopped."""
    jobs = Job.objects.filter(kind=EXPORT_KIND, parameters__relationship_id=relationship_id)
    return jobs.exclude(state__in=ENDED).filter(cancel_requested_at=None)


def end_in_words(*, relationship: Relationship, side: str) -> list[str]:
    """Return what the end means for one side, in sentences; it reads of its own documents only."""
    return _for_client(relationship) if side == Side.CLIENT else _for_partner(relationship)


def _for_client(relationship: Relationship) -> list[str]:
    own = Invoice.objects.filter(payer=relationship.client_id)
    through = own.filter(order__relationship=relationship.pk, state=InvoiceState.OPEN).count()
    kept = own.count()
    lines = [
        _("You keep every invoice of your own (%(count)s). What the partner paid stays in its books.")
        % {"count": writing.number(kept)}
        if kept
        else _("What the partner paid stays in its books; you have no invoice of your own.")
    ]
    if through:
        words = ngettext(
            "%(count)s invoice for what the partner ordered at your expense is open, and stays due.",
            "%(count)s invoices for what the partner ordered at your expense are open, and stay due.",
            through,
        )
        lines.append(words % {"count": writing.number(through)})
    lines.append(_("Orders placed until now keep their terms; cashback that they bring is between the partner and us."))
    return lines


def _for_partner(relationship: Relationship) -> list[str]:
    paid_here = Invoice.objects.filter(payer=relationship.partner_id, order__client=relationship.client_id)
    unpaid = paid_here.filter(state=InvoiceState.OPEN).count()
    lines = [
        _("You keep your invoices for this client (%(count)s), and your earnings line by line.")
        % {"count": writing.number(paid_here.count())}
    ]
    if unpaid:
        words = ngettext(
            "%(count)s of them is open, and stays due.", "%(count)s of them are open, and stay due.", unpaid
        )
        lines.append(words % {"count": writing.number(unpaid)})
    pending = OrderLine.objects.filter(
        earner=relationship.pk, outcome=Outcome.CASHBACK, order__invoice__state=InvoiceState.OPEN
    )
    amounts = pending.values("order__currency").annotate(sum=Sum("cashback")).order_by("order__currency")
    lines += [
        _("%(amount)s of cashback is credited once the client has paid: orders placed until now keep their terms.")
        % {"amount": writing.money(Money(row["sum"], row["order__currency"]))}
        for row in amounts
    ]
    exports = running_exports(relationship_id=relationship.pk).count()
    if exports:
        words = ngettext(
            "%(count)s running export stops and leaves no file.",
            "%(count)s running exports stop and leave no file.",
            exports,
        )
        lines.append(words % {"count": writing.number(exports)})
    lines.append(_("Finished export files of this client can no longer be downloaded."))
    return lines
