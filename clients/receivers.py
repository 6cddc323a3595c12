"""What happens to partners and their people, and what it means for their clients (rules 13 and 48, Q19, Q42)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from clients import services
from clients.choices import EndedBy, RelationshipState
from clients.exceptions import NotPossible
from clients.models import Relationship
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Membership, Organisation, User
from partnerportal.work import services as work_services
from partners.models import Partner


def end_all_relationships(*, partner: Partner, actor: Acting, now: datetime, **_: Any) -> None:
    """End every active relationship and withdraw every request and invitation of a partner that has left (rule 48)."""
    # The partner is held by its lock, which accepting takes, too: what is read here is all that there will be.
    for pk, state in Relationship.objects.live().filter(partner=partner).order_by("pk").values_list("pk", "state"):
        if state == RelationshipState.ACTIVE:
            services.end_relationship(relationship_id=pk, by=EndedBy.PROGRAMME, actor=actor, now=now)
        else:
            services.withdraw(relationship_id=pk, actor=actor, now=now)


def keep_externals_in_their_partnership(*, organisation: Organisation, user: User, **_: Any) -> None:
    """Refuse an external member whose company is the organisation's partner already (rule 13: no double)."""
    partners = Relationship.objects.accepted().filter(
        client=organisation,
        partner__organisation__memberships__user=user,
        partner__organisation__memberships__is_external=False,
    )
    found = partners.select_related("partner__organisation").first()
    if found is not None:
        raise NotPossible(
            gettext(
                "%(client)s works with %(partner)s already, to which you belong. Ask there to be let in to this client."
            )
            % {"client": organisation, "partner": found.partner}
        )


def take_over_ties(*, membership: Membership, actor: Acting, now: datetime, **_: Any) -> None:
    """Turn what ties somebody who joins a partner to its clients into the partnership (rule 13)."""
    services.take_over_ties(membership=membership, actor=actor, now=now)


def write_leaving(*, membership: Membership, actor: Acting, now: datetime, **_: Any) -> None:
    """Let the clients read who of their partner's people has left it (Q43)."""
    services.write_leaving(membership=membership, actor=actor, now=now)


def take_over_all_ties(*, partner: Partner, now: datetime, **_: Any) -> None:
    """Turn the ties of who joined during a suspension into the partnerships that hold again (rule 13), after it."""
    work_services.start(kind="clients.take_over_ties", parameters={"partner_id": partner.pk}, now=now)


def stop_all_renewals(*, partner: Partner, actor: Acting, now: datetime, **_: Any) -> None:
    """Leave no renewal to a partner whose status is suspended (rule 48)."""
    mine = Relationship.objects.filter(partner=partner, state=RelationshipState.ACTIVE).order_by("pk")
    for relationship in mine:
        services.stop_renewals(relationship_id=relationship.pk, actor=actor, now=now)
