"""How a relationship starts: either side asks, the other answers. Rules 6 to 14, Q13 to Q17."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients import tasks
from clients.choices import RELATIONSHIP_TRANSITIONS, Access, RelationshipState, Side
from clients.exceptions import AlreadyRelated, LinkUnusable, NotPossible
from clients.models import ClientAssignment, Relationship
from clients.services.terms import Terms, check_full_is_free, words, write_grants
from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts import services as account_services
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition
from partners.models import Partner


@transaction.atomic
def invite_partner(
    *, client_id: int, partner_id: int, terms: Terms, note: str = "", actor: Acting, now: datetime
) -> Relationship:
    """The client invites a partner with the terms it grants (3.1 A, rules 6, 8, 9); the partner gets a mail (N1).

    Raises :class:`NotPossible` for terms that do not fit, a partner that is not approved, or oneself (Q14), and
    :class:`AlreadyRelated`.
    """
    client = Organisation.objects.select_for_update().get(pk=client_id)
    partner = Partner.objects.approved().select_related("organisation").filter(pk=partner_id).first()
    if partner is None:
        raise NotPossible(_("This partner can no longer be invited. Search again."), field="partner")
    if partner.pk == client.pk:
        raise NotPossible(_("An organisation cannot be its own partner."), field="partner")
    terms.check(client_id=client.pk)
    check_full_is_free(client_id=client.pk, partner_id=partner.pk, access=terms.access)
    relationship = _new(client=client, partner=partner, started_by=Side.CLIENT, terms=terms, note=note, now=now)
    write_grants(relationship, terms.products, now)
    return _asked(relationship, "clients.relationship.invited", actor=actor, now=now)


@transaction.atomic
def request_client(
    *, partner_id: int, email: str, access: str, payer: str | None, note: str = "", actor: Acting, now: datetime
) -> Relationship:
    """The partner asks a client by mail address for access (3.1 B, rule 7, Q16); the client gets a mail (N3).

    If the address is a legal representative's of exactly one organisation, that is the client; else the receiver
    chooses the organisation when answering. The answer to the caller is the same: who asks learns nothing about who
    has an account, nor whether another partner has full access there: the client is told when it answers (Q13).
    Raises :class:`NotPossible`, :class:`AlreadyRelated`.
    """
    partner = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner_id)
    if not partner.is_approved:
        raise NotPossible(_("Only an active partner can add clients."))
    email = email.strip().lower()
    if Relationship.objects.pending().filter(partner=partner, invited_email__iexact=email).exists():
        raise AlreadyRelated(_("You have asked this address already. You can send the request again."), field="email")
    terms = Terms(access=access, payer=payer if access == Access.FULL else None)
    terms.check(client_id=0, needs_products=False)
    client = _only_organisation_of(email)
    if client is not None and client.pk == partner.pk:
        raise NotPossible(_("An organisation cannot be its own partner."), field="email")
    if client is not None and Relationship.objects.live().filter(partner=partner, client=client).exists():
        client = None  # as for a stranger: the answer shows whether it is the same organisation
    relationship = _new(
        client=client, partner=partner, started_by=Side.PARTNER, terms=terms, note=note, now=now, email=email
    )
    return _asked(relationship, "clients.relationship.requested", actor=actor, now=now)


@transaction.atomic
def accept(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """The partner accepts an invitation as it is (rule 10). Raises IllegalTransition, :class:`NotPossible`."""
    relationship = _locked(relationship_id)
    if relationship.started_by != Side.CLIENT:
        raise NotPossible(_("The client answers this request, not the partner."))
    if relationship.access == Access.LIMITED:
        gone = relationship.grants.filter(product__state="TERMINATED")
        gone.delete()
    return _activate(relationship, actor=actor, now=now)


@transaction.atomic
def answer_request(*, relationship_id: int, terms: Terms, actor: Acting, now: datetime) -> Relationship:
    """The client accepts a partner's request and grants ``terms``, which may differ from what was asked (rule 10).

    Raises IllegalTransition and :class:`NotPossible`.
    """
    relationship = _locked(relationship_id)
    if relationship.started_by != Side.PARTNER or relationship.client is None:
        raise NotPossible(_("This request is not yours to answer."))
    terms.check(client_id=relationship.client.pk)
    check_full_is_free(client_id=relationship.client.pk, partner_id=relationship.partner_id, access=terms.access)
    relationship.access, relationship.payer = terms.access, terms.payer
    relationship.save(update_fields=["access", "payer"])
    write_grants(relationship, terms.products, now)
    return _activate(relationship, actor=actor, now=now)


@transaction.atomic
def claim_request(*, relationship_id: int, client_id: int, actor: Acting, now: datetime) -> Relationship:
    """The person behind a mail address says for which of their organisations the request is (Q16).

    Raises :class:`LinkUnusable` if it is somebody's already, :class:`AlreadyRelated`, :class:`NotPossible`.
    """
    relationship = _locked(relationship_id)
    if relationship.client_id == client_id:
        return relationship
    if relationship.client_id is not None or relationship.state != RelationshipState.PENDING:
        raise LinkUnusable(_("This link is no longer valid, or it was meant for somebody else."))
    if relationship.partner_id == client_id:
        raise NotPossible(_("An organisation cannot be its own partner."))
    relationship.client = Organisation.objects.get(pk=client_id)
    _save_unique(relationship, ["client"])
    return relationship


@transaction.atomic
def refuse(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """The receiving side refuses (rule 10). Raises IllegalTransition."""
    relationship = _locked(relationship_id)
    _move(relationship, RelationshipState.REFUSED, now=now)
    _record(relationship, "clients.relationship.refused", actor=actor, now=now)
    tasks.mail_answered.start(now=now, relationship_id=relationship.pk)
    return relationship


@transaction.atomic
def withdraw(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """The asking side takes back what it asked; the link stops working (rule 12). Raises IllegalTransition."""
    relationship = _locked(relationship_id)
    relationship.link_version += 1
    _move(relationship, RelationshipState.WITHDRAWN, now=now)
    _record(relationship, "clients.relationship.withdrawn", actor=actor, now=now)
    return relationship


@transaction.atomic
def resend(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """Send the request or the invitation again with a new link; it waits another full time (rule 12, Q15).

    Raises IllegalTransition and, while the partner's status does not hold, :class:`NotPossible`."""
    relationship = _locked(relationship_id)
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, RelationshipState.PENDING)
    if not Partner.objects.approved().filter(pk=relationship.partner_id).exists():
        raise NotPossible(_("The partner's status does not hold at the moment."))
    if relationship.started_by == Side.CLIENT and relationship.client_id is not None:
        check_full_is_free(
            client_id=relationship.client_id, partner_id=relationship.partner_id, access=relationship.access
        )
    relationship.state = RelationshipState.PENDING
    relationship.link_version += 1
    relationship.sent_at, relationship.expires_at = now, now + _waiting_time()
    _save_unique(relationship, ["state", "link_version", "sent_at", "expires_at"])
    return _asked(relationship, "clients.relationship.resent", actor=actor, now=now)


@transaction.atomic
def expire_invitations(*, now: datetime) -> int:
    """Expire every request and invitation whose time is over (Q15); return how many."""
    expired = 0
    for relationship in Relationship.objects.expired_by(now).select_for_update(skip_locked=True, of=("self",)):
        relationship.state = RelationshipState.EXPIRED
        relationship.save(update_fields=["state"])
        _record(relationship, "clients.relationship.expired", actor=SYSTEM, now=now)
        if relationship.is_request and relationship.client is not None:
            # The partner reads it whether or not the address has an account: a missing line would tell (promise 2).
            partner = relationship.partner.organisation
            _record(relationship, "clients.relationship.expired", actor=SYSTEM, now=now, organisation=partner)
        expired += 1
    return expired


def _activate(relationship: Relationship, *, actor: Acting, now: datetime) -> Relationship:
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, RelationshipState.ACTIVE)
    if relationship.expires_at <= now:
        expired = (
            _("This request has expired. Ask the partner to send it again.")
            if relationship.is_request
            else _("This invitation has expired. Ask the client to send it again.")
        )
        raise LinkUnusable(expired)
    if not Partner.objects.approved().filter(pk=relationship.partner_id).exists():
        raise NotPossible(_("The partner's status does not hold at the moment."))
    relationship.state, relationship.answered_at, relationship.access_since = RelationshipState.ACTIVE, now, now
    _save_unique(relationship, ["state", "answered_at", "access_since"])
    relationship.grants.update(granted_at=now)  # what counts is when it began to hold
    _replace_external_ties(relationship, actor=actor, now=now)
    _record(relationship, "clients.relationship.accepted", actor=actor, now=now, changes=words(relationship))
    tasks.mail_answered.start(now=now, relationship_id=relationship.pk)
    return relationship


def _replace_external_ties(relationship: Relationship, *, actor: Acting, now: datetime) -> None:
    """Rule 13: the partner's people who were external users of the client reach it through the partnership now."""
    replaced = account_services.remove_external_members(
        organisation_id=relationship.client_id, of_organisation_id=relationship.partner_id, actor=actor, now=now
    )
    ClientAssignment.objects.bulk_create(
        [
            ClientAssignment(relationship=relationship, membership=membership, assigned_at=now)
            for membership in replaced
            if not membership.is_whole
        ],
        ignore_conflicts=True,
    )


def _only_organisation_of(email: str) -> Organisation | None:
    found = account_selectors.represented_by(email=email)[:2]
    return found[0] if len(found) == 1 else None


def _new(
    *,
    client: Organisation | None,
    partner: Partner,
    started_by: str,
    terms: Terms,
    note: str,
    now: datetime,
    email: str = "",
) -> Relationship:
    relationship = Relationship(
        client=client,
        partner=partner,
        started_by=started_by,
        access=terms.access,
        payer=terms.payer,
        asked_access=terms.access if started_by == Side.PARTNER else None,
        asked_payer=terms.payer if started_by == Side.PARTNER else None,
        note=note.strip(),
        invited_email=email,
        created_at=now,
        sent_at=now,
        expires_at=now + _waiting_time(),
    )
    _save_unique(relationship, None)
    return relationship


def _waiting_time() -> timedelta:
    return timedelta(days=settings.PROGRAMME["invitation_days"])


def _asked(relationship: Relationship, action: str, *, actor: Acting, now: datetime) -> Relationship:
    _record(relationship, action, actor=actor, now=now, changes=words(relationship))
    tasks.mail_asked.start(now=now, relationship_id=relationship.pk, link_version=relationship.link_version)
    return relationship


def _locked(relationship_id: int) -> Relationship:
    locked = Relationship.objects.select_for_update(of=("self",)).select_related("client", "partner__organisation")
    return locked.get(pk=relationship_id)


def _move(relationship: Relationship, state: str, *, now: datetime) -> None:
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, state)
    relationship.state, relationship.answered_at = state, now
    relationship.save(update_fields=["state", "answered_at", "link_version"])


def _save_unique(relationship: Relationship, fields: list[str] | None) -> None:
    """Save; the database has the last word on "one at a time", and its refusal becomes a sentence."""
    try:
        with transaction.atomic():
            relationship.save(update_fields=fields)
    except IntegrityError as refusal:
        if "relationship_one_full_per_client" in str(refusal):
            raise NotPossible(
                _("Another partner has full access by now, and one at a time can have it. The client can change that."),
                field="access",
            ) from refusal
        if "relationship_one_live_per_pair" in str(refusal):
            raise AlreadyRelated(
                _("There is a relationship, a request or an invitation between the two already. Look at it first."),
                field="partner",
            ) from refusal
        raise


def _record(
    relationship: Relationship,
    action: str,
    *,
    actor: Acting,
    now: datetime,
    changes: dict[str, object] | None = None,
    organisation: Organisation | None = None,
) -> None:
    """Write the line of an act; the partner, which reads what its people did, must not learn from it whom an address
    belongs to (promise 2).
    """
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=relationship,
        organisation=organisation or relationship.client or relationship.partner.organisation,
        organisation_label=str(relationship.client_to_partner),
        relationship_id=relationship.pk,
        changes=changes,
    )
