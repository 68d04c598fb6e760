"""The desk's one box over 50,000 entries, with submissions, certificates and organisations beside them (issue 3)."""

import datetime as dt
import statistics
import time
from collections.abc import Iterator

from django.test import Client

from bench import stores
from bench.measures import AT_MOST, Measured
from cpl.services.import_list import import_list
from secgov.accounts.models import Organisation, Role
from secgov.journal.actors import Actor
from tests.factories import people
from tests.factories.published_list import hash_of, large_list

ENTRIES, BESIDE, ORGANISATIONS = 50_000, 10_000, 500
MOST_MILLISECONDS = 150
ROUNDS = 10
AT = dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC)
ASKED = (
    "000123", "49999", "0000C34F", "00C3", hash_of(4)[:12], "S-2026-00042", "CPA-4242", "party 17", "0017", "nobody",
    "METERING 000004D2", "a",
)  # fmt: skip
"""What people type: numbers, the beginnings of identifiers, names, and what fits nearly all or nothing."""

_BESIDE = """
    INSERT INTO cpl_submission (reference, organisation_id, created_by_id, created_at, saved_at, submitted_at, state, version,
        idempotency_key, device_type, manufacturer_identifier, manufacturer_name, model_identifier, hardware_version,
        hardware_revision, firmware_version, spec_type, spec_version, gbcs_version, image_creator, image_descriptor,
        image_hash, upgrade_kind, upgrades_from, fir_email, fir_phone, fir_address, release_notes, entry_number,
        eligibility_override, decision_reason)
    SELECT 'S-2026-' || lpad(n::text, 5, '0'), %(organisation)s, %(person)s, now(), now(), now(), 'submitted', 1,
        'key-' || n, 'gsme', '0017', 'Metering company ' || n %% 97, '0000', '01', '00', upper(lpad(to_hex(n), 8, '0')),
        'SMETS', '4.2', '3.2', '', '', '', '', '[]', '', '', '', '', %(entries)s + n, '', ''
    FROM generate_series(1, %(many)s) n;
    INSERT INTO cpl_assurancecertificate (body, number, standard, standard_version, issued_on, renews_on, sc_version,
        test_laboratory, state, recorded_at, marks_seen, models_named, invalid_reason, version)
    SELECT 'NCSC', 'CPA-' || n, 'CPA Foundation', '1.3', '2024-01-05', '2030-01-05', '1.3', '', 'recorded', now(), false,
        false, '', 1 FROM generate_series(1, %(many)s) n;
"""


def measure() -> Iterator[Measured]:
    """The whole page, through every layer but the network; each text is asked for several times, in turn."""
    stores.fresh()
    import_list(data=large_list(ENTRIES), file_name="bench.csv", actor=Actor(None, "Operator"), at=AT)
    person = people.person(Role.SECRETARIAT)
    organisations = [people.organisation(f"Party {n}", Organisation.Kind.PARTY) for n in range(ORGANISATIONS)]
    with stores.as_owner() as owner, owner.cursor() as cursor:
        given = {"organisation": organisations[0].pk, "person": person.pk, "entries": ENTRIES, "many": BESIDE}
        cursor.execute(_BESIDE, given)
        owner.commit()
        owner.autocommit = True
        cursor.execute("VACUUM ANALYZE")
    desk = Client(HTTP_HOST="localhost")
    desk.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    taken = [_milliseconds(desk, text) for _ in range(ROUNDS) for text in ASKED]
    detail = f"median {statistics.median(taken):.0f} ms, slowest {max(taken):.0f} ms; {BESIDE:,} submissions and certificates"
    yield Measured(
        f"one-box search of {ENTRIES} entries, p95",
        statistics.quantiles(taken, n=20)[-1],
        AT_MOST,
        MOST_MILLISECONDS,
        "ms",
        detail,
    )


def _milliseconds(desk: Client, text: str) -> float:
    began = time.perf_counter()
    answer = desk.get("/admin/search/", {"q": text})
    if answer.status_code != 200:
        raise AssertionError(f"{text!r} answers {answer.status_code}")
    return (time.perf_counter() - began) * 1000
