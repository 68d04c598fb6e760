"""Which notices are due among 1,000,000 certificates, against a hand-written query; and a day of 500 and 400 Parties."""

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Iterator

from django.db import connection
from django.test.utils import override_settings

from bench import stores
from bench.measures import AT_LEAST, AT_MOST, Measured, median_seconds
from cpl.models import ExpiryNotice
from cpl.services import expiry
from cpl.services.expiry.running import PARTIES, due_stages
from secgov.accounts.models import Contact, Organisation
from secgov.journal import services as journal
from secgov.journal.models import Message, Notice
from secgov.time_rules import ONE_DAY
from tests.factories.people import LONG_AGO
from tests.journeys.mailbox import mail_server

logging.getLogger("mail.log").setLevel(logging.ERROR)

CERTIFICATES = 1_000_000
REPEAT = 21
MOST_SECONDS, MOST_TIMES = 0.005, 2
BUSY, PARTIES_TOLD, WITHIN_MINUTES = 500, 400, 30
TODAY = dt.date(2026, 11, 30)

_SEED = """
    INSERT INTO cpl_assurancecertificate (body, number, standard, standard_version, issued_on, renews_on, sc_version,
        test_laboratory, state, recorded_at, attested_at, marks_seen, models_named, invalid_reason, version)
    SELECT 'NCSC', 'CPA-' || n, 'CPA Foundation', '1.3', '2024-01-05', %(first)s::date + (n::bigint * 7919 %% 2190)::int, '1.3',
        '', 'valid', now(), now(), true, true, '', 1 FROM generate_series(1, %(many)s) n;
    INSERT INTO cpl_expirynotice (certificate_id, relevant_on, date_kind, stage, target_on, first_known_on, state, ground,
        reason, late_reason, outside_tolerance)
    SELECT c.id, c.renews_on, 'renewal', s.stage, (c.renews_on - s.ahead)::date, '2024-01-05', 'pending', '', '', '', false
    FROM cpl_assurancecertificate c, (VALUES ('M12', interval '12 months'), ('M6', interval '6 months'),
        ('D30', interval '30 days')) s(stage, ahead);
"""
_BY_HAND = """
    SELECT n.id, n.certificate_id, n.relevant_on, n.stage, n.late_reason FROM cpl_expirynotice n
    WHERE n.state = 'pending' AND n.digest_id IS NULL AND n.stage IN ('M12', 'M6') AND n.target_on <= %s
    ORDER BY n.target_on, n.id
"""


def measure() -> Iterator[Measured]:
    """First the choosing, then the telling."""
    stores.fresh()
    _fill(CERTIFICATES)
    yield from _choosing()
    stores.fresh()
    yield from _telling()


def _fill(many: int, *, first: dt.date = TODAY + 380 * ONE_DAY) -> None:
    with stores.as_owner() as owner, owner.cursor() as cursor:
        cursor.execute(_SEED, {"many": many, "first": first})
        owner.commit()
        owner.autocommit = True
        cursor.execute("VACUUM ANALYZE cpl_expirynotice, cpl_assurancecertificate")


def _choosing() -> Iterator[Measured]:
    day = ExpiryNotice.objects.order_by("target_on").values_list("target_on", flat=True)[0]

    def ours() -> int:
        return len(due_stages(audience=PARTIES, until=day))

    def by_hand() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_BY_HAND, [day])
            return len(cursor.fetchall())

    found = ours()
    if found != by_hand():
        raise AssertionError("the two queries choose different rows")
    seconds, yardstick = median_seconds(REPEAT, ours, by_hand)
    detail = f"{found} due of {CERTIFICATES:,}; {seconds * 1000:.2f} ms; by hand {yardstick * 1000:.2f} ms"
    yield Measured(
        "choosing what is due", seconds * 1000, AT_MOST, MOST_SECONDS * 1000, unit="ms", detail=detail
    )
    yield Measured("choosing what is due", seconds / yardstick, AT_MOST, MOST_TIMES, detail=detail)


def _telling() -> Iterator[Measured]:
    """Every Party has one notice with all certificates, and its mail is in the hands of a mail server here."""
    for number in range(PARTIES_TOLD):
        party = Organisation.objects.create(
            name=f"Party {number}", kind="party", party_category="large_supplier", admitted_at=LONG_AGO
        )
        Contact.objects.create(organisation=party, email=f"notices@party-{number}.example")
    _fill(BUSY, first=TODAY + 365 * ONE_DAY)
    with stores.as_owner() as owner, owner.cursor() as cursor:
        cursor.execute(_ONE_DAY, {"relevant": TODAY.replace(year=TODAY.year + 1)})
        owner.commit()
    instant = dt.datetime.combine(TODAY, dt.time(6, 30), tzinfo=dt.UTC)
    with mail_server() as (mailbox, url), _mailing_to(url):
        began = time.perf_counter()
        told = expiry.send_expiry_notices(clock=lambda: instant)
        between = time.perf_counter()
        journal.send_messages(clock=lambda: instant)
        seconds = time.perf_counter() - began
    if (told, Notice.objects.count(), len(mailbox.letters)) != (BUSY, PARTIES_TOLD, PARTIES_TOLD):
        raise AssertionError(f"{told} told, {Notice.objects.count()} notices, {len(mailbox.letters)} letters")
    letters = Message.objects.exclude(sent_at=None).count()
    rate = letters / (time.perf_counter() - between)
    detail = f"{BUSY} certificates, {letters} letters; written down in {between - began:.1f} s, {rate:.0f} letters a second"
    yield Measured("a day of notices", seconds / 60, AT_MOST, WITHIN_MINUTES, unit="min", detail=detail)
    yield Measured(
        "letters handed over", letters / seconds * 60, AT_LEAST, PARTIES_TOLD / WITHIN_MINUTES, unit="/min"
    )


_ONE_DAY = """
    UPDATE cpl_expirynotice SET relevant_on = %(relevant)s,
        target_on = CASE stage WHEN 'M12' THEN %(relevant)s::date - interval '12 months'
            WHEN 'M6' THEN %(relevant)s::date - interval '6 months' ELSE %(relevant)s::date - 30 END;
    UPDATE cpl_assurancecertificate SET renews_on = %(relevant)s;
    INSERT INTO firmware_repo_manufacturer (identifier, name) VALUES ('7E3E', 'Tarnwick') ON CONFLICT DO NOTHING;
    INSERT INTO cpl_devicemodel (number, manufacturer_id, generation, device_type, model_identifier, hardware_version,
        hardware_revision, firmware_version, spec_type, spec_version, gbcs_version, image_creator, image_descriptor,
        image_hash, version)
    SELECT n, '7E3E', 'SMETS2+', 'gsme', '0000', '01', '00', lpad(n::text, 8, '0'), 'SMETS', '4.2', '3.2', '', '', '', 1
    FROM generate_series(1, (SELECT count(*) FROM cpl_assurancecertificate)) n;
    INSERT INTO cpl_listingperiod (device_model_id, identity, origin, opened_known_by, closing_clause, public_reason)
    SELECT number, identity, 'imported', '2022-09-21', '', '' FROM cpl_devicemodel;
    INSERT INTO cpl_certificatecoverage (certificate_id, manufacturer_identifier, device_type, model_identifier,
        hardware_version, hardware_revision, firmware_version, spec_type, spec_version, gbcs_version, attested_at, end_reason)
    SELECT c.id, '7E3E', d.device_type, d.model_identifier, d.hardware_version, d.hardware_revision, d.firmware_version,
        d.spec_type, d.spec_version, d.gbcs_version, now(), ''
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM cpl_assurancecertificate) c
    JOIN cpl_devicemodel d ON d.number = c.n
"""


@contextlib.contextmanager
def _mailing_to(url: str) -> Iterator[None]:
    host, _, port = url.removeprefix("smtp://").partition(":")
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST=host, EMAIL_PORT=int(port), EMAIL_USE_TLS=False, EMAIL_USE_SSL=False,
    ):  # fmt: skip
        yield
