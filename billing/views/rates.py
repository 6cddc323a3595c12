"""Staff's pages of prices, partner rates, steps and VAT: look at them on a day, change them from a day on."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from billing import forms, imports, selectors, services
from billing.exceptions import RatesChanged
from billing.permissions import BillingPermission
from billing.selectors import RATE_LISTS, Entry, Plan, PriceList, StepList
from billing.tables import RateTable
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.csv import BOM, write_rows
from partnerportal.kernel.states import Refused
from partnerportal.kernel.text import folded
from partnerportal.web import writing
from partnerportal.web.htmx import is_fragment
from partnerportal.web.views import PageView, PolicyView, TwoStepView

PER_PAGE = 50
ACTS_SHOWN = 20


class OneList(PolicyView):
    """Finds the list that the address names."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_RATE_VIEW

    def find(self, *, what: str = PriceList.slug, **_kwargs: Any) -> None:
        """One of the four."""
        if what not in RATE_LISTS:
            raise Http404
        self.rate_list = RATE_LISTS[what]

    @property
    def list_url(self) -> str:
        """Where the list stands."""
        if isinstance(self.rate_list, PriceList):
            return reverse("billing:staff_price_list")
        return reverse("billing:staff_rate_list", args=[self.rate_list.slug])

    @property
    def may_change(self) -> bool:
        """Whether the reader may do more than read."""
        return BillingPermission.STAFF_RATE_CHANGE.granted_to(self.request.acting)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the list."""
        return super().get_context_data(
            rate_list=self.rate_list, list_url=self.list_url, may_change=self.may_change, **kwargs
        )


class StaffRateListView(OneList, PageView):
    """One list as of a day; also as a file, in the form in which it may be imported again."""

    template_name = "billing/staff_rate_list.html"

    @cached_property
    def form(self) -> forms.RateListForm:
        """What is looked for."""
        today = timezone.localdate()
        return forms.RateListForm(
            {"on": today.isoformat(), **self.request.GET.dict()},
            initial={"on": today},
            with_currency=isinstance(self.rate_list, PriceList),
        )

    @property
    def day(self) -> date:
        """As of which day; today if none is given."""
        return (self.form.is_valid() and self.form.cleaned_data["on"]) or timezone.localdate()

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page, or with the file."""
        if request.GET.get("download") == "csv":
            return self._file(everything=request.GET.get("all") == "1")
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        """Return the page, or for a fragment request the template of the table alone."""
        return ["tables/fragment.html"] if is_fragment(self.request) else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The entries, the other lists."""
        table = RateTable(self._entries())
        table.caption = self.rate_list.title
        table.is_narrowed = bool(self.request.GET.get("q"))
        RequestConfig(self.request, paginate={"per_page": PER_PAGE}).configure(table)
        tabs = [
            {"label": one.title, "is_current": one is self.rate_list, "url": _address(one.slug)}
            for one in RATE_LISTS.values()
        ]
        return super().get_context_data(table=table, form=self.form, day=self.day, tabs=tabs, **kwargs)

    def _entries(self) -> list[Entry]:
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        words, currency = folded(asked.get("q") or ""), asked.get("currency") or ""
        return [
            entry
            for entry in selectors.entries(self.rate_list, day=self.day)
            if words in folded(f"{entry.thing.key} {entry.label} {entry.thing.group}")
            and (not currency or entry.thing.currency == currency)
        ]

    def _file(self, *, everything: bool) -> HttpResponse:
        wanted = {entry.thing.key for entry in self._entries()}
        timelines = self.rate_list.timelines()
        if not everything:
            timelines = {key: spans for key, spans in timelines.items() if key in wanted}
        stream = io.StringIO()
        stream.write(BOM)
        write_rows(stream, imports.rows_of(self.rate_list, timelines, day=None if everything else self.day))
        response = HttpResponse(stream.getvalue(), content_type="text/csv; charset=utf-8")
        name = f"{self.rate_list.slug}-{'all' if everything else self.day.isoformat()}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _address(slug: str) -> str:
    return (
        reverse("billing:staff_price_list")
        if slug == PriceList.slug
        else reverse("billing:staff_rate_list", args=[slug])
    )


class _OneEntry(OneList):
    """Finds the entry that the address names."""

    def find(self, *, what: str = "", key: str = "", **_kwargs: Any) -> None:
        """One that the list can speak of."""
        super().find(what=what)
        thing = self.rate_list.things().get(key)
        if thing is None:
            raise Http404
        self.thing = thing

    @property
    def entry_url(self) -> str:
        """Where the entry stands."""
        return reverse("billing:staff_rate_detail", args=[self.rate_list.slug, self.thing.key])

    @cached_property
    def timeline(self) -> selectors.Timeline:
        """What holds from when until when."""
        return self.rate_list.timelines(self.thing).get(self.thing.key, ())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the entry."""
        return super().get_context_data(thing=self.thing, entry_url=self.entry_url, **kwargs)


class StaffRateDetailView(_OneEntry, PageView):
    """What held, holds and is planned for one thing, and who changed it."""

    template_name = "billing/staff_rate_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The newest on top."""
        today = timezone.localdate()
        spans = [
            {
                "span": span,
                "last_day": span.end and span.end - timedelta(days=1),
                "words": self.rate_list.words(self.thing, span.value),
                "is_current": span.holds_on(today),
                "is_planned": span.start > today,
                "key": span.start.isoformat(),
            }
            for span in reversed(self.timeline)
        ]
        return super().get_context_data(spans=spans, acts=self._acts(), **kwargs)

    def _acts(self) -> list[dict[str, Any]]:
        row = self.thing.row
        events = AuditEvent.objects.filter(
            subject_type=(row or self.rate_list.model)._meta.label_lower,  # noqa: SLF001 -- Django documents _meta
            action=self.rate_list.action,
            changes__what=self.thing.key,
        )
        if row is not None:  # a country has no row of its own: what is written of it are the rates, some of them gone
            events = events.filter(subject_id=row.pk)
        sentence = _("From %(day)s: %(after)s. Before: %(before)s")
        return [
            {
                "at": event.at,
                "who": event.actor_label,
                "what": sentence
                % {
                    "day": writing.day(date.fromisoformat(event.changes["from"])),
                    "after": event.changes["after"],
                    "before": event.changes["before"],
                },
            }
            for event in events.order_by("-at", "-pk")[:ACTS_SHOWN]
        ]


class Planned(TwoStepView):
    """What a change does, then the change of just that."""

    permission = BillingPermission.STAFF_RATE_CHANGE
    outdated = RatesChanged
    plan: Plan | None = None

    def planned(self, form: Any) -> Plan:
        """Return what the form asks for."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def prepare(self, form: Any) -> None:
        """Plan it."""
        self.plan = self.planned(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what it does."""
        return super().get_context_data(plan=self.plan, **kwargs)


class StaffRateChangeView(_OneEntry, Planned):
    """Change one entry from a day on."""

    permission = BillingPermission.STAFF_RATE_CHANGE
    template_name = "billing/staff_rate_change.html"

    def get_form_class(self) -> Any:
        """The list's own."""
        if isinstance(self.rate_list, PriceList):
            return forms.PriceForm
        return forms.ScaleForm if isinstance(self.rate_list, StepList) else forms.RateForm

    def get_initial(self) -> dict[str, Any]:
        """What holds now, from the next first of a month; or the planned one that is to be changed."""
        today = timezone.localdate()
        asked = self.request.GET.get("from", "")
        span = next((one for one in self.timeline if one.start.isoformat() == asked), None)
        start = span.start if span else (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        span = span or selectors.span_on(self.timeline, today)
        return {"valid_from": start, **(_initial(self.rate_list, span.value) if span else {})}

    def planned(self, form: Any) -> Plan:
        """From that day on."""
        plan = selectors.plan_change(
            rate_list=self.rate_list,
            thing=self.thing,
            value=form.value,
            start=form.cleaned_data["valid_from"],
            today=timezone.localdate(),
        )
        if not plan.changes:
            raise Refused(_("This is what holds from that day on anyway. Change the value or the day."))
        return plan

    def act(self, form: Any) -> str:
        """Save it."""
        services.change_rate(
            rate_list=self.rate_list,
            thing=self.thing,
            value=form.value,
            valid_from=form.cleaned_data["valid_from"],
            shown=self.shown,
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(
            self.request, _("Saved. It holds from %(day)s.") % {"day": writing.day(form.cleaned_data["valid_from"])}
        )
        return self.entry_url


def _initial(rate_list: selectors.RateList, value: selectors.Value) -> dict[str, Any]:
    if isinstance(rate_list, PriceList):
        return {"public_unit": value[0], "reseller_unit": value[1]}
    if isinstance(rate_list, StepList):
        return {"steps": "\n".join(f"{start}: {_percent(rate)}" for start, rate in value)}
    return {"rate": _percent(value[0])}


def _percent(rate: Any) -> str:
    return f"{(rate * 100).normalize():f}"


class StaffRateWithdrawView(_OneEntry, Planned):
    """Take back what is planned."""

    permission = BillingPermission.STAFF_RATE_CHANGE
    form_class = ConfirmForm
    template_name = "billing/staff_rate_withdraw.html"

    def find(self, *, day: str = "", **kwargs: Any) -> None:
        """A day on which something begins."""
        super().find(**kwargs)
        starts = {span.start.isoformat(): span.start for span in self.timeline}
        if day not in starts:
            raise Http404
        self.start = starts[day]

    def planned(self, form: Any) -> Plan:
        """What held before goes on."""
        return selectors.plan_withdrawal(
            rate_list=self.rate_list, thing=self.thing, start=self.start, today=timezone.localdate()
        )

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what it does at once: there is nothing to fill in."""
        form = self.get_form()
        try:
            self.plan = self.planned(form)
        except Refused as refusal:
            form.cleaned_data, form.is_bound = {}, True
            return self.conflict(form, refusal)
        return self.render_to_response(self.get_context_data(form=form))

    def act(self, form: Any) -> str:
        """Take it back."""
        services.withdraw_rate(
            rate_list=self.rate_list,
            thing=self.thing,
            valid_from=self.start,
            shown=self.shown,
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Withdrawn. What held before goes on."))
        return self.entry_url
