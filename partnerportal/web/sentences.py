"""What every form says when something is wrong: what it was, and what to do. Set once, for allauth's forms and ours.

Django keeps these sentences on the classes of fields and validators, which is where it documents them; a field may say
something closer to what it asks.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

_CHOOSE_AGAIN = _("This is not in the list any more. Choose one of those that are.")
_DAY = _("This is not a day of the calendar. Write it as in 2026-11-23, or choose it.")
FIELDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("Fill this in: it is needed to go on.")},
    forms.BooleanField: {"required": _("Tick this to go on.")},
    forms.IntegerField: {"invalid": _("Write a whole number in figures, such as 12.")},
    forms.FloatField: {"invalid": _("Write a number in figures, such as 12.50.")},
    forms.DecimalField: {"invalid": _("Write a number in figures, such as 12.50.")},
    forms.DateField: {"invalid": _DAY},
    forms.DateTimeField: {"invalid": _DAY},
    forms.TimeField: {"invalid": _("Write a time as in 14:30.")},
    forms.ChoiceField: {"required": _("Choose one."), "invalid_choice": _CHOOSE_AGAIN},
    forms.TypedChoiceField: {"required": _("Choose one."), "invalid_choice": _CHOOSE_AGAIN},
    forms.MultipleChoiceField: {
        "required": _("Choose at least one."),
        "invalid_choice": _CHOOSE_AGAIN,
        "invalid_list": _("Choose from the list."),
    },
    forms.ModelChoiceField: {"required": _("Choose one."), "invalid_choice": _CHOOSE_AGAIN},
    forms.ModelMultipleChoiceField: {
        "required": _("Choose at least one."),
        "invalid_choice": _CHOOSE_AGAIN,
        "invalid_pk_value": _CHOOSE_AGAIN,
        "invalid_list": _("Choose from the list."),
    },
    forms.URLField: {"invalid": _("This is not a web address. Write it as in https://moser.ch.")},
    forms.JSONField: {"invalid": _("This page has lost what it needs. Open it again.")},
    forms.UUIDField: {"invalid": _("This is not a key of ours. Open the page again.")},
    forms.FileField: {
        "invalid": _("No file arrived. Choose it again."),
        "missing": _("No file arrived. Choose it again."),
        "empty": _("This file is empty. Choose another."),
    },
}
VALIDATORS: dict[type, Any] = {
    validators.EmailValidator: _("This is not an e-mail address. Write it as in lena@moser.ch."),
    validators.URLValidator: _("This is not a web address. Write it as in https://moser.ch."),
    validators.RegexValidator: _("This is not written as it has to be. Correct it."),
    validators.MinValueValidator: _("This is too low: %(limit_value)s is the least."),
    validators.MaxValueValidator: _("This is too high: %(limit_value)s is the most."),
    validators.MinLengthValidator: ngettext_lazy(
        "This is too short: write at least %(limit_value)d character; it has %(show_value)d.",
        "This is too short: write at least %(limit_value)d characters; it has %(show_value)d.",
        "limit_value",
    ),
    validators.MaxLengthValidator: ngettext_lazy(
        "This is too long: shorten it to %(limit_value)d character; it has %(show_value)d.",
        "This is too long: shorten it to %(limit_value)d characters; it has %(show_value)d.",
        "limit_value",
    ),
    validators.ProhibitNullCharactersValidator: _("This holds a character that cannot be kept. Write it anew."),
}
DECIMALS: dict[str, Any] = {
    "invalid": _("Write a number in figures, such as 12.50."),
    "max_digits": ngettext_lazy(
        "This number is too long: write at most %(max)s figure.",
        "This number is too long: write at most %(max)s figures.",
        "max",
    ),
    "max_decimal_places": ngettext_lazy(
        "Write at most %(max)s place after the point.", "Write at most %(max)s places after the point.", "max"
    ),
    "max_whole_digits": ngettext_lazy(
        "This number is too high: write at most %(max)s figure before the point.",
        "This number is too high: write at most %(max)s figures before the point.",
        "max",
    ),
}


def install() -> None:
    """Put our sentences where Django looks for them, before any form is made."""
    for field, sentences in FIELDS.items():
        # A class without sentences of its own inherits the dictionary: give it one, so that the parent keeps its own.
        field.default_error_messages = vars(field).get("default_error_messages", {}) | sentences
    for validator, sentence in VALIDATORS.items():
        validator.message = sentence  # type: ignore[attr-defined]  # each has one
    validators.DecimalValidator.messages = validators.DecimalValidator.messages | DECIMALS
