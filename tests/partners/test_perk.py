"""Rule 59: the theme licence while the status holds."""

import pytest
from django.conf import settings
from django.urls import reverse

from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("state", "is_shown"), [("APPROVED", True), ("SUSPENDED", False)])
def test_licence_is_for_active_partners(client, state, is_shown):
    """Rule 59."""
    suspended_at = NOW if state == "SUSPENDED" else None
    _partner, acting = world.make_partner(state=state, suspended_at=suspended_at)
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    shown = client.get(reverse("partners:perk")).content.decode()

    assert (settings.PROGRAMME["theme_licence"] in shown) is is_shown
