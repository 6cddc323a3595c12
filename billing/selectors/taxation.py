"""Why the VAT of a document is what it is: who is taxed, at which rate, on what, rounded how. Rules 37, 45, Q33."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from billing.models import CreditNote, Invoice, VatRate
from billing.pricing import VatTreatment, is_taxed
from partnerportal.web import charts, writing

ZERO = Decimal("0.00")
NAMED = 4  # so many amounts are written out as a sum; of more lines only the sum is


@dataclass(frozen=True)
class VatExplanation:
    """What the page shows: the amount, its picture, why it is taxed so, how it was reckoned, and the facts beside."""

    amount: Decimal
    picture: dict[str, object]
    reason: str
    reckoning: str
    facts: list[dict[str, Any]]


def explain_vat(*, document: Invoice | CreditNote) -> VatExplanation:
    """Explain the VAT of an invoice, on the sum of its lines; or of a credit note, on all that is credited so far."""
    nets: QuerySet[Any, Decimal]
    if isinstance(document, Invoice):
        nets = document.order.lines.order_by("position").values_list("charged_net", flat=True)
        reckoning, issued_at = _reckoned(document.net, document.vat_rate, document.vat), document.issued_at
    else:
        nets = document.lines.order_by("line__position").values_list("net", flat=True)
        reckoning, issued_at = _reckoned_so_far(document), document.invoice.issued_at
    return VatExplanation(
        amount=document.vat,
        picture=_picture(document, list(nets)),
        reason=vat_reason(
            treatment=_treatment(document),
            country=document.payer_snapshot.get("country", ""),
            vat_number=document.payer_snapshot.get("vat_number", ""),
        ),
        reckoning=reckoning if is_taxed(_treatment(document)) else "",
        facts=_facts(document, invoiced_on=timezone.localdate(issued_at)),
    )


def vat_reason(*, treatment: VatTreatment, country: str, vat_number: str) -> str:
    """Say in a sentence why a payer is charged VAT at its country's rate, or why none (rule 45).

    ``vat_number`` is empty where there is none, or where it is not the reader's to know.
    """
    number = _("the VAT number %(number)s") % {"number": vat_number} if vat_number else _("a valid VAT number")
    words = {"country": countries.name(country), "number": number}
    sentences = {
        VatTreatment.DOMESTIC: _("Invoices to %(country)s carry Swiss VAT, for companies and for everybody else."),
        VatTreatment.COUNTRY: _(
            "Invoices to %(country)s carry that country's VAT: there was no valid VAT number of a company there."
        ),
        VatTreatment.REVERSE_CHARGE: _(
            "The recipient is a company in %(country)s with %(number)s: we charge no VAT, the recipient declares it "
            "(reverse charge)."
        ),
        VatTreatment.OUT_OF_SCOPE: _(
            "%(country)s is outside of Switzerland, Liechtenstein and the European Union: no VAT is charged."
        ),
    }
    return sentences[treatment] % words


def _treatment(document: Invoice | CreditNote) -> VatTreatment:
    return VatTreatment(document.vat_treatment)


def _picture(document: Invoice | CreditNote, nets: list[Decimal]) -> dict[str, object]:
    with_vat = _("With VAT %(rate)s") % {"rate": writing.percent(document.vat_rate)}
    steps = [
        charts.PriceStep(_("Net"), document.net, _sum_in_words(nets)),
        charts.PriceStep(with_vat, document.total, is_sum=True),
    ]
    return charts.chain(steps, currency=document.currency)


def _sum_in_words(nets: list[Decimal]) -> str:
    if 1 < len(nets) <= NAMED:
        return _("The lines together: %(sum)s.") % {"sum": " + ".join(writing.amount(net) for net in nets)}
    words = ngettext("Of one line.", "The sum of %(count)s lines.", len(nets))
    return words % {"count": writing.number(len(nets))}


def _reckoned(net: Decimal, rate: Decimal, vat: Decimal) -> str:
    """Write the reckoning out with all its digits: "8.1 % of 208.32 is 16.87392, rounded once to 16.87"."""
    exact = Decimal(f"{(net * rate).normalize():f}")
    words = {"rate": writing.percent(rate), "net": writing.amount(net), "exact": writing.number(exact)}
    if exact == vat:
        return _("%(rate)s of %(net)s is exactly %(vat)s.") % {**words, "vat": writing.amount(vat)}
    words["vat"] = writing.amount(vat)
    return _("%(rate)s of %(net)s is %(exact)s, rounded once, half up: %(vat)s.") % words


def _reckoned_so_far(note: CreditNote) -> str:
    earlier = note.invoice.credit_notes.filter(pk__lt=note.pk)
    before = earlier.aggregate(net=Sum("net", default=ZERO), vat=Sum("vat", default=ZERO))
    if not before["net"]:
        return _reckoned(note.net, note.vat_rate, note.vat)
    so_far = _reckoned(before["net"] + note.net, note.vat_rate, before["vat"] + note.vat)
    words = _(
        "With the earlier credit notes of this invoice %(net)s is credited. %(reckoned)s Of that %(before)s was "
        "credited before, %(vat)s is left for this one: so the last note brings the sum to exactly the invoice's."
    )
    return words % {
        "net": writing.amount(before["net"] + note.net),
        "reckoned": so_far,
        "before": writing.amount(before["vat"]),
        "vat": writing.amount(note.vat),
    }


def _facts(document: Invoice | CreditNote, *, invoiced_on: date) -> list[dict[str, Any]]:
    payer = document.payer_snapshot
    facts: list[dict[str, Any]] = [
        {"label": _("Recipient"), "value": payer.get("name", ""), "note": countries.name(payer.get("country", ""))},
        {"label": _("VAT number"), "value": payer.get("vat_number") or _("none"), "note": _("as it was then")},
        {"label": _("Rate"), "value": writing.percent(document.vat_rate), "note": _since(document, invoiced_on)},
        {"label": _("On"), "value": _("the net of the whole document, after rebates and degressive rates")},
        {"label": _("Rounded"), "value": _("once, on that sum, half up; not to 5 centimes")},
    ]
    if isinstance(document, CreditNote):
        facts.insert(0, {"label": _("Of invoice"), "value": document.invoice.number, "note": writing.day(invoiced_on)})
    return facts


def _since(document: Invoice | CreditNote, on: date) -> str:
    """Say since when the rate held. Rows that held are never edited: what is there now is what was read then."""
    if not is_taxed(_treatment(document)):
        return ""
    rows = VatRate.objects.filter(country=document.payer_snapshot.get("country", ""), rate=document.vat_rate)
    held = rows.filter(valid_from__lte=on + timedelta(days=1)).order_by("-valid_from").first()  # whatever the time zone
    return _("since %(day)s") % {"day": writing.day(held.valid_from)} if held is not None else ""
