"""The journal: acts and their seals, obligations, messages, notices, tasks, and the calendar.

The calendar is filled, so that dates can be computed from the first day; later years come by `load_bank_holidays`.
"""

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import pgtrigger.compiler
import secgov.journal.models.acts
from django.conf import settings
from django.db import migrations, models

from secgov.journal.bank_holidays import proclaimed
from secgov.journal.together import CreateTogether

YEARS = range(2016, 2029)


def fill_calendar(apps, schema_editor):
    """Enter the bank holidays of each division (TR-2)."""
    BankHoliday = apps.get_model("journal", "BankHoliday")
    BankHoliday.objects.bulk_create(
        BankHoliday(division=division, day=day, name=name)
        for division in ("england-and-wales", "scotland", "great-britain")
        for day, name in proclaimed(division, YEARS).items()
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTogether([
            migrations.CreateModel(
                name='Act',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(db_index=True, verbose_name='took effect at')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, editable=False)),
                    ('transaction_id', models.BigIntegerField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Cast(secgov.journal.models.acts.CurrentTransaction(), models.TextField()), models.BigIntegerField()), editable=False)),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acts', to=settings.AUTH_USER_MODEL)),
                    ('actor_role', models.CharField(max_length=40)),
                    ('actor_organisation', models.CharField(blank=True, max_length=200)),
                    ('verb', models.CharField(max_length=80)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject_id', models.CharField(max_length=64)),
                    ('subject_name', models.CharField(max_length=200)),
                    ('clause', models.CharField(blank=True, max_length=40)),
                    ('rule_version', models.CharField(blank=True, max_length=120)),
                    ('reason', models.TextField()),
                    ('public_reason', models.TextField(blank=True)),
                    ('before', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('after', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('request_id', models.CharField(blank=True, max_length=64)),
                ],
                options={
                    'ordering': ['-id'],
                    'indexes': [models.Index(fields=['subject_type', 'subject_id', 'transaction_id'], name='journal_act_subject_idx'), models.Index(fields=['verb', 'at'], name='journal_act_verb_idx')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='journal_act_has_reason', violation_error_message='Every act has a reason.')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='522681fdd8efc54727a7b0a45711cc1726ca790e', operation='UPDATE OR DELETE', pgid='pgtrigger_insert_only_e1f8a', table='journal_act', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Seal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('previous', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='journal.seal')),
                    ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('acts', models.PositiveIntegerField(verbose_name='number of acts')),
                    ('sha256', models.CharField(max_length=64, unique=True)),
                ],
                options={
                    'ordering': ['-id'],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8266532d46bc341f7a4456cc9ba6e5d25bc0f61d', operation='UPDATE OR DELETE', pgid='pgtrigger_insert_only_fdc66', table='journal_seal', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='SealedAct',
                fields=[
                    ('act', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='sealed', serialize=False, to='journal.act')),
                    ('seal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='journal.seal')),
                ],
                options={
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='67da304977d91e670799e1d44491f4fc2a6363ea', operation='UPDATE OR DELETE', pgid='pgtrigger_insert_only_463e1', table='journal_sealedact', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='BankHoliday',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('division', models.CharField(choices=[('england-and-wales', 'England and Wales'), ('scotland', 'Scotland'), ('great-britain', 'Great Britain (any of both)')], max_length=20)),
                    ('day', models.DateField()),
                    ('name', models.CharField(max_length=100)),
                ],
                options={
                    'ordering': ['day'],
                    'constraints': [models.UniqueConstraint(fields=('division', 'day'), name='journal_bankholiday_once')],
                },
            ),
            migrations.CreateModel(
                name='Rehearsal',
                fields=[
                    ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                    ('now', models.DateTimeField(blank=True, null=True, verbose_name='pretended instant')),
                    ('set_at', models.DateTimeField(blank=True, null=True, verbose_name='real instant at which it was set')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='journal_rehearsal_single')],
                },
            ),
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('sweep', models.CharField(max_length=80, primary_key=True, serialize=False)),
                    ('finished_at', models.DateTimeField()),
                    ('handled', models.PositiveIntegerField(default=0)),
                ],
            ),
            migrations.CreateModel(
                name='PromiseCheck',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ran_at', models.DateTimeField()),
                    ('seconds', models.FloatField()),
                    ('counters', models.JSONField()),
                    ('full', models.BooleanField(default=False)),
                ],
                options={
                    'ordering': ['-ran_at', '-id'],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5344065848cbe24ff0ebaff58e347b4e8672d4da', operation='DELETE', pgid='pgtrigger_never_deleted_7aab8', table='journal_promisecheck', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Obligation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clause', models.CharField(max_length=40)),
                    ('duty', models.CharField(max_length=200, verbose_name='what is owed')),
                    ('owed_by', models.CharField(choices=[('panel', 'Panel'), ('dcc', 'DCC'), ('ssc', 'SSC'), ('party', 'Party')], max_length=10)),
                    ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject_id', models.CharField(max_length=64)),
                    ('subject_name', models.CharField(max_length=200)),
                    ('by_law', models.BooleanField(default=True, verbose_name='a duty under the Code, not our own target')),
                    ('opened_by_act', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obligations_opened', to='journal.act')),
                    ('opened_at', models.DateTimeField()),
                    ('working_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('elapsed_seconds', models.PositiveIntegerField(blank=True, null=True)),
                    ('due_at', models.DateTimeField(verbose_name='first instant that is too late')),
                    ('why', models.JSONField(default=list, verbose_name='why this date')),
                    ('calendar_version', models.CharField(blank=True, max_length=64)),
                    ('discharged_at', models.DateTimeField(blank=True, null=True)),
                    ('discharged_by_act', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations_discharged', to='journal.act')),
                    ('fell_away_at', models.DateTimeField(blank=True, null=True)),
                    ('fell_away_reason', models.TextField(blank=True)),
                    ('half_alarm_at', models.DateTimeField(blank=True, null=True)),
                    ('most_alarm_at', models.DateTimeField(blank=True, null=True, verbose_name='four fifths alarm at')),
                    ('due_alarm_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['due_at', 'id'],
                    'indexes': [models.Index(condition=models.Q(('discharged_at', None), ('fell_away_at', None)), fields=['due_at'], name='journal_obligation_due_idx'), models.Index(fields=['subject_type', 'subject_id'], name='journal_obligation_subj_idx')],
                    'constraints': [models.UniqueConstraint(fields=('clause', 'subject_type', 'subject_id', 'opened_by_act'), name='journal_obligation_opened_once'), models.CheckConstraint(condition=models.Q(('discharged_at', None), ('fell_away_at', None), _connector='OR'), name='journal_obligation_ends_one_way'), models.CheckConstraint(condition=models.Q(('fell_away_at', None), models.Q(('fell_away_reason', ''), _negated=True), _connector='OR'), name='journal_obligation_reason_to_fall_away', violation_error_message='Say why the obligation falls away.'), models.CheckConstraint(condition=models.Q(models.Q(('discharged_at', None), ('discharged_by_act', None)), models.Q(('discharged_at__isnull', False), ('discharged_by_act__isnull', False)), _connector='OR'), name='journal_obligation_discharge_has_act')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8c071c8859583a3a72b08319525e1ffb807c650b', operation='DELETE', pgid='pgtrigger_never_deleted_5927e', table='journal_obligation', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Task',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200)),
                    ('title', models.CharField(max_length=200)),
                    ('detail', models.TextField(blank=True)),
                    ('clause', models.CharField(blank=True, max_length=40)),
                    ('subject_type', models.CharField(blank=True, max_length=60)),
                    ('subject_id', models.CharField(blank=True, max_length=64)),
                    ('subject_name', models.CharField(blank=True, max_length=200)),
                    ('opened_at', models.DateTimeField()),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('closing_reason', models.TextField(blank=True)),
                    ('mailed_at', models.DateTimeField(blank=True, null=True, verbose_name='when the Secretariat was mailed of it')),
                ],
                options={
                    'ordering': ['-opened_at', '-id'],
                    'indexes': [models.Index(condition=models.Q(('closed_at', None), ('mailed_at', None)), fields=['opened_at'], name='journal_task_to_mail_idx')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('key',), name='journal_task_one_open_per_key')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='90b2753b5e097e490498077791267bb08eb67e3f', operation='DELETE', pgid='pgtrigger_never_deleted_30300', table='journal_task', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='accounts.organisation')),
                    ('template', models.CharField(max_length=80)),
                    ('context', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                    ('clause', models.CharField(blank=True, max_length=40)),
                    ('title', models.CharField(max_length=200)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject_id', models.CharField(max_length=64)),
                    ('key', models.CharField(max_length=200)),
                    ('given_at', models.DateTimeField()),
                    ('other_channel', models.TextField(blank=True, verbose_name='another channel by which it was given')),
                    ('other_channel_at', models.DateTimeField(blank=True, null=True)),
                    ('read_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['-given_at', '-id'],
                    'indexes': [models.Index(fields=['organisation', '-given_at'], name='journal_notice_inbox_idx'), models.Index(fields=['subject_type', 'subject_id'], name='journal_notice_subject_idx')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='journal_notice_given_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='04c127e4c5af2239e73cf67e4c433abfabdc222d', operation='DELETE', pgid='pgtrigger_never_deleted_d4424', table='journal_notice', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='NoticeReading',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='journal.notice')),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('read_at', models.DateTimeField()),
                ],
                options={
                    'ordering': ['-read_at', '-id'],
                    'constraints': [models.UniqueConstraint(fields=('notice', 'reader'), name='journal_noticereading_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='2bbca941dbec72a137ec481e6034330a6de602e0', operation='DELETE', pgid='pgtrigger_never_deleted_2cc1f', table='journal_noticereading', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('notice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='journal.notice')),
                    ('recipient', models.EmailField(max_length=254)),
                    ('template', models.CharField(max_length=80)),
                    ('context', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                    ('key', models.CharField(max_length=250, unique=True)),
                    ('enqueued_at', models.DateTimeField()),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('next_attempt_at', models.DateTimeField()),
                    ('claimed_at', models.DateTimeField(blank=True, null=True)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('dead_at', models.DateTimeField(blank=True, null=True)),
                    ('last_error', models.TextField(blank=True)),
                ],
                options={
                    'ordering': ['-id'],
                    'indexes': [models.Index(condition=models.Q(('dead_at', None), ('sent_at', None)), fields=['next_attempt_at'], name='journal_message_due_idx')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('sent_at', None), ('dead_at', None), _connector='OR'), name='journal_message_sent_or_dead')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f478e96b4de460d8b14f61e3d2ffbf7f0671c4d3', operation='DELETE', pgid='pgtrigger_never_deleted_38406', table='journal_message', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='IdempotencyKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('client', models.CharField(max_length=100)),
                    ('key', models.CharField(max_length=100)),
                    ('request_sha256', models.CharField(max_length=64)),
                    ('status', models.PositiveSmallIntegerField()),
                    ('body', models.JSONField()),
                    ('answered_at', models.DateTimeField()),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('client', 'key'), name='journal_idempotencykey_once')],
                },
            ),
        ]),
        migrations.RunPython(fill_calendar, migrations.RunPython.noop),
    ]
