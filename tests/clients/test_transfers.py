"""A product goes to another organisation: section 9, rules 23, 27 and 29, Q19; promises 2, 6 and 7."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail

from billing import services as billing
from billing.models import Coverage, Invoice, Order
from clients import services
from clients.choices import Access, Payer, ProductState, RelationshipState, RenewalPayer, Right, TransferState
from clients.exceptions import LinkUnusable, NotPossible
from clients.models import Grant, Product, ProductTransfer
from clients.permissions import ClientPermission
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from partnerportal.work.models import Job
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
MONTH = dt.timedelta(days=30)


@pytest.fixture
def there(here):
    """``here``, and Hotel Alpina, which may get the product."""
    here.receiver, here.receiver_acting = world.make_client("Hotel Alpina")
    return here


def offer(here, **changes):
    values = {
        "product_id": here.product.pk,
        "from_organisation_id": here.client.pk,
        "to_email": here.receiver_acting.user.email,
        "actor": here.acting,
        "now": NOW,
    }
    return services.offer_transfer(**values | changes)


def accept(here, transfer, **changes):
    values = {"organisation_id": here.receiver.pk, "actor": here.receiver_acting, "now": NOW}
    return services.accept_transfer(transfer_id=transfer.pk, **values | changes)


def state_of_everything():
    rows = [Product, ProductTransfer, Grant, AuditEvent, Job]
    return [list(model.objects.order_by("pk").values()) for model in rows]


def lines_of(organisation):
    found = AuditEvent.objects.filter(organisation_id=organisation.pk, action__startswith="clients.transfer")
    return [event.action.rpartition(".")[2] for event in found.order_by("pk")]


def test_an_accepted_product_is_the_receivers_at_once_and_keeps_running(there, run_jobs):
    """Rules 23 and 29, section 9: it was paid for before, and stays so; both organisations read what happened."""
    before = (there.product.renews_on, there.product.state, there.product.quantity)

    transfer = offer(there)
    run_jobs()
    accept(there, transfer)
    run_jobs()

    there.product.refresh_from_db()
    transfer.refresh_from_db()
    assert there.product.organisation == there.receiver
    assert (there.product.renews_on, there.product.state, there.product.quantity) == before
    assert there.product.renewal_payer == RenewalPayer.CLIENT
    assert (transfer.state, transfer.to_organisation) == (TransferState.ACCEPTED, there.receiver)
    assert not Product.objects.visible_to(there.acting).exists()
    assert Product.objects.visible_to(there.receiver_acting).get() == there.product
    assert (lines_of(there.client), lines_of(there.receiver)) == (["offered", "accepted"], ["accepted"])
    told = [(message.to, message.subject) for message in mail.outbox]
    assert told == [
        ([there.receiver_acting.user.email], "Bäckerei Moser offers you moser.ch"),
        ([there.acting.user.email], "Hotel Alpina has accepted moser.ch"),
    ]


def test_nothing_moves_before_it_is_accepted(there):
    """Rule 11, for products."""
    offer(there)

    there.product.refresh_from_db()
    assert there.product.organisation == there.client
    assert not Product.objects.visible_to(there.receiver_acting).exists()


def test_the_old_owner_keeps_its_invoice_and_the_new_one_does_not_see_it(there):
    """Rule 27: invoices and orders are not moved; the next renewal is the new owner's."""
    billing.renew(
        client_id=there.client.pk,
        product_ids=[there.product.pk],
        relationship_id=None,
        key="before",
        actor=there.acting,
        now=NOW,
    )
    invoice = Invoice.objects.values().get()

    accept(there, offer(there))

    assert Invoice.objects.values().get() == invoice
    assert Invoice.objects.visible_to(there.acting).get().pk == invoice["id"]
    assert not Invoice.objects.visible_to(there.receiver_acting).exists()
    assert not Order.objects.visible_to(there.receiver_acting).exists()
    renewal = billing.renew(
        client_id=there.receiver.pk,
        product_ids=[there.product.pk],
        relationship_id=None,
        key="after",
        actor=there.receiver_acting,
        now=NOW,
    )
    assert Invoice.objects.visible_to(there.receiver_acting).get() == renewal.invoice
    assert Coverage.objects.filter(product=there.product).count() == 2


@pytest.mark.parametrize(
    ("payer", "after"),
    [
        (RenewalPayer.CLIENT, RenewalPayer.CLIENT),
        (RenewalPayer.PARTNER, RenewalPayer.NOBODY),
        (RenewalPayer.NOBODY, RenewalPayer.NOBODY),
    ],
)
def test_a_partner_that_paid_leaves_the_product_without_payment_means(there, payer, after):
    """Q19: the owner's own means are followed by the new owner's; a partner's are gone."""
    Product.objects.update(renewal_payer=payer)

    accept(there, offer(there))

    there.product.refresh_from_db()
    assert there.product.renewal_payer == after


@pytest.mark.parametrize("access", Access.values)
def test_the_old_owners_partners_lose_it_and_never_get_it_back_by_a_way_round(there, access, run_jobs):
    """Rules 15, 16, 21: also when the product comes back one day."""
    other = world.make_product(there.client, there.offers["office"])
    relationship = world.make_relationship(there.client, there.partner, access=access, products=(there.product, other))
    waiting, _ = world.make_partner("Atelier Nord")
    world.make_relationship(
        there.client, waiting, access=Access.LIMITED, products=(there.product,), state=RelationshipState.PENDING
    )
    in_space = world.acting(there.partner_acting.membership, relationship)

    accept(there, offer(there))
    run_jobs()

    assert set(Product.objects.visible_to(in_space)) == {other}
    assert list(Grant.objects.values_list("product", flat=True)) == [other.pk]
    there.product.refresh_from_db()
    there.product.organisation = there.client
    there.product.save()
    assert (there.product in Product.objects.visible_to(in_space)) is (access == Access.FULL)
    cut = AuditEvent.objects.get(action="clients.relationship.product_gone")
    assert (cut.organisation_id, cut.relationship_id, cut.actor_id) == (there.client.pk, relationship.pk, None)
    (told,) = [message for message in mail.outbox if message.to == [there.partner_acting.user.email]]
    assert told.subject == f"{there.product} no longer belongs to Bäckerei Moser"
    assert "so Studio Lumen no longer reaches it" in told.body
    assert there.receiver.name not in told.body


@pytest.mark.parametrize(("payer", "is_said"), [(Payer.PARTNER, True), (Payer.CLIENT, False)])
def test_a_partner_that_would_have_paid_the_renewal_reads_that_it_does_not(there, payer, is_said, run_jobs):
    """Q19: to the partner that pays, and to no other."""
    world.make_relationship(there.client, there.partner, payer=payer)
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)

    accept(there, offer(there))
    run_jobs()

    (told,) = [message for message in mail.outbox if message.to == [there.partner_acting.user.email]]
    assert ("You would have paid its next renewal" in told.body) is is_said


def test_a_partner_hears_nothing_of_a_product_that_it_did_not_reach(there, run_jobs):
    """Rule 15: nor does one whose access is over."""
    other = world.make_product(there.client, there.offers["office"])
    world.make_relationship(there.client, there.partner, access=Access.LIMITED, products=(other,))
    nord, nord_acting = world.make_partner("Atelier Nord")
    world.make_relationship(there.client, nord, state=RelationshipState.ENDED)

    accept(there, offer(there))
    run_jobs()

    partners = {there.partner_acting.user.email, nord_acting.user.email}
    assert not [message for message in mail.outbox if set(message.to) & partners]
    assert not AuditEvent.objects.filter(action="clients.relationship.product_gone").exists()


def test_a_partner_with_full_access_to_the_receiver_reaches_it(there):
    """Rule 16: as any product that comes later."""
    relationship = world.make_relationship(there.receiver, there.partner)

    accept(there, offer(there))

    in_space = world.acting(there.partner_acting.membership, relationship)
    assert set(Product.objects.visible_to(in_space)) == {there.product}


@pytest.mark.parametrize("state", [ProductState.ACTIVE, ProductState.BLOCKED])
def test_what_is_in_use_may_move(there, state):
    Product.objects.update(state=state, **world.dated(state))

    accept(there, offer(there))

    assert Product.objects.values_list("organisation", "state").get() == (there.receiver.pk, state)


def test_a_terminated_product_does_not_move(there):
    """Section 9: neither offered nor accepted."""
    transfer = offer(there)
    Product.objects.update(state=ProductState.TERMINATED, terminated_at=NOW)
    gone = world.make_product(there.client, there.offers["office"], state=ProductState.TERMINATED)
    before = state_of_everything()

    with pytest.raises(NotPossible, match="terminated"):
        accept(there, transfer)
    with pytest.raises(NotPossible, match="terminated"):
        offer(there, product_id=gone.pk)

    assert state_of_everything() == before


def test_a_product_on_its_way_is_not_offered_again(there):
    transfer = offer(there)
    before = state_of_everything()

    with pytest.raises(NotPossible, match="offered already"):
        offer(there, to_email="other@example.ch")

    assert state_of_everything() == before
    services.withdraw_transfer(transfer_id=transfer.pk, actor=there.acting, now=NOW)
    assert offer(there, to_email="other@example.ch").state == TransferState.PENDING


def test_somebody_elses_product_is_not_offered(there):
    """Rule 29."""
    foreign = world.make_product(there.receiver, there.offers["office"])
    before = state_of_everything()

    with pytest.raises(NotPossible, match="another owner"):
        offer(there, product_id=foreign.pk)

    assert state_of_everything() == before


@pytest.mark.parametrize("role", [Role.COLLABORATOR, None])
def test_it_goes_directly_only_to_an_organisation_that_one_leads(there, role):
    if role is not None:
        world.make_member(there.receiver, role, user=there.acting.user)
    before = state_of_everything()

    for receiver in (there.receiver, there.client):
        with pytest.raises(NotPossible) as refusal:
            offer(there, to_organisation_id=receiver.pk)
        assert refusal.value.field == "receiver"

    assert state_of_everything() == before


@pytest.mark.parametrize("role", [Role.LEGAL, Role.ADMINISTRATOR])
def test_it_goes_directly_to_an_organisation_that_one_leads(there, role, run_jobs):
    membership = world.make_member(there.receiver, role, user=there.acting.user)

    transfer = offer(there, to_email=there.acting.user.email, to_organisation_id=there.receiver.pk)
    run_jobs()
    accept(there, transfer, actor=world.acting(membership))

    there.product.refresh_from_db()
    assert there.product.organisation == there.receiver
    assert lines_of(there.receiver) == ["offered", "accepted"]
    assert there.receiver_acting.user.email in mail.outbox[0].to + mail.outbox[-1].to


def test_ones_own_address_is_no_receiver(there):
    before = state_of_everything()

    with pytest.raises(NotPossible) as refusal:
        offer(there, to_email=there.acting.user.email.upper())

    assert refusal.value.field == "email"
    assert state_of_everything() == before


def test_what_is_offered_to_one_organisation_is_not_accepted_for_another(there):
    third, third_acting = world.make_client("Weingut")
    world.make_member(there.receiver, user=there.acting.user)
    transfer = offer(there, to_organisation_id=there.receiver.pk)
    before = state_of_everything()

    with pytest.raises(LinkUnusable):
        accept(there, transfer, organisation_id=third.pk, actor=third_acting)

    assert state_of_everything() == before


def test_the_owner_itself_does_not_accept(there):
    transfer = offer(there)
    before = state_of_everything()

    with pytest.raises(NotPossible):
        accept(there, transfer, organisation_id=there.client.pk, actor=there.acting)

    assert state_of_everything() == before


def test_refusing_moves_nothing_and_tells_the_sender_no_name(there, run_jobs):
    """Promise 2: whose the address is, is told by accepting alone; the receiver's own trail names the person."""
    transfer = offer(there)

    services.refuse_transfer(transfer_id=transfer.pk, actor=there.receiver_acting, now=NOW)
    run_jobs()

    there.product.refresh_from_db()
    assert there.product.organisation == there.client
    line = AuditEvent.objects.get(organisation_id=there.client.pk, action="clients.transfer.refused")
    assert (line.actor_label, line.actor_id, line.actor_organisation_label) == (transfer.to_email, None, "")
    assert "Hotel Alpina" not in str(line.changes) + mail.outbox[-1].subject + mail.outbox[-1].body
    assert mail.outbox[-1].to == [there.acting.user.email]
    assert AuditEvent.objects.get(organisation_id=there.receiver.pk).actor_id == there.receiver_acting.user.pk


@pytest.mark.parametrize("ending", ["accept", "refuse", "withdraw", "expire"])
def test_what_has_ended_does_not_begin_again(there, ending, run_jobs):
    transfer = offer(there)
    if ending == "accept":
        accept(there, transfer)
    elif ending == "refuse":
        services.refuse_transfer(transfer_id=transfer.pk, actor=there.receiver_acting, now=NOW)
    elif ending == "withdraw":
        services.withdraw_transfer(transfer_id=transfer.pk, actor=there.acting, now=NOW)
    else:
        services.expire_transfers(now=NOW + MONTH)
    before = state_of_everything()

    for act in (
        lambda: accept(there, transfer),
        lambda: services.refuse_transfer(transfer_id=transfer.pk, actor=there.receiver_acting, now=NOW),
        lambda: services.withdraw_transfer(transfer_id=transfer.pk, actor=there.acting, now=NOW),
    ):
        with pytest.raises(IllegalTransition):
            act()
    assert services.expire_transfers(now=NOW + 2 * MONTH) == 0

    assert state_of_everything() == before


def test_a_withdrawn_offer_is_not_mailed_any_more(there, run_jobs):
    """Promise 9."""
    transfer = offer(there)
    services.withdraw_transfer(transfer_id=transfer.pk, actor=there.acting, now=NOW)
    run_jobs()

    assert mail.outbox == []
    assert lines_of(there.client) == ["offered", "withdrawn"]


def test_an_offer_expires_after_thirty_days(there):
    """Q15: exactly at the thirtieth day, by the clock and not by the job; then it may be offered anew."""
    transfer = offer(there)

    assert services.expire_transfers(now=NOW + MONTH - dt.timedelta(seconds=1)) == 0
    before = state_of_everything()
    with pytest.raises(LinkUnusable, match="expired"):
        accept(there, transfer, now=NOW + MONTH)
    assert state_of_everything() == before

    again = offer(there, now=NOW + MONTH)  # the job has not run yet
    transfer.refresh_from_db()
    assert (transfer.state, again.state) == (TransferState.EXPIRED, TransferState.PENDING)
    assert services.expire_transfers(now=NOW + 2 * MONTH) == 1
    assert lines_of(there.client) == ["offered", "expired", "offered", "expired"]


def test_only_who_leads_an_organisation_gives_its_products_away_and_nobody_in_a_clients_space(there):
    """Rule 29: full access, every right, the partner's means: a client's product is not the partner's to give."""
    relationship = world.make_relationship(there.client, there.partner, payer=Payer.PARTNER)
    in_space = world.acting(there.partner_acting.membership, relationship, frozenset(Right.values))
    members = [world.acting(world.make_member(there.client, role)) for role in Role.values]

    for permission in (ClientPermission.PRODUCT_TRANSFER, ClientPermission.TRANSFER_ANSWER):
        granted = {acting.role for acting in members if permission.granted_to(acting)}
        assert granted == {Role.LEGAL, Role.ADMINISTRATOR}
        assert not permission.granted_to(in_space)


def test_the_daily_job_expires_offers(there, run_jobs):
    offer(there, now=NOW - dt.timedelta(days=400))
    from clients.jobs import expire_invitations

    assert expire_invitations.function(None, on="2026-11-23") == {"expired": 0, "transfers": 1}
