"""What the navigation offers: the links of the space one is in, the switcher, the acting bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from billing.permissions import BillingPermission
from clients.choices import Right
from clients.permissions import ClientPermission
from partnerportal.accounts.permissions import AccountPermission, Anyone
from partnerportal.catalogue.permissions import CataloguePermission
from partnerportal.home.permissions import HomePermission
from partners.pages import has_partner_space
from partners.permissions import PartnerPermission


@dataclass(frozen=True)
class Link:
    """A link that stands in a navigation for whoever holds its permission."""

    label: Any
    name: str
    permission: Any
    also: tuple[str, ...] = ()  # where the pages behind this link stand besides its own address


Sections = list[tuple[Any, list[Link]]]

# What belongs to the person, whatever the organisation; log-in methods and devices are allauth's pages.
YOURSELF: Sections = [
    (
        pgettext_lazy("navigation", "Yourself"),
        [
            Link(gettext_lazy("Profile"), "accounts:profile", Anyone),
            Link(gettext_lazy("Security"), "mfa_index", Anyone, also=("/auth/",)),
        ],
    )
]
PUBLIC: Sections = [
    (
        "",
        [
            Link(gettext_lazy("Programme"), "home:programme", Anyone),
            Link(gettext_lazy("Directory"), "directory:listing_list", Anyone),
            Link(gettext_lazy("Tenders"), "tenders:board", Anyone),
            Link(gettext_lazy("Help"), "home:help_index", Anyone),
        ],
    )
]
ACCOUNT: Sections = [
    (
        pgettext_lazy("navigation", "Work"),
        [
            Link(gettext_lazy("Overview"), "home:account", HomePermission.ACCOUNT),
            Link(gettext_lazy("Products"), "clients:product_list", ClientPermission.PRODUCT_VIEW),
            Link(
                gettext_lazy("Partners with access"),
                "clients:relationship_list",
                ClientPermission.RELATIONSHIP_VIEW,
                also=("/relationships/",),
            ),
            Link(gettext_lazy("Tenders"), "tenders:account_list", AccountPermission.ORGANISATION_CHANGE),
        ],
    ),
    (
        gettext_lazy("Money"),
        [
            Link(gettext_lazy("Due"), "billing:due_list", BillingPermission.DUE_VIEW),
            Link(gettext_lazy("Offers"), "billing:offer_list", BillingPermission.ORDER_PLACE),
            Link(gettext_lazy("Cart"), "billing:cart", BillingPermission.ORDER_PLACE),
            Link(gettext_lazy("Orders"), "billing:order_list", BillingPermission.ORDER_VIEW),
            Link(gettext_lazy("Invoices"), "billing:invoice_list", BillingPermission.INVOICE_VIEW),
            Link(gettext_lazy("Prepaid account"), "billing:prepaid", BillingPermission.PREPAID_VIEW),
        ],
    ),
    (
        gettext_lazy("Organisation"),
        [
            Link(gettext_lazy("Details"), "accounts:organisation_change", AccountPermission.ORGANISATION_VIEW),
            Link(gettext_lazy("Members"), "accounts:member_list", AccountPermission.MEMBER_VIEW),
            Link(gettext_lazy("Activity"), "accounts:activity_list", AccountPermission.ACTIVITY_VIEW),
            Link(gettext_lazy("Become a partner"), "partners:apply", PartnerPermission.APPLICATION_SEND),
        ],
    ),
]
PARTNER: Sections = [
    (
        pgettext_lazy("navigation", "Work"),
        [
            Link(gettext_lazy("Overview"), "home:partner", HomePermission.PARTNER),
            Link(
                gettext_lazy("Clients"), "clients:client_list", ClientPermission.CLIENT_VIEW, also=("/relationships/",)
            ),
            Link(gettext_lazy("Work teams"), "clients:team_list", ClientPermission.TEAM_MANAGE),
            Link(gettext_lazy("Tenders"), "tenders:inbox", PartnerPermission.SPACE_VIEW),
        ],
    ),
    (
        gettext_lazy("Money"),
        [
            Link(gettext_lazy("Earnings"), "billing:earnings", BillingPermission.EARNING_VIEW),
            Link(gettext_lazy("Due"), "billing:due_list", BillingPermission.DUE_VIEW),
            Link(gettext_lazy("Simulator"), "billing:simulator", BillingPermission.SIMULATE),
            Link(gettext_lazy("Re-invoicing"), "billing:resale_list", BillingPermission.RESALE_MANAGE),
            Link(gettext_lazy("Exports"), "billing:export_list", BillingPermission.EXPORT_START),
        ],
    ),
    (
        gettext_lazy("Programme"),
        [
            Link(gettext_lazy("Directory listing"), "directory:listing_change", PartnerPermission.ELIGIBILITY_VIEW),
            Link(gettext_lazy("Eligibility"), "home:eligibility", HomePermission.ELIGIBILITY),
            Link(gettext_lazy("Tender mails"), "partners:tender_mails", PartnerPermission.ELIGIBILITY_VIEW),
            Link(gettext_lazy("Perks"), "partners:perk", PartnerPermission.PERK_VIEW),
        ],
    ),
    (
        gettext_lazy("Own organisation"),
        [
            Link(gettext_lazy("Own products"), "clients:product_list", ClientPermission.PRODUCT_VIEW),
            Link(gettext_lazy("Offers"), "billing:offer_list", BillingPermission.ORDER_PLACE),
            Link(gettext_lazy("Cart"), "billing:cart", BillingPermission.ORDER_PLACE),
            Link(gettext_lazy("Orders"), "billing:order_list", BillingPermission.ORDER_VIEW),
            Link(gettext_lazy("Invoices"), "billing:invoice_list", BillingPermission.INVOICE_VIEW),
            Link(gettext_lazy("Prepaid account"), "billing:prepaid", BillingPermission.PREPAID_VIEW),
            Link(gettext_lazy("Partners with access"), "clients:relationship_list", ClientPermission.RELATIONSHIP_VIEW),
            Link(gettext_lazy("Details"), "accounts:organisation_change", AccountPermission.ORGANISATION_VIEW),
            Link(gettext_lazy("Members"), "accounts:member_list", AccountPermission.MEMBER_VIEW),
            Link(gettext_lazy("Activity"), "accounts:activity_list", AccountPermission.ACTIVITY_VIEW),
        ],
    ),
]
STAFF: Sections = [
    (
        pgettext_lazy("navigation", "Work"),
        [
            Link(gettext_lazy("Queue"), "home:staff", HomePermission.STAFF),
            Link(gettext_lazy("Applications"), "partners:staff_application_list", PartnerPermission.APPLICATION_REVIEW),
            Link(gettext_lazy("Tenders"), "tenders:staff_list", PartnerPermission.STAFF_PARTNER_VIEW),
        ],
    ),
    (
        gettext_lazy("Programme"),
        [
            Link(gettext_lazy("Partners"), "partners:staff_partner_list", PartnerPermission.STAFF_PARTNER_VIEW),
            Link(gettext_lazy("Affiliates"), "partners:staff_affiliation_list", PartnerPermission.AFFILIATION_VIEW),
            Link(gettext_lazy("Catalogue"), "catalogue:staff_offer_list", CataloguePermission.STAFF_VIEW),
            Link(gettext_lazy("Prices and rates"), "billing:staff_price_list", BillingPermission.STAFF_RATE_VIEW),
        ],
    ),
    (
        gettext_lazy("Money"),
        [
            Link(gettext_lazy("Invoices"), "billing:staff_invoice_list", BillingPermission.STAFF_INVOICE_VIEW),
            Link(gettext_lazy("Credit notes"), "billing:staff_credit_note_list", BillingPermission.STAFF_INVOICE_VIEW),
            Link(
                gettext_lazy("Incoming payments"), "billing:staff_incoming_list", BillingPermission.STAFF_INVOICE_VIEW
            ),
            Link(gettext_lazy("Prepaid accounts"), "billing:staff_account_list", BillingPermission.STAFF_ACCOUNT_VIEW),
            Link(gettext_lazy("Withdrawals"), "billing:staff_withdrawal_list", BillingPermission.STAFF_ACCOUNT_VIEW),
            Link(gettext_lazy("Corrections"), "billing:staff_correction_list", BillingPermission.STAFF_ACCOUNT_VIEW),
        ],
    ),
    (
        gettext_lazy("Operation"),
        [
            Link(gettext_lazy("Failed renewals"), "billing:staff_renewal_list", BillingPermission.STAFF_RENEWAL_VIEW),
            Link(gettext_lazy("Checks"), "billing:staff_checks", BillingPermission.STAFF_CHECK_VIEW),
            Link(gettext_lazy("Jobs"), "billing:staff_job_list", BillingPermission.STAFF_JOB_VIEW),
            Link(gettext_lazy("Audit trail"), "accounts:staff_audit_list", AccountPermission.STAFF_AUDIT_VIEW),
        ],
    ),
]
SPACES = {"account": ACCOUNT + YOURSELF, "partner": PARTNER + YOURSELF, "staff": STAFF + YOURSELF, "public": PUBLIC}
# Where a signed-in person is inside a space; "auth" is the log-in of whoever has none yet.
_INSIDE = {"account", "partner", "staff", "relationships", "auth"}
FOOTER = [
    Link(gettext_lazy("Promises"), "home:promises", Anyone),
    Link(gettext_lazy("Conditions"), "home:terms", Anyone),
    Link(gettext_lazy("Privacy"), "home:privacy", Anyone),
    Link(gettext_lazy("Help"), "home:help_index", Anyone),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the navigation of a page; one query more than the page itself, for whether one is a partner.

    Drawn when a template asks for it, and once: small templates, such as the cell of a list, pass here too.
    """
    acting = getattr(request, "acting", None)
    drawn: tuple[Any, Any] | None = getattr(request, "drawn_navigation", None)
    if drawn is None or drawn[0] is not acting:
        drawn = (acting, SimpleLazyObject(lambda: _navigation(request, acting)))
        request.drawn_navigation = drawn  # type: ignore[attr-defined]  # kept for the next template of this request
    return {"may_order": BillingPermission.ORDER_PLACE.granted_to(acting), "navigation": drawn[1]}


def _navigation(request: HttpRequest, acting: Any) -> dict[str, Any]:
    space = _space(request, acting)
    sections = [
        {"label": label, "links": drawn}
        for label, links in SPACES[space]
        if (drawn := [_drawn(link, request) for link in links if link.permission.granted_to(acting)])
    ]
    return {
        "space": space,
        "layout": "layouts/public.html"
        if space == "public"
        else "layouts/space.html",  # of a page that belongs to none
        "sections": sections,
        "current": next((link["label"] for one in sections for link in one["links"] if link["is_current"]), ""),
        "footer": [_drawn(link, request) for link in FOOTER],
        "help_url": reverse("home:help_index"),
        "user": acting.user if acting else None,
        "switcher": _switcher(acting),
        "acting": _acting_bar(acting),
    }


def _space(request: HttpRequest, acting: Any) -> str:
    first = request.path.lstrip("/").split("/", 1)[0]
    if acting is None or first not in _INSIDE:
        return "public"
    if acting.staff_role is not None and first in {"staff", "auth"}:
        return "staff"
    if acting.relationship is None and acting.home is not None and has_partner_space(request):
        return "partner"  # a partner's own products, orders and members stand in its one navigation
    return "account"


def _drawn(link: Link, request: HttpRequest) -> dict[str, Any]:
    url = reverse(link.name)
    # An overview stands at the root of its space: only its own address is "here".
    is_root = url in {"/", "/account/", "/partner/", "/staff/"}
    return {
        "label": link.label,
        "url": url,
        "is_current": request.path == url or (not is_root and request.path.startswith((url, *link.also))),
    }


def _switcher(acting: Any) -> dict[str, Any]:
    if acting is None:
        return {}
    choices = [
        {
            "label": one.organisation.name,
            "note": one.get_role_display(),
            "value": one.organisation_id,
            "is_current": acting.membership is not None and one.pk == acting.membership.pk,
        }
        for one in acting.memberships
    ]
    links = [{"label": _("Profile"), "url": reverse("accounts:profile")}]
    if acting.membership is not None or acting.staff_role is not None:
        links.insert(0, {"label": _("Overview"), "url": reverse("home:start")})
    return {
        "current": acting.home.name if acting.home else str(acting.user),
        "role": acting.membership.get_role_display() if acting.membership else _("Staff"),
        "choices": choices if len(choices) > 1 else [],
        "name": "organisation",
        "url": reverse("accounts:switch"),
        "links": links,
    }


def _acting_bar(acting: Any) -> dict[str, Any] | None:
    if acting is None or acting.relationship is None:
        return None
    relationship = acting.relationship
    words = ", ".join(str(Right(right).label) for right in Right.values if right in acting.rights)
    return {
        "client": relationship.client,
        "person": acting.user,
        "partner": acting.home,
        # Who has every right needs no list of them.
        "summary": relationship.access_to_partner
        if acting.rights >= set(Right)
        else f"{relationship.access_to_partner}: {words}",
        "relationship_url": reverse("home:account") + "#allowed",
        "leave_url": reverse("clients:client_leave"),
    }
