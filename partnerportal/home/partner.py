"""The partner's overview, and eligibility with its volume picture."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import selectors as billing_selectors
from billing.models import OrderLine, PrepaidAccount
from clients.choices import Payer, RenewalPayer, Side
from clients.models import Product, Relationship
from clients.permissions import ClientPermission
from partnerportal.home.permissions import HomePermission
from partnerportal.kernel.money import Money
from partnerportal.web import charts, writing
from partnerportal.web.views import PageView
from partners import selectors as partner_selectors
from partners.models import ManagedVolume, VolumeReview
from partners.pages import OwnPartner

MONTHS_SHOWN = 12
SUMMED_AT_ONCE = 500  # clients whose products an overview sums at each visit
TODO_SHOWN = 5
CLIENTS_SHOWN = 12
NOTHING = Decimal("0.00")


class _PartnerPage(OwnPartner, PageView):
    """A page that shows what the partner manages."""

    def volume(self, today: date, measured: ManagedVolume | None = None) -> dict[str, Any]:
        """Return what is managed, measured against the thresholds of today, as a picture: now, or as ``measured``."""
        partner, currency = self.partner, self.partner.organisation.currency
        managed = measured.amounts if measured else billing_selectors.managed_total(partner_id=partner.pk, on=today)
        thresholds = partner_selectors.thresholds_on(today)
        share = partner_selectors.threshold_share(managed=managed, thresholds=thresholds)
        amounts = [Money(amount, code) for code, amount in sorted(managed.items())]
        next_review = partner.joined_on
        while next_review <= today:
            next_review += relativedelta(years=1)
        # Drawn to the scale of one threshold; several currencies are told as a share, never as a converted amount.
        threshold = Money(thresholds.get(currency, NOTHING), currency)
        drawn = Money((share * threshold.amount).quantize(Decimal("0.01")), currency)
        words = _("%(share)s of the threshold") % {"share": writing.share(share)}
        return {
            "managed": amounts,
            "share": share,
            "thresholds": [Money(amount, code) for code, amount in sorted(thresholds.items())],
            "measured_at": measured.measured_at if measured else None,
            "is_reached": share >= 1,
            "next_review": next_review,
            "meter": charts.meter(value=drawn, threshold=threshold, words=words),
            "figure": _volume_figure(amounts, share),
        }


def _volume_figure(amounts: list[Money], share: Decimal) -> dict[str, Any]:
    """The amount where there is one currency; else its share of the threshold, and the amounts as a note."""
    if len(amounts) == 1:
        note = _("%(share)s of the threshold.") % {"share": writing.share(share)}
        return {"value": amounts[0], "note": note}
    if not amounts:
        return {"value": writing.share(share), "note": _("of the threshold: nothing is managed yet.")}
    managed = _(" and ").join(writing.money(amount) for amount in amounts)
    return {"value": writing.share(share), "note": _("of the threshold: %(managed)s.") % {"managed": managed}}


class PartnerView(_PartnerPage):
    """The partner's overview: earned, volume, balance, what needs somebody today."""

    permission = HomePermission.PARTNER
    template_name = "home/partner.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Figures for whoever may read accounting, work for everybody."""
        acting, today = self.request.acting, timezone.localdate()
        clients = Relationship.objects.visible_to(acting).active().filter(partner=self.partner.pk)
        client_count = clients.count()
        context: dict[str, Any] = {
            "client_count": client_count,
            "may_request": ClientPermission.CLIENT_REQUEST.granted_to(acting),
        }
        is_reached = False
        if acting.membership.may_see_accounting:
            # With very many clients the figure is the one of the last full hour: summing it takes a while.
            measured = (
                ManagedVolume.objects.filter(pk=self.partner.pk).first() if client_count > SUMMED_AT_ONCE else None
            )
            volume = self.volume(today, measured)
            is_reached = volume["is_reached"]
            earned = billing_selectors.earned_by_month(
                totals=billing_selectors.totals_once(acting),
                period=billing_selectors.Period.ending(today, months=MONTHS_SHOWN),
            )
            waiting = billing_selectors.pending_lines(OrderLine.objects.earned_for(acting))
            pending = billing_selectors.sum_pending(waiting)
            context["figures"] = [
                self._earned_figure(earned, pending, today),
                self._volume_figure(volume),
                self._prepaid_figure(),
            ]
            context["charts"] = self._charts(earned, pending)
        else:
            reached = clients.select_related("client", "partner__organisation")
            context["reached"] = reached.order_by("client__search_name", "pk")[:CLIENTS_SHOWN]
        context["todo"] = [
            *self._standing(is_reached=is_reached),
            *self._invitations(acting),
            *self._ending(acting),
            *self._due(acting, today),
        ]
        return super().get_context_data(**context, **kwargs)

    @property
    def _currency(self) -> str:
        return self.partner.organisation.currency

    def _earned_figure(
        self, earned: dict[str, list[billing_selectors.Month]], pending: dict[str, Decimal], today: date
    ) -> dict[str, Any]:
        months = earned.get(self._currency)
        now, before = (months[-1].total, months[-2].total) if months else (NOTHING, NOTHING)
        others = [
            Money(of_month[-1].total, code)
            for code, of_month in earned.items()
            if code != self._currency and of_month[-1].total
        ]
        waiting = [Money(amount, code) for code, amount in pending.items()]
        note = [_("on last month.") if now != before else _("As much as last month.")]
        note += [_("And %(amount)s.") % {"amount": writing.money(other)} for other in others]
        note += [_("%(amount)s pending until paid.") % {"amount": writing.money(one)} for one in waiting]
        return {
            "label": _("Earned in %(month)s") % {"month": writing.month(today)},
            "value": Money(now, self._currency),
            "change": writing.amount(now - before, currency=self._currency, signed=True) if now != before else "",
            "change_good": now >= before,
            "note": " ".join(note),
        }

    def _volume_figure(self, volume: dict[str, Any]) -> dict[str, Any]:
        figure = volume["figure"]
        measured = volume["measured_at"]
        note = figure["note"]
        if measured:
            note += " " + _("Measured on %(moment)s.") % {"moment": writing.moment(measured)}
        return figure | {
            "label": _("Volume under management, a year"),
            "meter": volume["meter"],
            "note": note,
            "url": reverse("home:eligibility"),
            "url_text": _("Details"),
        }

    def _prepaid_figure(self) -> dict[str, Any]:
        accounts = PrepaidAccount.objects.filter(organisation=self.partner.pk).order_by("currency")
        balances = dict(accounts.values_list("currency", "balance"))
        others = [Money(amount, code) for code, amount in balances.items() if code != self._currency and amount]
        return {
            "label": _("Prepaid account"),
            "value": Money(balances.get(self._currency, NOTHING), self._currency),
            "note": " ".join(_("And %(amount)s.") % {"amount": writing.money(other)} for other in others),
            "url": reverse("billing:prepaid"),
            "url_text": _("Every movement"),
        }

    def _charts(
        self, earned: dict[str, list[billing_selectors.Month]], pending: dict[str, Decimal]
    ) -> list[dict[str, Any]]:
        """One picture for each currency that something was earned in, one's own first."""
        drawn = []
        for code, months in sorted(earned.items(), key=lambda one: one[0] != self._currency):
            bars = [
                charts.Month(
                    month.first_day,
                    month.total,
                    pending.get(code, NOTHING) if month is months[-1] else NOTHING,
                    month is months[-1],
                )
                for month in months
            ]
            drawn.append({"currency": code, "bars": charts.bars(bars, title=_("Earnings by month"), currency=code)})
        return drawn

    def _standing(self, *, is_reached: bool) -> list[dict[str, Any]]:
        if not self.partner.grace_until:
            return []
        what, why = _("Your volume is below the threshold"), _("You have until %(day)s to reach it.")
        if is_reached:
            what, why = _("Your volume is above the threshold again"), _("Keep it until %(day)s: then it is checked.")
        day = {"day": writing.day(self.partner.grace_until)}
        return [{"what": what, "url": reverse("home:eligibility"), "why": why % day}]

    def _invitations(self, acting: Any) -> list[dict[str, Any]]:
        mine = Relationship.objects.visible_to(acting).filter(partner=self.partner.pk)
        invitations = mine.pending().filter(started_by=Side.CLIENT).select_related("client", "partner__organisation")
        return [
            {
                "what": _("%(client)s wants to give you access") % {"client": relationship.client},
                "url": reverse("clients:client_answer", args=[relationship.pk]),
                "why": relationship.access_to_partner,
                "when": writing.short_day(relationship.sent_at),
            }
            for relationship in invitations.order_by("-sent_at", "pk")[:TODO_SHOWN]
        ]

    def _ending(self, acting: Any) -> list[dict[str, Any]]:
        """Access that ends soon, as agreed: the partner can only remind its client."""
        mine = Relationship.objects.visible_to(acting).active().filter(partner=self.partner.pk)
        first_notice = timedelta(days=max(settings.PROGRAMME["ending_notice_days"]))
        ending = mine.filter(ends_at__lte=timezone.now() + first_notice).select_related("client", "partner")
        return [
            {
                "what": _("%(client)s: your access ends") % {"client": relationship.client},
                "url": relationship.client_page,
                "why": _("Last day %(day)s. Only the client can renew it.")
                % {"day": writing.day(relationship.last_day) if relationship.last_day else ""},
            }
            for relationship in ending.order_by("ends_at", "pk")[:TODO_SHOWN]
        ]

    def _due(self, acting: Any, today: date) -> list[dict[str, Any]]:
        """Renewals of the next two weeks that the partner pays, a line for each client."""
        paid = Relationship.objects.visible_to(acting).active().filter(partner=self.partner.pk, payer=Payer.PARTNER)
        due = Product.objects.in_use().filter(
            organisation__in=paid.values("client"),
            renewal_payer=RenewalPayer.PARTNER,
            renews_on__lt=today + relativedelta(days=14),
        )
        counts = due.values("organisation", "organisation__name").annotate(count=Count("pk"))
        found = list(counts.order_by("-count", "organisation")[:TODO_SHOWN])
        relationships = dict(paid.filter(client__in=[row["organisation"] for row in found]).values_list("client", "pk"))
        return [
            {
                "what": ngettext(
                    "%(client)s: %(count)s renewal is due", "%(client)s: %(count)s renewals are due", row["count"]
                )
                % {"client": row["organisation__name"], "count": row["count"]},
                "url": reverse("clients:client_detail", args=[relationships[row["organisation"]]]),
                "why": _("Within two weeks, and you pay."),
            }
            for row in found
        ]


class EligibilityView(_PartnerPage):
    """Volume against the threshold, with every review and its figures (rule 2, Q21, Q22)."""

    permission = HomePermission.ELIGIBILITY
    template_name = "home/eligibility.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Today's volume, and the history."""
        today = timezone.localdate()
        reviews = VolumeReview.objects.visible_to(self.request.acting).order_by("-on", "-pk")[:20]
        return super().get_context_data(
            volume=self.volume(today),
            reviews=reviews,
            is_building_up=today < self.partner.build_up_until,
            **kwargs,
        )
