"""Organisations, the people in them, and how they are reached."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models

from secgov.journal.together import CreateTogether


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateTogether([
            migrations.CreateModel(
                name='Organisation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, unique=True)),
                    ('kind', models.CharField(choices=[('party', 'SEC Party'), ('dcc', 'DCC'), ('manufacturer', 'Manufacturer'), ('test_lab', 'Test laboratory'), ('trade_body', 'Trade body'), ('code_body', 'Body of the Code'), ('authority', 'Authority'), ('other', 'Other')], max_length=20)),
                    ('party_category', models.CharField(blank=True, choices=[('large_supplier', 'Large Supplier'), ('small_supplier', 'Small Supplier'), ('electricity_network', 'Electricity Network'), ('gas_network', 'Gas Network'), ('other_sec_party', 'Other SEC Party'), ('dcc', 'DCC')], max_length=30)),
                    ('is_import_supplier', models.BooleanField(default=False)),
                    ('is_gas_supplier', models.BooleanField(default=False)),
                    ('admitted_at', models.DateTimeField(blank=True, null=True)),
                    ('retired_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['name'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'dcc'), _negated=True), ('party_category', 'dcc'), _connector='OR'), name='accounts_organisation_dcc_is_party', violation_error_message='The DCC is a Party outside the five categories.')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a899aa86963dacd62e95c11a93388d12f14438f8', operation='DELETE', pgid='pgtrigger_never_deleted_03520', table='accounts_organisation', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Contact',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='accounts.organisation')),
                    ('purpose', models.CharField(choices=[('notices', 'Notices under the Code'), ('updates', 'Updates of the list'), ('certificates', 'Certificates and their dates'), ('testing', 'Testing')], default='notices', max_length=20)),
                    ('name', models.CharField(blank=True, max_length=120)),
                    ('email', models.EmailField(max_length=254)),
                    ('phone', models.CharField(blank=True, max_length=40)),
                    ('digest', models.BooleanField(default=False, help_text='Updates of the list only; each stands in the portal at once.', verbose_name='one mail for the updates of a Working Day')),
                    ('retired_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['organisation', 'purpose', 'email'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('digest', False), ('purpose', 'updates'), _connector='OR'), name='accounts_contact_digest_of_updates', violation_error_message='Only updates of the list can come in one mail: choose that purpose, or leave it.'), models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('organisation', 'purpose', 'email'), name='accounts_contact_once')],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(blank=True, max_length=150)),
                    ('email', models.EmailField(blank=True, max_length=254)),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='accounts_user_email_once', violation_error_message='Somebody already uses this e-mail address.')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='cae35389cbb664a842eb21311cfa89ec188c9e9f', operation='DELETE', pgid='pgtrigger_never_deleted_d7be2', table='accounts_user', when='BEFORE'))],
                },
                managers=[
                    ('objects', django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name='FeedToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feed_tokens', to=settings.AUTH_USER_MODEL)),
                    ('token_sha256', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['-made_at', '-id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('user',), name='accounts_feedtoken_one_each')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0766063a40177d9eb5215c9168c1b916a8f6c8a1', operation='DELETE', pgid='pgtrigger_never_deleted_b5992', table='accounts_feedtoken', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.organisation')),
                    ('role', models.CharField(choices=[('organisation_admin', 'Organisation administrator'), ('supplier', 'Supplier'), ('network', 'Network or Other SEC Party'), ('manufacturer', 'Manufacturer'), ('test_lab', 'Test laboratory'), ('trade_body', 'Trade body'), ('testing_participant', 'Testing Participant'), ('dcc', 'DCC'), ('dcc_client', 'DCC client'), ('secretariat', 'Secretariat'), ('approver', 'Approver'), ('ssc_member', 'SSC member'), ('ssc_secretary', 'SSC secretary'), ('ssc_chair', 'SSC Chair'), ('expert', 'Invited expert'), ('working_group_member', 'Working group member'), ('authority_recorder', 'Authority recorder'), ('auditor', 'Auditor')], max_length=30)),
                    ('began_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['user', 'organisation', 'role'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'organisation', 'role'), name='accounts_membership_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e70f9274f3d779b65055c71c9a628df48acd23b7', operation='DELETE', pgid='pgtrigger_never_deleted_b8c7f', table='accounts_membership', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='accounts.organisation')),
                    ('email', models.EmailField(max_length=254)),
                    ('role', models.CharField(choices=[('organisation_admin', 'Organisation administrator'), ('supplier', 'Supplier'), ('network', 'Network or Other SEC Party'), ('manufacturer', 'Manufacturer'), ('test_lab', 'Test laboratory'), ('trade_body', 'Trade body'), ('testing_participant', 'Testing Participant'), ('dcc', 'DCC'), ('dcc_client', 'DCC client'), ('secretariat', 'Secretariat'), ('approver', 'Approver'), ('ssc_member', 'SSC member'), ('ssc_secretary', 'SSC secretary'), ('ssc_chair', 'SSC Chair'), ('expert', 'Invited expert'), ('working_group_member', 'Working group member'), ('authority_recorder', 'Authority recorder'), ('auditor', 'Auditor')], max_length=30)),
                    ('token_sha256', models.CharField(max_length=64, unique=True)),
                    ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('invited_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('accepted_at', models.DateTimeField(blank=True, null=True)),
                    ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['-invited_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='Registration',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='registration', to='accounts.organisation')),
                    ('person_name', models.CharField(max_length=150)),
                    ('email', models.EmailField(max_length=254)),
                    ('phone', models.CharField(max_length=40)),
                    ('note', models.TextField(blank=True, max_length=2000)),
                    ('email_token_sha256', models.CharField(max_length=64, unique=True)),
                    ('email_confirmed_at', models.DateTimeField(blank=True, null=True)),
                    ('registered_at', models.DateTimeField()),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('admitted', models.BooleanField(blank=True, null=True)),
                    ('decision_reason', models.TextField(blank=True)),
                ],
                options={
                    'ordering': ['-registered_at', '-id'],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='60d8226d83aae317dae51de114fbb337f4385e51', operation='DELETE', pgid='pgtrigger_never_deleted_3914a', table='accounts_registration', when='BEFORE'))],
                },
            ),
        ]),
    ]
