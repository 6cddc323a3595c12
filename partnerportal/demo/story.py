"""A year of the demo: who lets whom do what, what was ordered, renewed, paid and earned. Through the services."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal as D

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.utils import timezone

from billing import selectors
from billing import services as billing
from billing.choices import Means
from billing.models import Invoice, StatementLine
from clients import services as clients
from clients.choices import Access, Payer
from clients.models import ClientAssignment, Product, Relationship
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.accounts.choices import StaffRole
from partnerportal.catalogue.models import Offer
from partnerportal.demo.people import People
from partnerportal.kernel.days import midnight
from partnerportal.kernel.money import round_cents
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from partners import services as partners
from partners.models import Partner

FULL_CLIENT = clients.Terms(access=Access.FULL, payer=Payer.CLIENT)
# month, client, offer, quantity, name, through which partner
GROWTH: tuple[tuple[int, str, str, int, str, str | None], ...] = (
    (2, "horizon", "cloud-server-s", 1, "Donations form", None),
    (3, "clinique", "streaming-video", 1, "Teaching videos", "lumen"),
    (5, "horizon", "backup", 2, "Archive backup", None),
    (6, "clinique", "managed-database", 1, "Appointments database", "lumen"),
    (7, "moser", "mail-hosting", 1, "Branch mail", None),
    (8, "horizon", "office-business", 6, "Office for volunteers", "lumen"),
    (10, "clinique", "cloud-server-m", 2, "Intranet", "lumen"),
    (11, "verte", "certificate-dv", 1, "maison-verte.fr certificate", None),
    (12, "horizon", "certificate-ev", 1, "horizon.ch certificate", None),
)
# days overdue, client, offer, name: what nobody renews; the first is blocked by now
LET_GO: tuple[tuple[int, str, str, str], ...] = (
    (18, "weingut", "mail-archive", "Tasting room archive"),
    (4, "moser", "mail-hosting", "Bakery course mail"),
)
FULL_PARTNER = clients.Terms(access=Access.FULL, payer=Payer.PARTNER)


class Story:
    """Tells the year up to ``now``."""

    def __init__(self, people: People, offers: dict[str, Offer], now: datetime) -> None:
        self.people, self.offers, self.now = people, offers, now
        self.keys = 0

    def tell(self) -> None:
        """Write everything in the order in which it happened."""
        begin = _noon((self.now - relativedelta(months=12)).date().replace(day=3))
        self._join(begin)
        self._own_products(begin)
        self._relationships(begin + relativedelta(days=1))
        for month in range(1, 13):
            at = begin + relativedelta(months=month)
            if at >= self.now - relativedelta(days=4):
                break
            self._review_volumes(since=(at - relativedelta(months=1)).date(), until=at.date(), now=at)
            self._renew_everything(at)
            self._grow(month, at + relativedelta(hours=1))
            self._let_go(since=at, until=at + relativedelta(months=1))
        self._review_volumes(since=at.date(), until=self.now.date(), now=self.now)
        self._advance(20)
        self._recently()
        billing.run_checks(now=self.now)
        Job.objects.filter(state=JobState.QUEUED).delete()  # the mails of a year that nobody lived

    def _join(self, at: datetime) -> None:
        """Both partners have been in the programme for long; La Vague applies now."""
        for key, joined, number in (
            ("lumen", date(2024, 3, 14), "CHE116281710"),
            ("nord", (self.now - relativedelta(years=2, days=30)).date(), "CHE107787577"),
        ):
            organisation = self.people.organisations[key]
            Partner.objects.create(
                organisation=organisation,
                register_country="CH",
                register_number=number,
                website=f"https://{key}.example",
                contact_email=f"hello@{key}.example",
                joined_on=joined,
                build_up_until=joined + relativedelta(months=12),
                wants_tenders=True,
            )
        for key, amount in (("lumen", 1500), ("nord", 400), ("rossi", 600), ("moser", 300), ("horizon", 900)):
            self._top_up(key, D(amount), at)
        partners.start_affiliation(organisation_id=self.people.organisations["blitz"].pk, actor=SYSTEM, now=at)

    def _own_products(self, at: datetime) -> None:
        for key, code, quantity, name in (
            ("lumen", "office-business", 6, "Team office"),
            ("nord", "office-standard", 3, "Bureau"),
            ("moser", "mail-hosting", 2, "moser.ch mail"),
            ("moser", "domain-ch", 1, "moser.ch"),
            ("moser", "web-hosting", 2, "moser.ch website"),
            ("horizon", "cloud-server-m", 1, "Archive server"),
            ("horizon", "office-education", 24, "Office for the team"),
            ("rossi", "mail-hosting", 3, "garage-rossi.ch mail"),
            ("verte", "office-standard", 8, "Bureau Lyon"),
            ("verte", "domain-fr", 1, "maison-verte.fr"),
            ("weingut", "web-hosting", 1, "weingut-am-hang.ch"),
            ("weingut", "mail-hosting", 4, "Weingut mail"),
            ("alpina", "web-hosting-pro", 1, "hotel-alpina.ch"),
            ("alpina", "domain-swiss", 1, "alpina.swiss"),
            ("meier", "domain-ch", 1, "sofiameier.ch"),
        ):
            self._order(key, code, quantity, name, at)

    def _relationships(self, at: datetime) -> None:
        """Every access mode: full with either payer, limited, both ways of asking, an earlier limited one (Q13)."""
        horizon_server = Product.objects.get(name="Archive server")
        nord_limited = clients.Terms(access=Access.LIMITED, products=(clients.ProductRights(horizon_server.pk),))
        self._related("horizon", "nord", nord_limited, at)
        self._related("clinique", "lumen", FULL_PARTNER, at)
        self._related("rossi", "nord", FULL_CLIENT, at)
        self._related("horizon", "lumen", FULL_CLIENT, at + relativedelta(hours=1))
        moser = tuple(
            clients.ProductRights(product.pk)
            for product in Product.objects.filter(
                organisation=self.people.organisations["moser"], offer__family__code="mail"
            )
        )
        assigned = self._related("moser", "lumen", clients.Terms(access=Access.LIMITED, products=moser), at)
        verte = tuple(
            clients.ProductRights(product.pk)
            for product in Product.objects.filter(organisation=self.people.organisations["verte"])
        )
        ends_at = midnight(self.now.date() + relativedelta(days=7), timezone.get_default_timezone())
        self._related("verte", "lumen", clients.Terms(access=Access.LIMITED, products=verte, ends_at=ends_at), at)
        ClientAssignment.objects.create(
            relationship=assigned, membership=self.people.memberships["mia@lumen.example:lumen"], assigned_at=at
        )
        self._teams(at)
        for code, quantity, name in (
            ("cloud-server-l", 1, "Patient portal"),
            ("mail-hosting-business", 12, "Clinic mail"),
            ("backup", 2, "Clinic backup"),
        ):
            self._order("clinique", code, quantity, name, at + relativedelta(hours=2), through="lumen")
        self._order(
            "horizon", "office-business", 9, "Office for the board", at + relativedelta(hours=2), through="lumen"
        )
        self._order("horizon", "mail-hosting-business", 6, "horizon.ch mail", at + relativedelta(hours=3))

    def _teams(self, at: datetime) -> None:
        """Two teams of Studio Lumen: one for some clients with many rights, one for all of them with few."""
        lumen, actor = self.people.organisations["lumen"], self.people.legal["lumen"]
        web = clients.make_team(
            organisation_id=lumen.pk,
            name="Web",
            rights={"has_technical": True, "has_statistics": True, "has_order": True, "has_billing": False},
            reaches_all=False,
            membership_ids=self._members("mia", "jan"),
            actor=actor,
            now=at,
        )
        given = [self._relationship(key, "lumen").pk for key in ("clinique", "horizon")]
        clients.give_clients(team_id=web.pk, relationship_ids=given, actor=actor, now=at)
        clients.make_team(
            organisation_id=lumen.pk,
            name="Accounting",
            rights={"has_technical": False, "has_statistics": False, "has_order": False, "has_billing": True},
            reaches_all=True,
            membership_ids=self._members("noemi"),
            actor=actor,
            now=at,
        )

    def _members(self, *names: str) -> list[int]:
        return [self.people.memberships[f"{name}@lumen.example:lumen"].pk for name in names]

    def _renew_everything(self, at: datetime) -> None:
        """Renew what falls due in these days, each by whoever pays it."""
        due = Product.objects.filter(renews_on__lte=at.date() + relativedelta(days=3))
        due = due.exclude(name__in=[name for _days, _client, _code, name in LET_GO])
        for key, organisation in self.people.organisations.items():
            product_ids = list(due.filter(organisation=organisation).order_by("pk").values_list("pk", flat=True))
            if not product_ids:
                continue
            through = "lumen" if key == "clinique" else None
            relationship = self._relationship(key, through) if through else None
            actor = self._actor(key, through, relationship)
            order = billing.renew(
                client_id=organisation.pk,
                product_ids=product_ids,
                relationship_id=relationship.pk if relationship else None,
                key=self._key(),
                actor=actor,
                now=at,
            )
            self._pay(order.invoice.pk, actor, at)

    def _review_volumes(self, *, since: date, until: date, now: datetime) -> None:
        """Check the volume of whoever joined on a day after ``since`` and up to ``until``, as the yearly job does."""
        for partner in Partner.objects.approved():
            for year in (since.year, until.year):
                on = partner.joined_on + relativedelta(year=year)
                if since < on <= until:
                    managed = selectors.managed_total(partner_id=partner.pk, on=on)
                    partners.review_threshold(partner_id=partner.pk, managed=managed, on=on, actor=SYSTEM, now=now)

    def _grow(self, month: int, at: datetime) -> None:
        """What was added during the year, so that no month is like the other."""
        for when, client, code, quantity, name, through in GROWTH:
            if when == month:
                self._order(client, code, quantity, name, at, through=through)

    def _let_go(self, *, since: datetime, until: datetime) -> None:
        """What nobody renews, ordered so long ago that it is overdue or blocked by now."""
        for days, client, code, name in LET_GO:
            at = self.now - relativedelta(months=1, days=days)
            if since <= at < until:
                self._order(client, code, 1, name, at)
                product = Product.objects.get(name=name)
                clients.set_automatic_renewal(
                    product_id=product.pk,
                    organisation_id=product.organisation_id,
                    is_on=False,
                    actor=self.people.legal[client],
                    now=at,
                )

    def _advance(self, days: int) -> None:
        """Bring every product to where it stands, as the nightly job does."""
        for ago in range(days, -1, -1):
            night = _noon((self.now - relativedelta(days=ago)).date()) - relativedelta(hours=11)
            billing.advance_renewals(on=night.date(), now=min(night, self.now))

    def _subscriptions(self, at: datetime) -> None:
        """One that is cancelled, and one whose cheaper plan waits for its renewal."""
        cancelled = Product.objects.get(name="moser.ch website 2")
        clients.cancel_product(
            product_id=cancelled.pk,
            organisation_id=cancelled.organisation_id,
            ends_on=cancelled.renews_on,
            actor=self.people.legal["moser"],
            now=at,
        )
        smaller = Product.objects.get(name="Archive server")
        billing.choose_next_plan(
            client_id=smaller.organisation_id,
            product_id=smaller.pk,
            offer=self.offers["cloud-server-s"],
            actor=self.people.legal["horizon"],
            now=at,
        )

    def _uses(self) -> None:
        """When partners last used what they have; Atelier Nord has not managed the archive's server for a year."""
        for client, partner, days in (
            ("clinique", "lumen", {"view": 0, "technical": 2, "statistics": 1, "order": 9, "billing": 9}),
            ("horizon", "lumen", {"view": 1, "technical": 6, "statistics": 6, "order": 20}),
            ("moser", "lumen", {"view": 3, "technical": 3, "statistics": 11}),
            ("verte", "lumen", {"view": 5, "technical": 12, "statistics": 5}),
            ("rossi", "nord", {"view": 2, "technical": 15, "order": 31}),
            ("horizon", "nord", {"view": 4, "statistics": 12}),
        ):
            relationship = self._relationship(client, partner)
            for right, ago in days.items():
                on = self.now.date() - relativedelta(days=ago)
                clients.note_use(relationship_id=relationship.pk, rights=frozenset({right}), on=on)

    def _money(self, at: datetime) -> None:
        """What finance has to do: a withdrawal, a correction for two, a transfer that fits nothing; and a refund."""
        finance = self.people.staff[StaffRole.FINANCE]
        lumen = self.people.organisations["lumen"].pk
        refunded = Invoice.objects.filter(
            order__client=self.people.organisations["horizon"], state="PAID", order__lines__cashback__gt=5
        ).latest("pk")
        line = refunded.order.lines.filter(cashback__gt=5).earliest("position")
        billing.credit_invoice(
            invoice_id=refunded.pk,
            nets={line.pk: round_cents(line.charged_net / 2)},
            reason="Two weeks without service in October",
            means="PREPAID",
            actor=finance,
            now=at,
        )
        billing.request_withdrawal(
            organisation_id=lumen,
            currency="CHF",
            amount=D(500),
            iban="CH93 0076 2011 6238 5295 7",
            holder="Studio Lumen GmbH",
            key=self._key(),
            actor=self.people.legal["lumen"],
            now=at,
        )
        billing.propose_correction(
            organisation_id=self.people.organisations["rossi"].pk,
            currency="CHF",
            amount=D(-120),
            reason="The transfer of 2 November was booked twice",
            actor=finance,
            now=at,
        )
        transfer = StatementLine("2026110300417", "Many thanks, Hotel Alpina", D("59.45"), "CHF", at.date())
        billing.take_statement(lines=[transfer], actor=finance, now=at)
        billing.book_waiting(most=10, actor=SYSTEM, now=at)

    def _recently(self) -> None:
        """What waits for somebody now: a request, an invitation, a product on offer, an application, money."""
        self._uses()
        at = self.now - relativedelta(days=3)
        self._subscriptions(at)
        self._money(at)
        legal, organisations = self.people.legal, self.people.organisations
        clients.request_client(
            partner_id=organisations["lumen"].pk,
            email="urs@weingut.example",
            ask=clients.Ask(access=Access.FULL, payer=Payer.PARTNER),
            note="As discussed on the phone: we would take over mail and website.",
            actor=legal["lumen"],
            now=at,
        )
        clients.invite_partner(
            client_id=organisations["alpina"].pk,
            partner_id=organisations["nord"].pk,
            terms=FULL_CLIENT,
            note="Could you look after our new booking site?",
            actor=legal["alpina"],
            now=at,
        )
        clients.offer_transfer(
            product_id=Product.objects.get(name="alpina.swiss").pk,
            from_organisation_id=organisations["alpina"].pk,
            to_email="sofia@meier.example",
            actor=legal["alpina"],
            now=at,
        )
        vague = organisations["vague"].pk
        partners.save_draft(
            organisation_id=vague,
            values={
                "register_country": "CH",
                "register_number": "CHE-100.155.212",
                "website": "https://lavague.example",
                "contact_email": "bonjour@lavague.example",
                "estimated_yearly_net": D(3200),
                "gives_support": True,
                "answers_for_invoices": True,
                "is_exclusive_for_tenders": True,
            },
            actor=legal["vague"],
            now=at,
        )
        partners.apply_to_programme(organisation_id=vague, terms_version="2026-1", actor=legal["vague"], now=at)

    def _related(self, client: str, partner: str, terms: clients.Terms, at: datetime) -> Relationship:
        relationship = clients.invite_partner(
            client_id=self.people.organisations[client].pk,
            partner_id=self.people.organisations[partner].pk,
            terms=terms,
            actor=self.people.legal[client],
            now=at,
        )
        clients.accept(relationship_id=relationship.pk, actor=self.people.legal[partner], now=at)
        return relationship

    def _order(
        self, client: str, code: str, quantity: int, name: str, at: datetime, *, through: str | None = None
    ) -> None:
        relationship = self._relationship(client, through) if through else None
        actor = self._actor(client, through, relationship)
        order = billing.place_order(
            client_id=self.people.organisations[client].pk,
            items=[billing.Item(self.offers[code], quantity, name=name)],
            relationship_id=relationship.pk if relationship else None,
            key=self._key(),
            actor=actor,
            now=at,
        )
        self._pay(order.invoice.pk, actor, at)

    def _pay(self, invoice_id: int, actor: Acting, at: datetime) -> None:
        invoice = Invoice.objects.get(pk=invoice_id)
        if invoice.total < settings.PROGRAMME["top_up_least"]:  # too little for a top-up: by transfer
            billing.settle_payment(
                invoice_id=invoice_id,
                amount=invoice.total,
                means=Means.TRANSFER,
                reference=f"transfer-{self._key()}",
                actor=self.people.staff[StaffRole.FINANCE],
                now=at,
            )
            return
        self._top_up_organisation(invoice.payer_id, invoice.currency, invoice.total, at)
        billing.pay_from_prepaid(invoice_id=invoice_id, actor=actor, now=at)

    def _relationship(self, client: str, partner: str) -> Relationship:
        return (
            Relationship.objects.active()
            .select_related("client")
            .get(client=self.people.organisations[client], partner=self.people.organisations[partner].pk)
        )

    def _actor(self, client: str, through: str | None, relationship: Relationship | None) -> Acting:
        if through is None:
            return self.people.legal[client]
        mine = self.people.legal[through]
        return Acting(user=mine.user, membership=mine.membership, relationship=relationship)

    def _top_up(self, key: str, amount: D, at: datetime) -> None:
        organisation = self.people.organisations[key]
        self._top_up_organisation(organisation.pk, organisation.currency, amount, at)

    def _top_up_organisation(self, organisation_id: int, currency: str, amount: D, at: datetime) -> None:
        billing.top_up(
            organisation_id=organisation_id,
            currency=currency,
            amount=amount,
            reference=f"transfer-{self._key()}",
            actor=self.people.staff[StaffRole.FINANCE],
            now=at,
        )

    def _key(self) -> str:
        self.keys += 1
        return f"demo-{self.keys:05d}"


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
