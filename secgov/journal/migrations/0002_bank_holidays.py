"""Fills the calendar, so that dates can be computed from the first day; later years come by `load_bank_holidays`."""

from django.db import migrations

from secgov.journal.bank_holidays import proclaimed

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
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(fill_calendar, migrations.RunPython.noop)]
