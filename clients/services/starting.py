"""How a relationship starts: either side asks, the other answers. Rules 6 to 14, Q13 to Q17."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients import tasks
from clients.choices import RELATIONSHIP_TRANSITIONS, Access, EndedBy, RelationshipState, Side
from clients.exceptions import AlreadyRelated, LinkUnusable, NotPossible
from clients.models import Relationship
from clients.services import codes
from clients.services.ending import end_relationship
from clients.services.joining import replace_external_ties
from clients.services.locks import lock_sides
from clients.services.terms import Terms, check_full_is_free, words, write_grants, write_terms
from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition
from partners.models import Partner


@transaction.atomic
def invite_partner(
    *,
    client_id: int,
    partner_id: int,
    terms: Terms,
    note: str = "",
    replaces_id: int | None = None,
    actor: Acting,
    now: datetime,
) -> Relationship:
    """The client invites a partner with the terms it grants (3.1 A, rules 6, 8, 9); the partner gets a mail (N1).

    ``replaces_id``: the active relationship that ends in the moment in which the invitation is accepted: the client
    switches partners without a gap, and without both having full access at once (Q13).
    Raises :class:`NotPossible` for terms that do not fit, a partner that is not approved, oneself (Q14), or a
    relationship that cannot be replaced, and :class:`AlreadyRelated`.
    """
    client = Organisation.objects.select_for_update(no_key=True).get(pk=client_id)
    _end_overdue(client.pk, now=now)
    partner = Partner.objects.approved().select_related("organisation").filter(pk=partner_id).first()
    if partner is None:
        raise NotPossible(_("This partner can no longer be invited. Search again."), field="partner")
    if partner.pk == client.pk:
        raise NotPossible(_("An organisation cannot be its own partner."), field="partner")
    terms.check(client_id=client.pk, now=now)
    replaced = _replaceable(client, replaces_id, now) if replaces_id is not None else None
    check_full_is_free(
        client_id=client.pk,
        partner_id=partner.pk,
        access=terms.access,
        replaced_partner_id=replaced.partner_id if replaced else None,
    )
    relationship = _new(
        client=client, partner=partner, started_by=Side.CLIENT, terms=terms, note=note, now=now, replaces=replaced
    )
    write_grants(relationship, terms.products, now)
    return _asked(relationship, "clients.relationship.invited", actor=actor, now=now)


def _replaceable(client: Organisation, relationship_id: int, now: datetime) -> Relationship:
    found = Relationship.objects.filter(client=client, state=RelationshipState.ACTIVE, pk=relationship_id).first()
    if found is None or (found.ends_at is not None and found.ends_at <= now):
        raise NotPossible(_("The access that you want to hand over has ended meanwhile. Invite the partner instead."))
    return found


@dataclass(frozen=True)
class Ask:
    """What a partner asks for; the client grants that, less, or something else (rule 10).

    ``payer`` with full access only; ``family_ids`` (which kinds of products; none: not said) and the rights with
    limited access only.
    """

    access: str
    payer: str | None = None
    family_ids: tuple[int, ...] = ()
    has_technical: bool = False
    has_statistics: bool = False


@transaction.atomic
def request_client(
    *, partner_id: int, ask: Ask, email: str = "", code: str = "", note: str = "", actor: Acting, now: datetime
) -> Relationship:
    """The partner asks a client for access, by mail address or by a code that the client has shown it (3.1 B, rule 7,
    Q16); the client gets a mail (N3).

    If the address is a legal representative's of exactly one organisation, that is the client; else the receiver
    chooses the organisation when answering. The answer to the caller is the same: who asks learns nothing about who
    has an account, nor whether another partner has full access there: the client is told when it answers (Q13).
    Raises :class:`NotPossible`, :class:`AlreadyRelated`.
    """
    email = email.strip().lower()
    meant = codes.organisation_of(code=code, now=now) if code else _only_organisation_of(email)
    partner = lock_sides(client_id=meant.pk if meant is not None else None, partner_id=partner_id)
    if not partner.is_approved:
        raise NotPossible(_("Only an active partner can add clients."))
    terms = Terms(access=ask.access, payer=ask.payer if ask.access == Access.FULL else None)
    terms.check(client_id=0, needs_products=False, now=now)
    client = _who_showed(code, partner, actor=actor, now=now) if code else _addressed(partner, email, meant)
    if client is not None and client.pk == partner.pk:
        raise NotPossible(_("An organisation cannot be its own partner."), field="code" if code else "email")
    relationship = _new(
        client=client,
        partner=partner,
        started_by=Side.PARTNER,
        terms=terms,
        note=note,
        now=now,
        invited_email=email,
        is_by_code=bool(code),
        asked_access=terms.access,
        asked_payer=terms.payer,
        asked_technical=ask.has_technical and ask.access == Access.LIMITED,
        asked_statistics=ask.has_statistics and ask.access == Access.LIMITED,
    )
    if ask.access == Access.LIMITED:
        relationship.asked_families.set(ask.family_ids)
    return _asked(relationship, "clients.relationship.requested", actor=actor, now=now)


def _who_showed(code: str, partner: Partner, *, actor: Acting, now: datetime) -> Organisation:
    """Use a code up and return the organisation that showed it.

    A request of this partner that waits at an address of the same organisation becomes one to a mere address: to refuse
    the code, or to withdraw that request, would tell whose address it is (promise 2). The client reads why it no longer
    stands in its list.
    """
    client = codes.use_request_code(code=code, now=now)
    by_mail = Relationship.objects.pending().filter(partner=partner, started_by=Side.PARTNER, is_by_code=False)
    for relationship in by_mail.filter(client=client).select_for_update(of=("self",)).select_related("client"):
        record_question(relationship, "clients.relationship.asked_by_code", actor=SYSTEM, now=now)
        relationship.client = None
        relationship.save(update_fields=["client"])
    return client


def _addressed(partner: Partner, email: str, client: Organisation | None) -> Organisation | None:
    """Return ``client``, the organisation behind an address; None if nobody may tell before it is answered."""
    _not_asked_twice(partner, email)
    return None if client is not None and _is_related(partner, client) else client


def _not_asked_twice(partner: Partner, email: str) -> None:
    if Relationship.objects.pending().filter(partner=partner, invited_email__iexact=email).exists():
        raise AlreadyRelated(_("You have asked this address already. You can send the request again."), field="email")


def _is_related(partner: Partner, client: Organisation) -> bool:
    return Relationship.objects.live().filter(partner=partner, client=client).exists()


@transaction.atomic
def accept(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """The partner accepts an invitation as it is (rule 10). Raises IllegalTransition, :class:`NotPossible`."""
    relationship = _scope_locked(relationship_id, now=now)
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
    relationship = _scope_locked(relationship_id, now=now)
    if relationship.started_by != Side.PARTNER or relationship.client is None:
        raise NotPossible(_("This request is not yours to answer."))
    terms.check(client_id=relationship.client.pk, now=now)
    check_full_is_free(client_id=relationship.client.pk, partner_id=relationship.partner_id, access=terms.access)
    write_terms(relationship, terms)
    relationship.save(update_fields=["access", "payer", "ends_at"])
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
    record_question(relationship, "clients.relationship.claimed", actor=actor, now=now)
    return relationship


@transaction.atomic
def refuse(*, relationship_id: int, reason: str = "", actor: Acting, now: datetime) -> Relationship:
    """The receiving side refuses, with a reason for the other side or without (rule 10). Raises IllegalTransition."""
    relationship = _locked(relationship_id)
    relationship.refusal_reason = reason.strip()
    _move(relationship, RelationshipState.REFUSED, now=now)
    record_question(
        relationship, "clients.relationship.refused", actor=actor, now=now, changes={"reason": reason.strip()}
    )
    tasks.mail_answered.start(now=now, relationship_id=relationship.pk)
    return relationship


@transaction.atomic
def withdraw(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """The asking side takes back what it asked; the link stops working (rule 12). Raises IllegalTransition."""
    relationship = _locked(relationship_id)
    relationship.link_version += 1
    _move(relationship, RelationshipState.WITHDRAWN, now=now)
    record_question(relationship, "clients.relationship.withdrawn", actor=actor, now=now)
    return relationship


@transaction.atomic
def resend(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """Send the request or the invitation again with a new link; it waits another full time (rule 12, Q15).

    Raises IllegalTransition and, while the partner's status does not hold, :class:`NotPossible`."""
    relationship = _scope_locked(relationship_id, now=now)
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, RelationshipState.PENDING)
    if not relationship.partner.is_approved:
        raise NotPossible(_("The partner's status does not hold at the moment."))
    if relationship.state == RelationshipState.EXPIRED and relationship.is_request and not relationship.is_by_code:
        _not_asked_twice(relationship.partner, relationship.invited_email)
        if relationship.client is not None and _is_related(relationship.partner, relationship.client):
            relationship.client = None  # as for a stranger: a refusal would tell whose address it is (promise 2)
    if relationship.ends_at is not None and relationship.ends_at <= now:
        raise NotPossible(_("The access that it offers would have ended by now. Withdraw it and invite anew."))
    if relationship.started_by == Side.CLIENT and relationship.client_id is not None:
        check_full_is_free(
            client_id=relationship.client_id,
            partner_id=relationship.partner_id,
            access=relationship.access,
            replaced_partner_id=relationship.replaces.partner_id if relationship.replaces else None,
        )
    relationship.state = RelationshipState.PENDING
    relationship.link_version += 1
    relationship.sent_at, relationship.expires_at = now, now + _waiting_time()
    _save_unique(relationship, ["client", "state", "link_version", "sent_at", "expires_at"])
    return _asked(relationship, "clients.relationship.resent", actor=actor, now=now)


def _activate(relationship: Relationship, *, actor: Acting, now: datetime) -> Relationship:
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, RelationshipState.ACTIVE)
    if relationship.expires_at <= now:
        expired = (
            _("This request has expired. Ask the partner to send it again.")
            if relationship.is_request
            else _("This invitation has expired. Ask the client to send it again.")
        )
        raise LinkUnusable(expired)
    if relationship.ends_at is not None and relationship.ends_at <= now:
        raise NotPossible(_("The access that was offered would have ended by now. Ask the client to invite you anew."))
    if not relationship.partner.is_approved:  # held by the lock of the scope until the commit
        raise NotPossible(_("The partner's status does not hold at the moment."))
    if relationship.replaces_id is not None:
        _end_replaced(relationship.replaces_id, by=relationship, now=now)
    relationship.state, relationship.answered_at, relationship.access_since = RelationshipState.ACTIVE, now, now
    _save_unique(relationship, ["state", "answered_at", "access_since"])
    relationship.grants.update(granted_at=now)  # what counts is when it began to hold
    joined = replace_external_ties(relationship, actor=actor, now=now)
    record_question(relationship, "clients.relationship.accepted", actor=actor, now=now, changes=words(relationship))
    tasks.mail_answered.start(now=now, relationship_id=relationship.pk, replaced_ties=len(joined))
    return relationship


def _end_replaced(replaced_id: int, *, by: Relationship, now: datetime) -> None:
    """End the access that ``by`` takes over from, in the same transaction; nothing if it has ended meanwhile.

    The portal writes the line: the client had decided it, and the partner that goes does not read who comes. Renewals
    that the old partner would have paid are the new one's if it pays, else they have no payment means (Q19).
    """
    replaced = Relationship.objects.select_for_update(of=("self",)).get(pk=replaced_id)
    if replaced.state == RelationshipState.ACTIVE:
        end_relationship(
            relationship_id=replaced.pk,
            by=EndedBy.CLIENT,
            hands_over_renewals=replaced.is_paid_by_partner and by.is_paid_by_partner,
            actor=SYSTEM,
            now=now,
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
    **more: Any,
) -> Relationship:
    relationship = Relationship(
        client=client,
        partner=partner,
        started_by=started_by,
        access=terms.access,
        payer=terms.payer,
        ends_at=terms.ends_at,
        note=note.strip(),
        created_at=now,
        sent_at=now,
        expires_at=now + _waiting_time(),
        **more,
    )
    _save_unique(relationship, None)
    return relationship


def _waiting_time() -> timedelta:
    return timedelta(days=settings.PROGRAMME["invitation_days"])


def _asked(relationship: Relationship, action: str, *, actor: Acting, now: datetime) -> Relationship:
    record_question(relationship, action, actor=actor, now=now, changes=words(relationship))
    tasks.mail_asked.start(now=now, relationship_id=relationship.pk, link_version=relationship.link_version)
    return relationship


def _scope_locked(relationship_id: int, *, now: datetime) -> Relationship:
    """Take the locks of both sides, then of the relationships: this one, and the one that it takes over from. What has
    ended by agreement is written down.
    """
    found = Relationship.objects.values_list("client", "partner", "replaces").get(pk=relationship_id)
    client_id, partner_id, replaced_id = found
    lock_sides(client_id=client_id, partner_id=partner_id)
    if client_id is not None:
        _end_overdue(client_id, now=now)
    both = Relationship.objects.filter(pk__in=[relationship_id, replaced_id or relationship_id]).order_by("pk")
    list(both.select_for_update(of=("self",)).values_list("pk"))
    return _locked(relationship_id)


def _end_overdue(client_id: int, *, now: datetime) -> None:
    """Write down what has ended by agreement and no job has written yet: it stands in nobody's way."""
    for pk in Relationship.objects.over_at(now).filter(client=client_id).order_by("pk").values_list("pk", flat=True):
        end_relationship(relationship_id=pk, by=EndedBy.TERM, actor=SYSTEM, now=now)


def _locked(relationship_id: int) -> Relationship:
    locked = Relationship.objects.select_for_update(of=("self",)).select_related("client", "partner__organisation")
    return locked.get(pk=relationship_id)


def _move(relationship: Relationship, state: str, *, now: datetime) -> None:
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, state)
    relationship.state, relationship.answered_at = state, now
    relationship.save(update_fields=["state", "answered_at", "link_version", "refusal_reason"])


def _save_unique(relationship: Relationship, fields: list[str] | None) -> None:
    """Save; the database has the last word on "one at a time", and its refusal becomes a sentence."""
    try:
        with transaction.atomic():
            relationship.save(update_fields=fields)
    except IntegrityError as refusal:
        if "relationship_one_full_per_client" in str(refusal):
            sentence = (
                _("Another partner has full access by now, and one at a time can have it. Change or end that first.")
                if relationship.is_request
                else _("The client cannot give this access any more as things stand. Ask it to invite you anew.")
            )
            raise NotPossible(sentence, field="access") from refusal
        if "relationship_one_live_per_pair" in str(refusal):
            raise AlreadyRelated(
                _("There is a relationship, a request or an invitation between the two already. Look at it first."),
                field="partner",
            ) from refusal
        raise


def record_question(
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
