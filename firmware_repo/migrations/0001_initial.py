"""Manufacturers, the firmware they released, and from which release to which a device may be upgraded."""

import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Manufacturer',
            fields=[
                ('identifier', models.CharField(max_length=4, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, help_text='Blank where an imported list gave only the identifier.', max_length=120)),
            ],
            options={
                'ordering': ['identifier'],
                'constraints': [models.CheckConstraint(condition=models.Q(('identifier__regex', '^[0-9A-F]{4}$')), name='firmware_repo_manufacturer_identifier_hex', violation_error_message='A manufacturer identifier is four characters, each 0 to 9 or A to F.')],
                'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='05fb650c2a7c47e7d713107b6fa9e489115a2ad1', operation='DELETE', pgid='pgtrigger_never_deleted_be6f7', table='firmware_repo_manufacturer', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='FirmwareRecord',
            fields=[
                ('cpl_number', models.PositiveIntegerField(primary_key=True, serialize=False, verbose_name='CPL number')),
                ('manufacturer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='firmware_records', to='firmware_repo.manufacturer')),
                ('email', models.EmailField(max_length=254, verbose_name='Manufacturer email address')),
                ('phone', models.CharField(max_length=40, verbose_name='telephone number')),
                ('address', models.TextField(max_length=1000, verbose_name='business address')),
                ('release_notes', models.TextField(max_length=20000)),
                ('released_on', models.DateField(blank=True, null=True)),
                ('upgrade_stated', models.BooleanField(default=False, verbose_name='it is stated which entries may be upgraded to this firmware')),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-cpl_number'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('phone', ''), _negated=True), ('address__trim__length__gt', 0), ('release_notes__trim__length__gt', 0)), name='firmware_repo_firmwarerecord_complete', violation_error_message='The repository needs an email address, a telephone number, a business address and release notes.')],
                'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='19da60358a2f5bda8ec687bd56980dc588ecd559', operation='DELETE', pgid='pgtrigger_never_deleted_55e66', table='firmware_repo_firmwarerecord', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='UpgradePath',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='upgrade_paths', to='firmware_repo.firmwarerecord')),
                ('from_number', models.PositiveIntegerField(verbose_name='from the entry of this number')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['record', 'from_number'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('record', 'from_number'), name='firmware_repo_upgradepath_once'), models.CheckConstraint(condition=models.Q(('from_number', models.F('record')), _negated=True), name='firmware_repo_upgradepath_from_another', violation_error_message='Firmware is not an upgrade of itself.')],
                'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='527e8b669bce5bf655efbea39824613729496520', operation='DELETE', pgid='pgtrigger_never_deleted_5e7e0', table='firmware_repo_upgradepath', when='BEFORE'))],
            },
        ),
    ]
