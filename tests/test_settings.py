"""What production may start with: every setting that is missing or nonsense stops the start by its name."""

import json
import logging
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured

PROJECT = Path(__file__).resolve().parents[1]
PRODUCTION = {
    "DEBUG": "", "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "cpl.example", "EDITION_DIR": "/srv/editions",
    "DATABASE_URL": "postgres://cpl_app:secret@host/cpl", "DATABASE_OWNER_URL": "postgres://cpl_owner:secret@host/cpl",
    "REDIS_URL": "redis://:secret@host:6379/0", "EMAIL_URL": "smtp+tls://user:secret@host:587",
    "METRICS_TOKEN": "m" * 32, "ENVIRONMENT_NAME": "production",
}  # fmt: skip
SWITCHES = ("FOUR_EYES", "FIR_PUBLIC", "IMAGE_HASH_SKIPS_OTA_HEADER", "SECURE_SSL_REDIRECT", "DEBUG")


@pytest.fixture
def read(monkeypatch):
    """Read the settings anew, as production would with these changes."""
    kept = structlog.get_config()

    def settings(**changed: str) -> dict[str, Any]:
        for name, value in (PRODUCTION | changed).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(PROJECT / "secgov" / "settings.py"))

    for name in ("SITE_URL", "LOG_LEVEL", "TRUSTED_PROXIES", "WORKING_DAY_DIVISION", *SWITCHES):
        monkeypatch.delenv(name, raising=False)
    yield settings
    structlog.configure(**kept)


def test_production_starts_safe_where_nothing_more_is_said(read):
    found = read(FOUR_EYES="", FIR_PUBLIC="", LOG_LEVEL="", ENVIRONMENT_NAME="", TRUSTED_PROXIES="")
    assert (found["DEBUG"], found["FOUR_EYES"], found["FIR_PUBLIC"]) == (False, True, False)
    assert found["SECOND_FACTOR_REQUIRED"] and found["SESSION_COOKIE_SECURE"] and found["SECURE_SSL_REDIRECT"]
    assert found["ENVIRONMENT_NAME"] == "production"


@pytest.mark.parametrize("name", SWITCHES)
def test_slip_of_the_pen_turns_no_safeguard_off(read, name):
    with pytest.raises(ImproperlyConfigured, match=name):
        read(**{name: "yse"})


def test_four_eyes_can_be_turned_off_on_purpose(read):
    assert read(FOUR_EYES="Off")["FOUR_EYES"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, "")
            for name in PRODUCTION
            if name not in ("DEBUG", "ENVIRONMENT_NAME", "DATABASE_OWNER_URL")
        ),
        *(("DATABASE_URL", each) for each in ("sqlite:///cpl.db", "nonsense", "postgres://host/cpl")),
        *(("REDIS_URL", each) for each in ("nonsense", "memory://")),
        *(("EMAIL_URL", each) for each in ("nonsense", "consolemail://", "dummymail://", "filemail:///tmp")),
        ("LOG_LEVEL", "LOUD"),
        ("WORKING_DAY_DIVISION", "wales"),
        ("EDITION_WINDOW_MINUTES", "²"),
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", "*"),
    ],
)
def test_setting_that_is_missing_or_nonsense_stops_the_start_by_its_name(read, name, value):
    with pytest.raises(ImproperlyConfigured, match=name) as stopped:
        read(**{name: value})
    assert "secret" not in str(stopped.value)


def test_image_collects_its_static_files_with_settings_that_django_takes(read):
    given = re.findall(r"\b([A-Z_]+)=(\S+)", (PROJECT / "Dockerfile").read_text().split("RUN SECRET_KEY")[1])
    assert {"DATABASE_URL", "EMAIL_URL"} <= dict(given).keys()
    assert read(**dict(given))["DEBUG"] is False


def test_people_behind_our_own_proxy_do_not_share_one_limit(read):
    assert read(TRUSTED_PROXIES="1")["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_fault_is_logged_with_its_place_and_without_what_stood_there(read):
    for said in ({}, {"DEBUG": "on"}):
        formatter = dict(read(**said)["LOGGING"]["formatters"]["line"])
        line = formatter.pop("()")(**formatter)
        try:
            _fail(password="a secret of somebody")
        except ValueError:
            fault = sys.exc_info()
        shown = line.format(logging.LogRecord("django.request", 40, "x", 1, "A fault of ours", (), fault))
        assert "in _fail" in shown and "ValueError: broken" in shown
        assert "a secret of" not in shown.replace('_fail(password="a secret of somebody")', "").replace(
            json.dumps('_fail(password="a secret of somebody")')[1:-1], ""
        )


def _fail(*, password: str) -> None:
    raise ValueError("broken")


@pytest.mark.parametrize(
    "server",
    [
        ["-c", "import secgov.wsgi"],
        ["-m", "celery", "--app", "secgov.celery:app", "worker"],
        ["-m", "celery", "--app", "secgov.celery:app", "beat", "--pidfile=", "--schedule", "{folder}/beat"],
    ],
)
def test_no_server_starts_with_what_no_production_may_run_with(monkeypatch, tmp_path, server):
    for name, value in (PRODUCTION | {"METRICS_TOKEN": "short", "SITE_URL": "http://cpl.example"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EDITION_DIR", "editions")
    program = [sys.executable, *(each.format(folder=tmp_path) for each in server)]
    done = subprocess.run(program, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    for name in ("METRICS_TOKEN", "SITE_URL", "EDITION_DIR"):
        assert name in done.stderr, done.stderr[-2000:]
