"""The overviews of the three spaces, and eligibility with its volume picture."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import selectors as billing_selectors
from billing.models import Invoice, Order, PrepaidAccount
from clients import selectors as client_selectors
from clients.choices import RelationshipState, Side
from clients.models import Product, Relationship
from clients.permissions import ClientPermission
from partnerportal.audit.models import AuditEvent
from partnerportal.home.permissions import HomePermission
from partnerportal.kernel.money import Money
from partnerportal.web import charts, writing
from partnerportal.web.views import PageView
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from partners import selectors as partner_selectors
from partners.models import Application, ManagedVolume, Partner, VolumeReview
from partners.pages import OwnPartner

MONTHS_SHOWN = 12
SUMMED_AT_ONCE = 500  # clients whose products an overview sums at each visit


class AccountView(PageView):
    """The client's overview: what is due, who has access, what changed."""

    permission = HomePermission.ACCOUNT
    template_name = "home/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Everything of the organisation acted for, as far as it may be seen."""
        acting = self.request.acting
        today = timezone.localdate()
        products = Product.objects.visible_to(acting).in_use()
        due_before = today + relativedelta(months=2)
        due = products.filter(renews_on__lt=due_before).select_related("offer")
        context: dict[str, Any] = {
            "organisation": acting.organisation,
            "due": due.order_by("renews_on", "pk")[:8],
            **products.aggregate(
                product_count=Count("pk"),
                due_count=Count("pk", filter=Q(renews_on__lt=due_before)),
                unpaid_count=Count("pk", filter=Q(renewal_payer="NOBODY")),
            ),
            "open_invoices": Invoice.objects.visible_to(acting).open().count(),
        }
        if acting.relationship is None and acting.is_whole:
            asked = (
                Relationship.objects.visible_to(acting).pending().filter(client=acting.home.pk, started_by=Side.PARTNER)
            )
            context["access"] = client_selectors.who_has_access(organisation_id=acting.home.pk)[:8]
            context["requests"] = asked.select_related("partner__organisation", "client").order_by("-sent_at", "pk")[:5]
            events = AuditEvent.objects.visible_to(acting).newest_first()[:6]
            context["events"] = [
                {"at": event.at, "what": event.subject_label, "who": event.actor_label, "note": event.action}
                for event in events
            ]
        return super().get_context_data(**context, **kwargs)


class _PartnerPage(OwnPartner, PageView):
    """A page that shows what the partner manages."""

    def volume(self, today: date, measured: ManagedVolume | None = None) -> dict[str, Any]:
        """Return what is managed, measured against the thresholds of today, as a picture: now, or as ``measured``."""
        partner, currency = self.partner, self.partner.organisation.currency
        managed = measured.amounts if measured else billing_selectors.managed_total(partner_id=partner.pk, on=today)
        thresholds = partner_selectors.thresholds_on(today)
        threshold = thresholds.get(currency, Decimal(0))
        share = partner_selectors.threshold_share(managed=managed, thresholds=thresholds)
        # Other currencies are shown as the part of this currency's threshold that they stand for (rule 2).
        value = Money((share * threshold).quantize(Decimal("0.01")), currency)
        next_review = partner.joined_on
        while next_review <= today:
            next_review += relativedelta(years=1)
        return {
            "managed": [Money(amount, code) for code, amount in sorted(managed.items())],
            "measured_at": measured.measured_at if measured else None,
            "threshold": Money(threshold, currency),
            "value": value,
            "is_reached": share >= 1,
            "next_review": next_review,
            "meter": charts.meter(value=value, threshold=Money(threshold, currency)),
        }


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
            context |= self._figures(today, volume)
        context["todo"] = self._todo(acting, today, is_reached=is_reached)
        return super().get_context_data(**context, **kwargs)

    def _figures(self, today: date, volume: dict[str, Any]) -> dict[str, Any]:
        partner, currency = self.partner, self.partner.organisation.currency
        months = billing_selectors.earned_by_month(
            partner_id=partner.pk, currency=currency, until=today, months=MONTHS_SHOWN
        )
        pending = billing_selectors.pending_cashback(partner_id=partner.pk, currency=currency)
        account = PrepaidAccount.objects.filter(organisation=partner.pk, currency=currency).first()
        change = months[-1].total - months[-2].total
        bars = [
            charts.Month(
                month.first_day, month.total, pending if month is months[-1] else Decimal(0), month is months[-1]
            )
            for month in months
        ]
        reached = (
            _("The threshold of %(threshold)s is reached.") if volume["is_reached"] else _("Threshold: %(threshold)s.")
        ) % {"threshold": writing.money(volume["threshold"])}
        if volume["measured_at"]:
            reached += " " + _("Measured on %(moment)s.") % {"moment": writing.moment(volume["measured_at"])}
        figures = [
            {
                "label": _("Earned in %(month)s") % {"month": writing.month(today)},
                "value": Money(months[-1].total, currency),
                "change": writing.amount(change, currency=currency, signed=True),
                "change_good": change >= 0,
                "note": _("on last month, %(pending)s pending until paid")
                % {"pending": writing.amount(pending, currency=currency)},
            },
            {
                "label": _("Volume under management, a year"),
                "value": volume["value"],
                "meter": volume["meter"],
                "note": reached,
                "url": reverse("home:eligibility"),
                "url_text": _("Details"),
            },
            {
                "label": _("Prepaid account"),
                "value": Money(account.balance if account else Decimal("0.00"), currency),
                "url": reverse("billing:prepaid"),
                "url_text": _("Every movement"),
            },
        ]
        chart = charts.bars(bars, title=_("Earnings by month"), currency=currency)
        return {"figures": figures, "chart": chart, "currency": currency}

    def _todo(self, acting: Any, today: date, *, is_reached: bool) -> list[dict[str, Any]]:
        mine = Relationship.objects.visible_to(acting).filter(partner=self.partner.pk)
        invitations = mine.pending().filter(started_by=Side.CLIENT).select_related("client", "partner__organisation")
        todo = [
            {
                "what": _("%(client)s wants to give you access") % {"client": relationship.client},
                "url": reverse("clients:client_answer", args=[relationship.pk]),
                "why": relationship.access_sentence,
                "when": writing.short_day(relationship.sent_at),
            }
            for relationship in invitations.order_by("-sent_at", "pk")[:5]
        ]
        if self.partner.grace_until:
            what, why = _("Your volume is below the threshold"), _("You have until %(day)s to reach it.")
            if is_reached:
                what, why = (
                    _("Your volume is above the threshold again"),
                    _("Keep it until %(day)s: then it is checked."),
                )
            day = {"day": writing.day(self.partner.grace_until)}
            todo.insert(0, {"what": what, "url": reverse("home:eligibility"), "why": why % day})
        unpaid = Product.objects.filter(
            organisation__in=mine.active().filter(payer="PARTNER").values("client"),
            renews_on__lt=today + relativedelta(days=14),
        ).in_use()
        count = unpaid.count()
        if count:
            words = ngettext("%(count)s renewal is due in two weeks", "%(count)s renewals are due in two weeks", count)
            todo.append(
                {
                    "what": words % {"count": count},
                    "url": reverse("clients:client_list"),
                    "why": _("Of clients whose orders you pay."),
                }
            )
        return todo


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


class StaffView(PageView):
    """Staff's queue: what waits, and since when."""

    permission = HomePermission.STAFF
    template_name = "home/staff.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Applications and failed jobs with their ages."""
        applications = Application.objects.waiting().select_related("organisation").order_by("submitted_at", "pk")
        failed = Job.objects.filter(state=JobState.FAILED).order_by("-finished_at", "-pk")
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return super().get_context_data(
            applications=applications[:10],
            application_count=applications.count(),
            failed_jobs=failed[:10],
            partner_count=Partner.objects.approved().count(),
            relationship_count=Relationship.objects.filter(state=RelationshipState.ACTIVE).count(),
            order_count=Order.objects.filter(placed_at__gte=midnight).count(),
            **kwargs,
        )
