"""Which keys each broker can open SCRAM users' verifiers with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brokers", "0010_client_mutations")]

    operations = [
        migrations.AddField(
            model_name="broker",
            name="opens",
            field=models.JSONField(default=list),
        ),
    ]
