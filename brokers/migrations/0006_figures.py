"""What brokers count, its sums and its history, behind the same wall as all that is tenants'."""

import django.db.models.deletion
from django.db import migrations, models


TABLES = (
    "brokers_replicafigures", "brokers_topicfigures", "brokers_tenantfigures",
    "brokers_topicpoint", "brokers_tenantpoint", "brokers_grouppoint",
)


def _wall(table):
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON {table}
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""


# Rows that are written again every few seconds: with room left on their page, the new version needs
# no new entry in any index.
ROOM = """
ALTER TABLE brokers_replicafigures SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE brokers_topicfigures SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('brokers', '0005_moves'),
        ('tenants', '0003_usage'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrokerFigures',
            fields=[
                ('broker_id', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('incarnation', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('disk_bytes', models.BigIntegerField(null=True)),
                ('disk_free_bytes', models.BigIntegerField(null=True)),
                ('leaders', models.PositiveIntegerField()),
                ('replicas', models.PositiveIntegerField()),
                ('stored_bytes', models.BigIntegerField()),
                ('bytes_in', models.BigIntegerField()),
                ('bytes_out', models.BigIntegerField()),
                ('network_in', models.BigIntegerField()),
                ('network_out', models.BigIntegerField()),
                ('requests', models.BigIntegerField()),
                ('bytes_in_per_s', models.FloatField(null=True)),
                ('bytes_out_per_s', models.FloatField(null=True)),
                ('network_in_per_s', models.FloatField(null=True)),
                ('network_out_per_s', models.FloatField(null=True)),
                ('requests_per_s', models.FloatField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TenantFigures',
            fields=[
                ('at', models.DateTimeField()),
                ('records_in', models.BigIntegerField()),
                ('bytes_in', models.BigIntegerField()),
                ('bytes_out', models.BigIntegerField()),
                ('stored_records', models.BigIntegerField()),
                ('stored_bytes', models.BigIntegerField()),
                ('partitions', models.PositiveIntegerField()),
                ('under_replicated', models.PositiveIntegerField()),
                ('offline', models.PositiveIntegerField()),
                ('records_in_added', models.BigIntegerField()),
                ('bytes_in_added', models.BigIntegerField()),
                ('bytes_out_added', models.BigIntegerField()),
                ('tenant', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='FiguresTick',
            fields=[
                ('at', models.DateTimeField(primary_key=True, serialize=False)),
                ('seconds', models.FloatField(null=True)),
                ('step_s', models.PositiveIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['step_s', 'at'], name='figures_tick_step')],
            },
        ),
        migrations.CreateModel(
            name='TopicFigures',
            fields=[
                ('at', models.DateTimeField()),
                ('records_in', models.BigIntegerField()),
                ('bytes_in', models.BigIntegerField()),
                ('bytes_out', models.BigIntegerField()),
                ('stored_records', models.BigIntegerField()),
                ('stored_bytes', models.BigIntegerField()),
                ('partitions', models.PositiveIntegerField()),
                ('under_replicated', models.PositiveIntegerField()),
                ('offline', models.PositiveIntegerField()),
                ('records_in_added', models.BigIntegerField()),
                ('bytes_in_added', models.BigIntegerField()),
                ('bytes_out_added', models.BigIntegerField()),
                ('replication_factor', models.PositiveIntegerField()),
                ('topic', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='brokers.topic')),
                ('tenant', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='GroupPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(max_length=255)),
                ('topic_name', models.CharField(max_length=249)),
                ('at', models.DateTimeField()),
                ('lag', models.BigIntegerField(null=True)),
                ('lag_ms', models.BigIntegerField(null=True)),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['at'], name='group_point_at')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'group', 'topic_name', 'at'), name='point_of_group')],
            },
        ),
        migrations.CreateModel(
            name='ReplicaFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.PositiveIntegerField()),
                ('broker_id', models.PositiveIntegerField()),
                ('incarnation', models.BigIntegerField()),
                ('records_in', models.BigIntegerField()),
                ('bytes_in', models.BigIntegerField()),
                ('bytes_out', models.BigIntegerField()),
                ('records_in_before', models.BigIntegerField(default=0)),
                ('bytes_in_before', models.BigIntegerField(default=0)),
                ('bytes_out_before', models.BigIntegerField(default=0)),
                ('log_start_offset', models.BigIntegerField()),
                ('high_watermark', models.BigIntegerField()),
                ('stored_bytes', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('topic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='brokers.topic')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('topic', 'index', 'broker_id'), name='figures_of_replica')],
            },
        ),
        migrations.CreateModel(
            name='TenantPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('records_in', models.BigIntegerField()),
                ('bytes_in', models.BigIntegerField()),
                ('bytes_out', models.BigIntegerField()),
                ('stored_records', models.BigIntegerField()),
                ('stored_bytes', models.BigIntegerField()),
                ('partitions', models.PositiveIntegerField()),
                ('under_replicated', models.PositiveIntegerField()),
                ('offline', models.PositiveIntegerField()),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['at'], name='tenant_point_at')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'at'), name='point_of_tenant')],
            },
        ),
        migrations.CreateModel(
            name='TopicPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('records_in', models.BigIntegerField()),
                ('bytes_in', models.BigIntegerField()),
                ('bytes_out', models.BigIntegerField()),
                ('stored_records', models.BigIntegerField()),
                ('stored_bytes', models.BigIntegerField()),
                ('partitions', models.PositiveIntegerField()),
                ('under_replicated', models.PositiveIntegerField()),
                ('offline', models.PositiveIntegerField()),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('topic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='brokers.topic')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['at'], name='topic_point_at')],
                'constraints': [models.UniqueConstraint(fields=('topic', 'at'), name='point_of_topic')],
            },
        ),
        *(migrations.RunSQL(_wall(table), migrations.RunSQL.noop) for table in TABLES),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
