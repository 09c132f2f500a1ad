"""What brokers say with their heartbeats: whether their disks have room, who cannot keep up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brokers", "0004_recovery")]

    operations = [
        migrations.AddField(
            model_name="broker",
            name="lacks_room",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="broker",
            name="replica_lags",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="broker",
            name="copy_bytes_per_second",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
