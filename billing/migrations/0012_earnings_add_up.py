"""Earnings are only added, and a trigger adds each statement's rows to the sums; the rows of before are written here.

The sums are written in one order, so that two transactions that earn at once wait for each other and never both.
"""

from django.conf import settings
from django.db import migrations

FORWARD = """
CREATE TRIGGER billing_earning_append_only BEFORE UPDATE OR DELETE ON billing_earning
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();

CREATE FUNCTION billing_earning_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_earningtotal (partner_id, currency, month, kind, client_id, offer_id, amount, count)
    SELECT partner_id, currency, month, kind, client_id, offer_id, sum(amount), count(*)
    FROM added
    GROUP BY GROUPING SETS (
        (partner_id, currency, month, kind),
        (partner_id, currency, month, kind, client_id),
        (partner_id, currency, month, kind, offer_id))
    ORDER BY partner_id, currency, month, kind, client_id, offer_id
    ON CONFLICT (partner_id, currency, month, kind, client_id, offer_id)
    DO UPDATE SET amount = billing_earningtotal.amount + EXCLUDED.amount,
                  count = billing_earningtotal.count + EXCLUDED.count;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_earning_totals AFTER INSERT ON billing_earning
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_earning_add_up();
"""
BACKWARD = """
DROP TRIGGER billing_earning_totals ON billing_earning;
DROP FUNCTION billing_earning_add_up();
DROP TRIGGER billing_earning_append_only ON billing_earning;
"""
REBATES = """
INSERT INTO billing_earning (partner_id, kind, currency, amount, earned_at, month, line_id, client_id, offer_id,
                             relationship_id)
SELECT line.earning_partner_id, 'REBATE', placed.currency, line.public_net - line.charged_net, placed.placed_at,
       date_trunc('month', placed.placed_at AT TIME ZONE %(zone)s)::date, line.id, placed.client_id, line.offer_id,
       line.earner_id
FROM billing_orderline line JOIN billing_order placed ON placed.id = line.order_id
WHERE line.outcome = 'REBATE' AND line.public_net > line.charged_net
ORDER BY line.id
"""
CASHBACK = """
INSERT INTO billing_earning (partner_id, kind, currency, amount, earned_at, month, line_id, client_id, offer_id,
                             relationship_id, entry_id)
SELECT account.organisation_id, 'CASHBACK', account.currency, entry.amount, entry.created_at,
       date_trunc('month', entry.created_at AT TIME ZONE %(zone)s)::date, line.id, placed.client_id, line.offer_id,
       entry.relationship_id, entry.id
FROM billing_ledgerentry entry
JOIN billing_prepaidaccount account ON account.id = entry.account_id
JOIN billing_orderline line ON line.id = entry.line_id
JOIN billing_order placed ON placed.id = line.order_id
WHERE entry.kind = 'CASHBACK'
ORDER BY entry.id
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in (REBATES, CASHBACK):
            cursor.execute(statement, {"zone": settings.TIME_ZONE})
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("billing", "0011_earnings")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
