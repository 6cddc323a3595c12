"""Mails about relationships and products on their way, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.urls import reverse

from clients import selectors
from clients.choices import EndedBy, Side, TransferState
from clients.models import ProductTransfer, Relationship
from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts.models import Membership, Organisation, User
from partnerportal.accounts.tokens import link_token
from partnerportal.web import mail

LINK_PURPOSE = "clients.relationship"
TRANSFER_PURPOSE = "clients.transfer"


def answer_link(relationship: Relationship) -> str:
    """Return the address where the receiving side reads and answers the request or the invitation."""
    token = link_token(purpose=LINK_PURPOSE, pk=relationship.pk, version=relationship.link_version)
    return mail.absolute(reverse("clients:relationship_link", args=[token]))


def asked(relationship: Relationship) -> None:
    """N1 and N2 to the partner, N3 to the client: somebody wants to work with you."""
    context: dict[str, Any] = {"relationship": relationship, "link": answer_link(relationship)}
    context["terms"] = _terms(relationship, Side.PARTNER)  # who invites is told nothing, so only the partner reads it
    context["asked"] = partial(selectors.asked_in_words, relationship, reader=Side.CLIENT)
    if relationship.started_by == Side.CLIENT:
        _to(relationship.partner.organisation, "clients/invited", context)
    elif relationship.client is not None:
        _to(relationship.client, "clients/requested", context)
    else:
        organisation = relationship.partner.organisation
        mail.send(
            event="clients/requested", to=relationship.invited_email, language=organisation.language, context=context
        )


def answered(relationship: Relationship, replaced_ties: int) -> None:
    """The answer, to the side that asked; a client that invited reads whose own membership has ended with it."""
    common = {"relationship": relationship, "terms": _terms(relationship, Side(relationship.started_by))}
    event = "clients/accepted" if relationship.state == "ACTIVE" else "clients/refused"
    if relationship.started_by == Side.CLIENT:
        link = mail.absolute(reverse("clients:relationship_detail", args=[relationship.pk]))
        context = common | {"other": relationship.partner, "link": link, "replaced_ties": replaced_ties}
        _to(relationship.client, event, context)
    else:
        link = mail.absolute(reverse("clients:client_detail", args=[relationship.pk]))
        context = common | {"other": relationship.client_to_partner, "link": link}
        _to(relationship.partner.organisation, event, context)


def tie_replaced(relationship: Relationship, membership: Membership) -> None:
    """To somebody who was an external member of the client, and reaches it through the partner now (rule 13)."""
    link = mail.absolute(reverse("clients:client_detail", args=[relationship.pk]))
    person = membership.user
    context = {"relationship": relationship, "person": person, "organisation": membership.organisation, "link": link}
    mail.send(event="clients/tie_replaced", to=person.email, language=person.language, context=context)


def access_changed(relationship: Relationship, before: str) -> None:
    """What the partner reaches now."""
    link = mail.absolute(reverse("clients:client_detail", args=[relationship.pk]))
    context = {
        "relationship": relationship,
        "before": before,
        "link": link,
        "terms": _terms(relationship, Side.PARTNER),
    }
    _to(relationship.partner.organisation, "clients/access_changed", context)


def product_gone(relationship: Relationship, product: str, *, was_payer: bool) -> None:
    """A product that the partner reached belongs to somebody else now; it is not told to whom (promise 2)."""
    link = mail.absolute(reverse("clients:client_detail", args=[relationship.pk]))
    context = {"relationship": relationship, "product": product, "was_payer": was_payer, "link": link}
    _to(relationship.partner.organisation, "clients/product_gone", context)


def payer_changed(relationship: Relationship) -> None:
    """N4: who pays from now on."""
    link = mail.absolute(reverse("clients:client_detail", args=[relationship.pk]))
    context = {"relationship": relationship, "link": link, "terms": _terms(relationship, Side.PARTNER)}
    _to(relationship.partner.organisation, "clients/payer_changed", context)


def ended(relationship: Relationship, unpaid_products: int) -> None:
    """The relationship is over: to the side that did not end it, and to the client if renewals lost their payer."""
    link = mail.absolute(reverse("clients:end_receipt", args=[relationship.pk]))
    context = {"relationship": relationship, "unpaid_products": unpaid_products, "link": link}
    if relationship.ended_by in {EndedBy.CLIENT, EndedBy.TERM}:
        _to(relationship.partner.organisation, "clients/ended", context)
    if relationship.ended_by != EndedBy.CLIENT or unpaid_products:
        _to(relationship.client, "clients/ended", context)


def renewals_stopped(relationship: Relationship, unpaid_products: int) -> None:
    """The partner is suspended: to the client, whose renewals have no payer now."""
    link = mail.absolute(reverse("clients:renewals_pay"))
    context = {"relationship": relationship, "unpaid_products": unpaid_products, "link": link}
    _to(relationship.client, "clients/renewals_stopped", context)


def waiting(relationship: Relationship) -> None:
    """A question that nobody has answered, before it expires: to whom it was sent."""
    context: dict[str, Any] = {"relationship": relationship, "link": answer_link(relationship)}
    context["terms"] = _terms(relationship, Side.PARTNER)  # who invites is told nothing, so only the partner reads it
    context["asked"] = partial(selectors.asked_in_words, relationship, reader=Side.CLIENT)
    if relationship.started_by == Side.CLIENT:
        _to(relationship.partner.organisation, "clients/waiting", context | {"other": relationship.client})
    elif relationship.client is not None:
        _to(relationship.client, "clients/waiting", context | {"other": relationship.partner})
    else:
        language = relationship.partner.organisation.language
        context["other"] = relationship.partner
        mail.send(event="clients/waiting", to=relationship.invited_email, language=language, context=context)


def ending(relationship: Relationship) -> None:
    """Access that ends on an agreed day: to both sides; only the client can renew it."""
    context = {"relationship": relationship}
    pages = {"relationship_detail": relationship.client, "client_detail": relationship.partner.organisation}
    for page, organisation in pages.items():
        link = mail.absolute(reverse(f"clients:{page}", args=[relationship.pk]))
        is_client = organisation == relationship.client
        terms = _terms(relationship, Side.CLIENT if is_client else Side.PARTNER)
        _to(organisation, "clients/ending", context | {"link": link, "is_client": is_client, "terms": terms})


def unused(relationship: Relationship, idle: list[selectors.Idle]) -> None:
    """Access that nobody has used for long: to the client, who can narrow it with one click."""
    link = mail.absolute(reverse("clients:relationship_detail", args=[relationship.pk]))
    terms = _terms(relationship, Side.CLIENT)
    context = {"relationship": relationship, "idle": idle, "link": link, "terms": terms}
    _to(relationship.client, "clients/unused", context)


def review(client: Organisation, relationships: list[Relationship]) -> None:
    """Who has access, in sentences: to the client, who confirms or cuts."""
    link = mail.absolute(reverse("clients:access_review"))
    entries = [{"partner": one.partner, "terms": _terms(one, Side.CLIENT)} for one in relationships]
    _to(client, "clients/review", {"link": link, "entries": entries})


def transfer_link(transfer: ProductTransfer) -> str:
    """Return the address where the receiver of a product reads the offer and answers."""
    token = link_token(purpose=TRANSFER_PURPOSE, pk=transfer.pk, version=transfer.link_version)
    return mail.absolute(reverse("clients:transfer_link", args=[token]))


def transfer_offered(transfer: ProductTransfer) -> None:
    """Somebody offers a product: to the address it was offered to, or to who represents the organisation."""
    context = {"transfer": transfer, "link": transfer_link(transfer)}
    if transfer.to_organisation is not None:
        _to(transfer.to_organisation, "clients/transfer_offered", context)
        return
    reader = User.objects.filter(email=transfer.to_email).first()
    language = reader.language if reader is not None else transfer.from_organisation.language
    mail.send(event="clients/transfer_offered", to=transfer.to_email, language=language, context=context)


def transfer_answered(transfer: ProductTransfer) -> None:
    """The answer, to the old owner."""
    is_accepted = transfer.state == TransferState.ACCEPTED
    link = mail.absolute(
        reverse("clients:product_list")
        if is_accepted
        else reverse("clients:product_detail", args=[transfer.product_id])
    )
    event = "clients/transfer_accepted" if is_accepted else "clients/transfer_refused"
    _to(transfer.from_organisation, event, {"transfer": transfer, "link": link})


def _terms(relationship: Relationship, reader: Side) -> Callable[[], str]:
    """Return what is granted, for the template to say: only there the reader's language is in force."""
    return partial(selectors.terms_in_words, relationship, reader=reader)


def _to(organisation: Organisation | None, event: str, context: dict[str, Any]) -> None:
    if organisation is None:  # nobody has answered yet: there is nobody to tell
        return
    for person in account_selectors.legal_representatives(organisation_id=organisation.pk):
        mail.send(
            event=event,
            to=person.email,
            language=person.language,
            context={**context, "person": person, "organisation": organisation},
        )
