"""Prices and rates that have held stay as they were, whoever writes to the tables: only their end moves, and not back
into the past. Days are UTC: at most a day later than the provider's, which is why today's rows are left to the service.
"""

from django.db import migrations

TABLES = ("billing_price", "billing_partnerrate", "billing_degressivestep", "billing_vatrate")
FUNCTION = """
CREATE FUNCTION billing_rate_refuse_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.valid_from >= CURRENT_DATE THEN RETURN OLD; END IF;
    ELSIF (OLD.valid_from >= CURRENT_DATE AND NEW.valid_from >= CURRENT_DATE
           OR to_jsonb(NEW) - 'valid_until' = to_jsonb(OLD) - 'valid_until')
          AND (NEW.valid_until IS NOT DISTINCT FROM OLD.valid_until
               OR coalesce(OLD.valid_until, 'infinity') >= CURRENT_DATE
                  AND coalesce(NEW.valid_until, 'infinity') >= CURRENT_DATE) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what held in the past is never edited' USING ERRCODE = 'restrict_violation';
END $$;
"""
TRIGGER = """
CREATE TRIGGER {table}_past BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION billing_rate_refuse_past();
"""
FORWARD = FUNCTION + "".join(TRIGGER.format(table=table) for table in TABLES)
BACKWARD = "".join(f"DROP TRIGGER {table}_past ON {table};\n" for table in TABLES) + (
    "DROP FUNCTION billing_rate_refuse_past();"
)


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_incoming_payments")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
