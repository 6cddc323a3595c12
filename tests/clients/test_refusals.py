"""Grants that cannot be given: each is refused with a sentence, and nothing is half-written. Rules 9, 12, 17, Q14."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clients import services
from clients.choices import Access, ProductState, RelationshipState, Side
from clients.exceptions import NotPossible
from clients.models import Grant, Product, Relationship
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests import world
from tests.browsers import signed_in
from tests.clients.asking import invite, limited, request
from tests.clients.granting import look, ticked
from tests.world import NOW

pytestmark = pytest.mark.django_db
WAYS = ("invite", "change", "answer")


@pytest.fixture
def here(here):
    here.foreign = world.make_product(world.make_client("Fremd AG")[0], here.offers["office"], name="foreign.ch")
    here.office = world.make_product(here.client, here.offers["office"], name="Office")
    here.browser = signed_in(here.acting.user)
    return here


def ready(here, way):
    """Make what a way of granting needs; return the page, and the service with the terms left open."""
    if way == "invite":
        page = reverse("clients:partner_invite", args=[here.partner.pk])
        return page, lambda terms: invite(here, terms)
    if way == "change":
        row = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.product,))
        service = services.change_access
    else:
        row = request(here, here.acting.user.email, access=Access.LIMITED, payer=None)
        service = services.answer_request
    page = reverse(f"clients:relationship_{way}", args=[row.pk])
    return page, lambda terms: service(relationship_id=row.pk, terms=terms, actor=here.acting, now=NOW)


def rows():
    """Everything that a grant may write."""
    return [
        list(Relationship.objects.order_by("pk").values()),
        list(Grant.objects.order_by("pk").values()),
        list(Product.objects.order_by("pk").values()),
        AuditEvent.objects.count(),
        Job.objects.count(),
    ]


def told(answer):
    return " ".join(str(one) for errors in answer.context["form"].errors.values() for one in errors)


@pytest.mark.parametrize("way", WAYS)
def test_a_product_that_is_not_the_clients_is_refused_by_the_service(here, way):
    """Rule 9: also beside one that is its own."""
    _page, grant = ready(here, way)
    before = rows()

    with pytest.raises(NotPossible, match="no longer there") as refusal:
        grant(limited(here.product, here.foreign))

    assert (refusal.value.field, rows()) == ("products", before)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("column", ["products_see", "products_technical", "products_statistics"])
def test_a_product_that_is_not_the_clients_is_refused_by_the_editor(here, way, column):
    """Rule 9: a page made by hand, in whichever column; the foreign product's name is nowhere."""
    page, _grant = ready(here, way)
    before = rows()
    typed = ticked(here.product)
    typed[column] = [*typed[column], here.foreign.pk]

    shown = look(here.browser, page, typed)
    sent = here.browser.post(page, typed | {"seen": seen(shown), "confirm": "made by hand"})

    assert not shown.context.get("confirm")
    assert "no longer there" in told(shown)
    assert "foreign.ch" not in shown.content.decode() + sent.content.decode()
    assert rows() == before


def seen(answer):
    form = answer.context["form"]
    return form["seen"].value() if "seen" in form.fields else ""


@pytest.mark.parametrize("way", WAYS)
def test_a_product_terminated_between_drawing_and_saving_is_refused(here, way):
    """Rule 9: what was looked at is saved as a whole or not at all; the page can be sent again without it."""
    page, grant = ready(here, way)
    typed = ticked(here.product, here.office)
    shown = look(here.browser, page, typed)
    Product.objects.filter(pk=here.office.pk).update(state=ProductState.TERMINATED, terminated_at=NOW)
    before = rows()

    answer = here.browser.post(page, typed | {"seen": seen(shown), "confirm": shown.context["confirm"]})

    assert "no longer there" in told(answer)
    with pytest.raises(NotPossible, match="no longer there"):
        grant(limited(here.product, here.office))
    assert rows() == before


def test_an_invitation_names_no_product_that_was_terminated_before_it_was_accepted(here):
    """Rule 10: what is gone is not opened, and the other product is."""
    relationship = invite(here, limited(here.product, here.office))
    Product.objects.filter(pk=here.office.pk).update(state=ProductState.TERMINATED, terminated_at=NOW)

    services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)

    assert list(Grant.objects.values_list("product", flat=True)) == [here.product.pk]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COLLABORATOR])
@pytest.mark.parametrize("way", WAYS)
def test_only_a_legal_representative_grants(here, way, role):
    """Rule 6, rule 17, Q17: neither page, nor first step, nor a confirmation made by hand."""
    page, _grant = ready(here, way)
    member = signed_in(world.make_member(here.client, role).user)
    before = rows()

    codes = [
        member.get(page).status_code,
        member.post(page, ticked(here.office)).status_code,
        member.post(page, ticked(here.office) | {"confirm": "made by hand"}).status_code,
    ]

    assert (codes, rows()) == ([403, 403, 403], before)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COLLABORATOR])
def test_only_a_legal_representative_changes_who_pays(here, role):
    """Rule 17."""
    relationship = world.make_relationship(here.client, here.partner)
    page = reverse("clients:relationship_payer", args=[relationship.pk])
    member = signed_in(world.make_member(here.client, role).user)
    before = rows()

    assert member.post(page, {"payer": "PARTNER"}).status_code == 403
    assert rows() == before


@pytest.mark.parametrize("is_in_space", [True, False])
def test_a_partner_grants_itself_nothing(here, is_in_space):
    """Rule 17: to the partner the client's pages do not exist."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.product,))
    partner = signed_in(here.partner_acting.user)
    if is_in_space:
        partner.post(reverse("clients:client_enter", args=[relationship.pk]))
    before = rows()

    for name in ("change", "payer", "confirm", "renew"):
        page = reverse(f"clients:relationship_{name}", args=[relationship.pk])
        assert partner.post(page, {"access": "FULL", "payer": "CLIENT", "confirm": "x"}).status_code == 404
    assert rows() == before


def test_nobody_invites_oneself(here):
    """Q14: on the page made by hand; the search does not offer it."""
    own = world.make_product(here.partner.organisation, here.offers["office"])
    browser = signed_in(here.partner_acting.user)
    page = reverse("clients:partner_invite", args=[here.partner.pk])
    before = rows()

    found = browser.get(reverse("clients:partner_search"), {"q": "Studio Lumen"})
    answer = browser.post(page, ticked(own))

    assert found.context["found"] == []
    assert answer.status_code == 409
    assert "cannot be its own partner" in told(answer)
    assert rows() == before


@pytest.mark.parametrize("by", ["email", "code"])
def test_nobody_asks_oneself(here, by):
    """Q14: by one's own address or one's own code."""
    own = here.partner_acting
    code = services.make_request_code(organisation_id=here.partner.pk, actor=own, now=NOW) if by == "code" else ""
    before = rows()

    with pytest.raises(NotPossible, match="cannot be its own partner") as refusal:
        request(here, own.user.email if by == "email" else "", code=code)

    assert (refusal.value.field, rows()) == (by, before)


def test_a_request_to_an_address_is_not_claimed_by_the_partner_itself(here):
    """Q14, Q16."""
    relationship = request(here, "somebody@example.ch")
    before = rows()

    with pytest.raises(NotPossible, match="cannot be its own partner"):
        services.claim_request(
            relationship_id=relationship.pk, client_id=here.partner.pk, actor=here.partner_acting, now=NOW
        )

    assert rows() == before


def test_an_invitation_withdrawn_meanwhile_is_accepted_on_no_open_page(here):
    """Rule 12: the page was drawn before; the button says that it is no longer possible."""
    relationship = invite(here, limited(here.product))
    partner = signed_in(here.partner_acting.user)
    page = reverse("clients:client_answer", args=[relationship.pk])
    assert partner.get(page).status_code == 200
    services.withdraw(relationship_id=relationship.pk, actor=here.acting, now=NOW)
    before = rows()

    answer = partner.post(page)

    assert answer.status_code == 409
    assert "no longer possible" in told(answer)
    assert rows() == before


def test_a_request_withdrawn_meanwhile_is_answered_on_no_open_page(here):
    """Rule 12: nor are grants left on what is withdrawn."""
    relationship = request(here, here.acting.user.email, access=Access.LIMITED, payer=None)
    page = reverse("clients:relationship_answer", args=[relationship.pk])
    typed = ticked(here.product)
    shown = look(here.browser, page, typed)
    services.withdraw(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
    before = rows()

    answer = here.browser.post(page, typed | {"confirm": shown.context["confirm"]})

    assert answer.status_code == 409
    assert "no longer possible" in told(answer)
    assert rows() == before


@pytest.mark.parametrize("state", [RelationshipState.REFUSED, RelationshipState.WITHDRAWN, RelationshipState.ENDED])
def test_what_is_over_is_not_accepted(here, state):
    """Rule 49: no right is revived."""
    relationship = world.make_relationship(
        here.client, here.partner, access=Access.LIMITED, products=(here.product,), state=state, started_by=Side.CLIENT
    )
    before = rows()

    answer = signed_in(here.partner_acting.user).post(reverse("clients:client_answer", args=[relationship.pk]))

    assert answer.status_code == 409
    assert "no longer possible" in told(answer)
    assert rows() == before


def test_a_change_that_was_looked_at_before_the_end_is_not_saved_after_it(here):
    """Rule 48, rule 49."""
    page, _grant = ready(here, "change")
    typed = ticked(here.office)
    shown = look(here.browser, page, typed)
    services.end_relationship(relationship_id=Relationship.objects.get().pk, by="PARTNER", actor=here.acting, now=NOW)
    before = rows()

    answer = here.browser.post(page, typed | {"seen": seen(shown), "confirm": shown.context["confirm"]})

    assert answer.status_code == 409
    assert "no longer possible" in told(answer)
    assert rows() == before
