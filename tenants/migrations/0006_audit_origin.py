"""Audit entries tell where an act was asked from, by which request, and whether it was done.

Entries that are there have version 1: their digests cover none of it, and stay true.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_quotas")]

    operations = [
        migrations.AddField(
            "auditentry", "source", models.CharField(blank=True, default="", max_length=64)
        ),
        migrations.AddField(
            "auditentry", "request_id", models.CharField(blank=True, default="", max_length=128)
        ),
        migrations.AddField("auditentry", "outcome", models.CharField(default="done", max_length=8)),
        migrations.AddField(
            "auditentry",
            "version",
            models.PositiveSmallIntegerField(default=1),
            preserve_default=False,
        ),
    ]
