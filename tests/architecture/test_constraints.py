"""Every constraint of the platform, partners and billing is tried with the row that it must refuse."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from billing import models as billing
from billing import services as billing_services
from clients.models import Product
from partnerportal.accounts.models import MemberInvitation, Organisation, User
from partnerportal.catalogue.models import Offer
from partnerportal.work.models import Job
from partners.models import Affiliation, Application, Terms, Threshold, VolumeReview
from tests import world
from tests.world import LONG_AGO, NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """One sound row of everything; each test spoils one."""
    offers = world.make_catalogue()
    client, client_acting = world.make_client()
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(client, partner, payer="PARTNER")
    billing_services.top_up(
        organisation_id=partner.pk, currency="CHF", amount=D(500), reference="t1", actor=partner_acting, now=NOW
    )
    order = billing_services.place_order(
        client_id=client.pk,
        items=[billing_services.Item(offers["web-hosting"], 1)],
        relationship_id=relationship.pk,
        key="k",
        actor=partner_acting,
        now=NOW,
    )
    billing_services.pay_from_prepaid(invoice_id=order.invoice.pk, actor=partner_acting, now=NOW)
    return SimpleNamespace(
        offers=offers,
        client=client,
        acting=client_acting,
        partner=partner,
        relationship=relationship,
        order=order,
        line=order.lines.get(),
        product=Product.objects.get(),
        offer=offers["web-hosting"],
        account=billing.PrepaidAccount.objects.get(),
        membership=client_acting.membership,
    )


def application(here, **changes):
    values = {
        "organisation": here.client,
        "state": "SUBMITTED",
        "register_country": "CH",
        "register_number": "X1",
        "website": "https://x.example",
        "estimated_yearly_net": D(2000),
        "gives_support": True,
        "answers_for_invoices": True,
        "is_exclusive_for_tenders": True,
        "created_at": NOW,
        "submitted_at": NOW,
    }
    return Application.objects.create(**values | changes)


def job(**changes):
    return Job.objects.create(**{"kind": "x.y", "created_at": NOW, "not_before": NOW} | changes)


def line(here, **changes):
    values = {
        "order": here.order,
        "position": 2,
        "offer": here.offer,
        "offer_name": "Web hosting",
        "period": "MONTH",
        "quantity": 1,
        "period_start": TODAY,
        "period_end": TODAY + dt.timedelta(days=30),
        "public_unit": D("9.92"),
        "public_net": D("9.92"),
        "charged_net": D("9.92"),
        "client_degressive_rate": D(0),
        "client_count": 1,
        "outcome": "NOTHING",
        "reason": "8",
    }
    return billing.OrderLine.objects.create(**values | changes)


def invoice(here, **changes):
    order = billing.Order.objects.create(
        kind="ORDER",
        client=here.client,
        payer=here.client,
        currency="CHF",
        placed_at=NOW,
        placed_by_label="x",
        key=uuid.uuid4().hex,
    )
    values = {
        "number": uuid.uuid4().hex[:20],
        "order": order,
        "payer": here.client,
        "currency": "CHF",
        "issued_at": NOW,
        "due_on": TODAY,
        "net": D(10),
        "vat_rate": D("0.1"),
        "vat_treatment": "domestic",
        "vat": D(1),
        "total": D(11),
        "issuer_snapshot": {},
        "payer_snapshot": {},
        "language": "en",
    }
    return billing.Invoice.objects.create(**values | changes)


def order(here, **changes):
    values = {
        "kind": "ORDER",
        "client": here.client,
        "payer": here.client,
        "currency": "CHF",
        "placed_at": NOW,
        "placed_by_label": "x",
        "key": uuid.uuid4().hex,
    }
    return billing.Order.objects.create(**values | changes)


def entry(here, **changes):
    values = {
        "account": here.account,
        "kind": "TOP_UP",
        "amount": D(1),
        "balance_after": D(1),
        "actor_label": "x",
        "created_at": NOW,
        "reference": uuid.uuid4().hex,
    }
    return billing.LedgerEntry.objects.create(**values | changes)


def failed_renewal(here, **changes):
    values = {"product": here.product, "period_start": TODAY, "reason": "No price."}
    return billing.RenewalFailure.objects.create(**values | {"first_seen_at": NOW, "last_seen_at": NOW} | changes)


def cart(here, **changes):
    values = {"user": here.acting.user, "organisation": here.client, "client": here.client, "key": uuid.uuid4().hex}
    return billing.Cart.objects.create(**values | {"created_at": NOW, "changed_at": NOW} | changes)


def cart_item(here, **changes):
    values = {"offer": here.offer, "quantity": 1, "added_key": "a"} | changes
    return billing.CartItem.objects.create(cart=values.pop("cart", None) or cart(here), **values)


def same_line_twice(here):
    open_cart = cart(here)
    return twice(lambda: cart_item(here, cart=open_cart, name="moser.ch"))


def review(here, **changes):
    values = {
        "partner": here.partner,
        "on": TODAY,
        "managed": {},
        "thresholds": {},
        "share": D(1),
        "outcome": "REACHED",
        "created_at": NOW,
    }
    return VolumeReview.objects.create(**values | changes)


ISSUED = {
    "state": "ISSUED",
    "number": "2026-00001",
    "issued_at": NOW,
    "issuer_snapshot": {"name": "Studio Lumen"},
    "client_snapshot": {"name": "Bäckerei Moser"},
}


def resale(here, **changes):
    values = {
        "partner": here.partner,
        "client": here.client,
        "line": here.line,
        "markup_rate": D(0),
        "net": D(1),
        "created_at": NOW,
    }
    return billing.Resale.objects.create(**values | changes)


def partner(**changes):
    return world.make_partner("Drei AG", **changes)


def price(here, **changes):
    values = {"offer": here.offer, "currency": "CHF", "public_unit": D(1), "valid_from": dt.date(2020, 1, 1)}
    return billing.Price.objects.create(**values | {"valid_until": dt.date(2021, 1, 1)} | changes)


def invitation(here, **changes):
    values = {"organisation": here.client, "email": "a@b.ch", "role": "LEGAL", "created_at": NOW, "expires_at": NOW}
    return MemberInvitation.objects.create(**values | changes)


def twice(act):
    act()
    act()


PAST = {"valid_from": dt.date(2020, 1, 1), "valid_until": dt.date(2021, 1, 1)}
BAD_ROWS = {
    # accounts
    "user_one_per_mail": lambda h: User.objects.create(email=h.acting.user.email.upper()),
    "user_staff_role_known": lambda h: User.objects.create(email="x@y.ch", staff_role="BOSS"),
    "organisation_kind_known": lambda h: world.make_organisation(kind="CLUB"),
    "organisation_currency_follows_address": lambda h: Organisation.objects.filter(pk=h.client.pk).update(
        currency="EUR"
    ),
    "membership_once_per_organisation": lambda h: world.make_member(h.client, user=h.acting.user),
    "membership_role_known": lambda h: world.make_member(h.client, "BOSS"),
    "membership_external_is_collaborator": lambda h: world.make_member(h.client, "LEGAL", is_external=True),
    "memberinvitation_role_known": lambda h: invitation(h, role="BOSS"),
    "memberinvitation_external_is_collaborator": lambda h: invitation(h, role="ADMINISTRATOR", is_external=True),
    "memberinvitation_one_end": lambda h: invitation(h, accepted_at=NOW, withdrawn_at=NOW),
    "memberinvitation_one_open_per_mail": lambda h: twice(lambda: invitation(h)),
    # catalogue and work
    "offer_period_known": lambda h: Offer.objects.filter(pk=h.offer.pk).update(period="WEEK"),
    "offer_max_periods_1_to_10": lambda h: Offer.objects.filter(pk=h.offer.pk).update(max_periods=11),
    "job_state_known": lambda h: job(state="LOST"),
    "job_runner_iff_running": lambda h: job(state="RUNNING"),
    "job_finished_iff_ended": lambda h: job(state="DONE"),
    "job_progress_within_total": lambda h: job(progress_done=3, progress_total=2),
    # partners
    "terms_validity_apart": lambda h: [Terms.objects.create(version=v, text="x", valid_from=LONG_AGO) for v in "ab"],
    "threshold_positive": lambda h: Threshold.objects.create(currency="CHF", yearly_net=D(0), valid_from=TODAY),
    "threshold_currency_known": lambda h: Threshold.objects.create(currency="USD", yearly_net=D(1), valid_from=TODAY),
    "threshold_validity_apart": lambda h: twice(world.make_thresholds),
    "affiliation_one_current": lambda h: twice(
        lambda: Affiliation.objects.create(organisation=h.client, started_at=NOW)
    ),
    "affiliation_ends_after_start": lambda h: Affiliation.objects.create(
        organisation=h.client, started_at=NOW, ended_at=NOW
    ),
    "application_one_open": lambda h: [application(h, state="DRAFT", submitted_at=None), application(h)],
    "application_register_number_once_in_review": lambda h: [
        application(h),
        application(h, organisation=world.make_organisation("Zwei")),
    ],
    "application_complete_once_sent": lambda h: application(h, website=""),
    "application_decided_iff_ended": lambda h: application(h, state="APPROVED"),
    "application_rejected_with_reason": lambda h: application(h, state="REJECTED", decided_at=NOW),
    "partner_state_known": lambda h: partner(state="LOST"),
    "partner_suspended_iff_dated": lambda h: partner(state="SUSPENDED"),
    "partner_left_iff_dated": lambda h: partner(state="LEFT"),
    "partner_register_number_once": lambda h: partner(register_number=h.partner.register_number),
    "volumereview_once_a_day": lambda h: twice(lambda: review(h)),
    "volumereview_outcome_known": lambda h: review(h, outcome="MAYBE", share=D("0.5")),
    "volumereview_outcome_follows_share": lambda h: review(h, share=D("0.999999")),
    "volumereview_grace_iff_warned": lambda h: review(h, share=D("0.5"), outcome="WARNED"),
    # billing: prices and rates
    "price_currency_known": lambda h: price(h, currency="USD"),
    "price_not_negative": lambda h: price(h, public_unit=D(-1)),
    "price_reseller_at_most_public": lambda h: price(h, reseller_unit=D(2)),
    "price_validity_apart": lambda h: price(h, valid_until=None),
    "partnerrate_at_most_35_percent": lambda h: billing.PartnerRate.objects.create(
        offer=h.offers["domain-ch"], rate=D("0.3501"), valid_from=TODAY
    ),
    "partnerrate_validity_apart": lambda h: billing.PartnerRate.objects.create(
        offer=h.offer, rate=D("0.1"), valid_from=TODAY
    ),
    "degressivestep_rate_is_fraction": lambda h: billing.DegressiveStep.objects.create(
        family=h.offer.family, from_units=7, rate=D(1), valid_from=TODAY
    ),
    "degressivestep_validity_apart": lambda h: billing.DegressiveStep.objects.create(
        family=h.offer.family, from_units=30, rate=D("0.1"), valid_from=TODAY
    ),
    "vatrate_is_fraction": lambda h: billing.VatRate.objects.create(country="IT", rate=D(1), valid_from=TODAY),
    "vatrate_validity_apart": lambda h: billing.VatRate.objects.create(country="CH", rate=D("0.1"), valid_from=TODAY),
    # billing: orders and documents
    "order_key_once_per_client": lambda h: order(h, key=h.order.key),
    "order_kind_known": lambda h: order(h, kind="GIFT"),
    "order_currency_known": lambda h: order(h, currency="USD"),
    "order_other_payer_through_relationship": lambda h: order(h, payer=h.partner.organisation),
    "order_partner_iff_relationship": lambda h: order(h, partner=h.partner),
    "orderline_position_once": lambda h: line(h, position=1),
    "orderline_outcome_known": lambda h: line(
        h, outcome="MAYBE", preferential_net=D("9.92"), earning_partner=h.partner
    ),
    "orderline_period_known": lambda h: line(h, period="WEEK"),
    "orderline_has_units": lambda h: line(h, quantity=0),
    "orderline_has_periods": lambda h: line(h, periods=0),
    "orderline_period_forward": lambda h: line(h, period_end=TODAY),
    "orderline_cashback_iff_outcome": lambda h: line(h, cashback=D(1)),
    "orderline_provider_keeps_preferential": lambda h: line(
        h, outcome="REBATE", preferential_net=D(5), earning_partner=h.partner
    ),
    "orderline_earner_known": lambda h: line(h, outcome="REBATE", preferential_net=D("9.92")),
    "coverage_once_per_period": lambda h: billing.Coverage.objects.create(
        line=h.line, product=h.product, period_start=h.line.period_start
    ),
    "cart_one_open": lambda h: twice(lambda: cart(h)),
    "cart_key_once": lambda h: [cart(h, key="k"), cart(h, key="k", user=world.make_user())],
    "cart_has_key": lambda h: cart(h, key=""),
    "cart_other_client_through_relationship": lambda h: cart(h, organisation=h.partner.organisation),
    "cart_shown_iff_ordered": lambda h: cart(h, order=h.order),
    "cartitem_line_once": same_line_twice,
    "coverage_has_units": lambda h: billing.Coverage.objects.update(units=0),
    "cartitem_has_units": lambda h: cart_item(h, quantity=0),
    "cartitem_has_periods": lambda h: cart_item(h, periods=0),
    "renewalfailure_once_per_period": lambda h: twice(lambda: failed_renewal(h)),
    "renewalfailure_has_reason": lambda h: failed_renewal(h, reason=""),
    "numberseries_once": lambda h: billing.NumberSeries.objects.create(
        issuer="provider", kind="invoice", year=TODAY.year
    ),
    "invoice_currency_known": lambda h: invoice(h, currency="USD"),
    "invoice_adds_up": lambda h: invoice(h, total=D(12)),
    "invoice_paid_within_total": lambda h: invoice(h, paid=D(12)),
    "payment_positive": lambda h: billing.Payment.objects.create(
        invoice=h.order.invoice, means="CARD", reference="r", amount=D(0), received_at=NOW
    ),
    "payment_means_known": lambda h: billing.Payment.objects.create(
        invoice=h.order.invoice, means="GOLD", reference="r", amount=D(1), received_at=NOW
    ),
    # billing: the prepaid account
    "prepaidaccount_one_per_currency": lambda h: billing.PrepaidAccount.objects.create(
        organisation_id=h.partner.pk, currency="CHF"
    ),
    "prepaidaccount_currency_known": lambda h: billing.PrepaidAccount.objects.create(
        organisation=h.client, currency="USD"
    ),
    "ledgerentry_kind_known": lambda h: entry(h, kind="GIFT"),
    "ledgerentry_sign_follows_kind": lambda h: entry(h, amount=D(-1), reference="t2"),
    "ledgerentry_cashback_once_per_line": lambda h: twice(lambda: entry(h, kind="CASHBACK", line=h.line)),
    "ledgerentry_cashback_has_line": lambda h: entry(h, kind="CASHBACK"),
    "ledgerentry_top_up_reference_once": lambda h: entry(h, reference="t1"),
    "resale_markup_not_negative": lambda h: resale(h, markup_rate=D("-0.1")),
    "resale_vat_is_fraction": lambda h: resale(h, vat_rate=D(1)),
    "resale_number_iff_issued": lambda h: resale(h, **ISSUED | {"number": ""}),
    "resale_snapshots_iff_issued": lambda h: resale(h, **ISSUED | {"client_snapshot": None}),
    "resale_number_once_per_partner": lambda h: [resale(h, **ISSUED, line=one) for one in (h.line, line(h))],
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_constraint_refuses_the_bad_row(name, here):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BAD_ROWS[name](here)
        connection.check_constraints()


@pytest.mark.parametrize("how", ["save", "update", "sql"])
def test_ledger_is_only_added_to(how, here):
    """Promise 4: the trigger refuses every way of changing an entry."""
    first = billing.LedgerEntry.objects.first()

    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        if how == "save":
            first.amount = D(9)
            first.save()
        elif how == "update":
            billing.LedgerEntry.objects.update(amount=D(9))
        else:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE billing_ledgerentry SET amount = 9")

    assert billing.LedgerEntry.objects.get(pk=first.pk).amount == D(500)


def test_ledger_and_lines_cannot_be_deleted(here):
    """Promises 4 and 5, also through SQL."""
    for statement in (
        "DELETE FROM billing_ledgerentry",
        "DELETE FROM billing_orderline",
        "DELETE FROM billing_invoice",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED; " + statement)

    assert billing.Invoice.objects.count() == 1


def test_issued_invoice_never_changes(here):
    """Promise 5."""
    with pytest.raises(IntegrityError, match="keeps what was written"), transaction.atomic():
        billing.Invoice.objects.update(net=D(1), vat=D(0), total=D(1), paid=D(1))

    assert billing.Invoice.objects.get().net == here.order.invoice.net


@pytest.mark.parametrize("statement", ["UPDATE billing_resale SET net = 9", "DELETE FROM billing_resale"])
def test_a_partners_issued_document_never_changes(statement, here):
    """Promise 5."""
    resale(here, **ISSUED)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert billing.Resale.objects.get().net == D(1)


def test_unused_names_are_gone():
    """A constraint that was renamed leaves no test behind."""
    from tests.architecture.test_models import constraints

    assert set(BAD_ROWS) <= set(constraints())
