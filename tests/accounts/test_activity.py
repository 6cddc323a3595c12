"""The activity as people read it: who, for whom, through which relationship; nobody more than concerns them. Q43,
promises 2 and 7."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import services as billing
from clients import services
from clients.choices import Access, Payer
from partnerportal.accounts.choices import Role
from partnerportal.accounts.templatetags.acts import ACTS, kinds_of_acts
from partnerportal.audit import log
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.csv import BOM
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
PAGE = "accounts:activity_list"
RIGHTS = {"has_technical": True, "has_statistics": True, "has_order": False, "has_billing": False}


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.relationship = world.make_relationship(Here.client, Here.partner)
    Here.in_space = world.acting(Here.partner_acting.membership, Here.relationship)
    return Here


def shown(acting, **filters):
    answer = signed_in(acting.user).get(reverse(PAGE), filters)
    assert answer.status_code == 200
    return [row.record for row in answer.context["table"].page.object_list]


def actions(acting, **filters):
    return [event.action for event in shown(acting, **filters)]


def write(actor, organisation, action="clients.relationship.accepted", *, at=NOW, **facts):
    return log.record(at=at, actor=actor, action=action, subject=organisation, organisation=organisation, **facts)


def order(here):
    return billing.place_order(
        client_id=here.client.pk,
        items=[billing.Item(here.offers["office"], 1)],
        relationship_id=here.relationship.pk,
        key="k1",
        actor=here.in_space,
        now=NOW,
    )


def test_an_act_in_a_clients_space_reads_as_a_sentence_on_both_sides(here):
    order(here)
    said = f"for Bäckerei Moser, through relationship {here.relationship.pk}"

    for acting in (here.acting, here.partner_acting):
        text = signed_in(acting.user).get(reverse(PAGE)).content.decode()
        assert "Ana Keller (Studio Lumen)" in text
        assert said in text


def test_a_partner_reads_what_its_people_did_for_clients(here):
    colleague = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    write(world.acting(colleague, here.relationship), here.client, "billing.renewal.placed")
    write(here.acting, here.client, "accounts.organisation.changed")  # the client's own act

    assert actions(here.partner_acting) == ["billing.renewal.placed"]
    assert actions(here.acting) == ["billing.renewal.placed", "accounts.organisation.changed"][::-1]


def test_the_clients_own_invoice_stays_the_clients(here):
    """Rules 24 and 27: an order on the client's means brings an invoice that the partner learns nothing of."""
    order(here)

    assert set(actions(here.partner_acting)) == {"billing.order.placed"}
    assert set(actions(here.acting)) == {"billing.order.placed", "billing.invoice.issued"}


def test_a_client_reads_no_more_than_the_acts_on_it(here):
    """Promise 2: nor what a partner does for others, nor what its own people did elsewhere without a relationship."""
    other, _acting = world.make_client("Zwei AG")
    second = world.make_relationship(other, here.partner)
    write(world.acting(here.partner_acting.membership, second), other)
    write(here.partner_acting, here.partner.organisation, "partners.partner.tender_mails_changed")
    write(here.acting, other, "tenders.tender.awarded")
    own = write(here.in_space, here.client)

    assert shown(here.acting) == [own]


def test_in_a_clients_space_only_its_relationship_is_read(here):
    """As before: what was done for other clients is not told there."""
    second = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)
    write(world.acting(here.partner_acting.membership, second), second.client)
    write(here.partner_acting, here.partner.organisation, "partners.partner.tender_mails_changed")
    own = write(here.in_space, here.client)

    assert list(AuditEvent.objects.visible_to(here.in_space)) == [own]
    assert [list(part) for part in AuditEvent.objects.parts_visible_to(here.in_space)] == [[own]]
    assert AuditEvent.objects.visible_to(here.partner_acting).count() == 3


def test_the_parts_of_a_trail_are_the_whole_of_it(here):
    """The list reads the parts; permission asks the whole."""
    order(here)
    write(here.acting, here.client)
    write(here.partner_acting, here.partner.organisation, "partners.partner.left")

    for acting in (here.acting, here.partner_acting, here.in_space):
        parts = [set(part) for part in AuditEvent.objects.parts_visible_to(acting)]
        assert set().union(*parts) == set(AuditEvent.objects.visible_to(acting))
        assert sum(len(part) for part in parts) == len(set().union(*parts))
    assert AuditEvent.objects.parts_visible_to(None)[0].count() == 0


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("act", ["withdraw", "resend", "expire"])
def test_a_request_reads_alike_whether_or_not_there_is_an_account(here, is_known, act):
    """Promise 2: neither the list, nor its filters, nor its file tells whose address it is."""
    _weingut, weingut_acting = world.make_client("Weingut am Hang")
    email = weingut_acting.user.email if is_known else "nobody@weingut.example"
    asked = services.request_client(
        partner_id=here.partner.pk,
        email=email,
        ask=services.Ask(Access.FULL, Payer.CLIENT),
        actor=here.partner_acting,
        now=NOW,
    )
    if act == "expire":
        services.expire_invitations(now=NOW + dt.timedelta(days=40))
    else:
        getattr(services, act)(relationship_id=asked.pk, actor=here.partner_acting, now=NOW)
    browser = signed_in(here.partner_acting.user)

    text = browser.get(reverse(PAGE)).content.decode()
    file = browser.get(reverse(PAGE), {"download": "csv"}).content.decode()

    assert len(shown(here.partner_acting)) == len(shown(here.partner_acting, organisation=email)) == 2
    assert shown(here.partner_acting, organisation="Weingut am") == []
    assert f"with {email}, relationship {asked.pk}" in text
    assert "Weingut am Hang" not in text + file
    assert len(shown(weingut_acting)) == (2 if is_known else 0)


def test_acts_are_found_by_person_organisation_kind_day_and_relationship(here):
    second = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)
    tom = world.make_member(here.partner.organisation, Role.COLLABORATOR, user=world.make_user("Tom Frei"))
    early = write(world.acting(tom, second), second.client, "billing.renewal.placed", at=NOW - dt.timedelta(days=9))
    late = write(here.in_space, here.client, "billing.export.started")

    def find(**filters):
        return shown(here.partner_acting, **filters)

    assert find() == [late, early]
    assert find(sort="at") == [early, late]
    assert find(search="tom") == [early]
    assert find(organisation="zwei") == [early]
    assert find(kind="billing.export.started") == [late]
    assert find(since="2026-11-20") == [late]
    assert find(until="2026-11-20") == [early]
    assert find(relationship=str(second.pk)) == [early]
    assert find(search="tom", relationship=str(here.relationship.pk)) == []


@pytest.mark.parametrize("wrong", [{"relationship": "x"}, {"kind": "made.up"}, {"relationship": "9" * 30}])
def test_a_filter_that_makes_no_sense_finds_nothing(here, wrong):
    write(here.in_space, here.client)

    assert shown(here.partner_acting, **wrong) == []


def test_every_act_stands_in_one_group_of_kinds():
    grouped = [action for _label, acts in kinds_of_acts() for action, _words in acts]

    assert sorted(grouped) == sorted(ACTS)


def test_the_file_holds_each_part_of_the_sentence(here):
    write(here.in_space, here.client, "billing.export.started")

    answer = signed_in(here.partner_acting.user).get(reverse(PAGE), {"download": "csv"})
    header, line = csv.reader(io.StringIO(answer.content.decode().removeprefix(BOM)), delimiter=";")

    assert dict(zip(header, line, strict=True)) == {
        "When": "2026-11-23 11:00:00+01:00",
        "Who": "Ana Keller",
        "Member of": "Studio Lumen",
        "For": "Bäckerei Moser",
        "Through relationship": str(here.relationship.pk),
        "What": "exported billing data",
        "On": "Bäckerei Moser",
    }


def test_staff_read_all_and_find_it_by_the_same_filters(here):
    write(here.in_space, here.client)
    write(here.acting, here.client)
    browser = signed_in(world.make_user("Paul Iten", staff_role="MANAGER"))
    url = reverse("accounts:staff_audit_list")

    found = [
        len(browser.get(url, filters).context["table"].page.object_list)
        for filters in ({}, {"relationship": str(here.relationship.pk)}, {"organisation": "nobody"})
    ]

    assert found == [2, 1, 0]


def test_the_list_takes_few_queries_and_reads_by_its_indexes(here):
    """Each half is read in the order of its index and stops at what a list shows at most."""
    for _number in range(30):
        write(here.in_space, here.client)
        write(here.partner_acting, here.partner.organisation)
    browser = signed_in(here.partner_acting.user)
    browser.get(reverse(PAGE))

    with CaptureQueriesContext(connection) as asked:
        second = browser.get(reverse(PAGE), {"page": "2"})

    assert len(second.context["table"].page.object_list) == 25
    assert len(asked) <= 12
    lists = [one["sql"] for one in asked if "audit_auditevent" in one["sql"] and "COUNT" not in one["sql"]]
    assert len(lists) == 1
    assert len(re.findall(r"UNION ALL", lists[0])) == 1
    assert lists[0].count("LIMIT 10001") == 2


def test_one_line_for_each_of_many_in_few_statements(here):
    """Promise 7: set-based; each reads its own."""
    organisations = [world.make_client(f"Garage {number}") for number in range(20)]
    concerned = [log.Concerned(one.pk, one.name, 7) for one, _acting in organisations]
    team = here.partner.organisation

    with CaptureQueriesContext(connection) as asked:
        written = log.record_many(
            at=NOW, actor=here.partner_acting, action="clients.team.client_given", subject=team, concerned=concerned
        )

    assert written == 20
    (rows,) = [str(one["sql"]) for one in asked]
    assert "COPY" in rows  # all of them at once
    assert [event.organisation_label for event in shown(organisations[3][1])] == ["Garage 3"]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_not_many_are_recorded_either():
    _client, acting = world.make_client()
    one = log.Concerned(acting.home.pk, "Moser", 1)

    with pytest.raises(Exception, match="outside a transaction"):
        log.record_many(at=NOW, actor=acting, action="clients.team.made", subject=acting.home, concerned=[one])

    assert not AuditEvent.objects.exists()
