"""What the demo's products were used for in the last twelve weeks: invented, and the same at each start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import sin, tau
from zlib import crc32

from clients import services
from clients.models import Product, ProductUsage

DAYS = 84
# family: visits a day, megabytes of traffic a visit, megabytes stored at first and a day more; domains have no use
SHAPES = {
    "web": (180, 3, 900, 4),
    "mail": (60, 2, 4_200, 22),
    "cloud": (950, 5, 46_000, 130),
    "office": (40, 9, 18_500, 75),
    "streaming": (420, 160, 88_000, 310),
}


def load_usage(today: date) -> None:
    """Write the figures of every product that has any, up to yesterday, in one go."""
    used = Product.objects.filter(offer__family__code__in=SHAPES).select_related("offer__family").order_by("pk")
    services.record_usage(figures=[figure for product in used for figure in _of(product, today)])


def _of(product: Product, today: date) -> Iterator[ProductUsage]:
    """Yield a figure a day: quieter on Sundays, growing slowly, one product unlike the other."""
    visits, per_visit, stored, growth = SHAPES[product.offer.family.code]
    seed = crc32(product.name.encode())
    size = (0.6 + seed % 90 / 100) * product.quantity**0.5
    for place in range(DAYS):
        day = today - timedelta(days=DAYS - place)
        if day < product.created_at.date():
            continue
        week = 0.45 if day.weekday() == 6 else 0.7 if day.weekday() == 5 else 1.0
        trend = 1 + place / 300 + sin(tau * (place + seed % 28) / 28) / 8
        noise = 0.88 + crc32(f"{product.name}{place}".encode()) % 25 / 100
        came = round(visits * size * week * trend * noise)
        yield ProductUsage(
            product=product,
            day=day,
            visits=came,
            traffic_mb=round(came * per_visit * (0.9 + seed % 20 / 100)),
            storage_mb=round((stored + growth * place * noise) * size),
        )
