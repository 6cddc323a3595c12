"""What a partner says about itself in the public directory. Rule 58, Q29."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.fields import CountryField

from directory.choices import Canton, Skill, Spoken
from directory.querysets import ListingQuerySet
from partnerportal.catalogue.models import Family
from partners.models import Partner


class Listing(models.Model):
    """One partner's entry. It is shown only while it is published and the partner's status holds (rule 58)."""

    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, primary_key=True, related_name="listing")
    slug = models.SlugField(max_length=80, unique=True)  # never changes: it stands on business cards
    descriptions = models.JSONField(default=dict)  # {"de": "…", "fr": "…"}: at least one
    search_text = models.TextField(editable=False)  # everything one may search, folded; the name is the organisation's
    skills = ArrayField(models.CharField(max_length=13))
    families = models.ManyToManyField(Family, related_name="+", verbose_name=_("products"))
    languages = ArrayField(models.CharField(max_length=2))
    place = models.CharField(_("place"), max_length=80)
    region = models.CharField(_("region"), max_length=5)  # a canton's code, or the country's outside Switzerland
    country = CountryField(_("country"))
    website = models.URLField(_("website"))
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_visible = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="listing_visible_iff_dated",
                condition=Q(is_visible=True, published_at__isnull=False) | Q(is_visible=False, published_at=None),
            ),
            models.CheckConstraint(  # The facets know every skill; who is listed helps with something.
                name="listing_skills_known",
                condition=Q(skills__len__gte=1) & Q(skills__contained_by=Skill.values),
            ),
            models.CheckConstraint(
                name="listing_languages_known",
                condition=Q(languages__len__gte=1) & Q(languages__contained_by=Spoken.values),
            ),
            models.CheckConstraint(  # A Swiss partner has a canton; for any other the country is the region.
                name="listing_region_fits_country",
                condition=Q(country="CH", region__in=Canton.values) | (~Q(country="CH") & Q(region=F("country"))),
            ),
            models.CheckConstraint(name="listing_says_something", condition=~Q(descriptions={})),
        ]
        indexes = [models.Index(fields=["is_visible", "region"], name="listing_by_region")]

    def __str__(self) -> str:
        return str(self.partner)

    @property
    def description_language(self) -> str:
        """The language of the text to show: the reader's, else the company's, else the first there is."""
        wished = ((get_language() or "")[:2], self.partner.organisation.language[:2])
        order = (*wished, *(code for code, _name in settings.LANGUAGES))
        return next((code for code in order if self.descriptions.get(code)), "")

    @property
    def description(self) -> str:
        """The text to show."""
        return self.descriptions.get(self.description_language, "")

    @property
    def region_name(self) -> str:
        """The canton, or the country."""
        return region_name(self.region)

    @property
    def skill_names(self) -> list[str]:
        """The skills in words, in the order of the list."""
        return [str(Skill(code).label) for code in Skill.values if code in self.skills]

    @property
    def language_names(self) -> list[str]:
        """The languages in words, in the order of the list."""
        return [str(Spoken(code).label) for code in Spoken.values if code in self.languages]

    @property
    def initials(self) -> str:
        """Two letters that stand for a logo."""
        words = [word for word in str(self).replace("&", " ").split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:2]).upper() if len(words) > 1 else str(self)[:2].upper()


def region_name(region: str) -> str:
    """Return a region's name: a canton's, or a country's."""
    return str(Canton(region).label) if region in Canton.values else countries.name(region)
