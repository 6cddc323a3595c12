"""Lists of exports and of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partnerportal.web.tables import (
    DateColumn,
    NumberColumn,
    Place,
    PortalTable,
    StateColumn,
)
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from partnerportal.work.templatetags.kinds import kind_in_words


class ExportTable(PortalTable):
    """Exports, with their progress."""

    noun = ngettext_lazy("%(count)s export", "%(count)s exports", "count")
    caption = _("Exports")
    empty_title = _("No export yet")
    empty_hint = _("Open a client and choose “Export billing data”.")

    phone: ClassVar[Mapping[str, Place]] = {
        "client_name": Place.MAIN,
        "state": Place.ASIDE,
        "created_at": Place.NOTE,
        "progress_done": Place.NAMED,
        "file": Place.ACT,
    }
    client_name = tables.Column(
        verbose_name=_("Client"), linkify=("billing:export_detail", {"pk": tables.A("pk")}), orderable=False
    )
    created_at = DateColumn(verbose_name=_("Started"), with_time=True)
    progress_done = NumberColumn(verbose_name=_("Rows"))
    state = StateColumn(verbose_name=_("State"))
    only_on_page = frozenset({"file"})
    file = tables.Column(accessor="result_file", verbose_name=_("File"), orderable=False, default="")

    class Meta(PortalTable.Meta):
        model = Job
        fields = ("client_name", "created_at", "progress_done", "state", "file")

    def render_file(self, record: Any) -> str:
        """Link to the file while the client may still be reached."""
        if record.state != JobState.DONE or not record.is_handed_over:
            return ""
        address = reverse("billing:export_download", args=[record.pk])
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>', address, _("Download"), record.client_name
        )


class StaffJobTable(PortalTable):
    """Work behind the pages, for staff."""

    noun = ngettext_lazy("%(count)s job", "%(count)s jobs", "count")
    caption = _("Jobs")
    empty_title = _("No job")
    empty_hint = _("Work appears here as it is started.")

    phone: ClassVar[Mapping[str, Place]] = {
        "kind": Place.MAIN,
        "state": Place.ASIDE,
        "created_at": Place.NOTE,
        "attempts": Place.NAMED,
    }
    kind = tables.Column(
        verbose_name=_("What"),
        linkify=("billing:staff_job_detail", {"pk": tables.A("pk")}),
        orderable=False,
    )
    created_at = DateColumn(verbose_name=_("Started"), with_time=True)
    attempts = NumberColumn(verbose_name=_("Tries"), orderable=False)
    state = StateColumn(verbose_name=_("State"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Job
        fields = ("kind", "created_at", "attempts", "state")

    def render_kind(self, value: str) -> str:
        """Say what the work is in words."""
        return kind_in_words(value)
