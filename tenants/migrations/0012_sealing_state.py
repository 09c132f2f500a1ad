"""Which key secrets are sealed with, here since not only connectors' secrets are.

A database of before has the row in a table of ``connect``, which that app's own migration drops.
"""

from django.db import migrations, models

TAKE_OVER = """
DO $$
BEGIN
    IF to_regclass('connect_sealingstate') IS NOT NULL THEN
        INSERT INTO tenants_sealingstate (id, key) SELECT id, key FROM connect_sealingstate;
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_connectors")]

    operations = [
        migrations.CreateModel(
            name="SealingState",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("key", models.CharField(default="", max_length=8)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_sealing_key")
                ],
            },
        ),
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
    ]
