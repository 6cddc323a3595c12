"""Questions about the directory: what a search finds, and how many each further choice would leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from directory.choices import Skill, Spoken
from directory.models import Listing, region_name
from directory.querysets import ListingQuerySet

FACETS = ("skills", "languages", "regions")
FIELDS = {"skills": "skills", "languages": "languages", "regions": "region"}


@dataclass(frozen=True)
class Search:
    """What somebody looks for."""

    text: str = ""
    skills: Sequence[str] = ()
    languages: Sequence[str] = ()
    regions: Sequence[str] = ()

    @property
    def chosen(self) -> int:
        """How many choices narrow the list."""
        return len(self.skills) + len(self.languages) + len(self.regions)

    def found(self, *, without: str = "") -> ListingQuerySet:
        """Return the listings found; ``without`` one facet, to count what its choices would give."""
        narrowing = {name: getattr(self, name) for name in FACETS if name != without}
        return Listing.objects.listed().matching(self.text).narrowed(**narrowing)


def facet_groups(search: Search) -> list[dict[str, Any]]:
    """Return the facets with a count for each choice, given the words and the other facets."""
    legends = {"skills": _("Help with"), "languages": _("Speaks"), "regions": _("Place")}
    return [
        {"legend": legends[name], "name": name, "choices": choices}
        for name in FACETS
        if (choices := _choices(name, search.found(without=name).counts_by(FIELDS[name]), getattr(search, name)))
    ]


def _choices(name: str, counts: Mapping[str, int], chosen: Sequence[str]) -> list[dict[str, Any]]:
    codes = [code for code in {"skills": Skill.values, "languages": Spoken.values}.get(name, ()) if code in counts]
    if name == "regions":
        codes = sorted(counts, key=lambda code: (-counts[code], region_name(code)))
    codes += [code for code in chosen if code not in codes]  # a choice that finds nothing can still be taken back
    words = {"skills": lambda code: Skill(code).label, "languages": lambda code: Spoken(code).label}
    word = words.get(name, region_name)
    return [
        {"value": code, "label": word(code), "count": counts.get(code, 0), "is_chosen": code in chosen}
        for code in codes
    ]
