"""In whose space a partner's person is: looked up anew on each request, so that what is taken back is gone at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import selectors, services
from clients.choices import Right
from clients.models import Relationship, RightUse
from partnerportal.accounts.middleware import CLIENT_SPACE_KEY

READING = frozenset({Right.VIEW, Right.STATISTICS, Right.BILLING})


class ClientSpaceMiddleware:
    """Puts the relationship into ``request.acting`` while the person is in a client's space.

    The session only remembers a wish; whether it holds is asked of the rows each time (promise 1).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        wanted = request.session.get(CLIENT_SPACE_KEY) if request.acting else None
        if wanted is not None:
            self._enter(request, wanted)
        response = self.get_response(request)
        if request.acting is not None and request.acting.relationship is not None:
            self._note_use(request, response)
        return response

    @staticmethod
    def _note_use(request: Any, response: HttpResponse) -> None:
        """Note on which day which right was last used: reading by reading, acting by what was done; once a day each."""
        view = getattr(getattr(request.resolver_match, "func", None), "view_class", None)
        holding = getattr(getattr(view, "permission", None), "value", None)
        right = getattr(holding, "right", None)
        if right is None or response.status_code >= HTTPStatus.BAD_REQUEST:
            return
        has_acted = request.method == "POST" and response.status_code == HTTPStatus.FOUND
        used = {Right.VIEW} | ({right} if right in READING or has_acted else set())
        relationship = request.acting.relationship
        if not used <= set(relationship.used_today):
            services.note_use(relationship_id=relationship.pk, rights=frozenset(used), on=timezone.localdate())

    @staticmethod
    def _enter(request: Any, relationship_id: int) -> None:
        membership = request.acting.membership
        relationship = None
        if membership is not None:
            today = RightUse.objects.filter(relationship=OuterRef("pk"), last_used_on=timezone.localdate())
            reachable = Relationship.objects.reachable_by(membership).with_ways(membership)
            reachable = reachable.annotate(used_today=ArraySubquery(today.values("right")))
            relationship = (
                reachable.select_related("client", "partner__organisation").filter(pk=relationship_id).first()
            )
        if relationship is None:
            del request.session[CLIENT_SPACE_KEY]
            messages.warning(request, _("Your access to this client has ended. You are back in your own space."))
            return
        rights = selectors.rights_in_space(relationship, membership)
        request.acting = replace(request.acting, relationship=relationship, rights=rights)
