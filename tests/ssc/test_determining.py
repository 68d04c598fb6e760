"""A determination from the secretary's draft to the Chair's word, and all that follows from it."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection, transaction

from cpl.models import BindingDetermination
from secgov.accounts.models import Membership, Organisation, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Message, Notice, Obligation, Task
from ssc.models import Determination, RemedialPlan
from ssc.services import determinations, participants, requests, triage
from ssc.services.acting import SENT_TWICE
from ssc.services.determination_facts import digest_of
from tests.factories import cases, dcc_lists, people, publishing, removing


def open_case(settings: LazySettings, folder: Path) -> cases.Stage:
    """One open case on a withdrawal that NCSC has not confirmed."""
    return cases.stage(imported=True)


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(open_case)]
NOON, DAY = cases.NOON, cases.DAY
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def setting(world: cases.Stage) -> cases.Stage:
    """One open case on a withdrawal that NCSC has not confirmed."""
    return world


def decide(setting: cases.Stage, row: Determination, **changed: object) -> Determination:
    """The Chair's word, with what a test changes of it."""
    given = {
        "case": row.case, "by": setting.chair, "at": NOON, "version": row.version, "digest": digest_of(row), "agree": True,
        "reason": "So determined.",
    }  # fmt: skip
    return determinations.decide(**given | changed)


@pytest.mark.clause("Z6.2-1")
@pytest.mark.clause("Z6.2-2")
def test_confirmed_determination_binds_the_panel_and_the_removal_waits_for_ncsc(setting):
    row = cases.decided(setting, outcome="remove")
    connection.check_constraints()
    assert (setting.case.state, row.state, row.four_eyes) == ("determined", "confirmed", True)
    binding = BindingDetermination.objects.get()
    assert (binding.state, binding.outcome, row.binding) == ("binding", "remove", binding)
    assert (binding.recorded_by, binding.confirmed_by) == (setting.secretary, setting.chair)
    for words in (row.reasons, row.security_implications, row.consumer_consequences, "provided none"):
        assert words in binding.reasons, "the Panel has all of it"
    assert removing.waiting_removal(setting.entries[0]) is None
    removing.confirmed(setting.group, setting.event)
    assert removing.waiting_removal(setting.entries[0]).clause == "Z6.2"
    assert not Obligation.objects.standing().about(setting.case).exists()
    assert Task.objects.filter(key=f"ssc-determined:{row.pk}", closed_at=None).exists()


@pytest.mark.clause("Z6.2-1")
def test_all_parties_hear_removed_or_not_and_never_reasons_or_plans(setting):
    network = publishing.party("Fellgate Networks")
    row = cases.decided(setting, with_plan=True)
    told = Notice.objects.filter(template="ssc/determined")
    assert {each.organisation for each in told} == set(Organisation.objects.parties())
    entry = str(setting.entries[0])
    for each in told:
        assert each.title == f"The SSC determined: entry {entry} is not to be removed"
        assert each.context["outcome"] == "not to be removed"
        assert row.reasons not in str(each.context) and "plan" not in str(each.context).lower()
    mail = Message.objects.get(notice__organisation=network)
    assert mail.template == "ssc/sign_in_to_read" and entry not in str(mail.context)


@pytest.mark.clause("F2.7A(a)-2")
@pytest.mark.clause("Z6.2(c)-1")
@pytest.mark.clause("Z6.2(c)-3")
@pytest.mark.parametrize("outcome", ["retain", "remove"])
def test_plan_comes_with_removal_as_without_it_one_for_each_party(setting, outcome):
    second = removing.organisation_of(cases.supplier("Brindle Power"))
    setting.suppliers.append(second)
    cases.decided(setting, outcome=outcome, with_plan=True)
    assert {plan.organisation for plan in RemedialPlan.objects.all()} == set(setting.suppliers)


@pytest.mark.clause("Z6.2(c)-3")
def test_plan_is_refused_on_a_party_without_the_role(setting):
    other = removing.organisation_of(cases.supplier("Eskrigg Electricity", imports=True, gas=False))
    cases.triaged(setting)
    with pytest.raises(Refusal, match="so not on Eskrigg Electricity") as refused:
        cases.put(setting, with_plan=True, obliged=[other])
    assert refused.value.clause == "Z6.2(c)"


@pytest.mark.clause("Z6.2(d)")
def test_case_is_triaged_before_it_is_determined(setting):
    with pytest.raises(Refusal, match="has not been triaged") as refused:
        cases.put(setting)
    assert refused.value.clause == "Z6.2(d)"


@pytest.mark.clause("Z6.2(d)")
def test_later_triage_shortens_the_target_and_the_earlier_one_stays_in_the_acts(setting):
    first = cases.triaged(setting, seriousness="medium", days=20)
    second = cases.triaged(setting, seriousness="high", days=5, at=NOON + DAY)
    [owed] = Obligation.objects.standing().about(second)
    assert owed.due_at.date() == (NOON + 7 * DAY).date() and not owed.by_law
    told = Act.objects.filter(verb="ssc.case.triaged").order_by("id").last()
    assert told.before == {"seriousness": "medium", "target_date": str(first.target_date)}
    with pytest.raises(Conflict):
        triage.triage(
            case=first, by=setting.secretary, at=NOON, version=first.version, seriousness="high",
            target=(NOON + DAY).date(), reason="Stale.",
        )  # fmt: skip


def test_one_person_does_not_do_both_unless_the_setting_allows_it_and_the_act_says_so(setting, settings):
    body = removing.organisation_of(setting.secretary)
    Membership.objects.create(
        user=setting.secretary, organisation=body, role=Role.SSC_CHAIR, began_at=people.LONG_AGO
    )
    cases.triaged(setting)
    row = cases.put(setting)
    with pytest.raises(Refusal, match="second person"):
        decide(setting, row, by=setting.secretary)
    settings.FOUR_EYES = False
    decide(setting, row, by=setting.secretary)
    assert Determination.objects.get().four_eyes is False
    assert Act.objects.get(verb="ssc.determination.confirmed").after["four_eyes"] is False


@pytest.mark.parametrize("change", [{"version": 1}, {"digest": "0" * 64}])
def test_chair_s_word_is_bound_to_exactly_what_was_seen(setting, change):
    cases.triaged(setting)
    row = cases.put(setting)
    with pytest.raises(Conflict):
        decide(setting, row, **change)
    assert setting.case.state == "open" and not BindingDetermination.objects.exists()


def test_chair_who_refuses_leaves_the_case_open_for_another_text(setting):
    cases.decided(setting, agree=False)
    assert setting.case.state == "open" and Determination.objects.get().state == "refused"
    assert not Notice.objects.filter(template="ssc/determined").exists()
    cases.decided(setting, outcome="remove")
    assert [row.state for row in Determination.objects.order_by("pk")] == ["refused", "confirmed"]


def test_parties_named_before_the_outcome_is_chosen_are_kept_and_without_a_plan_nobody_is_named(setting):
    cases.triaged(setting)
    given = {"case": setting.case, "by": setting.secretary, "at": NOON, "obliged": setting.suppliers}
    row = determinations.save_determination(version=0, values={"reasons": "Slight."}, **given)
    assert list(row.obliged.all()) == setting.suppliers
    row = determinations.save_determination(
        version=row.version, values={"outcome": "retain", "with_plan": False}, **given
    )
    assert not row.obliged.exists()


@pytest.mark.clause("Z6.2-1")
def test_day_still_to_come_is_refused_before_the_text_stands_still(setting):
    cases.triaged(setting)
    row = cases.written(setting)
    with pytest.raises(Refusal, match="still to come"):
        determinations.save_determination(
            case=setting.case, by=setting.secretary, at=NOON, version=row.version, put=True,
            values={"determined_on": (NOON + DAY).date()},
        )  # fmt: skip
    assert Determination.objects.get(pk=row.pk).state == "draft"


def test_text_before_the_chair_stands_still(setting):
    cases.triaged(setting)
    cases.put(setting)
    with pytest.raises(Conflict, match="stands still"):
        cases.written(setting, reasons="Others.")
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Determination.objects.update(reasons="Quite other ones.")  # nor by whoever asks the database


def test_requests_unanswered_are_counted_with_the_determination(setting):
    requests.request_information(
        case=setting.case, by=setting.secretary, at=NOON, addressee=setting.suppliers[0], question="How many?",
        reply_by=(NOON + 9 * DAY).date(),
    )  # fmt: skip
    assert cases.decided(setting).unanswered == 1


def test_others_neither_prepare_nor_decide(setting):
    cases.triaged(setting)
    row, case = cases.put(setting), setting.case
    for role in (Role.SSC_MEMBER, Role.AUDITOR, Role.SECRETARIAT, Role.SUPPLIER, Role.EXPERT, Role.DCC):
        somebody = people.person(role)
        with pytest.raises(NotPermitted):
            decide(setting, row, by=somebody)
        with pytest.raises(NotPermitted):
            determinations.save_determination(case=case, by=somebody, at=NOON, version=row.version, values={})
        with pytest.raises(NotPermitted):
            triage.triage(
                case=case,
                by=somebody,
                at=NOON,
                version=case.version,
                seriousness="low",
                target=NOON.date(),
                reason="No.",
            )
    assert Determination.objects.get().state == "put"


def test_chair_with_a_conflict_of_interest_does_not_decide(setting):
    cases.triaged(setting)
    row = cases.put(setting)
    participants.declare_conflict(
        case=setting.case, by=setting.chair, at=NOON, reason="A share in the maker."
    )
    with pytest.raises(NotPermitted, match="conflict of interest"):
        decide(setting, row)
    with pytest.raises(NotPermitted, match="Somebody else"):
        participants.end_conflict(
            conflict=setting.case.conflicts.get(), by=setting.chair, at=NOON, reason="Sold it."
        )


def test_nobody_acts_on_one_case_for_the_secretariat_and_as_the_ssc_s_secretary(setting):
    code_body = removing.organisation_of(setting.group.secretariat)
    Membership.objects.create(
        user=setting.group.secretariat,
        organisation=code_body,
        role=Role.SSC_SECRETARY,
        began_at=people.LONG_AGO,
    )
    removing.confirmed(setting.group, setting.event)
    with pytest.raises(NotPermitted, match="for the Secretariat"):
        cases.triage.triage(
            case=setting.case, by=setting.group.secretariat, at=NOON, version=setting.case.version, seriousness="low",
            target=NOON.date(), reason="No.",
        )  # fmt: skip


@pytest.mark.clause("Z6.4-1")
@pytest.mark.clause("Z6.4-2")
def test_after_a_plan_the_ssc_may_still_determine_removal_and_without_one_it_may_not(setting):
    cases.decided(setting)
    with pytest.raises(Refusal, match="needs a new trigger"):
        cases.written(setting, clause="Z6.4", outcome="remove")
    other = cases.NOON + DAY
    removing.reported(setting.group, setting.certificate, "CANCELLED", at=other)
    cases.sweep(other)
    cases.decided(setting, at=other, with_plan=True)
    removing.confirmed(setting.group, setting.event, at=other)
    cases.decided(setting, at=other + DAY, clause="Z6.4", outcome="remove")
    connection.check_constraints()
    assert removing.waiting_removal(setting.entries[0]).clause == "Z6.4"
    states = [row.state for row in BindingDetermination.objects.order_by("pk")]
    assert states == ["superseded", "superseded", "binding"]
    assert setting.case.state == "determined"


@pytest.mark.clause("Z6.2(c)-3")
def test_party_that_came_later_is_added_by_a_supplementary_determination(setting):
    first = cases.decided(setting, with_plan=True)
    late = removing.organisation_of(cases.supplier("Brindle Power"))
    with pytest.raises(Refusal, match="imposed already on Ashbeck Energy"):
        cases.put(setting, supplements=first, outcome="", with_plan=True, obliged=setting.suppliers)
    cases.decided(setting, supplements=first, outcome="", with_plan=True, obliged=[late])
    assert RemedialPlan.objects.get(organisation=late).determination.supplements == first
    assert BindingDetermination.objects.count() == 1
    assert not Notice.objects.filter(template="ssc/determined", organisation=late).exists(), (
        "nothing new is told"
    )


@pytest.mark.clause("Z6.2(c)-2")
def test_plan_for_a_smets2_hub_goes_to_the_dcc_by_itself():
    setting = cases.stage(imported=True, device_type="communications_hub", spec_type="CHTS")
    dcc = publishing.party("The DCC", Organisation.Kind.DCC)
    cases.triaged(setting)
    row = cases.written(setting, with_plan=True, obliged=[])
    assert list(row.obliged.all()) == [dcc]
    with pytest.raises(Refusal, match="so not on Ashbeck Energy"):
        cases.put(setting, with_plan=True, obliged=setting.suppliers)


@pytest.mark.clause("Z6.6")
def test_request_is_owed_by_the_party_told_to_it_alone_and_answered_by_it_alone(setting):
    row = requests.request_information(
        case=setting.case, by=setting.secretary, at=NOON, addressee=setting.suppliers[0], question="How many?",
        reply_by=(NOON + 9 * DAY).date(),
    )  # fmt: skip
    again = {"addressee": row.addressee, "question": "How many? ", "reply_by": row.reply_by}
    assert requests.request_information(case=setting.case, by=setting.secretary, at=NOON, **again) == row, (
        "sent twice"
    )
    [owed] = Obligation.objects.standing().about(row)
    assert (owed.clause, owed.owed_by, owed.organisation) == ("Z6.6", "party", setting.suppliers[0])
    told = Notice.objects.get(subject_type="ssc.informationrequest")
    assert told.organisation == setting.suppliers[0] and "How many?" not in str(told.context)
    with pytest.raises(NotPermitted) as refused:
        requests.reply_to_request(request=row, by=cases.supplier("Brindle Power"), at=NOON, text="Nine.")
    assert refused.value.hidden
    answer = {"request": row, "by": setting.group.supplier, "text": "Nine, late."}
    late = NOON + 20 * DAY
    for at in (late, late + SENT_TWICE, late + SENT_TWICE + SENT_TWICE + SECOND):
        requests.reply_to_request(at=at, **answer)
    assert row.replies.count() == 2, (
        "a form that is sent twice answers once, and the same words later are another answer"
    )
    owed.refresh_from_db()
    assert owed.was_late is True, "a late answer is taken, and marked"
    row.refresh_from_db()
    with pytest.raises(Refusal, match="has been answered"):
        requests.remind(request=row, by=setting.secretary, at=NOON + 20 * DAY, version=row.version)


@pytest.mark.clause("Z6.6")
def test_manufacturer_is_asked_and_owes_nothing_and_a_network_is_not_asked(setting):
    given = {
        "case": setting.case,
        "by": setting.secretary,
        "at": NOON,
        "question": "When?",
        "reply_by": (NOON + DAY).date(),
    }
    row = requests.request_information(**given, addressee=setting.group.cast.maker)
    assert row.is_voluntary and not Obligation.objects.standing().about(row).exists()
    network = people.organisation("Fellgate", Organisation.Kind.PARTY, party_category="gas_network")
    for somebody in (network, removing.organisation_of(setting.secretary)):
        with pytest.raises(Refusal):
            requests.request_information(**given, addressee=somebody)
    dcc = dcc_lists.dcc_person()
    asked = requests.request_information(**given, addressee=removing.organisation_of(dcc))
    assert Obligation.objects.standing().about(asked).get().owed_by == "dcc"


@pytest.mark.clause("Z6.6")
def test_late_reply_is_told_to_the_secretary_once_reminded_once_a_day_and_withdrawn(setting):
    cases.contact(setting.group.cast.maker)
    row = requests.request_information(
        case=setting.case, by=setting.secretary, at=NOON, addressee=setting.suppliers[0], question="How many?",
        reply_by=(NOON + DAY).date(),
    )  # fmt: skip
    late = Message.objects.filter(key__startswith="ssc/reply_late")
    requests.note_late(at=NOON + DAY)
    assert not late.exists()
    for _ in range(2):
        requests.note_late(at=NOON + 2 * DAY)
    assert late.count() == 1
    row = requests.remind(request=row, by=setting.secretary, at=NOON + 2 * DAY, version=row.version)
    with pytest.raises(Refusal, match="today already"):
        requests.remind(request=row, by=setting.secretary, at=NOON + 2 * DAY, version=row.version)
    with pytest.raises(Conflict):
        requests.withdraw_request(request=row, by=setting.secretary, at=NOON, version=1, reason="No.")
    row = requests.withdraw_request(
        request=row, by=setting.secretary, at=NOON + 3 * DAY, version=row.version, reason="Found elsewhere."
    )
    assert not Obligation.objects.standing().about(row).exists()
    with pytest.raises(Conflict, match="withdrawn"):
        requests.reply_to_request(request=row, by=setting.group.supplier, at=NOON, text="Nine.")
