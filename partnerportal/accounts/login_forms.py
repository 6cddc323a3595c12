"""allauth's forms in our words: one name for one thing, and no placeholder that repeats the label."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as theirs
from django.utils.translation import gettext_lazy as _


class _OurWords:
    """Names the fields as the rest of the portal does."""

    words: dict[str, Any] = {}
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)


class LoginForm(_OurWords, theirs.LoginForm):
    """Logging in."""

    words = {"login": _("E-mail address"), "remember": _("Stay logged in on this device")}


class SignupForm(_OurWords, theirs.SignupForm):
    """Creating an account."""

    words = {"email": _("E-mail address"), "password2": _("The same password again")}


class AddEmailForm(_OurWords, theirs.AddEmailForm):
    """One more address."""

    words = {"email": _("E-mail address")}


class ChangePasswordForm(_OurWords, theirs.ChangePasswordForm):
    """Another password, by whoever knows the present one."""

    words = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("The new password again"),
    }


class ResetPasswordForm(_OurWords, theirs.ResetPasswordForm):
    """Asking for the link that resets the password."""

    words = {"email": _("E-mail address")}


class ResetPasswordKeyForm(_OurWords, theirs.ResetPasswordKeyForm):
    """Another password, by whoever followed that link."""

    words = {"password1": _("New password"), "password2": _("The new password again")}
