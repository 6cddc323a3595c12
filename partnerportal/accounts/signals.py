"""Domain events for the apps above, sent inside the transaction: a receiver that refuses undoes the act."""

from django.dispatch import Signal

external_joining = Signal()  # organisation, user: somebody of another company is about to become a member
organisation_changing = Signal()  # organisation (as it was), details (as they will be)
