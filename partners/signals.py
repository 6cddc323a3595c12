"""Domain events for the apps above, sent inside the transaction: a receiver that fails undoes the act."""

from django.dispatch import Signal

partner_left = Signal()  # partner, actor, now: the partner has left or was removed (Q42)
partner_suspended = Signal()  # partner, actor, now: no rebate, no cashback, no access from now on (Q21, rule 48)
partner_reinstated = Signal()  # partner, actor, now: a suspension is lifted
volume_asked = Signal()  # partner_ids, day: answers {partner: {currency: yearly net list price}} (rule 2, Q21)
