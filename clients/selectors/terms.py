"""What a relationship grants, in plain values and in words, and what a change of it would change. Rules 14, 17, 18."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext, ngettext_lazy

from clients.choices import Access, Payer, Right, Side
from clients.models import Grant, Product, Relationship, access_sentence
from partnerportal.web import writing

SHOWN = 8  # names in a sentence; the rest is counted
_LETTERS = {Right.TECHNICAL: "t", Right.STATISTICS: "s"}


def snapshot(relationship: Relationship) -> dict[str, Any]:
    """Return the granted terms as plain values: for the audit trail, and to see whether they changed meanwhile.

    ``rights`` holds for each product of limited access its letters: t technical, s statistics; seeing is implied.
    """
    grants = relationship.opened_grants.order_by("product").values_list("product", "has_technical", "has_statistics")
    return {
        "access": relationship.access,
        "payer": relationship.payer,
        "ends_at": relationship.ends_at.astimezone(UTC).isoformat() if relationship.ends_at else None,
        "last_day": relationship.last_day.isoformat() if relationship.last_day else None,
        "rights": {str(pk): "t" * technical + "s" * statistics for pk, technical, statistics in grants},
    }


Granted = tuple[str, bool, bool]  # a product's name, has_technical, has_statistics


def terms_in_words(relationship: Relationship, *, reader: Side) -> str:
    """Return what is granted as readable sentences: the access, who pays, the products by name, the rights, the end.

    ``reader``: the side that reads it: "It manages them" to the client, "You manage them" to the partner.
    """
    return all_terms_in_words([relationship], reader=reader)[relationship.pk]


def all_terms_in_words(relationships: Collection[Relationship], *, reader: Side) -> dict[int, str]:
    """Return :func:`terms_in_words` of each relationship; one query for all of them."""
    limited = [one.pk for one in relationships if not one.is_full]
    granted: dict[int, list[Granted]] = {}
    grants = Grant.objects.filter(relationship__in=limited).order_by("product__name", "pk")
    for pk, name, technical, statistics in grants.values_list(
        "relationship", "product__name", "has_technical", "has_statistics"
    ):
        granted.setdefault(pk, []).append((name, technical, statistics))
    return {one.pk: _sentences(one, granted.get(one.pk, []), reader) for one in relationships}


def _sentences(relationship: Relationship, grants: list[Granted], reader: Side) -> str:
    access = access_sentence(relationship.access, relationship.payer, reader=reader)
    sentences = [f"{access}." if relationship.is_full else _limited_in_words(grants, reader)]
    if relationship.last_day is not None:
        sentences.append(_("Until %(day)s.") % {"day": writing.day(relationship.last_day)})
    return " ".join(sentences)


def asked_in_words(relationship: Relationship, *, reader: Side) -> str:
    """Return what a partner asks for, as readable sentences: the access, who would pay, the kinds, the rights."""
    asked = access_sentence(relationship.asked_access or "", relationship.asked_payer, reader=reader)
    if relationship.asked_access != Access.LIMITED:
        return f"{asked}."
    families = list(relationship.asked_families.order_by("position", "name").values_list("name", flat=True))
    if families:
        asked = _("Limited access to products of these kinds: %(names)s") % {"names": listed(families)}
    in_words = _ASKED_OF_CLIENT if reader == Side.CLIENT else _ASKED_BY_PARTNER
    rights = in_words.get((relationship.asked_technical, relationship.asked_statistics))
    return f"{asked}. {rights}" if rights else f"{asked}."


_ASKED_OF_CLIENT = {  # (technical, statistics)
    (True, True): _lazy("It would manage them and read their statistics."),
    (True, False): _lazy("It would manage them."),
    (False, True): _lazy("It would read their statistics."),
}
_ASKED_BY_PARTNER = {
    (True, True): _lazy("You would manage them and read their statistics."),
    (True, False): _lazy("You would manage them."),
    (False, True): _lazy("You would read their statistics."),
}


def _limited_in_words(grants: list[Granted], reader: Side) -> str:
    if not grants:
        return _("Limited access, to no product at the moment.")
    names = [name for name, _technical, _statistics in grants]
    sees = ngettext(
        "Limited access to %(count)s product: %(names)s.",
        "Limited access to %(count)s products: %(names)s.",
        len(names),
    ) % {"count": len(names), "names": listed(names)}
    managed = sum(technical for _name, technical, _statistics in grants)
    measured = sum(statistics for _name, _technical, statistics in grants)
    in_words = _rights_to_client if reader == Side.CLIENT else _rights_to_partner
    return f"{sees} {in_words(len(names), managed, measured)}"


def _rights_to_client(seen: int, managed: int, measured: int) -> str:
    """Return "It manages 2 of them and reads the statistics of 1 of them." for counts of products."""
    which = {"managed": _of_them(managed, seen), "measured": _of_them(measured, seen)}
    if not managed and not measured:
        return ngettext("It only sees it.", "It only sees them.", seen)
    if managed == measured == seen:
        return ngettext("It manages it and reads its statistics.", "It manages them and reads their statistics.", seen)
    if not measured:
        return _("It manages %(managed)s.") % which
    if managed:
        return _("It manages %(managed)s and reads the statistics of %(measured)s.") % which
    if measured == seen:
        return ngettext(
            "It reads its statistics and changes nothing.", "It reads their statistics and changes nothing.", seen
        )
    return _("It reads the statistics of %(measured)s and changes nothing.") % which


def _rights_to_partner(seen: int, managed: int, measured: int) -> str:
    """Return the same as :func:`_rights_to_client`, said to the partner itself."""
    which = {"managed": _of_them(managed, seen), "measured": _of_them(measured, seen)}
    if not managed and not measured:
        return ngettext("You only see it.", "You only see them.", seen)
    if managed == measured == seen:
        return ngettext("You manage it and read its statistics.", "You manage them and read their statistics.", seen)
    if not measured:
        return _("You manage %(managed)s.") % which
    if managed:
        return _("You manage %(managed)s and read the statistics of %(measured)s.") % which
    if measured == seen:
        return ngettext(
            "You read its statistics and change nothing.", "You read their statistics and change nothing.", seen
        )
    return _("You read the statistics of %(measured)s and change nothing.") % which


def _of_them(count: int, seen: int) -> str:
    if count == seen:
        return ngettext("it", "all of them", seen)
    return _("%(count)s of them") % {"count": count}


def listed(names: Collection[str], *, shown: int = SHOWN) -> str:
    """Return names with commas; from ``shown`` on the rest is counted: "A, B and 4 more"."""
    first = ", ".join(list(names)[:shown])
    more = len(names) - shown
    if more <= 0:
        return first
    return ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", more) % {
        "names": first,
        "count": more,
    }


@dataclass(frozen=True)
class Change:
    """One line of a difference: what is "added", "removed", or stays (""); ``note`` names the products."""

    what: str
    change: str = ""
    note: str = ""


def difference(*, client_id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return in words what another :func:`snapshot` would change for the partner; what stays comes last.

    One query, for the products' names.
    """
    names = dict(Product.objects.in_use().filter(organisation=client_id).values_list("pk", "name"))
    old, new = _reached(before, names), _reached(after, names)
    gone, come, kept = old.keys() - new.keys(), new.keys() - old.keys(), old.keys() & new.keys()
    lines = [*_access_changes(before, after), *_end_changes(before, after)]
    lines += _line(gone, names, "removed", _NOT_SEEN)
    lines += _line(come, names, "added", _SEEN_TOO if old else _SEEN)
    for right, words in _RIGHT_WORDS.items():
        letter = _LETTERS[right]
        had = {pk for pk in old if letter in old[pk]}
        has = {pk for pk in new if letter in new[pk]}
        lines += _line((had - has) - gone, names, "removed", words["removed"])
        lines += _line(has - had, names, "added", words["more" if had else "added"])
        lines += _line(has & had, names, "", words["kept"])
    lines += _line(kept, names, "", _STILL_SEEN)
    if old and not new and after["access"] != Access.FULL:
        lines.append(Change(_("Stays your partner, and reaches nothing until you grant it a product")))
    order = {"removed": 0, "added": 1, "": 2}
    return sorted(lines, key=lambda line: order[line.change])


_RIGHT_WORDS: dict[Right, dict[str, Any]] = {
    Right.TECHNICAL: {
        "removed": ngettext_lazy(
            "No longer manages %(count)s product", "No longer manages %(count)s products", "count"
        ),
        "added": ngettext_lazy("Manages %(count)s product", "Manages %(count)s products", "count"),
        "more": ngettext_lazy("Manages %(count)s more product", "Manages %(count)s more products", "count"),
        "kept": ngettext_lazy("Keeps managing %(count)s product", "Keeps managing %(count)s products", "count"),
    },
    Right.STATISTICS: {
        "removed": ngettext_lazy(
            "No longer reads the statistics of %(count)s product",
            "No longer reads the statistics of %(count)s products",
            "count",
        ),
        "added": ngettext_lazy(
            "Reads the statistics of %(count)s product", "Reads the statistics of %(count)s products", "count"
        ),
        "more": ngettext_lazy(
            "Reads the statistics of %(count)s more product",
            "Reads the statistics of %(count)s more products",
            "count",
        ),
        "kept": ngettext_lazy(
            "Keeps the statistics of %(count)s product", "Keeps the statistics of %(count)s products", "count"
        ),
    },
}
_NOT_SEEN = ngettext_lazy("No longer sees %(count)s product", "No longer sees %(count)s products", "count")
_SEEN_TOO = ngettext_lazy("Sees %(count)s more product", "Sees %(count)s more products", "count")
_SEEN = ngettext_lazy("Sees %(count)s product", "Sees %(count)s products", "count")
_STILL_SEEN = ngettext_lazy("Keeps seeing %(count)s product", "Keeps seeing %(count)s products", "count")


def _reached(terms: Mapping[str, Any], names: Mapping[int, str]) -> dict[int, str]:
    """Return each product that the terms open, with its letters."""
    if terms["access"] == Access.FULL:
        return dict.fromkeys(names, "ts")
    return {int(pk): letters for pk, letters in terms["rights"].items() if int(pk) in names}


def _access_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    was_full, is_full = before["access"] == Access.FULL, after["access"] == Access.FULL
    lines: list[Change] = []
    if is_full and not was_full:
        lines.append(Change(_("Has full access: every product, also those that come later"), "added"))
        lines.append(Change(_("Orders and renews for you"), "added"))
    elif was_full and not is_full:
        lines.append(Change(_("No longer has full access, nor what comes later by itself"), "removed"))
        lines.append(Change(_("No longer orders or renews for you"), "removed"))
    if before["payer"] == after["payer"]:
        return lines
    if before["payer"] == Payer.PARTNER:
        lines.append(Change(_("No longer pays what it orders"), "removed"))
    if after["payer"] == Payer.PARTNER:
        lines.append(Change(_("Pays what it orders, and gets the invoices"), "added"))
    elif after["payer"] == Payer.CLIENT:
        lines.append(Change(_("You pay what it orders, and get the invoices"), "added"))
    return lines


def _end_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    if before["ends_at"] == after["ends_at"]:
        return []
    if after["ends_at"] is None:
        return [Change(_("Its access has no end date any more"), "added")]
    is_shorter = before["access"] is not None and (before["ends_at"] is None or after["ends_at"] < before["ends_at"])
    words = _("Its last day of access is %(day)s") % {"day": writing.day(date.fromisoformat(after["last_day"]))}
    return [Change(words, "removed" if is_shorter else "added")]


def _line(pks: Collection[int], names: Mapping[int, str], change: str, words: Any) -> list[Change]:
    if not pks:
        return []
    return [Change(words % {"count": len(pks)}, change, listed(sorted(names[pk] for pk in pks)))]
