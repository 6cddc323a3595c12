"""The pages of calls for tenders: rules 53 to 57, Q27, Q28, rate limit, and who reaches what."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnerportal.accounts.choices import Role
from partnerportal.accounts.tokens import link_token
from tenders import notifications
from tenders.models import Contract, Proposal, Tender
from tests import world

pytestmark = pytest.mark.django_db

FORM = world.TENDER | {"consents": "on", "is_remote": "", "wished_on": "2027-03-01"}
LATER = dt.timedelta(days=4000)  # the pages look at the clock: these calls are open on whatever day the tests run


def open_tender(organisation=None, **fields):
    return world.make_tender(organisation, **{"expires_at": world.NOW + LATER} | fields)


def test_a_visitor_posts_confirms_and_reaches_the_secret_page(client, run_jobs):
    """Rule 53, Q25, Q28: opening the mail's link changes nothing, its button does."""
    sent = client.post(reverse("tenders:post"), FORM)
    run_jobs()
    link = next(word for word in mail.outbox[0].body.split() if "/tenders/confirm/" in word)
    path = link[link.index("/tenders/") :]

    assert sent.url == reverse("tenders:post_sent")
    assert client.get(sent.url).status_code == 200
    assert client.get(path).status_code == 200
    assert Tender.objects.get().state == "DRAFT"

    confirmed = client.post(path)

    assert Tender.objects.get().state == "OPEN"
    assert "/tenders/mine/" in confirmed.url
    page = client.get(confirmed.url)
    assert page["Referrer-Policy"] == "same-origin"  # the address is the key: no other site learns it
    assert b"Secret ending" in page.content
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_a_machine_is_thanked_and_nothing_is_kept(client):
    answer = client.post(reverse("tenders:post"), FORM | {"homepage": "https://spam.example"})

    assert answer.url == reverse("tenders:post_sent")
    assert not Tender.objects.exists()


def test_posting_a_lot_is_slowed_down_and_nothing_typed_is_lost(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"post_tender": "2/h/key"}

    codes = [client.post(reverse("tenders:post"), FORM).status_code for _ in range(3)]
    last = client.post(reverse("tenders:post"), FORM)

    assert codes == [302, 302, 429]
    assert Tender.objects.count() == 2
    assert b"New website for a bakery" in last.content


def test_bad_input_gets_a_sentence_and_keeps_nothing(client):
    for wrong in (
        {"place": ""},
        {"budget_min": "9000"},
        {"consents": ""},
        {"languages": []},
        {"description": "Short."},
    ):
        assert client.post(reverse("tenders:post"), FORM | wrong).status_code == 200, wrong
    assert client.post(reverse("tenders:post"), FORM | {"title": "a@b.example wants"}).status_code == 409

    assert not Tender.objects.exists()


def test_the_board_shows_extracts_of_open_calls_only(client):
    """Rules 55 and 56."""
    open_tender()
    for state in ("DRAFT", "AWARDED", "DELETED", "EXPIRED"):
        world.make_tender(state=state, title=f"Call that is {state}")

    page = client.get(reverse("tenders:board")).content.decode()

    assert "New website for a bakery" in page
    assert "Call that is" not in page
    for hidden in ("Secret ending", "Lena Moser", "lena@moser.example"):
        assert hidden not in page
    assert "for a bakery" not in client.get(reverse("tenders:board"), {"search": "secret"}).content.decode()
    assert "for a bakery" not in client.get(reverse("tenders:board"), {"category": "CLOUD"}).content.decode()
    assert "for a bakery" not in client.get(reverse("tenders:board"), {"language": "it"}).content.decode()
    assert "for a bakery" in client.get(reverse("tenders:board"), {"language": "fr"}).content.decode()


def test_the_full_text_is_for_approved_partners(client):
    """Rules 54 and 55."""
    url = reverse("tenders:tender_detail", args=[open_tender().pk])
    _, partner = world.make_partner()
    _, suspended = world.make_partner("Suspended", state="SUSPENDED", suspended_at=world.NOW)
    _, stranger = world.make_client()

    assert client.get(url).status_code == 302
    for acting, code in ((partner, 200), (suspended, 404), (stranger, 404)):
        client.force_login(acting.user)
        answer = client.get(url)
        assert answer.status_code == code
        assert (b"Secret ending" in answer.content) == (code == 200)


def test_contact_data_is_shown_only_after_answering(client):
    """Q27."""
    tender = open_tender()
    partner, acting = world.make_partner()
    client.force_login(acting.user)
    page = reverse("tenders:tender_detail", args=[tender.pk])
    before = client.get(page).content.decode()

    answer = {"text": "We would start in January.", "price_net": "4000"}
    assert client.post(reverse("tenders:proposal_send", args=[tender.pk]), answer).status_code == 302

    after = client.get(page).content.decode()
    for contact in ("Lena Moser", "lena@moser.example", "555 01 02"):
        assert contact not in before
        assert contact in after
    assert Proposal.objects.get().partner == partner


def test_contact_data_goes_again_for_those_who_lost(client):
    tender = open_tender(state="AWARDED")
    partner, acting = world.make_partner()
    world.make_proposal(tender, partner)
    client.force_login(acting.user)

    page = client.get(reverse("tenders:tender_detail", args=[tender.pk]))

    assert page.status_code == 200
    assert b"lena@moser.example" not in page.content


def test_a_collaborator_reads_but_does_not_answer(client):
    tender = open_tender()
    partner, _ = world.make_partner()
    member = world.make_member(partner.organisation, Role.COLLABORATOR)
    client.force_login(member.user)

    assert client.get(reverse("tenders:inbox")).status_code == 200
    assert client.get(reverse("tenders:tender_detail", args=[tender.pk])).status_code == 200
    url = reverse("tenders:proposal_send", args=[tender.pk])
    assert client.post(url, {"text": "We would start in January."}).status_code == 403
    assert client.get(reverse("tenders:contract_list")).status_code == 403
    assert not Proposal.objects.exists()


def test_the_author_awards_through_the_secret_page(client, run_jobs):
    """Q28; rule 57: the winner records the contract."""
    tender = open_tender()
    partner, acting = world.make_partner()
    proposal = world.make_proposal(tender, partner)
    offers = world.make_catalogue()
    secret = notifications.author_url(tender)
    award = f"{secret}award/{proposal.pk}/"

    assert b"Studio Lumen" in client.get(secret).content
    assert client.get(award).status_code == 200
    assert client.post(award).url == secret
    assert client.post(award).status_code == 409
    assert client.get(secret).status_code == 200

    client.force_login(acting.user)
    url = reverse("tenders:contract_record", args=[tender.pk])
    values = {"offers": [offers["web-hosting"].pk], "value_net": "4000", "begins_on": "2027-01-01"}
    assert client.get(url).status_code == 200
    assert client.post(url, values).status_code == 200
    assert not Contract.objects.exists()
    assert client.post(url, values | {"acknowledges_exclusivity": "on"}).url == reverse("tenders:contract_list")
    assert client.post(url, values | {"acknowledges_exclusivity": "on"}).status_code == 409
    assert b"Web hosting" in client.get(reverse("tenders:contract_list")).content
    assert client.get(reverse("tenders:tender_detail", args=[tender.pk])).status_code == 200


def test_the_secret_link_dies_with_the_call_and_cannot_be_forged(client):
    """Rule 56, Q28."""
    tender = open_tender()
    own = open_tender(world.make_organisation())
    secret = notifications.author_url(tender)

    for token in (
        "nonsense",
        link_token(purpose="tenders.author", pk=tender.pk, version=2),
        link_token(purpose="tenders.confirm", pk=tender.pk, version=1),
        link_token(purpose="tenders.author", pk=own.pk, version=1),
    ):
        assert client.get(reverse("tenders:author_detail", args=[token])).status_code == 404
        assert client.post(reverse("tenders:author_delete", args=[token])).status_code == 404
    assert client.get(f"{secret}delete/").status_code == 200
    assert client.post(f"{secret}delete/").url == reverse("tenders:board")

    tender.refresh_from_db()
    assert tender.state == "DELETED"
    assert client.get(secret).status_code == 404
    assert Tender.objects.get(pk=own.pk).state == "OPEN"


def test_an_answer_to_another_call_cannot_be_chosen(client):
    tender, other = open_tender(), open_tender()
    proposal = world.make_proposal(other, world.make_partner()[0])

    answer = client.post(f"{notifications.author_url(tender)}award/{proposal.pk}/")

    assert answer.status_code == 404
    assert not Proposal.objects.chosen().exists()


def test_a_client_posts_awards_and_deletes_in_its_space(client):
    """Rule 53."""
    _, acting = world.make_client()
    _, stranger = world.make_client("Garage Rossi")
    client.force_login(acting.user)

    posted = client.post(reverse("tenders:account_post"), FORM)

    tender = Tender.objects.get()
    Tender.objects.update(expires_at=world.NOW + LATER)
    proposal = world.make_proposal(tender, world.make_partner()[0])
    names = {
        "account_detail": [tender.pk],
        "account_award": [tender.pk, proposal.pk],
        "account_delete": [tender.pk],
    }
    urls = {name: reverse(f"tenders:{name}", args=arguments) for name, arguments in names.items()}
    assert posted.url == urls["account_detail"]
    assert tender.state == "OPEN"
    assert all(client.get(url).status_code == 200 for url in urls.values())
    assert b"for a bakery" in client.get(reverse("tenders:account_list")).content

    client.force_login(stranger.user)
    assert all(client.get(url).status_code == 404 for url in urls.values())
    assert client.post(urls["account_award"]).status_code == 404
    assert client.post(urls["account_delete"]).status_code == 404
    tender.refresh_from_db()
    assert tender.state == "OPEN"

    client.force_login(acting.user)
    assert client.post(urls["account_award"]).url == urls["account_detail"]
    assert client.post(urls["account_delete"]).status_code == 409


@pytest.mark.parametrize("name", ["board", "inbox", "account_list"])
def test_lists_ask_as_often_for_many_as_for_few(client, name):
    partner, acting = world.make_partner()
    client.force_login(acting.user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"tenders:{name}")).status_code == 200
        return len(captured)

    world.make_proposal(open_tender(), partner)
    open_tender(partner.organisation)
    queries()
    few = queries()
    for _ in range(6):
        world.make_proposal(open_tender(), partner)
        open_tender(partner.organisation)

    assert queries() == few
