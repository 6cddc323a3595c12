"""Domain events for the apps above, sent inside the transaction: a receiver that refuses undoes the act."""

from django.dispatch import Signal

external_joining = Signal()  # organisation, user: somebody of another company is about to become a member
member_joined = Signal()  # membership, actor, now: with the person's other memberships held until the commit
member_leaving = Signal()  # membership, actor, now: while it still stands
organisation_changing = Signal()  # organisation (as it was), details (as they will be)
