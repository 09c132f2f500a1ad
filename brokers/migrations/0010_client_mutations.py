"""What is left of clients' rates of creating and deleting partitions, beside their tenant's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brokers", "0009_tenant_use")]

    operations = [
        migrations.AddField(
            model_name="partitionmutations",
            name="clients",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="partitionmutations",
            name="level",
            field=models.FloatField(null=True),
        ),
    ]
