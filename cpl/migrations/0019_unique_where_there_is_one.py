# Nearly every entry and period that an import brings has none of these: an index of what is there takes a fifth off it,
# and keeps the same promise, since one that is missing was never counted as equal to another.

from django.db import migrations

COLUMNS = (
    ("cpl_listingperiod", "opened_by_change_id"),
    ("cpl_listingperiod", "closed_by_change_id"),
    ("cpl_devicemodel", "firmware_record_id"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("cpl", "0018_when_certification_began"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_key; "
            f"CREATE UNIQUE INDEX {table}_{column}_key ON {table} ({column}) WHERE {column} IS NOT NULL;",
            f"DROP INDEX {table}_{column}_key; "
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_key UNIQUE ({column});",
        )
        for table, column in COLUMNS
    ]
