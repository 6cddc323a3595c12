"""Public pages: the programme with its calculator, help, promises, terms, privacy, health."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from billing.forms import CalculatorForm
from billing.models import DegressiveStep
from billing.pricing import next_step
from billing.selectors.quotes import BadQuestion, Question, Quoter
from partnerportal.accounts.permissions import Anyone, SignedIn
from partnerportal.home.help_pages import HELP_PAGES, PROMISES
from partnerportal.home.numbers import programme_numbers
from partnerportal.kernel.money import Money
from partnerportal.web import charts, writing
from partnerportal.web.views import PageView, PolicyView
from partners import selectors as partner_selectors
from partners.models import Partner


@method_decorator(login_not_required, name="dispatch")
class ProgrammeView(PageView):
    """The programme in numbers, with a calculator that explains every step."""

    permission = Anyone
    template_name = "home/programme.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Calculate what is asked, or the published example."""
        asked = {"offer": "web-hosting", "quantity": 35, "currency": "CHF"}
        form = CalculatorForm({**asked, **self.request.GET.dict()})
        day = timezone.localdate()
        context: dict[str, Any] = {"form": form, "numbers": programme_numbers(day)}
        thresholds = partner_selectors.thresholds_on(day)
        context["thresholds"] = [Money(amount, code) for code, amount in sorted(thresholds.items())]
        if form.is_valid():
            context |= self._calculated(form.cleaned_data)
        return super().get_context_data(**context, **kwargs)

    def _calculated(self, asked: dict[str, Any]) -> dict[str, Any]:
        offer, quantity, currency = asked["offer"], asked["quantity"], asked["currency"]
        quoter = Quoter(timezone.localdate())
        facts = {"offer": offer.code, "quantity": quantity, "currency": currency, "access": "full"}
        try:
            you_pay = quoter.line(Question.parse({**facts, "payer": "partner", "ordered_by": "partner"}))
            client_pays = quoter.line(Question.parse({**facts, "payer": "client", "ordered_by": "client"}))
        except BadQuestion as missing:
            return {"problem": str(missing)}
        chain = [
            charts.PriceStep(
                _("Public price"), you_pay.public_net, _("%(count)s × the list price") % {"count": quantity}
            )
        ]
        if you_pay.partner_rate is None:
            chain.append(
                charts.PriceStep(
                    _("Partner price"), you_pay.partner_price, _("A fixed price for partners."), is_sum=True
                )
            )
        else:
            title = _("Partner rate %(rate)s") % {"rate": writing.percent(you_pay.partner_rate)}
            chain.append(charts.PriceStep(title, you_pay.after_partner_rate or you_pay.public_net))
            if you_pay.partner_degressive_rate:
                title = _("Degressive rate %(rate)s") % {"rate": writing.percent(you_pay.partner_degressive_rate)}
                why = _("%(count)s units under management reach this step; it holds for all of them.") % {
                    "count": quantity
                }
                chain.append(charts.PriceStep(title, you_pay.partner_price, why))
            chain[-1] = charts.PriceStep(chain[-1].what, chain[-1].left, chain[-1].why, is_sum=True)
        steps = list(
            DegressiveStep.objects.valid_on(timezone.localdate())
            .filter(family=offer.family_id)
            .order_by("from_units")
            .values_list("from_units", "rate")
        )
        ahead = next_step(steps, quantity) if steps else None
        return {
            "offer": offer,
            "currency": currency,
            "quantity": quantity,
            "you_pay": you_pay,
            "client_pays": client_pays,
            "chain": charts.chain(chain, currency=currency),
            "ahead": ahead,
            "curve": charts.steps(
                [charts.RateStep(count, rate) for count, rate in steps],
                title=_("Degressive rate by quantity"),
                quantity=quantity,
            )
            if steps
            else None,
        }


class StartView(PolicyView, View):
    """Where somebody starts after signing in: the space of what they are."""

    permission = SignedIn

    def get(self, request: Any) -> HttpResponse:
        """Staff to the queue, partners to their overview, clients to theirs, others to make an organisation."""
        acting = request.acting
        if acting.staff_role is not None:
            return redirect("home:staff")
        if acting.membership is None:
            return redirect("accounts:organisation_create")
        if acting.relationship is None and Partner.objects.visible_to(acting).exists():
            return redirect("home:partner")
        return redirect("home:account")


@method_decorator(login_not_required, name="dispatch")
class HelpIndexView(PageView):
    """All help pages."""

    permission = Anyone
    template_name = "home/help_index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """In the order in which one meets the questions."""
        return super().get_context_data(pages=HELP_PAGES, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class HelpPageView(PageView):
    """One help page: a rule or two, a paragraph each."""

    permission = Anyone
    template_name = "home/help_page.html"

    def find(self, *, slug: str, **_kwargs: Any) -> None:
        """A page that there is."""
        found = [page for page in HELP_PAGES if page.slug == slug]
        if not found:
            raise Http404
        self.page = found[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page, where the reader does what it tells, and the other pages beside it."""
        paragraphs = self.page.written(programme_numbers(timezone.localdate()))
        return super().get_context_data(
            page=self.page, paragraphs=paragraphs, links=self.page.links(self.request), pages=HELP_PAGES, **kwargs
        )


@method_decorator(login_not_required, name="dispatch")
class PromisesView(PageView):
    """What the portal promises, each with what proves it."""

    permission = Anyone
    template_name = "home/promises.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All of them, each with the address where the reader can look."""
        promises = [(promise, promise.url(self.request)) for promise in PROMISES]
        return super().get_context_data(promises=promises, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class TermsView(PageView):
    """The special conditions in force."""

    permission = Anyone
    template_name = "home/terms.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The version of today."""
        return super().get_context_data(terms=partner_selectors.terms_in_force(timezone.localdate()), **kwargs)


@method_decorator(login_not_required, name="dispatch")
class PrivacyView(PageView):
    """What is stored about people, why, and for how long."""

    permission = Anyone
    template_name = "home/privacy.html"


@method_decorator(login_not_required, name="dispatch")
class HealthView(PolicyView, View):
    """The process answers."""

    permission = Anyone

    def get(self, request: Any) -> HttpResponse:
        """Nothing is asked of anything else."""
        return JsonResponse({"status": "ok"})


@method_decorator(login_not_required, name="dispatch")
class ReadyView(PolicyView, View):
    """The process can serve: the database answers."""

    permission = Anyone

    def get(self, request: Any) -> HttpResponse:
        """Ask the database; a fault of it answers 503 through the error page."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return JsonResponse({"status": "ready"})
