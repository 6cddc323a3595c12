"""Who may become a partner: rules 1 to 5, Q22, Q23."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from functools import partial

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from partnerportal.accounts import services as accounts
from partnerportal.accounts.choices import OrganisationKind
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from partners import registers, services
from partners.exceptions import AlreadyAffiliate, AlreadyPartner, NotEligible
from partners.models import Affiliation, Application, Partner, TermsAcceptance
from partners.selectors import threshold_share
from tests import world
from tests.at_once import at_once
from tests.partners.applying import draft, send
from tests.world import NOW

THRESHOLDS = {"CHF": D(2000), "EUR": D(1800)}


@pytest.mark.parametrize(
    ("managed", "reached"),
    [
        ({"CHF": D("2000.00")}, True),
        ({"CHF": D("1999.99")}, False),
        ({"EUR": D("1800.00")}, True),
        ({"EUR": D("1799.99")}, False),
        ({"CHF": D("1000.00"), "EUR": D("900.00")}, True),
        ({"CHF": D("1000.00"), "EUR": D("899.99")}, False),
        ({}, False),
    ],
)
def test_threshold_is_inclusive_and_shares_add_up(managed, reached):
    """Rule 2."""
    assert (threshold_share(managed=managed, thresholds=THRESHOLDS) >= 1) is reached


@given(st.decimals("0", "2000", places=2))
def test_shares_of_two_currencies_are_exact(chf):
    """Rule 2: what is missing in francs, put in euros at 0.9, reaches the threshold exactly."""
    eur = (D(2000) - chf) * D("0.9")

    assert threshold_share(managed={"CHF": chf, "EUR": eur}, thresholds=THRESHOLDS) == 1


def test_sound_application_is_sent(company, run_jobs):
    """Rules 1 and 5: every check with its result, who accepted which terms when, a mail."""
    organisation, acting = company
    draft(company)

    application = send(company)
    run_jobs()

    assert (application.state, application.register_number) == ("SUBMITTED", "CHE100155212")
    assert {check["code"]: check["result"] for check in application.checks} == {
        "company": "PASSED",
        "register": "PASSED",
        "website": "PASSED",
        "volume": "LATER",
        "terms": "PASSED",
        "affiliate": "PASSED",
        "duties": "PASSED",
    }
    acceptance = TermsAcceptance.objects.get()
    assert (acceptance.terms.version, acceptance.user, acceptance.accepted_at) == ("2026-1", acting.user, NOW)
    assert acceptance.organisation == organisation
    assert [message.to for message in mail.outbox] == [[acting.user.email]]


def test_managed_volume_passes_the_check(company):
    """Rule 1: what the company has running already counts, at list prices for a year."""
    office = world.make_catalogue()["office"]  # 100.00 a month
    draft(company)
    Application.objects.update(estimated_yearly_net=D(0))
    product = world.make_product(company[0], office)
    with pytest.raises(NotEligible):
        send(company)  # 1'200.00
    product.quantity = 2
    product.save()

    checks = {check["code"]: check["result"] for check in send(company).checks}

    assert checks["volume"] == "PASSED"


def test_each_acceptance_is_a_row_of_its_own(company):
    """Rule 5: who applies again after a rejection accepts again, as whoever does it."""
    organisation, _acting = company
    draft(company)
    application = send(company)
    reviewer = world.make_reviewer()
    services.reject_application(application_id=application.pk, reason="The website is empty.", actor=reviewer, now=NOW)
    other = world.acting(world.make_member(organisation))
    later = NOW + dt.timedelta(days=100)

    draft((organisation, other))
    services.apply_to_programme(organisation_id=organisation.pk, terms_version="2026-1", actor=other, now=later)

    rows = TermsAcceptance.objects.order_by("pk").values_list("user", "accepted_at")
    assert list(rows) == [(company[1].user.pk, NOW), (other.user.pk, later)]


def test_who_is_no_longer_a_company_is_not_approved(company):
    """Rules 1 and 4."""
    draft(company)
    application = send(company)
    organisation, _acting = company
    type(organisation).objects.filter(pk=organisation.pk).update(kind=OrganisationKind.INDIVIDUAL)

    with pytest.raises(NotEligible, match="no longer a company"):
        services.approve_application(application_id=application.pk, actor=world.make_reviewer(), now=NOW)

    assert not Partner.objects.exists()


@pytest.mark.parametrize("stage", ["in review", "partner"])
def test_neither_partner_nor_applicant_becomes_of_another_kind(company, stage):
    """Rules 1 and 4."""
    organisation, acting = company
    draft(company)
    application = send(company)
    if stage == "partner":
        services.approve_application(application_id=application.pk, actor=world.make_reviewer(), now=NOW)

    with pytest.raises(NotEligible) as refused:
        accounts.change_organisation(
            organisation_id=organisation.pk, details={"kind": "INDIVIDUAL", "name": "X"}, actor=acting, now=NOW
        )

    organisation.refresh_from_db()
    assert (refused.value.field, organisation.kind, organisation.name) == ("kind", "COMPANY", "La Vague SA")


@pytest.mark.parametrize("kind", [OrganisationKind.INDIVIDUAL, OrganisationKind.ASSOCIATION])
def test_only_companies_apply(company, kind):
    """Rules 1 and 4."""
    organisation, acting = world.make_client("Sofia Meier", kind=kind)

    with pytest.raises(NotEligible) as refusal:
        draft((organisation, acting))

    assert ("affiliate" in str(refusal.value)) is (kind == OrganisationKind.INDIVIDUAL)
    assert not Application.objects.exists()


def test_affiliate_cannot_apply(company):
    """Rule 3."""
    organisation, acting = company
    affiliation = services.start_affiliation(organisation_id=organisation.pk, actor=acting, now=NOW)

    with pytest.raises(AlreadyAffiliate):
        draft(company)

    assert not Application.objects.exists()
    services.end_affiliation(affiliation_id=affiliation.pk, actor=acting, now=NOW.replace(hour=11))
    assert draft(company).pk


def test_partner_and_applicant_cannot_become_affiliates(company):
    """Rule 3, the reverse."""
    organisation, acting = company
    partner, partner_acting = world.make_partner()
    draft(company)
    send(company)

    for pk, actor in ((organisation.pk, acting), (partner.pk, partner_acting)):
        with pytest.raises(AlreadyPartner):
            services.start_affiliation(organisation_id=pk, actor=actor, now=NOW)

    assert not Affiliation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"website": ""}, "website"),
        ({"gives_support": False}, "duties"),
    ],
)
def test_incomplete_application_is_refused_and_says_what_is_missing(company, changes, missing):
    """Rule 1."""
    draft(company, **changes)

    with pytest.raises(NotEligible) as refusal:
        send(company)

    assert missing in str(refusal.value)
    assert Application.objects.get().state == "DRAFT"
    assert not TermsAcceptance.objects.exists()


def test_old_terms_are_not_accepted(company):
    """Rule 5: the version that was shown must be the one in force."""
    draft(company)

    with pytest.raises(NotEligible):
        send(company, version="2025-1")

    assert not TermsAcceptance.objects.exists()


def test_register_number_is_in_the_programme_once(company):
    """Rule 1: the same company twice, written differently."""
    draft(company)
    send(company)
    other = world.make_client("Doppelt AG")

    with pytest.raises(AlreadyPartner) as refusal:
        draft(other, register_number="CHE 100155212")

    assert refusal.value.field == "register_number"
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("country", "number", "compact"),
    [
        ("CH", "CHE-100.155.212", "CHE100155212"),
        ("LI", "1234567", "1234567"),
        ("FR", "732 829 320 00074", "732829320"),
        ("FR", "732829320", "732829320"),
        ("DE", "Aachen HRA 11223", "Aachen HRA 11223"),
        ("AT", "FN 122119m", "122119m"),
        ("IT", "00743110157", "00743110157"),
        ("ES", "A-58818501", "A58818501"),
        ("BE", "0403.019.261", "0403019261"),
        ("LU", "LU 150 274 42", "15027442"),
        ("US", " 12-3456789 ", "123456789"),
        ("RO", "SC 123 456", "SC123456"),
        ("CH", "CHE-100.155.212 MWST", "CHE100155212"),
        ("ES", "ESA58818501", "A58818501"),
    ],
)
def test_register_numbers_are_checked_by_country(country, number, compact):
    """Rule 1; other countries are free text. However it is written, one company has one number."""
    assert registers.checked(country=country, number=number) == compact


@pytest.mark.parametrize(
    ("country", "number"), [(country, "1") for country in registers.REGISTERS] + [("US", ""), ("CH", "CHE-100.155.213")]
)
def test_wrong_register_numbers_are_refused(country, number):
    """Rule 1, beside the field."""
    with pytest.raises(NotEligible) as refusal:
        registers.checked(country=country, number=number)

    assert refusal.value.field == "register_number"


def test_approval_makes_a_partner(company, run_jobs):
    """Q22, Q23: twelve months to build up; the applicant is mailed."""
    organisation, acting = company
    draft(company)
    application = send(company)
    staff = world.make_reviewer()

    partner = services.approve_application(application_id=application.pk, actor=staff, now=NOW)
    run_jobs()

    assert (partner.pk, partner.state, partner.joined_on) == (organisation.pk, "APPROVED", NOW.date())
    assert partner.build_up_until == NOW.date().replace(year=2027)
    assert mail.outbox[-1].to == [acting.user.email]
    with pytest.raises(IllegalTransition):
        services.reject_application(application_id=application.pk, reason="x", actor=staff, now=NOW)
    assert Application.objects.get().state == "APPROVED"


def test_rejection_needs_a_reason(company, run_jobs):
    """Q23."""
    draft(company)
    application = send(company)

    with pytest.raises(NotEligible):
        services.reject_application(application_id=application.pk, reason="  ", actor=company[1], now=NOW)
    assert Application.objects.get().state == "SUBMITTED"

    services.reject_application(application_id=application.pk, reason="No website online.", actor=company[1], now=NOW)
    run_jobs()
    assert Application.objects.get().reason == "No website online."
    assert "No website online." in mail.outbox[-1].body
    assert not Partner.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_companies_with_one_number_at_once():
    """Rule 1: one is in review, the other is told."""
    world.make_thresholds()
    world.make_terms()
    companies = [world.make_client(name) for name in ("Eins AG", "Zwei AG")]
    for company in companies:
        draft(company)

    outcomes = at_once(*(partial(send, company) for company in companies))

    assert outcomes == ["done", "refused"]
    assert AuditEvent.objects.filter(action="partners.application.submitted").count() == 1
