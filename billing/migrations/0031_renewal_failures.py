"""What the renewal run could not place waits here for staff (section 9)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0030_changes_of_plan'),
        ('clients', '0011_subscription_facts'),
    ]

    operations = [
        migrations.CreateModel(
            name='RenewalFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period_start', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(null=True)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='renewal_failures', to='clients.product')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('resolved_at', None)), fields=['first_seen_at', 'id'], name='renewalfailure_waiting')],
                'constraints': [models.UniqueConstraint(fields=('product', 'period_start'), name='renewalfailure_once_per_period'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='renewalfailure_has_reason')],
            },
        ),
    ]
