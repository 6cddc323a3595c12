"""What a partner would pay and earn if more came under its management."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from billing import forms, selectors
from billing.exceptions import NoPrice
from billing.permissions import BillingPermission
from billing.selectors import Simulation
from partnerportal.kernel.money import Money
from partnerportal.web import charts, writing
from partnerportal.web.views import PageView
from partners.pages import OwnPartner


class SimulatorView(OwnPartner, PageView):
    """Choose what more there would be; read what changes. The address holds the question, so it can be kept."""

    permission = BillingPermission.SIMULATE
    template_name = "billing/simulator.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Answer what is asked, or what twelve more of what it manages most would bring."""
        asked = {"quantity": 12, "payer": "partner"}
        if "offer" not in self.request.GET:
            asked["offer"] = selectors.likeliest_offer(partner=self.partner)
        asked["currency"] = self.partner.organisation.currency
        form = forms.SimulatorForm({**asked, **self.request.GET.dict()})
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            context |= self._answer(**form.cleaned_data)
        return super().get_context_data(**context, **kwargs)

    def _answer(self, *, offer: Any, quantity: int, payer: str, currency: str) -> dict[str, Any]:
        try:
            simulation = selectors.simulate(
                partner=self.partner,
                offer=offer,
                quantity=quantity,
                payer=payer,
                currency=currency,
                day=timezone.localdate(),
            )
        except NoPrice as missing:
            return {"problem": str(missing)}
        return {
            "simulation": simulation,
            "offer": offer,
            "quantity": quantity,
            "currency": currency,
            "figures": _figures(simulation, offer, currency),
            "curve": _curve(simulation),
        }


def _figures(simulation: Simulation, offer: Any, currency: str) -> list[dict[str, Any]]:
    """The new ones for one period, the count, the step."""
    new, period = simulation.new, offer.get_period_display()
    public = writing.money(Money(new.public_net, currency))
    if new.charged_to == "partner":
        label, value = _("You pay for them, a %(period)s"), new.charged
        note = _("instead of %(public)s")
    else:
        label, value = _("You earn with them, a %(period)s"), new.cashback
        note = _("of %(public)s at list price")
    figures: list[dict[str, Any]] = [
        {"label": label % {"period": period}, "value": Money(value, currency), "note": note % {"public": public}}
    ]
    figures.append(
        {
            "label": _("Units under management"),
            "value": simulation.count_then,
            "note": _("%(count)s now, in the family %(family)s")
            % {"count": writing.number(simulation.count_now), "family": offer.family},
        }
    )
    if simulation.has_steps:
        figures.append(
            {
                "label": _("Degressive rate"),
                "value": writing.percent(simulation.rate_then),
                "note": _("%(rate)s now") % {"rate": writing.percent(simulation.rate_now)},
            }
        )
    return figures


def _curve(simulation: Simulation) -> dict[str, object] | None:
    if not simulation.has_steps:
        return None
    return charts.steps(
        [charts.RateStep(start, rate) for start, rate in simulation.rates.steps],
        title=_("Degressive rate by units under management"),
        quantity=simulation.count_then,
    )
