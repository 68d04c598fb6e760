"""What somebody types is shown back as typed, signs of formatting among it."""

import pytest

from tests.factories import published

pytestmark = pytest.mark.django_db
TYPED = "50%s %d %(x)s %"


@pytest.mark.parametrize(
    ("address", "values", "status"),
    [
        ("/cpl/", {"known_at": TYPED}, 422),
        (
            "/cpl/status/",
            {
                "device_type": "gsme", "manufacturer": "7E3E", "model": "0000", "hardware_version": "03",
                "hardware_revision": "00", "firmware_version": "05%s%d0",
            },
            200,
        ),
    ],
)  # fmt: skip
def test_per_cent_signs_in_what_is_refused_are_shown_back(client, address, values, status):
    published.edition()
    answer = client.get(address, values)
    assert answer.status_code in (status, 422)
    assert "%s" in answer.content.decode()
