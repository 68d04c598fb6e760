"""What every page shows around its contents: which copy this is, who is here, and where they may go."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from secgov.accounts.models import Membership, Organisation, Role
from secgov.accounts.permissions import TABLE, Duty, held_by
from secgov.journal import clock

Places = tuple[tuple[str, str], ...]

LIST: Places = (
    ("/cpl/", "Search"),
    ("/cpl/editions/", "Editions"),
    ("/cpl/changes/", "Changes"),
    ("/cpl/calendar/", "What is coming"),
    ("/cpl/status/", "Ask about a device"),
    ("/fir/", "Firmware"),
    ("/deployed-products/", "Deployed products"),
    ("/smets1/", "SMETS1 combinations"),
    ("/matrix/", "Incompatibility matrix"),
    ("/security-characteristics/", "Security Characteristics"),
    ("/proposals/", "Proposals"),
    ("/clauses/", "Clauses"),
)
PORTAL: Places = (
    ("/portal/", "Home"),
    ("/portal/submissions/", "Submissions"),
    ("/portal/corrections/", "Corrections"),
    ("/portal/certificates/", "Certificates"),
    ("/portal/orders/", "Orders of the Authority"),
    ("/portal/dcc/lists/", "Lists from the DCC"),
    ("/portal/dcc/clients/", "Your systems"),
    ("/portal/estate/", "My estate"),
    ("/portal/notices/", "Notices"),
    ("/portal/contacts/", "Contacts"),
    ("/portal/people/", "People"),
    ("/portal/plans/", "SSC asks of us"),
    ("/portal/referrals/", "Referrals"),
    ("/portal/authority-advice/", "SSC’s advice"),
    ("/portal/proposals/", "Proposals"),
    ("/portal/working-groups/", "Working Groups"),
    ("/portal/fast-track/", "Fast track"),
)
CLIENTS = "/portal/dcc/clients/"
REFERRALS = "/portal/referrals/"
ONLY_FOR: dict[str, set[Role]] = {
    "/portal/estate/": {Role.SUPPLIER, Role.DCC},  # only Suppliers have one, and the DCC sees the hubs
    "/portal/plans/": {Role.SUPPLIER, Role.DCC, Role.MANUFACTURER},  # who is asked by the SSC
    "/portal/orders/": {Role.AUTHORITY_RECORDER},
    "/portal/dcc/lists/": {Role.DCC},
    CLIENTS: {Role.DCC, Role.ORGANISATION_ADMIN},  # of the DCC
    "/portal/referrals/": TABLE[Duty.REFER_DECISION] | TABLE[Duty.READ_REFERRALS] | TABLE[Duty.READ_CASES],
    "/portal/authority-advice/": TABLE[
        Duty.READ_AUTHORITY_ADVICE
    ],  # between the SSC and the Authority (SC-1.2-4)
    "/portal/fast-track/": TABLE[Duty.REQUEST_FAST_TRACK]
    | TABLE[Duty.READ_FAST_TRACK]
    | TABLE[Duty.NOTIFY_VULNERABILITY]
    | TABLE[Duty.READ_OWN_TEST_DAYS],
    "/portal/working-groups/": TABLE[Duty.RAISE_PROPOSAL]
    | TABLE[Duty.READ_CASES],  # who can be invited to one
    "/portal/ssc/security-characteristics/": TABLE[Duty.READ_PROPOSALS],  # not an invited expert
    "/portal/people/": {Role.ORGANISATION_ADMIN},
    "/portal/ssc/plans/": TABLE[Duty.READ_CASES],  # not an invited expert
    "/portal/ssc/determinations/": TABLE[Duty.READ_CASES],
    "/portal/ssc/meetings/": TABLE[Duty.READ_CASES],
    "/portal/ssc/members/": TABLE[Duty.READ_CASES],
}
"""Places that only some have; they are not shown to others, and turn them away."""
SSC: Places = (
    ("/portal/ssc/", "Docket"),
    ("/portal/ssc/determinations/", "Determinations"),
    ("/portal/ssc/meetings/", "Meetings"),
    ("/portal/ssc/members/", "Members"),
    ("/portal/ssc/plans/", "Plans"),
    ("/portal/referrals/", "Referrals"),
    ("/portal/authority-advice/", "Advice"),
    ("/portal/ssc/scheme/", "CPA scheme"),
    ("/portal/fast-track/", "Fast track"),
    ("/portal/proposals/", "Proposals"),
    ("/portal/working-groups/", "Working Groups"),
    ("/portal/ssc/security-characteristics/", "Security Characteristics"),
)
DESK: Places = (
    ("/admin/", "Board"),
    ("/admin/search/", "Search"),
    ("/admin/ledger/", "Ledger"),
    ("/admin/cpl/submission/", "Submissions"),
    ("/admin/cpl/assurancecertificate/", "Certificates"),
    ("/admin/cpl/listchange/", "List changes"),
    ("/admin/cpl/correctionrequest/", "Corrections"),
    ("/admin/cpl/edition/", "Editions"),
    ("/admin/cpl/receipt/dcc/", "DCC"),
    ("/admin/cpl/dcclistversion/", "DCC’s lists"),
    ("/admin/cpl/matrixversion/", "Matrix"),
    ("/admin/cpl/relayednotice/", "NCSC notices"),
    ("/admin/accounts/organisation/", "Parties"),
    ("/admin/journal/act/", "Journal"),
)
FOOTER: Places = (
    ("/guidance/", "Guidance"),
    ("/clauses/", "Clauses"),
    ("/service-level/", "Service level"),
    ("/guidance/contact/", "Contact"),
    ("/guidance/accessibility/", "Accessibility"),
    ("/guidance/privacy/", "Privacy"),
)
SSC_ROLES = frozenset({Role.SSC_MEMBER, Role.SSC_SECRETARY, Role.SSC_CHAIR, Role.EXPERT})
DESK_ROLES = frozenset({Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Audience:
    """A part of the site made for somebody, and its places."""

    url: str
    label: str
    places: Places = ()

    def holds(self, path: str) -> bool:
        """Whether a page belongs to this part."""
        return any(path.startswith(url) for url in (self.url, *(place for place, _ in self.places)))


@dataclass(frozen=True, slots=True)
class Link:
    """A place in a navigation: its address, its words, and whether we are there."""

    url: str
    label: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one page. `environment` names a copy that is not production, and is empty there."""

    now: datetime
    environment: str
    audiences: tuple[Link, ...]
    sub: tuple[Link, ...]
    sub_label: str
    footer: tuple[Link, ...]
    who: str
    sign_in_url: str


THE_LIST = Audience("/cpl/", "The list", LIST)
THE_PORTAL = Audience("/portal/", "Portal", PORTAL)
THE_SSC = Audience("/portal/ssc/", "Security Sub-Committee", SSC)
THE_DESK = Audience("/admin/", "Secretariat", DESK)
GUIDANCE = Audience("/guidance/", "Guidance")
SERVICE_LEVEL = Audience("/service-level/", "Service level")
API = Audience("/api/v1/docs/", "API")


def surroundings(request: HttpRequest) -> dict[str, Frame]:
    """Give templates `look`: the frame of this page for this person. A context processor.

    Costs one query for the clock, and one more for a person who is signed in.
    """
    person = request.user if hasattr(request, "user") else AnonymousUser()
    memberships = held_by(person)
    audiences = tuple(each for each in _audiences({each.role for each in memberships}) if stands(each.url))
    here = _present(audiences, request.path)
    roles = {Role(each.role) for each in memberships}
    hidden = {url for url, who in ONLY_FOR.items() if not roles & who}
    if not any(each.organisation.kind == Organisation.Kind.DCC for each in memberships):
        hidden.add(CLIENTS)
    places = tuple(
        (url, label) for url, label in (here.places if here else ()) if stands(url) and url not in hidden
    )
    nearest = max((url for url, _ in places if request.path.startswith(url)), key=len, default="")
    return {
        "look": Frame(
            now=clock.now(),
            environment=""
            if settings.ENVIRONMENT_NAME == "production"
            else settings.ENVIRONMENT_NAME.capitalize(),
            audiences=tuple(Link(each.url, each.label, each is here) for each in audiences),
            sub=tuple(Link(url, label, url == nearest) for url, label in places),
            sub_label=here.label if here else "",
            footer=tuple(Link(url, label) for url, label in FOOTER if stands(url)),
            who=_who(person, memberships),
            sign_in_url="" if person.is_authenticated else settings.LOGIN_URL,
        )
    }


def landing_place(person: AbstractBaseUser) -> str:
    """Give the address that a person is led to after signing in: the first part of the site made for them."""
    roles = {each.role for each in held_by(person)}
    if roles == {Role.AUTHORITY_RECORDER} and stands(REFERRALS):
        return REFERRALS  # all that waits for the Authority stands there
    own = (each.url for each in _audiences(roles) if each not in (THE_LIST, GUIDANCE, SERVICE_LEVEL, API))
    return next((url for url in own if stands(url)), THE_LIST.url)


@lru_cache(maxsize=256)
def stands(path: str) -> bool:
    """Whether a page answers at this address; we link only what stands."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def _audiences(roles: set[str]) -> list[Audience]:
    """Choose the parts of the site that a person with these roles has."""
    if not roles:
        return [THE_LIST, GUIDANCE, SERVICE_LEVEL, API]
    chosen = [THE_LIST]
    if roles & DESK_ROLES:
        chosen.append(THE_DESK)
    if roles & {*SSC_ROLES, Role.AUDITOR}:
        chosen.append(THE_SSC)
    if roles - DESK_ROLES - SSC_ROLES:
        chosen.append(THE_PORTAL)
    return [*chosen, GUIDANCE]


def _present(audiences: tuple[Audience, ...], path: str) -> Audience | None:
    """Find the part that a page belongs to; the longer address wins, so that /portal/ssc/ is the SSC's."""
    holding = [each for each in audiences if each.holds(path)]
    return max(holding, key=lambda each: len(each.url), default=None)


def _who(person: AbstractBaseUser | AnonymousUser, memberships: list[Membership]) -> str:
    """Name a person by organisation and role, as in `Osmotherley Instruments · Supplier`."""
    if not person.is_authenticated:
        return ""
    if not memberships:
        return str(person)
    return f"{memberships[0].organisation} · {', '.join(each.get_role_display() for each in memberships)}"
