"""A partner's clients by name: the name stands beside the relationship, and the database keeps it true.

It is what the partner may know, as ``Relationship.client_to_partner`` says it: the organisation once the client has
asked, shown a code or accepted; before that the address that was written to (promise 2).

An insert, or a client named later, locks the organisation for sharing: whoever renames it meanwhile waits, and its own
trigger then finds the row. Changes of state need no such lock: both sides change the same row.
"""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION clients_name_relationship() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.client_name := lower(NEW.invited_email);
    NEW.client_city := '';
    IF NEW.client_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' OR OLD.client_id IS DISTINCT FROM NEW.client_id THEN
        PERFORM FROM accounts_organisation WHERE id = NEW.client_id FOR SHARE;
    END IF;
    IF NEW.started_by = 'CLIENT' OR NEW.is_by_code OR NEW.state IN ('ACTIVE', 'ENDED') THEN
        SELECT search_name, city INTO NEW.client_name, NEW.client_city
        FROM accounts_organisation WHERE id = NEW.client_id;
        IF NOT FOUND THEN  -- the foreign key, which is checked later, refuses it
            NEW.client_name := '';
            NEW.client_city := '';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER clients_relationship_named
BEFORE INSERT OR UPDATE OF client_id, started_by, state, is_by_code, invited_email, client_name, client_city
ON clients_relationship FOR EACH ROW EXECUTE FUNCTION clients_name_relationship();

CREATE FUNCTION clients_organisation_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE clients_relationship SET client_name = '' WHERE client_id = NEW.id;  -- the trigger there writes it anew
    RETURN NULL;
END $$;

CREATE TRIGGER clients_organisation_renamed
AFTER UPDATE OF search_name, city ON accounts_organisation FOR EACH ROW
WHEN (OLD.search_name IS DISTINCT FROM NEW.search_name OR OLD.city IS DISTINCT FROM NEW.city)
EXECUTE FUNCTION clients_organisation_renamed();

UPDATE clients_relationship SET client_name = '';
"""
BACKWARD = """
DROP TRIGGER clients_organisation_renamed ON accounts_organisation;
DROP FUNCTION clients_organisation_renamed();
DROP TRIGGER clients_relationship_named ON clients_relationship;
DROP FUNCTION clients_name_relationship();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0006_uses_count_from_here"), ("accounts", "0002_members_of_other_companies")]
    operations = [
        migrations.AddField(
            model_name="relationship",
            name="client_name",
            field=models.CharField(default="", editable=False, max_length=254),
        ),
        migrations.AddField(
            model_name="relationship",
            name="client_city",
            field=models.CharField(blank=True, default="", editable=False, max_length=80),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddIndex(
            model_name="relationship",
            index=models.Index(fields=["partner", "ends_at", "id"], name="relationship_by_end"),
        ),
        migrations.AddIndex(
            model_name="relationship",
            index=models.Index(
                fields=["partner", "client_name", "id"], include=["client_city"], name="relationship_by_name"
            ),
        ),
    ]
