"""Members come, change their role, and go. There is always a legal representative (rule 22)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from partnerportal.accounts import selectors, tasks
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from partnerportal.accounts.exceptions import InvitationUnusable, LastLegalRepresentative, NotYours, StaysCollaborator
from partnerportal.accounts.models import MemberInvitation, Membership, Organisation, User
from partnerportal.accounts.signals import external_joining, member_joined, member_leaving
from partnerportal.accounts.tokens import read_token
from partnerportal.audit import log

INVITATION_LINK = "accounts.invitation"  # purpose of the signed link


@transaction.atomic
def invite_member(
    *,
    organisation_id: int,
    email: str,
    role: str,
    has_accounting: bool,
    is_external: bool = False,
    actor: Acting,
    now: datetime,
) -> MemberInvitation:
    """Invite ``email`` into the organisation; the mail brings the link. ``is_external``: works for another company.

    Raises :class:`NotYours` if somebody else than a legal representative offers that role,
    :class:`StaysCollaborator` for an external member with another role (rule 13), and :class:`InvitationUnusable` if
    the person is a member already. An open invitation for the address is replaced.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    email = email.strip().lower()
    _only_legal_gives_legal(actor, role)
    _external_is_collaborator(role, is_external=is_external)
    if Membership.objects.filter(organisation=organisation, user__email__iexact=email).exists():
        raise InvitationUnusable(_("This person is a member already. Change the role in the list."), field="email")
    MemberInvitation.objects.filter(
        organisation=organisation, email__iexact=email, accepted_at=None, withdrawn_at=None
    ).update(withdrawn_at=now)
    invitation = MemberInvitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        has_accounting=has_accounting and role == Role.COLLABORATOR,
        is_external=is_external,
        invited_by_label=actor.label,
        created_at=now,
        expires_at=now + timedelta(days=settings.PROGRAMME["invitation_days"]),
    )
    log.record(
        at=now,
        actor=actor,
        action="accounts.member.invited",
        subject=invitation,
        organisation=organisation,
        changes={"role": role, "is_external": is_external},
    )
    tasks.mail_member_invited.start(now=now, invitation_id=invitation.pk)
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, actor: Acting, now: datetime) -> None:
    """Withdraw an open invitation; its link stops working. Raises :class:`InvitationUnusable` if it is not open."""
    invitation = MemberInvitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationUnusable(_("This invitation is no longer open."))
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    log.record(
        at=now,
        actor=actor,
        action="accounts.member.invitation_withdrawn",
        subject=invitation,
        organisation=invitation.organisation,
    )


@transaction.atomic
def accept_invitation(*, token: str, user: User, now: datetime) -> Membership:
    """Make ``user`` a member as invited.

    Raises :class:`InvitationUnusable` if the link is used, withdrawn or expired, or was meant for another address
    (without telling which); an app above may refuse an external member (``external_joining``), and turns the ties that
    the person had elsewhere into what this membership brings (``member_joined``, rule 13).
    """
    pk, version = read_token(purpose=INVITATION_LINK, token=token) or (0, 0)  # no row has these
    _hold_ties(user, to=MemberInvitation.objects.filter(pk=pk).values_list("organisation", flat=True).first())
    invitation = (
        MemberInvitation.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=pk, link_version=version)
        .first()
    )
    if invitation is None or invitation.withdrawn_at or invitation.accepted_at or invitation.expires_at <= now:
        raise InvitationUnusable(_("This invitation is no longer valid. Ask for a new one."))
    if invitation.email.lower() != user.email.lower():
        raise InvitationUnusable(_("This invitation was sent to another e-mail address. Sign in with that address."))
    if invitation.is_external:
        external_joining.send(sender=Membership, organisation=invitation.organisation, user=user)
    membership, is_new = Membership.objects.get_or_create(
        user=user,
        organisation=invitation.organisation,
        defaults={
            "role": invitation.role,
            "has_accounting": invitation.has_accounting,
            "is_external": invitation.is_external,
            "created_at": now,
        },
    )
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    actor = Acting(user=user, membership=membership)
    log.record(
        at=now,
        actor=actor,
        action="accounts.member.joined",
        subject=membership,
        organisation=invitation.organisation,
        changes={"role": membership.role},
    )
    if is_new:
        member_joined.send(sender=Membership, membership=membership, actor=actor, now=now)
    return membership


@transaction.atomic
def change_role(*, membership_id: int, role: str, has_accounting: bool, actor: Acting, now: datetime) -> Membership:
    """Change a member's role and accounting right; the member gets a summary by mail (N6).

    Raises :class:`LastLegalRepresentative` (rule 22), :class:`NotYours` if the role of a legal representative is
    given or taken by somebody who is none, and :class:`StaysCollaborator` for an external member.
    """
    membership = _locked(membership_id)
    before = {"role": membership.role, "has_accounting": membership.has_accounting}
    _only_legal_gives_legal(actor, role)
    _only_legal_gives_legal(actor, membership.role)
    _external_is_collaborator(role, is_external=membership.is_external)
    if membership.role == Role.LEGAL and role != Role.LEGAL:
        _keep_one_legal(membership)
    membership.role, membership.has_accounting = role, has_accounting and role == Role.COLLABORATOR
    after = {"role": membership.role, "has_accounting": membership.has_accounting}
    if before == after:
        return membership
    membership.save(update_fields=["role", "has_accounting"])
    log.record(
        at=now,
        actor=actor,
        action="accounts.member.role_changed",
        subject=membership,
        organisation=membership.organisation,
        changes={"from": before, "to": after},
    )
    tasks.mail_role_changed.start(now=now, membership_id=membership.pk, before=before["role"])
    return membership


@transaction.atomic
def remove_member(*, membership_id: int, actor: Acting, now: datetime) -> None:
    """Take a member out of the organisation. Raises :class:`LastLegalRepresentative` and :class:`NotYours`."""
    membership = _locked(membership_id)
    _only_legal_gives_legal(actor, membership.role)
    if membership.role == Role.LEGAL:
        _keep_one_legal(membership)
    log.record(
        at=now,
        actor=actor,
        action="accounts.member.removed",
        subject=membership,
        organisation=membership.organisation,
        changes={"role": membership.role},
    )
    member_leaving.send(sender=Membership, membership=membership, actor=actor, now=now)
    membership.delete()


def _hold_people(organisation_id: int | None) -> None:
    """Let nobody join while a partnership takes the place of external members, nor the other way round (rule 13)."""
    if organisation_id is not None:
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)


def _hold_ties(user: User, *, to: int | None) -> None:
    """Hold a person who joins ``to``, and every organisation that it ties: two joins, or a join and a partnership that
    is accepted, see each other (rule 13). Organisations are locked by their number, so that nobody waits in a circle.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    ties = Membership.objects.filter(user=user, is_external=True).values_list("organisation", flat=True)
    for organisation_id in sorted({*ties, *([] if to is None else [to])}):
        _hold_people(organisation_id)


def _locked(membership_id: int) -> Membership:
    """Load a membership under the organisation's lock: two removals at once must see each other (rule 22).

    Raises :class:`NotYours` if the person has left meanwhile.
    """
    found = Membership.objects.filter(pk=membership_id).values_list("organisation", flat=True).first()
    if found is not None:
        Organisation.objects.select_for_update().get(pk=found)
    membership = Membership.objects.select_related("organisation", "user").filter(pk=membership_id).first()
    if membership is None:
        raise NotYours(_("This person is no longer a member: somebody was quicker."))
    return membership


def _keep_one_legal(membership: Membership) -> None:
    others = Membership.objects.filter(organisation=membership.organisation_id, role=Role.LEGAL)
    if not others.exclude(pk=membership.pk).exists():
        raise LastLegalRepresentative(
            _("An organisation always has a legal representative. Give that role to somebody else first."), field="role"
        )


def _only_legal_gives_legal(actor: Acting, role: str) -> None:
    if role == Role.LEGAL and actor.role != Role.LEGAL:
        raise NotYours(_("Only a legal representative gives or takes this role."), field="role")


def _external_is_collaborator(role: str, *, is_external: bool) -> None:
    if is_external and role != Role.COLLABORATOR:
        raise StaysCollaborator(
            _("Somebody who works for another company can only be a collaborator. Choose that role."), field="role"
        )


def remove_external_members(
    *, organisation_id: int | None, of_organisation_id: int, relationship_id: int, actor: Acting, now: datetime
) -> list[Membership]:
    """Remove the external users of an organisation who belong to another one; return their memberships there.

    Rule 13: called when a partnership replaces the tie, inside its transaction. Invitations of such people that wait
    are withdrawn: no double membership comes later. The lines name the relationship, so that its partner reads them.
    """
    _hold_people(organisation_id)
    theirs = Membership.objects.filter(organisation=of_organisation_id, is_external=False).select_related("user")
    external = selectors.external_members(organisation_id=organisation_id, of_organisation_id=of_organisation_id)
    people = [membership.user_id for membership in external]
    for membership in external:
        log.record(
            at=now,
            actor=actor,
            action="accounts.member.external_replaced",
            subject=membership,
            organisation=membership.organisation,
            relationship_id=relationship_id,
        )
        member_leaving.send(sender=Membership, membership=membership, actor=actor, now=now)
        membership.delete()
    waiting = MemberInvitation.objects.filter(
        organisation=organisation_id,
        is_external=True,
        accepted_at=None,
        withdrawn_at=None,
        email__in=theirs.values(address=Lower("user__email")),
    )
    for invitation_id in waiting.order_by("pk").values_list("pk", flat=True):
        withdraw_invitation(invitation_id=invitation_id, actor=actor, now=now)
    return list(theirs.filter(user__in=people))
