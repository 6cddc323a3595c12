"""Long work about money: the export of a client's billing data, and the yearly volume check."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import exports, notifications, selectors, services, tasks
from billing.models import PrepaidAccount
from clients import services as client_services
from clients.choices import RenewalPayer
from clients.models import Product, Relationship
from partnerportal.accounts.acting import SYSTEM
from partnerportal.accounts.models import Membership
from partnerportal.audit.locks import only_one
from partnerportal.kernel import csv
from partnerportal.work.registry import register
from partnerportal.work.running import Cancelled, GiveUp, Running
from partners import selectors as partner_selectors
from partners import services as partner_services
from partners.models import Partner


@register("billing.client_export", is_quiet=False)
def client_export(
    run: Running,
    *,
    relationship_id: int,
    membership_id: int,
    since: str | None,
    until: str | None,
    state: str,
    file_format: str,
) -> dict[str, Any]:
    """Write a client's billing data to a file, part by part: a runner that takes over goes on after the last part.

    Before each part it asks anew whether the person may still reach the client; access taken back meanwhile yields no
    file (promise 1).
    """
    relationship = _reachable(run, relationship_id, membership_id)
    lines = exports.lines_of(
        relationship_id=relationship_id,
        partner_id=relationship.partner_id,
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        state=state,
    )
    total = lines.count()
    done, after = run.checkpoint.get("done", 0), run.checkpoint.get("after", 0)
    parts: list[str] = run.checkpoint.get("parts", [])
    while batch := list(lines.filter(pk__gt=after)[: settings.EXPORT_BATCH]):
        _reachable(run, relationship_id, membership_id)
        name = f"exports/{run.job.pk}/part-{len(parts):05d}"
        _write(name, "".join(_text(row, file_format) for row in exports.rows(batch)))
        done, after = done + len(batch), batch[-1].pk
        parts.append(name)
        try:
            run.progress(done, max(total, done), {"done": done, "after": after, "parts": parts})
        except Cancelled:
            _delete(parts)
            raise
    _reachable(run, relationship_id, membership_id)
    extension = "json" if file_format == "json" else "csv"
    file = _write(f"exports/{run.job.pk}/billing-{relationship.client_id}.{extension}", _whole(parts, file_format))
    _delete(parts)
    return {"rows": done, "file": file}


def _reachable(run: Running, relationship_id: int, membership_id: int) -> Relationship:
    membership = Membership.objects.filter(pk=membership_id).first()
    found = Relationship.objects.reachable_by(membership).filter(pk=relationship_id).first() if membership else None
    if found is None or membership is None or not membership.may_see_accounting:
        _delete(run.checkpoint.get("parts", []))
        raise GiveUp(_("The access to this client has ended, so there is no file."))
    return found


def _text(row: dict[str, Any], file_format: str) -> str:
    if file_format == "json":
        return json.dumps(row, default=str, ensure_ascii=False) + "\n"
    stream = io.StringIO()
    csv.write_rows(stream, [list(row.values())])
    return stream.getvalue()


def _whole(parts: list[str], file_format: str) -> str:
    texts = []
    for part in parts:
        with default_storage.open(part) as file:
            texts.append(file.read().decode())
    if file_format == "json":
        lines = [line for text in texts for line in text.split("\n") if line]  # names may hold other line breaks
        return "[" + ",\n".join(lines) + "]\n"
    header = io.StringIO()
    csv.write_rows(header, [exports.COLUMNS])
    return csv.BOM + header.getvalue() + "".join(texts)


def _write(name: str, text: str) -> str:
    """Write a file under exactly this name: a part that a dead runner left is replaced."""
    default_storage.delete(name)
    return default_storage.save(name, ContentFile(text.encode()))


def _delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


@register("billing.renew_due_products")
def renew_due_products(run: Running, *, on: str) -> dict[str, Any]:
    """Renew everything that falls due for automatic renewal on a day, chunk by chunk (section 9).

    A run that died goes on after its last chunk. Two at once take turns: what one has renewed is not due for the other.
    """
    day = date.fromisoformat(on)
    names = ("products", "orders", "paid", "unpaid", "failed")
    done = dict.fromkeys(names, 0) | run.checkpoint.get("done", {})
    total = done["products"] + services.due_products(on=day).count()
    after: int | None = run.checkpoint.get("after", 0)
    while after is not None:
        renewed = services.renew_chunk(on=day, after=after, now=timezone.now())
        after = renewed.after
        for name in names[:-1]:
            done[name] += getattr(renewed, name)
        done["failed"] += len(renewed.failures)
        handled = done["products"] + done["failed"] + done["unpaid"]
        run.progress(handled, max(total, handled), {"after": after, "done": done})
    return {"on": on, **done}


@register("billing.advance_renewals")
def advance_renewals(_run: Running, *, on: str) -> dict[str, Any]:
    """Fewer units, overdue, blocked, terminated: bring every product to where it stands on a day (section 9)."""
    day, now = date.fromisoformat(on), timezone.now()
    fewer = len(client_services.take_off_units(on=day, now=now))
    return {"on": on, "fewer_units": fewer, **services.advance_renewals(on=day, now=now)}


@register("billing.remind_of_renewals")
def remind_of_renewals(_run: Running, *, on: str) -> dict[str, Any]:
    """Tell people what is renewed soon, what is not, and what is still to be paid (N10)."""
    return {"on": on, **services.remind_of_renewals(on=date.fromisoformat(on), now=timezone.now())}


@register("billing.clear_carts")
def clear_carts(_run: Running, *, on: str) -> dict[str, Any]:
    """Put away carts that nobody touched for long, or that nobody can order any more."""
    return {"on": on, "carts": services.clear_carts(now=timezone.now())}


@register("billing.mail_renewal_ahead")
def mail_renewal_ahead(_run: Running, *, product_ids: list[int], renews_on: str) -> None:
    """Mail what falls due on a day, with its price of now.

    What was renewed or cancelled meanwhile is left out; what went to another owner is told to that one.
    """
    found = Product.objects.in_use().filter(pk__in=product_ids, renews_on=renews_on, cancelled_at=None)
    related = found.select_related("organisation", "offer").order_by("name", "pk")
    for products in tasks.by_owner(related).values():
        _tell_renewal_ahead(products)


def _tell_renewal_ahead(products: list[Product]) -> None:
    """Mail what falls due of one owner."""
    renewed_on = products[0].renews_on - timedelta(days=settings.PROGRAMME["renewal_days"])
    payer, total = None, None
    quote = services.quote_next_renewal(products=products, now=timezone.now())
    if products[0].renewal_payer != RenewalPayer.NOBODY:
        payer, total = (quote.payer, quote.total) if quote else (products[0].organisation, None)
    currency = quote.currency if quote else products[0].organisation.currency
    accounts = PrepaidAccount.objects.filter(organisation=payer, currency=currency)
    notifications.renewal_ahead(
        products,
        renewed_on=renewed_on if products[0].is_renewed_by_itself else None,
        payer=payer,
        total=total,
        currency=currency,
        balance=accounts.values_list("balance", flat=True).first() or Decimal("0.00"),
    )


@register("billing.review_thresholds")
def review_thresholds(run: Running, *, on: str, dry_run: bool = False) -> dict[str, Any]:
    """Measure every partner whose yearly day, or whose day after the grace period, is ``on`` (rule 2, Q21, Q22).

    The totals of all of them come from one query. Run twice or by two at once, each partner is reviewed once.
    """
    day = date.fromisoformat(on)
    with only_one(f"billing.review_thresholds:{on}") as is_only_one:
        if not is_only_one:
            return {"on": on, "reviewed": 0, "note": "another run is doing this"}
        due = list(Partner.objects.approved().due_for_review(day).order_by("pk").values_list("pk", flat=True))
        totals = selectors.managed_totals(partner_ids=due, on=day)
        if dry_run:
            return {"on": on, "would_review": [_forecast(partner_id, totals[partner_id], day) for partner_id in due]}
        outcomes: dict[str, int] = {}
        for done, partner_id in enumerate(due, start=1):
            review = partner_services.review_threshold(
                partner_id=partner_id, managed=totals[partner_id], on=day, actor=SYSTEM, now=timezone.now()
            )
            if review is not None:
                outcomes[review.outcome] = outcomes.get(review.outcome, 0) + 1
            run.progress(done, len(due))
        return {"on": on, "reviewed": sum(outcomes.values()), "outcomes": outcomes}


@register("billing.measure_volumes")
def measure_volumes(run: Running) -> dict[str, Any]:
    """Measure what every active partner manages, for the pages that show it; nothing is decided on it."""
    partner_ids = list(Partner.objects.approved().order_by("pk").values_list("pk", flat=True))
    totals = selectors.managed_totals(partner_ids=partner_ids, on=timezone.localdate())
    partner_services.note_volumes(volumes=totals, now=run.now)
    return {"partners": len(totals)}


def _forecast(partner_id: int, managed: dict[str, Any], day: date) -> dict[str, Any]:
    share = partner_selectors.threshold_share(managed=managed, thresholds=partner_selectors.thresholds_on(day))
    return {
        "partner": partner_id,
        "managed": {currency: str(amount) for currency, amount in managed.items()},
        "share": f"{share:.4f}",
    }


@register("billing.book_payments", is_quiet=False)
def book_payments(run: Running) -> dict[str, Any]:
    """Book the transfers that wait, chunk by chunk, and credit the cashback that they bring (rules 41 and 43; Q9).

    A chunk is one transaction, so a runner that dies leaves whole chunks; the next one finds what still waits.
    """
    done = run.checkpoint.get("done", 0)
    while booked := services.book_waiting(most=settings.PAYMENT_BATCH, now=timezone.now(), actor=SYSTEM):
        done += booked
        run.progress(done, 0, {"done": done})
    return {"transfers": done}


@register("billing.check_invariants", max_attempts=1)
def check_invariants(_run: Running, *, on: str) -> dict[str, Any]:
    """Ask the rows whether what must hold of the money holds; a job that fails names what does not. ``on``: the day."""
    checked = services.run_checks(now=timezone.now())
    broken = [one for one in checked.findings if one["count"]]
    if broken:
        rows = [f"{one['code']}, {one['count']}: {'; '.join(one['rows'][:3])}" for one in broken]
        raise GiveUp("\n".join(rows))
    return {"on": on, "holding": len(checked.findings)}
