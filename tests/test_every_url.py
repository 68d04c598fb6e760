"""Every address of the site has one probe by somebody who may not; an address without a row fails the test.

A row names an address as Django's resolver writes it, with `*` for any rest, and who is turned away there, how. The
first row that fits an address is its row. Whoever adds an address that needs another probe adds a row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RegexPattern

from cpl.models import Submission, SubmissionGroup, Upload
from cpl.services.subscriptions import subscribe
from secgov.accounts.models import Contact, Role, User
from secgov.documents.services import store_document
from secgov.journal import services as journal
from ssc.services.proposals import start_proposal
from tests.factories import casts, devices, people

pytestmark = pytest.mark.django_db

NOBODY = "nobody"  # has not signed in
RIVAL = "rival"  # a manufacturer of another organisation


@dataclass(frozen=True)
class Probe:
    """Somebody who may not, and the answers that turn them away."""

    who: str
    answers: tuple[int, ...]
    method: str = "get"


@dataclass(frozen=True)
class Public:
    """Open to everybody, and why."""

    why: str


TO_SIGN_IN = Probe(NOBODY, (302,))
ROWS: dict[str, Probe | Public] = {
    # -- public pages
    "": Public("says what this is"),
    "clauses/": Public("what the clauses ask, and where they are coded"),
    "guidance/*": Public("guidance"),
    "service-level/": Public("how many of the Code's dates were kept"),
    "proposals/": Public("the tracker of proposals shows what their classification allows"),
    "proposals/<slug:reference>/": Public("a proposal's stage; the rest only where it is White"),
    "security-characteristics/": Public("what NCSC has published is public"),
    "security-characteristics/<slug:slug>/": Public("what NCSC has published is public"),
    "cpl/*": Public("the list is public (F2.8(b))"),
    "deployed-products/": Public("the Deployed Products List is published (F2.10)"),
    "matrix/": Public("the incompatibility matrix is published (F2.11)"),
    "smets1/": Public("the SMETS1 lists are published (F2.10A)"),
    "healthz": Public("whether the process lives, and nothing else"),
    "readyz": Public("whether it can serve, and nothing else"),
    "metrics": Probe(NOBODY, (401, 403, 404)),
    "after-sign-in/": TO_SIGN_IN,
    # -- the Firmware Information Repository holds contact details
    "fir/*": TO_SIGN_IN,
    # -- the portal: what is another organisation's does not exist
    "portal/": TO_SIGN_IN,
    "portal/search/": TO_SIGN_IN,
    "portal/submissions/": TO_SIGN_IN,
    "portal/submissions/new/": Probe(Role.AUDITOR, (403,), "post"),
    "portal/submissions/like/<int:number>/": Probe(Role.AUDITOR, (403,)),
    "portal/submissions/upload/": Probe(Role.AUDITOR, (403,)),
    "portal/submissions/upload/template.<slug:form>": Probe(Role.AUDITOR, (403,)),
    "portal/submissions/uploads/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/submissions/uploads/<int:pk>/drafts/": Probe(RIVAL, (404,), "post"),
    "portal/submissions/groups/<slug:group>/": Probe(RIVAL, (404,)),
    "portal/submissions/groups/<slug:group>/*": Probe(RIVAL, (404,), "post"),
    "portal/submissions/<slug:reference>/*": Probe(RIVAL, (404,)),
    "portal/corrections/": TO_SIGN_IN,
    "portal/corrections/new/<int:number>/": Probe(RIVAL, (404,)),
    "portal/corrections/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/corrections/<int:pk>/withdraw/": Probe(RIVAL, (404,), "post"),
    "portal/certificates/": TO_SIGN_IN,
    "portal/certificates/<int:pk>/*": Probe(RIVAL, (404,)),
    "portal/obligations/": TO_SIGN_IN,
    "portal/orders/": Probe(RIVAL, (403,)),
    "portal/orders/<int:pk>/": Probe(RIVAL, (403,)),
    "portal/ssc/": Probe(RIVAL, (403,)),
    "portal/ssc/determinations/new/": Probe(RIVAL, (302,)),
    "portal/ssc/cases/<slug:reference>/documents/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/ssc/scheme/": Probe(RIVAL, (404,)),
    "portal/ssc/*": Probe(RIVAL, (403,)),
    "portal/authority-advice/*": Probe(RIVAL, (404,)),
    "portal/referrals/": Probe(RIVAL, (403,)),
    "portal/referrals/new/": Probe(RIVAL, (403,)),
    "portal/referrals/<slug:reference>/": Probe(RIVAL, (404,)),
    "portal/referrals/<slug:reference>/print/": Probe(RIVAL, (404,)),
    "portal/referrals/<slug:reference>/bundle.zip": Probe(RIVAL, (404,)),
    "portal/referrals/<slug:reference>/documents/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/referrals/<slug:reference>/*": Probe(RIVAL, (404,), "post"),
    "portal/working-groups/": TO_SIGN_IN,
    "portal/working-groups/terms/": Probe(RIVAL, (403,)),
    "portal/working-groups/<int:pk>/members/<int:member_pk>/end/": Probe(RIVAL, (403,)),
    "portal/working-groups/<int:pk>/meetings/<int:meeting_pk>/off/": Probe(RIVAL, (403,)),
    "portal/working-groups/<int:pk>/<slug:name>/": Probe(RIVAL, (404,), "post"),
    "portal/working-groups/*": Probe(RIVAL, (404,)),
    "portal/fast-track/": TO_SIGN_IN,
    "portal/fast-track/new/": Probe(RIVAL, (403,)),
    "portal/fast-track/notifications/": Probe(RIVAL, (403,)),
    "portal/fast-track/queue/": Probe(RIVAL, (403,), "post"),
    "portal/fast-track/queue/<int:pk>/": Probe(RIVAL, (403,)),
    "portal/fast-track/<slug:reference>/<slug:name>/": Probe(RIVAL, (404,), "post"),
    "portal/fast-track/*": Probe(RIVAL, (404,)),
    "portal/plans/": TO_SIGN_IN,
    "portal/plans/*": Probe(RIVAL, (404,)),
    "portal/documents/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/proposals/": TO_SIGN_IN,
    "portal/proposals/new/": Probe(Role.AUDITOR, (403,)),
    "portal/proposals/e-mailed/": Probe(RIVAL, (403,)),
    "portal/proposals/support/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/proposals/<int:pk>/supporters/<int:support>/drop/": Probe(RIVAL, (404,), "post"),
    "portal/proposals/*": Probe(RIVAL, (404,)),
    "portal/consultations/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/consultations/*": Probe(RIVAL, (403,)),
    "portal/dcc/lists/": Probe(RIVAL, (403,)),
    "portal/dcc/clients/": Probe(RIVAL, (404,)),
    "portal/dcc/clients/<int:pk>/*": Probe(RIVAL, (404,), "post"),
    "portal/dcc/lists/withhold/<int:pk>/": Probe(RIVAL, (404,), "post"),
    "portal/estate/": TO_SIGN_IN,
    "portal/estate/upload/": Probe(RIVAL, (404,), "post"),
    "portal/estate/*": Probe(RIVAL, (404,)),
    "portal/notices.atom": Probe(NOBODY, (404,)),
    "portal/calendar.ics": Probe(NOBODY, (404,)),
    "portal/notices/feed/*": Probe(NOBODY, (302,), "post"),
    "portal/notices/": TO_SIGN_IN,
    "portal/notices/<int:pk>/": Probe(RIVAL, (404,)),
    "portal/notices/<int:pk>/read/": Probe(RIVAL, (404,), "post"),
    "portal/contacts/": TO_SIGN_IN,
    "portal/contacts/<int:pk>/digest/": Probe(RIVAL, (403, 404), "post"),
    "portal/contacts/<int:pk>/retire/": Probe(RIVAL, (403, 404), "post"),
    "portal/subscriptions/": TO_SIGN_IN,
    "portal/subscriptions/<int:pk>/end/": Probe(RIVAL, (404,), "post"),
    "portal/people/": Probe(RIVAL, (404,)),
    "portal/people/*": Probe(RIVAL, (404,), "post"),
    # -- coming in: a token that was never mailed opens nothing
    "register/": Public("anybody may ask that an organisation be admitted"),
    "register/confirm/<slug:token>/": Public("a link that was mailed; another token opens nothing"),
    "invitations/<slug:token>/": Public("a link that was mailed; another token opens nothing"),
    # -- the desk: who may press which of its buttons is in tests/cpl/test_desk.py
    "admin/login/": TO_SIGN_IN,
    "admin/*": Probe(RIVAL, (403,)),
    # -- signing in
    "accounts/login/": Public("where one signs in"),
    "accounts/logout/": TO_SIGN_IN,
    "accounts/signup/": Public("says that people are admitted by invitation"),
    "accounts/inactive/": Public("says that an account is shut"),
    "accounts/password/reset/*": Public(
        "where one asks for a new password; it tells nobody who has an account"
    ),
    "accounts/confirm-email/": Public("says that a mail was sent"),
    "accounts/confirm-email/(*": Public("a link that was mailed; another key opens nothing"),
    "accounts/login/code/confirm/": TO_SIGN_IN,
    "accounts/2fa/authenticate/": TO_SIGN_IN,
    "accounts/*": TO_SIGN_IN,
    # -- the API
    "api/v1/cpl/editions/*/receipt/\\Z": Probe(NOBODY, (401,), "post"),
    "api/v1/cpl/*": Public("the list is public, and so is its data"),
    "api/v1/deployed-products/counts/": Probe(NOBODY, (401,)),
    "api/v1/deployed-products/": Public("the Deployed Products List is published (F2.10)"),
    "api/v1/incompatibility-matrix/": Public("the incompatibility matrix is published (F2.11)"),
    "api/v1/smets1/*": Public("the SMETS1 lists are published (F2.10A)"),
    "api/v1/service-level/": Public("how many of the Code's dates were kept"),
    "api/v1/keys/": Public("public keys"),
    "api/v1/fir/": Probe(NOBODY, (401,)),
    "^api/v1/fir/*": Probe(NOBODY, (401,)),
    "api/v1/schema/": Public("describes the API"),
    "api/v1/docs/": Public("describes the API"),
    "^api/": Public("answers that nothing stands here, as the API does"),
    "o/token/": Probe(NOBODY, (400, 401), "post"),
    "o/revoke_token/": Probe(NOBODY, (400, 401), "post"),
}

EXAMPLES = {
    "edition": "0.001", "edition:number": "0.001", "edition:first": "0.001", "edition:second": "0.001",
    "form": "csv", "number": "000001", "slug": "device", "key": "x-y",
    "uidb36": "1", "token": "none", "group": "G-2026-00001", "member": "S-2026-00001", "organisation": "1",
    "app_label": "cpl", "object_id": "1", "notice": "1", "pk": "1",
}  # fmt: skip
"""What stands for the parts of an address that no row of the world below gives."""


ANY = {"int": "1", "slug": "x", "str": "x", "path": "x"}
"""What stands for a part of which nothing is known but its converter."""


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Give every address of the site as its route, and as a path with its parts named."""
    for each in (resolver or get_resolver()).url_patterns:
        route = before + (str(each.pattern).removeprefix("^") if before else str(each.pattern))
        if isinstance(each, URLResolver):
            yield from patterns(each, route)
        elif isinstance(each, URLPattern):
            path = simplify_regex(route) if isinstance(each.pattern, RegexPattern) else f"/{route}"
            yield route, path


ALL = sorted(set(patterns()))


def row_of(route: str) -> str:
    """Give the first row that fits a route, or nothing."""
    return next(
        (row for row in ROWS if row == route or fnmatchcase(route, row.replace("[", "[[]"))), "no row"
    )


def named(resolver: URLResolver, space: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The full name of every address, with its route."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from named(each, (*space, each.namespace) if each.namespace else space)
        elif each.name:
            yield ":".join((*space, each.name)), str(each.pattern)


def test_no_two_of_our_pages_have_one_name_so_that_no_link_leads_to_the_other():
    places: dict[str, set[str]] = {}
    for name, route in named(get_resolver()):
        places.setdefault(name, set()).add(route)
    theirs = ("admin:", "oauth2_provider:")
    assert {
        name: each for name, each in places.items() if len(each) > 1 and not name.startswith(theirs)
    } == {}


def test_every_address_has_its_row_and_every_row_an_address():
    assert len(ALL) > 100, "the walk does not meet the whole site any more"
    without = [route for route, _ in ALL if row_of(route) not in ROWS]
    assert without == [], "add a row for each of these to ROWS"
    met = {row_of(route) for route, _ in ALL}
    assert [row for row in ROWS if row not in met] == [], "no address fits these rows any more"


@pytest.fixture
def world() -> tuple[dict[str, Client], dict[str, dict[str, str]]]:
    """A submission with its certificate, document, notice and contact; and those who may not see them."""
    cast = casts.cast()
    submission: Submission = devices.submitted(cast.manufacturer, cast.maker)
    document = store_document(
        upload=SimpleUploadedFile("certificate.pdf", b"%PDF-1.4\n%%EOF\n"), classification="amber",
        organisation=cast.maker, by=cast.manufacturer, at=devices.NOON,
    )  # fmt: skip
    notice = journal.give_notice(
        organisation_id=cast.maker.pk, recipients=["a@b.example"], template="cpl/edition_issued", context={},
        title="For the maker", clause="F2.8(c)", subject=submission, key="k", at=devices.NOON,
    )  # fmt: skip
    upload = Upload.objects.create(
        organisation=cast.maker, by=cast.manufacturer, at=devices.NOON, document=document
    )
    SubmissionGroup.objects.create(
        reference="G-2026-00001",
        organisation=cast.maker,
        created_by=cast.manufacturer,
        created_at=devices.NOON,
    )
    contact = Contact.objects.create(organisation=cast.maker, email="notices@tarnwick.example")
    subscription = subscribe(by=cast.manufacturer, at=devices.NOON, device_type="gsme")
    proposal = start_proposal(organisation=cast.maker, kind="use_case", by=cast.manufacturer, at=devices.NOON)
    parts = {
        "portal/proposals/": {"pk": str(proposal.pk), "slug": "who"},
        "portal/submissions/uploads/": {"pk": str(upload.pk)},
        "portal/submissions/": {
            "reference": submission.reference,
            "pk": str(submission.certificates.first().pk),
        },
        "portal/documents/": {"pk": str(document.pk)},
        "portal/notices/": {"pk": str(notice.pk)},
        "portal/contacts/": {"pk": str(contact.pk)},
        "portal/subscriptions/": {"pk": str(subscription.pk)},
    }
    return {
        NOBODY: Client(),
        RIVAL: signed_in(cast.rival),
        Role.AUDITOR: signed_in(people.person(Role.AUDITOR)),
    }, parts


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def address(route: str, path: str, parts: dict[str, dict[str, str]]) -> str:
    """Fill in the parts of a path, so that it leads to this very pattern."""
    values = EXAMPLES | next((given for start, given in parts.items() if route.startswith(start)), {})
    pieces = []
    for piece in path.replace(">", "<").split("<"):
        converter, _, name = piece.rpartition(":")
        known = values.get(piece, values.get(name, ANY.get(converter, piece)))
        pieces.append(known if len(pieces) % 2 else piece)
    return "".join(pieces)


def test_whoever_may_not_is_turned_away_at_every_address(world):
    clients, parts = world
    wrong = []
    for route, path in ALL:
        row = ROWS[row_of(route)]
        url = address(route, path, parts)
        try:
            found = resolve(url).route
        except Resolver404:
            found = "nothing"
        assert found == route or row_of(found) == row_of(route), (
            f"{url} leads to {found}: give EXAMPLES for {route}"
        )
        if isinstance(row, Public):
            answer = clients[NOBODY].get(url)
            turned_away = answer.status_code in (401, 403) or "/accounts/login/" in answer.headers.get(
                "Location", ""
            )
            if turned_away or answer.status_code == 500:
                wrong.append(f"{url} is public, but answers {answer.status_code}")
        else:
            answer = getattr(clients[row.who], row.method)(url)
            if answer.status_code == 405:  # a button has no page of its own
                answer = clients[row.who].post(url)
            if (
                answer.status_code not in row.answers
                or answer.headers.get("Location", "/accounts/").split("?")[0] == url
            ):
                wrong.append(f"{row.method} {url} by {row.who}: {answer.status_code}, not {row.answers}")
    assert wrong == []
