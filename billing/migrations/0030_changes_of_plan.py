"""An order may be the change of a product to a dearer plan (section 9)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_members_of_other_companies'),
        ('billing', '0022_transfers_say_how_they_were_clarified'),
        ('clients', '0011_subscription_facts'),
        ('partners', '0002_measured_volumes'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='order',
            name='order_kind_known',
        ),
        migrations.AlterField(
            model_name='order',
            name='kind',
            field=models.CharField(choices=[('ORDER', 'Order'), ('RENEWAL', 'Renewal'), ('CHANGE', 'Change of plan')], max_length=7),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ORDER', 'RENEWAL', 'CHANGE'])), name='order_kind_known'),
        ),
    ]
