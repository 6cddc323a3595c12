"""What the provider sells. Prices are not here: they are billing's, with their validity."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Period(models.TextChoices):
    """For how long one unit is bought."""

    MONTH = "MONTH", _("month")
    YEAR = "YEAR", _("year")


MAX_PERIODS = 10  # registries sell a domain for ten years at most


class Family(models.Model):
    """A kind of offer. Web and mail hosting count towards degressive steps (rule 39, Q4)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    is_degressive = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Offer(models.Model):
    """Something the provider sells, by the month or by the year."""

    code = models.SlugField(max_length=60, unique=True)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="offers")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=240, blank=True)
    period = models.CharField(max_length=5, choices=Period.choices)
    is_per_unit = models.BooleanField(
        default=True
    )  # each unit ordered is a product of its own; else one with a quantity
    is_sold = models.BooleanField(default=True)
    max_periods = models.PositiveSmallIntegerField(default=1, db_default=1)  # so many may be paid at once
    # Offers of one line are plans of each other: the sizes of a server. Without one a product keeps its offer.
    plan_line = models.SlugField(max_length=40, blank=True, db_default="", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="offer_max_periods_1_to_10", condition=Q(max_periods__gte=1, max_periods__lte=MAX_PERIODS)
            ),
            models.CheckConstraint(name="offer_period_known", condition=Q(period__in=Period.values)),
        ]

    def __str__(self) -> str:
        return self.name
