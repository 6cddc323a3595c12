"""Staff's pages about partners' status and the register of affiliates: rules 3 and 48, Q21, promise 8."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from clients import services
from partnerportal.accounts.choices import StaffRole
from partners.models import Affiliation, Partner
from tests import world
from tests.access import visitors

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return visitors.build()


def test_a_suspension_and_its_end_are_told_with_their_reasons(site, run_jobs):
    """Rule 48: what the clients granted holds again afterwards."""
    staff, partner = site.browser("staff"), Partner.objects.get(organisation__name="Studio Lumen")
    page = reverse("partners:staff_partner_detail", args=[partner.pk])

    staff.post(reverse("partners:staff_partner_suspend", args=[partner.pk]), {"reason": "Unpaid & overdue."})
    partner.refresh_from_db()
    assert partner.state == "SUSPENDED"
    assert "Lift the suspension" in staff.get(page).content.decode()
    staff.post(reverse("partners:staff_partner_reinstate", args=[partner.pk]), {"reason": "All is paid."})
    partner.refresh_from_db()
    assert (partner.state, partner.suspended_at) == ("APPROVED", None)
    run_jobs()

    told = [one for one in mail.outbox if one.subject.startswith("Your partner status")]
    assert {one.subject for one in told} == {"Your partner status is suspended", "Your partner status holds again"}
    assert "Unpaid & overdue." in "".join(one.body for one in told)


def test_without_a_reason_nothing_changes(site):
    partner = Partner.objects.get(organisation__name="Studio Lumen")

    answer = site.browser("staff").post(reverse("partners:staff_partner_suspend", args=[partner.pk]), {"reason": " "})

    partner.refresh_from_db()
    assert (answer.status_code, partner.state) == (200, "APPROVED")


def test_lifting_what_is_not_suspended_is_a_conflict(site):
    partner = Partner.objects.get(organisation__name="Studio Lumen")

    answer = site.browser("staff").post(
        reverse("partners:staff_partner_reinstate", args=[partner.pk]), {"reason": "All is paid."}
    )

    assert answer.status_code == 409


def test_the_register_of_affiliates_excludes_partners_both_ways(site):
    """Rule 3."""
    staff, add = site.browser("staff"), reverse("partners:staff_affiliation_start")
    partner_mail = site.users["partner_legal"].email

    refused = staff.post(add, {"email": partner_mail})
    added = staff.post(add, {"email": site.users["stranger"].email})

    assert (refused.status_code, added.status_code) == (409, 302)
    affiliation = Affiliation.objects.get(organisation__name="Hotel Alpina")
    applying = site.browser("stranger").get(reverse("partners:application_step", args=["company"]))
    assert applying.status_code == 409
    assert "affiliate" in applying.content.decode()

    staff.post(reverse("partners:staff_affiliation_end", args=[affiliation.pk]))
    assert site.browser("stranger").get(reverse("partners:application_step", args=["company"])).status_code == 200


@pytest.mark.parametrize("role", StaffRole.values)
def test_ending_an_affiliation_is_offered_to_whoever_may(site, role):
    """No link leads to a refusal."""
    staff, affiliation = site.users["staff"], Affiliation.objects.get()
    staff.staff_role = role
    staff.save()
    browser = site.browser("staff")

    page = browser.get(reverse("partners:staff_affiliation_list")).content.decode()

    end = reverse("partners:staff_affiliation_end", args=[affiliation.pk])
    assert (f'href="{end}"' in page) is (browser.get(end).status_code == 200)
    assert (role in {StaffRole.REVIEWER, StaffRole.MANAGER}) is (f'href="{end}"' in page)


def test_an_address_that_represents_nobody_is_refused_beside_the_field(site):
    answer = site.browser("staff").post(reverse("partners:staff_affiliation_start"), {"email": "nobody@example.ch"})

    assert answer.status_code == 200
    assert "represents no organisation here, or more than one" in answer.content.decode()
    assert Affiliation.objects.count() == 1


@pytest.mark.parametrize("role", [one for one in StaffRole.values if one != StaffRole.MANAGER])
def test_only_the_manager_changes_a_status(site, role):
    staff, partner = site.users["staff"], Partner.objects.get(organisation__name="Studio Lumen")
    staff.staff_role = role
    staff.save()

    answer = site.browser("staff").post(reverse("partners:staff_partner_suspend", args=[partner.pk]), {"reason": "x"})

    partner.refresh_from_db()
    assert (answer.status_code, partner.state) == (403, "APPROVED")


def test_a_subject_line_is_plain_text(run_jobs):
    """A name with an ampersand reads as it is written."""
    world.make_terms()
    client, acting = world.make_client("Müller & Söhne")
    partner, _ = world.make_partner()

    services.invite_partner(
        client_id=client.pk,
        partner_id=partner.pk,
        terms=services.Terms(access="FULL", payer="CLIENT"),
        actor=acting,
        now=world.NOW,
    )
    run_jobs()

    assert mail.outbox[0].subject == "Müller & Söhne invites Studio Lumen"
