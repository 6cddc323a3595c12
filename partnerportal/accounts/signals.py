"""Domain events for the apps above, sent inside the transaction: a receiver that refuses undoes the act."""

from django.dispatch import Signal

organisation_changing = Signal()  # organisation (as it was), details (as they will be)
