"""Which key seals is a row of ``tenants``, which has taken it over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("connect", "0002_sealing_keys"),
        ("tenants", "0012_sealing_state"),
    ]

    operations = [migrations.DeleteModel(name="SealingState")]
