"""Keeping a row: what is wrong with it is said in the words of its constraints, whichever way they are asked."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CheckConstraint
from django.test.utils import CaptureQueriesContext

from cpl.models import DeviceModel
from cpl.services.rows import judge
from tests.factories import casts, publishing

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    """An entry on the list."""
    return DeviceModel.objects.get(pk=publishing.listed(casts.cast()).entry_number)


def said_by(judged) -> dict[str, list[str]]:
    """What a judgement raises, by field."""
    with pytest.raises(ValidationError) as refused:
        judged()
    return refused.value.message_dict


def test_row_that_is_right_is_asked_about_once_for_all_its_checks(entry):
    with CaptureQueriesContext(connection) as asked:
        judge(entry, exclude={"identity"})
    assert sum("COALESCE" in each["sql"] for each in asked) == 1
    checks = [each for each in DeviceModel._meta.constraints if isinstance(each, CheckConstraint)]
    assert len(checks) > 1


@pytest.mark.parametrize(
    "faults",
    [
        {"image_hash": ""},
        {"spec_version": "1.2"},
        {"spec_type": "CHTS", "image_hash": ""},
        {"spec_type": "CHTS", "device_type": "kettle"},
        {"device_type": "kettle"},
    ],
)
def test_row_that_is_wrong_is_told_the_same_as_by_a_full_cleaning(entry, faults):
    for field, value in faults.items():
        setattr(entry, field, value)
    assert said_by(lambda: judge(entry, exclude={"identity"})) == said_by(
        lambda: entry.full_clean(exclude={"identity"})
    )


def test_second_row_of_what_may_be_once_is_told_the_same(entry):
    again = DeviceModel(
        **{f.attname: getattr(entry, f.attname) for f in DeviceModel._meta.fields if not f.generated}
    )
    again.pk = entry.pk + 1
    assert said_by(lambda: judge(again, exclude=set())) == said_by(again.full_clean)


def test_no_check_of_a_kept_row_names_a_thing_that_is_no_field_of_its_own():
    for model in apps.get_models():
        fields = {each.name for each in model._meta.fields}
        for each in model._meta.constraints:
            if "version" in fields and isinstance(each, CheckConstraint):
                assert each.condition.referenced_base_fields <= fields, f"{each.name} would be asked in vain"
