"""Uses are noted from now on: what is open already counts as used today, so that nobody is told of 90 idle days that
nobody has watched.
"""

from django.db import migrations

FORWARD = """
INSERT INTO clients_rightuse (relationship_id, "right", last_used_on)
SELECT relationship.id, opened.code, CURRENT_DATE
FROM clients_relationship relationship
CROSS JOIN (VALUES ('view'), ('technical'), ('statistics'), ('order'), ('billing')) AS opened (code)
WHERE relationship.state = 'ACTIVE'
  AND (relationship.access = 'FULL' OR opened.code IN ('view', 'technical', 'statistics'))
  AND (opened.code <> 'billing' OR relationship.payer = 'PARTNER')
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0005_clients_in_every_order")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
