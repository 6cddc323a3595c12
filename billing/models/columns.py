"""How amounts and rates are stored."""

from __future__ import annotations

from typing import Any

from django.db import models


def money_column(**options: Any) -> models.DecimalField:
    """Return a column for an amount; the currency stands beside it in the same row."""
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


def rate_column(**options: Any) -> models.DecimalField:
    """Return a column for a rate, a fraction: 0.20, not 20."""
    return models.DecimalField(max_digits=6, decimal_places=5, **options)
