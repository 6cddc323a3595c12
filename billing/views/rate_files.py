"""Staff imports a list of prices or rates: what differs and what it does first, then all of it or nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import forms, imports, selectors, services
from billing.permissions import BillingPermission
from billing.selectors import BadLine, Plan
from billing.views.rates import OneList, Planned
from partnerportal.kernel.states import Refused


class StaffRateImportView(OneList, Planned):
    """Change many entries by a file: what differs and what it does are shown first; all of it or nothing."""

    permission = BillingPermission.STAFF_RATE_CHANGE
    form_class = forms.CsvFileForm
    template_name = "billing/staff_rate_import.html"
    bad: list[BadLine] | None = None
    unchanged = 0

    def planned(self, form: forms.CsvFileForm) -> Plan:
        """What the file says; the lines that cannot stand are kept for the page."""
        stated, bad = imports.read(self.rate_list, form.cleaned_data["text"])
        plan, not_true = selectors.plan_lines(rate_list=self.rate_list, stated=stated, today=timezone.localdate())
        self.bad = sorted([*bad, *not_true], key=lambda one: one.number)
        self.unchanged = len(stated) - len({(one.thing.key, one.start) for one in plan.changes})
        return plan

    def form_valid(self, form: forms.CsvFileForm) -> HttpResponse:
        """Let the form carry the file's text to the second step."""
        sent: Any = form.data
        carried = sent.copy()
        carried["text"] = form.cleaned_data["text"]
        form.data = carried
        if form.cleaned_data["file"]:  # another file than the one that was looked at
            return self.show(form)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What differs, or what is wrong."""
        return super().get_context_data(bad=self.bad, unchanged=max(self.unchanged, 0), **kwargs)

    def act(self, form: forms.CsvFileForm) -> str:
        """Import it."""
        stated, bad = imports.read(self.rate_list, form.cleaned_data["text"])
        if bad:
            raise Refused(services.bad_lines_in_words(bad))
        count = services.import_rates(
            rate_list=self.rate_list, stated=stated, shown=self.shown, actor=self.request.acting, now=timezone.now()
        )
        messages.success(self.request, _("Imported: %(count)s changes.") % {"count": count})
        return self.list_url
