"""Who is let in to a client belongs to its partner (rule 20): people, teams and clients of one partner only."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION clients_same_partner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
    other bigint;
BEGIN
    IF TG_TABLE_NAME = 'clients_teamclient' THEN
        SELECT partner_id INTO one FROM clients_relationship WHERE id = NEW.relationship_id;
    ELSE
        SELECT organisation_id INTO one FROM accounts_membership WHERE id = NEW.membership_id;
    END IF;
    IF TG_TABLE_NAME = 'clients_clientassignment' THEN
        SELECT partner_id INTO other FROM clients_relationship WHERE id = NEW.relationship_id;
    ELSE
        SELECT organisation_id INTO other FROM clients_team WHERE id = NEW.team_id;
    END IF;
    IF one <> other THEN  -- a row that is missing is the foreign key's to refuse
        RAISE EXCEPTION 'a row of % ties two partners', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = replace(TG_TABLE_NAME, 'clients_', '') || '_same_partner';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER teammember_same_partner BEFORE INSERT OR UPDATE ON clients_teammember
FOR EACH ROW EXECUTE FUNCTION clients_same_partner();
CREATE TRIGGER teamclient_same_partner BEFORE INSERT OR UPDATE OF team_id, relationship_id ON clients_teamclient
FOR EACH ROW EXECUTE FUNCTION clients_same_partner();
CREATE TRIGGER clientassignment_same_partner
BEFORE INSERT OR UPDATE OF membership_id, relationship_id ON clients_clientassignment
FOR EACH ROW EXECUTE FUNCTION clients_same_partner();
"""
BACKWARD = """
DROP TRIGGER teammember_same_partner ON clients_teammember;
DROP TRIGGER teamclient_same_partner ON clients_teamclient;
DROP TRIGGER clientassignment_same_partner ON clients_clientassignment;
DROP FUNCTION clients_same_partner();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0007_clients_by_name")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
