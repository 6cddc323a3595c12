"""The chain from a person to a product in words: membership → team → relationship → right. Rules 15, 16, 20, 21.

It reads what :func:`clients.selectors.reach` has found, and asks nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from clients.choices import Access, Payer, Right
from clients.models import Product
from clients.selectors.people import rights_words, ways_in_words
from clients.selectors.reach import EVERYTHING, Reach, granted_in_space
from partnerportal.accounts.models import Membership


@dataclass(frozen=True)
class Cell:
    """One right at one link: ``state`` is "through", "cut" (here) or "gone" (before it came here)."""

    right: str
    state: str
    words: str


@dataclass(frozen=True)
class Link:
    """One link: what it is, why it lets through what it does; ``arrives`` at it, ``passes`` it."""

    kind: str
    what: str
    why: str
    arrives: frozenset[str]
    passes: frozenset[str]
    is_result: bool = False

    @property
    def cuts(self) -> str:
        """What is cut here, in words; empty if nothing is."""
        cut = self.arrives - self.passes
        return rights_words(cut) if cut else ""

    @property
    def cells(self) -> list[Cell]:
        """Each right at this link, in the order in which rights grow."""
        return [self._cell(right) for right in Right]

    def _cell(self, right: Right) -> Cell:
        if right in self.passes:
            return Cell(str(right.label), "through", _("remains") if self.is_result else _("let through"))
        if right in self.arrives:
            return Cell(str(right.label), "cut", _("cut here"))
        return Cell(str(right.label), "gone", _("gone before"))


def chain_of(reach: Reach, *, membership: Membership, product: Product) -> list[Link]:
    """Return the links from a partner's member to a client's product, the last one saying what remains."""
    relationship = reach.relationship or {}
    in_space = granted_in_space(access=relationship["access"], payer=relationship["payer"])
    after_relationship = reach.allowed & in_space
    return [
        _membership(membership),
        Link(_("Team"), *_way(reach, membership), EVERYTHING, reach.allowed),
        Link(
            _("Relationship"),
            _("Relationship %(number)s with %(client)s")
            % {"number": relationship["pk"], "client": product.organisation},
            _access(relationship["access"], relationship["payer"]),
            reach.allowed,
            after_relationship,
        ),
        Link(
            _("Right on the product"),
            product.name,
            _right(reach, relationship["access"]),
            after_relationship,
            reach.rights,
        ),
        Link(
            _("What remains"),
            rights_words(reach.rights).capitalize(),
            _("What the client granted, and of that what the partner lets through. Never more than either.")
            if reach.rights
            else _("The product does not open for this person."),
            reach.rights,
            reach.rights,
            is_result=True,
        ),
    ]


def _membership(membership: Membership) -> Link:
    why = (
        _("Who leads the partner is let in to every client.")
        if membership.is_whole
        else _("A collaborator is let in only where a team or an assignment by name says so.")
    )
    what = _("%(person)s, %(role)s of %(partner)s") % {
        "person": membership.user,
        "role": membership.get_role_display(),
        "partner": membership.organisation,
    }
    return Link(_("Membership"), what, why, EVERYTHING, EVERYTHING)


def _way(reach: Reach, membership: Membership) -> tuple[str, str]:
    """Return what lets a person in to the client, and with what at most."""
    if membership.is_whole:
        return _("No team is needed"), _("The role reaches every client, with all that was granted.")
    ways = ways_in_words(membership, reach.ways)
    if not ways:
        return _("No way in"), _("Not assigned by name, and in no team that looks after this client.")
    if len(ways) == 1:
        what, _colon, rights = ways[0].partition(": ")
        return what, _("At most: %(rights)s.") % {"rights": rights}
    return _("Several ways in"), _("%(ways)s. Together they count.") % {"ways": "; ".join(ways)}


def _access(access: str, payer: str | None) -> str:
    if access != Access.FULL:
        return _("Limited access: the partner neither orders nor manages billing, whoever it lets in.")
    if payer == Payer.PARTNER:
        return _("Full access; the partner pays: nothing is held back.")
    return _("Full access; the client pays, so billing stays with the client.")


def _right(reach: Reach, access: str) -> str:
    if access == Access.FULL:
        return _("Full access opens every product, later ones too.")
    if not reach.granted:
        return _("The client has not granted this product.")
    return _("The client has granted on it: %(rights)s.") % {"rights": rights_words(reach.granted)}
