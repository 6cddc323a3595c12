"""The wizard: what each step says and refuses, and applying again. Rules 1, 2 and 5, Q22, Q23."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.urls import reverse

from partners import services
from partners.exceptions import NotEligible
from partners.models import Application, TermsAcceptance, Threshold
from tests import world
from tests.partners.applying import SOUND, draft, send
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_volume_that_falls_short_when_it_is_sent_is_refused(company):
    """Rule 1: the threshold has risen since the step about the volume."""
    draft(company)
    Threshold.objects.filter(currency="CHF").update(yearly_net=D("3000.01"))

    with pytest.raises(NotEligible, match="threshold"):
        send(company)

    assert Application.objects.get().state == "DRAFT"
    assert not TermsAcceptance.objects.exists()


def test_volume_below_the_threshold_is_refused_at_its_own_step(company):
    """Rules 1 and 2: at once, beside the field, as sending would."""
    draft(company)

    with pytest.raises(NotEligible, match="2’000") as refusal:
        draft(company, estimated_yearly_net=D("1999.99"), website="https://other.example")

    assert refusal.value.field == "estimated_yearly_net"
    kept = Application.objects.get()
    assert (kept.estimated_yearly_net, kept.website) == (D(3000), SOUND["website"])


def test_what_is_managed_already_makes_up_for_a_small_estimate(company):
    """Rules 1 and 2."""
    world.make_product(company[0], world.make_catalogue()["office"], quantity=2)  # 2'400.00 a year

    assert draft(company, estimated_yearly_net=D(0)).estimated_yearly_net == D(0)


def test_step_about_the_volume_says_todays_threshold_and_refuses_beside_the_field(company, client):
    """Rule 2: the figures come from the rows, in the organisation's currency."""
    Threshold.objects.filter(currency="CHF").update(yearly_net=D(2500))
    draft(company)
    client.force_login(company[1].user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("partners:application_step", args=["website"])

    drawn = client.get(page).content.decode()
    typed = {"website": "https://b.example", "contact_email": "b@b.example", "estimated_yearly_net": "2499.99"}
    refused = client.post(page, typed)

    assert "The threshold is CHF\xa02’500.00 a year" in drawn
    assert refused.status_code == 409
    assert "2’500.00" in refused.context["form"].errors["estimated_yearly_net"][0]
    assert refused.context["form"]["website"].value() == "https://b.example"
    assert Application.objects.get().website == SOUND["website"]


def test_a_rejected_applicant_may_apply_again_with_what_was_filled_in(company, client):
    """Q23: the duties and the conditions are taken on anew (rule 5)."""
    draft(company)
    application = send(company)
    services.reject_application(
        application_id=application.pk, reason="The website is empty.", actor=world.make_reviewer(), now=NOW
    )
    client.force_login(company[1].user, backend="allauth.account.auth_backends.AuthenticationBackend")
    first = reverse("partners:application_step", args=["company"])

    status = client.get(reverse("partners:application_status")).content.decode()
    form = client.get(first).context["form"]
    client.post(first, {"register_country": "CH", "register_number": form["register_number"].value()})
    website = client.get(reverse("partners:application_step", args=["website"])).context["form"]
    duties = client.get(reverse("partners:application_step", args=["duties"])).context["form"]

    assert f'href="{first}"' in status
    assert "Apply again" in status
    assert form["register_number"].value() == "CHE100155212"
    assert (website["website"].value(), website["estimated_yearly_net"].value()) == (SOUND["website"], D(3000))
    assert not duties["gives_support"].value()


def test_an_application_in_review_offers_no_second_one(company, client):
    """Q23."""
    draft(company)
    send(company)
    client.force_login(company[1].user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "Apply again" not in client.get(reverse("partners:application_status")).content.decode()
