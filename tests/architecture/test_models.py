"""What holds of every model: no floats, no default order, choices checked by the database, constraints broken once."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django_countries.fields import CountryField

ROOT = Path(__file__).resolve().parents[2]
OURS = {"audit", "work", "accounts", "catalogue", "partners", "clients", "billing", "tenders", "directory"}
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
# Languages are a list of settings, not states; a wrong one falls back to English and harms nothing.
UNCHECKED = {"accounts.User.language", "accounts.Organisation.language"}


def constraints():
    return sorted(one.name for model in MODELS for one in model._meta.constraints)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_floats_and_no_default_order(model):
    assert not model._meta.ordering
    assert not any(isinstance(field, models.FloatField) for field in model._meta.get_fields())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_choice_is_checked_by_the_database(model):
    checks = " ".join(str(one.condition) for one in model._meta.constraints if isinstance(one, models.CheckConstraint))
    for field in model._meta.get_fields():
        if isinstance(field, CountryField):  # a list of ISO codes, not a state
            continue
        if getattr(field, "choices", None) and f"{model._meta.label}.{field.name}" not in UNCHECKED:
            assert field.name in checks, f"{model._meta.label}.{field.name} has no CHECK"


def test_every_constraint_has_a_test_that_breaks_it():
    """Naming it in tests/**/test_*constraints*.py is what the tests there do."""
    text = " ".join(path.read_text() for path in (ROOT / "tests").rglob("test_*constraints*.py"))

    assert [name for name in constraints() if not re.search(rf"\b{name}\b", text)] == []


def test_migrations_carry_names():
    names = [
        path.stem
        for app in apps.get_app_configs()
        if app.label in OURS
        for path in Path(app.path, "migrations").glob("0*.py")
    ]

    assert names
    assert not [name for name in names if "_auto_" in name]
