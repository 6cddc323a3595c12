"""What became of an order line after it was ordered: paid, credited, taken back, what is left: rules 41 and 42."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.choices import EarningKind, InvoiceState
from billing.models import CreditNoteLine, Earning, Invoice, OrderLine
from partnerportal.web import writing

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class History:
    """The events, newest first, as the timeline draws them; and what is left of the amount, where some of it went."""

    events: list[dict[str, Any]]
    left: Decimal | None


def paid_history(*, line: OrderLine, with_documents: bool) -> History:
    """Return what became of what a payer was charged, net: its invoice, and each credit note about the line.

    ``with_documents``: the reader may open the invoice and its credit notes.
    """
    invoice = line.order.invoice
    credits = list(line.credits.select_related("credit_note").order_by("-pk"))
    events = [_credited(one, line, with_documents=with_documents) for one in credits]
    if invoice.paid_at is not None and invoice.paid == invoice.total:
        events.append({"at": invoice.paid_at, "what": _("The invoice was paid."), "tone": "good"})
    elif invoice.state == InvoiceState.PAID:
        events.append({"at": invoice.paid_at, "what": _("Nothing of the invoice is open any more."), "tone": "good"})
    url = reverse("billing:invoice_detail", args=[invoice.pk]) if with_documents else ""
    events.append({"at": invoice.issued_at, "what": _("Invoice %(number)s") % {"number": invoice.number}, "url": url})
    left = line.charged_net - sum((one.net for one in credits), ZERO) if credits else None
    return History(sorted(events, key=_moment, reverse=True), left)


def earned_history(*, line: OrderLine) -> History:
    """Return what became of what a line earned: credited or saved, then taken back, and by how much why."""
    credits = list(line.credits.order_by("pk"))
    earnings = list(line.earnings.select_related("credit_line__credit_note").order_by("-pk"))
    events = [_earned(one, line, credits, earnings) for one in earnings]
    has_lost = any(one.credit_line_id for one in earnings)
    return History(events, sum((one.amount for one in earnings), ZERO) if has_lost else None)


def is_credited(line: OrderLine) -> bool:
    """Tell whether the cashback of a line was credited, whatever of it was taken back since."""
    return line.earnings.filter(kind=EarningKind.CASHBACK).exists()


def credit_state(*, line: OrderLine, invoice: Invoice) -> str:
    """Say whether the cashback of a line is credited, or when it will be (Q9)."""
    if is_credited(line):
        return _("yes")
    if invoice.state != InvoiceState.OPEN:
        return _("never: the invoice was taken back before it was paid")
    return _("once the client has paid")


def _moment(event: dict[str, Any]) -> Any:
    return event["at"]


def _credited(credit: CreditNoteLine, line: OrderLine, *, with_documents: bool) -> dict[str, Any]:
    note = credit.credit_note
    what = _("Credit note %(number)s: %(net)s of %(charged)s taken back") % {
        "number": note.number,
        "net": writing.amount(credit.net),
        "charged": writing.amount(line.charged_net),
    }
    url = reverse("billing:credit_note_detail", args=[note.pk]) if with_documents else ""
    return {"at": note.issued_at, "what": what, "note": note.reason, "url": url}


def _earned(
    earning: Earning, line: OrderLine, credits: list[CreditNoteLine], earnings: list[Earning]
) -> dict[str, Any]:
    titles = {
        EarningKind.CASHBACK: _("%(amount)s credited to the prepaid account"),
        EarningKind.REBATE: _("%(amount)s taken off the price"),
        EarningKind.REVERSAL: _("%(amount)s of the cashback taken back"),
        EarningKind.UNDONE: _("%(amount)s of the rebate undone"),
    }
    what = titles[EarningKind(earning.kind)] % {"amount": writing.amount(abs(earning.amount))}
    if earning.credit_line is None:
        is_cashback = earning.kind == EarningKind.CASHBACK
        note = _("The client's invoice was paid.") if is_cashback else _("You ordered, and you pay.")
        return {"at": earning.earned_at, "what": what, "note": note, "tone": "good"}
    return {
        "at": earning.earned_at,
        "what": what,
        "who": _("Credit note %(number)s: %(reason)s")
        % {"number": earning.credit_line.credit_note.number, "reason": earning.credit_line.credit_note.reason},
        "note": _proportion(earning, line, credits, earnings),
    }


def _proportion(earning: Earning, line: OrderLine, credits: list[CreditNoteLine], earnings: list[Earning]) -> str:
    """Write out rule 42: the whole, by the part of the line that is credited so far, less what went before."""
    so_far = sum((one.net for one in credits if one.pk <= (earning.credit_line_id or 0)), ZERO)
    whole = sum((one.amount for one in earnings if one.credit_line_id is None), ZERO)
    before = -sum((one.amount for one in earnings if one.credit_line_id and one.pk < earning.pk), ZERO)
    amounts = {
        "whole": writing.amount(whole),
        "so_far": writing.amount(so_far),
        "charged": writing.amount(line.charged_net),
        "due": writing.amount(before - earning.amount),
        "before": writing.amount(before),
    }
    if not before:
        return _("%(so_far)s of %(charged)s is credited: %(whole)s × %(so_far)s / %(charged)s = %(due)s.") % amounts
    words = _(
        "%(so_far)s of %(charged)s is credited so far: %(whole)s × %(so_far)s / %(charged)s = %(due)s, of which "
        "%(before)s was taken back before."
    )
    return words % amounts
