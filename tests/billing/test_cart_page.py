"""The page of the cart: every line explained, nothing ordered that was not shown, each refusal with a way out."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import services
from billing.models import Cart, CartItem, Order
from clients import services as client_services
from clients.choices import Access, Payer
from clients.models import Product
from partnerportal.accounts.choices import Role
from partners.choices import PartnerState
from tests import world
from tests.billing import scenes
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
CART, ADD, CHANGE = "/account/cart/", "/account/cart/add/", "/account/cart/change/"
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "cart"}


@pytest.fixture
def here():
    """Give a client that holds CHF 900, its partner, and a browser of each."""
    found = scenes.scene()
    scenes.top_up(found.client, "900")
    found.browser = signed_in(found.acting.user)
    found.partner_browser = in_space(found.partner_acting.user, found.relationship)
    return found


def in_space(user, relationship):
    browser = signed_in(user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))
    return browser


def text(page):
    """What a page says, without markup and no-break spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()).replace("\u00a0", " "))


def hidden(page):
    """What the cart's form carries."""
    drawn = page.content.decode()
    names = ("drawn_for", "drawn_by", "cart", "shown")
    carried = {name: found[1] for name in names if (found := re.search(rf'name="{name}" value="([^"]*)"', drawn))}
    lines = dict(re.findall(r'name="(was_quantity_\d+)" value="(\d+)"', drawn))
    return carried | lines | {name.removeprefix("was_"): value for name, value in lines.items()}


def links(page):
    return re.findall(r'href="([^"]+)"', page.content.decode())


def add(browser, here, code="web-hosting", quantity=1, **values):
    key = f"{code}-{CartItem.objects.count()}-{quantity}"
    asked = {"offer": here.offers[code].pk, "quantity": quantity, "name": "", "key": key}
    return browser.post(ADD, asked | values)


def order(browser, page, confirm="pay", **changes):
    return browser.post(CART, hidden(page) | {"confirm": confirm} | changes)


def nothing_was_ordered():
    return not Order.objects.exists() and not Product.objects.exists()


# Filling it


def test_an_empty_cart_says_where_to_go_and_every_link_leads_somewhere(here):
    page = here.browser.get(CART)

    assert "Your cart is empty" in text(page)
    for link in {one for one in links(page) if one.startswith("/account/")}:
        assert here.browser.get(link).status_code == 200, link


def test_an_offer_comes_from_the_address_into_the_form(here):
    offer = here.offers["domain-ch"]

    page = here.browser.get(ADD, {"offer": offer.pk, "quantity": 3, "name": "moser.ch"})

    form = page.context["add_form"]
    assert (str(form["offer"].value()), str(form["quantity"].value())) == (str(offer.pk), "3")
    assert form["name"].value() == "moser.ch"
    assert not Cart.objects.exists()


@pytest.mark.parametrize("asked", ["", "abc", "999999999", "-1", "'"])
def test_an_odd_address_shows_the_cart(here, asked):
    assert here.browser.get(ADD, {"offer": asked, "quantity": asked, "name": asked}).status_code == 200


def test_it_is_added_from_the_order_page_too(here):
    assert f'formaction="{ADD}"' in here.browser.get("/account/orders/new/").content.decode()

    add(here.browser, here, quantity=2)
    page = here.browser.get("/account/orders/new/")

    assert "See the cart: 1 line" in text(page)


def test_a_product_leads_to_another_of_its_kind(here):
    product = world.make_product(here.client, here.offers["web-hosting"])
    page = reverse("clients:product_detail", args=[product.pk])

    assert f"{ADD}?offer={product.offer_id}#add" in links(here.browser.get(page))
    product.offer.is_sold = False
    product.offer.save()
    assert f"{ADD}?offer={product.offer_id}#add" not in links(here.browser.get(page))


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(here):
    page = add(here.browser, here, quantity=0, name="moser.ch")

    assert page.status_code == 200
    assert page.context["add_form"].errors.keys() == {"quantity"}
    assert 'value="moser.ch"' in page.content.decode()
    page = add(here.browser, here, periods=2, name="moser.ch")
    assert page.status_code == 409
    assert page.context["add_form"].errors.keys() == {"periods"}
    assert "An offer is paid for as many periods at once" in text(page)
    assert not Cart.objects.exists()


# Reading it


def test_every_line_says_what_it_costs_and_why(here):
    """Promise 3: public price, steps, rate, count, the next step, VAT, who pays, from what, what remains."""
    add(here.browser, here, quantity=20, name="")
    add(here.browser, here, quantity=9, name="shop")
    add(here.browser, here, "office")

    said = text(here.browser.get(CART))

    for words in (
        "198.40 168.64",  # 20 × 9.92, and less 15 %
        "Why 168.64?",
        "20 × Web hosting for one month at 9.92 a month",
        "Degressive rate 15 %",
        "29 units in this organisation",
        "the step from 20 to 29",
        "1 more Web hosting makes 30: the 25 % step",
        "344.53",  # net: 168.64 + 75.89 + 100.00
        "VAT 8.1 %",
        "CHF 372.44",
        "Bäckerei Moser pays and gets the invoice",
        "which holds CHF 900.00: CHF 527.56 remain",
    ):
        assert words in said, words
    assert nothing_was_ordered()


def test_a_partner_reads_its_cashback_and_not_its_clients_account(here):
    """Promise 2, row 2."""
    add(here.partner_browser, here, quantity=35)

    said = text(here.partner_browser.get(CART))

    assert "Your cashback: CHF 52.08" in said
    assert "Paid from the prepaid account of Bäckerei Moser if it holds enough" in said
    assert "900.00" not in said


def test_the_page_asks_as_often_for_many_lines_as_for_few(here):
    add(here.browser, here)
    add(here.browser, here, "office")
    few = queries(here)
    for number in range(12):
        add(here.browser, here, name=f"n{number}")
        add(here.browser, here, "office", name=f"n{number}")

    many = queries(here)
    assert len(many) == len(few), "\n".join(["many:", *many, "few:", *few])


def queries(here):
    here.browser.get(CART)  # notes the session
    with CaptureQueriesContext(connection) as captured:
        here.browser.get(CART)
    return [query["sql"] for query in captured.captured_queries]


# Changing it


def test_htmx_gets_the_lines_and_totals_alone(here):
    add(here.browser, here)
    values = hidden(here.browser.get(CART))
    (item,) = CartItem.objects.all()

    part = here.browser.post(CHANGE, values | {f"quantity_{item.pk}": "35"}, **HTMX)

    assert part.status_code == 200
    assert "<html" not in part.content.decode()
    assert "281.49" in text(part)
    assert hidden(part)["drawn_for"] == values["drawn_for"]
    assert order(here.browser, part).status_code == 302
    assert Order.objects.get().lines.get().quantity == 35


def test_without_script_a_button_prices_what_was_typed(here):
    add(here.browser, here)
    (item,) = CartItem.objects.all()

    answer = here.browser.post(CHANGE, hidden(here.browser.get(CART)) | {f"quantity_{item.pk}": "35"})

    assert answer.url == CART
    assert CartItem.objects.get().quantity == 35


@pytest.mark.parametrize("typed", ["0", "-3", "abc", "10001", "1e9", ""])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_quantity_that_is_none_is_said_beside_its_field(here, typed, headers):
    add(here.browser, here, quantity=2)
    (item,) = CartItem.objects.all()

    page = here.browser.post(CHANGE, hidden(here.browser.get(CART)) | {f"quantity_{item.pk}": typed}, **headers)

    assert page.status_code == 200
    assert f'id="error_quantity_{item.pk}"' in page.content.decode()
    assert f'value="{typed}"' in page.content.decode()
    assert CartItem.objects.get().quantity == 2


def test_what_another_window_changed_is_not_set_back(here):
    """Only what was typed here is changed: the page carries what it showed."""
    add(here.browser, here, quantity=2)
    add(here.browser, here, "office")
    web, office = CartItem.objects.order_by("pk")
    old = hidden(here.browser.get(CART))
    services.change_cart(cart_id=web.cart_id, quantities={web.pk: 9}, now=NOW)

    here.browser.post(CHANGE, old | {f"quantity_{office.pk}": "4"})

    assert list(CartItem.objects.order_by("pk").values_list("quantity", flat=True)) == [9, 4]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_line_is_taken_out(here, headers):
    add(here.browser, here)
    add(here.browser, here, "office")
    item = CartItem.objects.earliest("pk")

    page = here.browser.post(reverse("billing:cart_remove", args=[item.pk]), hidden(here.browser.get(CART)), **headers)

    assert page.status_code == (200 if headers else 302)
    assert [one.offer.code for one in CartItem.objects.all()] == ["office"]
    if headers:
        assert order(here.browser, page).status_code == 302


def test_it_is_emptied_after_a_look_at_what_goes(here):
    add(here.browser, here, "domain-ch", name="moser.ch")
    url = reverse("billing:cart_discard", args=[Cart.objects.get().pk])

    assert "1 × Domain ch, moser.ch" in text(here.browser.get(url))
    assert Cart.objects.exists()
    assert here.browser.post(url).url == CART
    assert not Cart.objects.exists()


def test_what_is_somebody_elses_is_not_there(here):
    """Promise 2: nobody changes, empties or orders another's cart, nor one of another space."""
    add(here.browser, here)
    item = CartItem.objects.get()
    key = item.cart.key
    colleague = signed_in(world.make_member(here.client).user)

    for browser in (colleague, here.partner_browser):
        assert browser.post(reverse("billing:cart_remove", args=[item.pk])).status_code == 404
        assert browser.post(reverse("billing:cart_discard", args=[item.cart_id])).status_code == 404
        assert browser.post(CART, {"cart": key, "shown": "x", "confirm": "invoice"}).status_code == 409
        browser.post(CHANGE, {f"quantity_{item.pk}": "9"})
    assert CartItem.objects.get().quantity == 1
    assert nothing_was_ordered()


def test_what_was_typed_waits_behind_the_log_in(here):
    """The session ended while the page was open; htmx is led to the log-in instead of drawing it into the page."""
    add(here.browser, here, quantity=2)
    item = CartItem.objects.get()
    values = hidden(here.browser.get(CART)) | {f"quantity_{item.pk}": "7"}
    here.browser.cookies.pop("sessionid")

    answer = here.browser.post(CHANGE, values, **HTMX)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"].startswith("/auth/login/")
    assert CartItem.objects.get().quantity == 2
    login = {"login": here.acting.user.email, "password": world.PASSWORD}
    assert here.browser.post(answer["HX-Redirect"], login).url == CHANGE
    page = here.browser.get(CHANGE)
    assert f'id="id_quantity_{item.pk}" value="7"' in page.content.decode()
    here.browser.post(CHANGE, hidden(page) | {f"quantity_{item.pk}": "7"})
    assert CartItem.objects.get().quantity == 7


def test_the_calculator_leads_into_the_cart(here):
    page = here.browser.get("/", {"offer": "mail-hosting", "quantity": 12, "currency": "CHF"})

    asked = f"?offer={here.offers['mail-hosting'].pk}&amp;quantity=12#add"
    assert f"{ADD}{asked}" in page.content.decode()
    collaborator = signed_in(world.make_member(here.client, Role.COLLABORATOR).user)
    assert ADD not in collaborator.get("/").content.decode()


# Ordering it


def test_several_offers_are_one_order_with_one_invoice(here):
    add(here.browser, here, quantity=2)
    add(here.browser, here, "domain-ch", name="moser.ch", periods=2)

    answer = order(here.browser, here.browser.get(CART))

    placed = Order.objects.get()
    assert answer.url == reverse("billing:order_detail", args=[placed.pk])
    assert placed.invoice.state == "PAID"
    assert sorted(Product.objects.values_list("name", flat=True)) == ["Web hosting 1", "Web hosting 2", "moser.ch"]
    assert "Your cart is empty" in text(here.browser.get(CART))


def test_the_form_sent_twice_orders_once_and_the_second_answer_says_so(here):
    add(here.browser, here)
    page = here.browser.get(CART)

    first, second = order(here.browser, page), order(here.browser, page)

    assert first.url == second.url
    assert Order.objects.count() == 1
    assert "You had ordered this already" in text(here.browser.get(second.url))


def test_an_old_page_is_told_what_was_ordered_meanwhile(here):
    """Never silently answered with the earlier order."""
    add(here.browser, here, quantity=2)
    old = here.browser.get(CART)
    item = CartItem.objects.get()
    here.browser.post(CHANGE, hidden(old) | {f"quantity_{item.pk}": "5"})
    order(here.browser, here.browser.get(CART))
    placed = Order.objects.get()

    answer = order(here.browser, old)

    assert answer.status_code == 409
    assert "was ordered on" in text(answer)
    assert reverse("billing:order_detail", args=[placed.pk]) in links(answer)
    assert (Order.objects.count(), Product.objects.count()) == (1, 5)


def test_a_page_of_before_a_change_is_shown_the_cart_of_now(here):
    add(here.browser, here, quantity=2)
    old = here.browser.get(CART)
    item = CartItem.objects.get()
    here.browser.post(CHANGE, hidden(old) | {f"quantity_{item.pk}": "5"})

    answer = order(here.browser, old)

    assert answer.status_code == 409
    assert "has changed since this page was opened" in text(answer)
    assert "CHF 50.94" in text(answer)  # 5 × 9.92 less 5 %, with VAT
    assert CartItem.objects.get().quantity == 5
    assert nothing_was_ordered()
    assert order(here.browser, answer).status_code == 302
    assert Product.objects.count() == 5


def test_a_quantity_that_was_typed_and_not_priced_is_priced_before_it_is_ordered(here):
    add(here.browser, here, quantity=2)
    item = CartItem.objects.get()

    answer = order(here.browser, here.browser.get(CART), **{f"quantity_{item.pk}": "35"})

    assert answer.status_code == 409
    assert "you had changed a quantity" in text(answer)
    assert "281.49" in text(answer)
    assert nothing_was_ordered()
    assert order(here.browser, answer).status_code == 302
    assert Product.objects.count() == 35


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_ordered(here):
    add(here.browser, here, "office")
    page = here.browser.get(CART)
    world.rewrite_price(here.offers["office"], public_unit=D("120.00"))

    answer = order(here.browser, page)

    assert answer.status_code == 409
    assert "129.72" in text(answer)
    assert "Nothing is ordered at a price that was not shown" in text(answer)
    assert nothing_was_ordered()


def test_a_withdrawn_offer_says_what_to_do_and_the_rest_is_ordered_without_it(here):
    add(here.browser, here, "office")
    add(here.browser, here)
    page = here.browser.get(CART)
    offer = here.offers["office"]
    offer.is_sold = False
    offer.save()

    answer = order(here.browser, page)

    item = CartItem.objects.get(offer=offer)
    remove = reverse("billing:cart_remove", args=[item.pk])
    assert answer.status_code == 409
    assert "This offer is no longer sold." in text(answer)
    assert "Only what is on sale can be ordered." in text(answer)
    assert f'formaction="{remove}"' in answer.content.decode()
    assert 'name="confirm"' not in answer.content.decode()
    assert nothing_was_ordered()
    here.browser.post(remove)
    assert order(here.browser, here.browser.get(CART)).status_code == 302


# The ways out of a refusal


def test_too_little_money_names_what_to_top_up_and_the_invoice(here):
    """Rule 43."""
    add(here.browser, here, "office", quantity=9)
    page = text(here.browser.get(CART))
    assert "CHF 72.90 too little" in page
    assert "Top up by CHF 72.90" in page
    assert "Order by invoice" in page
    assert order(here.browser, here.browser.get(CART), "invoice").status_code == 302
    assert Order.objects.get().invoice.state == "OPEN"


def test_money_that_went_meanwhile_refuses_and_the_next_button_orders_by_invoice(here):
    add(here.browser, here, "office", quantity=5)
    page = here.browser.get(CART)
    spent = scenes.order(here, ("office", 4))
    services.pay_from_prepaid(invoice_id=spent.invoice.pk, actor=here.acting, now=NOW)

    answer = order(here.browser, page)

    assert answer.status_code == 409
    assert "CHF 72.90 are missing" in text(answer)
    assert "Spending never takes a prepaid account below zero (rule 43)." in text(answer)
    assert reverse("billing:prepaid") in links(answer)
    assert 'name="confirm" value="invoice" form="cart-form"' in answer.content.decode()
    assert Order.objects.get() == spent
    assert order(here.browser, answer, "invoice").status_code == 302
    assert Order.objects.count() == 2


@pytest.mark.parametrize("page", [CART, ADD, "/account/orders/new/", "/account/orders/renew/"])
def test_a_role_that_does_not_order_is_told_who_does(here, page):
    browser = signed_in(world.make_member(here.client, Role.COLLABORATOR).user)

    for answer in (browser.get(page), browser.post(page, {"confirm": "pay"})):
        assert answer.status_code == 403
        assert "Legal representatives and administrators order for an organisation." in text(answer)
        assert f"mailto:{here.acting.user.email}" in links(answer)
        assert reverse("clients:product_list") in links(answer)
    assert browser.get(reverse("clients:product_list")).status_code == 200


def test_limited_access_says_that_the_client_orders_and_how_to_get_more(here):
    """Rule 26."""
    product = world.make_product(here.client, here.offers["office"])
    nord, nord_acting = world.make_partner("Atelier Nord")
    limited = world.make_relationship(here.client, nord, access=Access.LIMITED, products=(product,))
    browser = in_space(nord_acting.user, limited)

    answer = browser.get(CART)

    assert answer.status_code == 403
    assert "With limited access only the client orders and renews (rule 26)." in text(answer)
    assert reverse("home:help_page", args=["access-rights"]) in links(answer)
    target = re.search(r'name="next" value="([^"]+)"', answer.content.decode())[1]
    assert target == reverse("clients:client_detail", args=[limited.pk])
    left = browser.post(reverse("clients:client_leave"), {"next": target})
    assert left.url == target
    assert browser.get(target).status_code == 200


def test_a_collaborator_without_the_right_to_order_is_told_who_gives_it(here):
    """Rules 20 and 21."""
    member = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    world.assign(here.relationship, member)

    answer = in_space(member.user, here.relationship).get(CART)

    assert answer.status_code == 403
    assert "Your company has not given you the right to order for this client." in text(answer)
    assert f"mailto:{here.partner_acting.user.email}" in links(answer)


def test_a_way_out_never_leads_away_from_this_site(here):
    for target in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"):
        assert here.partner_browser.post(reverse("clients:client_leave"), {"next": target}).url == reverse(
            "clients:client_list"
        )


# What cannot be ordered any more


def test_carts_for_clients_stand_on_ones_own_cart_with_a_way_to_them(here):
    add(here.partner_browser, here)
    at_home = signed_in(here.partner_acting.user)

    assert "What you meant to order for clients Bäckerei Moser 1 line" in text(at_home.get(CART))
    entered = at_home.post(reverse("clients:client_enter", args=[here.relationship.pk]), {"next": CART})
    assert entered.url == CART
    assert "1 line" not in text(at_home.get(CART))  # inside, there is this one


@pytest.mark.parametrize("why", ["over", "limited", "rests"])
def test_a_cart_whose_access_is_gone_says_so_and_is_thrown_away(here, why):
    add(here.partner_browser, here)
    through = type(here.relationship).objects.filter(pk=here.relationship.pk)
    if why == "over":
        through.update(ends_at=NOW + dt.timedelta(minutes=1))
    elif why == "limited":
        through.update(access=Access.LIMITED, payer=None)
    else:
        type(here.partner).objects.update(state=PartnerState.SUSPENDED, suspended_at=NOW)
    browser = signed_in(here.partner_acting.user)

    page = browser.get(CART)

    assert "You cannot order for it now" in text(page)
    assert reverse("clients:client_detail", args=[here.relationship.pk]) in links(page)
    assert browser.get(reverse("clients:client_detail", args=[here.relationship.pk])).status_code == 200
    cart = Cart.objects.get()
    assert browser.post(reverse("billing:cart_discard", args=[cart.pk])).status_code == 302
    assert not Cart.objects.exists()


def test_access_that_ends_while_the_cart_is_open_closes_it(here):
    """Promise 1, rule 48: gone at the next request, and the partner reads where it stands."""
    add(here.partner_browser, here)
    page = here.partner_browser.get(CART)
    client_services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)

    answer = order(here.partner_browser, page)

    assert answer.status_code == 409
    assert nothing_was_ordered()
    assert not Cart.objects.exists()


def test_who_pays_changed_meanwhile_is_shown(here):
    add(here.partner_browser, here)
    page = here.partner_browser.get(CART)
    client_services.change_payer(relationship_id=here.relationship.pk, payer=Payer.PARTNER, actor=here.acting, now=NOW)

    answer = order(here.partner_browser, page, "either")

    assert answer.status_code == 409
    assert "Studio Lumen pays and gets the invoice" in text(answer)
    assert nothing_was_ordered()
