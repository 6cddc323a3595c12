"""Filters of the board and of the lists of calls."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenders.choices import Category, Language, TenderState
from tenders.models import Tender


class BoardFilter(filters.FilterSet):
    """Calls by words of the extract, category and language."""

    search = filters.CharFilter(method="matching", label=_("Words or place"))
    category = filters.ChoiceFilter(choices=Category.choices, label=_("Category"), empty_label=_("Any category"))
    language = filters.ChoiceFilter(
        choices=Language.choices, method="speaking", label=_("Language"), empty_label=_("Any language")
    )

    class Meta:
        model = Tender
        fields = ["search", "category", "language"]

    def matching(self, queryset: Any, _name: str, text: str) -> Any:
        """Keep calls whose extract holds the words."""
        return queryset.matching(text)

    def speaking(self, queryset: Any, _name: str, language: str) -> Any:
        """Keep calls whose author works in the language."""
        return queryset.filter(languages__contains=[language])


class InboxFilter(BoardFilter):
    """The board's filters, and what one has answered."""

    answer = filters.ChoiceFilter(
        choices=[("none", _("Not answered yet")), ("sent", _("Answered")), ("won", _("Won"))],
        method="answered",
        label=_("Your answer"),
        empty_label=_("All calls"),
    )

    class Meta(BoardFilter.Meta):
        fields = ["search", "category", "language", "answer"]

    def answered(self, queryset: Any, _name: str, which: str) -> Any:
        """Keep calls by one's own answer; the list carries it."""
        if which == "won":
            return queryset.filter(own_chosen_at__isnull=False)
        return queryset.filter(own_answer__isnull=which == "none")


class StaffTenderFilter(BoardFilter):
    """The board's filters, and the state."""

    search = filters.CharFilter(method="matching", label=_("Words, place or organisation"))
    state = filters.ChoiceFilter(choices=TenderState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta(BoardFilter.Meta):
        fields = ["search", "category", "language", "state"]

    def matching(self, queryset: Any, _name: str, text: str) -> Any:
        """Keep calls whose extract holds the words, or whose organisation has the name."""
        by_words = Tender.objects.matching(text).values("pk")
        return queryset.filter(Q(pk__in=by_words) | Q(organisation__name__icontains=text))
