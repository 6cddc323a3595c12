"""A refused order on a page: the rule that refused, and what is possible instead as links and buttons.

What is possible is the rule's to say (:mod:`billing.exceptions`); here each way gets its words and its address, for who
reads it: nobody is shown a way that is closed to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from billing import selectors
from billing.exceptions import Explained, Way, WayOut
from billing.permissions import BillingPermission
from clients.permissions import ClientPermission
from partnerportal.accounts import selectors as accounts
from partnerportal.kernel.money import Money
from partnerportal.kernel.states import Refused
from partnerportal.web import writing
from partners.models import Partner
from partners.permissions import PartnerPermission

Link = dict[str, Any]  # text, and: href; or post, next (a form of its own); or name, value, form (a button of a form)


class SaysWhy:
    """For pages that order: whoever may not is told by which rule, and what is possible instead."""

    request: Any

    def permit(self) -> None:
        """Raise 403, whose page then shows the rule."""
        try:
            super().permit()  # type: ignore[misc]  # a mixin: PolicyView comes after it
        except PermissionDenied:
            refusal = selectors.why_not_order(self.request.acting)
            if refusal is not None:
                self.request.refusal = described(refusal, self.request) | {"sentence": str(refusal)}
            raise


class ShowsWays:
    """For forms that a rule may refuse: beside the sentence stand the rule, and what is possible instead."""

    request: Any
    refusal: dict[str, Any] | None = None
    look = "#price"  # where on the page what holds now is shown
    ordering_form = ""  # id of the form whose button orders by invoice, if there is one

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Show the form again with the rule that refused."""
        if isinstance(refusal, Explained) and refusal.rule is not None:
            self.refusal = described(refusal, self.request, look=self.look, form=self.ordering_form)
        answer: HttpResponse = super().conflict(form, refusal)  # type: ignore[misc]  # a mixin: ActionView comes after it
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the refusal, for ``components/refusal.html``."""
        context: dict[str, Any] = super().get_context_data(refusal=self.refusal, **kwargs)  # type: ignore[misc]
        return context


def described(refusal: Explained, request: Any, *, look: str = "#price", form: str = "") -> dict[str, Any]:
    """Return a refusal as ``components/refusal.html`` draws it.

    ``look``: where on the page what holds now is shown. ``form``: id of the form that orders, if the page has one.
    """
    return {
        "rule": refusal.rule.label if refusal.rule else "",
        "ways": ways(refusal.ways, request, look=look, form=form),
    }


def ways(found: tuple[Way, ...], request: Any, *, look: str = "#price", form: str = "") -> list[Link]:
    """Return the ways that are open to the reader, as links and buttons."""
    acting = request.acting
    links: dict[WayOut, Callable[[Way], Link | None]] = {
        WayOut.TOP_UP: lambda way: _top_up(way, acting),
        WayOut.BY_INVOICE: lambda _way: _by_invoice(form),
        WayOut.CLIENT_ORDERS: lambda way: _client_orders(way, acting),
        WayOut.FULL_ACCESS: lambda _way: _link(
            _("Ask the client for full access: how it gives it"), reverse("home:help_page", args=["access-rights"])
        ),
        WayOut.COLLEAGUE: lambda _way: _colleague(acting),
        WayOut.REQUEST_ACCESS: lambda _way: _request_access(acting),
        WayOut.STATUS: lambda _way: _status(acting),
        WayOut.OWN_SPACE: lambda _way: _away(_("Back to your own space"), reverse("home:start"), acting),
        WayOut.OTHER_OFFER: _other_offer,
        WayOut.ANOTHER: lambda way: _link(
            _("Order one more %(offer)s") % {"offer": way.name}, f"{reverse('billing:order_place')}?offer={way.pk}"
        ),
        WayOut.REMOVE: lambda way: {
            "text": _("Take %(offer)s out of the cart") % {"offer": way.name},
            "post": reverse("billing:cart_remove", args=[way.pk]),
        },
        WayOut.LOOK: lambda _way: _link(_("Look at what holds now"), look),
        WayOut.ORDER_CART: lambda _way: _link(_("See what is in the cart"), reverse("billing:cart")),
        WayOut.SEE_ORDER: lambda way: _order(way, acting),
        WayOut.SEE_ORDERS: lambda _way: _orders(acting),
        WayOut.SEE_PRODUCTS: lambda _way: _link(_("See the products"), reverse("clients:product_list")),
        WayOut.SEE_PRODUCT: lambda way: _link(_("See the product"), reverse("clients:product_detail", args=[way.pk])),
        WayOut.SEE_RENEWAL: lambda way: _link(
            _("See how it goes on"), reverse("billing:product_renewal", args=[way.pk])
        ),
        WayOut.RENEW: lambda way: _link(_("Renew it"), f"{reverse('billing:renew')}?product={way.pk}"),
        WayOut.START_ANEW: lambda _way: _link(_("Start anew"), request.path),
        WayOut.SUPPORT: lambda _way: _link(_("Ask the provider"), f"mailto:{settings.PROVIDER['support_mail']}"),
    }
    return [link for way in found if (link := links[way.kind](way)) is not None]


def _link(text: str, href: str) -> Link:
    return {"text": text, "href": href}


def _away(text: str, url: str, acting: Any) -> Link:
    """Return the way to a page of one's own space; from a client's it leaves that first."""
    if acting.relationship is None:
        return _link(text, url)
    return {"text": text, "post": reverse("clients:client_leave"), "next": url}


def _at_home(acting: Any) -> Any:
    return replace(acting, relationship=None, rights=frozenset())


def _may_as_partner(acting: Any, permission: Any) -> bool:
    """Tell whether the reader's own organisation is a partner, and the reader holds a permission there."""
    is_held: bool = permission.granted_to(_at_home(acting))
    return is_held and Partner.objects.filter(pk=acting.home.pk).exists()


def _status(acting: Any) -> Link | None:
    if not _may_as_partner(acting, PartnerPermission.ELIGIBILITY_VIEW):
        return None
    return _away(_("See what lifts it"), reverse("home:eligibility"), acting)


def _top_up(way: Way, acting: Any) -> Link | None:
    if not BillingPermission.PREPAID_VIEW.granted_to(_at_home(acting)):
        return None
    amount = max(way.amount or Decimal(0), settings.PROGRAMME["top_up_least"])
    text = _("Top up by %(amount)s") % {"amount": writing.money(Money(amount, way.currency))}
    return _away(text, reverse("billing:prepaid"), acting)


def _by_invoice(form: str) -> Link | None:
    if not form:
        return None
    return {"text": _("Order it by invoice"), "name": "confirm", "value": "invoice", "form": form}


def _client_orders(way: Way, acting: Any) -> Link | None:
    if way.pk is None or not _may_as_partner(acting, ClientPermission.CLIENT_VIEW):
        return None
    text = _("Let the client order it itself: to its page")
    return _away(text, reverse("clients:client_detail", args=[way.pk]), acting)


def _colleague(acting: Any) -> Link | None:
    people = accounts.legal_representatives(organisation_id=acting.home.pk).exclude(pk=acting.user_id)
    first = people.first()
    if first is None:
        return None
    return _link(_("Ask %(name)s to order it, or for the right") % {"name": first}, f"mailto:{first.email}")


def _request_access(acting: Any) -> Link | None:
    if not _may_as_partner(acting, ClientPermission.CLIENT_REQUEST):
        return None
    return _away(_("Ask the client for access anew"), reverse("clients:client_request"), acting)


def _other_offer(way: Way) -> Link:
    page = reverse("billing:cart_add")
    if way.pk is None:
        return _link(_("Choose an offer"), f"{page}#add")
    return _link(_("Choose %(offer)s instead") % {"offer": way.name}, f"{page}?offer={way.pk}#add")


def _order(way: Way, acting: Any) -> Link | None:
    if not BillingPermission.ORDER_VIEW.granted_to(acting):
        return None
    return _link(_("See that order"), reverse("billing:order_detail", args=[way.pk]))


def _orders(acting: Any) -> Link | None:
    if not BillingPermission.ORDER_VIEW.granted_to(acting):
        return None
    return _link(_("See the orders"), reverse("billing:order_list"))
