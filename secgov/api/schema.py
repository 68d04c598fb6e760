"""The API's own description, and the page that shows it."""

from drf_spectacular.contrib.django_oauth_toolkit import DjangoOAuthToolkitScheme
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView


class Schema(SpectacularAPIView):
    """OpenAPI, as YAML or JSON."""

    throttle_scope = "schema"


class Docs(SpectacularSwaggerView):
    """The page to read and try the API on; its script is served from here."""

    http_method_names = ["get", "head"]  # there is a template for the page only
    throttle_scope = "schema"


class ClientTokenScheme(DjangoOAuthToolkitScheme):
    """How the description tells of tokens."""

    target_class = "secgov.api.authentication.ClientTokenAuthentication"
    name = "token"
