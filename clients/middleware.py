"""In whose space a partner's person is: looked up anew on each request, so that what is taken back is gone at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clients import selectors
from clients.models import Relationship
from partnerportal.accounts.middleware import CLIENT_SPACE_KEY


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
        return self.get_response(request)

    @staticmethod
    def _enter(request: Any, relationship_id: int) -> None:
        membership = request.acting.membership
        relationship = None
        if membership is not None:
            reachable = Relationship.objects.reachable_by(membership).with_ways(membership)
            relationship = (
                reachable.select_related("client", "partner__organisation").filter(pk=relationship_id).first()
            )
        if relationship is None:
            del request.session[CLIENT_SPACE_KEY]
            messages.warning(request, _("Your access to this client has ended. You are back in your own space."))
            return
        rights = selectors.rights_in_space(relationship, membership)
        request.acting = replace(request.acting, relationship=relationship, rights=rights)
