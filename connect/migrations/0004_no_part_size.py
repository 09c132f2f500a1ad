"""``s3.part.size`` is no setting any more; a config that has it would be refused."""

from django.db import migrations

from tenants import scope

SETTING = "s3.part.size"


def leave_out(apps, _schema_editor):
    with scope.system("a setting that is no more"):
        told = apps.get_model("connect", "Connector").objects.filter(config__has_key=SETTING)
        for connector in told:
            del connector.config[SETTING]
            connector.save(update_fields=["config"])


class Migration(migrations.Migration):
    dependencies = [("connect", "0003_sealing_state_moved")]

    operations = [migrations.RunPython(leave_out, migrations.RunPython.noop)]
