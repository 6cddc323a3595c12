"""Staff's pages of the catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.catalogue import services
from partnerportal.catalogue.filters import OfferFilter
from partnerportal.catalogue.forms import FamilyCreateForm, FamilyForm, OfferChangeForm, OfferCreateForm
from partnerportal.catalogue.models import Family, Offer
from partnerportal.catalogue.permissions import CataloguePermission
from partnerportal.catalogue.tables import OfferTable
from partnerportal.web.views import ActionView, StaffTableView


class StaffOfferListView(StaffTableView):
    """Every offer, and the families."""

    permission = CataloguePermission.STAFF_VIEW
    table_class = OfferTable
    filterset_class = OfferFilter
    template_name = "catalogue/staff_offer_list.html"

    def get_queryset(self) -> QuerySet[Offer]:
        """By family."""
        return Offer.objects.select_related("family").order_by("family__position", "name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the families, for whoever may change them."""
        may_change = CataloguePermission.STAFF_CHANGE.granted_to(self.request.acting)
        families = Family.objects.order_by("position", "name")
        return super().get_context_data(may_change=may_change, families=families, **kwargs)


class _CatalogueAct(ActionView):
    """An act on the catalogue that ends on its list."""

    is_permitted_first = True
    permission = CataloguePermission.STAFF_CHANGE
    template_name = "catalogue/staff_act.html"
    heading: Any = ""
    submit: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what it is about, and what the button does."""
        return super().get_context_data(heading=self.heading, submit=self.submit, **kwargs)

    def done(self) -> str:
        """Return where the list is."""
        messages.success(self.request, _("Saved."))
        return reverse("catalogue:staff_offer_list")


class StaffOfferCreateView(_CatalogueAct):
    """Add an offer; then its price."""

    form_class = OfferCreateForm

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Word it."""
        super().setup(request, *args, **kwargs)
        self.heading, self.submit = _("Add an offer"), _("Add the offer")

    def act(self, form: OfferCreateForm) -> str:
        """Add it."""
        services.create_offer(**form.cleaned_data, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Added. It is sold once it has a price: see “Prices and rates”."))
        return reverse("catalogue:staff_offer_list")


class StaffOfferChangeView(_CatalogueAct):
    """Rename an offer, or stop selling it."""

    form_class = OfferChangeForm

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.offer = get_object_or_404(Offer, pk=pk)
        self.heading, self.submit = str(self.offer), _("Save")

    def get_initial(self) -> dict[str, Any]:
        """What it is now."""
        names = ("name", "description", "max_periods", "plan_line", "is_sold")
        return {name: getattr(self.offer, name) for name in names}

    def act(self, form: OfferChangeForm) -> str:
        """Change it."""
        services.change_offer(
            offer_id=self.offer.pk, **form.cleaned_data, actor=self.request.acting, now=timezone.now()
        )
        return self.done()


class StaffFamilyCreateView(_CatalogueAct):
    """Add a family."""

    form_class = FamilyCreateForm

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Word it."""
        super().setup(request, *args, **kwargs)
        self.heading, self.submit = _("Add a family"), _("Add the family")

    def act(self, form: FamilyCreateForm) -> str:
        """Add it."""
        services.create_family(**form.cleaned_data, actor=self.request.acting, now=timezone.now())
        return self.done()


class StaffFamilyChangeView(_CatalogueAct):
    """Rename a family."""

    form_class = FamilyForm

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.family = get_object_or_404(Family, pk=pk)
        self.heading, self.submit = str(self.family), _("Rename it")

    def get_initial(self) -> dict[str, Any]:
        """Its name now."""
        return {"name": self.family.name}

    def act(self, form: FamilyForm) -> str:
        """Rename it."""
        services.rename_family(
            family_id=self.family.pk, name=form.cleaned_data["name"], actor=self.request.acting, now=timezone.now()
        )
        return self.done()
