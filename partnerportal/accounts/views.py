"""Pages about the person, the organisation and its members."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from partnerportal.accounts import forms, services
from partnerportal.accounts.filters import ActivityFilter
from partnerportal.accounts.middleware import act_for
from partnerportal.accounts.models import MemberInvitation, Membership, Organisation
from partnerportal.accounts.permissions import AccountPermission, Anyone, SignedIn
from partnerportal.accounts.tables import ActivityTable, MembershipTable
from partnerportal.accounts.tokens import read_token
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import Refused
from partnerportal.web.paging import COUNTED
from partnerportal.web.views import ActionView, PolicyView, StaffTableView, TableView


class SwitchView(PolicyView, View):
    """Change for which of one's own organisations one acts."""

    permission = SignedIn
    http_method_names = ["post"]

    def post(self, request: Any) -> HttpResponse:
        """Remember the choice in the session; an organisation one does not belong to answers 404."""
        chosen = request.POST.get("organisation", "")
        if not any(str(one.organisation_id) == chosen for one in request.acting.memberships):
            raise Http404
        act_for(request, int(chosen))
        return redirect("home:start")


class ProfileView(ActionView):
    """The person's own name and language."""

    permission = SignedIn
    form_class = forms.ProfileForm
    template_name = "accounts/profile.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Edit oneself."""
        return super().get_form_kwargs() | {"instance": self.request.user}

    def act(self, form: forms.ProfileForm) -> str:
        """Plain reference data without a rule: the form saves it."""
        form.save()
        messages.success(self.request, _("Saved."))
        return reverse("accounts:profile")


class OrganisationCreateView(ActionView):
    """Create a further organisation, or the first for somebody whose invitation was for nothing."""

    permission = SignedIn
    form_class = forms.OrganisationCreateForm
    template_name = "accounts/organisation_create.html"

    def act(self, form: forms.OrganisationCreateForm) -> str:
        """Create it and act for it."""
        organisation = services.create_organisation(owner=self.request.user, now=timezone.now(), **form.cleaned_data)
        act_for(self.request, organisation.pk)
        return reverse("home:start")


class OrganisationChangeView(ActionView):
    """See and change the organisation's details."""

    permission = AccountPermission.ORGANISATION_VIEW
    form_class = forms.OrganisationForm
    template_name = "accounts/organisation_change.html"

    def find(self, **_kwargs: Any) -> None:
        """The organisation acted for."""
        self.organisation = get_object_or_404(Organisation.objects.visible_to(self.request.acting))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Everybody in it may look; changing takes more."""
        if request.method == "POST":
            self.permission = AccountPermission.ORGANISATION_CHANGE
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Show what is stored."""
        return super().get_form_kwargs() | {"instance": self.organisation}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether the person may change it."""
        may_change = AccountPermission.ORGANISATION_CHANGE.granted_to(self.request.acting)
        return super().get_context_data(organisation=self.organisation, may_change=may_change, **kwargs)

    def act(self, form: forms.OrganisationForm) -> str:
        """Save the details."""
        services.change_organisation(
            organisation_id=self.organisation.pk,
            details=form.cleaned_data,
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The details are saved. The legal representatives get a summary by mail."))
        return reverse("accounts:organisation_change")


class MemberListView(TableView):
    """Who belongs to the organisation, and who is invited."""

    permission = AccountPermission.MEMBER_VIEW
    table_class = MembershipTable
    template_name = "accounts/member_list.html"

    def get_queryset(self) -> QuerySet[Membership]:
        """Members of one's own organisation."""
        return Membership.objects.visible_to(self.request.acting).select_related("user").order_by("created_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the open invitations."""
        invitations = MemberInvitation.objects.visible_to(self.request.acting).open_at(timezone.now())
        return super().get_context_data(invitations=invitations.order_by("-created_at"), **kwargs)


class MemberInviteView(ActionView):
    """Invite somebody into the organisation."""

    permission = AccountPermission.MEMBER_INVITE
    form_class = forms.MemberInviteForm
    template_name = "accounts/member_invite.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say for how long it holds."""
        return super().get_context_data(days=settings.PROGRAMME["invitation_days"], **kwargs)

    def act(self, form: forms.MemberInviteForm) -> str:
        """Invite."""
        services.invite_member(
            organisation_id=self.request.acting.home.pk,
            actor=self.request.acting,
            now=timezone.now(),
            **form.cleaned_data,
        )
        messages.success(self.request, _("The invitation is on its way."))
        return reverse("accounts:member_list")


class MemberInvitationWithdrawView(ActionView):
    """Withdraw an invitation."""

    permission = AccountPermission.MEMBER_INVITE
    form_class = forms.ConfirmForm
    template_name = "accounts/member_invitation_withdraw.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """An invitation of one's own organisation."""
        self.invitation = get_object_or_404(MemberInvitation.objects.visible_to(self.request.acting), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the invitation."""
        return super().get_context_data(invitation=self.invitation, **kwargs)

    def act(self, form: forms.ConfirmForm) -> str:
        """Withdraw."""
        services.withdraw_invitation(invitation_id=self.invitation.pk, actor=self.request.acting, now=timezone.now())
        return reverse("accounts:member_list")


class _OneMemberView(ActionView):
    """Something about one member."""

    permission = AccountPermission.MEMBER_CHANGE

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A member of one's own organisation."""
        members = Membership.objects.visible_to(self.request.acting).select_related("user", "organisation")
        self.membership = get_object_or_404(members, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the member."""
        return super().get_context_data(membership=self.membership, **kwargs)


class MemberChangeView(_OneMemberView):
    """Change a member's role."""

    form_class = forms.MemberChangeForm
    template_name = "accounts/member_change.html"

    def get_initial(self) -> dict[str, Any]:
        """Show the role as it is."""
        return {"role": self.membership.role, "has_accounting": self.membership.has_accounting}

    def act(self, form: forms.MemberChangeForm) -> str:
        """Change it."""
        services.change_role(
            membership_id=self.membership.pk, actor=self.request.acting, now=timezone.now(), **form.cleaned_data
        )
        messages.success(self.request, _("The role is changed. The member gets a summary by mail."))
        return reverse("accounts:member_list")


class MemberRemoveView(_OneMemberView):
    """Take a member out."""

    form_class = forms.ConfirmForm
    template_name = "accounts/member_remove.html"

    def act(self, form: forms.ConfirmForm) -> str:
        """Remove."""
        services.remove_member(membership_id=self.membership.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("The member is removed and reaches nothing here any more."))
        return reverse("accounts:member_list")


class InvitationAcceptView(ActionView):
    """The link of a member invitation. Signed in: accept. Not yet: sign in or sign up, then come back here."""

    permission = SignedIn
    form_class = forms.ConfirmForm
    template_name = "accounts/invitation_accept.html"

    def find(self, *, token: str, **_kwargs: Any) -> None:
        """The invitation behind the link, shown only to the person it was sent to."""
        self.token = token
        pk, version = read_token(purpose=services.INVITATION_LINK, token=token) or (None, None)
        invitation = get_object_or_404(
            MemberInvitation.objects.select_related("organisation"), pk=pk, link_version=version
        )
        self.request.session.pop(forms.PENDING_INVITATION_KEY, None)
        is_theirs = invitation.email.lower() == self.request.user.email.lower()
        self.invitation = invitation if is_theirs and invitation.accepted_at is None else None
        self.accepted = invitation if is_theirs and invitation.accepted_at is not None else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the organisation and the role, if the link is this person's."""
        return super().get_context_data(invitation=self.invitation, accepted=self.accepted, **kwargs)

    def act(self, form: forms.ConfirmForm) -> str:
        """Join, and act for the organisation from now on."""
        membership = services.accept_invitation(token=self.token, user=self.request.user, now=timezone.now())
        act_for(self.request, membership.organisation_id)
        return reverse("home:start")


@method_decorator(login_not_required, name="dispatch")
class ConfirmationResendView(ActionView):
    """Send the mail that confirms an address once more. Whatever the address, the answer is the same."""

    permission = Anyone
    form_class = forms.ConfirmationResendForm
    template_name = "accounts/confirmation_resend.html"

    def act(self, form: forms.ConfirmationResendForm) -> str:
        """Send it if an account waits for it; refuse too many tries alike for all addresses."""
        email = form.cleaned_data["email"].strip().lower()
        if not ratelimit.consume(self.request, action="confirm_again", key=email):
            raise Refused(_("That was often. Wait ten minutes, then try again."), field="email")
        address = EmailAddress.objects.filter(email__iexact=email, verified=False).select_related("user").first()
        if address is not None and address.user.is_active:
            address.send_confirmation(self.request)
        return reverse("account_email_verification_sent")


@method_decorator(login_not_required, name="dispatch")
class InvitationWelcomeView(PolicyView, View):
    """The same link for somebody who is not signed in: remember it, and offer both ways in."""

    permission = Anyone

    def get(self, request: Any, *, token: str) -> HttpResponse:
        """Go on to sign up or in; the invitation waits in the session."""
        if read_token(purpose=services.INVITATION_LINK, token=token) is None:
            raise Http404
        if request.user.is_authenticated:
            return redirect("accounts:invitation_accept", token=token)
        request.session[forms.PENDING_INVITATION_KEY] = token
        return redirect("account_signup")


class ActivityListView(TableView):
    """Every act on the organisation, and what its own people did for clients: who, when, for whom, through which
    relationship (promise 7).
    """

    permission = AccountPermission.ACTIVITY_VIEW
    table_class = ActivityTable
    filterset_class = ActivityFilter
    template_name = "accounts/activity_list.html"

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """The acts that may be read here."""
        return AuditEvent.objects.visible_to(self.request.acting)

    def get_table_data(self) -> QuerySet[AuditEvent]:
        """What the filters leave, the newest first."""
        if self.filterset.is_bound and not self.filterset.is_valid():
            return self.object_list  # nothing
        parts = AuditEvent.objects.parts_visible_to(self.request.acting)
        if self.filterset.is_bound:
            parts = [self.filterset.filter_queryset(part) for part in parts]
        is_turned = self.request.GET.get("sort") == "at"
        return AuditEvent.objects.merged(parts, at_most=COUNTED + 1, oldest_first=is_turned)


class StaffAuditListView(StaffTableView):
    """The whole trail, for staff."""

    permission = AccountPermission.STAFF_AUDIT_VIEW
    table_class = ActivityTable
    filterset_class = ActivityFilter
    template_name = "accounts/staff_audit_list.html"

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """All acts."""
        return AuditEvent.objects.newest_first()
