"""Products renew themselves or not, are cancelled, change their plan, and are not paid since a day (section 9)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_members_of_other_companies"),
        ("catalogue", "0002_btree_gist"),
        ("clients", "0008_teams_of_one_partner"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="blocked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="cancelled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="cancelled_by_label",
            field=models.CharField(blank=True, db_default="", max_length=254),
        ),
        migrations.AddField(
            model_name="product",
            name="next_offer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.offer"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="overdue_since",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="renews_automatically",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="product",
            name="terminated_at",
            field=models.DateTimeField(null=True),
        ),
    ]
