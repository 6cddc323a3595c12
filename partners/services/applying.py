"""How a company becomes a partner. Rules 1 to 5, Q22, Q23."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import OrganisationKind
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partnerportal.kernel.money import Money
from partnerportal.kernel.states import check_transition
from partnerportal.web.writing import money
from partners import registers, selectors, tasks
from partners.choices import (
    APPLICATION_TRANSITIONS,
    ApplicationState,
    CheckResult,
    PartnerState,
)
from partners.exceptions import AlreadyAffiliate, AlreadyPartner, NotEligible
from partners.models import Application, Partner, TermsAcceptance

DECIDED = {
    ApplicationState.APPROVED: "partners.application.approved",
    ApplicationState.REJECTED: "partners.application.rejected",
}
VOLUME = "estimated_yearly_net"
DRAFT_FIELDS = (
    "register_country",
    "register_number",
    "website",
    "contact_email",
    VOLUME,
    "gives_support",
    "answers_for_invoices",
    "is_exclusive_for_tenders",
)


def check_may_apply(organisation: Organisation) -> None:
    """Refuse whoever could never be approved, before they fill anything in.

    Raises :class:`NotEligible` (rules 1 and 4), :class:`AlreadyAffiliate` (rule 3), :class:`AlreadyPartner`.
    """
    if organisation.kind == OrganisationKind.INDIVIDUAL:
        raise NotEligible(
            _("Only a registered company can become a partner. As an individual you can recommend us as an affiliate.")
        )
    if organisation.kind != OrganisationKind.COMPANY:
        raise NotEligible(
            _("Only a registered company can become a partner. An association can be looked after by one.")
        )
    if selectors.is_affiliate(organisation.pk):
        raise AlreadyAffiliate(
            _("Your organisation is an affiliate. End the affiliation first: nobody is partner and affiliate at once.")
        )
    if selectors.is_partner_or_applying(organisation.pk):
        raise AlreadyPartner(_("Your organisation is in the programme already, or its application is in review."))


@transaction.atomic
def save_draft(*, organisation_id: int, values: dict[str, Any], actor: Acting, now: datetime) -> Application:
    """Keep what has been filled in so far; the register number is brought into its compact form.

    ``values``: some of DRAFT_FIELDS. Raises what :func:`check_may_apply` raises, :class:`NotEligible` for a wrong
    register number or a volume that sending would refuse, and :class:`AlreadyPartner` for a number that is in the
    programme already.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    check_may_apply(organisation)
    draft, _is_new = Application.objects.get_or_create(
        organisation=organisation,
        state=ApplicationState.DRAFT,
        defaults={"register_country": organisation.country, "created_at": now},
    )
    for name in DRAFT_FIELDS:
        if name in values:
            setattr(draft, name, values[name])
    if "register_number" in values:
        draft.register_number = _free_register_number(draft)
    if VOLUME in values:
        _check_volume(draft, timezone.localdate(now))
    draft.save(update_fields=list(DRAFT_FIELDS))
    return draft


@transaction.atomic
def apply_to_programme(
    *,
    organisation_id: int,
    terms_version: str,
    actor: Acting,
    now: datetime,
) -> Application:
    """Send the draft: record the accepted terms (rule 5) and the result of each check (rule 1).

    ``terms_version``: the version that the person saw and accepted. Raises :class:`NotEligible` naming what is missing,
    :class:`AlreadyAffiliate`, :class:`AlreadyPartner`.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    check_may_apply(organisation)
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(organisation=organisation, state=ApplicationState.DRAFT)
        .first()
    )
    if application is None:
        raise NotEligible(_("Fill in the application first."))
    _free_register_number(application)
    _accept_terms(organisation, terms_version, actor, now)
    today = timezone.localdate(now)
    managed = selectors.managed_by(organisation_id=organisation.pk, day=today)
    checks = selectors.eligibility(application=application, managed=managed, day=today)
    failed = [check for check in checks if check.result == CheckResult.FAILED]
    if failed:
        names = "; ".join(str(selectors.CHECK_NAMES[check.code]) for check in failed)
        raise NotEligible(_("This is still missing: %(names)s.") % {"names": names})
    application.checks = [check.as_json() for check in checks]
    application.state, application.submitted_at = ApplicationState.SUBMITTED, now
    try:
        with transaction.atomic():
            application.save(update_fields=["checks", "state", "submitted_at"])
    except IntegrityError as double:  # two applications with one number at the same instant
        raise _number_taken() from double
    log.record(
        at=now, actor=actor, action="partners.application.submitted", subject=application, organisation=organisation
    )
    tasks.mail_application_received.start(now=now, application_id=application.pk)
    return application


@transaction.atomic
def approve_application(*, application_id: int, actor: Acting, now: datetime) -> Partner:
    """Approve: the organisation is a partner from now on (Q23), with twelve months to build up (Q22).

    Raises IllegalTransition, and :class:`AlreadyAffiliate` or :class:`AlreadyPartner` if that came about meanwhile.
    """
    application = _locked_application(application_id)
    check_transition(APPLICATION_TRANSITIONS, application.state, ApplicationState.APPROVED)
    organisation = Organisation.objects.select_for_update().get(pk=application.organisation_id)
    if selectors.is_affiliate(organisation.pk):
        raise AlreadyAffiliate(_("The organisation has become an affiliate meanwhile. It can only be rejected."))
    if organisation.kind != OrganisationKind.COMPANY:
        raise NotEligible(_("The organisation is no longer a company. The application can only be rejected."))
    today = timezone.localdate(now)
    values = {
        "state": PartnerState.APPROVED,
        "register_country": application.register_country,
        "register_number": application.register_number,
        "website": application.website,
        "contact_email": application.contact_email,
        "joined_on": today,
        "build_up_until": today + relativedelta(months=settings.PROGRAMME["build_up_months"]),
        "grace_until": None,
        "suspended_at": None,
        "left_at": None,
    }
    try:
        with transaction.atomic():
            partner, _is_new = Partner.objects.update_or_create(organisation=organisation, defaults=values)
    except IntegrityError as double:
        raise _number_taken() from double
    _decide(application, ApplicationState.APPROVED, actor=actor, now=now)
    return partner


@transaction.atomic
def reject_application(*, application_id: int, reason: str, actor: Acting, now: datetime) -> Application:
    """Reject with a reason that the applicant reads (Q23). Raises :class:`NotEligible` without, IllegalTransition."""
    application = _locked_application(application_id)
    check_transition(APPLICATION_TRANSITIONS, application.state, ApplicationState.REJECTED)
    if not reason.strip():
        raise NotEligible(_("Write the reason: the applicant reads it."), field="reason")
    application.reason = reason.strip()
    _decide(application, ApplicationState.REJECTED, actor=actor, now=now)
    return application


def _locked_application(application_id: int) -> Application:
    locked = Application.objects.select_for_update(of=("self",)).select_related("organisation")
    return locked.get(pk=application_id)


def _decide(application: Application, state: ApplicationState, *, actor: Acting, now: datetime) -> None:
    application.state, application.decided_at, application.decided_by_label = state, now, actor.label
    application.save(update_fields=["state", "decided_at", "decided_by_label", "reason"])
    log.record(
        at=now,
        actor=actor,
        action=DECIDED[state],
        subject=application,
        organisation=application.organisation,
        changes={"reason": application.reason} if application.reason else {},
    )
    tasks.mail_application_decided.start(now=now, application_id=application.pk)


def _accept_terms(organisation: Organisation, version: str, actor: Acting, now: datetime) -> None:
    terms = selectors.terms_in_force(timezone.localdate(now))
    if terms is None or terms.version != version:
        raise NotEligible(
            _("The special conditions have changed meanwhile. Read and accept the new version."), field="terms"
        )
    TermsAcceptance.objects.create(
        terms=terms, organisation=organisation, user_id=actor.user_id, user_label=actor.label, accepted_at=now
    )


def _check_volume(draft: Application, day: date) -> None:
    """Refuse at once what would be refused when the application is sent (rules 1 and 2, Q22)."""
    managed = selectors.managed_by(organisation_id=draft.organisation_id, day=day)
    if selectors.volume_check(application=draft, managed=managed, day=day).result != CheckResult.FAILED:
        return
    currency = draft.organisation.currency
    threshold = selectors.thresholds_on(day).get(currency)
    if threshold is None:
        raise NotEligible(_("No threshold holds for your currency today. Ask the provider."), field=VOLUME)
    raise NotEligible(
        _(
            "This is below the threshold of %(threshold)s a year, and what you manage already does not reach it "
            "either. Tell what you can reach within %(months)s months, or apply once you expect that much."
        )
        % {"threshold": money(Money(threshold, currency)), "months": settings.PROGRAMME["build_up_months"]},
        field=VOLUME,
    )


def _free_register_number(application: Application) -> str:
    """Return the compact register number, or refuse one that is wrong or taken."""
    country = str(application.register_country)
    number = registers.checked(country=country, number=application.register_number)
    if selectors.is_register_number_taken(
        country=country, number=number, except_organisation_id=application.organisation_id
    ):
        raise _number_taken()
    return number


def _number_taken() -> AlreadyPartner:
    return AlreadyPartner(
        _("A company with this register number is in the programme or in review already. Ask it to invite you."),
        field="register_number",
    )
