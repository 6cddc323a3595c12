"""What is blocked or terminated already was so by hand: it gets the dates from which the timeline goes on."""

from django.db import migrations

FORWARD = """
UPDATE clients_product SET blocked_at = now(), overdue_since = LEAST(renews_on, now()::date) WHERE state = 'BLOCKED';
UPDATE clients_product SET terminated_at = now() WHERE state = 'TERMINATED';
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0009_subscriptions")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
