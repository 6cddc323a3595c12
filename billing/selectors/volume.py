"""How much a partner manages, at list price and for a year: the figure behind rule 2 (Q21). Set-based."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection

# One row for each product in somebody's scope: the partner's own, or a client's that the earning relationship opens.
# Of several relationships the one that was granted the product first has it (Q13), as in clients.querysets.
_SQL = """
WITH claims AS (
    SELECT product.id AS product_id, product.organisation_id, product.offer_id, product.quantity,
           relationship.partner_id,
           row_number() OVER (
               PARTITION BY product.id
               ORDER BY CASE relationship.access WHEN 'FULL' THEN LEAST(relationship.access_since, g.granted_at)
                                                 ELSE g.granted_at END,
                        relationship.id
           ) AS place
    FROM clients_relationship relationship
    JOIN partners_partner partner ON partner.organisation_id = relationship.partner_id AND partner.state = 'APPROVED'
    JOIN clients_product product ON product.organisation_id = relationship.client_id AND product.state = 'ACTIVE'
    LEFT JOIN clients_grant g ON g.relationship_id = relationship.id AND g.product_id = product.id
    WHERE relationship.state = 'ACTIVE'
      AND (relationship.access = 'FULL' OR g.id IS NOT NULL)
      AND relationship.client_id IN (
          SELECT client_id FROM clients_relationship WHERE state = 'ACTIVE' AND partner_id = ANY(%(partners)s))
), managed AS (
    SELECT partner_id, organisation_id, offer_id, quantity FROM claims
    WHERE place = 1 AND partner_id = ANY(%(partners)s)
    UNION ALL
    SELECT organisation_id, organisation_id, offer_id, quantity FROM clients_product
    WHERE state = 'ACTIVE' AND organisation_id = ANY(%(partners)s)
)
SELECT managed.partner_id, price.currency,
       sum(managed.quantity * price.public_unit * CASE offer.period WHEN 'MONTH' THEN 12 ELSE 1 END)
FROM managed
JOIN accounts_organisation organisation ON organisation.id = managed.organisation_id
JOIN catalogue_offer offer ON offer.id = managed.offer_id
JOIN billing_price price ON price.offer_id = managed.offer_id AND price.currency = organisation.currency
     AND price.valid_from <= %(day)s AND (price.valid_until IS NULL OR price.valid_until > %(day)s)
GROUP BY managed.partner_id, price.currency
"""


def managed_totals(*, partner_ids: Iterable[int], on: date) -> dict[int, dict[str, Decimal]]:
    """Return what each partner manages by currency: net list prices of active products, annualised, before any
    degressive rate (Q21). A partner without products has an empty dict.
    """
    wanted = list(partner_ids)
    totals: dict[int, dict[str, Decimal]] = {partner_id: {} for partner_id in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"partners": wanted, "day": on})
        for partner_id, currency, total in cursor.fetchall():
            totals[partner_id][currency] = total
    return totals


def managed_total(*, partner_id: int, on: date) -> dict[str, Decimal]:
    """Return what one partner manages, by currency."""
    return managed_totals(partner_ids=[partner_id], on=on)[partner_id]
