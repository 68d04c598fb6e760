"""Settings, all from the environment. In production a missing or nonsensical one stops the start by name."""

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from secgov.environment import (
    address,
    database,
    day,
    day_or_none,
    env,
    one_of,
    required,
    whole_number,
    yes_or_no,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = yes_or_no("DEBUG", False)
TESTING = "pytest" in sys.modules

# --- What this copy is -------------------------------------------------------------------------
SECRET_KEY = required("SECRET_KEY", "<50 random characters>")
if not DEBUG and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("The setting SECRET_KEY must have at least 50 characters when DEBUG is off")
ENVIRONMENT_NAME = env.str("ENVIRONMENT_NAME", "") or ("sample" if DEBUG else "production")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
if not DEBUG and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "The setting ALLOWED_HOSTS must name this site's hosts, for example ALLOWED_HOSTS=cpl.example"
    )
SITE_URL = env.str(
    "SITE_URL", f"https://{ALLOWED_HOSTS[0]}" if not DEBUG else "http://127.0.0.1:8000"
).rstrip("/")

# --- What the law leaves to a setting (docs/operations.md says which are assumptions) ------------
WORKING_DAY_DIVISION = one_of(
    "WORKING_DAY_DIVISION", ("england-and-wales", "scotland", "great-britain"), "england-and-wales"
)
FOUR_EYES = yes_or_no("FOUR_EYES", True)
EDITION_WINDOW_MINUTES = whole_number("EDITION_WINDOW_MINUTES", 30, 0, 480)
EPC_COMMENCEMENT_DATE = day_or_none(
    "EPC_COMMENCEMENT_DATE"
)  # F2.10B: the Eligible list is owed from this day on
SSC_QUORUM = whole_number("SSC_QUORUM", 0, 0, 50)  # SC-A1.3, X-5: not in the sources; 0 means not set
FAST_TRACK_FROM = day_or_none("FAST_TRACK_FROM")  # PPCT-2.1: off until a date is set
RULES_EFFECTIVE_FROM = day("RULES_EFFECTIVE_FROM", dt.date(2022, 8, 1))  # MP209
DEPLOYED_LIST_WORKING_DAYS = whole_number("DEPLOYED_LIST_WORKING_DAYS", 20, 1, 260)
SMETS1_LISTS_WORKING_DAYS = whole_number("SMETS1_LISTS_WORKING_DAYS", 5, 1, 260)
MATRIX_WORKING_DAYS = whole_number("MATRIX_WORKING_DAYS", 20, 1, 260)
FIR_PUBLIC = yes_or_no("FIR_PUBLIC", False)
AUTHORITY_EMAIL = env.str("AUTHORITY_EMAIL", "")
DCC_WEBHOOK_URL = env.str("DCC_WEBHOOK_URL", "")  # F2.8(a): called when an edition is out
DCC_SECOND_EMAIL = env.str("DCC_SECOND_EMAIL", "")  # where the DCC is called when it does not pull
DOCUMENT_MAX_BYTES = whole_number("DOCUMENT_MAX_BYTES", 20 * 1024 * 1024, 1024, 500 * 1024 * 1024)
IMAGE_HASH_SKIPS_OTA_HEADER = yes_or_no("IMAGE_HASH_SKIPS_OTA_HEADER", True)
RULE_VERSION = "SEC Section F 11.0 and Appendix Z 4.0 as amended by MP209 v1.0"  # F2-0

# --- Where things are ----------------------------------------------------------------------------
EDITION_DIR = Path(
    env.str("EDITION_DIR", str(BASE_DIR / ".local" / "editions"))
    if DEBUG
    else required("EDITION_DIR", "/srv/editions")
)
SIGNING_KEY_FILE = env.str("SIGNING_KEY_FILE", "")  # only the worker is given one
METRICS_TOKEN = env.str("METRICS_TOKEN", "") if DEBUG else required("METRICS_TOKEN", "<random>")
CLAUSE_REGISTER = BASE_DIR / "docs" / "clauses.toml"

_database = database("DATABASE_URL", "postgres://cpl_app:…@host/cpl")
DATABASE_APP_ROLE = _database["USER"]
if os.environ.get("CPL_DATABASE_ROLE") == "owner":
    _database = database("DATABASE_OWNER_URL", "postgres://cpl_owner:…@host/cpl")
DATABASES: dict[str, dict[str, Any]] = {"default": _database}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = address("REDIS_URL", "redis://:…@host:6379/0", "redis", "rediss")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 2,
    "max_retries": 1,  # a broker that is down must not hold up a submission: six seconds without these three
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/London"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

_email = env.email_url_config(
    env.str("EMAIL_URL", "consolemail://")
    if DEBUG
    # Any other way of sending writes letters, and the links in them, to a log or nowhere.
    else address("EMAIL_URL", "smtp+tls://user:…@host:587", "smtp", "smtps", "smtp+tls", "smtp+ssl")
)
vars().update(_email)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Central Products List <cpl@cpl.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- The application -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "secgov.journal",
    "secgov.accounts",
    "secgov.documents",
    "firmware_repo",
    "cpl",
    "ssc",
    "secgov.web",
    "secgov.api",
    "secgov.apps.SecretariatAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "django_fsm",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "axes",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "django_prometheus",
]

MIDDLEWARE = [
    "secgov.api.fast.StoredBytesMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "secgov.web.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "secgov.web.middleware.RolesReadOnceMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "secgov.web.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "secgov.documents.web.UploadLimitMiddleware",
    "secgov.web.middleware.ErrorsMiddleware",
    "axes.middleware.AxesMiddleware",
    "secgov.api.activity.ClientActivityMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "secgov.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "secgov.web.context.surroundings",
            ],
        },
    }
]
FORM_RENDERER = "secgov.web.forms.LookRenderer"
WSGI_APPLICATION = "secgov.wsgi.application"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = ["secgov.web.formats"]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # nothing is kept in files: documents live in the database
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not (DEBUG or TESTING)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
if TESTING:  # looked for when asked for: each browser of a test would read all folders first
    WHITENOISE_AUTOREFRESH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Signing in ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:  # half a second for each person that a test makes is a minute for each file of tests
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/after-sign-in/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "secgov.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are admitted by invitation, which proves the address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Central Products List: "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a person hears of every change of the own password or second proof
# By address; and by person, for the codes of the second factor, which nothing else counts (see the adapter).
ACCOUNT_RATE_LIMITS: dict[str, str] = {"login_failed": "20/m/ip,10/10m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Central Products List"
SECOND_FACTOR_REQUIRED = not DEBUG
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "secgov.web.middleware.client_ip"
AXES_USERNAME_CALLABLE = "secgov.web.middleware.name_tried"
TRUSTED_PROXIES = whole_number("TRUSTED_PROXIES", 0, 0, 5)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES  # else everybody behind our own proxy would share one limit
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "secgov.web.errors.csrf_failure"
if not DEBUG:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = yes_or_no("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/api/v1/docs/",),  # the API's browsable page brings its own script
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# --- API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["secgov.api.authentication.ClientTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS answers 405 with Allow: what a call takes is in the OpenAPI document
    "DEFAULT_RENDERER_CLASSES": ["secgov.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["secgov.api.parsers.OrjsonParser"],
    "DEFAULT_PAGINATION_CLASS": "secgov.api.paging.PlacePages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["secgov.api.filters.NamedParameters"],
    "DEFAULT_THROTTLE_CLASSES": ["secgov.api.throttles.SharedThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "public": "6000/min",
        "client": "6000/min",
        "write": "120/min",
        "token": "60/min",
        "schema": "60/min",
    },
    "EXCEPTION_HANDLER": "secgov.api.problems.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": TRUSTED_PROXIES,
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "secgov.api.client_secrets.ClientValidator",
    "SCOPES": {
        "cpl:receipt": "Acknowledge editions (F2.9)",
        "lists:write": "Provide the DCC's lists (F2.10)",
        "fir:read": "Read the Firmware Information Repository",
    },
    "DEFAULT_SCOPES": ["cpl:receipt", "lists:write", "fir:read"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "PKCE_REQUIRED": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Central Products List",
    "DESCRIPTION": "The Central Products List of Great Britain's smart metering, its editions, and the DCC's acknowledgements. "
    "[Integrate in ten minutes](/guidance/integrate/); [what changed in this API](/guidance/api-changes/).",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/o/token/",
    "ENUM_NAME_OVERRIDES": {
        "CombinationStatusEnum": "cpl.rules.smets1_lists.STATUSES",
        "EntryStatusEnum": "cpl.models.PublishedEntry.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "secgov.api.examples.with_examples",
    ],
    "EXTERNAL_DOCS": {"url": "/guidance/integrate/", "description": "Integrate in ten minutes"},
}

DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = TRUSTED_PROXIES > 0  # a stranger does not name our log lines
DJANGO_STRUCTLOG_TRUST_UPSTREAM_CORRELATION_ID = False

# --- Logs ----------------------------------------------------------------------------------------
_shared = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            # Where a fault happened, never with the values that stood there: they may be secrets.
            "processor": structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
            if DEBUG
            else structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [*_shared, structlog.processors.format_exc_info],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": one_of("LOG_LEVEL", _LEVELS, "WARNING" if TESTING else "INFO")},
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
