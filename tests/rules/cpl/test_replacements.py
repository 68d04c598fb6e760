"""Who may give a new certificate for a Device Model on the list (Appendix Z 6.7, A-14)."""

from datetime import UTC, datetime, timedelta

import pytest

from cpl.rules.replacements import Provider, check_next_certificate, may_provide
from secgov.errors import Refusal

STRUCK = datetime(2027, 1, 11, 9, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.mark.clause("Z6.7-3")
@pytest.mark.parametrize(
    ("provider", "device_type", "may"),
    [
        (Provider(), "esme", False),
        (Provider(submitted=True), "esme", True),
        (Provider(is_dcc=True), "communications_hub", True),
        (Provider(is_dcc=True), "esme", False),
        (Provider(claimed_at=STRUCK), "esme", True),
        (Provider(claimed_at=STRUCK - INSTANT, struck_at=STRUCK), "esme", True),
        (Provider(claimed_at=STRUCK, struck_at=STRUCK), "esme", False),
        (Provider(claimed_at=STRUCK + INSTANT, struck_at=STRUCK), "esme", False),
        (Provider(submitted=True, struck_at=STRUCK), "esme", True),
    ],
)
def test_provider_is_tied_to_the_entry(provider, device_type, may):
    assert may_provide(provider, device_type=device_type) is may


@pytest.mark.clause("Z6.7-3")
def test_second_certificate_waits_for_the_first_and_after_an_invalid_one_goes_by_the_desk():
    check_next_certificate(Provider(submitted=True), entry="000001")
    for provider, words in ((Provider(awaiting=True), "already"), (Provider(found_invalid=True), "invalid")):
        with pytest.raises(Refusal, match=words):
            check_next_certificate(provider, entry="000001")
