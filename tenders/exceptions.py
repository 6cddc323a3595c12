"""What calls for tenders refuse."""

from django.utils.translation import gettext_lazy as _

from partnerportal.kernel.states import Refused


class NotPossible(Refused):
    """A rule forbids this call, this answer or this contract."""


WISH_IS_PAST = _("This day has passed. Choose today or a later day, or leave it empty.")
