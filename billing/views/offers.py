"""What is sold: by family, each offer at the price that it has where one acts. Rules 24 to 26, Q3 to Q5, Q8."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import services
from billing.filters import SoldFilter
from billing.models import Cart
from billing.models.orders import duration
from billing.permissions import BillingPermission
from billing.services import PricedOffer
from billing.views import costs, refusals
from clients.models import Product
from partnerportal.catalogue.models import Offer
from partnerportal.kernel.states import Refused
from partnerportal.web import writing
from partnerportal.web.views import PageView

JOINED = 3  # products of an offer that are named as those which units can join


class OfferListView(refusals.SaysWhy, PageView):
    """Offers by family, with search, for one's own organisation or in a client's space."""

    permission = BillingPermission.ORDER_PLACE
    template_name = "billing/offer_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Price one unit of each offer that the filters leave."""
        acting, now = self.request.acting, timezone.now()
        found = SoldFilter(self.request.GET, queryset=Offer.objects.filter(is_sold=True).select_related("family"))
        payer = costs.payer_here(acting)
        context: dict[str, Any] = {"filter": found, "payer": payer, "client": acting.organisation, "day": now}
        try:
            priced = services.quote_offers(
                offers=found.qs, client_id=acting.organisation.pk, relationship_id=acting.relationship_id, now=now
            )
        except Refused as refusal:
            context["refusal"] = str(refusal)
        else:
            context["families"] = _families(priced, acting, _extensible(acting))
        carts = Cart.objects.of(acting).open()
        context["in_cart"] = carts.aggregate(count=Count("items"))["count"]
        return super().get_context_data(**context, currency=payer.currency, **kwargs)


def _families(priced: list[PricedOffer], acting: Any, extensible: dict[int, list[Product]]) -> list[dict[str, Any]]:
    """Return the offers by family, the cheapest of each first; with the steps of a family, which all of it share."""
    ordered = sorted(priced, key=lambda one: (one.offer.family.position, one.offer.family_id, *_place(one)))
    families = []
    for family, group in groupby(ordered, key=lambda one: one.offer.family):
        offers = list(group)
        with_rungs = [one for one in offers if one.rungs]
        families.append(
            {
                "family": family,
                "offers": [_row(one, acting, extensible.get(one.offer.pk, [])) for one in offers],
                "steps": _steps_in_words(with_rungs[0], acting) if with_rungs else "",
                "ladder": _ladder(with_rungs),
            }
        )
    return families


def _ladder(offers: list[PricedOffer]) -> dict[str, Any] | None:
    """Return the steps of a family as rows, with what one unit of each offer costs on each; None without steps."""
    if not offers:
        return None
    steps = zip(*(one.rungs for one in offers), strict=True)  # offers of one family share its scale
    return {"offers": [one.offer for one in offers], "rows": [{"step": rungs[0], "rungs": rungs} for rungs in steps]}


def _place(one: PricedOffer) -> tuple[Any, ...]:
    return (one.offer.period, one.quoted.rates.public_unit, one.offer.name)


def _row(priced: PricedOffer, acting: Any, extensible: list[Product]) -> dict[str, Any]:
    """Return an offer as the page draws it: what is charged, the list price beside it, what the reader earns."""
    line = priced.quoted.line
    is_earned = priced.quoted.earning_partner is not None and priced.quoted.earning_partner.pk == acting.home.pk
    return {
        "offer": priced.offer,
        "price": line.charged,
        "public": line.public_net if line.public_net != line.charged else None,
        "why": _reductions(priced),
        "cashback": line.cashback if is_earned else None,
        "partner_price": line.preferential_net if is_earned and line.cashback else None,
        "how": _how_sold(priced.offer),
        "extensible": extensible,
    }


def _how_sold(offer: Offer) -> str:
    """Say what is special: it is counted in units, or paid for several periods at once."""
    words = [] if offer.is_per_unit else [_("Counted in units: more can join later.")]
    if offer.max_periods > 1:
        words.append(_("For up to %(duration)s at once.") % {"duration": duration(offer.period, offer.max_periods)})
    return " ".join(words)


def _reductions(priced: PricedOffer) -> str:
    """Say which reductions stand between the list price and the price, to whoever pays it."""
    line, words = priced.quoted.line, []
    if priced.is_at_partners and line.partner_rate is None and line.charged != line.public_net:
        words.append(_("fixed partner price"))
    if priced.is_at_partners and line.partner_rate:
        words.append(_("partner rate %(rate)s") % {"rate": writing.percent(line.partner_rate)})
    if priced.rate:
        words.append(_("degressive rate %(rate)s") % {"rate": writing.percent(priced.rate)})
    return ", ".join(words)


def _steps_in_words(priced: PricedOffer, acting: Any) -> str:
    """Say on which step one more unit stands, and where the next one begins; how many units a client has is its own
    affair (promise 2).
    """
    rate = writing.percent(priced.rate)
    if not priced.is_at_partners and acting.relationship is not None:
        if not priced.rate:
            return _("By the client's own number of units there is no degressive rate yet.")
        return _("By the client's own number of units the degressive rate is %(rate)s.") % {"rate": rate}
    if priced.is_at_partners:
        counted = ngettext(
            "With one more your portfolio counts %(count)s unit",
            "With one more your portfolio counts %(count)s units",
            priced.count,
        )
    else:
        counted = ngettext(
            "With one more you have %(count)s unit", "With one more you have %(count)s units", priced.count
        )
    words = _("%(counted)s: the degressive rate is %(rate)s.") if priced.rate else _("%(counted)s.")
    said = words % {"counted": counted % {"count": writing.number(priced.count)}, "rate": rate}
    if priced.following is None:
        return said
    start, higher = priced.following
    more = _("From %(start)s on the degressive rate is %(rate)s, for all of them.")
    return f"{said} {more % {'start': writing.number(start), 'rate': writing.percent(higher)}}"


def _extensible(acting: Any) -> dict[int, list[Product]]:
    """Return what units can join, by offer: the first few of each, however many there are."""
    products = Product.objects.visible_to(acting).extensible(on=timezone.localdate())
    place = Window(RowNumber(), partition_by="offer", order_by=["name", "pk"])
    found: dict[int, list[Product]] = {}
    for product in products.annotate(place=place).filter(place__lte=JOINED).order_by("name", "pk"):
        found.setdefault(product.offer_id, []).append(product)
    return found
