"""Ledger entries and order lines are only added; an issued invoice keeps everything but its payment (promises 4, 5)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to: write a new row that takes the old one back', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER billing_ledger_append_only BEFORE UPDATE OR DELETE ON billing_ledgerentry
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();

CREATE TRIGGER billing_orderline_append_only BEFORE UPDATE OR DELETE ON billing_orderline
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();

CREATE FUNCTION billing_invoice_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (to_jsonb(NEW) - ARRAY['state', 'paid', 'paid_at']) IS DISTINCT FROM
          (to_jsonb(OLD) - ARRAY['state', 'paid', 'paid_at']) THEN
        RAISE EXCEPTION 'an issued invoice never changes: issue a correction'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER billing_invoice_immutable BEFORE UPDATE OR DELETE ON billing_invoice
FOR EACH ROW EXECUTE FUNCTION billing_invoice_refuse_change();
"""
BACKWARD = """
DROP TRIGGER billing_ledger_append_only ON billing_ledgerentry;
DROP TRIGGER billing_orderline_append_only ON billing_orderline;
DROP TRIGGER billing_invoice_immutable ON billing_invoice;
DROP FUNCTION billing_invoice_refuse_change();
DROP FUNCTION billing_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
