"""How many produce and fetch requests each topic had, and how many of them have become usage."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brokers", "0013_uses_of_clients")]

    operations = [
        migrations.AddField(
            model_name=model,
            name=name,
            field=models.BigIntegerField(db_default=0, default=0),
        )
        for model, name in (
            ("replicafigures", "requests"),
            ("replicafigures", "requests_before"),
            ("topicfigures", "requests"),
        )
    ]
