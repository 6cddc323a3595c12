"""Giving access, in two steps on one page: what would change and what the partner would see, then the act. Rule 17."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients import forms, selectors, services
from clients.choices import Access
from clients.exceptions import ChangedMeanwhile
from clients.models import Relationship
from partnerportal.accounts.models import Organisation
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView
from partners.models import Partner


def terms_of(form: forms.TermsForm) -> services.Terms:
    """Return what was chosen, as the services take it."""
    return services.Terms(
        access=form.cleaned_data["access"],
        payer=form.cleaned_data["payer"] or None,
        products=tuple(
            services.ProductRights(pk, "technical" in rights, "statistics" in rights)
            for pk, rights in sorted(form.cleaned_data["products"].items())
        ),
        ends_at=form.ends_at,
    )


def fingerprint(terms: services.Terms) -> str:
    """Return a short name of the terms: what the second button carries, so that what was shown is what is saved."""
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:16]


class GrantingView(ActionView):
    """Shows what the chosen terms would change before it makes them hold.

    A subclass gives :meth:`client`, :meth:`partner` and :meth:`grant`; and :meth:`before` where something is open.
    """

    outcome: services.Outcome | None = None
    meanwhile: list[selectors.Change] | None = None

    def client(self) -> Organisation:
        """Return whose products they are."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def partner(self) -> Partner:
        """Return who gets the access."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def grant(self, form: Any) -> Relationship:
        """Make the one domain call."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def before(self) -> dict[str, Any] | None:
        """Return the terms that hold now."""
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the client's products."""
        return super().get_form_kwargs() | {"client": self.client(), "partner_id": self.partner().pk}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Use a shortcut, look, or save."""
        ticked = self.preset(request.POST.get("preset", ""))
        return super().post(request, *args, **kwargs) if ticked is None else self.redraw(products=ticked)

    def preset(self, name: str) -> dict[str, list[int]] | None:
        """Return what a shortcut ticks; None for no shortcut."""
        chosen = next((one for one in forms.PRESETS if one.value == name), None)
        if chosen is None or chosen.ticks is None:
            return None
        rows = [row.value for row in forms.product_rows(self.client().pk)]
        return {column: rows if column in chosen.ticks else [] for column in forms.RIGHT_COLUMNS}

    def form_valid(self, form: Any) -> HttpResponse:
        """Show what would change; the second button saves what was shown, and nothing else."""
        if self.request.POST.get("confirm") == fingerprint(terms_of(form)):
            return super().form_valid(form)
        try:
            self.outcome = self.look(form)
        except Refused as refusal:
            return self.conflict(form, refusal)
        return self.render_to_response(self.get_context_data(form=form))

    def look(self, form: Any) -> services.Outcome:
        """Return what saving would do."""
        return services.simulate(lambda: self.grant(form), client_id=self.client().pk, before=self.before())

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Say with the refusal what somebody else has changed, and let the next save start from there."""
        now = self.before()
        if isinstance(refusal, ChangedMeanwhile) and now is not None:
            seen = form.cleaned_data["seen"]
            self.meanwhile = selectors.difference(client_id=self.client().pk, before=seen, after=now)
            form.data = form.data.copy()
            form.data["seen"] = forms.as_json(now)
        return super().conflict(form, refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the outcome, and the words of the button that makes it so."""
        context = super().get_context_data(
            partner=self.partner(), outcome=self.outcome, meanwhile=self.meanwhile, **kwargs
        )
        if self.outcome is not None:
            terms = terms_of(context["form"])
            context |= {"confirm": fingerprint(terms), "submit": self.submit(terms)}
        return context

    def submit(self, terms: services.Terms) -> str:
        """Return what the second button says."""
        if terms.access == Access.FULL:
            return _("Give full access")
        count = len(terms.products)
        return ngettext("Give access to %(count)s product", "Give access to %(count)s products", count) % {
            "count": count
        }
