"""The receipt of an end is written once: both sides rely on it (promise 7)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION clients_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never changes once it is written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER clients_endreceipt_immutable BEFORE UPDATE OR DELETE ON clients_endreceipt
FOR EACH ROW EXECUTE FUNCTION clients_refuse_change();
"""
BACKWARD = """
DROP TRIGGER clients_endreceipt_immutable ON clients_endreceipt;
DROP FUNCTION clients_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0003_teams_rights_and_endings")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
