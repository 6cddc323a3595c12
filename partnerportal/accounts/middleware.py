"""Sets for whom somebody acts, and keeps staff without a second factor at the door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Membership
from partnerportal.web import typed
from partnerportal.web.htmx import is_fragment
from partnerportal.web.views import ActionView

ORGANISATION_KEY = "acting_organisation"
CLIENT_SPACE_KEY = "client_space"  # the relationship through which the person wants to act; clients looks it up
NOTED_AGAIN_AFTER = timedelta(minutes=1)
_AGENT_LENGTH = UserSession._meta.get_field("user_agent").max_length  # noqa: SLF001 -- Django documents _meta
_ENDED = gettext_lazy("Your session has ended, and nothing was sent. Log in to go on.")
_ENDED_KEPT = gettext_lazy(
    "Your session has ended, and nothing was sent. Log in: what you typed waits for you for an hour."
)
# Where staff without a second factor may go: setting one up, proving the password for it, leaving.
_SECOND_FACTOR_PAGES = ("mfa_", "account_reauthenticate", "account_logout", "account_confirm_email", "account_email")


class ActingMiddleware:
    """Puts ``request.acting`` on each request: from the session's choice of organisation, checked against the rows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.acting = acting_of(request)
        return self.get_response(request)


def acting_of(request: Any) -> Acting | None:
    """Return for whom the signed-in person acts; a membership that is gone falls back to the first that is left."""
    if not request.user.is_authenticated:
        return None
    memberships = tuple(
        Membership.objects.filter(user=request.user).select_related("organisation").order_by("created_at", "pk")
    )
    chosen = request.session.get(ORGANISATION_KEY)
    current = next(
        (one for one in memberships if one.organisation_id == chosen), memberships[0] if memberships else None
    )
    return Acting(user=request.user, membership=current, memberships=memberships)


def act_for(request: Any, organisation_id: int) -> None:
    """Wish to act for an organisation from now on, in its own space; the next request asks whether that holds."""
    request.session[ORGANISATION_KEY] = organisation_id
    request.session.pop(CLIENT_SPACE_KEY, None)


class SeenMiddleware:
    """Notes when and from where a session was last used, for the person's list of own sessions (allauth).

    Allauth writes that on each request. Here a minute passes between two notes of the same browser at the same address:
    reading costs one query, and a page that only shows something writes nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated and not self._is_noted(request):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)

    @staticmethod
    def _is_noted(request: Any) -> bool:
        note = UserSession.objects.filter(session_key=request.session.session_key).first()
        agent = request.META.get("HTTP_USER_AGENT", "")[:_AGENT_LENGTH]
        return (
            note is not None
            and note.last_seen_at > timezone.now() - NOTED_AGAIN_AFTER
            and (note.user_id, note.ip, note.user_agent)
            == (request.user.pk, get_adapter().get_client_ip(request), agent)
        )


class LogInFirstMiddleware(LoginRequiredMiddleware):
    """Sends whoever is not signed in to the log-in, and keeps what they had typed when their session ended."""

    def handle_no_permission(self, request: Any, view_func: Any) -> Any:
        """Lead to the log-in; htmx would else draw it into the part of the page that it asked for."""
        answer = self._lead_to_login(request, view_func)
        return HttpResponseClientRedirect(answer.url) if is_fragment(request) else answer

    def _lead_to_login(self, request: Any, view_func: Any) -> HttpResponseRedirect:
        """Keep the form of one of our pages; after the log-in comes the page, or the start where it shows none."""
        if request.method == "GET":
            return super().handle_no_permission(request, view_func)
        view = getattr(view_func, "view_class", None)
        is_kept = (
            view is not None
            and issubclass(view, ActionView)
            and ratelimit.consume(request, action="keep_typed")
            and typed.keep(request, view.form_class, now=timezone.now())
        )
        if is_kept or settings.SESSION_COOKIE_NAME in request.COOKIES:  # else there was no session: no row for machines
            messages.warning(request, _ENDED_KEPT if is_kept else _ENDED)
        if view is not None and not hasattr(view, "get"):
            return redirect(settings.LOGIN_URL)
        return super().handle_no_permission(request, view_func)


class SecondFactorMiddleware:
    """Staff whose session was not proved with a second factor reach only the pages where they set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, *_: object) -> HttpResponse | None:
        """Send them to the set-up page from everywhere else."""
        if not request.user.is_authenticated or not request.user.is_staff or has_second_factor(request):
            return None
        if (request.resolver_match.view_name or "").startswith(_SECOND_FACTOR_PAGES):
            return None
        if is_mfa_enabled(request.user):  # set up meanwhile, elsewhere: this session proves it now
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
        return redirect("mfa_index")


def has_second_factor(request: Any) -> bool:
    """Tell whether this session was opened, or has since been proved, with a code or a passkey."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))
