"""A partner re-invoices to its client what it paid itself (Q39): its own document, outside the provider's invoices."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.choices import RESALE_TRANSITIONS, ResaleState
from billing.exceptions import ResaleRefused
from billing.models import OrderLine, Resale
from billing.services.invoices import take_number
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.selectors import address_of
from partnerportal.audit import log
from partnerportal.kernel.money import round_cents
from partnerportal.kernel.states import check_transition

RESALE = "resale"


@transaction.atomic
def draft_resale(
    *,
    line_id: int,
    partner_id: int,
    markup_rate: Decimal,
    actor: Acting,
    now: datetime,
    vat_rate: Decimal = Decimal(0),
) -> Resale:
    """Draft the document for a line that the partner paid for a client; ``markup_rate`` is a fraction on what it paid
    less what credit notes gave back.

    ``vat_rate``: a fraction, the VAT that the partner itself charges. A line has one document: drafting again changes
    both rates while it is a draft. Raises :class:`ResaleRefused` for a line that the partner did not pay, one that was
    taken back by a credit note, or one that is re-invoiced already.
    """
    line = OrderLine.objects.select_related("order__client").get(pk=line_id)
    if line.order.payer_id != partner_id or line.order.client_id == partner_id:
        raise ResaleRefused(_("Only what you paid for a client can be re-invoiced to it."))
    cost = _cost(line)
    if markup_rate < 0:
        raise ResaleRefused(_("A markup is zero or more."), field="markup")
    if not 0 <= vat_rate < 1:
        raise ResaleRefused(_("VAT is 0 or more, and less than 100 per cent."), field="vat")
    resale = Resale.objects.select_for_update(of=("self",)).filter(line=line).first()
    if resale is not None and resale.state != ResaleState.DRAFT:
        raise ResaleRefused(_("This line is re-invoiced already."))
    net = round_cents(cost * (1 + markup_rate))
    resale, _is_new = Resale.objects.update_or_create(
        line=line,
        defaults={"markup_rate": markup_rate, "net": net, "vat_rate": vat_rate},
        create_defaults={
            "partner_id": partner_id,
            "client": line.order.client,
            "markup_rate": markup_rate,
            "net": net,
            "vat_rate": vat_rate,
            "created_at": now,
        },
    )
    return resale


@transaction.atomic
def issue_resale(*, resale_id: int, actor: Acting, now: datetime, shown: str | None = None) -> Resale:
    """Give a draft its number from the partner's own series; it does not change any more.

    ``shown``: the draft's, as the person saw it. Raises IllegalTransition, and :class:`ResaleRefused` for a draft that
    is another one by now, and where more of the line was credited since it was drafted.
    """
    related = ("partner__organisation", "client", "line")
    resale = Resale.objects.select_for_update(of=("self",)).select_related(*related).get(pk=resale_id)
    check_transition(RESALE_TRANSITIONS, resale.state, ResaleState.ISSUED)
    if shown is not None and shown != resale.shown:
        raise ResaleRefused(_("The draft has changed since this page was opened. Look at the amounts again."))
    if _cost(resale.line) != resale.cost:
        raise ResaleRefused(_("A part of what you paid was credited since this was drafted. Draft it again first."))
    resale.number = take_number(issuer=f"partner-{resale.partner_id}", kind=RESALE, year=timezone.localdate(now).year)
    resale.state, resale.issued_at = ResaleState.ISSUED, now
    resale.issuer_snapshot, resale.client_snapshot = address_of(resale.partner.organisation), address_of(resale.client)
    resale.save(update_fields=["state", "number", "issued_at", "issuer_snapshot", "client_snapshot"])
    log.record(
        at=now,
        actor=actor,
        action="billing.resale.issued",
        subject=resale,
        organisation=resale.partner.organisation,
        changes={"net": str(resale.net)},
    )
    return resale


def _cost(line: OrderLine) -> Decimal:
    """Return what is left of what the partner paid for a line, net. Nobody is charged for what its partner got back."""
    credited: Decimal = line.credits.aggregate(net=Sum("net", default=Decimal(0)))["net"]
    if credited and credited >= line.charged_net:
        raise ResaleRefused(_("A credit note took this line back, so there is nothing to re-invoice."))
    return line.charged_net - credited
