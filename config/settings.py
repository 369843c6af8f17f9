"""Every setting of Network City, in one file.

Unset variables mean a local installation on embedded services; `PRODUCTION=1` demands real ones.
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url
import dj_email_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from chapters import sentences
from config.stack import layout

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default).lower() in {"1", "true", "yes", "on"}


def _words(name: str, default: str = "") -> list[str]:
    return [word for word in os.environ.get(name, default).replace(",", " ").split() if word]


PRODUCTION = layout.is_production()
DEMANDED = (
    "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL",
    "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET",
)  # fmt: skip
if PRODUCTION and (missing := [name for name in DEMANDED if not os.environ.get(name)]):
    raise ImproperlyConfigured(f"PRODUCTION is set: set {', '.join(missing)} too.")
DEBUG = _flag("DEBUG") and not PRODUCTION
SECRET_KEY = os.environ["SECRET_KEY"] if PRODUCTION else layout.secret("django")
SITE_NAME = os.environ.get("SITE_NAME", "Network City")
SITE_URL = os.environ.get("SITE_URL", f"http://localhost:{layout.port()}")
ALLOWED_HOSTS = _words("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "config.failures.form_refused"
# Where editors write a section together, such as wss://network-city.example; empty: each alone.
LIVE_URL = os.environ.get("LIVE_URL", "" if PRODUCTION else f"ws://localhost:{layout.live_port()}")
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "hello@network-city.example")
POSTAL_ADDRESS = os.environ.get("POSTAL_ADDRESS", "100 Sample Street, San Francisco")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "convenings",
    "agendas",
    "measurement",
    "members",
    "chapters",
    "config.apps.BackboneAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.postgres",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chapters.ready.ReadyMiddleware",
    "config.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "members.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.middleware.SeenMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chapters.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            **sentences.OPTIONS,
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chapters.context.site",
            ],
        },
    }
]

# --- Database: the role decides what the connection may do -------------------------------------


def _database_url() -> str:
    owner = os.environ.get("DATABASE_ROLE") == "owner"
    if "DATABASE_URL" not in os.environ:
        return layout.database_url("owner" if owner else "app")
    names = ("DATABASE_OWNER_URL", "DATABASE_URL") if owner else ("DATABASE_URL",)
    return next(os.environ[name] for name in names if os.environ.get(name))


DATABASES = {
    "default": {
        **dj_database_url.parse(_database_url(), "chapters.postgres", 600, conn_health_checks=True),
        "ATOMIC_REQUESTS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}

# --- Cache and queue: Redis is a doorbell and a cache, never the truth --------------------------

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {
    "default": {
        "BACKEND": "chapters.cache.ForgivingRedisCache",
        "LOCATION": f"{REDIS_URL.rstrip('/')}/0" if REDIS_URL else layout.redis_url(0),
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
CELERY_BROKER_URL = f"{REDIS_URL.rstrip('/')}/1" if REDIS_URL else layout.broker_url()
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    # One try: who rings does not wait, and the worker has its own patience.
    "max_retries": 0,
    "visibility_timeout": 3600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A tick that waited longer than until the next one is dropped: the next does its work.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "ring overdue jobs": {
        "task": "chapters.tasks.sweep_jobs", "schedule": 15.0, "options": {"expires": 15},
    },
    "deliver waiting mail": {
        "task": "chapters.tasks.deliver_post", "schedule": 15.0, "options": {"expires": 15},
    },
    "tell waitlists": {
        "task": "chapters.tasks.tell_waitlists", "schedule": 60.0, "options": {"expires": 60},
    },
    "let memberships follow their home": {
        "task": "members.tasks.follow_homes",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "apply waiting payment events": {
        "task": "members.tasks.sweep_events", "schedule": 30.0, "options": {"expires": 30},
    },
    "tend invitations": {
        "task": "members.tasks.tend_invitations",
        "schedule": crontab(minute="17"),
        "options": {"expires": 3600},
    },
    "keep promises about personal data": {
        "task": "members.tasks.keep_promises",
        "schedule": crontab(minute="7,22,37,52"),
        "options": {"expires": 900},
    },
    "forget at the payment provider": {
        "task": "members.tasks.forget_customers",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "look for lost webhooks": {
        "task": "members.tasks.reconcile_checkouts",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 900},
    },
    "read payouts": {
        "task": "members.tasks.reconcile_payouts",
        "schedule": crontab(minute="10,40"),
        "options": {"expires": 1800},
    },
    "close surveys that are over": {
        "task": "measurement.tasks.close_surveys",
        "schedule": crontab(minute=27),
        "options": {"expires": 600},
    },
    "tend decisions": {
        "task": "agendas.tasks.tend_decisions", "schedule": 60.0, "options": {"expires": 60},
    },
    "pack the open data": {
        "task": "measurement.tasks.refresh_open_data",
        "schedule": crontab(hour=9, minute=20),
        "options": {"expires": 3600},
    },
    "tend the calendars of due figures": {
        "task": "measurement.tasks.tend_calendars",
        "schedule": crontab(hour=14, minute=25),
        "options": {"expires": 3600},
    },
    # Every hour, since each chapter has its own midnight.
    "tend activities and promises": {
        "task": "agendas.tasks.tend_activities",
        "schedule": crontab(minute=37),
        "options": {"expires": 3600},
    },
    "bring memberships to today": {
        "task": "members.tasks.sweep_memberships",
        "schedule": crontab(minute=7),
        "options": {"expires": 3600},
    },
}  # fmt: skip

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.User"
PRIVACY_RULES = BASE_DIR / "config" / "privacy.yaml"
AUTHENTICATION_BACKENDS = [
    "members.backends.PersonBackend",
    "members.backends.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_ENGINE = "members.sessions"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "members:home"
LOGOUT_REDIRECT_URL = "national-home"
ACCOUNT_ADAPTER = "members.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))
ACCOUNT_RATE_LIMITS = {  # beside allauth's own
    "request_information": "10/h/ip",
    "register": "100/h/ip",
    "join_waitlist": "20/h/ip,3/d/key",
    "send_idea": "10/h/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
# Clocks differ: the code before and the one after count too (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
STAFF_NEED_SECOND_FACTOR = PRODUCTION  # the demo's people have none
USERSESSIONS_TRACK_ACTIVITY = True

# --- Money -------------------------------------------------------------------------------------

STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY") or "sk_test_sandbox"
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET") or (
    "whsec_" + layout.secret("webhook")
)
STRIPE_API_BASE = (
    "https://api.stripe.com"
    if os.environ.get("STRIPE_SECRET_KEY")
    else f"http://127.0.0.1:{layout.sandbox_port()}"
)
CURRENCY = "usd"

# --- Mail --------------------------------------------------------------------------------------

_email = dj_email_url.parse(os.environ.get("EMAIL_URL") or f"smtp://127.0.0.1:{layout.smtp_port()}")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("FROM_EMAIL", f"{SITE_NAME} <{CONTACT_EMAIL}>")

# --- Pages -------------------------------------------------------------------------------------

SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique by a constraint on its lower case
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False  # all is said in one language; asking which costs 70 times a page
USE_TZ = True
STATIC_URL = "/static/"
# What is built is there after set-up: `manage.py build_static`.
STATICFILES_DIRS = [folder for folder in (BASE_DIR / "static", layout.BUILT) if folder.is_dir()]
STATIC_ROOT = os.environ.get("STATIC_ROOT", str(layout.state_dir() / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["config.api.GatePermission"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["config.api.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.api_schema.ApiSchema",
    "DEFAULT_THROTTLE_CLASSES": ["chapters.throttling.VisitorThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": os.environ.get("API_RATE", "600/min"),
        "key": os.environ.get("API_KEY_RATE", "120/min"),
    },
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# What pages show from floors above their own: functions of the page's context.
SLOTS = {"indicator": ["agendas.slots.strategies_of"]}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": "Published figures of every chapter, measured the same way in each city.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- Safety ------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, LIVE_URL] if LIVE_URL else [SELF],
        # Checkout and the page for cards are form posts answered with a redirect to Stripe.
        "form-action": [SELF, "https://checkout.stripe.com", "https://billing.stripe.com"]
        if os.environ.get("STRIPE_SECRET_KEY")
        else [SELF, f"http://localhost:{layout.sandbox_port()}", STRIPE_API_BASE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},
}
