"""Carts: fill, change, price and order what somebody means to order. Rules 23 to 26, 43, promise 3, Q3, Q11, Q12.

A cart is a person's draft: filling one is no act on an organisation, so the activity names the order only.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.choices import OrderKind
from billing.exceptions import Explained, InsufficientBalance, NoPrice, OrderRefused, PriceChanged, Rule, Way, WayOut
from billing.models import Cart, CartItem, Order
from billing.selectors.rates import RateBook
from billing.services.items import MAX_UNITS, check_item, other_offer, wanted_of
from billing.services.orders import lock_scope, write_order
from billing.services.payments import pay_from_prepaid
from billing.services.quoting import Item, Quote, QuotedLine, ordering_relationship, payer_of, quote_items
from clients.choices import Access
from clients.models import Relationship
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer
from partnerportal.web import writing


class Paying(StrEnum):
    """How the person was told that it would be paid."""

    AT_ONCE = "pay"  # from the prepaid account, which held enough: if it does not, nothing is ordered
    IF_ENOUGH = "either"  # from the account of somebody who does not tell what it holds, else by invoice
    BY_INVOICE = "invoice"


@dataclass(frozen=True)
class CartLine:
    """A line of a cart with its price, or with what refuses it."""

    item: CartItem
    quoted: QuotedLine | None
    refusal: Explained | None = None


@dataclass(frozen=True)
class CartQuote:
    """What ordering a cart would be. ``quote`` holds the lines that can be ordered; ``refusal`` concerns all of it."""

    lines: tuple[CartLine, ...]
    quote: Quote | None
    refusal: Explained | None = None

    @property
    def is_orderable(self) -> bool:
        """Tell whether all of it can be ordered: nothing is left out in silence."""
        return self.quote is not None and all(line.refusal is None for line in self.lines)

    @property
    def shown(self) -> str:
        """What a page shows of it, in short: the quote's, and under which name each line is ordered."""
        if self.quote is None:
            return ""
        named = sorted(
            [line.item.offer_id, line.item.periods, line.item.quantity, line.item.name] for line in self.lines
        )
        return f"{self.quote.shown} {hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Ordered:
    """What became of ordering a cart; ``is_repeated``: it had been ordered before, and was not again."""

    order: Order
    is_paid: bool
    is_repeated: bool = False


@transaction.atomic
def add_to_cart(
    *,
    client_id: int,
    relationship_id: int | None,
    offer: Offer,
    quantity: int,
    periods: int,
    name: str,
    key: str,
    actor: Acting,
    now: datetime,
) -> CartItem:
    """Put units of an offer into the actor's open cart; what is there already under this name gets more of them.

    ``key``: made with the form; a repeated request adds once. Raises :class:`OrderRefused` for what could not be
    ordered anyway, and beyond the lines and units that a cart holds.
    """
    ordering_relationship(client_id, relationship_id)
    check_item(Item(offer, quantity, name=name, periods=periods))
    cart = _open_cart(client_id, relationship_id, actor, now)
    item = cart.items.filter(offer=offer, periods=periods, name=name).first()
    if item is None:
        item = CartItem(cart=cart, offer=offer, quantity=0, periods=periods, name=name)
        _check_lines(cart)
    elif item.added_key == key:
        return item
    item.quantity, item.added_key = item.quantity + quantity, key
    _check_units([*cart.items.exclude(pk=item.pk), item])
    item.save()
    _touch(cart, now)
    return item


@transaction.atomic
def change_cart(*, cart_id: int, quantities: Mapping[int, int], now: datetime) -> Cart:
    """Set how many units of some lines (by their ids) an open cart holds; lines that are gone stay gone.

    Raises :class:`OrderRefused` for a number outside 1 to 10,000, and for a cart that is ordered.
    """
    cart = _locked_open(cart_id)
    items = {item.pk: item for item in cart.items.select_related("offer")}
    for pk, quantity in quantities.items():
        if pk in items:
            items[pk].quantity = quantity
    _check_units(list(items.values()))
    CartItem.objects.bulk_update(items.values(), ["quantity"])
    _touch(cart, now)
    return cart


@transaction.atomic
def remove_from_cart(*, item_id: int, now: datetime) -> None:
    """Take a line out of its open cart; one that is gone is no error."""
    item = CartItem.objects.filter(pk=item_id).first()
    if item is None:
        return
    cart = _locked_open(item.cart_id)
    cart.items.filter(pk=item_id).delete()
    _touch(cart, now)


@transaction.atomic
def discard_cart(*, cart_id: int) -> None:
    """Throw an open cart away, with all that is in it; an ordered one stays."""
    _locked_open(cart_id).delete()


def drop_carts(*, relationship_id: int) -> int:
    """A relationship has ended: what was meant to be ordered through it goes (rule 48). Return how many carts."""
    mine = Cart.objects.open().filter(relationship=relationship_id)
    return mine.delete()[1].get("billing.Cart", 0)


def clear_carts(*, now: datetime) -> int:
    """Delete carts that nobody touched for long, and those through relationships that no longer let anybody order.

    While a partner's status rests its carts wait: it may hold again. Return how many went.
    """
    left = Cart.objects.filter(changed_at__lt=now - timedelta(days=settings.PROGRAMME["cart_days"]))
    ordering = Relationship.objects.accepted(now).filter(access=Access.FULL)
    shut = Cart.objects.open().filter(relationship__isnull=False).exclude(relationship__in=ordering)
    with transaction.atomic():
        return sum(carts.delete()[1].get("billing.Cart", 0) for carts in (left, shut))


def quote_cart(*, cart: Cart | None, now: datetime) -> CartQuote:
    """Price a cart without ordering it. A line that cannot be ordered says why; the others are priced all the same."""
    items = list(cart.items.select_related("offer__family").order_by("pk")) if cart else []
    if cart is None or not items:
        return CartQuote((), None)
    book = RateBook(timezone.localdate(now))
    try:
        relationship = ordering_relationship(cart.client_id, cart.relationship_id)
        payer = payer_of(cart.client, relationship)
        refused = {item.pk: refusal for item in items if (refusal := _refusal(item, book, payer))}
        sound = [item for item in items if item.pk not in refused]
        wanted = [wanted_of(_item(item)) for item in sound]
        quote = quote_items(cart.client_id, wanted, cart.relationship_id, now, book) if sound else None
    except (OrderRefused, NoPrice) as refusal:
        return CartQuote(tuple(CartLine(item, None) for item in items), None, refusal)
    quoted = dict(zip([item.pk for item in sound], quote.lines if quote else (), strict=True))
    return CartQuote(tuple(CartLine(item, quoted.get(item.pk), refused.get(item.pk)) for item in items), quote)


@transaction.atomic
def order_cart(*, cart_id: int, shown: str, paying: Paying, actor: Acting, now: datetime) -> Ordered:
    """Order a cart as it was shown, and pay it as the person was told; all of it or nothing.

    ``shown``: the cart's quote's, as the person saw it. A repeated request gets the order that the first one placed,
    and says so; one that shows something else is refused, also after the order. Raises :class:`PriceChanged` if it
    would be another order than the one that was shown, :class:`OrderRefused` with its rule and what is possible
    instead.
    """
    client_id = Cart.objects.filter(pk=cart_id).values_list("client", flat=True).first()
    lock_scope(*([] if client_id is None else [client_id]))
    locked = Cart.objects.select_for_update(of=("self",)).select_related("client", "order__invoice")
    cart = locked.filter(pk=cart_id).first()
    if cart is None:
        raise _gone()
    if cart.order is not None:
        return _repeated(cart, cart.order, shown)
    found = quote_cart(cart=cart, now=now)
    if found.refusal is not None:
        raise found.refusal
    _check_orderable(found)
    if found.quote is None or shown != found.shown:
        raise PriceChanged(
            _(
                "Nothing was ordered: your cart, its prices or who pays has changed since this page was opened. Look "
                "at it below before you order."
            )
        )
    order = write_order(found.quote, OrderKind.ORDER, key=cart.key, actor=actor, now=now)
    cart.order, cart.shown, cart.changed_at = order, shown, now
    cart.save(update_fields=["order", "shown", "changed_at"])
    return Ordered(order, is_paid=_pay(order, paying, actor, now))


def _repeated(cart: Cart, order: Order, shown: str) -> Ordered:
    """The cart is ordered: the same page again gets the same order, another page a refusal."""
    if shown == cart.shown:
        return Ordered(order, is_paid=order.invoice.open_amount == 0, is_repeated=True)
    raise OrderRefused(
        _(
            "Nothing was ordered now: this cart was ordered on %(moment)s already, with other lines or prices than "
            "this page shows. See that order; what is missing in it goes into a new cart."
        )
        % {"moment": writing.moment(order.placed_at)},
        rule=Rule.ONCE,
        ways=(Way(WayOut.SEE_ORDER, pk=order.pk), Way(WayOut.START_ANEW)),
    )


def _check_orderable(found: CartQuote) -> None:
    """Refuse a cart that holds nothing, or something that cannot be ordered: no line is left out in silence."""
    if not found.lines:
        raise OrderRefused(_("Your cart is empty."), rule=Rule.NOTHING, ways=(Way(WayOut.OTHER_OFFER),))
    _check_units([line.item for line in found.lines])
    for line in found.lines:
        if line.refusal is not None:
            message = _("Nothing was ordered, because of %(line)s: %(why)s") % {"line": line.item, "why": line.refusal}
            raise OrderRefused(message, rule=line.refusal.rule, ways=line.refusal.ways)


def _pay(order: Order, paying: Paying, actor: Acting, now: datetime) -> bool:
    """Pay the order's invoice as was said; tell whether it is paid.

    Too little is refused only where it was said that it suffices: the whole order is undone then.
    """
    if paying == Paying.BY_INVOICE:
        return False
    try:
        pay_from_prepaid(invoice_id=order.invoice.pk, actor=actor, now=now)
    except InsufficientBalance as too_little:
        if paying == Paying.IF_ENOUGH:
            return False
        message = _("Nothing was ordered: the prepaid account does not hold enough any more, %(missing)s are missing.")
        missing = writing.amount(too_little.missing, currency=too_little.currency)
        raise OrderRefused(
            message % {"missing": f"{too_little.currency} {missing}"},
            rule=Rule.BALANCE,
            ways=(Way(WayOut.BY_INVOICE), *too_little.ways),
        ) from too_little
    return True


def _refusal(item: CartItem, book: RateBook, payer: Organisation) -> Explained | None:
    """Return what refuses a line by itself; each with the way to take it out."""
    remove = Way(WayOut.REMOVE, pk=item.pk, name=str(item.offer))
    try:
        check_item(_item(item))
        book.rates(offer=item.offer, currency=payer.currency)
    except OrderRefused as refusal:
        return OrderRefused(str(refusal), rule=refusal.rule, ways=(*refusal.ways, remove))
    except NoPrice as missing:
        return OrderRefused(str(missing), rule=missing.rule, ways=(other_offer(item.offer), remove))
    return None


def _item(item: CartItem) -> Item:
    return Item(item.offer, item.quantity, name=item.name, periods=item.periods)


def _open_cart(client_id: int, relationship_id: int | None, actor: Acting, now: datetime) -> Cart:
    """Return the actor's open cart for this client, locked; a new one if there is none."""
    whose = {"user_id": actor.user_id, "organisation_id": actor.home.pk if actor.home else None, "client_id": client_id}
    while True:
        fresh = {"relationship_id": relationship_id, "key": uuid.uuid4().hex, "created_at": now, "changed_at": now}
        found, _is_new = Cart.objects.get_or_create(**whose, order=None, defaults=fresh)
        cart = Cart.objects.select_for_update(of=("self",)).open().filter(pk=found.pk).first()
        if cart is not None:  # else it was ordered or thrown away in this very moment
            break
    if cart.relationship_id != relationship_id:  # the two have started anew since
        cart.relationship_id = relationship_id
        cart.save(update_fields=["relationship"])
    return cart


def _locked_open(cart_id: int) -> Cart:
    cart = Cart.objects.select_for_update(of=("self",)).filter(pk=cart_id).first()
    if cart is None:
        raise _gone()
    if cart.order_id is not None:
        raise OrderRefused(
            _("This cart is ordered already and does not change any more. What you add now goes into a new one."),
            rule=Rule.ONCE,
            ways=(Way(WayOut.SEE_ORDER, pk=cart.order_id), Way(WayOut.START_ANEW)),
        )
    return cart


def _gone() -> OrderRefused:
    message = _("This cart is no longer there: it was emptied in another window, or put away after a long time.")
    return OrderRefused(message, rule=Rule.NOTHING, ways=(Way(WayOut.START_ANEW), Way(WayOut.SEE_ORDERS)))


def _touch(cart: Cart, now: datetime) -> None:
    cart.changed_at = now
    cart.save(update_fields=["changed_at"])


def _check_lines(cart: Cart) -> None:
    most = settings.PROGRAMME["cart_lines"]
    if cart.items.count() >= most:
        message = _("A cart holds %(most)s lines at most. Order these first, or take one out.")
        raise OrderRefused(message % {"most": most}, field="offer", rule=Rule.LINES, ways=(Way(WayOut.ORDER_CART),))


def _check_units(items: Sequence[CartItem]) -> None:
    """A line and a whole order hold so many units at most: each may become a row."""
    if any(not 1 <= item.quantity <= MAX_UNITS for item in items) or sum(item.quantity for item in items) > MAX_UNITS:
        message = _("Order between 1 and 10’000 units of an offer, and 10’000 in one cart.")
        raise OrderRefused(message, field="quantity", rule=Rule.UNITS, ways=(Way(WayOut.ORDER_CART),))
