"""What is said before an end, its receipt, and the proof that it has cut everything. Rules 46 to 49, Q12, Q19."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from billing import services as billing
from clients import selectors, services
from clients.choices import Payer, RenewalPayer
from clients.exceptions import EndIncomplete
from clients.models import EndReceipt, Product, Team, TeamClient, TeamMember
from clients.signals import relationship_checked
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from partners import services as partner_services
from tests import world
from tests.browsers import signed_in
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(here):
    """Full access on the partner's means, with everything that can be open."""
    here.relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)
    by_name, in_team = (world.make_member(here.partner.organisation, Role.COLLABORATOR) for _ in range(2))
    world.assign(here.relationship, by_name)
    team = Team.objects.create(organisation=here.partner.organisation, name="Web", created_at=NOW)
    TeamMember.objects.create(team=team, membership=in_team)
    TeamClient.objects.create(team=team, relationship=here.relationship)
    billing.start_client_export(
        relationship=here.relationship,
        since=None,
        until=None,
        state="",
        file_format="csv",
        actor=here.partner_acting,
        now=NOW,
    )
    return here


OPEN = {"people": 3, "products": 1, "earning": 1, "assignments": 1, "teams": 1, "renewals": 1, "exports": 1}


def end(here, by="CLIENT"):
    actor = here.partner_acting if by == "PARTNER" else here.acting
    return services.end_relationship(relationship_id=here.relationship.pk, by=by, actor=actor, now=NOW)


def test_what_is_open_is_counted_from_the_rows(here):
    assert selectors.still_open(here.relationship) == OPEN


@pytest.mark.parametrize("by", ["CLIENT", "PARTNER", "TERM"])
def test_an_end_cuts_everything_and_says_so(here, by):
    """Rule 48."""
    ended = end(here, by)

    receipt = EndReceipt.objects.get()
    assert receipt.number == f"E-2026-{here.relationship.pk:06d}"
    assert receipt.facts["cut"] == OPEN
    assert (receipt.facts["renewals"], receipt.facts["renewals_without_payer"]) == (["moser.ch"], 1)
    assert (receipt.facts["client"]["name"], receipt.facts["partner"]["name"]) == ("Bäckerei Moser", "Studio Lumen")
    assert selectors.still_open(ended) == dict.fromkeys(OPEN, 0)
    assert Product.objects.get().organisation == here.client


def test_an_end_that_leaves_something_open_is_no_end(here):
    """Off-boarding that is reported done is done: else everything stays as it was."""

    def forgotten(**_):
        return {"exports": 1}

    relationship_checked.connect(forgotten)
    try:
        with pytest.raises(EndIncomplete, match="exports"):
            end(here)
    finally:
        relationship_checked.disconnect(forgotten)

    here.relationship.refresh_from_db()
    assert here.relationship.state == "ACTIVE"
    assert selectors.still_open(here.relationship) == OPEN
    assert not EndReceipt.objects.exists()
    assert not AuditEvent.objects.filter(action="clients.relationship.ended").exists()
    assert not Job.objects.filter(kind="clients.mail_ended").exists()


def test_leaving_the_programme_writes_a_receipt_for_each_client(here):
    """Q42."""
    other = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)

    partner_services.leave_programme(partner_id=here.partner.pk, actor=here.partner_acting, now=NOW)

    assert set(EndReceipt.objects.values_list("relationship", flat=True)) == {here.relationship.pk, other.pk}
    here.relationship.refresh_from_db()
    assert here.relationship.ended_by == "PROGRAMME"


def test_the_wizard_says_beforehand_what_will_happen_to_each_side(here):
    """Rule 47: who pays from when, what loses its means, which documents stay with whom, what is open."""
    order = billing.place_order(
        client_id=here.client.pk,
        items=[billing.Item(here.offers["web-hosting"], 2)],
        relationship_id=here.relationship.pk,
        key="k",
        actor=here.partner_acting,
        now=NOW,
    )
    own = billing.place_order(
        client_id=here.client.pk,
        items=[billing.Item(here.offers["office"], 1)],
        relationship_id=None,
        key="k2",
        actor=here.acting,
        now=NOW,
    )
    page = reverse("clients:relationship_end", args=[here.relationship.pk])

    client_reads = signed_in(here.acting.user).get(page).context["consequences"]
    partner_reads = signed_in(here.partner_acting.user).get(page).context["consequences"]

    assert (order.payer, own.payer) == (here.partner.organisation, here.client)
    assert "From the moment of the end, you pay what you order and renew." in client_reads
    assert any("Bäckerei Moser pays what it orders and renews" in line for line in partner_reads)
    assert any("no payment means then, first due on" in line and "moser.ch" in line for line in client_reads)
    assert "You keep every invoice of your own (1). What the partner paid stays in its books." in client_reads
    assert "You keep your invoices for this client (1), and your earnings line by line." in partner_reads
    assert "1 of them is open, and stays due." in partner_reads
    assert any("35.00 of cashback is credited once" in line for line in partner_reads)
    assert "1 running export stops and leaves no file." in partner_reads
    assert not any("export" in line or "35.00" in line for line in client_reads)


def test_both_sides_read_the_receipt_and_the_rows_are_read_again(here):
    """The page proves what it says: something that is open again is told."""
    browser = signed_in(here.acting.user)
    wizard = reverse("clients:relationship_end", args=[here.relationship.pk])
    browser.post(wizard, {"confirm": "yes"})

    ended = browser.post(wizard, {"password": PASSWORD})
    receipt = reverse("clients:end_receipt", args=[here.relationship.pk])
    reads = [signed_in(one.user).get(receipt).content.decode() for one in (here.acting, here.partner_acting)]
    stranger = signed_in(world.make_client("Fremd AG")[1].user).get(receipt)

    assert ended.url == receipt
    assert all("moser.ch" in text for text in reads)  # what was cut, by name
    number = EndReceipt.objects.get().number
    assert all("Everything is cut" in page and number in page for page in reads)
    assert stranger.status_code == 404
    world.assign(here.relationship, world.make_member(here.partner.organisation, Role.COLLABORATOR))
    assert "Something is open" in browser.get(receipt).content.decode()


def test_the_receipt_is_a_document(here):
    end(here)

    answer = signed_in(here.partner_acting.user).get(reverse("clients:end_receipt_pdf", args=[here.relationship.pk]))

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


def test_without_an_end_there_is_no_receipt(here):
    page = reverse("clients:end_receipt", args=[here.relationship.pk])

    assert signed_in(here.acting.user).get(page).status_code == 404


def test_another_partner_that_pays_is_not_counted_as_left_open(here):
    """Q19: what the next partner pays is its own."""
    ended = end(here)
    other, _acting = world.make_partner("Atelier Nord")
    world.make_relationship(here.client, other, payer=Payer.PARTNER, since=NOW + dt.timedelta(days=1))
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)

    assert selectors.still_open(ended)["renewals"] == 0
