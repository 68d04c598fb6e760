"""Every step of a proposal from every state, and every duty for every role: made from two tables, without a database."""

import pytest
from django_fsm import can_proceed

from secgov.accounts.models import Role
from secgov.accounts.permissions import TABLE, Duty
from ssc.models import Proposal
from ssc.portal.proposal_acts import STEPS

CHART = {
    # transition: the states that allow it
    "submit": {"draft"},
    "take_up": {"submitted"},
    "liaise": {"triage"},
    "refine": {"ncsc_liaison"},
    "consult": {"refinement"},
    "refine_again": {"consultation"},
    "approve": {"consultation"},
    "reject": {"ncsc_liaison", "consultation"},
    "schedule": {"decided"},
    "sign_off": {"scheduled"},
    "publish": {"signed_off"},
    "issue_guidance": {"decided"},
    "withdraw": {"draft", "submitted", "triage", "ncsc_liaison", "refinement", "consultation"},
}
PAGES = {
    # a page of the SSC: the states that offer it
    "take-up": {"submitted"},
    "clarify": {"triage"},
    "end-triage": {"triage"},
    "ncsc-view": {"ncsc_liaison"},
    "convene": {"ncsc_liaison", "refinement"},
    "join-group": {"ncsc_liaison", "refinement"},
    "refine": {"ncsc_liaison"},
    "consult": {"refinement"},
    "advice": {"refinement", "consultation"},
    "refine-again": {"consultation"},
    "prepare": {"ncsc_liaison", "consultation"},
    "schedule": {"decided"},
    "guidance": {"decided"},
    "move-date": {"scheduled", "signed_off"},
    "sign-off": {"scheduled"},
    "publish": {"signed_off"},
    "classify": {
        "triage",
        "ncsc_liaison",
        "refinement",
        "consultation",
        "decided",
        "scheduled",
        "signed_off",
    },
}
COMMITTEE = {Role.SSC_MEMBER, Role.SSC_SECRETARY, Role.SSC_CHAIR}
OUTSIDE = {
    *(Role.SUPPLIER, Role.NETWORK, Role.DCC, Role.MANUFACTURER, Role.TEST_LAB, Role.TRADE_BODY),
    *(Role.ORGANISATION_ADMIN, Role.TESTING_PARTICIPANT, Role.WORKING_GROUP_MEMBER, Role.EXPERT),
}
ROLES = {
    Duty.RAISE_PROPOSAL: OUTSIDE,
    Duty.RESPOND_TO_CONSULTATION: OUTSIDE,
    Duty.SUPPORT_PROPOSAL: {Role.SUPPLIER, Role.NETWORK, Role.DCC},  # Parties only
    Duty.KEY_IN_PROPOSAL: {Role.SECRETARIAT, Role.SSC_SECRETARY},
    Duty.READ_PROPOSALS: COMMITTEE | {Role.SECRETARIAT, Role.AUDITOR},
    Duty.WORK_ON_PROPOSAL: {Role.SSC_SECRETARY},
    Duty.DECIDE_PROPOSAL: {Role.SSC_CHAIR},  # never a Working Group (SC-6.8)
    Duty.KEEP_SC_REGISTER: {Role.SSC_SECRETARY, Role.SECRETARIAT},
}


@pytest.mark.clause("SC-2(b)")
@pytest.mark.clause("SC-2(c)")
@pytest.mark.parametrize("state", Proposal.State.values)
@pytest.mark.parametrize("step", CHART)
@pytest.mark.parametrize("kind", Proposal.Kind.values)
def test_a_step_goes_from_the_states_of_its_chart_and_from_no_other(step, state, kind):
    proposal = Proposal(state=state, kind=kind)
    assert can_proceed(getattr(proposal, step)) is (state in CHART[step])


def test_the_pages_of_the_ssc_offer_each_step_where_the_chart_allows_it():
    assert {each.slug: set(each.states) for each in STEPS} == PAGES


@pytest.mark.clause("SC-6.8")
@pytest.mark.clause("SC-6.2")
def test_each_duty_is_given_to_its_roles_and_to_no_other():
    assert {duty: set(TABLE[duty]) for duty in ROLES} == ROLES
