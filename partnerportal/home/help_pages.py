"""The help pages, one for each guide of the programme, and the promises. Words only; the rules' numbers stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy as _

from partners.pages import OwnPartner, has_partner_space


@dataclass(frozen=True)
class HelpPage:
    """A page: its address, title, one line, paragraphs each with a heading, and where one does what it tells.

    Figures stand in the texts as names of :func:`~partnerportal.home.numbers.programme_numbers`; a bare per cent sign is
    doubled.
    """

    slug: str
    title: Any
    lead: Any
    paragraphs: tuple[tuple[Any, Any], ...]
    places: tuple[tuple[Any, str], ...] = ()  # words, and the page's name

    def written(self, numbers: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the paragraphs with their figures."""
        return [(str(heading), str(text) % numbers) for heading, text in self.paragraphs]

    def links(self, request: Any) -> list[tuple[Any, str]]:
        """Where the reader does what the page tells: words and addresses."""
        return [(words, reverse(page)) for words, page in self.places if _may_open(request, reverse(page))]


@dataclass(frozen=True)
class Promise:
    """What the portal promises, what proves it, and where one can look: words, the page's name, its arguments."""

    text: Any
    proof: Any
    see: Any
    page: str
    argument: str = ""

    def url(self, request: Any) -> str:
        """Return the address where the reader can check it, if there is one."""
        address = reverse(self.page, args=[self.argument] if self.argument else [])
        return address if _may_open(request, address) else ""


def _may_open(request: Any, address: str) -> bool:
    """Tell whether the page opens for the reader. Visitors are shown every link: they may be anybody yet."""
    if request.acting is None:
        return True
    view: Any = resolve(address).func
    if issubclass(view.view_class, OwnPartner) and not has_partner_space(request):
        return False
    is_granted: bool = view.view_class.permission.granted_to(request.acting)
    return is_granted


HELP_PAGES = (
    HelpPage(
        "what-is-a-client",
        _("What is a client?"),
        _("An organisation that lets a partner look after some or all of its products."),
        (
            (
                _("A client decides"),
                _(
                    "You become a client by giving a partner access: to products that you choose, or to your whole account. "
                    "You can change or end it whenever you like."
                ),
            ),
            (
                _("Everything stays yours"),
                _(
                    "Whoever orders, renews or pays: the products belong to your organisation. Paying for a product never "
                    "makes it somebody else's."
                ),
            ),
            (
                _("You read everything"),
                _("Every act on your organisation stands in your activity: who, when, and through which partner."),
            ),
        ),
        ((_("Your products"), "clients:product_list"), (_("Your activity"), "accounts:activity_list")),
    ),
    HelpPage(
        "what-is-a-partner",
        _("What is a partner?"),
        _("A registered company that manages its clients' products and earns a rebate or cashback."),
        (
            (
                _("The conditions"),
                _(
                    "A partner is a company in a commercial register, with an active website, and manages products worth at "
                    "least %(thresholds)s a year at list price. It supports its clients, answers for the invoices of "
                    "the products it manages, and accepts the special conditions."
                ),
            ),
            (
                _("Not an affiliate at the same time"),
                _("Nobody is partner and affiliate at once. Individuals can recommend products as affiliates."),
            ),
            (
                _("The yearly check"),
                _(
                    "On the day you joined, your volume is measured every year. Below the threshold you get a warning with "
                    "the figures and %(grace_days)s days; then your status is suspended. New partners have %(build_up_months)s "
                    "months to build up."
                ),
            ),
        ),
        ((_("Become a partner"), "partners:apply"), (_("The special conditions"), "home:terms")),
    ),
    HelpPage(
        "add-a-client",
        _("Add a client and manage its products"),
        _("Ask a client for access, enter its space, order and renew for it."),
        (
            (
                _("Ask"),
                _(
                    "A legal representative asks under Clients, “Add a client”: with a code that the client reads out, or by "
                    "mail address. You say which kinds of products you ask for and what you would do with them; the client "
                    "grants that, less, or something else. The request waits %(invitation_days)s days."
                ),
            ),
            (
                _("Enter"),
                _(
                    "From a client's page you enter its space. A bar on top says for whom you act and what is allowed, and "
                    "leads out again with one click."
                ),
            ),
            (
                _("Order and renew"),
                _(
                    "With full access you order and renew: on the client's means at the price the client has, or on your own "
                    "means with your rebate. With limited access only the client orders."
                ),
            ),
        ),
        ((_("Add a client"), "clients:client_request"), (_("Your clients"), "clients:client_list")),
    ),
    HelpPage(
        "let-a-partner-manage",
        _("Let a partner manage your products"),
        _("Find a partner, choose what it may reach, and invite it."),
        (
            (
                _("Find it"),
                _(
                    "A legal representative searches by name or mail address under “Partners with access”. Only approved "
                    "partners are found. Or make a code there and read it out to a partner that you trust: it asks you with "
                    "it. A code is valid for %(code_minutes)s minutes and once, and opens nothing by itself."
                ),
            ),
            (
                _("Limited or full"),
                _(
                    "Limited access opens the products that you tick, with the rights that you tick, nothing else. Full access "
                    "opens the whole account, also products that come later, and you choose who pays what the partner orders. "
                    "Before anything is sent you read what would change and see what the partner would see."
                ),
            ),
            (
                _("It answers"),
                _(
                    "The partner gets a mail and accepts or refuses. Until then nothing is open, and you can take it back."
                ),
            ),
        ),
        (
            (_("Find and invite a partner"), "clients:partner_search"),
            (_("Browse the directory"), "directory:listing_list"),
        ),
    ),
    HelpPage(
        "access-rights",
        _("Change what a partner may reach"),
        _("Only the client changes access, at any time, and it holds from the next click on."),
        (
            (
                _("Change it"),
                _(
                    "Open the partner under “Partners with access” and choose “Change access”. You can add and remove "
                    "products and rights, or go from limited to full and back. You read in words what would change, then "
                    "save. The partner gets a mail."
                ),
            ),
            (
                _("For a time"),
                _(
                    "Access may have a last day. Both sides get a mail %(ending_notice_days)s days before; you renew it by "
                    "%(access_renewal_months)s months with one click, and nothing is renewed by itself."
                ),
            ),
            (
                _("Is it still right?"),
                _(
                    "Each partner's page says what was used last, and when. What was not used for %(unused_days)s days you "
                    "take back with one click, or keep. Every %(review_months)s months you are asked to look through who has "
                    "access."
                ),
            ),
            (
                _("Who of the partner"),
                _(
                    "Legal representatives and administrators of the partner reach all its clients. Collaborators reach those "
                    "that the partner assigned to them, by name or through a team. Nobody ever reaches more than you granted."
                ),
            ),
            (
                _("See, manage, read statistics"),
                _(
                    "Whoever may manage a product changes its name and its technical note, and reads that note; nobody else "
                    "does. Whoever may see statistics reads visits, traffic and storage of the last 12 weeks. Every change "
                    "stands in your activity."
                ),
            ),
            (
                _("One with full access"),
                _(
                    "One partner at a time has full access; several may have limited access. A product earns for one partner: "
                    "the one that was granted it first."
                ),
            ),
        ),
        ((_("Partners with access"), "clients:relationship_list"),),
    ),
    HelpPage(
        "move-a-product",
        _("Move a product to another organisation"),
        _("It keeps running and changes its owner, once the other side has accepted."),
        (
            (
                _("Offer it"),
                _(
                    "A legal representative or an administrator opens the product and chooses “Move to another "
                    "organisation”: one that they lead, too, or whoever reads a mail address. A partner in a client's space "
                    "never can. The offer waits %(invitation_days)s days and can be withdrawn."
                ),
            ),
            (
                _("The other side answers"),
                _(
                    "The mail's link leads to the offer; so does “Products”, while there is one. A legal representative or an "
                    "administrator accepts it for their organisation, or refuses. Nothing moves before."
                ),
            ),
            (
                _("What moves"),
                _(
                    "The product with its name, its technical note and its statistics, paid until the same day. Partners of "
                    "the old owner no longer reach it; one that paid its renewals pays them no more."
                ),
            ),
            (
                _("What stays"),
                _("Invoices and orders until then stay with the old owner, and the new one never sees them."),
            ),
        ),
        ((_("Your products"), "clients:product_list"),),
    ),
    HelpPage(
        "renewals",
        _("Renew, change the plan, cancel"),
        _("Products renew by themselves unless you say otherwise; you read beforehand when and for how much."),
        (
            (
                _("By itself"),
                _(
                    "%(renewal_days)s days before its period ends a product is renewed: paid from the prepaid account if that "
                    "holds the whole amount, else by an invoice that is due when the new period begins. A mail says so "
                    "%(renewal_notice_days)s days before that, with the amount."
                ),
            ),
            (
                _("By hand"),
                _(
                    "“Due” lists what has to be renewed. Automatic renewal is switched off whenever you like, and on as long "
                    "as at least %(renewal_days)s days remain."
                ),
            ),
            (
                _("Not renewed, or not paid"),
                _(
                    "From its first unpaid day a product is overdue, %(block_days)s days later it is blocked, and "
                    "%(terminate_days)s days after that it ends for good. Renewed or paid before, it works again. What a "
                    "partner owes never blocks a client's product."
                ),
            ),
            (
                _("Another plan"),
                _(
                    "A dearer plan begins at once: you pay the difference of the list prices for the days that are left. A "
                    "cheaper one begins with the next renewal, and can be taken back until then."
                ),
            ),
            (
                _("More units"),
                _(
                    "Seats and whatever else is counted in units join a product at once, from its page: you pay their price "
                    "for the days that are left, with the degressive rate of all units together. The next renewal is of "
                    "all of them, paid by whoever pays it then."
                ),
            ),
            (
                _("Fewer units"),
                _(
                    "The owner chooses how many to keep, from the page of the renewal. All stay until the end of what is "
                    "paid; from then on the product has fewer, and is renewed for those. Until the renewal is placed it can "
                    "be taken back."
                ),
            ),
            (
                _("Cancel"),
                _(
                    "A cancelled product works to the end of what is paid. Until then you can take it back. Only the "
                    "owner's people cancel, never a partner."
                ),
            ),
        ),
        ((_("What is due"), "billing:due_list"), (_("Your products"), "clients:product_list")),
    ),
    HelpPage(
        "billing",
        _("Who pays, and what the partner earns"),
        _("Rebate or cashback: one of them for each payment, always from the same price."),
        (
            (
                _("The partner pays"),
                _(
                    "The partner orders on its own means, pays the preferential price at once (the rebate), gets the invoice, "
                    "and bills the client itself."
                ),
            ),
            (
                _("The client pays"),
                _(
                    "The client pays and gets the invoice; the partner never sees it. Once it is paid, the difference between "
                    "what the client paid and the preferential price is credited to the partner as cashback."
                ),
            ),
            (
                _("How the price is made"),
                _(
                    "Preferential price = public price × (1 − partner rate) × (1 − degressive rate). It is rounded once, on "
                    "the line's total. Degressive rates exist for web and mail hosting and hold for all units: 35 hostings "
                    "reach %(rate_of_35_hostings)s. The calculator shows every step."
                ),
            ),
            (
                _("What is sold"),
                _(
                    "“Offers” lists everything by family, each at the price that it has for you: the degressive rate of your "
                    "own number of units, and as a partner your preferential price, or your cashback where a client pays. "
                    "It is what an order of one unit would cost, to the cent."
                ),
            ),
            (
                _("The cart"),
                _(
                    "Gather what you want to order in your cart: it explains every line and says who pays, from what, and "
                    "what is missing. It is ordered once, as it was shown. If a rule refuses the order, the page names the "
                    "rule and leads to what is possible instead."
                ),
            ),
        ),
        (
            (_("Try the calculator"), "home:programme"),
            (_("Offers"), "billing:offer_list"),
            (_("Your cart"), "billing:cart"),
            (_("Your earnings"), "billing:earning_list"),
        ),
    ),
    HelpPage(
        "export-billing-data",
        _("Export a client's billing data"),
        _("What you paid for a client, and your own cashback, as CSV or JSON."),
        (
            (
                _("Start it"),
                _(
                    "Open the client and choose “Export billing data”, with a period and a status if you like. The export "
                    "runs in the background; you can watch it and stop it."
                ),
            ),
            (
                _("What is in it"),
                _(
                    "Lines that you paid, with VAT and total; of what the client paid only the lines that earned you "
                    "cashback, without its invoice. The client reads in its activity that you exported."
                ),
            ),
            (
                _("For spreadsheets"),
                _("UTF-8 with a mark, semicolons, ISO dates and a decimal point. Cells never start a formula."),
            ),
        ),
        ((_("Your exports"), "billing:export_list"), (_("Your clients"), "clients:client_list")),
    ),
    HelpPage(
        "stop-a-relationship",
        _("Stop a relationship"),
        _("Either side, at any time, with two confirmations."),
        (
            (
                _("How"),
                _(
                    "A legal representative or administrator of either side opens the relationship and chooses “End”. First "
                    "you read what will happen, then you enter your password."
                ),
            ),
            (
                _("What ends"),
                _(
                    "Access, rebate and cashback end at once, also in jobs that run. Orders placed before keep their terms. "
                    "Both sides get a numbered receipt of what was cut; its page reads the data again each time, so that "
                    "everybody can see that nothing is open."
                ),
            ),
            (
                _("What stays"),
                _(
                    "Products stay with the client until the day they are paid for. Credited cashback stays credited. "
                    "Renewals that the partner would have paid have no payment means until the client chooses one."
                ),
            ),
            (
                _("Switch partners"),
                _(
                    "A client moves from one partner to another in one act: “Switch to another partner” invites the new one. "
                    "In the moment in which it accepts, the old access ends and the new one begins. Renewals go on to the "
                    "new partner if it pays."
                ),
            ),
        ),
        ((_("Partners with access"), "clients:relationship_list"), (_("Your clients"), "clients:client_list")),
    ),
)

PROMISES = (
    Promise(
        _("What a client takes back is gone at the next request, everywhere, also in jobs that are already running."),
        _("Each request and each part of a running job asks the database anew whether the access holds."),
        _("See who reaches you, and take it back"),
        "clients:relationship_list",
    ),
    Promise(
        _("Nobody sees or learns of a row that is not theirs."),
        _("Unknown and foreign addresses answer alike; every page is tested with every kind of visitor."),
        _("Read who reaches what"),
        "home:help_page",
        "access-rights",
    ),
    Promise(
        _("Every amount can be explained, line by line, from the rates that held when it was ordered."),
        _("Each line keeps its price, rates, counts and their versions; “Explain” shows the chain."),
        _("Ask the calculator: it shows every step"),
        "home:programme",
    ),
    Promise(
        _("Money is never lost or counted twice."),
        _("Entries are only added: the database refuses to change one. A payment notice that comes twice counts once."),
        _("See every movement of your prepaid account"),
        "billing:prepaid",
    ),
    Promise(
        _("An issued document never changes. Numbers have no gaps and no doubles."),
        _("A trigger refuses changes; numbers come from a locked row together with the document."),
        _("See your invoices, with their numbers"),
        "billing:invoice_list",
    ),
    Promise(
        _("Products stay the client's, whatever happens to the partner."),
        _("A product has an owner and no partner; ending a relationship does not touch it."),
        _("Read what happens when a relationship ends"),
        "home:help_page",
        "stop-a-relationship",
    ),
    Promise(
        _("Every act on an organisation can be read by that organisation."),
        _("The act and its line in the activity are written in one transaction."),
        _("Read the activity of your organisation"),
        "accounts:activity_list",
    ),
    Promise(
        _("Nobody loses their status without dated notices and the figures."),
        _("Each yearly review is stored with the volume, the threshold and the dates, and mailed."),
        _("Read what the status asks for"),
        "home:help_page",
        "what-is-a-partner",
    ),
    Promise(
        _("Mail: each event tells the people concerned, and nobody else."),
        _("A mail is written down with its event, sent after the commit, and sent again only if sending failed."),
        _("Read what is stored about you"),
        "home:privacy",
    ),
    Promise(
        _("The promises are checked by the same tests that guard every change."),
        _("The rules' tests name their numbers; the list stands in the project's documents."),
        _("Read the rules in numbers"),
        "home:programme",
    ),
)
