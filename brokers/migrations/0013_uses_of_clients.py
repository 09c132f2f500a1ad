"""What tenants' clients use of their own quotas, and the largest batches that are produced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brokers", "0012_logins_of_tenants")]

    operations = [
        migrations.AddField(
            model_name="tenantuse",
            name="largest_batch",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="tenantuse",
            name="clients",
            field=models.JSONField(null=True),
        ),
    ]
