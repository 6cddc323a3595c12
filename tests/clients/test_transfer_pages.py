"""The pages of a transfer: what is said before, who finds what, and where a link leads. Section 9, rules 27 and 29."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clients import services
from clients.choices import Access, Payer, RenewalPayer
from clients.models import Product, ProductTransfer
from clients.notifications import transfer_link
from partnerportal.accounts.choices import Role
from partnerportal.accounts.middleware import CLIENT_SPACE_KEY, ORGANISATION_KEY
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests import world
from tests.browsers import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(here):
    """``here``, and Hotel Alpina, whose legal representative may get the product."""
    here.receiver, here.receiver_acting = world.make_client("Hotel Alpina")
    return here


def offer(there, **changes):
    values = {
        "product_id": there.product.pk,
        "from_organisation_id": there.client.pk,
        "to_email": there.receiver_acting.user.email,
        "actor": there.acting,
        "now": timezone.now(),
    }
    return services.offer_transfer(**values | changes)


def link_of(transfer):
    return "/" + transfer_link(transfer).partition("//")[2].partition("/")[2]


def owner():
    return Product.objects.values_list("organisation__name", flat=True).get()


def page(name, row):
    return reverse(f"clients:{name}", args=[row.pk])


def test_the_page_says_everything_before_the_button(there):
    """Q19, rules 16, 27: who loses it, who pays then, whose invoices they stay; nothing happens by reading."""
    world.make_relationship(there.client, there.partner, payer=Payer.PARTNER)
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)

    text = signed_in(there.acting.user).get(page("product_transfer", there.product)).content.decode()

    for words in (
        "The offer waits 30 days",
        "stays paid until 1 December 2026",
        "Studio Lumen no longer reaches it",
        "it has no payment means until the new owner renews it",
        "invoices and orders stay with you",
    ):
        assert words in text
    assert not ProductTransfer.objects.exists()


def test_offering_by_mail_shows_the_offer_on_the_product_with_its_way_back(there):
    browser = signed_in(there.acting.user)
    answer = browser.post(page("product_transfer", there.product), {"email": "New@Example.ch"}, follow=True)

    transfer = ProductTransfer.objects.get()
    assert (transfer.to_email, transfer.to_organisation) == ("new@example.ch", None)
    text = answer.content.decode()
    assert "Offered to new@example.ch" in text
    assert page("transfer_withdraw", transfer) in text
    assert page("product_transfer", there.product) not in text

    browser.post(page("transfer_withdraw", transfer))
    assert "Offered to" not in browser.get(page("product_detail", there.product)).content.decode()
    assert owner() == "Bäckerei Moser"


def test_a_second_offer_is_refused_beside_the_form(there):
    offer(there)

    answer = signed_in(there.acting.user).post(page("product_transfer", there.product), {"email": "x@example.ch"})

    assert answer.status_code == 409
    assert "offered already" in answer.content.decode()
    assert ProductTransfer.objects.count() == 1


def test_an_address_is_asked_for_where_no_organisation_of_ones_own_is_chosen(there):
    world.make_member(there.receiver, Role.ADMINISTRATOR, user=there.acting.user)
    browser = signed_in(there.acting.user)
    browser.post(reverse("accounts:switch"), {"organisation": there.client.pk})

    answer = browser.post(page("product_transfer", there.product), {"receiver": "mail", "email": ""})

    assert answer.context["form"].errors["email"] == ["Tell the address, or choose one of your organisations."]
    assert not ProductTransfer.objects.exists()


def test_directly_to_an_organisation_of_ones_own_leads_on_to_accept_there(there, run_jobs):
    """Section 9: offered and accepted by one person, each for the organisation that it concerns."""
    world.make_member(there.receiver, Role.ADMINISTRATOR, user=there.acting.user)
    foreign = world.make_organisation("Fremd AG")
    world.make_member(foreign, Role.COLLABORATOR, user=there.acting.user)
    browser = signed_in(there.acting.user)
    browser.post(reverse("accounts:switch"), {"organisation": there.client.pk})
    form = browser.get(page("product_transfer", there.product)).context["form"]
    assert [label for _value, label in form.fields["receiver"].choices][:-1] == ["Hotel Alpina"]

    led_on = browser.post(page("product_transfer", there.product), {"receiver": there.receiver.pk}, follow=True)
    transfer = ProductTransfer.objects.get()
    assert led_on.redirect_chain[-1][0] == page("transfer_answer", transfer)
    assert "Accept it for Hotel Alpina" in led_on.content.decode()
    assert owner() == "Bäckerei Moser"

    browser.post(page("transfer_answer", transfer))
    run_jobs()

    assert owner() == "Hotel Alpina"
    lines = AuditEvent.objects.filter(action="clients.transfer.accepted").order_by("pk")
    assert [line.actor_organisation_label for line in lines] == ["Hotel Alpina"] * 2


def test_the_link_asks_the_addressee_for_which_organisation_and_leads_to_the_answer(there):
    """Q16, for products: the sender's own organisation is no choice, nor one that the person does not lead."""
    second, _ = world.make_client("Zweites Haus")
    world.make_member(second, Role.ADMINISTRATOR, user=there.receiver_acting.user)
    world.make_member(there.client, Role.ADMINISTRATOR, user=there.receiver_acting.user)
    world.make_member(world.make_organisation("Fremd"), Role.COLLABORATOR, user=there.receiver_acting.user)
    transfer = offer(there)
    browser = signed_in(there.receiver_acting.user)

    asked = browser.get(link_of(transfer))
    assert [name for _pk, name in asked.context["form"].fields["organisation"].choices] == [
        "Hotel Alpina",
        "Zweites Haus",
    ]
    wrong = browser.post(link_of(transfer), {"organisation": there.client.pk})
    assert (wrong.status_code, owner()) == (200, "Bäckerei Moser")

    led_on = browser.post(link_of(transfer), {"organisation": second.pk}, follow=True)
    assert "Accept it for Zweites Haus" in led_on.content.decode()
    assert browser.session[ORGANISATION_KEY] == second.pk
    browser.post(page("transfer_answer", transfer))
    assert owner() == "Zweites Haus"


def test_a_link_opened_by_the_wrong_person_tells_nothing(there):
    """Promise 2: neither what it was about nor whom it was for."""
    transfer = offer(there)
    _stranger, stranger = world.make_client("Weingut")

    for user in (stranger.user, there.acting.user):
        browser = signed_in(user)
        for answer in (browser.get(link_of(transfer)), browser.post(link_of(transfer), {"organisation": 1})):
            text = answer.content.decode()
            assert answer.status_code == 404
            assert "This link cannot be used here" in text
            assert there.receiver_acting.user.email not in text
            assert there.product.name not in text
        assert browser.get(page("transfer_answer", transfer)).status_code == 404
        assert browser.post(page("transfer_answer", transfer)).status_code == 404
        assert browser.post(page("transfer_refuse", transfer)).status_code == 404

    transfer.refresh_from_db()
    assert (transfer.state, owner()) == ("PENDING", "Bäckerei Moser")


def test_collaborators_of_the_receiver_do_not_answer(there):
    world.make_member(there.receiver, Role.LEGAL, user=there.acting.user)
    transfer = offer(there, to_organisation_id=there.receiver.pk)
    browser = signed_in(world.make_member(there.receiver, Role.COLLABORATOR).user)

    assert browser.get(link_of(transfer)).status_code == 404
    assert browser.post(page("transfer_answer", transfer)).status_code == 403
    assert browser.post(page("transfer_refuse", transfer)).status_code == 403
    assert owner() == "Bäckerei Moser"


@pytest.mark.parametrize("ending", ["withdrawn", "expired", "forged"])
def test_a_dead_link_says_so(there, ending):
    transfer = offer(there)
    link = link_of(transfer)
    if ending == "withdrawn":
        services.withdraw_transfer(transfer_id=transfer.pk, actor=there.acting, now=timezone.now())
    elif ending == "expired":
        ProductTransfer.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    else:
        link = link[:-3] + "x/"

    answer = signed_in(there.receiver_acting.user).get(link)

    assert (answer.status_code, "cannot be used here" in answer.content.decode()) == (404, True)


@pytest.mark.parametrize(("act", "words"), [("accept", "was accepted on"), ("refuse", "was refused on")])
def test_a_used_link_says_so_to_who_used_it_and_to_nobody_else(there, act, words):
    transfer = offer(there)
    browser = signed_in(there.receiver_acting.user)
    browser.post(page("transfer_answer" if act == "accept" else "transfer_refuse", transfer))

    assert words in browser.get(link_of(transfer)).content.decode()
    assert signed_in(there.acting.user).get(link_of(transfer)).status_code == 404


def test_products_offered_stand_behind_the_list_of_products_while_there_are_any(there):
    transfer = offer(there)
    browser = signed_in(there.receiver_acting.user)

    assert reverse("clients:transfer_list") in browser.get(reverse("clients:product_list")).content.decode()
    assert page("transfer_answer", transfer) in browser.get(reverse("clients:transfer_list")).content.decode()

    collaborator = signed_in(world.make_member(there.receiver, Role.COLLABORATOR).user)
    assert reverse("clients:transfer_list") not in collaborator.get(reverse("clients:product_list")).content.decode()
    browser.post(page("transfer_refuse", transfer))
    assert reverse("clients:transfer_list") not in browser.get(reverse("clients:product_list")).content.decode()


@pytest.mark.parametrize("access", Access.values)
def test_a_partners_person_in_the_clients_space_moves_nothing_and_reads_of_no_offer(there, access):
    """Rule 29: 403, whatever was granted; the address is the owner's business."""
    relationship = world.make_relationship(
        there.client,
        there.partner,
        access=access,
        payer=Payer.PARTNER,
        products=(there.product,) if access == Access.LIMITED else (),
    )
    transfer = offer(there)
    browser = signed_in(there.partner_acting.user)
    session = browser.session
    session[CLIENT_SPACE_KEY] = relationship.pk
    session.save()

    assert "Offered to" not in browser.get(page("product_detail", there.product)).content.decode()
    for answer in (
        browser.get(page("product_transfer", there.product)),
        browser.post(page("product_transfer", there.product), {"email": "mine@lumen.example"}),
    ):
        assert answer.status_code == 403
    assert browser.post(page("transfer_withdraw", transfer)).status_code == 404
    assert browser.get(reverse("clients:transfer_list")).status_code == 403
    assert ProductTransfer.objects.get() == transfer


def test_withdrawing_what_was_accepted_is_refused(there):
    transfer = offer(there)
    now = timezone.now()
    services.accept_transfer(
        transfer_id=transfer.pk, organisation_id=there.receiver.pk, actor=there.receiver_acting, now=now
    )

    assert signed_in(there.acting.user).post(page("transfer_withdraw", transfer)).status_code == 409
    assert owner() == "Hotel Alpina"


def test_the_receiver_reads_what_it_takes_on(there):
    """Rule 16, Q19: its partner reaches it, nobody pays the next renewal, and it is priced in its own currency."""
    lyon, acting = world.make_client("Maison Verte", country="FR")
    world.make_relationship(lyon, there.partner)
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)
    transfer = offer(there, to_email=acting.user.email)

    text = signed_in(acting.user).get(page("transfer_answer", transfer)).content.decode()

    for words in (
        "Studio Lumen has full access to Maison Verte",
        "The next renewal has no payment means",
        "Renewals are priced in EUR",
        "Invoices and orders until now stay with Bäckerei Moser",
    ):
        assert words in text


def test_the_mail_comes_in_the_readers_language_and_leads_to_the_answer(there, run_jobs):
    """Promise 9."""
    transfer = offer(there)
    run_jobs()

    (message,) = mail.outbox
    assert message.to == [there.receiver_acting.user.email]
    assert transfer_link(transfer) in message.body
    assert signed_in(there.receiver_acting.user).get(link_of(transfer)).status_code == 200


def test_an_offer_is_sent_again_with_a_new_link(there, run_jobs):
    """Rule 12's way, for products: the old link is dead, the new one works, and it waits another full time."""
    transfer = offer(there, now=timezone.now() - dt.timedelta(days=10))
    old = link_of(transfer)
    owners, receiver = signed_in(there.acting.user), signed_in(there.receiver_acting.user)

    answer = owners.post(page("transfer_resend", transfer), follow=True)
    run_jobs()

    assert "gets a new mail with a link" in answer.content.decode()
    again = ProductTransfer.objects.get()
    assert again.expires_at - transfer.expires_at > dt.timedelta(days=9)
    assert receiver.get(old).status_code == 404
    assert receiver.get(link_of(again)).status_code == 200
    assert [message.to for message in mail.outbox] == [[there.receiver_acting.user.email]]
    assert AuditEvent.objects.filter(action="clients.transfer.resent").count() == 1


@pytest.mark.parametrize("over", ["refused", "withdrawn", "terminated"])
def test_what_is_not_offered_any_more_is_not_sent_again(there, over):
    transfer = offer(there)
    if over == "terminated":
        Product.objects.update(state="TERMINATED", **world.dated("TERMINATED"))
    else:
        end = services.refuse_transfer if over == "refused" else services.withdraw_transfer
        end(transfer_id=transfer.pk, actor=there.acting, now=timezone.now())
    before = ProductTransfer.objects.values().get(), Job.objects.count(), AuditEvent.objects.count()

    answer = signed_in(there.acting.user).post(page("transfer_resend", transfer))

    assert answer.status_code == 409
    assert (ProductTransfer.objects.values().get(), Job.objects.count(), AuditEvent.objects.count()) == before


@pytest.mark.parametrize("act", ["transfer_resend", "transfer_withdraw", "transfer_answer", "transfer_refuse"])
@pytest.mark.parametrize("ending", ["accepted", "withdrawn"])
def test_an_offer_that_waits_no_more_names_no_product(there, act, ending):
    """Promise 1: somebody else may have named it anew."""
    transfer = offer(there)
    now = timezone.now()
    if ending == "accepted":
        services.accept_transfer(
            transfer_id=transfer.pk, organisation_id=there.receiver.pk, actor=there.receiver_acting, now=now
        )
    else:
        services.withdraw_transfer(transfer_id=transfer.pk, actor=there.acting, now=now)
    Product.objects.update(name="secret-merger.ch")
    is_senders = act in {"transfer_resend", "transfer_withdraw"}
    browser = signed_in((there.acting if is_senders else there.receiver_acting).user)

    for answer in (browser.get(page(act, transfer)), browser.post(page(act, transfer))):
        assert answer.status_code == 409
        assert "secret-merger.ch" not in answer.content.decode()


def test_sending_again_fills_nobodys_mail_box(there, run_jobs, settings):
    """An address gets as many offers in an hour as it may, however they are sent."""
    settings.ACCOUNT_RATE_LIMITS = {"offer_product": "30/h/user,2/h/key"}
    browser = signed_in(there.acting.user)
    browser.post(page("product_transfer", there.product), {"email": "victim@example.ch"})

    answers = [browser.post(page("transfer_resend", ProductTransfer.objects.get())).status_code for _try in range(3)]
    run_jobs()

    assert answers == [302, 409, 409]
    assert len(mail.outbox) <= 2
