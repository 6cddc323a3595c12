"""Lists of calls: one's own, the inbox, won contracts, staff's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partnerportal.web import writing
from partnerportal.web.tables import DateColumn, LinkColumn, NumberColumn, Place, PortalTable, StateColumn
from tenders.models import Proposal, Tender

CALLS = ngettext_lazy("%(count)s call", "%(count)s calls", "count")


def what_and_where(tender: Tender) -> str:
    """Return the quiet second line of a call: category and place."""
    return f"{tender.get_category_display()} · {tender.where}"


class AccountTenderTable(PortalTable):
    """The calls that one's organisation posted."""

    noun = CALLS
    caption = _("Calls for tenders")
    empty_title = _("No call yet")
    empty_hint = _("Describe a project; partners answer with an offer. It costs nothing.")

    phone: ClassVar[Mapping[str, Place]] = {
        "title": Place.MAIN,
        "state": Place.ASIDE,
        "answer_count": Place.NAMED,
        "created_at": Place.NAMED,
        "expires_at": Place.NAMED,
    }
    title = LinkColumn(
        verbose_name=_("Call"), sub=what_and_where, url=lambda one: reverse("tenders:account_detail", args=[one.pk])
    )
    answer_count = NumberColumn(verbose_name=_("Answers"))
    created_at = DateColumn(verbose_name=_("Posted"))
    expires_at = DateColumn(verbose_name=_("Open until"))
    state = StateColumn(verbose_name=_("State"), tones={"OPEN": "busy"})

    class Meta(PortalTable.Meta):
        model = Tender
        fields = ("title", "answer_count", "created_at", "expires_at", "state")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.empty_action = (_now("Post a call"), reverse("tenders:account_post"))


class InboxTable(PortalTable):
    """Calls that a partner may answer, and those it has answered."""

    noun = CALLS
    caption = _("Calls for tenders")
    empty_title = _("No call yet")
    empty_hint = _("New calls appear here the moment they are on the board.")

    phone: ClassVar[Mapping[str, Place]] = {
        "title": Place.MAIN,
        "budget": Place.ASIDE,
        "own_answer": Place.STATE,
        "expires_at": Place.NOTE,
        "language_names": Place.NOTE,
    }
    title = LinkColumn(
        verbose_name=_("Call"), sub=what_and_where, url=lambda one: reverse("tenders:tender_detail", args=[one.pk])
    )
    budget = tables.Column(verbose_name=_("Budget"), orderable=False, attrs={"td": {"class": "num"}})
    language_names = tables.Column(verbose_name=_("Languages"), orderable=False)
    expires_at = DateColumn(verbose_name=_("Open until"))
    own_answer = tables.Column(verbose_name=_("Your answer"), orderable=False, empty_values=())

    class Meta(PortalTable.Meta):
        model = Tender
        fields = ("title", "budget", "language_names", "expires_at", "own_answer")

    def render_expires_at(self, value: object, record: Tender) -> SafeString | str:
        """Say the day, or how the call ended."""
        if not record.is_open:
            return record.get_state_display()
        # The heading says it where there are columns.
        return format_html(
            '<span class="folded">{} </span>{}', _now("Open until"), writing.short_day(record.expires_at)
        )

    def render_own_answer(self, record: Any) -> SafeString:
        """Say whether one has answered, and what came of it."""
        if record.own_chosen_at:
            tone, words = "good", _now("Won")
        elif record.own_answer and record.is_open:
            tone, words = "hollow", _now("Sent")
        elif record.own_answer:
            tone, words = "", _now("Not chosen")
        else:
            return format_html('<span class="muted">{}</span>', _now("Not answered yet"))
        return format_html('<span class="badge {}">{}</span>', tone, words)


class WonTable(PortalTable):
    """Calls that a partner has won, with their contracts."""

    noun = ngettext_lazy("%(count)s call won", "%(count)s calls won", "count")
    caption = _("Won")
    empty_title = _("Nothing won yet")
    empty_hint = _("When an author chooses your answer, the call stands here and you record the contract.")

    phone: ClassVar[Mapping[str, Place]] = {
        "tender": Place.MAIN,
        "value": Place.ASIDE,
        "chosen_at": Place.NAMED,
        "products": Place.NOTE,
    }
    tender = LinkColumn(
        verbose_name=_("Call"),
        order_by=("tender__title",),
        url=lambda one: reverse("tenders:tender_detail", args=[one.tender_id]),
        sub=lambda one: one.tender.contact_name,
    )
    chosen_at = DateColumn(verbose_name=_("Chosen"))
    value = tables.Column(verbose_name=_("Contract"), empty_values=(), orderable=False, attrs={"td": {"class": "num"}})
    products = tables.Column(verbose_name=_("Products"), empty_values=(), orderable=False)

    class Meta(PortalTable.Meta):
        model = Proposal
        fields = ("tender", "chosen_at", "value", "products")

    def render_value(self, record: Proposal) -> SafeString | str:
        """Write the value, or ask for the contract."""
        contract = getattr(record, "contract", None)
        if contract is not None:
            return writing.money(contract.value)
        url = reverse("tenders:contract_record", args=[record.tender_id])
        return format_html('<a href="{}">{}</a>', url, _now("Record the contract"))

    def render_products(self, record: Proposal) -> str:
        """Name what is in the contract."""
        contract = getattr(record, "contract", None)
        return ", ".join(offer.name for offer in contract.offers.all()) if contract is not None else ""


class StaffTenderTable(PortalTable):
    """All calls, for staff."""

    noun = CALLS
    caption = _("Calls for tenders")
    empty_title = _("No call yet")
    empty_hint = _("Calls appear here the moment they are posted.")

    phone: ClassVar[Mapping[str, Place]] = {
        "title": Place.MAIN,
        "state": Place.ASIDE,
        "organisation": Place.NOTE,
        "answer_count": Place.NAMED,
        "created_at": Place.NAMED,
    }
    title = LinkColumn(
        verbose_name=_("Call"), sub=what_and_where, url=lambda one: reverse("tenders:staff_detail", args=[one.pk])
    )
    organisation = tables.Column(verbose_name=_("From"), empty_values=(), orderable=False)
    answer_count = NumberColumn(verbose_name=_("Answers"), orderable=False)
    created_at = DateColumn(verbose_name=_("Posted"), with_time=True)
    state = StateColumn(verbose_name=_("State"), tones={"OPEN": "busy"})

    class Meta(PortalTable.Meta):
        model = Tender
        fields = ("title", "organisation", "answer_count", "created_at", "state")

    def render_organisation(self, record: Tender) -> str:
        """Name the organisation, or say that a visitor wrote."""
        return str(record.organisation) if record.organisation else _now("Visitor")
