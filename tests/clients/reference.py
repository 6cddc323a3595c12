"""The rules of access once more, in plain Python: written from domain.md, with loops over rows and no query.

Slow and plain on purpose. The property test compares what the portal answers with what is read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

SEE, MANAGE, STATISTICS, ORDER, BILLING = "view", "technical", "statistics", "order", "billing"
EVERYTHING = frozenset({SEE, MANAGE, STATISTICS, ORDER, BILLING})
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Member:
    """Somebody in an organisation; organisations are numbered."""

    organisation: int
    role: str = "COLLABORATOR"
    is_external: bool = False

    @property
    def leads(self) -> bool:
        """Rule 20: legal representatives and administrators."""
        return self.role in {"LEGAL", "ADMINISTRATOR"}


@dataclass(frozen=True)
class Product:
    """What an organisation owns."""

    organisation: int
    state: str = "ACTIVE"


@dataclass(frozen=True)
class Relationship:
    """A client and a partner; ``end``: None, "over" or "to come"; no client: asked by mail address (Q16)."""

    client: int | None
    partner: int
    state: str = "ACTIVE"
    access: str = "LIMITED"
    payer: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class Grant:
    """A ticked product of a relationship."""

    relationship: int
    product: int
    rights: frozenset[str] = frozenset({MANAGE, STATISTICS})  # beside seeing it, which is implied


@dataclass(frozen=True)
class Assignment:
    """A member let in to a client by name, with at most these rights."""

    relationship: int
    member: int
    rights: frozenset[str] = NOTHING


@dataclass(frozen=True)
class Team:
    """Members of a partner who look after the same clients, with at most these rights."""

    organisation: int
    members: frozenset[int]
    relationships: frozenset[int] = frozenset()
    reaches_all: bool = False
    rights: frozenset[str] = NOTHING


@dataclass(frozen=True)
class World:
    """All rows. ``partners``: organisation → state of its partner. Rows name one another by their place in the list."""

    partners: dict[int, str]
    members: tuple[Member, ...]
    products: tuple[Product, ...]
    relationships: tuple[Relationship, ...] = ()
    grants: tuple[Grant, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    teams: tuple[Team, ...] = ()
    organisations: int = field(default=4)


def opens(world: World, relationship: Relationship) -> bool:
    """Rules 11 and 48, Q21: accepted, its end not come, and the partner's status holds."""
    return (
        relationship.state == "ACTIVE"
        and relationship.end != "over"
        and world.partners[relationship.partner] == "APPROVED"
    )


def ways(world: World, member: int, relationship: int) -> list[frozenset[str]]:
    """Rule 20: by name, or in a team of one's own organisation that has this client, or every client."""
    person = world.members[member]
    found = [
        assignment.rights | {SEE}
        for assignment in world.assignments
        if assignment.member == member and assignment.relationship == relationship
    ]
    for team in world.teams:
        has_client = team.reaches_all or relationship in team.relationships
        if team.organisation == person.organisation and member in team.members and has_client:
            found.append(team.rights | {SEE})
    return found


def is_let_in(world: World, member: int, relationship: int) -> bool:
    """Rule 20: only people of the partner; those who lead it everywhere, the others where they were let in."""
    person = world.members[member]
    if person.organisation != world.relationships[relationship].partner:
        return False
    return person.leads or bool(ways(world, member, relationship))


def knows(world: World, member: int, relationship: int) -> bool:
    """A relationship is the client's and, whatever its state, of those who lead the partner; collaborators know the
    accepted ones to which they are let in (3.3: only the clients authorised for them).
    """
    row, person = world.relationships[relationship], world.members[member]
    if row.client == person.organisation:
        return True
    return is_let_in(world, member, relationship) and (person.leads or row.state == "ACTIVE")


def may_enter(world: World, member: int, relationship: int) -> bool:
    """Rules 11, 20, 48: whoever is let in, while the relationship opens anything."""
    return opens(world, world.relationships[relationship]) and is_let_in(world, member, relationship)


def opened(relationship: Relationship) -> frozenset[str]:
    """3.5: what an access opens at most; full access orders, and with the partner's means bills, too."""
    if relationship.access == "LIMITED":
        return frozenset({SEE, MANAGE, STATISTICS})
    if relationship.payer == "PARTNER":
        return EVERYTHING
    return EVERYTHING - {BILLING}


def granted(world: World, relationship: int, product: int) -> frozenset[str]:
    """Rules 15 and 16: every product of the client with full access, the ticked ones of the client with limited."""
    row = world.relationships[relationship]
    if row.client is None or world.products[product].organisation != row.client:
        return NOTHING
    if row.access == "FULL":
        return opened(row)
    for grant in world.grants:
        if grant.relationship == relationship and grant.product == product:
            return grant.rights | {SEE}
    return NOTHING


def let_through(world: World, member: int, relationship: int) -> frozenset[str]:
    """Rule 21, the partner's half: everything to those who lead it, else what any of the ways lets through."""
    if world.members[member].leads:
        return EVERYTHING
    return frozenset(right for way in ways(world, member, relationship) for right in way)


def rights_at(world: World, member: int, relationship: int, product: int) -> frozenset[str]:
    """Rule 21: what the client granted the partner, and of that what the partner lets this person do."""
    if not may_enter(world, member, relationship):
        return NOTHING
    return granted(world, relationship, product) & let_through(world, member, relationship)


def rights(world: World, member: int, product: int) -> frozenset[str]:
    """In one's own organisation everything (the roles decide there), else what a relationship leaves."""
    if world.products[product].organisation == world.members[member].organisation:
        return EVERYTHING
    found = [rights_at(world, member, number, product) for number in range(len(world.relationships))]
    return frozenset(right for one in found for right in one)


def rights_in_space(world: World, member: int, relationship: int) -> frozenset[str]:
    """What somebody may do in a client's space at all; rights on single products are narrower."""
    if not may_enter(world, member, relationship):
        return NOTHING
    return opened(world.relationships[relationship]) & let_through(world, member, relationship)


def seen(world: World, member: int, space: int | None) -> set[int]:
    """The products in sight: one's own organisation's; in a client's space (rules 15, 16) what is granted there."""
    if space is None:
        mine = world.members[member].organisation
        return {number for number, product in enumerate(world.products) if product.organisation == mine}
    return {number for number in range(len(world.products)) if rights_at(world, member, space, number)}


def reached(world: World, member: int) -> set[int]:
    """The relationships through which somebody enters a client's space."""
    return {number for number in range(len(world.relationships)) if may_enter(world, member, number)}


def answers(world: World, member: int, space: int | None) -> Iterator[tuple[str, int | None, int]]:
    """What pages answer, as (page, product, status): 404 for what is not in sight, 403 for what is not allowed."""
    in_sight = seen(world, member, space)
    for product in range(len(world.products)):
        held = EVERYTHING if space is None else rights_at(world, member, space, product)
        for page, right in (("detail", SEE), ("describe", MANAGE), ("statistics", STATISTICS)):
            allowed = 200 if right in held else 403
            yield page, product, allowed if product in in_sight else 404
    may_order = world.members[member].leads if space is None else ORDER in rights_in_space(world, member, space)
    yield "order", None, 200 if may_order else 403
