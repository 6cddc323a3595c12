"""A product goes to another organisation: offering, withdrawing, accepting, refusing. Section 9, rules 27 and 29."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import forms, selectors, services
from clients.choices import ProductState, TransferState
from clients.models import ProductTransfer
from clients.notifications import TRANSFER_PURPOSE
from clients.permissions import ClientPermission
from clients.tables import TransferTable
from clients.views.products import OneProduct
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.accounts.middleware import act_for
from partnerportal.accounts.permissions import SignedIn
from partnerportal.accounts.tokens import link_token, read_token
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PolicyView, TableView


def link_url(transfer: ProductTransfer) -> str:
    """Return the address behind which the receiver answers."""
    token = link_token(purpose=TRANSFER_PURPOSE, pk=transfer.pk, version=transfer.link_version)
    return reverse("clients:transfer_link", args=[token])


class ProductTransferView(OneProduct, ActionView):
    """Read what a transfer means, say to whom, and offer the product."""

    permission = ClientPermission.PRODUCT_TRANSFER
    form_class = forms.TransferForm
    template_name = "clients/product_transfer.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the other organisations that the person leads."""
        led = selectors.led_by(user=self.request.user).exclude(organisation=self.product.organisation_id)
        return super().get_form_kwargs() | {"own": [(one.organisation_id, one.organisation.name) for one in led]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what will happen, or why nothing can."""
        return super().get_context_data(
            consequences=selectors.what_the_sender_gives(product=self.product),
            transfer=selectors.transfer_waiting(product=self.product, now=timezone.now()),
            is_terminated=self.product.state == ProductState.TERMINATED,
            **kwargs,
        )

    def act(self, form: forms.TransferForm) -> str:
        """Offer; who offers to an organisation of their own is led on to accept there."""
        own_organisation_id = form.cleaned_data["to_organisation_id"]
        self._limit(form.cleaned_data["email"] if own_organisation_id is None else None)
        transfer = services.offer_transfer(
            product_id=self.product.pk,
            from_organisation_id=self.product.organisation_id,
            to_email=form.cleaned_data["email"] if own_organisation_id is None else self.request.user.email,
            to_organisation_id=own_organisation_id,
            actor=self.request.acting,
            now=timezone.now(),
        )
        if own_organisation_id is not None:
            messages.success(
                self.request,
                _("Offered. You act for %(organisation)s now: accept it here.")
                % {"organisation": transfer.to_organisation},
            )
            return link_url(transfer)
        messages.success(self.request, _("%(address)s gets a mail with a link.") % {"address": transfer.to_email})
        return reverse("clients:product_detail", args=[self.product.pk])

    def _limit(self, address: str | None) -> None:
        """Refuse to fill somebody's mail box; to an organisation of one's own, many products may go in one go."""
        key = f"product {self.product.pk}" if address is None else address.lower()
        if ratelimit.consume(self.request, action="offer_product", user=self.request.user, key=key):
            return
        message = _("You have offered many products, or one address many times. Wait an hour, then go on.")
        raise Refused(message, field="email" if address is not None else "receiver")


class _WaitingTransfer(PolicyView):
    """Shows an offer only while it waits: later somebody else may have named the product anew (promise 1)."""

    transfer: ProductTransfer

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, or say where the offer stands (409)."""
        self.permit()
        if self.transfer.state == TransferState.PENDING:
            return super().dispatch(request, *args, **kwargs)
        sentence = _("It stands otherwise by now: %(state)s. Nothing was done.")
        context = {
            "sentence": sentence % {"state": self.transfer.get_state_display().lower()},
            "back_url": reverse("clients:product_list"),
            "back_text": _("To your products"),
        }
        return render(request, "409.html", context, status=409)


class _OfferedView(_WaitingTransfer, ActionView):
    """A question about an offer that one's own organisation has made."""

    permission = ClientPermission.PRODUCT_TRANSFER
    form_class = ConfirmForm

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """An offer that one's own organisation has made."""
        acting = self.request.acting
        mine = ProductTransfer.objects.visible_to(acting).filter(from_organisation=acting.home)
        self.transfer = get_object_or_404(mine.select_related("product", "to_organisation"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it."""
        days = settings.PROGRAMME["invitation_days"]
        return super().get_context_data(transfer=self.transfer, days=days, back=self._back(), **kwargs)

    def _back(self) -> str:
        return reverse("clients:product_detail", args=[self.transfer.product_id])


class TransferWithdrawView(_OfferedView):
    """Keep a product that one has offered."""

    template_name = "clients/transfer_withdraw.html"

    def act(self, form: ConfirmForm) -> str:
        """Withdraw."""
        services.withdraw_transfer(transfer_id=self.transfer.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("The offer is withdrawn; its link no longer works."))
        return self._back()


class TransferResendView(_OfferedView):
    """Send an offer that nobody has answered once more."""

    template_name = "clients/transfer_resend.html"

    def act(self, form: ConfirmForm) -> str:
        """Send it, a few times an hour at most."""
        key = self.transfer.to_email or f"product {self.transfer.product_id}"
        if not ratelimit.consume(self.request, action="offer_product", user=self.request.user, key=key):
            raise Refused(_("You have sent many offers, or one address many times. Wait an hour, then go on."))
        services.resend_transfer(transfer_id=self.transfer.pk, actor=self.request.acting, now=timezone.now())
        messages.success(
            self.request, _("%(receiver)s gets a new mail with a link.") % {"receiver": self.transfer.receiver}
        )
        return self._back()


class TransferListView(TableView):
    """Products that others offer to one's organisation, or to one's own address."""

    permission = ClientPermission.TRANSFER_ANSWER
    table_class = TransferTable
    template_name = "clients/transfer_list.html"

    def get_queryset(self) -> QuerySet[ProductTransfer]:
        """What expires first on top."""
        waiting = ProductTransfer.objects.waiting_at(timezone.now()).offered_to(self.request.acting)
        return waiting.select_related("product__offer", "from_organisation").order_by("expires_at", "pk")


class _ReceivingSideView(_WaitingTransfer):
    """The page exists for the receiver alone, while acting for the organisation that would get the product."""

    permission = ClientPermission.TRANSFER_ANSWER

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """An offer to one's own organisation, or to one's address."""
        offered = ProductTransfer.objects.offered_to(self.request.acting)
        related = ("product__offer", "product__organisation", "from_organisation", "to_organisation")
        self.transfer = get_object_or_404(offered.select_related(*related), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it."""
        return super().get_context_data(
            transfer=self.transfer,
            product=self.transfer.product,
            receiver=self.request.acting.home,
            back=reverse("clients:transfer_list"),
            **kwargs,
        )


class TransferAnswerView(_ReceivingSideView, ActionView):
    """Accept a product for the organisation one acts for; refusing is a page of its own."""

    form_class = ConfirmForm
    template_name = "clients/transfer_answer.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what will happen."""
        lines = selectors.what_the_receiver_takes(transfer=self.transfer, organisation=self.request.acting.home)
        return super().get_context_data(consequences=lines, **kwargs)

    def act(self, form: ConfirmForm) -> str:
        """Accept; the old owner gets a mail."""
        acting = self.request.acting
        services.accept_transfer(
            transfer_id=self.transfer.pk, organisation_id=acting.home.pk, actor=acting, now=timezone.now()
        )
        messages.success(
            self.request,
            _("%(product)s belongs to %(organisation)s now.")
            % {"product": self.transfer.product, "organisation": acting.home},
        )
        return reverse("clients:product_detail", args=[self.transfer.product_id])


class TransferRefuseView(_ReceivingSideView, ActionView):
    """Refuse a product."""

    form_class = ConfirmForm
    template_name = "clients/transfer_refuse.html"

    def act(self, form: ConfirmForm) -> str:
        """Refuse; the sender gets a mail."""
        services.refuse_transfer(transfer_id=self.transfer.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Refused. The owner gets a mail and keeps the product."))
        return reverse("clients:product_list")


class TransferLinkView(ActionView):
    """The link of a mail: asks the receiver for which organisation it is, and leads to the page where they answer.

    A link that is dead, or opened by somebody else, says so without telling whom it was for.
    """

    permission = SignedIn
    form_class = forms.ClaimForm
    template_name = "clients/transfer_link.html"

    def find(self, *, token: str, **_kwargs: Any) -> None:
        """The offer behind the link."""
        pk, version = read_token(purpose=TRANSFER_PURPOSE, token=token) or (None, None)
        offers = ProductTransfer.objects.select_related("product__offer", "from_organisation", "to_organisation")
        found = offers.filter(pk=pk, link_version=version).first() if pk is not None and version is not None else None
        is_waiting = found is not None and found.state == TransferState.PENDING and found.expires_at > timezone.now()
        self.transfer: Any = found if is_waiting else None
        self.answered: Any = found if found is not None and found.answered_at is not None else None

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Go on to the answer, ask for which organisation it is, or say that the link is not usable."""
        if self.transfer is None:
            return self._answered() or self._unusable()
        if self.transfer.to_organisation is not None:
            if not self._leads(self.transfer.to_organisation_id):
                return self._unusable()
            return redirect(self._go_on(self.transfer.to_organisation_id))
        if not self._is_addressee(self.transfer):
            return self._unusable()
        return super().get(request, *args, **kwargs)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only the addressee says for which organisation it is."""
        is_open = self.transfer is not None and self.transfer.to_organisation is None
        if not is_open or not self._is_addressee(self.transfer):
            return self._unusable()
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the organisations that the person leads, without the sender's."""
        led = selectors.led_by(user=self.request.user).exclude(organisation=self.transfer.from_organisation_id)
        return super().get_form_kwargs() | {"choices": [(one.organisation_id, one.organisation.name) for one in led]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name what is offered."""
        return super().get_context_data(transfer=self.transfer, **kwargs)

    def act(self, form: forms.ClaimForm) -> str:
        """Go on to the answer; the product stays where it is until then."""
        return self._go_on(form.cleaned_data["organisation"])

    def _is_addressee(self, transfer: ProductTransfer) -> bool:
        return transfer.to_email == self.request.user.email.lower()

    def _leads(self, organisation_id: int) -> bool:
        return selectors.led_by(user=self.request.user).filter(organisation=organisation_id).exists()

    def _go_on(self, organisation_id: int) -> str:
        act_for(self.request, organisation_id)
        return reverse("clients:transfer_answer", args=[self.transfer.pk])

    def _answered(self) -> HttpResponse | None:
        """Tell those who have answered that they have; to others the link is dead."""
        found = self.answered
        if found is None or found.state not in {TransferState.ACCEPTED, TransferState.REFUSED}:
            return None
        receiver = found.to_organisation_id
        if not (self._leads(receiver) if receiver is not None else self._is_addressee(found)):
            return None
        context = {"transfer": found, "is_mine": self.request.acting.home == found.to_organisation}
        return self.response_class(self.request, ["clients/transfer_link_answered.html"], context)

    def _unusable(self) -> HttpResponse:
        return self.response_class(self.request, ["clients/relationship_link_unusable.html"], {}, status=404)
