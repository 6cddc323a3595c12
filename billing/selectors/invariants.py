"""What must hold of the money at every moment, asked of the rows. Rules 31, 36, 41, 42, Q9, Q33, Q34, promises 4 and 5.

Most of it a constraint or a trigger holds already. It is asked all the same: a backup that was restored by half, a
trigger that somebody switched off for an evening, a rule that was written wrong are all found here and nowhere else.
Each question is one statement over all rows; nothing is kept in memory but what is broken, and of that the first rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

SHOWN = 20  # broken rows that are named of one invariant


@dataclass(frozen=True)
class Invariant:
    """Something that must hold: ``code`` for files, ``words`` for people, ``sql`` finds the rows that break it.

    The statement returns for each such row what it is, and what is wrong with it.
    """

    code: str
    words: Any
    sql: str


@dataclass(frozen=True)
class Finding:
    """One invariant as it stands: how many rows break it, and the first of them in words."""

    invariant: Invariant
    count: int
    rows: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Tell whether nothing breaks it."""
        return self.count == 0


_EARNED_ONCE = """
SELECT 'order line ' || line.id,
       CASE WHEN count(entry.id) = 0 THEN 'paid, and its cashback of ' || line.cashback || ' was never credited'
            WHEN bool_or(invoice.state IN ('OPEN', 'CANCELLED')) THEN 'credited before its invoice was paid'
            ELSE 'credited ' || count(entry.id) || ' times, ' || sum(entry.amount) || ' of ' || line.cashback END
FROM billing_orderline line
JOIN billing_invoice invoice ON invoice.order_id = line.order_id
LEFT JOIN billing_ledgerentry entry ON entry.line_id = line.id AND entry.kind = 'CASHBACK'
GROUP BY line.id, line.cashback, line.outcome
HAVING (line.outcome = 'CASHBACK' AND bool_and(invoice.state = 'PAID')
        AND (count(entry.id) <> 1 OR sum(entry.amount) <> line.cashback))
    OR (count(entry.id) > 1 OR (count(entry.id) = 1 AND sum(entry.amount) <> line.cashback))
    OR (count(entry.id) > 0 AND (line.outcome <> 'CASHBACK' OR bool_or(invoice.state IN ('OPEN', 'CANCELLED'))))
"""
# Rule 42: what was taken back of a line's cashback is its share of what is credited of the line, to the cent.
_TAKEN_BACK = """
SELECT 'order line ' || line.id,
       coalesce(credited.net, 0) || ' of ' || line.charged_net || ' is credited, ' || coalesce(taken.amount, 0) ||
       ' of the cashback of ' || entry.amount || ' was taken back'
FROM billing_orderline line
JOIN billing_ledgerentry entry ON entry.line_id = line.id AND entry.kind = 'CASHBACK'
LEFT JOIN (SELECT line_id, sum(net) AS net FROM billing_creditnoteline GROUP BY line_id) credited
     ON credited.line_id = line.id
LEFT JOIN (SELECT line_id, -sum(amount) AS amount FROM billing_ledgerentry WHERE kind = 'REVERSAL' GROUP BY 1) taken
     ON taken.line_id = line.id
WHERE coalesce(taken.amount, 0) <> CASE WHEN credited.net IS NULL THEN 0
                                        ELSE round(entry.amount * credited.net / line.charged_net, 2) END
"""
_CREDITED = """
SELECT 'invoice ' || invoice.number, 'credited ' || invoice.credited || ' and refunded ' || invoice.refunded ||
       ', its credit notes ' || coalesce(note.total, 0) || ' and ' || coalesce(note.refunded, 0)
FROM billing_invoice invoice
LEFT JOIN (SELECT invoice_id, sum(total) AS total, sum(refunded) AS refunded FROM billing_creditnote GROUP BY 1)
     note ON note.invoice_id = invoice.id
WHERE invoice.credited <> coalesce(note.total, 0) OR invoice.refunded <> coalesce(note.refunded, 0)
UNION ALL
SELECT 'credit note ' || note.number, 'net ' || note.net || ', lines ' || coalesce(sum(line.net), 0)
FROM billing_creditnote note LEFT JOIN billing_creditnoteline line ON line.credit_note_id = note.id
GROUP BY note.id, note.number, note.net
HAVING note.net <> coalesce(sum(line.net), 0)
UNION ALL
SELECT 'credit note ' || note.number, 'refunds ' || note.refunded || ', the prepaid account got ' ||
       coalesce(entry.amount, 0)
FROM billing_creditnote note LEFT JOIN billing_ledgerentry entry ON entry.credit_note_id = note.id
WHERE coalesce(entry.amount, 0) <> CASE note.refund_means WHEN 'PREPAID' THEN note.refunded ELSE 0 END
"""
# What partners read as earned is what the ledger and the orders say, line by line, and the sums are those of the lines.
_EARNINGS = """
SELECT 'ledger entry ' || entry.id, entry.kind || ' of ' || entry.amount || ', among the earnings ' ||
       coalesce(earning.amount::text, 'missing')
FROM billing_ledgerentry entry LEFT JOIN billing_earning earning ON earning.entry_id = entry.id
WHERE entry.kind IN ('CASHBACK', 'REVERSAL') AND earning.amount IS DISTINCT FROM entry.amount
UNION ALL
SELECT 'order line ' || line.id, 'a rebate of ' || line.public_net - line.charged_net || ', among the earnings ' ||
       coalesce(earning.amount::text, 'missing')
FROM billing_orderline line LEFT JOIN billing_earning earning ON earning.line_id = line.id AND earning.kind = 'REBATE'
WHERE line.outcome = 'REBATE' AND line.public_net > line.charged_net
  AND earning.amount IS DISTINCT FROM line.public_net - line.charged_net
UNION ALL
SELECT 'order line ' || line.id, credited.net || ' of ' || line.charged_net || ' is credited, ' ||
       coalesce(undone.amount, 0) || ' of the rebate of ' || line.public_net - line.charged_net || ' was undone'
FROM (SELECT line_id, sum(net) AS net FROM billing_creditnoteline GROUP BY line_id) credited
JOIN billing_orderline line ON line.id = credited.line_id AND line.outcome = 'REBATE' AND line.charged_net > 0
LEFT JOIN (SELECT line_id, -sum(amount) AS amount FROM billing_earning WHERE kind = 'UNDONE' GROUP BY 1) undone
     ON undone.line_id = line.id
WHERE coalesce(undone.amount, 0) <> round((line.public_net - line.charged_net) * credited.net / line.charged_net, 2)
UNION ALL
SELECT 'earnings of partner ' || coalesce(summed.partner_id, kept.partner_id) || ' in ' ||
       coalesce(summed.month, kept.month), 'the lines sum to ' || coalesce(summed.amount, 0) || ', the total says ' ||
       coalesce(kept.amount, 0)
FROM (SELECT partner_id, currency, month, kind, sum(amount) AS amount FROM billing_earning GROUP BY 1, 2, 3, 4) summed
FULL JOIN (SELECT partner_id, currency, month, kind, amount FROM billing_earningtotal
           WHERE client_id IS NULL AND offer_id IS NULL) kept
     USING (partner_id, currency, month, kind)
WHERE coalesce(summed.amount, 0) <> coalesce(kept.amount, 0)
UNION ALL
SELECT 'earnings of partner ' || partner_id || ' in ' || month, 'by client ' || clients || ', by offer ' || offers ||
       ', in all ' || whole
FROM (SELECT partner_id, currency, month, kind,
             coalesce(sum(amount) FILTER (WHERE client_id IS NOT NULL), 0) AS clients,
             coalesce(sum(amount) FILTER (WHERE offer_id IS NOT NULL), 0) AS offers,
             coalesce(sum(amount) FILTER (WHERE client_id IS NULL AND offer_id IS NULL), 0) AS whole
      FROM billing_earningtotal GROUP BY 1, 2, 3, 4) totals
WHERE clients <> whole OR offers <> whole
"""
# A withdrawal has left the balance once, and is back on it if and only if it came to nothing; so with corrections.
_MOVED_AS_DECIDED = """
SELECT 'withdrawal ' || asked.id, asked.state || ' of ' || asked.amount || ', its entries sum to ' ||
       coalesce(sum(entry.amount), 0)
FROM billing_withdrawal asked LEFT JOIN billing_ledgerentry entry ON entry.withdrawal_id = asked.id
GROUP BY asked.id, asked.state, asked.amount
HAVING coalesce(sum(entry.amount), 0)
       <> CASE WHEN asked.state IN ('REJECTED', 'WITHDRAWN') THEN 0 ELSE -asked.amount END
    OR count(entry.id) <> CASE WHEN asked.state IN ('REJECTED', 'WITHDRAWN') THEN 2 ELSE 1 END
UNION ALL
SELECT 'correction ' || proposed.id, proposed.state || ' of ' || proposed.amount || ', its entry says ' ||
       coalesce(entry.amount, 0)
FROM billing_correction proposed LEFT JOIN billing_ledgerentry entry ON entry.correction_id = proposed.id
WHERE coalesce(entry.amount, 0) <> CASE proposed.state WHEN 'BOOKED' THEN proposed.amount ELSE 0 END
"""
_PROVIDER_KEEPS = """
SELECT 'order line ' || id, 'charged ' || charged_net || ', cashback ' || cashback || ', preferential ' ||
       coalesce(preferential_net::text, 'none')
FROM billing_orderline
WHERE outcome <> 'NOTHING' AND (preferential_net IS NULL OR charged_net - cashback <> preferential_net)
   OR outcome = 'CASHBACK' AND cashback <= 0
   OR outcome <> 'CASHBACK' AND cashback <> 0
"""
_BALANCE = """
SELECT 'prepaid account ' || account.id,
       'balance ' || account.balance || ', entries ' || coalesce(sum(entry.amount), 0)
FROM billing_prepaidaccount account
LEFT JOIN billing_ledgerentry entry ON entry.account_id = account.id
GROUP BY account.id, account.balance
HAVING account.balance <> coalesce(sum(entry.amount), 0)
"""
_RUNNING_BALANCE = """
SELECT 'ledger entry ' || id, 'says ' || balance_after || ' afterwards, the entries until then sum to ' || summed
FROM (SELECT id, balance_after, sum(amount) OVER (PARTITION BY account_id ORDER BY id) AS summed
      FROM billing_ledgerentry) entry
WHERE balance_after <> summed
"""
_NUMBERS = """
WITH issued AS (
    SELECT 'provider' AS issuer, 'invoice' AS kind, number FROM billing_invoice
    UNION ALL
    SELECT 'provider', 'credit_note', substr(number, 2) FROM billing_creditnote
    UNION ALL
    SELECT 'partner-' || partner_id, 'resale', number FROM billing_resale WHERE state = 'ISSUED'
), counted AS (
    SELECT issuer, kind, split_part(number, '-', 1)::int AS year, count(*) AS documents,
           count(DISTINCT number) AS numbers, max(split_part(number, '-', 2)::int) AS highest
    FROM issued GROUP BY issuer, kind, split_part(number, '-', 1)::int
)
SELECT 'series ' || coalesce(counted.issuer, series.issuer) || ' ' || coalesce(counted.kind, series.kind) || ' ' ||
       coalesce(counted.year, series.year),
       coalesce(documents, 0) || ' documents, ' || coalesce(numbers, 0) || ' numbers, the highest ' ||
       coalesce(highest, 0) || ', the next ' || coalesce(next_value, 1)
FROM counted
FULL JOIN billing_numberseries series USING (issuer, kind, year)
WHERE coalesce(documents, 0) <> coalesce(highest, 0) OR coalesce(documents, 0) <> coalesce(numbers, 0)
   OR coalesce(highest, 0) <> coalesce(next_value, 1) - 1
"""
_SNAPSHOTS = """
SELECT 'invoice ' || number, 'has lost the names and addresses of its day' FROM billing_invoice
WHERE issuer_snapshot = '{}' OR payer_snapshot = '{}' OR coalesce(issuer_snapshot->>'name', '') = ''
   OR coalesce(payer_snapshot->>'name', '') = '' OR language = ''
UNION ALL
SELECT 'credit note ' || number, 'has lost the names and addresses of its day' FROM billing_creditnote
WHERE coalesce(issuer_snapshot->>'name', '') = '' OR coalesce(payer_snapshot->>'name', '') = '' OR language = ''
UNION ALL
SELECT 're-invoicing document ' || number, 'has lost the names and addresses of its day' FROM billing_resale
WHERE state = 'ISSUED' AND (coalesce(issuer_snapshot->>'name', '') = '' OR coalesce(client_snapshot->>'name', '') = '')
"""
_PAID_AS_BOOKED = """
SELECT 'invoice ' || invoice.number, 'paid ' || invoice.paid || ', payments ' || coalesce(sum(payment.amount), 0)
FROM billing_invoice invoice
LEFT JOIN billing_payment payment ON payment.invoice_id = invoice.id
GROUP BY invoice.id, invoice.number, invoice.paid
HAVING invoice.paid <> coalesce(sum(payment.amount), 0)
UNION ALL
SELECT 'payment ' || payment.reference, 'from the prepaid account, without an entry there'
FROM billing_payment payment
LEFT JOIN billing_ledgerentry entry ON entry.payment_id = payment.id
WHERE payment.means = 'PREPAID' AND (entry.id IS NULL OR entry.amount <> -payment.amount)
"""
_REASONS = """
SELECT 'ledger entry ' || id, kind || ' of ' || amount || ' without what it is for' FROM billing_ledgerentry
WHERE actor_label = ''
   OR kind = 'TOP_UP' AND reference = ''
   OR kind = 'PAYMENT' AND payment_id IS NULL
   OR kind IN ('CASHBACK', 'REVERSAL') AND line_id IS NULL
   OR kind = 'REVERSAL' AND (credit_line_id IS NULL OR counter_entry_id IS NULL)
   OR kind = 'REFUND' AND credit_note_id IS NULL
   OR kind IN ('WITHDRAWAL', 'RETURN') AND withdrawal_id IS NULL
   OR kind = 'CORRECTION' AND (correction_id IS NULL OR reason = '')
"""
_INVOICED = """
SELECT 'order ' || placed.id, 'has no invoice' FROM billing_order placed
LEFT JOIN billing_invoice invoice ON invoice.order_id = placed.id
WHERE invoice.id IS NULL
UNION ALL
SELECT 'invoice ' || invoice.number, 'net ' || invoice.net || ', lines ' || sum(line.charged_net)
FROM billing_invoice invoice JOIN billing_orderline line ON line.order_id = invoice.order_id
GROUP BY invoice.id, invoice.number, invoice.net
HAVING invoice.net <> sum(line.charged_net)
"""
_RENEWED_ONCE = """
SELECT 'product ' || product_id, 'covered ' || count(*) || ' times from ' || period_start FROM billing_coverage
WHERE NOT is_extension GROUP BY product_id, period_start HAVING count(*) > 1
UNION ALL
SELECT 'product ' || product_id, 'covered from ' || period_start || ' although paid until ' || before FROM (
    SELECT product_id, period_start, lag(period_end) OVER (PARTITION BY product_id ORDER BY period_start) AS before
    FROM (
        SELECT coverage.product_id, coverage.period_start,
               CASE WHEN line.periods = 1 THEN line.period_end
                    WHEN line.period = 'MONTH' THEN (coverage.period_start + interval '1 month')::date
                    ELSE (coverage.period_start + interval '1 year')::date END AS period_end
        FROM billing_coverage coverage JOIN billing_orderline line ON line.id = coverage.line_id
        WHERE NOT coverage.is_extension
    ) covered
) periods
WHERE period_start < before
"""
# A line is of the units that its periods say, so that what is credited of it can be shared out among its products.
_UNITS = """
SELECT 'order line ' || line.id, 'of ' || line.quantity || ' units, its periods are of ' ||
       coalesce(sum(coverage.units), 0)
FROM billing_orderline line LEFT JOIN billing_coverage coverage ON coverage.line_id = line.id
GROUP BY line.id, line.quantity, line.periods
HAVING coalesce(sum(coverage.units), 0) <> line.quantity * line.periods
"""


def _overlaps(table: str, keys: Iterable[str]) -> str:
    same = " AND ".join(f"one.{key} = other.{key}" for key in keys)
    together = "daterange(one.valid_from, one.valid_until) && daterange(other.valid_from, other.valid_until)"
    said = f"'{table} ' || one.id, 'holds at the same time as ' || other.id"
    joined = f"billing_{table} one JOIN billing_{table} other ON {same} AND one.id < other.id AND {together}"
    return f"SELECT {said} FROM {joined}"  # noqa: S608 -- the names stand below


_VALIDITY = " UNION ALL ".join(
    [
        _overlaps("price", ["offer_id", "currency"]),
        _overlaps("partnerrate", ["offer_id"]),
        _overlaps("degressivestep", ["family_id", "from_units"]),
        _overlaps("vatrate", ["country"]),
    ]
)

_STEPS_RISE = """
SELECT 'step ' || higher.id, 'from ' || higher.from_units || ' on a lower rate than step ' || lower.id
FROM billing_degressivestep lower
JOIN billing_degressivestep higher ON higher.family_id = lower.family_id AND higher.from_units > lower.from_units
     AND daterange(higher.valid_from, higher.valid_until) && daterange(lower.valid_from, lower.valid_until)
WHERE higher.rate < lower.rate
"""

INVARIANTS = (
    Invariant(
        "earned-once", _("Every paid line that earns cashback was credited once, as much as it says"), _EARNED_ONCE
    ),
    Invariant("provider-keeps", _("What the provider keeps is the preferential price (rule 36)"), _PROVIDER_KEEPS),
    Invariant(
        "taken-back", _("Of what is credited, just its share of the cashback was taken back (rule 42)"), _TAKEN_BACK
    ),
    Invariant("earnings", _("What partners read as earned is what orders and the ledger say"), _EARNINGS),
    Invariant("credited", _("What is credited of an invoice are its credit notes, and their refunds"), _CREDITED),
    Invariant(
        "moved-as-decided", _("Withdrawals and corrections have moved what was decided, once"), _MOVED_AS_DECIDED
    ),
    Invariant("balance", _("Each balance is the sum of its entries"), _BALANCE),
    Invariant("running-balance", _("Each entry says the balance that it left"), _RUNNING_BALANCE),
    Invariant("reasons", _("Every entry says what it is for and who made it"), _REASONS),
    Invariant("numbers", _("Documents are numbered without a gap and without a double"), _NUMBERS),
    Invariant("snapshots", _("Every issued document keeps the names and addresses of its day"), _SNAPSHOTS),
    Invariant("invoiced", _("Every order has an invoice of just its lines"), _INVOICED),
    Invariant("paid-as-booked", _("What an invoice says is paid are its payments"), _PAID_AS_BOOKED),
    Invariant("validity", _("Prices and rates never hold two at a time"), _VALIDITY),
    Invariant("steps-rise", _("More units of a family never have a lower degressive rate"), _STEPS_RISE),
    Invariant("renewed-once", _("No product is paid twice for one time"), _RENEWED_ONCE),
    Invariant("units", _("Every order line is of the units that its products have in its periods"), _UNITS),
)


def in_words(code: str) -> str:
    """Return what an invariant says; one that is no longer asked says its code."""
    return next((str(one.words) for one in INVARIANTS if one.code == code), code)


def check_invariants(only: Callable[[Invariant], bool] = lambda _one: True) -> list[Finding]:
    """Ask the rows whether each invariant holds."""
    return [_find(one) for one in INVARIANTS if only(one)]


def _find(invariant: Invariant) -> Finding:
    with connection.cursor() as cursor:
        counted = f"SELECT *, count(*) OVER () FROM ({invariant.sql}) AS broken (what, wrong)"  # noqa: S608 -- ours
        cursor.execute(f"{counted} LIMIT {SHOWN}")
        rows = cursor.fetchall()
    return Finding(invariant, rows[0][2] if rows else 0, tuple(f"{what}: {wrong}" for what, wrong, _all in rows))
