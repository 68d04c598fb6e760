"""The secrets that a client of the API had before, and when it was last seen. Apart, since clients stand upon people."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [  # so that a database of before the first release needs nothing
        ('accounts', '0002_registration'),
        ('accounts', '0003_contacts_by_purpose_and_feeds'),
        ('accounts', '0004_contacts_may_choose_a_digest'),
        ('accounts', '0005_clients_secrets_and_uses'),
    ]

    dependencies = [
        ('accounts', '0001_initial'),
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_secrets', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('secret_hash', models.CharField(max_length=255)),
                ('replaced_at', models.DateTimeField()),
                ('replaced_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-replaced_at', '-id'],
                'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='dfa8361b8ad328db48e5de4695036bafa69570d6', operation='DELETE', pgid='pgtrigger_never_deleted_a9863', table='accounts_formersecret', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='ClientUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='client_uses', to=settings.AUTH_USER_MODEL)),
                ('on', models.DateField()),
                ('call', models.CharField(max_length=60)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-on', 'call'],
                'constraints': [models.UniqueConstraint(fields=('account', 'on', 'call'), name='accounts_clientuse_once')],
                'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b460f18861fedc376684c418212a0bdcb49939eb', operation='DELETE', pgid='pgtrigger_never_deleted_b1c78', table='accounts_clientuse', when='BEFORE'))],
            },
        ),
    ]
