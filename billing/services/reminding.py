"""People are told in time what is renewed, what is not, and what is still to be paid. Section 9, N10, promise 9.

Each mail is a job whose key names the period and the step: however often a run is repeated, each goes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Q, QuerySet

from billing import tasks
from billing.choices import OrderKind
from billing.models import Invoice
from clients.choices import ProductState, RenewalPayer
from clients.models import Product
from partnerportal.work import services as work_services

AHEAD = "billing.mail_renewal_ahead"  # it prices, so it stands with the jobs
CATCH_UP = timedelta(days=2)  # a run that failed for so long still sends what it should have sent
TOGETHER = 500  # jobs that are started in one go
Wanted = tuple[str, dict[str, Any]]


def remind_of_renewals(*, on: date, now: datetime) -> dict[str, int]:
    """Start the mails of a day; return how many of each kind are new.

    ``notices``: what renews itself soon, with what it will cost (N10). ``reminders``: what will not renew itself, so
    many days before its period ends (a list, a setting). ``invoices``: renewals that were placed and are not paid yet.
    """
    programme = settings.PROGRAMME
    itself = Q(renews_automatically=True) & ~Q(renewal_payer=RenewalPayer.NOBODY)
    going_on = Product.objects.filter(state=ProductState.ACTIVE, cancelled_at=None)
    placed_on = on + timedelta(days=programme["renewal_days"])
    announced = placed_on + timedelta(days=programme["renewal_notice_days"])
    notices = _ahead(going_on.filter(itself, renews_on__gt=placed_on), announced, step="notice")
    days = programme["renewal_reminder_days"]
    by_hand = going_on.exclude(itself).filter(renews_on__gt=on)
    reminders = (one for left in days for one in _ahead(by_hand, on + timedelta(days=left), step=f"reminder-{left}"))
    unpaid = (one for left in days if left < programme["renewal_days"] for one in _unpaid(on, left))
    return {
        "notices": _start_each(AHEAD, notices, now=now),
        "reminders": _start_each(AHEAD, reminders, now=now),
        "invoices": _start_each(tasks.mail_invoice_due.name, unpaid, now=now),
    }


def _ahead(products: QuerySet[Product], day: date, *, step: str) -> Iterator[Wanted]:
    """Yield a mail for each owner, payer and day on which something falls due, with all that does."""
    near = products.filter(renews_on__lte=day, renews_on__gte=day - CATCH_UP)
    groups = near.values_list("organisation", "renewal_payer", "renews_on").annotate(pks=ArrayAgg("pk", order_by="pk"))
    for owner, payer, due, pks in groups.order_by("organisation", "renewal_payer", "renews_on"):
        yield f"{AHEAD}:{step}:{owner}:{payer}:{due}", {"product_ids": pks, "renews_on": due.isoformat()}


def _unpaid(on: date, left: int) -> Iterator[Wanted]:
    day = on + timedelta(days=left)
    near = Invoice.objects.open().filter(due_on__lte=day, due_on__gte=max(on, day - CATCH_UP))
    for pk in near.filter(order__kind=OrderKind.RENEWAL).order_by("pk").values_list("pk", flat=True):
        yield f"billing.mail_invoice_due:{pk}:{left}", {"invoice_id": pk}


def _start_each(kind: str, wanted: Iterable[Wanted], *, now: datetime) -> int:
    count, waiting = 0, iter(wanted)
    while together := dict(islice(waiting, TOGETHER)):
        with transaction.atomic():
            count += work_services.start_each(kind=kind, wanted=together, now=now)
    return count
