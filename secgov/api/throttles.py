"""How often a program may ask: counted for all processes together, where the broker stands."""

from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle, SimpleRateThrottle

SECONDS_TO_WAIT = 0.2  # for the counter; an answer never hangs on it
log = structlog.get_logger(__name__)


@lru_cache(maxsize=4)
def _counter(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=SECONDS_TO_WAIT, socket_connect_timeout=SECONDS_TO_WAIT)


class CountedTogether(SimpleRateThrottle):
    """So many calls in a span that begins with the first of them, whichever process they meet.

    Where the counter cannot be reached each process counts for itself: a lost broker neither stops reads nor lets
    anybody ask without end.
    """

    _seconds_left = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count this call, and say whether it may be answered."""
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        try:
            with _counter(settings.REDIS_URL).pipeline() as together:
                together.set(key, 0, ex=self.duration, nx=True)
                together.incr(key)
                together.pttl(key)
                _, calls, left = together.execute()
        except redis.RedisError as fault:
            log.warning("calls are counted in this process only", reason=str(fault))
            return super().allow_request(request, view)
        self._seconds_left = max(left, 0) / 1000
        return bool(calls <= self.num_requests)

    def wait(self) -> float | None:
        """Give the seconds until the span is over."""
        return self._seconds_left or super().wait()


class SharedThrottle(CountedTogether, ScopedRateThrottle):
    """The limit of a view, which names it by `throttle_scope`."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Take the view's limit first: Django REST framework knows it only once there is a view."""
        self.scope = getattr(view, self.scope_attr, None)
        if not self.scope:
            return True
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return CountedTogether.allow_request(self, request, view)
