"""Credit notes, payments and what decides about money are never rewritten; no line is credited for more than it cost.

An issued invoice keeps everything but how much of it is settled (promise 5), and from here on also the name of the
client that it was for: the rows of before get today's.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION billing_refuse_change_but_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - TG_ARGV) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV) THEN
        RAISE EXCEPTION '% keeps what was written: only % may change', TG_TABLE_NAME, array_to_string(TG_ARGV, ', ')
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER billing_invoice_immutable ON billing_invoice;
DROP FUNCTION billing_invoice_refuse_change();
UPDATE billing_invoice invoice SET client_name = client.name
FROM billing_order placed JOIN accounts_organisation client ON client.id = placed.client_id
WHERE placed.id = invoice.order_id AND placed.client_id <> invoice.payer_id;
CREATE TRIGGER billing_invoice_immutable BEFORE UPDATE OR DELETE ON billing_invoice
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change_but_of('state', 'paid', 'credited', 'refunded', 'paid_at');

CREATE TRIGGER billing_creditnote_immutable BEFORE UPDATE OR DELETE ON billing_creditnote
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER billing_creditnoteline_immutable BEFORE UPDATE OR DELETE ON billing_creditnoteline
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER billing_payment_immutable BEFORE UPDATE OR DELETE ON billing_payment
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER billing_withdrawal_immutable BEFORE UPDATE OR DELETE ON billing_withdrawal
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change_but_of(
    'state', 'decided_at', 'decided_by_label', 'reason', 'paid_out_at');
CREATE TRIGGER billing_correction_immutable BEFORE UPDATE OR DELETE ON billing_correction
FOR EACH ROW EXECUTE FUNCTION billing_refuse_change_but_of(
    'state', 'decided_at', 'decided_by_id', 'decided_by_label');

-- Whoever writes holds the invoice's lock, so the sum is not read beside another one that is being written.
CREATE FUNCTION billing_refuse_credit_above_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(net) FROM billing_creditnoteline WHERE line_id = NEW.line_id)
       > (SELECT charged_net FROM billing_orderline WHERE id = NEW.line_id) THEN
        RAISE EXCEPTION 'more would be credited of order line % than it cost', NEW.line_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_creditnoteline_within_line AFTER INSERT ON billing_creditnoteline
FOR EACH ROW EXECUTE FUNCTION billing_refuse_credit_above_line();
"""
BACKWARD = """
DROP TRIGGER billing_creditnoteline_within_line ON billing_creditnoteline;
DROP FUNCTION billing_refuse_credit_above_line();
DROP TRIGGER billing_correction_immutable ON billing_correction;
DROP TRIGGER billing_withdrawal_immutable ON billing_withdrawal;
DROP TRIGGER billing_payment_immutable ON billing_payment;
DROP TRIGGER billing_creditnoteline_immutable ON billing_creditnoteline;
DROP TRIGGER billing_creditnote_immutable ON billing_creditnote;
DROP TRIGGER billing_invoice_immutable ON billing_invoice;
DROP FUNCTION billing_refuse_change_but_of();
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


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_credit_notes_withdrawals_corrections")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
