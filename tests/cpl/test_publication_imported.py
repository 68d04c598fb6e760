"""An imported list becomes the edition of its own number, and the predecessor of the next."""

import datetime as dt

import pytest

from cpl import promises
from cpl.models import Edition, PublishedEntry
from cpl.services import publication
from cpl.services.import_list import import_list
from secgov.errors import Refusal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Notice, Obligation
from tests.factories import devices, publishing
from tests.factories.published_list import HUB, METER, edited, file_of

pytestmark = pytest.mark.django_db
NOON = devices.NOON
MINUTE = dt.timedelta(minutes=1)
IMPORTED_AT = NOON - 60 * MINUTE


@pytest.fixture
def stage(settings, tmp_path):
    """The people, the key, and a list taken over that has no edition yet."""
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage()
    import_list(data=file_of(HUB, METER), file_name="list.csv", actor=SYSTEM, at=IMPORTED_AT)
    return stage


@pytest.mark.clause("Z6.11-1")
def test_imported_list_is_built_under_its_own_number_with_its_printed_date(stage):
    [edition] = publishing.publish(IMPORTED_AT + MINUTE)
    assert (str(edition), edition.issued_on, edition.issued_at) == (
        "2.051", dt.date(2022, 9, 21), IMPORTED_AT + MINUTE,
    )  # fmt: skip
    assert (edition.current_entries, edition.removed_entries, edition.previous) == (1, 1, None)
    shown = dict(PublishedEntry.objects.values_list("number", "status"))
    assert shown == {1: "Current", 4: "Removed"}
    assert PublishedEntry.objects.get(number=1).listed_known_by == dt.date(2022, 9, 21)
    assert publishing.publish(IMPORTED_AT + 2 * MINUTE) == []


def test_limbs_do_not_apply_to_an_imported_edition_but_a_receipt_does(stage):
    [edition] = publishing.publish(IMPORTED_AT + MINUTE)
    publishing.carry(IMPORTED_AT + MINUTE)
    assert not edition.limbs.exists() and not Notice.objects.filter(subject_type="cpl.edition").exists()
    publication.record_pull(edition=edition, client=stage.client, at=IMPORTED_AT + 2 * MINUTE)
    assert Obligation.objects.get(clause="F2.9").elapsed_seconds == 86_400
    assert promises.count_promises(at=NOON, full=True) == dict.fromkeys(promises.INVARIANTS, 0)


@pytest.mark.clause("F2.8(a)")
def test_next_edition_follows_the_imported_one(stage):
    publishing.publish(IMPORTED_AT + MINUTE)
    publishing.listed(stage.cast)
    [edition] = publishing.publish(NOON + 31 * MINUTE)
    assert str(edition) == "2.052" and str(edition.previous) == "2.051"
    said = {entry["entry"]: entry["status"] for entry in publication.entries_of(edition)}
    assert said == {"000001": "Current", "000004": "Removed", "000005": "Current"}
    assert PublishedEntry.objects.get(number=1).edition == edition.previous, "it did not change"


def test_change_approved_before_the_imported_edition_is_built_waits_for_the_next(stage):
    change = publishing.listed(stage.cast)
    imported, following = publishing.publish(NOON + 31 * MINUTE)
    assert [each["entry"] for each in publication.entries_of(imported)] == ["000001", "000004"]
    assert list(following.changes.all()) == [change]
    assert promises.count_promises(at=NOON + 32 * MINUTE, full=True)["lost_entries"] == 0


def test_a_list_cannot_be_taken_over_once_an_edition_was_issued(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    publishing.publish(NOON, at_once=True)
    with pytest.raises(Refusal):
        import_list(data=file_of(edited(HUB)), file_name="list.csv", actor=SYSTEM, at=NOON)
    assert Edition.objects.count() == 1
