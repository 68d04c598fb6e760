"""Documents: their bytes by content, what they are, and who read them."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Content',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('size', models.PositiveBigIntegerField()),
                ('data', models.BinaryField()),
            ],
            options={
                'triggers': [pgtrigger.compiler.Trigger(name='insert_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8aee62f204dee84351a249490e7eaf8fb43a9367', operation='UPDATE OR DELETE', pgid='pgtrigger_insert_only_579d2', table='documents_content', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='documents.content')),
                ('name', models.CharField(max_length=200)),
                ('media_type', models.CharField(max_length=100)),
                ('classification', models.CharField(choices=[('white', 'White'), ('green', 'Green'), ('amber', 'Amber'), ('red', 'Red')], max_length=10)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.organisation')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_at', models.DateTimeField()),
                ('is_reserved', models.BooleanField(default=False, help_text='A paper of the SSC’s, say: who may have it is judged there, case by case.', verbose_name='handed out only with what it belongs to')),
            ],
            options={
                'ordering': ['-uploaded_at', '-id'],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b4e7a2e112c40ec97cb2dfa64172f438df0a01ef', operation='UPDATE OR DELETE', pgid='pgtrigger_insert_only_c228b', table='documents_document', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='documents.document')),
                ('read_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-read_at', '-id'],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='06a94be7ae88b48a4a5140a6439853c0afddc937', operation='UPDATE OR DELETE', pgid='pgtrigger_insert_only_3a5f7', table='documents_reading', when='BEFORE'))],
            },
        ),
    ]
