"""Which pages are measured, and as whom: the largest partner, its largest client, the manager of the programme."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench import deep as deep_data
from clients.choices import Access
from clients.models import Product, Relationship
from partnerportal.accounts.choices import Role, StaffRole
from partnerportal.accounts.middleware import CLIENT_SPACE_KEY, ORGANISATION_KEY
from partnerportal.accounts.models import Membership, User

HOST = "localhost"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_PROVED_USER_KEY = "account_authentication_methods_user"  # whose proofs the session holds


@dataclass(frozen=True)
class Page:
    """One page as one visitor sees it."""

    name: str
    browser: Client
    url: str


def choose() -> list[Page]:
    """Return the pages of the loaded programme."""
    active = Relationship.objects.active()
    partner_id = active.values_list("partner").annotate(n=Count("pk")).order_by("-n", "partner")[0][0]
    mine = active.filter(partner=partner_id, access=Access.FULL).values("client")
    client_id = (
        Product.objects.filter(organisation__in=mine)
        .values_list("organisation")
        .annotate(n=Count("pk"))
        .order_by("-n", "organisation")[0][0]
    )
    relationship = active.get(partner=partner_id, client=client_id)
    partner, client = _legal(partner_id), _legal(client_id)
    space = as_member(partner, {CLIENT_SPACE_KEY: relationship.pk})
    as_partner, as_client, staff = as_member(partner), as_member(client), _staff()
    return [
        Page("Partner: overview", as_partner, reverse("home:partner")),
        Page("Partner: clients", as_partner, reverse("clients:client_list")),
        Page("Partner: one client", as_partner, reverse("clients:client_detail", args=[relationship.pk])),
        Page("Partner: orders", as_partner, reverse("billing:order_list")),
        Page("Partner: invoices", as_partner, reverse("billing:invoice_list")),
        Page("Partner: earnings", as_partner, reverse("billing:earning_list")),
        Page("Partner: prepaid account", as_partner, reverse("billing:prepaid")),
        Page("Client's space: products", space, reverse("clients:product_list")),
        Page("Client's space: orders", space, reverse("billing:order_list")),
        Page("Client: overview", as_client, reverse("home:account")),
        Page("Client: products", as_client, reverse("clients:product_list")),
        Page("Client: orders", as_client, reverse("billing:order_list")),
        Page("Client: activity", as_client, reverse("accounts:activity_list")),
        Page("Staff: queue", staff, reverse("home:staff")),
        Page("Staff: partners", staff, reverse("partners:staff_partner_list")),
        Page("Staff: invoices", staff, reverse("billing:staff_invoice_list")),
        Page("Staff: audit trail", staff, reverse("accounts:staff_audit_list")),
        Page("Public: directory", Client(headers={"host": HOST}), reverse("directory:listing_list")),
    ]


def client_lists() -> list[Page]:
    """Return the client table of the partner with the most clients, as each kind of person sees it."""
    partner_id = 1  # see bench.large
    people = Membership.objects.filter(organisation=partner_id).select_related("user").order_by("pk")
    legal, by_name, in_team, in_all, _both = people
    seen = {"legal": legal, "by name": by_name, "team": in_team, "team of all": in_all}
    ways = {
        "first page": "",
        "last page": "?page=10000",
        "searched": "?search=Lumen",
        "found by one": "?search=2042",
        "by name": "?sort=client",
        "by access": "?sort=access",
        "since": "?sort=-since",
        "until": "?sort=ends",
        "limited only": "?access=LIMITED",
    }
    return [
        Page(f"Clients, {who}: {how}", as_member(person), reverse("clients:client_list") + query)
        for who, person in seen.items()
        for how, query in ways.items()
    ]


def deep() -> list[Page]:
    """Return pages of one organisation, each first where little stands behind it and then where much does."""
    found = []
    month = timezone.localdate() - timedelta(days=200)
    for sizes, ways in ((deep_data.PARTNERS, _OF_PARTNERS), (deep_data.CLIENTS, _OF_CLIENTS)):
        browsers = {one: as_member(_legal(one)) for one in sizes}
        for name, (url, query) in ways.items():
            for one in sorted(sizes, key=lambda one: sizes[one]):
                asked = query.format(client=deep_data.ANOTHER.get(one), month=month, day=month + timedelta(days=27))
                found.append(Page(f"{name} ({sizes[one]:,})", browsers[one], reverse(url) + asked))
    return found


_OF_PARTNERS = {
    "Overview": ("home:partner", ""),
    "Earnings: the year": ("billing:earnings", ""),
    "Earnings: lines": ("billing:earning_list", ""),
    "Earnings: lines, last page": ("billing:earning_list", "?page=10000"),
    "Earnings: lines of a client": ("billing:earning_list", "?currency=CHF&client={client}"),
    "Earnings: lines of a month": ("billing:earning_list", "?currency=CHF&since={month}&until={day}"),
    "Earnings: lines, lost": ("billing:earning_list", "?currency=CHF&kind=LOST"),
    "Earnings: lines, never in EUR": ("billing:earning_list", "?currency=EUR"),
    "Earnings: lines by amount": ("billing:earning_list", "?sort=-amount"),
    "Earnings: pending": ("billing:pending_list", ""),
    "Earnings: nothing": ("billing:unearned_list", ""),
    "Earnings: nothing, last page": ("billing:unearned_list", "?page=10000"),
    "Prepaid account": ("billing:prepaid", ""),
    "Prepaid account, last page": ("billing:prepaid", "?page=10000"),
    "Prepaid account: cashback": ("billing:prepaid", "?kind=CASHBACK"),
    "Prepaid account: top-ups": ("billing:prepaid", "?kind=TOP_UP"),
    "Orders": ("billing:order_list", ""),
}
_OF_CLIENTS = {
    "Client: invoices": ("billing:invoice_list", ""),
    "Client: invoices, last page": ("billing:invoice_list", "?page=10000"),
    "Client: invoices, open": ("billing:invoice_list", "?state=OPEN"),
    "Client: invoices of a month": ("billing:invoice_list", "?since={month}&until={day}"),
    "Client: orders": ("billing:order_list", ""),
    "Client: overview": ("home:account", ""),
}


def _legal(organisation_id: int) -> Membership:
    members = Membership.objects.filter(organisation=organisation_id, role=Role.LEGAL)
    return members.select_related("user").order_by("pk")[0]


def as_member(membership: Membership, session: dict[str, Any] | None = None) -> Client:
    return _browser(membership.user, {ORGANISATION_KEY: membership.organisation_id} | (session or {}))


def _staff() -> Client:
    user = User.objects.filter(staff_role=StaffRole.MANAGER).order_by("pk")[0]
    proof = [{"method": "mfa", "type": "totp", "at": time.time()}]
    return _browser(user, {AUTHENTICATION_METHODS_SESSION_KEY: proof, _PROVED_USER_KEY: str(user.pk)})


def _browser(user: User, session: dict[str, Any]) -> Client:
    browser = Client(headers={"host": HOST})
    browser.force_login(user, backend=_BACKEND)
    stored = browser.session
    stored.update(session)
    stored.save()
    return browser
