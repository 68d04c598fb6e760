"""The least that Django can do: no layers, no database, a view that returns nothing. A yardstick, for gunicorn."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="only a yardstick",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    LOGGING_CONFIG=None,
)


def nothing(request: HttpRequest) -> HttpResponse:
    """Return nothing."""
    return HttpResponse()


urlpatterns = [path("", nothing), path("healthz", nothing)]
application = get_wsgi_application()
