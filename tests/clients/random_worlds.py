"""Worlds by chance, one that holds every case, and their rows in the database: for the test against the reference."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from clients import models
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Membership, Organisation, User
from partnerportal.catalogue.models import Offer
from partners.models import Partner
from tests import world as factories
from tests.clients.reference import (
    BILLING,
    MANAGE,
    NOTHING,
    ORDER,
    STATISTICS,
    Assignment,
    Grant,
    Member,
    Product,
    Relationship,
    Team,
    World,
)

ROLES = ("LEGAL", "ADMINISTRATOR", "COLLABORATOR", "COLLABORATOR", "COLLABORATOR")
STATES = ("ACTIVE", "ACTIVE", "ACTIVE", "PENDING", "REFUSED", "WITHDRAWN", "EXPIRED", "ENDED")
_numbers = itertools.count(1)

# Organisations 0 and 1 are clients; 2 and 5 approved partners, 3 is suspended, 4 has left.
SEED = World(
    organisations=6,
    partners={2: "APPROVED", 3: "SUSPENDED", 4: "LEFT", 5: "APPROVED"},
    members=(
        Member(0, "LEGAL"),
        Member(0),
        Member(2, "LEGAL"),
        Member(2, "ADMINISTRATOR"),
        Member(2),  # 4: by name at 0 and 1, narrowed
        Member(2),  # 5: in a team with client 0, and by name there: the two add up
        Member(2, is_external=True),  # 6: in a team for all
        Member(2),  # 7: nowhere
        Member(3, "LEGAL"),
        Member(4, "LEGAL"),
        Member(5, "LEGAL"),
        Member(5),  # 11: in a team and by name where it has no business
    ),
    products=(
        Product(0),
        Product(0, "BLOCKED"),
        Product(1),
        Product(1, "TERMINATED"),
        Product(1),
        Product(2),
        Product(3),
    ),
    relationships=(
        Relationship(0, 2, access="FULL", payer="PARTNER"),
        Relationship(1, 2, end="to come"),
        Relationship(3, 2, access="FULL", payer="CLIENT"),
        Relationship(0, 5, end="over"),
        Relationship(1, 3, access="FULL", payer="CLIENT"),
        Relationship(1, 4),
        Relationship(4, 2, state="PENDING", access="FULL", payer="PARTNER"),
        Relationship(0, 2, state="ENDED", access="FULL", payer="CLIENT"),
        Relationship(1, 5, state="REFUSED"),
        Relationship(None, 2, state="PENDING"),
        Relationship(2, 5),
        Relationship(3, 5, state="WITHDRAWN"),
        Relationship(4, 5, state="EXPIRED", access="FULL", payer="CLIENT"),
    ),
    grants=(
        Grant(0, 0, NOTHING),  # left from a limited time: full access opens all the same
        Grant(1, 2),
        Grant(1, 3, frozenset({STATISTICS})),
        Grant(1, 0),  # not the client's
        Grant(3, 1),
        Grant(5, 2),
        Grant(8, 2),
        Grant(10, 5, frozenset({MANAGE})),
    ),
    assignments=(
        Assignment(0, 4, frozenset({ORDER})),
        Assignment(1, 4, frozenset({MANAGE, ORDER, BILLING})),
        Assignment(0, 5, frozenset({STATISTICS})),
        Assignment(0, 1, frozenset({MANAGE})),  # the client's own collaborator
        Assignment(0, 11, frozenset({MANAGE})),  # another partner's
        Assignment(6, 4, frozenset({MANAGE})),
        Assignment(3, 11, frozenset({MANAGE})),
    ),
    teams=(
        Team(2, frozenset({5, 3}), frozenset({0}), rights=frozenset({MANAGE})),
        Team(2, frozenset({6, 11}), reaches_all=True, rights=frozenset({STATISTICS, BILLING})),
        Team(5, frozenset({11, 4}), frozenset({0})),  # another partner's client
        Team(5, frozenset({1}), reaches_all=True, rights=frozenset({MANAGE})),
    ),
)


def _rights(*names: str) -> Any:
    return st.frozensets(st.sampled_from(names))


@st.composite
def worlds(draw: Any) -> World:
    """Small and rich: two clients, three partners that may be clients too, and rows of every kind, bad ones too."""
    partners = {2: "APPROVED", 3: draw(st.sampled_from(["APPROVED", "SUSPENDED", "LEFT"])), 4: "APPROVED"}
    any_organisation, any_partner = st.integers(0, 4), st.sampled_from([2, 2, 3, 4])
    members = [Member(organisation, "LEGAL") for organisation in (0, 2, 3)]
    for organisation, role in draw(
        st.lists(st.tuples(any_organisation, st.sampled_from(ROLES)), min_size=2, max_size=5)
    ):
        members.append(Member(organisation, role, is_external=role == "COLLABORATOR" and draw(st.booleans())))
    products = draw(
        st.lists(
            st.builds(Product, st.integers(0, 3), st.sampled_from(["ACTIVE", "ACTIVE", "BLOCKED", "TERMINATED"])),
            min_size=3,
            max_size=6,
        )
    )
    relationships = _possible(
        draw(
            st.lists(
                st.builds(
                    Relationship,
                    st.sampled_from([0, 0, 1, 1, 2, 3, None]),
                    any_partner,
                    st.sampled_from(STATES),
                    st.sampled_from(["FULL", "LIMITED"]),
                    st.sampled_from(["CLIENT", "PARTNER"]),
                    st.sampled_from([None, None, "over", "to come"]),
                ),
                min_size=3,
                max_size=7,
            )
        )
    )
    relationship = st.integers(0, len(relationships) - 1)
    member = st.integers(0, len(members) - 1)
    narrowed = _rights(MANAGE, STATISTICS, ORDER, BILLING)
    grants = st.builds(Grant, relationship, st.integers(0, len(products) - 1), _rights(MANAGE, STATISTICS))
    assignments = st.builds(Assignment, relationship, member, narrowed)
    teams = st.builds(Team, any_partner, st.frozensets(member), st.frozensets(relationship), st.booleans(), narrowed)
    return World(
        organisations=5,
        partners=partners,
        members=tuple(members),
        products=tuple(products),
        relationships=relationships,
        grants=tuple(draw(st.lists(grants, max_size=8, unique_by=lambda one: (one.relationship, one.product)))),
        assignments=tuple(
            draw(st.lists(assignments, max_size=6, unique_by=lambda one: (one.relationship, one.member)))
        ),
        teams=tuple(draw(st.lists(teams, max_size=3))),
    )


def _possible(drawn: list[Relationship]) -> tuple[Relationship, ...]:
    """Leave out what the database refuses: oneself, two at a time between the same, two with full access."""
    kept: list[Relationship] = [Relationship(0, 2, access="FULL", payer="PARTNER"), Relationship(1, 2)]
    for row in drawn:
        is_live = row.state in {"PENDING", "ACTIVE"}
        pairs = {(one.client, one.partner) for one in kept if one.state in {"PENDING", "ACTIVE"}}
        full = {one.client for one in kept if one.state == "ACTIVE" and one.access == "FULL"}
        if row.client == row.partner or (row.client is None and row.state in {"ACTIVE", "ENDED"}):
            continue
        if is_live and row.client is not None and (row.client, row.partner) in pairs:
            continue
        if row.state == "ACTIVE" and row.access == "FULL" and row.client in full:
            continue
        payer = row.payer if row.access == "FULL" else None
        kept.append(Relationship(row.client, row.partner, row.state, row.access, payer, row.end))
    return tuple(kept)


@dataclass(frozen=True)
class Rows:
    """The rows of a world, each list in the order of the world's."""

    members: list[Membership]
    products: list[models.Product]
    relationships: list[models.Relationship]

    def acting(self, member: int, space: int | None = None) -> Acting:
        """For whom a member acts: for itself, or in a client's space."""
        person = self.members[member]
        return Acting(person.user, person, self.relationships[space] if space is not None else None)


def write(world: World, offer: Offer, now: datetime) -> Rows:
    """Write the rows of a world."""
    organisations = [factories.make_organisation(f"Organisation {n}") for n in range(world.organisations)]
    for number, state in world.partners.items():
        _write_partner(organisations[number], state, now)
    users = User.objects.bulk_create(
        [
            User(email=f"member{next(_numbers)}@example.org", password="!", name=f"M{n}")
            for n in range(len(world.members))
        ]
    )
    members = Membership.objects.bulk_create(
        [
            Membership(
                user=user,
                organisation=organisations[one.organisation],
                role=one.role,
                is_external=one.is_external,
                created_at=now,
            )
            for user, one in zip(users, world.members, strict=True)
        ]
    )
    products = models.Product.objects.bulk_create(
        [
            models.Product(
                organisation=organisations[one.organisation],
                offer=offer,
                name=f"Product {number}",
                state=one.state,
                created_at=now,
                renews_on=now.date(),
                **factories.dated(one.state),
            )
            for number, one in enumerate(world.products)
        ]
    )
    relationships = models.Relationship.objects.bulk_create(
        [_relationship(one, organisations, now) for one in world.relationships]
    )
    _write_grants_and_people(world, Rows(members, products, relationships), organisations, now)
    return Rows(members, products, relationships)


def _write_partner(organisation: Organisation, state: str, now: datetime) -> None:
    Partner.objects.create(
        organisation=organisation,
        state=state,
        suspended_at=now if state == "SUSPENDED" else None,
        left_at=now if state == "LEFT" else None,
        register_country="CH",
        register_number=f"CHE{next(_numbers):09d}",
        website="https://partner.example",
        contact_email=f"partner{next(_numbers)}@example.org",
        joined_on=now.date(),
        build_up_until=now.date(),
    )


def _relationship(one: Relationship, organisations: list[Organisation], now: datetime) -> models.Relationship:
    since, is_answered = now - timedelta(days=9), one.state in {"ACTIVE", "ENDED"}
    return models.Relationship(
        client=organisations[one.client] if one.client is not None else None,
        partner_id=organisations[one.partner].pk,
        started_by="CLIENT" if one.client is not None else "PARTNER",
        invited_email="" if one.client is not None else f"asked{next(_numbers)}@example.org",
        state=one.state,
        access=one.access,
        payer=one.payer,
        created_at=since,
        sent_at=since,
        expires_at=now + timedelta(days=9),
        answered_at=since if is_answered else None,
        access_since=since if is_answered else None,
        ends_at={None: None, "over": now - timedelta(minutes=1), "to come": now + timedelta(hours=1)}[one.end],
        ended_at=now if one.state == "ENDED" else None,
        ended_by="CLIENT" if one.state == "ENDED" else None,
    )


def _write_grants_and_people(world: World, rows: Rows, organisations: list[Organisation], now: datetime) -> None:
    models.Grant.objects.bulk_create(
        [
            models.Grant(
                relationship=rows.relationships[one.relationship],
                product=rows.products[one.product],
                has_technical=MANAGE in one.rights,
                has_statistics=STATISTICS in one.rights,
                granted_at=now,
            )
            for one in world.grants
        ]
    )
    models.ClientAssignment.objects.bulk_create(
        [
            models.ClientAssignment(
                relationship=rows.relationships[one.relationship],
                membership=rows.members[one.member],
                assigned_at=now,
                **_flags(one.rights),
            )
            for one in world.assignments
        ]
    )
    for number, one in enumerate(world.teams):
        factories.make_team(
            organisations[one.organisation],
            f"Team {number}",
            people=tuple(rows.members[member] for member in one.members),
            clients=tuple(rows.relationships[relationship] for relationship in one.relationships),
            reaches_all=one.reaches_all,
            **_flags(one.rights),
        )


def _flags(rights: frozenset[str]) -> dict[str, bool]:
    return {f"has_{right}": right in rights for right in (MANAGE, STATISTICS, ORDER, BILLING)}
