"""Every act on the SSC's machines, tried from every state and by every role, from one table.

TABLE says, act by act, who may and from which states: it is to be laid beside charts 6 to 8 and the role table. CHARTS
says how each machine moves, and is compared with the transitions in code. Every row is a thing made by its services.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model

from secgov.accounts.models import Role, User
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.actors import SYSTEM
from ssc.models import (
    AuthorityAnswer,
    Case,
    Determination,
    PlanVersion,
    Referral,
    RemedialPlan,
    RemedyNotice,
)
from ssc.services import (
    authority_answers,
    determinations,
    plan_decisions,
    plan_versions,
    referrals,
    remedy_notices,
    requests,
    stays,
    triage,
)
from ssc.services.determination_facts import digest_of
from tests.factories import cases, people, referring, removing
from tests.ssc import planning


def three_entries(settings: LazySettings, folder: Path) -> cases.Stage:
    """A stage with three entries whose certificate has ended, and the SSC's people."""
    return cases.stage(entries=3, confirmed=True)


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(three_entries)]
NOON, DAY = cases.NOON, cases.DAY
SOON, LATER = NOON + DAY, NOON + 2 * DAY
LAST = NOON + 3 * DAY

MEMBER, SECRETARY, CHAIR = Role.SSC_MEMBER, Role.SSC_SECRETARY, Role.SSC_CHAIR
PARTY, RECORDER, SECRETARIAT = Role.SUPPLIER, Role.AUTHORITY_RECORDER, Role.SECRETARIAT
COMMITTEE = {MEMBER, SECRETARY, CHAIR}

CHARTS: dict[type[Model], dict[str, tuple[set[str], str]]] = {
    Case: {
        "determine": ({"open"}, "determined"),
        "give_back": ({"determined"}, "open"),
        "make_void": ({"open", "determined"}, "void"),
    },
    Determination: {
        "put": ({"draft"}, "put"),
        "confirm": ({"put"}, "confirmed"),
        "refuse": ({"put"}, "refused"),
        "drop": ({"draft", "put"}, "dropped"),
    },
    RemedialPlan: {
        "propose": ({"imposed", "proposed", "commented"}, "proposed"),
        "comment": ({"proposed"}, "commented"),
        "approve": ({"imposed", "proposed", "commented", "approved"}, "approved"),
        "complete": ({"approved"}, "completed"),
        "discharge": ({"imposed", "proposed", "commented", "approved"}, "discharged"),
    },
    PlanVersion: {
        "comment": ({"submitted"}, "commented"),
        "approve": ({"submitted", "commented"}, "approved"),
        "refuse": ({"submitted", "commented"}, "refused"),
        "approve_on_referral": ({"refused"}, "approved"),
        "replace": ({"submitted", "commented"}, "replaced"),
    },
    RemedyNotice: {"remedy": ({"running"}, "remedied"), "end": ({"running"}, "ended")},
    Referral: {
        "lodge": ({"draft"}, "lodged"),
        "withdraw": ({"draft", "lodged"}, "withdrawn"),
        "determine": ({"lodged"}, "determined"),
    },
    AuthorityAnswer: {"confirm": ({"recorded"}, "confirmed"), "refuse": ({"recorded"}, "refused")},
}  # fmt: skip


@pytest.mark.parametrize("model", CHARTS, ids=lambda model: model.__name__)
def test_machine_in_code_moves_as_its_chart_says(model: type[Model]) -> None:
    found: dict[str, tuple[set[str], str]] = {}
    for each in model(state="").get_all_state_transitions():  # type: ignore[attr-defined]
        sources, _ = found.setdefault(each.name, (set(), str(each.target)))
        sources.add(str(each.source))
    assert found == CHARTS[model]


MADE_BY: dict[type[Model], dict[str, str]] = {
    Case: {"determine": "decide, yes", "give_back": "sweep: a new fact", "make_void": "sweep: no event stands"},
    Determination: {
        "put": "put_to_the_chair", "confirm": "decide, yes", "refuse": "decide, no", "drop": "sweep: its case moved",
    },
    RemedialPlan: {
        "propose": "propose_plan", "comment": "comment_on_plan", "approve": "approve_version",
        "complete": "complete_plan", "discharge": "discharge_plan",
    },
    PlanVersion: {
        "comment": "comment_on_plan", "approve": "approve_version", "refuse": "refuse_version",
        "approve_on_referral": "confirm_answer, yes", "replace": "propose_plan",
    },
    RemedyNotice: {"remedy": "mark_remedied", "end": "discharge_plan"},
    Referral: {"lodge": "lodge_referral", "withdraw": "withdraw_referral", "determine": "confirm_answer, yes"},
    AuthorityAnswer: {"confirm": "confirm_answer, yes", "refuse": "confirm_answer, no"},
}  # fmt: skip
"""Which act of the table makes each transition; those that nobody makes, a sweep does."""


def test_every_transition_is_made_by_an_act_of_the_table_or_by_a_sweep() -> None:
    assert {model: set(chart) for model, chart in CHARTS.items()} == {
        model: set(by) for model, by in MADE_BY.items()
    }
    named = {act.name for acts in TABLE for act in acts}
    told = {name for by in MADE_BY.values() for name in by.values() if not name.startswith("sweep: ")}
    assert told <= named


@dataclass(frozen=True)
class Act:
    """A service, the roles that may do it, and the states of its row from which it goes."""

    name: str
    roles: set[Role]
    states: set[str]
    do: Callable[[Any, User], Any]


@dataclass
class World:
    """A row in each state of one machine, made in life; and who acts in which role on it."""

    rows: dict[str, Any]
    who: dict[Role, User]
    owner: Callable[[Any], User] | None = None
    others: dict[Role, User] = field(default_factory=dict)

    def person(self, role: Role, row: Any) -> User:
        """Whoever has a role here; of a Party, the person of the row's own."""
        if role == PARTY and self.owner:
            return self.owner(row)
        if role in self.who:
            return self.who[role]
        return self.others.setdefault(role, people.person(role))


CASE = [
    Act("triage", {SECRETARY}, {"open"}, lambda case, by: triage.triage(
        case=case, by=by, at=LAST, version=case.version, seriousness="high", target=LAST.date(), reason="Grave.")),
    Act("request_information", {SECRETARY}, {"open"}, lambda case, by: requests.request_information(
        case=case, by=by, at=LAST, addressee=requests.addressees()[0], question="How many?", reply_by=(LAST + DAY).date())),
    Act("save_determination", {SECRETARY}, {"open"}, lambda case, by: determinations.save_determination(
        case=case, by=by, at=LAST, version=0, values={"outcome": "retain"})),
]  # fmt: skip


def _decide(agree: bool) -> Callable[[Any, User], Any]:
    return lambda row, by: determinations.decide(
        case=row.case, by=by, at=LAST, version=row.version, digest=digest_of(row), agree=agree, reason="So."
    )


DETERMINATION = [
    Act("save_determination", {SECRETARY}, {"draft"}, lambda row, by: determinations.save_determination(
        case=row.case, by=by, at=LAST, version=row.version, values={"reasons": "Better."})),
    Act("put_to_the_chair", {SECRETARY}, {"draft"}, lambda row, by: determinations.put_to_the_chair(
        case=row.case, by=by, at=LAST, version=row.version)),
    Act("decide, yes", {CHAIR}, {"put"}, _decide(True)),
    Act("decide, no", {CHAIR}, {"put"}, _decide(False)),
]  # fmt: skip


def _on_newest(service: Any, **more: Any) -> Callable[[Any, User], Any]:
    return lambda plan, by: service(
        plan=plan, by=by, at=LAST, version=plan.version, number=max(1, plan.versions.count()), **more
    )


def _on(service: Any) -> Callable[[Any, User], Any]:
    return lambda plan, by: service(plan=plan, by=by, at=LAST, version=plan.version, reason="So decided.")


def _answers(plan: RemedialPlan) -> dict[int, str]:
    return {each.pk: "As asked." for each in plan_versions.unanswered(plan)}


PLAN = [
    Act("propose_plan", {PARTY}, {"imposed", "proposed", "commented", "approved"},
        lambda plan, by: planning.proposed(plan, by, at=LAST, answers=_answers(plan))),
    Act("comment_on_plan", COMMITTEE, {"proposed", "commented"}, _on_newest(plan_versions.comment_on_plan, text="How?")),
    Act("approve_version", {CHAIR}, {"proposed", "commented"}, _on_newest(plan_decisions.approve_version, reason="So.")),
    Act("refuse_version", {CHAIR}, {"proposed", "commented"}, _on_newest(plan_decisions.refuse_version, reason="So.")),
    Act("complete_plan", {CHAIR}, {"approved"}, _on(plan_decisions.complete_plan)),
    Act("discharge_plan", {CHAIR}, {"imposed", "proposed", "commented", "approved"}, _on(plan_decisions.discharge_plan)),
]  # fmt: skip


def _on_version(service: Any, **more: Any) -> Callable[[Any, User], Any]:
    return lambda row, by: service(
        plan=row.plan, by=by, at=LAST, version=row.plan.version, number=row.number, **more
    )


VERSION = [
    Act("comment_on_plan", COMMITTEE, {"submitted", "commented"}, _on_version(plan_versions.comment_on_plan, text="How?")),
    Act("approve_version", {CHAIR}, {"submitted", "commented"}, _on_version(plan_decisions.approve_version, reason="So.")),
    Act("refuse_version", {CHAIR}, {"submitted", "commented"}, _on_version(plan_decisions.refuse_version, reason="So.")),
]  # fmt: skip

NOTICE = [
    Act("suspend_remedy_notice", {CHAIR}, {"running"}, lambda row, by: remedy_notices.suspend_remedy_notice(
        notice=row, by=by, at=LAST, version=row.version, reason="So.")),
    Act("mark_remedied", {CHAIR}, {"running"}, lambda row, by: planning.remedied(row, by, on=LAST.date(), at=LAST)),
    Act("tell_remedied", {PARTY}, {"running"}, lambda row, by: remedy_notices.tell_remedied(
        notice=row, by=by, at=LAST, remedied_on=LAST.date(), text="Done.")),
]  # fmt: skip

STAY = {"ordered_on": LAST.date(), "authority_reference": "OFG/2", "text": "Not for now."}
STANDS = {
    "outcome": "stands",
    "answered_on": LAST.date(),
    "authority_reference": "OFG/3",
    "text": "It stands.",
}
REFERRAL = [
    Act("change_grounds", {PARTY}, {"draft"}, lambda row, by: referrals.change_grounds(
        referral=row, by=by, at=LAST, version=row.version, grounds="Better.")),
    Act("attach_document", {PARTY}, {"draft"}, lambda row, by: referrals.attach_document(
        referral=row, by=by, at=LAST, version=row.version, classification="amber",
        upload=SimpleUploadedFile("e.txt", b"Text."))),
    Act("lodge_referral", {PARTY}, {"draft"}, lambda row, by: referrals.lodge_referral(
        referral=row, by=by, at=LAST, version=row.version)),
    Act("withdraw_referral", {PARTY}, {"draft", "lodged"}, lambda row, by: referrals.withdraw_referral(
        referral=row, by=by, at=LAST, version=row.version, reason="So.")),
    Act("record_answer", {RECORDER}, {"lodged"}, lambda row, by: authority_answers.record_answer(
        referral=row, by=by, at=LAST, values=STANDS)),
    Act("order_stay", {RECORDER}, {"lodged"}, lambda row, by: stays.order_stay(
        referral=row, by=by, at=LAST, values=STAY)),
]  # fmt: skip


def _confirm(agree: bool) -> Callable[[Any, User], Any]:
    return lambda row, by: authority_answers.confirm_answer(
        answer=row, by=by, at=LAST, version=row.version, agree=agree, reason="So."
    )


ANSWER = [
    Act("confirm_answer, yes", {SECRETARIAT}, {"recorded"}, _confirm(True)),
    Act("confirm_answer, no", {SECRETARIAT}, {"recorded"}, _confirm(False)),
]


TABLE = (CASE, DETERMINATION, PLAN, VERSION, NOTICE, REFERRAL, ANSWER)


def outcome_of(act: Act, row: Any, by: User) -> str:
    """Try an act, take back whatever it did, and say what came of it."""
    fresh = type(row)._default_manager.get(pk=row.pk)
    try:
        with transaction.atomic():
            act.do(fresh, by)
            transaction.set_rollback(True)
    except NotPermitted:
        return "not permitted"
    except (Refusal, Conflict):
        return "refused"
    return "done"


def wrong(acts: list[Act], world: World) -> list[str]:
    """Say where an act is done that should not be, or is not done that should."""
    said = []
    for act in acts:
        assert act.states <= set(world.rows), act.name
        for state, row in world.rows.items():
            for role in Role:
                if role not in act.roles and state not in act.states:
                    continue  # refused twice over; which of the two is said first is no matter
                found = outcome_of(act, row, world.person(role, row))
                wanted = (
                    "not permitted" if role not in act.roles else "done" if state in act.states else "refused"
                )
                if found != wanted:
                    said.append(f"{act.name} by {role.label} from {state}: {found}, not {wanted}")
    return said


@pytest.fixture
def setting(world: cases.Stage) -> cases.Stage:
    """A stage with three entries whose certificate has ended, and the SSC's people."""
    return world


def people_of(setting: cases.Stage) -> dict[Role, User]:
    """Who has which role on a stage."""
    group = setting.group
    return {
        MEMBER: setting.member, SECRETARY: group.secretary, CHAIR: group.chair, RECORDER: group.recorder,
        PARTY: group.supplier,
    }  # fmt: skip


def plans_of(setting: cases.Stage, number: int) -> tuple[list[RemedialPlan], Callable[[Any], User]]:
    """So many plans, each of another Supplier, and a way to find the person of the Supplier of a row."""
    users = [cases.supplier(f"Supplier {count}") for count in range(number)]
    organisations = [removing.organisation_of(each) for each in users]
    made = cases.decided(setting, with_plan=True, obliged=organisations)
    by_organisation = dict(zip((each.pk for each in organisations), users, strict=True))

    def owner(row: Any) -> User:
        plan = row if isinstance(row, RemedialPlan) else row.plan
        return by_organisation[plan.organisation_id]

    return list(made.plans.order_by("pk")), owner


def test_cases(setting: cases.Stage) -> None:
    opened, determined, void = setting.cases
    for each in (opened, determined):
        cases.triaged(setting, each)
    cases.decided(setting, determined, outcome="retain")
    Case.objects.filter(pk=void.pk).update(state="void", void_reason="Denied.", void_at=NOON)
    world = World({"open": opened, "determined": determined, "void": void}, people_of(setting))
    assert wrong(CASE, world) == []


def test_determinations(setting: cases.Stage) -> None:
    draft, put, third = setting.cases
    for each in setting.cases:
        cases.triaged(setting, each)
    rows = {"draft": cases.written(setting, draft), "put": cases.put(setting, put),
            "refused": cases.decided(setting, third, agree=False)}  # fmt: skip
    assert wrong(DETERMINATION, World(rows, people_of(setting))) == []
    Determination.objects.filter(pk=rows["refused"].pk).update(state="dropped")
    assert wrong(DETERMINATION, World({**rows, "dropped": rows.pop("refused")}, people_of(setting))) == []
    done = cases.decided(setting, third)
    assert wrong(DETERMINATION, World({**rows, "confirmed": done}, people_of(setting))) == []


def test_plans(setting: cases.Stage) -> None:
    made, owner = plans_of(setting, 6)
    rows = dict(
        zip(("imposed", "proposed", "commented", "approved", "completed", "discharged"), made, strict=True)
    )
    for state, plan in rows.items():
        if state in ("imposed", "discharged"):
            continue
        planning.proposed(plan, owner(plan), at=SOON)
        if state == "commented":
            planning.commented(plan, setting.chair, at=SOON)
        elif state != "proposed":
            planning.approved(plan, setting.chair, at=SOON)
    _on(plan_decisions.complete_plan)(planning.now(rows["completed"]), setting.chair)
    _on(plan_decisions.discharge_plan)(planning.now(rows["discharged"]), setting.chair)
    assert {state: planning.now(plan).state for state, plan in rows.items()} == {each: each for each in rows}
    world = World(rows, people_of(setting), owner)
    assert wrong(PLAN, world) == []
    rival = cases.supplier("Rival Power")
    assert {outcome_of(PLAN[0], row, rival) for row in rows.values()} == {"not permitted"}


def test_versions_of_plans(setting: cases.Stage) -> None:
    made, owner = plans_of(setting, 5)
    states = ("submitted", "commented", "approved", "refused", "replaced")
    rows = {}
    for state, plan in zip(states, made, strict=True):
        rows[state] = planning.proposed(plan, owner(plan), at=SOON)
        if state == "commented":
            planning.commented(plan, setting.chair, at=SOON)
        elif state == "approved":
            planning.approved(plan, setting.chair, at=SOON)
        elif state == "refused":
            planning.refused(plan, setting.chair, at=SOON)
        elif state == "replaced":
            planning.proposed(plan, owner(plan), at=LATER)
    assert {key: PlanVersion.objects.get(pk=row.pk).state for key, row in rows.items()} == {
        each: each for each in rows
    }
    assert wrong(VERSION, World(rows, people_of(setting), owner)) == []


def test_remedy_notices(setting: cases.Stage) -> None:
    made, owner = plans_of(setting, 3)
    rows = {}
    for state, plan in zip(("running", "remedied", "ended"), made, strict=True):
        planning.proposed(plan, owner(plan), at=SOON)
        planning.approved(plan, setting.chair, at=SOON)
        planning.found(plan, setting.chair, "non_compliant", at=SOON)
        rows[state] = planning.notified(plan, setting.chair, at=LATER)
    NOTICE[1].do(RemedyNotice.objects.get(pk=rows["remedied"].pk), setting.chair)
    remedy_notices.end_notices(rows["ended"].plan, actor=SYSTEM, at=LAST, reason="So.")
    assert {key: RemedyNotice.objects.get(pk=row.pk).state for key, row in rows.items()} == {
        each: each for each in rows
    }
    assert wrong(NOTICE, World(rows, people_of(setting), owner)) == []


def test_referrals_and_answers() -> None:
    group = removing.committee()
    entries = [removing.smets1_entry(group.cast)]
    decision = entries[0].panel_decisions.get(kind="add")
    who = {RECORDER: group.recorder, SECRETARIAT: group.secretariat}
    users = [cases.supplier(f"Supplier {count}") for count in range(4)]
    by_organisation = {removing.organisation_of(each).pk: each for each in users}
    first = referring.panel_decided(group, entries[0], "not_remove")
    determined = referring.lodged(first, users[3])
    done = referring.answered(group, determined, "stands")
    rows = {
        "draft": referring.drafted(decision, users[0]),
        "lodged": referring.lodged(decision, users[1]),
        "withdrawn": referrals.withdraw_referral(
            referral=(own := referring.drafted(decision, users[2])),
            by=users[2],
            at=SOON,
            version=own.version,
            reason="So.",
        ),
        "determined": determined,
    }
    world = World(rows, who, lambda row: by_organisation[row.organisation_id])
    assert wrong(REFERRAL, world) == []
    assert {outcome_of(each, rows["draft"], users[1]) for each in REFERRAL[:4]} == {"not permitted"}
    waiting = authority_answers.record_answer(referral=rows["lodged"], by=group.recorder, at=LATER, values=STANDS | {
        "answered_on": LATER.date()})  # fmt: skip
    answers = {"recorded": waiting, "confirmed": done}
    assert wrong(ANSWER, World(answers, who)) == []
    ANSWER[1].do(AuthorityAnswer.objects.get(pk=waiting.pk), group.secretariat)
    assert wrong(ANSWER, World({"refused": waiting, "confirmed": done, "recorded": referring.recorded(
        group, rows["lodged"], "stands", at=LAST)}, who)) == []  # fmt: skip
