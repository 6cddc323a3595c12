"""Who reaches a client, with what, and why: rules 15, 16, 20 and 21, as the pages tell them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients import selectors
from clients.choices import Access, Payer
from clients.models import Grant, TeamClient, TeamMember
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partners.models import Partner
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
ALL = {"has_technical": True, "has_statistics": True, "has_order": True, "has_billing": True}
CARE = ALL | {"has_order": False}


@pytest.fixture
def here(here):
    here.lumen = here.partner.organisation
    here.relationship = world.make_relationship(
        here.client, here.partner, access=Access.LIMITED, products=(here.product,)
    )
    here.mia = _member(here, "Mia Vogt")
    here.tom = _member(here, "Tom Frei")
    here.team = world.make_team(here.lumen, people=(here.mia,), clients=(here.relationship,), **CARE)
    here.browser = signed_in(here.partner_acting.user)
    return here


def _member(here, name, role=Role.COLLABORATOR):
    return world.make_member(here.lumen, role, user=world.make_user(name))


def rows(answer):
    return {
        str(row.record.user): [row.get_cell_value("way"), row.get_cell("remains")]
        for row in answer.context["table"].rows
    }


def page(here, name, *arguments):
    return here.browser.get(reverse(f"clients:{name}", args=arguments))


def why(here, member, product=None):
    return page(here, "client_why", here.relationship.pk, member.pk, (product or here.product).pk)


def told(answer):
    """Each link of a chain: what it cuts; and what remains in the end."""
    links = answer.context["links"]
    return [link.cuts for link in links[:-1]], links[-1].what


def test_everybody_who_reaches_a_client_is_listed_with_the_way_and_what_remains(here):
    """Rules 20 and 21."""
    world.assign(here.relationship, here.tom, has_technical=False, has_order=True)

    text = {
        name: " ".join(map(str, cells))
        for name, cells in rows(page(here, "client_people", here.relationship.pk)).items()
    }

    assert set(text) == {"Ana Keller", "Mia Vogt", "Tom Frei"}
    assert "Legal representative: reaches every client" in text["Ana Keller"]
    assert "Team Web: see, manage, see statistics, manage billing" in text["Mia Vogt"]
    assert "By name: see, see statistics, order and renew" in text["Tom Frei"]
    assert text["Ana Keller"].endswith("see, manage, see statistics")
    assert text["Tom Frei"].endswith("see, see statistics")


def test_who_does_not_reach_a_client_is_listed_when_asked_for(here):
    """Rule 20."""
    url = reverse("clients:client_people", args=[here.relationship.pk])

    shown = [set(rows(here.browser.get(url, {"everybody": asked}))) for asked in ("", "no", "all")]

    assert shown == [{"Ana Keller", "Mia Vogt"}, {"Tom Frei"}, {"Ana Keller", "Mia Vogt", "Tom Frei"}]


def test_while_the_status_does_not_hold_nobody_reaches_a_client(here):
    """Rule 48."""
    Partner.objects.filter(pk=here.partner.pk).update(state="SUSPENDED", suspended_at=NOW)

    answer = page(here, "client_people", here.relationship.pk)

    assert rows(answer) == {}
    assert "Nobody reaches this client at the moment" in answer.content.decode()


@pytest.mark.parametrize("name", ["client_people", "client_detail", "client_person", "client_why", "person_list"])
def test_many_people_take_as_many_queries_as_few(here, name):
    arguments = {
        "client_person": [here.relationship.pk, here.mia.pk],
        "client_why": [here.relationship.pk, here.mia.pk, here.product.pk],
        "person_list": [],
    }.get(name, [here.relationship.pk])
    page(here, name, *arguments)
    with CaptureQueriesContext(connection) as few:
        page(here, name, *arguments)

    for number in range(20):
        team = world.make_team(here.lumen, f"Team {number}", reaches_all=number % 2 == 0)
        TeamClient.objects.create(team=team, relationship=here.relationship)
        TeamMember.objects.create(team=team, membership=_member(here, f"Person {number}"))
        TeamMember.objects.create(team=team, membership=here.mia)
    with CaptureQueriesContext(connection) as many:
        page(here, name, *arguments)

    assert len(many) == len(few) <= 12


def test_the_chain_says_what_each_link_cuts_and_what_remains(here):
    """Rules 15 and 21: team, access, and the right on the product."""
    Grant.objects.update(has_statistics=False)

    assert told(why(here, here.mia)) == (
        ["", "order and renew", "manage billing", "see statistics"],
        "See, manage",
    )
    assert told(why(here, here.partner_acting.membership)) == (
        ["", "", "order and renew, manage billing", "see statistics"],
        "See, manage",
    )


def test_who_was_not_let_in_reads_where_the_chain_is_cut(here):
    """Rule 20."""
    answer = why(here, here.tom)

    assert told(answer)[1] == "Nothing"
    assert told(answer)[0][1] == "see, manage, see statistics, order and renew, manage billing"
    assert "in no team that looks after this client" in answer.content.decode()


@pytest.mark.parametrize(("payer", "cut"), [(Payer.CLIENT, "manage billing"), (Payer.PARTNER, "")])
def test_with_full_access_the_payer_decides_what_is_cut(here, payer, cut):
    """Rules 16 and 18."""
    here.relationship.access, here.relationship.payer = Access.FULL, payer
    here.relationship.save()
    later = world.make_product(here.client, here.offers["office"], name="later")

    cuts, remains = told(why(here, here.partner_acting.membership, later))

    assert cuts == ["", "", cut, ""]
    assert ("manage billing" in remains) == (payer == Payer.PARTNER)


def test_the_chain_says_what_the_one_question_answers(here):
    """Rule 21: pages and permissions read the same."""
    reach = selectors.reach(membership=here.mia, product_id=here.product.pk)

    chain = selectors.chain_of(reach, membership=here.mia, product=here.product)

    assert chain[-1].passes == reach.rights
    with CaptureQueriesContext(connection) as asked:
        selectors.reach(membership=here.mia, product_id=here.product.pk)
        selectors.chain_of(reach, membership=here.mia, product=here.product)
    assert len(asked) == 1


def test_unknown_and_foreign_answer_alike(here):
    """Promise 2: a person, a product, a client, a team of somebody else, and one that does not exist."""
    hidden = world.make_product(here.client, here.offers["office"])  # of the client, and not granted
    nord, nord_acting = world.make_partner("Atelier Nord")
    foreign = world.make_relationship(world.make_client("Zwei AG")[0], nord)
    team = world.make_team(nord.organisation)
    no = 10**9

    answers = [
        why(here, here.mia, hidden),
        page(here, "client_why", here.relationship.pk, here.mia.pk, no),
        page(here, "client_why", here.relationship.pk, nord_acting.membership.pk, here.product.pk),
        page(here, "client_why", here.relationship.pk, no, here.product.pk),
        page(here, "client_why", foreign.pk, here.mia.pk, here.product.pk),
        page(here, "client_person", here.relationship.pk, nord_acting.membership.pk),
        page(here, "client_people", foreign.pk),
        page(here, "client_people", no),
        page(here, "person_detail", nord_acting.membership.pk),
        page(here, "team_detail", team.pk),
        page(here, "team_clients", team.pk),
    ]

    assert {answer.status_code for answer in answers} == {404}
    post = here.browser.post(reverse("clients:team_clients_give", args=[team.pk]), {"clients": [foreign.pk]})
    assert post.status_code == 404
    assert not TeamClient.objects.filter(team=team).exists()


def test_in_a_clients_space_one_reads_why_for_oneself(here):
    """Rule 21."""
    browser = signed_in(here.mia.user)
    browser.post(reverse("clients:client_enter", args=[here.relationship.pk]))
    hidden = world.make_product(here.client, here.offers["office"])

    link = reverse("clients:product_why", args=[here.product.pk])
    answer = browser.get(link)

    assert link in browser.get(reverse("clients:product_detail", args=[here.product.pk])).content.decode()
    assert told(answer) == (["", "order and renew", "manage billing", ""], "See, manage, see statistics")
    assert "Mia Vogt" in answer.content.decode()
    assert browser.get(reverse("clients:product_why", args=[hidden.pk])).status_code == 404
    TeamMember.objects.all().delete()
    assert browser.get(link).status_code == 404  # promise 1: gone at the next request


def test_a_person_is_listed_with_the_clients_they_reach(here):
    """Rule 20."""
    world.make_relationship(world.make_client("Zwei AG")[0], here.partner)
    everywhere = _member(here, "Zoe Lang")
    world.make_team(here.lumen, "Everywhere", people=(everywhere,), reaches_all=True)

    people = {str(row.record.user): row.record.client_count for row in page(here, "person_list").context["table"].rows}

    assert people == {"Ana Keller": 2, "Mia Vogt": 1, "Tom Frei": 0, "Zoe Lang": 2}
    reached = [page(here, "person_detail", one.pk).context["table"].rows for one in (here.mia, here.tom, everywhere)]
    assert [[str(row.record.client) for row in one] for one in reached] == [
        ["Bäckerei Moser"],
        [],
        ["Bäckerei Moser", "Zwei AG"],
    ]


def test_many_ticked_clients_are_given_and_taken_in_one_go(here):
    """Rule 20: the list can be searched, and says which are in the team."""
    more = [world.make_relationship(world.make_client(f"Garage {n}")[0], here.partner).pk for n in range(30)]
    give, take = (reverse(f"clients:team_clients_{act}", args=[here.team.pk]) for act in ("give", "take"))
    listed = reverse("clients:team_clients", args=[here.team.pk])

    assert here.browser.post(give, {"clients": more}).status_code == 302
    inside = len(
        here.browser.get(listed, {"given": "yes", "search": "garage 2", "sort": "-team"}).context["table"].rows
    )
    assert here.browser.post(take, {"clients": more[:29]}).status_code == 302

    assert inside == 11  # 2, and 20 to 29
    assert set(here.team.clients.values_list("relationship", flat=True)) == {here.relationship.pk, more[29]}


@pytest.mark.parametrize("sent", [[], ["x"], ["-1"], ["9" * 30], [str(10**9)]])
def test_nothing_ticked_or_nonsense_gets_a_sentence_and_changes_nothing(here, sent):
    lines = AuditEvent.objects.count()

    answer = here.browser.post(reverse("clients:team_clients_give", args=[here.team.pk]), {"clients": sent})

    assert answer.status_code == (409 if sent == [str(10**9)] else 200)
    assert answer.context["form"].errors
    assert here.team.clients.count() == 1
    assert AuditEvent.objects.count() == lines


def test_boxes_that_were_ticked_for_another_organisation_do_nothing(here):
    other = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)

    answer = here.browser.post(
        reverse("clients:team_clients_give", args=[here.team.pk]), {"clients": [other.pk], "drawn_for": "1."}
    )

    assert answer.status_code == 409
    assert here.team.clients.count() == 1


@pytest.mark.parametrize("seen", ["5", "true", "[[1]]", "[1.5]", '["x"]', "[true]", '{"a": 1}', "[null]", "{", '"x"'])
def test_a_team_page_that_has_lost_who_was_in_it_gets_a_sentence_and_changes_nothing(here, seen):
    address = reverse("clients:team_members", args=[here.team.pk])
    answer = here.browser.post(address, {"members": [here.tom.pk], "seen": seen})

    assert answer.status_code == 200
    assert "This page has lost what it needs. Open it again." in answer.content.decode()
    assert [one.membership for one in here.team.members.all()] == [here.mia]


@pytest.mark.parametrize("is_kept", [False, True])
def test_who_reaches_nobody_through_a_team_loses_nothing_with_it(here, is_kept):
    """Rule 20: "still reaches every client" is said of those who reach clients on another way."""
    if is_kept:
        world.assign(here.relationship, here.mia)
    else:
        here.team.clients.all().delete()

    asked = page(here, "team_delete", here.team.pk).content.decode()

    assert ("Mia Vogt still reaches every client. 1 stays on another way" in asked) is is_kept
    assert ("Mia Vogt loses nothing." in asked) is not is_kept


def test_a_team_is_made_changed_and_deleted_on_its_pages(here):
    made = here.browser.post(
        reverse("clients:team_create"), {"name": "Shops", "has_order": "on", "members": [here.tom.pk]}
    )
    team = here.lumen.client_teams.get(name="Shops")
    assert made["Location"] == reverse("clients:team_clients", args=[team.pk])
    assert team.rights == {"view", "order"}

    taken = here.browser.post(reverse("clients:team_create"), {"name": "shops"})
    assert (taken.status_code, here.lumen.client_teams.count()) == (409, 2)
    assert "Another team has this name already." in taken.context["form"].errors["name"][0]

    ticked = here.browser.post(reverse("clients:team_members", args=[team.pk]), {"tick": "all"})
    assert ticked.status_code == 200
    assert [one.membership for one in team.members.all()] == [here.tom]

    asked = here.browser.get(reverse("clients:team_delete", args=[here.team.pk])).content.decode()
    assert "Mia Vogt no longer reaches 1 client." in asked
    here.browser.post(reverse("clients:team_delete", args=[here.team.pk]))
    assert [one.name for one in here.lumen.client_teams.all()] == ["Shops"]


def test_the_client_page_shows_the_first_people_and_leads_to_the_others(here):
    for number in range(6):
        world.assign(here.relationship, _member(here, f"Person {number}"))

    text = page(here, "client_detail", here.relationship.pk).content.decode()

    assert reverse("clients:client_people", args=[here.relationship.pk]) in text
    assert "The first 5 of 8." in text


def test_a_collaborator_reads_on_the_client_page_how_they_reach_it_and_of_nobody_else(here):
    world.assign(here.relationship, here.tom)

    text = signed_in(here.mia.user).get(here.relationship.client_page).content.decode()

    assert "Team Web: see, manage, see statistics, manage billing" in text
    assert "Tom Frei" not in text
    assert reverse("clients:client_people", args=[here.relationship.pk]) not in text


@pytest.mark.parametrize(
    ("came_from", "kept"),
    [
        ("{list}?given=no&search=x", "?given=no&search=x"),
        ("http://evil.example/?given=no", ""),
        ("", ""),
        ("http://[", ""),
    ],
)
def test_after_giving_the_list_stands_as_it_was(here, came_from, kept):
    listed = reverse("clients:team_clients", args=[here.team.pk])

    answer = here.browser.post(
        reverse("clients:team_clients_give", args=[here.team.pk]),
        {"clients": [here.relationship.pk]},
        headers={"referer": came_from.format(list=f"http://testserver{listed}")},
    )

    assert answer["Location"] == listed + kept
