"""Calls for tenders, the answers of partners, and the contracts they won. Rules 53 to 57, Q24 to Q28."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation, User
from partnerportal.catalogue.models import Offer
from partnerportal.kernel.money import Money
from partnerportal.web import writing
from partners.models import Partner
from tenders.choices import CLOSED, Category, Language, TenderState
from tenders.querysets import ContractQuerySet, ProposalQuerySet, TenderQuerySet


class Tender(models.Model):
    """A call for tenders: somebody describes a project, partners answer.

    A visitor's call is a draft until its mail address is confirmed; a client's is open at once.
    """

    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"))  # readable to partners only, but for its beginning (rule 55)
    search_text = models.TextField(editable=False)  # title, place and extract, folded: what anybody may search
    category = models.CharField(_("category"), max_length=11, choices=Category.choices)
    budget_min = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    budget_max = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    is_remote = models.BooleanField(_("can be done from anywhere"), default=False)
    place = models.CharField(_("place"), max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=2))
    wished_on = models.DateField(_("wished date"), null=True, blank=True)
    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=40, blank=True)
    # Null: a visitor's call, managed through the secret link (Q28).
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="tenders")
    # The call stays when the account of whoever wrote it is gone.
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    mail_language = models.CharField(max_length=5)  # in which the author gets mails
    state = models.CharField(max_length=7, choices=TenderState.choices, default=TenderState.DRAFT)
    link_version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()  # also when the author agreed to the data being shown (Q24)
    opened_at = models.DateTimeField(null=True)  # confirmed by mail, or posted by a client
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = TenderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="tender_state_known", condition=Q(state__in=TenderState.values)),
            models.CheckConstraint(name="tender_category_known", condition=Q(category__in=Category.values)),
            models.CheckConstraint(name="tender_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(  # At least one language, and only ones we know.
                name="tender_languages_known",
                condition=Q(languages__len__gte=1) & Q(languages__contained_by=Language.values),
            ),
            models.CheckConstraint(
                name="tender_budget_ordered",
                condition=(Q(budget_min=None) | Q(budget_min__gte=0))
                & (Q(budget_max=None) | Q(budget_max__gt=0))
                & (Q(budget_min=None) | Q(budget_max=None) | Q(budget_min__lte=F("budget_max"))),
            ),
            models.CheckConstraint(  # The extract says where, always (Q24).
                name="tender_place_or_remote", condition=Q(is_remote=True) | ~Q(place="")
            ),
            models.CheckConstraint(  # What is or was on the board was confirmed; a draft is not there.
                name="tender_opened_iff_on_board",
                condition=(~Q(state=TenderState.DRAFT) | Q(opened_at=None))
                & (~Q(state__in=[TenderState.OPEN, TenderState.AWARDED]) | Q(opened_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="tender_closed_iff_dated",
                condition=Q(state__in=CLOSED, closed_at__isnull=False) | (~Q(state__in=CLOSED) & Q(closed_at=None)),
            ),
            models.CheckConstraint(  # A client's call needs no confirmation: the account has a verified address.
                name="tender_draft_is_a_visitors", condition=~Q(state=TenderState.DRAFT) | Q(organisation=None)
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-opened_at", "-id"], name="tender_board"),
            models.Index(fields=["organisation", "-created_at"], name="tender_by_organisation"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def extract(self) -> str:
        """The beginning of the text, which anybody may read (Q24), up to the last whole word.

        Of a short text half, for the whole stays in the partners' space (rules 54 and 55).
        """
        length = min(settings.PROGRAMME["tender_extract_length"], len(self.description) // 2)
        start = self.description[:length]
        return (start.rsplit(maxsplit=1)[0] if any(map(str.isspace, start)) else start).rstrip(" ,;:.") + "…"

    @property
    def is_open(self) -> bool:
        """Tell whether the state allows answers; the time is asked of the queryset."""
        return self.state == TenderState.OPEN

    @property
    def where(self) -> str:
        """Where the work is done, in words."""
        if not self.is_remote:
            return self.place
        return _now("%(place)s or remote") % {"place": self.place} if self.place else _now("Remote")

    @property
    def language_names(self) -> str:
        """The languages in words."""
        return ", ".join(str(Language(code).label) for code in Language.values if code in self.languages)

    @property
    def budget(self) -> str:
        """The range in words, in whole units: CHF 2’000 – 5’000."""
        low, high = (None if end is None else writing.whole(end) for end in (self.budget_min, self.budget_max))
        values = {"currency": self.currency, "low": low, "high": high}
        if low and high:
            return _now("%(currency)s %(low)s – %(high)s") % values
        if high:
            return _now("up to %(currency)s %(high)s") % values
        return _now("from %(currency)s %(low)s") % values if low else _now("Budget open")


class Proposal(models.Model):
    """One partner's answer to a call; it may be changed while the call is open (Q26)."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="proposals")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="proposals")
    text = models.TextField(_("your answer"))
    price_net = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # in the call's currency
    sent_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    chosen_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "partner"], name="proposal_one_per_partner"),  # Q26
            models.UniqueConstraint(  # A call is awarded once.
                fields=["tender"], condition=Q(chosen_at__isnull=False), name="proposal_one_chosen"
            ),
            models.CheckConstraint(name="proposal_says_something", condition=~Q(text="")),
            models.CheckConstraint(name="proposal_price_positive", condition=Q(price_net=None) | Q(price_net__gt=0)),
        ]
        indexes = [models.Index(fields=["partner", "-sent_at"], name="proposal_by_partner")]

    def __str__(self) -> str:
        return f"{self.partner}: {self.tender}"

    @property
    def price(self) -> Money | None:
        """The price asked, without VAT."""
        return None if self.price_net is None else Money(self.price_net, self.tender.currency)


class Contract(models.Model):
    """What a partner agreed with the author of a call that it won. Only the provider's products are in it (rule 57)."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="contract")
    offers = models.ManyToManyField(Offer, related_name="+")  # of the provider's catalogue: there is no other field
    value_net = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    begins_on = models.DateField()
    acknowledges_exclusivity = models.BooleanField()
    recorded_at = models.DateTimeField()
    recorded_by_label = models.CharField(max_length=254)

    objects = ContractQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(  # Who wins through the board uses the provider's products only (rule 57).
                name="contract_is_exclusive", condition=Q(acknowledges_exclusivity=True)
            ),
            models.CheckConstraint(name="contract_value_positive", condition=Q(value_net__gt=0)),
            models.CheckConstraint(name="contract_currency_known", condition=Q(currency__in=Currency.values)),
        ]

    def __str__(self) -> str:
        return str(self.proposal)

    @property
    def value(self) -> Money:
        """The value without VAT."""
        return Money(self.value_net, self.currency)
