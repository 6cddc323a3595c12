"""The facts about subscriptions that always hold, and the indexes of what falls due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0010_blocked_and_terminated_are_dated"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("state", "TERMINATED"), _negated=True),
                fields=["renews_on", "id"],
                name="product_due",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("overdue_since__isnull", False)),
                fields=["overdue_since", "id"],
                name="product_overdue",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("blocked_at__isnull", False), ("overdue_since__isnull", False), ("state", "BLOCKED")),
                    models.Q(models.Q(("state", "BLOCKED"), _negated=True), ("blocked_at", None)),
                    _connector="OR",
                ),
                name="product_blocked_iff_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "TERMINATED"), ("terminated_at__isnull", False)),
                    models.Q(models.Q(("state", "TERMINATED"), _negated=True), ("terminated_at", None)),
                    _connector="OR",
                ),
                name="product_terminated_iff_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at", None), ("cancelled_by_label", "")),
                    models.Q(("cancelled_at__isnull", False), models.Q(("cancelled_by_label", ""), _negated=True)),
                    _connector="OR",
                ),
                name="product_cancelled_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_offer", None),
                    models.Q(
                        models.Q(("next_offer", models.F("offer")), _negated=True),
                        ("cancelled_at", None),
                        ("terminated_at", None),
                    ),
                    _connector="OR",
                ),
                name="product_next_offer_is_another",
            ),
        ),
    ]
