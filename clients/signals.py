"""Domain events for the apps above, sent inside the transaction: a receiver that fails undoes the act."""

from django.dispatch import Signal

# relationship, side: answers sentences, what the end means in the app above, as that side may read it
relationship_ending = Signal()
relationship_ended = Signal()  # relationship, actor, now: what depends on the access is cut
relationship_checked = Signal()  # relationship: answers {what: count}, what of the access is open in the app above
