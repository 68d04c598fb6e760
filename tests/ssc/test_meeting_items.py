"""What is on the agenda of a meeting of the SSC, what waits for one, and who reads fast tracks at the desk."""

import datetime as dt

import pytest
from django.urls import reverse

from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Rehearsal
from ssc.models import AgendaItem, FastTrackRequest, SscView, TestSlot
from ssc.services import fast_track, participants
from ssc.services.meetings import call_meeting, call_off_meeting, put_on_agenda, take_off_agenda
from tests.cpl.desk import page_of
from tests.cpl.submitting import signed_in
from tests.factories import cases, people, proposals
from tests.factories.fast_tracking import FROM, NEW, NOON, granted, tracks, view_of, viewed

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.mark.clause("Z6.2(d)")
def test_item_is_on_the_agenda_of_one_meeting_to_come_and_moves_with_it():
    setting = cases.stage(entries=2, imported=True)
    Rehearsal.objects.create(now=cases.NOON, set_at=cases.NOON)
    case, other = setting.cases
    today, secretary = cases.NOON.date(), setting.secretary
    first, second = (
        call_meeting(on=today + days * DAY, place="", by=secretary, at=cases.NOON) for days in (7, 14)
    )
    browser, reader = signed_in(secretary), signed_in(setting.member)
    pages = [reverse("ssc:meeting", args=[each.pk]) for each in (first, second)]
    assert "Nothing is on the agenda yet" in reader.get(pages[0]).content.decode()
    chosen = {"items": [f"case-{case.pk}"]}
    assert reader.post(pages[0], chosen).status_code == 403
    assert browser.post(pages[0], {}).status_code == 422
    assert browser.post(pages[0], {"items": ["case-999"]}).status_code == 422
    assert browser.post(pages[0], chosen).status_code == 302
    given = {"by": secretary, "at": cases.NOON}
    with pytest.raises(Conflict):
        put_on_agenda(meeting=first, subjects=[case], **given)
    with pytest.raises(Refusal):
        put_on_agenda(meeting=first, subjects=[], **given)
    link = reverse("ssc:case", args=[case.reference])
    assert [link in reader.get(each).content.decode() for each in pages] == [True, False], "each its own day"
    assert f"case-{other.pk}" in browser.get(pages[1]).content.decode()
    assert f"case-{case.pk}" not in browser.get(pages[1]).content.decode(), "it is on an agenda already"
    assert "On the agenda" in reader.get(link).content.decode()
    put_on_agenda(meeting=second, subjects=[case], **given)
    assert [link in reader.get(each).content.decode() for each in pages] == [False, True]
    off = reverse("ssc:take-off-agenda", args=[second.pk, AgendaItem.objects.latest("pk").pk])
    assert browser.post(off, {"reason": ""}).status_code == 422
    assert browser.post(off, {"reason": "NCSC asks for time."}).status_code == 302
    assert browser.post(off, {"reason": "NCSC asks for time."}).status_code == 409
    page = reader.get(pages[1]).content.decode()
    assert "Nothing is on the agenda yet" in page and link in page, "it waits for a meeting again"
    verbs = list(
        Act.objects.filter(verb__startswith="ssc.meeting.item").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["ssc.meeting.items_put", "ssc.meeting.items_put", "ssc.meeting.item_taken_off"]


@pytest.mark.clause("Z6.2(d)")
def test_items_of_a_meeting_called_off_wait_for_the_next_and_a_past_agenda_stands():
    setting = cases.stage(imported=True)
    today, given = cases.NOON.date(), {"by": setting.secretary, "at": cases.NOON}
    off, kept = (call_meeting(on=today + days * DAY, place="", **given) for days in (1, 2))
    put_on_agenda(meeting=off, subjects=[setting.case], **given)
    call_off_meeting(meeting=off, version=off.version, reason="No quorum.", **given)
    with pytest.raises(Conflict):
        put_on_agenda(meeting=off, subjects=[setting.case], **given)
    (item,) = put_on_agenda(meeting=kept, subjects=[setting.case], **given)
    late = {"by": setting.secretary, "at": cases.NOON + 3 * DAY}
    with pytest.raises(Refusal, match="its agenda stands"):
        take_off_agenda(item=item, reason="Late.", **late)
    with pytest.raises(Refusal, match="its agenda stands"):
        put_on_agenda(meeting=kept, subjects=[setting.case], **late)


def test_only_a_secretary_without_an_interest_puts_a_case_on_an_agenda():
    setting = cases.stage(imported=True)
    meeting = call_meeting(on=cases.NOON.date(), place="", by=setting.secretary, at=cases.NOON)
    for each in (setting.member, setting.chair, setting.group.supplier, setting.group.secretariat):
        with pytest.raises(NotPermitted):
            put_on_agenda(meeting=meeting, subjects=[setting.case], by=each, at=cases.NOON)
    participants.declare_conflict(
        case=setting.case, by=setting.secretary, at=cases.NOON, reason="A former employer."
    )
    with pytest.raises((NotPermitted, Refusal)):
        put_on_agenda(meeting=meeting, subjects=[setting.case], by=setting.secretary, at=cases.NOON)
    Rehearsal.objects.create(now=cases.NOON, set_at=cases.NOON)
    page = signed_in(setting.secretary).get(reverse("ssc:meeting", args=[meeting.pk])).content.decode()
    assert setting.case.reference not in page, "nor is it offered"
    assert not AgendaItem.objects.exists()


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
