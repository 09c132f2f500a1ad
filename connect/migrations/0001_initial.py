"""Connectors, their tasks, their workers, behind the wall of all that is tenants'."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

TABLES = ("connect_connector", "connect_connectortask", "connect_tasklogline")


def _wall(table):
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON {table}
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""


# Referential integrity looks past row-level security, so the keys themselves carry the tenant.
SAME_TENANT = """
ALTER TABLE connect_connector
    ADD CONSTRAINT connector_of_tenant UNIQUE (id, tenant_id),
    ADD CONSTRAINT connector_and_account_of_one_tenant FOREIGN KEY (service_account_id, tenant_id)
    REFERENCES tenants_serviceaccount (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE connect_connectortask
    ADD CONSTRAINT connector_task_of_tenant UNIQUE (id, tenant_id),
    ADD CONSTRAINT task_and_connector_of_one_tenant FOREIGN KEY (connector_id, tenant_id)
    REFERENCES connect_connector (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE connect_tasklogline
    ADD CONSTRAINT line_and_task_of_one_tenant FOREIGN KEY (task_id, tenant_id)
    REFERENCES connect_connectortask (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
"""

# Written again every few seconds: with room left on its page, a new version needs no new entry in
# any index.
ROOM = "ALTER TABLE connect_connectortask SET (fillfactor = 60)"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenants', '0011_connectors'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConnectWorker',
            fields=[
                ('name', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('incarnation', models.UUIDField()),
                ('host', models.CharField(max_length=255)),
                ('slots', models.PositiveIntegerField()),
                ('beats', models.BigIntegerField(default=0)),
                ('beat_at', models.DateTimeField()),
                ('stopped', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Connector',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('source', 'source'), ('sink', 'sink')], max_length=6)),
                ('plugin', models.CharField(max_length=100)),
                ('config', models.JSONField()),
                ('secrets', models.TextField(default='')),
                ('target_state', models.CharField(default='RUNNING', max_length=12)),
                ('state', models.CharField(default='UNASSIGNED', max_length=12)),
                ('trace', models.TextField(default='')),
                ('topics', models.JSONField(default=list)),
                ('config_version', models.PositiveIntegerField(default=1)),
                ('configured_version', models.PositiveIntegerField(default=0)),
                ('worker', models.CharField(default='', max_length=64)),
                ('incarnation', models.UUIDField(null=True)),
                ('generation', models.BigIntegerField(default=0)),
                ('configuring', models.BooleanField(default=False)),
                ('restarts', models.PositiveIntegerField(default=0)),
                ('next_restart_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('service_account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connectors', to='tenants.serviceaccount')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connectors', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ConnectorTask',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('config', models.JSONField(default=dict)),
                ('made_for', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(default='UNASSIGNED', max_length=12)),
                ('trace', models.TextField(default='')),
                ('worker', models.CharField(default='', max_length=64)),
                ('incarnation', models.UUIDField(null=True)),
                ('generation', models.BigIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('running_revision', models.PositiveIntegerField(null=True)),
                ('retired', models.BooleanField(default=False)),
                ('api_key', models.CharField(default='', max_length=16)),
                ('restarts', models.PositiveIntegerField(default=0)),
                ('next_restart_at', models.DateTimeField(null=True)),
                ('metrics', models.JSONField(default=dict)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('connector', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='connect.connector')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='TaskLogLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('generation', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('level', models.CharField(max_length=8)),
                ('message', models.TextField()),
                ('task', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connect.connectortask')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.UniqueConstraint(fields=('tenant', 'name'), name='connector_name'),
        ),
        migrations.AddConstraint(
            model_name='connectortask',
            constraint=models.UniqueConstraint(fields=('connector', 'number'), name='connector_task_number'),
        ),
        migrations.AddConstraint(
            model_name='tasklogline',
            constraint=models.UniqueConstraint(fields=('task', 'number'), name='task_log_line_number'),
        ),
        *(migrations.RunSQL(_wall(table), migrations.RunSQL.noop) for table in TABLES),
        migrations.RunSQL(SAME_TENANT, migrations.RunSQL.noop),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
