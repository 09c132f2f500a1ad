"""What brokers say of their disks, so that leaders go where there is room."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brokers", "0003_replication")]

    operations = [
        migrations.AddField(
            model_name="broker",
            name="lacks_room",
            field=models.BooleanField(default=False),
        ),
    ]
