"""Who may do what: one table, asked by every service.

A role gives a duty; a duty is asked of a person, and where the thing belongs to an organisation, of a person of
that organisation. Nothing else in the project decides on permission.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from secgov.accounts.models import Membership, Organisation, PartyCategory, Role, User
from secgov.errors import NotPermitted
from secgov.journal.actors import Actor


class Duty(Enum):
    """Something that a service does, in words that complete "may …"."""

    SUBMIT_DEVICE = "submit a device"
    READ_ALL_SUBMISSIONS = "read every submission"
    REVIEW_SUBMISSION = "review submissions"
    ATTEST_CERTIFICATE = "attest certificates"
    PROPOSE_LIST_CHANGE = "propose changes of the list"
    APPROVE_LIST_CHANGE = "approve changes of the list"
    REPORT_EVENT = "report what ended a certificate"
    RECORD_RENEWAL = "record action towards the renewal of a certificate"
    CONFIRM_EVENT = "record what a certification body says"
    READ_CERTIFICATES = "read certificates and what is known of them"
    RECORD_DETERMINATION = "record what the SSC determined"
    CONFIRM_DETERMINATION = "confirm a determination as Chair of the SSC"
    READ_DETERMINATIONS = "read what the SSC determined"
    RECORD_AUTHORITY_ORDER = "record what the Authority determined"
    CONFIRM_AUTHORITY_ORDER = "confirm what the Authority determined"
    PUBLISH_EDITION = "publish an edition"
    RESUME_WEBHOOK = "resume calls to the DCC"
    RECORD_OTHER_CHANNEL = "record that a Party was told by another channel"
    KEEP_REFERENCE_DATA = "keep requirements, combinations, organisations and the calendar"
    CLOSE_TASK = "close the Secretariat's tasks"
    READ_ADMIN = "read the Secretariat's pages"
    EXPLAIN_MISSED = "explain in public why a duty was missed"
    RELAY_NOTICE = "relay a notice that NCSC asks for"
    KEEP_ESTATE = "keep an organisation's estate"
    READ_ALL_ESTATES = "read who supplies which Device Models"
    PACK_EVIDENCE = "take evidence packs and the auditor's exports"
    KEEP_DOCUMENTS = "keep and read documents of an organisation"
    READ_ALL_DOCUMENTS = "read every document"
    READ_NOTICES = "read an organisation's notices"
    READ_FIRMWARE_REPOSITORY = "read the Firmware Information Repository"
    KEEP_OWN_CONTACTS = "keep an organisation's contacts"
    INVITE_COLLEAGUE = "invite people of an organisation"
    ADMIT_ORGANISATION = "admit organisations"
    ACKNOWLEDGE_EDITION = "acknowledge editions for the DCC"
    READ_OWN_CLIENTS = "read what an organisation's clients of the API do"
    KEEP_OWN_CLIENTS = "change the secrets of an organisation's clients of the API"
    KEEP_CLIENTS = "change the secrets of every client of the API"
    PROVIDE_DCC_LISTS = "provide the DCC's lists"
    READ_ALL_COUNTS = "read how many Devices are in use"
    READ_OWN_COUNTS = "read how many Devices an organisation has in use"
    KEEP_MATRIX = "keep the incompatibility matrix"
    READ_CASES = "read the SSC's cases"
    PREPARE_CASE = "prepare the SSC's cases"
    COMMENT_ON_CASE = "comment on the SSC's cases"
    ADVISE_ON_CASES = "advise on a case to which one is invited"
    ANSWER_SSC = "answer what the SSC asks"
    KEEP_PLAN = "propose and carry out a Remedial Plan"
    JUDGE_PLAN = "decide on a Remedial Plan"
    REFER_DECISION = "refer a decision to the Authority"
    RAISE_PROPOSAL = "raise a proposal about Security Characteristics"
    SUPPORT_PROPOSAL = "support a proposal for a SEC Party"
    NOTIFY_VULNERABILITY = "notify the SSC of a vulnerability"
    REQUEST_FAST_TRACK = "ask for the fast track"
    SEEK_SSC_VIEW = "seek the SSC's view on a fast track, and keep the testing queue"
    GIVE_FAST_TRACK_VIEW = "give the SSC's view on a fast track"
    ANSWER_AS_CHAIR = "answer as Chair of the SSC"
    READ_FAST_TRACK = "read every request for the fast track"
    READ_OWN_TEST_DAYS = "read an organisation's own days in the DCC's testing queue"
    KEY_IN_PROPOSAL = "key in a proposal that came by e-mail"
    READ_PROPOSALS = "read every proposal that was submitted"
    WORK_ON_PROPOSAL = "take a proposal from step to step for the SSC"
    DECIDE_PROPOSAL = "decide on a proposal as Chair of the SSC"
    RESPOND_TO_CONSULTATION = "respond to a consultation of the SSC"
    KEEP_SC_REGISTER = "keep the register of Security Characteristics"
    READ_REFERRALS = "read what was referred to the Authority"
    ADVISE_AUTHORITY = "advise the Authority for the SSC"
    READ_AUTHORITY_ADVICE = "read the SSC's advice to the Authority"
    REVIEW_SCHEME = "record reviews of the CPA scheme"


_SUBMITTERS = {Role.SUPPLIER, Role.NETWORK, Role.MANUFACTURER, Role.TEST_LAB, Role.TRADE_BODY, Role.DCC}
_COMMITTEE = {Role.SSC_MEMBER, Role.SSC_SECRETARY, Role.SSC_CHAIR}
_EVERYBODY = set(Role) - {Role.DCC_CLIENT}
_PROPOSERS = _SUBMITTERS | {
    Role.ORGANISATION_ADMIN,
    Role.TESTING_PARTICIPANT,
    Role.WORKING_GROUP_MEMBER,
    Role.EXPERT,
}  # whoever has an account, but not those who review, decide or audit (SC-6.2)

TABLE: dict[Duty, set[Role]] = {
    Duty.SUBMIT_DEVICE: _SUBMITTERS,
    Duty.READ_ALL_SUBMISSIONS: {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR},
    Duty.REVIEW_SUBMISSION: {Role.SECRETARIAT},
    Duty.ATTEST_CERTIFICATE: {Role.SECRETARIAT},
    Duty.PROPOSE_LIST_CHANGE: {Role.SECRETARIAT},
    Duty.APPROVE_LIST_CHANGE: {Role.APPROVER},
    Duty.REPORT_EVENT: {Role.SUPPLIER, Role.DCC, Role.SECRETARIAT},
    Duty.RECORD_RENEWAL: {Role.SUPPLIER, Role.DCC},
    Duty.CONFIRM_EVENT: {Role.SECRETARIAT},
    Duty.READ_CERTIFICATES: _SUBMITTERS | {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR},
    Duty.RECORD_DETERMINATION: {Role.SSC_SECRETARY},
    Duty.CONFIRM_DETERMINATION: {Role.SSC_CHAIR},
    Duty.READ_DETERMINATIONS: {Role.SSC_SECRETARY, Role.SSC_CHAIR, Role.SSC_MEMBER},
    Duty.RECORD_AUTHORITY_ORDER: {Role.AUTHORITY_RECORDER},
    Duty.CONFIRM_AUTHORITY_ORDER: {Role.SECRETARIAT},
    Duty.PUBLISH_EDITION: {Role.SECRETARIAT, Role.APPROVER},
    Duty.RESUME_WEBHOOK: {Role.SECRETARIAT},
    Duty.RECORD_OTHER_CHANNEL: {Role.SECRETARIAT},
    Duty.EXPLAIN_MISSED: {Role.SECRETARIAT},
    Duty.RELAY_NOTICE: {Role.SECRETARIAT},
    Duty.KEEP_ESTATE: {Role.SUPPLIER},
    Duty.READ_ALL_ESTATES: {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR},
    Duty.PACK_EVIDENCE: {Role.SECRETARIAT, Role.AUDITOR},
    Duty.KEEP_REFERENCE_DATA: {Role.SECRETARIAT},
    Duty.CLOSE_TASK: {Role.SECRETARIAT},
    Duty.READ_ADMIN: {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR},
    Duty.KEEP_DOCUMENTS: _EVERYBODY - {Role.AUDITOR},
    Duty.READ_ALL_DOCUMENTS: {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR},
    Duty.READ_NOTICES: _EVERYBODY,
    Duty.READ_FIRMWARE_REPOSITORY: _EVERYBODY | {Role.DCC_CLIENT},
    Duty.KEEP_OWN_CONTACTS: {Role.ORGANISATION_ADMIN},
    Duty.INVITE_COLLEAGUE: {Role.ORGANISATION_ADMIN},
    Duty.ADMIT_ORGANISATION: {Role.SECRETARIAT},
    Duty.ACKNOWLEDGE_EDITION: {Role.DCC_CLIENT},
    Duty.READ_OWN_CLIENTS: {Role.DCC, Role.ORGANISATION_ADMIN},
    Duty.KEEP_OWN_CLIENTS: {Role.ORGANISATION_ADMIN},
    Duty.KEEP_CLIENTS: {Role.SECRETARIAT},
    Duty.PROVIDE_DCC_LISTS: {Role.DCC_CLIENT, Role.DCC},
    Duty.READ_ALL_COUNTS: {Role.SSC_MEMBER, Role.SSC_SECRETARY, Role.SSC_CHAIR, Role.DCC_CLIENT, Role.DCC},
    Duty.READ_OWN_COUNTS: {Role.SUPPLIER},
    Duty.KEEP_MATRIX: {Role.SECRETARIAT},
    Duty.READ_CASES: {*_COMMITTEE, Role.AUDITOR},
    Duty.PREPARE_CASE: {Role.SSC_SECRETARY},
    Duty.COMMENT_ON_CASE: _COMMITTEE,
    Duty.ADVISE_ON_CASES: {Role.EXPERT},
    Duty.ANSWER_SSC: {Role.SUPPLIER, Role.DCC, Role.MANUFACTURER},
    Duty.KEEP_PLAN: {Role.SUPPLIER, Role.DCC},
    Duty.JUDGE_PLAN: {Role.SSC_CHAIR},
    Duty.REFER_DECISION: {Role.SUPPLIER, Role.NETWORK, Role.DCC},
    Duty.NOTIFY_VULNERABILITY: {Role.SUPPLIER, Role.TESTING_PARTICIPANT},
    Duty.REQUEST_FAST_TRACK: {Role.TESTING_PARTICIPANT},
    Duty.SEEK_SSC_VIEW: {Role.DCC},
    Duty.GIVE_FAST_TRACK_VIEW: {Role.SSC_CHAIR, Role.SSC_SECRETARY},
    Duty.ANSWER_AS_CHAIR: {Role.SSC_CHAIR},
    Duty.READ_FAST_TRACK: {*_COMMITTEE, Role.DCC, Role.AUDITOR},
    Duty.READ_OWN_TEST_DAYS: {Role.SUPPLIER, Role.NETWORK, Role.MANUFACTURER, Role.TESTING_PARTICIPANT},
    Duty.RAISE_PROPOSAL: _PROPOSERS,
    Duty.SUPPORT_PROPOSAL: {Role.SUPPLIER, Role.NETWORK, Role.DCC},
    Duty.KEY_IN_PROPOSAL: {Role.SECRETARIAT, Role.SSC_SECRETARY},
    Duty.READ_PROPOSALS: {*_COMMITTEE, Role.SECRETARIAT, Role.AUDITOR},
    Duty.WORK_ON_PROPOSAL: {Role.SSC_SECRETARY},
    Duty.DECIDE_PROPOSAL: {Role.SSC_CHAIR},
    Duty.RESPOND_TO_CONSULTATION: _PROPOSERS,
    Duty.KEEP_SC_REGISTER: {Role.SSC_SECRETARY, Role.SECRETARIAT},
    Duty.READ_REFERRALS: {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR, Role.AUTHORITY_RECORDER},
    Duty.ADVISE_AUTHORITY: {Role.SSC_SECRETARY, Role.SSC_CHAIR},
    Duty.READ_AUTHORITY_ADVICE: {*_COMMITTEE, Role.AUTHORITY_RECORDER},
    Duty.REVIEW_SCHEME: {Role.SSC_SECRETARY, Role.SSC_CHAIR},
}

ROLES_OF_KIND: dict[str, set[Role]] = {
    Organisation.Kind.PARTY: {
        Role.SUPPLIER,
        Role.NETWORK,
        Role.TESTING_PARTICIPANT,
        Role.ORGANISATION_ADMIN,
        Role.WORKING_GROUP_MEMBER,
    },
    Organisation.Kind.DCC: {Role.DCC, Role.DCC_CLIENT, Role.ORGANISATION_ADMIN, Role.WORKING_GROUP_MEMBER},
    Organisation.Kind.MANUFACTURER: {
        Role.MANUFACTURER,
        Role.TESTING_PARTICIPANT,
        Role.ORGANISATION_ADMIN,
        Role.WORKING_GROUP_MEMBER,
    },
    Organisation.Kind.TEST_LAB: {Role.TEST_LAB, Role.ORGANISATION_ADMIN, Role.WORKING_GROUP_MEMBER},
    Organisation.Kind.TRADE_BODY: {Role.TRADE_BODY, Role.ORGANISATION_ADMIN, Role.WORKING_GROUP_MEMBER},
    Organisation.Kind.CODE_BODY: {
        Role.SECRETARIAT,
        Role.APPROVER,
        Role.SSC_MEMBER,
        Role.SSC_SECRETARY,
        Role.SSC_CHAIR,
        Role.AUDITOR,
        Role.EXPERT,
    },
    Organisation.Kind.AUTHORITY: {Role.AUTHORITY_RECORDER},
    Organisation.Kind.OTHER: {Role.EXPERT, Role.AUDITOR, Role.WORKING_GROUP_MEMBER},
}
"""Which roles an organisation of a kind can give to its people."""

_SUPPLIERS = {PartyCategory.LARGE_SUPPLIER, PartyCategory.SMALL_SUPPLIER}


def roles_to_invite_to(organisation: Organisation) -> list[Role]:
    """The roles that an organisation's administrator may give to people: those of its kind, and of its category.

    The administrator’s comes last, so that nobody gives it unawares. A client of the API is no person, and working
    groups take their members themselves (SC Methodology, Annex 1).
    """
    roles = ROLES_OF_KIND[organisation.kind] - {Role.DCC_CLIENT, Role.WORKING_GROUP_MEMBER}
    if organisation.kind == Organisation.Kind.PARTY:
        roles -= {Role.NETWORK if organisation.party_category in _SUPPLIERS else Role.SUPPLIER}
    return sorted((role for role in Role if role in roles), key=lambda role: role == Role.ORGANISATION_ADMIN)


def working_role(organisation: Organisation) -> Role | None:
    """The role in which the people of an organisation that may register submit devices; None for other kinds."""
    return next((role for role in roles_to_invite_to(organisation) if role in _SUBMITTERS), None)


@dataclass(frozen=True, slots=True)
class Grant:
    """The membership by which somebody may do something; it is what the act records."""

    user: User
    role: Role
    organisation: Organisation

    @property
    def actor(self) -> Actor:
        """The person as the journal writes it: role and organisation as they are now."""
        return Actor(user_id=self.user.pk, role=self.role.label, organisation=self.organisation.name)


def held_by(user: User) -> list[Membership]:
    """The memberships that a person holds now, each with its organisation, in the order in which they are named.

    Read from the database each time, but for a person of `read_once`.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    kept = getattr(user, "held_for_reading", None)
    held = list(user.memberships.current().select_related("organisation")) if kept is None else kept
    if getattr(user, "is_read_once", False):
        user.held_for_reading = held
    return held


def read_once(user: User) -> User:
    """Mark the person for whom one page is drawn: what they hold is read when first asked, and not again.

    For a request that only reads, whose page then shows one moment; a service that changes anything must be given a
    person of its own, whose memberships it finds as they are when it asks.
    """
    user.is_read_once = True
    return user


def _memberships(user: User, duty: Duty) -> list[Membership]:
    able = (each for each in held_by(user) if each.role in TABLE[duty])
    return sorted(able, key=lambda each: each.pk)


def permitted(user: User, duty: Duty, organisation: Organisation | None = None) -> Grant | None:
    """Say by which membership a person may do a duty, or None.

    `organisation`, where given, must be the one that the membership is of.
    """
    for membership in _memberships(user, duty):
        if organisation is None or membership.organisation_id == organisation.pk:
            return Grant(user, Role(membership.role), membership.organisation)
    return None


def require(
    user: User, duty: Duty, organisation: Organisation | None = None, *, hidden: bool = False
) -> Grant:
    """Give the membership by which a person may do a duty.

    Raises NotPermitted; with `hidden`, one that answers as if the thing did not exist.
    """
    grant = permitted(user, duty, organisation)
    if grant is None:
        raise NotPermitted(
            f"You may not {duty.value}. Ask your organisation's administrator for a role that may.",
            hidden=hidden,
        )
    return grant


def people_who_may(duty: Duty) -> Any:
    """Give the people who may do a duty now, in the order of their names, for a choice among them."""
    held = Membership.objects.current().filter(role__in=TABLE[duty])
    return User.objects.filter(is_active=True, memberships__in=held).distinct().order_by("name", "pk")


def organisations_of(user: User, duty: Duty) -> list[Organisation]:
    """The organisations for which a person may do a duty."""
    return [membership.organisation for membership in _memberships(user, duty)]
