"""Ties each listing period's copy of the identity to its entry's own, and enters which certificates are required."""

from django.db import migrations

from cpl.rules.required_certificates import DEFAULT_REQUIREMENTS


def enter_requirements(apps, schema_editor):
    """Store the assumed requirements (domain facts, section 3); from here on they are data."""
    RequiredCertificate = apps.get_model("cpl", "RequiredCertificate")
    RequiredCertificate.objects.bulk_create(
        RequiredCertificate(
            device_type=each.device_type,
            spec_type=each.spec_type,
            spec_version=each.spec_version,
            body=each.body,
            effective_from=each.effective_from,
            effective_to=each.effective_to,
        )
        for each in DEFAULT_REQUIREMENTS
    )


class Migration(migrations.Migration):
    dependencies = [("cpl", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE cpl_listingperiod ADD CONSTRAINT cpl_listingperiod_identity_is_the_entrys
            FOREIGN KEY (device_model_id, identity) REFERENCES cpl_devicemodel (number, identity) ON UPDATE CASCADE
            """,
            "ALTER TABLE cpl_listingperiod DROP CONSTRAINT cpl_listingperiod_identity_is_the_entrys",
        ),
        migrations.RunPython(enter_requirements, migrations.RunPython.noop),
    ]
