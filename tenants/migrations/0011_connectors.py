"""Accounts that belong to connectors, and for how long their tasks ran."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0010_tenant_standing'),
    ]

    operations = [
        migrations.AddField(
            model_name='serviceaccount',
            name='managed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='usage',
            name='connector_task_seconds',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
