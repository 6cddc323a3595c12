"""What forms say: in our words, for every form, and "optional" only where it is true."""

from __future__ import annotations

import re

import django_filters
import pytest
from allauth.account.adapter import get_adapter
from django import forms
from django.urls import get_resolver, reverse
from django.utils import translation

from partnerportal.accounts.forms import ProfileForm
from tests import world

pytestmark = pytest.mark.django_db
DJANGO = re.compile(
    r"This field|Ensure (this|that|there)|Select a valid|Enter (a|the) (valid|number|whole|list|complete)"
    r"|is not a valid|Null characters|Please (correct|submit|enter)|already exists"
)
OURS = ("partnerportal", "partners", "clients", "billing", "tenders", "directory", "allauth")
WRONG = ["x" * 300, "-1", "999999999999999.12345", "a@", "http://", "\x00", "2026-13-45"]


def descendants(kind):
    for one in kind.__subclasses__():
        yield one
        yield from descendants(one)


def all_forms():
    _ = get_resolver().url_patterns  # loads every view, and with it every form
    found = {form for form in descendants(forms.BaseForm) if form.__module__.startswith(OURS)}
    return sorted(found, key=lambda form: (form.__module__, form.__qualname__))


def fields():
    return [
        (f"{form.__module__}.{form.__qualname__}.{name}", field)
        for form in all_forms()
        for name, field in getattr(form, "base_fields", {}).items()
    ]


def answers(field):
    """Return what a field says to nothing and to everything that is wrong with it."""
    for value in [None, "", *WRONG, *[[one] for one in WRONG]]:
        try:
            field.clean(value)
        except forms.ValidationError as refusal:
            yield from refusal.messages
        except (TypeError, AttributeError):
            continue  # a list for a field that takes one, and the reverse: browsers do not send that


def test_no_field_of_any_form_answers_with_djangos_own_sentence():
    found = fields()

    said = {(name, text) for name, field in found for text in answers(field) if DJANGO.search(text)}

    assert len(found) > 80
    assert said == set()


def test_no_field_keeps_a_sentence_of_django():
    said = {
        (name, code, str(text))
        for name, field in fields()
        for code, text in field.error_messages.items()
        if DJANGO.search(str(text)) and not isinstance(field, forms.FileField)
    }

    assert said == set()


def test_no_list_of_choices_begins_with_dashes():
    filtersets = [one for one in descendants(django_filters.FilterSet) if one.__module__.startswith(OURS)]
    choices = [(name, field) for name, field in fields() if hasattr(field, "choices")]
    choices += [
        (f"{one.__name__}.{name}", filter_.field)
        for one in filtersets
        for name, filter_ in one.base_filters.items()
        if hasattr(filter_.field, "choices")
    ]

    dashes = [name for name, field in choices if any("--" in str(label) for _value, label in field.choices)]

    assert len(choices) > 20
    assert dashes == []


def test_allauth_speaks_of_what_to_do():
    with translation.override("en"):
        texts = [str(text) for text in get_adapter().error_messages.values()]

    assert "Incorrect password." not in texts
    assert "Invalid login." not in texts


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("account_signup", {"Name of the company or association": "unless you are an individual", "Password": ""}),
        ("tenders:post", {"Place": "unless it can be done from anywhere", "Phone": "optional", "Title": ""}),
    ],
)
def test_optional_stands_where_it_is_true_only(client, page, words):
    drawn = client.get(reverse(page)).content.decode()

    assert {label: mark_beside(drawn, label) for label in words} == words


def test_access_forms_say_when_something_is_asked(client):
    _organisation, acting = world.make_client()
    partner, _acting = world.make_partner()
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    drawn = client.get(reverse("clients:partner_invite", args=[partner.pk])).content.decode()

    assert mark_beside(drawn, "Who pays what the partner orders?") == "with full access"
    assert mark_beside(drawn, "A line to the partner") == "optional"


def mark_beside(drawn, label):
    """Return the words beside a label."""
    found = re.search(rf"<(?:label|legend)[^>]*>{re.escape(label)}(.*?)</(?:label|legend)>", drawn, re.DOTALL)
    return re.sub(r"<[^>]*>", "", found[1]).strip()


def test_only_languages_that_exist_are_offered(settings):
    assert "language" not in ProfileForm().fields
    settings.TRANSLATED = ["en", "fr"]

    assert [code for code, _name in ProfileForm().fields["language"].choices] == ["en", "fr"]
