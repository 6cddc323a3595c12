"""An issued re-invoicing document never changes, whoever writes to the table (promise 5)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION billing_resale_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued re-invoicing document never changes'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER billing_resale_immutable BEFORE UPDATE OR DELETE ON billing_resale
FOR EACH ROW WHEN (OLD.state = 'ISSUED') EXECUTE FUNCTION billing_resale_refuse_change();
"""
BACKWARD = """
DROP TRIGGER billing_resale_immutable ON billing_resale;
DROP FUNCTION billing_resale_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_resales_keep_their_addresses")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
