"""How often each tenant's connections log in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brokers", "0011_opening_keys")]

    operations = [
        migrations.AddField(
            model_name="tenantuse",
            name="logins",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="tenantuse",
            name="logins_per_s",
            field=models.FloatField(null=True),
        ),
    ]
