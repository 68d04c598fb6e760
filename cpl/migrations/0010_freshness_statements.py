import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cpl', '0009_lists_of_the_dcc_and_matrix'),
    ]

    operations = [
        migrations.CreateModel(
            name='FreshnessStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('statement', models.BinaryField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='freshness_statements', to='cpl.edition')),
                ('signing_key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cpl.signingkey')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('made_at'))), name='cpl_freshness_lasts_a_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='freshnessstatement',
            trigger=pgtrigger.compiler.Trigger(name='insert_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='418ee8258bb8622bffb43fb540f9667236e28f92', operation='UPDATE OR DELETE', pgid='pgtrigger_insert_only_15ce0', table='cpl_freshnessstatement', when='BEFORE')),
        ),
    ]
