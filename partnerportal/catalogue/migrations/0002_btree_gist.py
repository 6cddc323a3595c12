"""Exclusion constraints over an id and a range of days need this extension."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    run_before = [("partners", "0001_initial"), ("billing", "0001_initial")]
    operations = [BtreeGistExtension()]
