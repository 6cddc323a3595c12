"""What a transfer of a product means, in words for either side. Section 9, rules 16, 23, 27, 29, Q19."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.choices import Access, ProductState, RenewalPayer
from clients.models import Product, ProductTransfer, Relationship
from clients.selectors.products import managers_of
from partnerportal.accounts.choices import WHOLE
from partnerportal.accounts.models import Membership, Organisation, User
from partnerportal.web import writing


def led_by(*, user: User) -> QuerySet[Membership]:
    """Return the memberships in which somebody leads an organisation: they may send and take its products."""
    led = Membership.objects.filter(user=user, role__in=WHOLE).select_related("organisation")
    return led.order_by("organisation__search_name", "pk")


def transfer_waiting(*, product: Product, now: datetime) -> ProductTransfer | None:
    """Return the offer of a product that can still be answered, if there is one."""
    waiting = ProductTransfer.objects.waiting_at(now).filter(product=product)
    return waiting.select_related("to_organisation").first()


def what_the_sender_gives(*, product: Product) -> list[str]:
    """Return what will happen, for whoever is about to offer a product of theirs."""
    days = settings.PROGRAMME["invitation_days"]
    waiting = ngettext(
        "The offer waits %(count)s day. Until it is accepted nothing changes, and you can withdraw it.",
        "The offer waits %(count)s days. Until it is accepted nothing changes, and you can withdraw it.",
        days,
    )
    owner = _(
        "Then the product belongs to the other organisation. You no longer see it, and only they can give it back."
    )
    lines = [waiting % {"count": writing.number(days)}, owner, _keeps_running(product)]
    names = [str(one.partner) for one in managers_of(product=product)]
    if names:
        cut = ngettext("%(names)s no longer reaches it.", "%(names)s no longer reach it.", len(names))
        lines.append(cut % {"names": ", ".join(names)})
    lines.append(
        {
            RenewalPayer.CLIENT: _("The new owner pays from the next renewal on."),
            RenewalPayer.PARTNER: _(
                "Your partner would have paid the next renewal. That ends: it has no payment means until the new owner "
                "renews it."
            ),
            RenewalPayer.NOBODY: _(
                "The next renewal has no payment means today, and has none at the new owner either."
            ),
        }[RenewalPayer(product.renewal_payer)]
    )
    return [
        *lines,
        _(
            "Its invoices and orders stay with you, and what is unpaid stays yours to pay. The new owner sees none of "
            "it."
        ),
        _("Its name, its technical note and its statistics go with it."),
    ]


def what_the_receiver_takes(*, transfer: ProductTransfer, organisation: Organisation) -> list[str]:
    """Return what will happen, for whoever is about to accept a product for ``organisation``."""
    product, sender = transfer.product, transfer.from_organisation
    names: dict[str, object] = {"receiver": organisation, "sender": sender}
    lines = [_("The product belongs to %(receiver)s from then on.") % names, _keeps_running(product)]
    lines.append(
        _("%(receiver)s pays from the next renewal on.") % names
        if product.renewal_payer == RenewalPayer.CLIENT
        else _("The next renewal has no payment means: renew it before that day.")
    )
    if organisation.currency != sender.currency:
        lines.append(_("Renewals are priced in %(currency)s.") % {"currency": organisation.currency})
    full = Relationship.objects.active().filter(client=organisation, access=Access.FULL)
    reaches = _("%(partner)s has full access to %(receiver)s, and reaches this product, too.")
    lines += [reaches % (names | {"partner": one.partner}) for one in full.select_related("partner__organisation")]
    return [
        *lines,
        _("Invoices and orders until now stay with %(sender)s, and its partners no longer reach it.") % names,
    ]


def _keeps_running(product: Product) -> str:
    day = {"day": writing.day(product.renews_on)}
    if product.state == ProductState.BLOCKED:
        return _("It stays blocked until somebody renews it; it was paid until %(day)s.") % day
    return _("It keeps running without interruption, and stays paid until %(day)s.") % day
