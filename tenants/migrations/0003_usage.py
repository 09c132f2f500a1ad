"""What tenants used, day by day, behind the same wall as all that is theirs."""

import django.db.models.deletion
from django.db import migrations, models


WALL = """
ALTER TABLE tenants_tenantusage ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_tenantusage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON tenants_tenantusage
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0002_walls'),
    ]

    operations = [
        migrations.CreateModel(
            name='TenantUsage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('records_in', models.BigIntegerField(default=0)),
                ('bytes_in', models.BigIntegerField(default=0)),
                ('bytes_out', models.BigIntegerField(default=0)),
                ('stored_bytes_max', models.BigIntegerField(default=0)),
                ('partitions_max', models.PositiveIntegerField(default=0)),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='tenants.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'day'), name='usage_of_day')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
