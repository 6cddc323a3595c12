"""A fault answers with a plain page; a database that is away says when to come back. Promise 4."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch):
    """Let every page of the programme fail with a given exception."""

    def breaks_with(exception):
        def fail(*_args, **_kwargs):
            raise exception

        monkeypatch.setattr("partnerportal.home.public.ProgrammeView.get", fail)
        browser = Client(raise_request_exception=False)
        return browser.get(reverse("home:programme"))

    return breaks_with


@pytest.mark.parametrize("away", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_a_database_that_is_away_says_when_to_come_back(broken, away):
    answer = broken(away)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "closed" not in answer.content.decode()


@pytest.mark.parametrize("fault", [ValueError("secret detail"), DatabaseError("secret detail")])
def test_any_other_fault_is_a_plain_page_without_details(broken, fault):
    answer = broken(fault)

    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert "Something broke" in answer.content.decode()
