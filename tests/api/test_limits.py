"""How often a program may ask is counted for all processes together, and goes on being counted without the broker."""

import time

import pytest
import redis
from django.core.cache import cache
from django.test import RequestFactory
from rest_framework.views import APIView

from secgov.api.throttles import SharedThrottle
from secgov.api.tokens import TokenThrottle

FEW = 60  # calls of the scope `schema` in a minute


class Asked(APIView):
    """A view with the limit of the API's description."""

    throttle_scope = "schema"


def asks(address: str = "192.0.2.1") -> SharedThrottle | None:
    """Ask once, as a process does that has counted nothing before: the throttle where it refuses, else None."""
    request = Asked().initialize_request(RequestFactory().get("/", REMOTE_ADDR=address))
    throttle = SharedThrottle()
    return None if throttle.allow_request(request, Asked()) else throttle


def test_calls_are_counted_beyond_one_process():
    for _ in range(FEW):
        assert asks() is None
        cache.clear()  # what this process alone remembers
    refused = asks()
    assert refused is not None and 0 < refused.wait() <= 60
    assert asks("192.0.2.2") is None


def test_span_ends_and_another_begins(settings):
    for _ in range(FEW + 1):
        refused = asks()
    assert refused is not None
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        [key] = broker.keys("throttle_schema_*")
        broker.pexpire(key, 1)
    time.sleep(0.01)
    assert asks() is None


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0"])
def test_without_the_broker_each_process_counts_for_itself(settings, broker):
    settings.REDIS_URL = broker
    for _ in range(FEW):
        assert asks() is None
    refused = asks()
    assert refused is not None and refused.wait() > 0


def test_token_requests_have_a_limit_of_their_own():
    throttle = TokenThrottle()
    request = RequestFactory().post("/o/token/", REMOTE_ADDR="192.0.2.3")
    assert [throttle.allow_request(request, None) for _ in range(61)] == [True] * 60 + [False]
