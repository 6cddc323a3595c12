"""Sets of listings. Whether a partner is approved is asked at reading time: nothing has to be told when it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import models
from django.db.models import CharField, Count, F, Func, Q, Value
from django.db.models.functions import MD5, Concat

from partnerportal.kernel.text import folded
from partners.choices import PartnerState


class Unnest(Func):
    """One row for each element of an array."""

    function = "unnest"
    set_returning = True


class ListingQuerySet(models.QuerySet[Any]):
    """Entries of the directory."""

    def listed(self) -> ListingQuerySet:
        """Keep what the public sees: published, and the partner's status holding at this moment (rule 58)."""
        return self.filter(is_visible=True, partner__state=PartnerState.APPROVED)

    def visible_to(self, acting: Any) -> ListingQuerySet:
        """Keep the listing of the partner that the acting organisation itself is; none in a client's space."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        return self.filter(partner=acting.home.pk)

    def matching(self, text: str) -> ListingQuerySet:
        """Keep those that hold every word: in the name, the place, what they offer or say about themselves (Q30)."""
        found = self
        for word in folded(text).split():
            found = found.filter(Q(search_text__contains=word) | Q(partner__organisation__search_name__contains=word))
        return found

    def narrowed(
        self, *, skills: Sequence[str] = (), languages: Sequence[str] = (), regions: Sequence[str] = ()
    ) -> ListingQuerySet:
        """Keep those with one of the skills, one of the languages and one of the regions; an empty choice is all."""
        found = self
        if skills:
            found = found.filter(skills__overlap=list(skills))
        if languages:
            found = found.filter(languages__overlap=list(languages))
        if regions:
            found = found.filter(region__in=list(regions))
        return found

    def rotated(self, day: date) -> ListingQuerySet:
        """Order by chance, the same for everybody on one day: no partner stands on top by size or money (Q30)."""
        seed = Concat(F("slug"), Value(day.isoformat()), output_field=CharField())
        return self.annotate(rotation=MD5(seed)).order_by("rotation", "pk")

    def counts_by(self, field: str) -> dict[str, int]:
        """Count listings by the elements of an array field, or by the values of a plain one."""
        is_array = field in {"skills", "languages"}
        key = Unnest(F(field), output_field=CharField()) if is_array else F(field)
        counted = self.order_by().annotate(key=key).values("key").annotate(count=Count("pk"))
        return {row["key"]: row["count"] for row in counted}
