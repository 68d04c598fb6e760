"""The API does what its own description says, whatever it is sent."""

from contextlib import suppress
from io import StringIO

import pytest
import schemathesis
from django.core import signals
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import problem

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def application(environ, start_response):
    """The web application, leaving open the connection that holds the test's uncommitted rows, as Django's client does."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        answer = get_wsgi_application()(environ, start_response)
        body = list(answer)
        answer.close()
        return body
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_call_keeps_to_its_description_whatever_it_is_sent(dcc, editions, mode):
    headers = {"Authorization": dcc.defaults["HTTP_AUTHORIZATION"], "Accept-Encoding": "identity"}
    described = schemathesis.openapi.from_wsgi(
        "/api/v1/schema/", application, headers=headers | {"Accept": "application/json"}
    )
    seen = []
    for result in described.get_all_operations():
        operation = result.ok()
        seen.append(operation.path)

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def keeps_to_it(case):
            case.call_and_validate(headers=headers, checks=CHECKS)

        with suppress(Unsatisfiable):  # a call without parameters cannot be asked wrongly
            keeps_to_it()
    assert len(seen) == 24


def test_description_and_its_page_are_served_and_the_page_can_run_its_script(anybody, db):
    for accept in ("application/vnd.oai.openapi", "application/json"):
        answer = anybody.get("/api/v1/schema/", headers={"Accept": accept})
        assert answer.status_code == 200
        assert b"/api/v1/cpl/editions/{edition}/receipt/" in answer.content
    page = anybody.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "Content-Security-Policy" not in page
    assert b"/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page.content
    assert b"https://" not in page.content
    assert (
        anybody.get("/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js").status_code == 200
    )


def test_description_in_a_form_nobody_writes_is_refused(anybody, db):
    problem(anybody.get("/api/v1/schema/", headers={"Accept": "image/png"}), 406)


def test_document_of_the_api_is_made_without_a_warning():
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=StringIO())
