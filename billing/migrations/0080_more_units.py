"""An order may be of more units of a product, and each period says how many units of the product it was paid for.

Until now a product kept the units that it began with, so those are what its periods were paid for.
"""

from django.db import migrations, models

FILL = """
UPDATE billing_coverage coverage SET units = product.quantity
FROM clients_product product WHERE product.id = coverage.product_id AND product.quantity > 1;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0070_earnings_by_currency'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='order',
            name='order_kind_known',
        ),
        migrations.AlterField(
            model_name='order',
            name='kind',
            field=models.CharField(choices=[('ORDER', 'Order'), ('RENEWAL', 'Renewal'), ('CHANGE', 'Change of plan'), ('UNITS', 'More units')], max_length=7),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ORDER', 'RENEWAL', 'CHANGE', 'UNITS'])), name='order_kind_known'),
        ),
        migrations.AddField(
            model_name='coverage',
            name='units',
            field=models.PositiveIntegerField(db_default=1),
        ),
        migrations.AddConstraint(
            model_name='coverage',
            constraint=models.CheckConstraint(condition=models.Q(('units__gte', 1)), name='coverage_has_units'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
