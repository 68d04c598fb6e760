"""What waits for a meeting of the SSC besides its cases: views on fast tracks, and proposals; and who reads both at the desk."""

import datetime as dt

import pytest
from django.urls import reverse

from secgov.accounts.models import Role
from secgov.journal.models import Rehearsal
from ssc.models import FastTrackRequest, SscView, TestSlot
from ssc.services import fast_track
from ssc.services.meetings import call_meeting
from tests.cpl.desk import page_of
from tests.cpl.submitting import signed_in
from tests.factories import people, proposals
from tests.factories.fast_tracking import FROM, NEW, NOON, granted, tracks, view_of, viewed

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def agenda(reader, on, secretary, at):
    """The page of a meeting of that day, as somebody reads it."""
    row = call_meeting(on=on, place="Room 2", by=secretary, at=at)
    return signed_in(reader).get(reverse("ssc:meeting", args=[row.pk])).content.decode()


@pytest.mark.clause("PPCT-4.1-r")
def test_view_waits_on_the_agenda_until_the_ssc_has_ratified_it(settings):
    settings.FAST_TRACK_FROM = FROM
    Rehearsal.objects.create(now=NOON, set_at=NOON)
    group = tracks()
    row = granted(group)
    assert row.reference in agenda(group.member, NOON.date() + 16 * DAY, group.secretary, NOON)
    view = view_of(row)
    fast_track.ratify_view(
        view=view, by=group.secretary, at=NOON, version=view.version, ratified=True, reason="Agreed.",
        minute_reference="SSC 112, item 4",
    )  # fmt: skip
    assert row.reference not in agenda(group.member, NOON.date() + 30 * DAY, group.secretary, NOON)


@pytest.mark.clause("SC-6.10")
def test_proposals_wait_for_triage_at_every_meeting_and_for_a_decision_once_their_consultation_is_over():
    Rehearsal.objects.create(now=proposals.BEGAN, set_at=proposals.BEGAN)
    who = proposals.cast()
    draft, early, asked = proposals.draft(who), proposals.in_triage(who), proposals.in_consultation(who)
    ends = asked.consultations.get().ends_on
    before, after = (agenda(who.member, day, who.secretary, proposals.BEGAN) for day in (ends, ends + DAY))
    shown = {row.pk: reverse("ssc:proposal", args=[row.pk]) for row in (draft, early, asked)}
    assert shown[early.pk] in before and shown[early.pk] in after
    assert shown[asked.pk] not in before and shown[asked.pk] in after, (
        "the last day of a consultation is its own"
    )
    assert shown[draft.pk] not in after, "a draft is nobody else's"


def test_only_the_auditor_reads_fast_tracks_at_the_desk_and_never_the_weakness(settings):
    settings.FAST_TRACK_FROM = FROM
    group = tracks()
    told = fast_track.notify_vulnerability(
        organisation=group.organisation, by=group.participant, at=NOON, vulnerability="Keys can be read.",
        steps="New firmware", intended_by=NOON.date(),
    )  # fmt: skip
    row = viewed(group, devices=(NEW,))
    FastTrackRequest.objects.filter(pk=row.pk).update(notification=told)
    pages = [page_of(each) for each in (row, view_of(row), TestSlot.objects.get())]
    pages += [
        reverse(f"admin:ssc_{each._meta.model_name}_changelist")
        for each in (FastTrackRequest, SscView, TestSlot)
    ]
    for role, status in ((Role.AUDITOR, 200), (Role.SECRETARIAT, 403), (Role.APPROVER, 403)):
        browser = signed_in(people.person(role))
        answers = [browser.get(each) for each in pages]
        assert [each.status_code for each in answers] == [status] * len(pages)
        assert not any("Keys can be read" in each.content.decode() for each in answers)
        journal = browser.get(reverse("admin:journal_act_changelist")).content.decode()
        assert "Keys can be read" not in journal and "Mend the gateway" not in journal
    assert signed_in(people.person(Role.SECRETARIAT)).post(pages[0], {}).status_code == 403
