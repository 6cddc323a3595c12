"""What is measured besides pages: the permission on one product, changes of many grants, and the nightly rounds.

Every act is done for real and taken back, so that each round finds what the first one found.
"""

from __future__ import annotations

import gc
import html
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from bench import plans
from bench.measure import Timing
from bench.pages import as_member
from clients import selectors, services
from clients.choices import Access, EndedBy
from clients.models import Product, Relationship, Team
from clients.services import ProductRights, Terms
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Membership

FULL, LIMITED, EDITED = 200, 204, 4  # relationships of the first partner; the last has a thousand products
PARTNER = 1
SEATS = ("by name", "in a team", "in a team of all", "by name and in two teams")  # the collaborators, in their order


@dataclass(frozen=True)
class Act:
    """One thing to do; ``rounds`` as many as its time allows."""

    name: str
    do: Callable[[], Any]
    rounds: int = 7
    first: Callable[[], Any] | None = None  # done before each round, and not measured


@dataclass
class Tally:
    """Every statement of one round, and how long the database took for each as the caller feels it."""

    statements: list[str] = field(default_factory=list)
    seconds: float = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Note one statement."""
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started
            self.statements.append(_as_sent(context["cursor"], sql))


@dataclass(frozen=True)
class Result:
    """What was measured of one act."""

    database: Timing
    whole: Timing
    statements: list[str]


def measure(act: Act) -> Result:
    """Do it once for warming up, then ``rounds`` times; each is taken back."""
    tallies, wholes = [], []
    gc.collect()
    for number in range(act.rounds + 1):
        tally = Tally()
        with transaction.atomic():
            if act.first is not None:
                act.first()
            started = time.perf_counter()
            with connection.execute_wrapper(tally):
                act.do()
            taken = time.perf_counter() - started
            transaction.set_rollback(True)
        if number:
            tallies.append(tally)
            wholes.append(taken * 1000)
    return Result(_timing([one.seconds * 1000 for one in tallies]), _timing(wholes), tallies[-1].statements)


def seen_by(act: Act, tables: frozenset[str]) -> list[plans.Plan]:
    """Return the plans of an act's statements, each explained where it stands: after what was written before it."""
    found: list[plans.Plan] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        sent = _as_sent(context["cursor"], sql)
        if not sent.startswith("EXPLAIN") and not getattr(explained, "is_busy", False):
            explained.is_busy = True  # type: ignore[attr-defined]
            try:
                one = plans.plan(sent, tables)
            finally:
                explained.is_busy = False  # type: ignore[attr-defined]
            if one is not None:
                found.append(one)
        return answer

    with transaction.atomic():
        with connection.execute_wrapper(explained):
            act.do()
        transaction.set_rollback(True)
    return found


def permissions() -> list[Act]:
    """One person and one product, each way in on each kind of access; the plainest look-up of the product first."""
    floor = _product_of(FULL)

    def look_up() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT organisation_id FROM clients_product WHERE id = %s", [floor])
            cursor.fetchone()

    acts = [Act("Permission, floor: the product by its key", look_up, rounds=300)]
    persons = [("legal representative", _legal()), *zip(SEATS, map(_collaborator, range(1, 5)), strict=True)]
    for what, relationship in (("full", FULL), ("limited", LIMITED)):
        product = _product_of(relationship)
        for who, membership in persons:

            def ask(membership: Membership = membership, product: int = product) -> None:
                selectors.reach(membership=membership, product_id=product)

            acts.append(Act(f"Permission: {who}, {what}", ask, rounds=300))
    return acts


def changes() -> list[Act]:
    """A thousand products, clients, grants in one save; and the nightly rounds over all relationships."""
    now = timezone.now()
    relationship = Relationship.objects.select_related("client", "partner__organisation").get(pk=EDITED)
    actor = _acting(relationship.client_id)
    owned = list(
        Product.objects.in_use().filter(organisation=relationship.client_id).order_by("pk").values_list("pk", flat=True)
    )
    wide = Terms(Access.LIMITED, None, tuple(ProductRights(pk) for pk in owned))
    seen_only = Terms(Access.LIMITED, None, tuple(ProductRights(pk, False, False) for pk in owned))
    none = Terms(Access.LIMITED, None, ())
    with_team = Team.objects.get(organisation=PARTNER, name="North")
    new = list(
        Relationship.objects.filter(partner=PARTNER, state="ACTIVE")
        .exclude(teams__team=with_team)
        .order_by("pk")
        .values_list("pk", flat=True)[:1000]
    )

    def change(terms: Terms) -> Relationship:
        return services.change_access(relationship_id=EDITED, terms=terms, actor=actor, now=now)

    def simulate() -> None:
        services.simulate(
            lambda: change(wide), client_id=relationship.client_id or 0, before=selectors.snapshot(relationship)
        )

    def give() -> None:
        services.give_clients(team_id=with_team.pk, relationship_ids=new, actor=_acting(PARTNER), now=now)

    def end() -> None:
        services.end_relationship(relationship_id=EDITED, by=EndedBy.CLIENT, actor=actor, now=now)

    count = f"{len(owned):,} products"
    return [
        Act(f"Grants: widened to {count}", lambda: change(wide)),
        Act(f"Grants: narrowed to seeing {count}", lambda: change(seen_only)),
        Act("Grants: narrowed to nothing", lambda: change(none)),
        Act(f"Grants: looked at for {count}", simulate),
        *_editor(owned, actor),
        Act(f"Team: given {len(new):,} clients", give),
        Act(f"End: with {count}", end),
        *_rounds(now),
    ]


def _editor(owned: list[int], actor: Acting) -> list[Act]:
    """The page with a row for each product: drawn, sent to look, sent to save."""
    assert actor.membership is not None  # whoever edits grants is a member
    browser, url = as_member(actor.membership), reverse("clients:relationship_change", args=[EDITED])
    page = browser.get(url, secure=True).content.decode()
    hidden = {name: _hidden(page, name) for name in ("seen", "drawn_for")}
    values = hidden | {"access": "LIMITED", "products_see": owned, "products_technical": owned}

    def get() -> None:
        assert browser.get(url, secure=True).status_code == 200

    def look() -> str:
        answer = browser.post(url, values, secure=True)
        assert answer.status_code == 200
        return answer.content.decode()

    confirm = _hidden(look(), "confirm")

    def save() -> None:
        assert browser.post(url, values | {"confirm": confirm}, secure=True).status_code == 302

    count = f"{len(owned):,} products"
    return [
        Act(f"Editor: drawn with {count}", get),
        Act(f"Editor: sent to look, {count}", look),
        Act(f"Editor: sent to save, {count}", save),
    ]


def _rounds(now: Any) -> list[Act]:
    """The nightly rounds: with some due, and the same again, when all that is due was told before."""
    rounds = {"ends": services.announce_ends, "idle": services.ask_about_unused, "reviews": services.ask_for_reviews}
    acts = []
    for what, act in rounds.items():

        def once(act: Any = act) -> None:
            act(now=now)

        with transaction.atomic():
            due = act(now=now)
            transaction.set_rollback(True)
        acts += [
            Act(f"Night: {what}, {due:,} due", once, rounds=3),
            Act(f"Night: {what}, all told before", once, rounds=3, first=once),
        ]
    return acts


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'<(?:input|button)[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return html.unescape(found.group(1)) if found else ""


def _legal(organisation_id: int = PARTNER) -> Membership:
    return Membership.objects.select_related("user", "organisation").get(organisation=organisation_id, role=Role.LEGAL)


def _collaborator(number: int) -> Membership:
    members = Membership.objects.filter(organisation=PARTNER, role=Role.COLLABORATOR).select_related("user")
    return members.order_by("pk")[number - 1]


def _acting(organisation_id: int | None) -> Acting:
    membership = _legal(organisation_id or 0)
    return Acting(user=membership.user, membership=membership)


def _product_of(relationship_id: int) -> int:
    owned = Product.objects.in_use().filter(organisation__partner_relationships=relationship_id)
    granted = owned.filter(grants__relationship=relationship_id)
    return (granted.first() or owned.order_by("pk")[0]).pk


def _timing(milliseconds: list[float]) -> Timing:
    return Timing(statistics.median(milliseconds), statistics.quantiles(milliseconds, n=20, method="inclusive")[-1])


def _as_sent(cursor: Any, sql: str) -> str:
    sent = getattr(cursor.cursor, "query", None)
    return sent.decode() if isinstance(sent, bytes) else str(sql)
