"""What the fast track keeps from whoever is not named, and what becomes of its queue when things go otherwise."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.urls import reverse

from secgov.accounts.models import Organisation, Role
from secgov.errors import Conflict, Refusal
from secgov.journal.models import Act, Message, Notice, Rehearsal
from ssc.models import SscView, TestSlot
from ssc.rules.fast_track import Answers
from ssc.services import fast_track, fast_track_queue, fast_track_tests
from ssc.services.fast_track_documents import read_fast_track_document
from tests.cpl.desk import page_of
from tests.cpl.submitting import signed_in
from tests.factories import dcc_lists, people
from tests.factories.fast_tracking import (
    DAY,
    FROM,
    NEW,
    NOON,
    OTHER,
    again,
    granted,
    passed,
    requested,
    sought,
    tracks,
    values,
    view_of,
    viewed,
)

TODAY = NOON.date()
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def in_effect(settings):
    """The regime has effect."""
    settings.FAST_TRACK_FROM = FROM


@pytest.fixture
def group(db):
    """Who plays, at the time of the story."""
    Rehearsal.objects.create(now=NOON, set_at=NOON)
    return tracks()


def planned(group, name, day, organisation=None):
    """A combination in the queue."""
    owner = organisation or people.organisation(name, Organisation.Kind.PARTY)
    return fast_track_queue.plan_slot(
        organisation=owner, combination=f"{name} pair", planned_on=day, by=group.dcc, at=NOON
    )


def post(user, row, name, **typed):
    """Post a step."""
    return signed_in(user).post(reverse("ssc:fast-track-step", args=[row.reference, name]), typed)


@pytest.mark.clause("PPCT-4.1.2-j")
def test_nobody_but_the_dcc_gets_a_step_that_names_what_others_have_in_the_queue(group):
    row = viewed(group)
    planned(group, "Rawthey", TODAY + 6 * DAY)
    for user, status in ((group.participant, 403), (group.chair, 403), (group.rival, 404)):
        answer = post(user, row, "grant")
        assert answer.status_code == status and "Rawthey" not in answer.content.decode()
    assert "Rawthey" in post(group.dcc, row, "grant", version=row.version).content.decode()
    early = requested(group, devices=(NEW,))
    for name, user in (("grant", group.dcc), ("ratify", group.secretary), ("nonsense", group.dcc)):
        assert post(user, early, name, version=1).status_code in (404, 409), name


@pytest.mark.clause("PPCT-4.1-r")
def test_what_the_ssc_said_of_its_view_is_its_own_and_the_journal_repeats_nobodys_words(group):
    row = granted(group)
    view = view_of(row)
    fast_track.ratify_view(
        view=view, by=group.secretary, at=NOON, version=view.version, ratified=False, reason="Port 7 is closed.",
        minute_reference="SSC 112, item 4",
    )  # fmt: skip
    address = reverse("ssc:fast-track-request", args=[row.reference])
    for user, sees in ((group.dcc, False), (group.participant, False), (group.member, True)):
        page = signed_in(user).get(address).content.decode()
        assert ("Port 7" in page, "SSC 112" in page) == (sees, sees)
    fast_track.withdraw_fast_track(
        request=row, by=group.participant, at=NOON, version=row.version, reason="Port 7 needs no mending."
    )
    refused = viewed(group, Answers(True, True, False), devices=(NEW,))
    fast_track.refuse_fast_track(
        request=refused, by=group.dcc, at=NOON, version=refused.version, to_change="Mend port 7."
    )
    assert again(refused).to_change.endswith("Mend port 7.")
    assert not Act.objects.filter(reason__contains="ort 7").exists()


@pytest.mark.clause("PPCT-4.1-r")
def test_view_of_a_closed_request_can_be_ratified_and_that_of_a_withdrawn_one_waits_for_nothing(group):
    closed, gone = passed(group), sought(group, devices=(NEW,))
    fast_track.give_view(
        request=gone,
        by=group.chair,
        at=NOON,
        version=gone.version,
        answers=Answers(True, True, True),
    )
    gone = again(gone)
    fast_track.withdraw_fast_track(
        request=gone, by=group.participant, at=NOON, version=gone.version, reason="Not needed."
    )
    assert list(SscView.objects.to_be_ratified()) == [view_of(closed)]
    dcc_lists.version("eligible", group.dcc, dcc_lists.eligible(provider="NORTH", devices=[NEW, OTHER]))
    assert fast_track_tests.watch_fast_tracks(clock=lambda: NOON) == 1
    page = signed_in(group.secretary).get(reverse("ssc:fast-track-request", args=[closed.reference]))
    assert "Record what the SSC said" in page.content.decode()
    typed = {"version": 1, "ratified": "yes", "reason": "Agreed."}
    lacking = post(group.secretary, closed, "ratify", **typed)
    assert lacking.status_code == 422 and "Minute reference: fill this in." in lacking.content.decode()
    typed["minute_reference"] = "SSC 112"
    desk = signed_in(people.person(Role.AUDITOR)).get(page_of(closed)).content.decode()
    assert "11 January 2027, 12:00" in desk and "2027-01-11 12" not in desk and "On the Eligible list" in desk
    assert post(group.secretary, closed, "ratify", **typed).status_code == 302
    assert not SscView.objects.to_be_ratified().exists()


def test_request_made_again_after_a_refusal_has_one_place_in_the_queue(group):
    row = viewed(group, Answers(False, True, False))
    fast_track.refuse_fast_track(request=row, by=group.dcc, at=NOON, version=row.version)
    assert TestSlot.objects.get(ended_on=None).fast_track == row, "a refused one keeps its ordinary turn"
    second = sought(group)
    assert TestSlot.objects.get(ended_on=None).fast_track == second
    assert second.reference in TestSlot.objects.get(fast_track=row).ended_reason


@pytest.mark.clause("PPCT-4.1.2-j")
def test_list_and_queue_are_filtered_by_state_by_whom_they_wait_for_and_by_words(group):
    waits = sought(group)  # for the SSC
    mine = granted(group, devices=(NEW,))  # for the device sets
    planned(group, "Rawthey", TODAY + 60 * DAY)
    page = signed_in(group.dcc)

    def shown(browser=page, **asked):
        text = browser.get(reverse("ssc:fast-track"), asked).content.decode()
        return {name for name in (str(waits), str(mine), "Rawthey pair") if f">{name}<" in text}

    assert shown() == {str(waits), str(mine), "Rawthey pair"}
    assert shown(state="granted") == {str(mine)} == shown(waits="participant")
    assert shown(waits="ssc") == {str(waits)} and shown(waits="dcc") == set()
    fast_track_tests.receive_device_sets(
        request=mine, by=group.dcc, at=NOON, version=again(mine).version, received_on=TODAY
    )
    assert shown(waits="dcc") == {str(mine)}
    assert shown(q=str(waits)) == {str(waits)} and shown(q="rawthey") == {"Rawthey pair"}
    assert shown(q="%", state="nonsense", waits="\0") == set()
    assert shown(state="nonsense") == {str(waits), str(mine), "Rawthey pair"}
    rival = signed_in(group.rival)
    assert shown(rival, q=str(mine)) == set() == shown(rival, q="Rawthey"), "a filter opens nothing"


def withdraw(group, row, at=NOON):
    return fast_track.withdraw_fast_track(
        request=row, by=group.participant, at=at, version=again(row).version, reason="Not needed."
    )


@pytest.mark.clause("PPCT-4.1.2-j")
def test_withdrawal_of_a_granted_request_moves_back_those_who_gave_way_and_tells_them_alone(group):
    other = planned(group, "Rawthey", TODAY + 6 * DAY, group.rival.memberships.get().organisation)
    stays = planned(group, "Dent", TODAY + 7 * DAY)
    row = granted(group, days={other.pk: TODAY + 9 * DAY, stays.pk: stays.planned_on})
    withdraw(group, row)
    connection.check_constraints()
    days = TestSlot.objects.filter(ended_on=None).order_by("pk").values_list("pk", "planned_on")
    assert list(days) == [(other.pk, TODAY + 6 * DAY), (stays.pk, TODAY + 7 * DAY)]
    told = Notice.objects.get(template=fast_track_queue.MOVED_BACK)
    assert told.organisation == other.organisation and len(told.context["days"]) == 1
    assert row.reference not in str(told.context)
    assert Message.objects.filter(template=fast_track_queue.MOVED_BACK).count() == 1
    act = Act.objects.filter(verb="ssc.test_slot.moved", subject_id=str(other.pk)).latest("pk")
    assert act.after["now_on"] == str(TODAY + 6 * DAY)


@pytest.mark.parametrize(("days_later", "moves"), [(5, True), (6, False)])
def test_nobody_moves_back_to_a_day_that_has_come(group, days_later, moves):
    other = planned(group, "Rawthey", TODAY + 6 * DAY)
    row = granted(group, days={other.pk: TODAY + 9 * DAY})
    withdraw(group, row, at=NOON + days_later * DAY)
    assert (TestSlot.objects.get(pk=other.pk).planned_on == TODAY + 6 * DAY) is moves
    assert Notice.objects.filter(template=fast_track_queue.MOVED_BACK).exists() is moves


def test_whoever_gave_way_to_a_failed_test_stays_where_it_is(group):
    other = planned(group, "Rawthey", TODAY + 6 * DAY)
    row = passed(group, has_passed=False, days={other.pk: TODAY + 9 * DAY})
    withdraw(group, row)
    assert TestSlot.objects.get(pk=other.pk).planned_on == TODAY + 9 * DAY
    assert not Notice.objects.filter(template=fast_track_queue.MOVED_BACK).exists()


@pytest.mark.clause("PPCT-9.17-1")
def test_grant_that_comes_after_the_promised_day_plans_nothing_in_the_past(group):
    other = planned(group, "Rawthey", TODAY + 6 * DAY)
    row = viewed(group)
    late = NOON + 10 * DAY
    given = {"request": row, "by": group.dcc, "at": late, "version": row.version}
    for day, words in ((TODAY + 9 * DAY, "past"), (TODAY, "later day")):
        with pytest.raises(Refusal, match=words) as refused:
            fast_track.grant_fast_track(days={other.pk: day}, **given)
        assert refused.value.field == f"slot_{other.pk}", "the field in which it was typed"
    fast_track.grant_fast_track(days={other.pk: TODAY + 10 * DAY}, **given)
    assert TestSlot.objects.get(fast_track=row).planned_on == late.date(), "not the day that has gone by"


@pytest.mark.clause("PPCT-9.17-1")
def test_those_granted_later_move_up_when_one_leaves_the_queue(group):
    first, second, third = (
        granted(group, devices=devices) for devices in ((NEW, OTHER), (NEW,), (NEW, f"{OTHER[:-1]}5"))
    )
    fast_track.withdraw_fast_track(
        request=first, by=group.participant, at=NOON, version=first.version, reason="Not needed."
    )
    assert [(each.fast_track, each.priority) for each in TestSlot.objects.filter(ended_on=None)] == [
        (second, 1),
        (third, 2),
    ]


@pytest.mark.clause("PPCT-4.1.2-j")
def test_who_asked_is_told_too_where_another_of_its_own_days_gives_way(group):
    own = planned(group, "Tarnwick", TODAY + 6 * DAY, group.organisation)
    granted(group, days={own.pk: TODAY + 9 * DAY})
    assert Notice.objects.get(template=fast_track_queue.MOVED).organisation == group.organisation


@pytest.mark.clause("PPCT-4.1.2-j")
@pytest.mark.parametrize("role", [Role.MANUFACTURER, Role.NETWORK, Role.SUPPLIER])
def test_whoever_is_mailed_that_its_day_moved_can_open_the_page_and_sees_its_own_days_alone(group, role):
    kind = "manufacturer" if role == Role.MANUFACTURER else "party"
    owner = people.organisation("Rawthey", kind)
    mine = planned(group, "Rawthey", TODAY + 6 * DAY, owner)
    planned(group, "Thrushgill", TODAY + 7 * DAY, group.rival.memberships.get().organisation)
    row = granted(group, days={mine.pk: TODAY + 9 * DAY})
    browser = signed_in(people.person(role, owner))
    page = browser.get(reverse("ssc:fast-track")).content.decode()
    assert "Rawthey pair" in page and "Thrushgill" not in page and row.reference not in page
    assert browser.get(reverse("ssc:fast-track-request", args=[row.reference])).status_code == 404
    colleague = signed_in(people.person(role, group.organisation))
    assert row.reference not in colleague.get(reverse("ssc:fast-track")).content.decode()
    assert signed_in(people.person(Role.TEST_LAB)).get(reverse("ssc:fast-track")).status_code == 403


@pytest.mark.clause("PPCT-4.1.2-j")
def test_journal_names_no_combination_of_the_queue_nor_why_one_left_it(group):
    slot = planned(group, "Rawthey", TODAY + 6 * DAY)
    fast_track_queue.end_slot(slot=slot, by=group.dcc, at=NOON, version=slot.version, reason="Port 7 again.")
    acts = Act.objects.filter(subject_type="ssc.testslot")
    assert acts.count() == 2 and TestSlot.objects.get(pk=slot.pk).ended_reason == "Port 7 again."
    for said in acts.values_list("subject_name", "reason", "before", "after"):
        assert "Rawthey" not in str(said) and "Port 7" not in str(said)


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("PPCT-9.17-1")
def test_two_grants_at_one_instant_get_two_places_and_two_reorderings_do_not_undo_each_other(settings):
    group = tracks()
    rows = [viewed(group, devices=(NEW, OTHER)), viewed(group, devices=(NEW,))]
    at_once(
        *(
            lambda row=row: fast_track.grant_fast_track(
                request=row, by=group.dcc, at=NOON, version=row.version, days={}
            )
            for row in rows
        )
    )
    slots = list(TestSlot.objects.order_by("priority"))
    assert [each.priority for each in slots] == [1, 2]
    found = at_once(
        *(
            lambda slot=slot, to=to: fast_track_queue.reorder(
                slot=slot, by=group.dcc, at=NOON, version=slot.version, priority=to, reason="Sets are here."
            )
            for slot, to in zip(slots, (2, 1), strict=True)
        )
    )
    assert [type(each) for each in found] == [Conflict]
    assert sorted(TestSlot.objects.values_list("priority", flat=True)) == [1, 2]
    assert TestSlot.objects.get(pk=slots[0].pk).priority == 2
    for change in ("planned_on = planned_on + 1", "ended_on = planned_on, ended_reason = 'x'"):
        with pytest.raises(DatabaseError, match="without an act"), connection.cursor() as cursor:
            cursor.execute(f"UPDATE ssc_testslot SET {change}")


def at_once(*calls):
    """Do things at once, each in its own connection; give the refusals met."""
    gate, met = threading.Barrier(len(calls)), []

    def run(call):
        gate.wait(120)
        try:
            call()
        except Conflict as conflict:
            met.append(conflict)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return met


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"devices": f"{NEW}\nnot a device"}, "devices"),
        ({"devices": f"{NEW}\n{NEW}"}, "devices"),
        ({"devices": f"{NEW}/{SCRIPT}"}, "devices"),
        ({"devices": "x" * 2000}, "devices"),
        ({"new_device": "Gas Smart Meter/7E3E"}, "new_device"),
        ({"new_device": OTHER}, "new_device"),
        ({"note": "n" * 200_000}, "note"),
        ({"affects_interoperability": ""}, "affects_interoperability"),
        ({"affects_interoperability": "yes"}, "interoperability"),
        ({"device_volume": "-1"}, "device_volume"),
        ({"purpose": "p\x00"}, "purpose"),
    ],
)
def test_odd_requests_are_refused_in_their_field_and_keep_what_was_typed(group, changes, field):
    typed = {
        **values(), "provider": SCRIPT, "devices": NEW, "new_device": NEW, "affects_interoperability": "no", "note": "kept",
    } | changes  # fmt: skip
    answer = signed_in(group.participant).post(reverse("ssc:new-fast-track"), typed)
    form = answer.context["form"]
    assert answer.status_code == 422 and field in form.errors, form.errors
    assert SCRIPT not in answer.content.decode() and "&lt;script&gt;" in answer.content.decode()


def test_person_who_left_the_organisation_sees_and_does_nothing_more(group):
    row = requested(group)
    browser = signed_in(group.participant)
    address = reverse("ssc:fast-track-request", args=[row.reference])
    assert browser.get(address).status_code == 200
    group.participant.memberships.update(ended_at=NOON)
    assert browser.get(address).status_code == 403
    assert browser.get(reverse("ssc:vulnerabilities")).status_code == 403
    colleague = people.person(Role.TESTING_PARTICIPANT, row.organisation)
    Organisation.objects.filter(pk=row.organisation_id).update(retired_at=NOON)
    assert signed_in(colleague).get(address).status_code == 403


@pytest.mark.clause("PPCT-4.1.2-k")
def test_desk_knows_neither_a_reserved_file_nor_its_name_but_for_the_auditor(group):
    paper = SimpleUploadedFile("port-7-leaks.txt", b"No interface changes.")
    row = fast_track.request_fast_track(
        organisation=group.organisation, by=group.participant, at=NOON, provider="North", devices=[NEW], new_device=NEW,
        values=values(assessment=""), upload=paper, classification="amber",
    )  # fmt: skip
    read_fast_track_document(request=row, key=row.assessment_document_id, by=group.chair, at=NOON)
    lists = [reverse(f"admin:documents_{name}_changelist") for name in ("document", "reading")]
    for role, sees in ((Role.SECRETARIAT, False), (Role.APPROVER, False), (Role.AUDITOR, True)):
        desk = signed_in(people.person(role))
        assert [("port-7" in desk.get(each).content.decode()) for each in lists] == [sees, sees]
        page = desk.get(reverse("admin:documents_document_change", args=[row.assessment_document_id]))
        assert (page.status_code == 200) == sees
    assert not Act.objects.filter(subject_name__contains="port-7").exists()
