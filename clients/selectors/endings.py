"""What the end of a relationship means: beforehand in sentences, afterwards read from the rows. Rules 46 to 49."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.choices import Access, Payer, RelationshipState, RenewalPayer, Side
from clients.models import ClientAssignment, Product, Relationship, TeamClient
from clients.selectors.people import people_at
from clients.selectors.terms import Change, listed
from clients.signals import relationship_checked, relationship_ending
from partnerportal.web import writing


def consequences(relationship: Relationship, *, side: str) -> list[str]:
    """Return what will happen when a relationship ends, in sentences for one of its sides.

    Each side reads what is its own: how many documents the other one has is not told.
    """
    reached = Product.objects.opened_by(relationship.pk).in_use().count()
    lines = _for_client(relationship, reached) if side == Side.CLIENT else _for_partner(relationship, reached)
    for _receiver, sentences in relationship_ending.send(sender=Relationship, relationship=relationship, side=side):
        lines += sentences or []
    lines.append(_("Both sides get a numbered receipt of what was cut."))
    lines.append(_("Nothing comes back by itself: a new relationship starts from nothing."))
    return lines


def _for_client(relationship: Relationship, reached: int) -> list[str]:
    unpaid = renewals_without_payer(organisation_id=relationship.client_id).count()
    lines = [
        ngettext(
            "%(partner)s no longer reaches %(count)s product of yours, from the next click on.",
            "%(partner)s no longer reaches %(count)s products of yours, from the next click on.",
            reached,
        )
        % {"partner": relationship.partner, "count": writing.number(reached)},
        _("Every product stays with you and keeps running until the day it is paid for."),
        _("From the moment of the end, you pay what you order and renew.")
        if relationship.is_paid_by_partner
        else _("You pay what you order and renew, as before."),
    ]
    if unpaid and not relationship.is_paid_by_partner:
        words = ngettext(
            "%(count)s renewal has no payment means today, and keeps none.",
            "%(count)s renewals have no payment means today, and keep none.",
            unpaid,
        )
        lines.append(words % {"count": writing.number(unpaid)})
    return [*lines, *_losing(relationship)]


def _for_partner(relationship: Relationship, reached: int) -> list[str]:
    client = {"client": relationship.client, "count": writing.number(reached)}
    return [
        ngettext(
            "You no longer reach %(count)s product of %(client)s, from the next click on.",
            "You no longer reach %(count)s products of %(client)s, from the next click on.",
            reached,
        )
        % client,
        _("Every product stays with %(client)s and keeps running until the day it is paid for.") % client,
        _("From the moment of the end, %(client)s pays what it orders and renews.") % client
        if relationship.is_paid_by_partner
        else _("%(client)s pays what it orders and renews, as before.") % client,
        *_losing(relationship),
    ]


def _losing(relationship: Relationship) -> list[str]:
    """Which renewals lose their payment means (Q19)."""
    lines: list[str] = []
    if not relationship.is_paid_by_partner:
        return lines
    unpaid = list(renewals_paid_by_partner(relationship).order_by("renews_on", "name"))
    if unpaid:
        words = ngettext(
            "%(count)s renewal that the partner would have paid has no payment means then, first due on %(day)s: "
            "%(names)s.",
            "%(count)s renewals that the partner would have paid have no payment means then, first due on %(day)s: "
            "%(names)s.",
            len(unpaid),
        )
        names = listed([product.name for product in unpaid])
        day = writing.day(unpaid[0].renews_on)
        lines.append(words % {"count": writing.number(len(unpaid)), "day": day, "names": names})
    return lines


def renewals_without_payer(*, organisation_id: int | None) -> QuerySet[Product]:
    """Return the products in use of an organisation whose next renewal nobody pays, as things stand (Q19)."""
    return Product.objects.in_use().filter(organisation=organisation_id, renewal_payer=RenewalPayer.NOBODY)


def renewals_paid_by_partner(relationship: Relationship) -> QuerySet[Product]:
    """Return the client's products whose next renewal the partner with full access would pay."""
    return Product.objects.in_use().filter(organisation=relationship.client_id, renewal_payer=RenewalPayer.PARTNER)


def renewals_paid(*, client_id: int) -> frozenset[int]:
    """Return the client's products in use whose next renewal a partner would pay."""
    paid = Product.objects.in_use().filter(organisation=client_id, renewal_payer=RenewalPayer.PARTNER)
    return frozenset(paid.values_list("pk", flat=True))


def renewals_lost(*, client_id: int, paid_before: frozenset[int]) -> list[Change]:
    """Return in words which renewals have no payment means any more, of those that a partner paid before (Q19)."""
    if not paid_before:
        return []
    lost = Product.objects.filter(organisation=client_id, pk__in=paid_before, renewal_payer=RenewalPayer.NOBODY)
    products = list(lost.order_by("renews_on", "name").values_list("name", "renews_on"))
    if not products:
        return []
    words = ngettext(
        "%(count)s renewal loses its payment means, due on %(day)s",
        "%(count)s renewals lose their payment means, first due on %(day)s",
        len(products),
    ) % {"count": writing.number(len(products)), "day": writing.day(products[0][1])}
    return [Change(words, "removed", listed([name for name, _day in products]))]


def renewals_taken_over(invitation: Relationship) -> int:
    """Return how many renewals the invited partner pays once it takes over from one that paid them."""
    replaced = invitation.replaces
    if replaced is None or replaced.state != RelationshipState.ACTIVE:
        return 0
    both_pay = replaced.is_paid_by_partner and invitation.is_paid_by_partner
    return renewals_paid_by_partner(replaced).count() if both_pay else 0


def still_open(relationship: Relationship) -> dict[str, int]:
    """Return what a relationship opens at this moment, counted from the rows: after its end, nothing but zeros.

    ``people`` who can enter, ``products`` that they reach, ``earning``: products whose orders earn for the partner,
    ``assignments`` by name, ``teams``, ``renewals`` that wait for the partner's money; and what the apps above count.
    """
    is_open = Relationship.objects.active().filter(pk=relationship.pk).exists()
    counted = Counter(
        people=people_at(relationship).filter(is_let_in=True).count() if is_open else 0,
        products=Product.objects.opened_by(relationship.pk).in_use().count(),
        earning=_earning(relationship),
        assignments=ClientAssignment.objects.filter(relationship=relationship.pk).count(),
        teams=TeamClient.objects.filter(relationship=relationship.pk).count(),
        renewals=_renewals_waiting_for(relationship),
    )
    for _receiver, counts in relationship_checked.send(sender=Relationship, relationship=relationship):
        counted.update(counts)
    return dict(counted)


def _renewals_waiting_for(relationship: Relationship) -> int:
    if not relationship.is_paid_by_partner or _is_paid_by_another(relationship):
        return 0
    return renewals_paid_by_partner(relationship).count()


def _earning(relationship: Relationship) -> int:
    owned = Product.objects.in_use().filter(organisation=relationship.client_id)
    return owned.with_earner().filter(earner_relationship=relationship.pk).count()


def _is_paid_by_another(relationship: Relationship) -> bool:
    """Tell whether another partner pays renewals by now: then they are not this relationship's any more."""
    others = Relationship.objects.filter(
        client=relationship.client_id,
        state=RelationshipState.ACTIVE,
        access=Access.FULL,
        payer=Payer.PARTNER,
    )
    return others.exclude(pk=relationship.pk).exists()
