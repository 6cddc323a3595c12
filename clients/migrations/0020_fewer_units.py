"""A product may have fewer units from a day on: the end of what is paid."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0012_periods_keep_their_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='fewer_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='product',
            name='next_quantity',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('fewer_on__isnull', False)), fields=['fewer_on', 'id'], name='product_fewer'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fewer_on', None), ('next_quantity', None)), models.Q(('fewer_on__isnull', False), ('next_quantity__gte', 1), ('next_quantity__isnull', False), ('next_quantity__lt', models.F('quantity'))), _connector='OR'), name='product_fewer_units_iff_dated'),
        ),
    ]
