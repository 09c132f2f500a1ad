"""Django's settings, read from the deployment that this process belongs to (``cell.instance``)."""

from pathlib import Path

from django.templatetags.static import static

from streaming.cell.database_url import database_settings
from streaming.cell.instance import Instance

BASE_DIR = Path(__file__).resolve().parent.parent
HEADWATER = Instance.load()

SECRET_KEY = HEADWATER.secrets.session_key
DEBUG = False
# The console is reached by the advertised name and, from the same machine, by loopback's names.
ALLOWED_HOSTS = sorted({HEADWATER.advertised_host, "localhost", "127.0.0.1", "[::1]"})

INSTALLED_APPS = [
    # Before Unfold, whose templates and scripts it replaces in places.
    "streaming",
    "unfold.apps.BasicAppConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "tenants",
    "brokers",
    "connect",
    "frontend",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before WhiteNoise: a file that is opened by itself is a page as well.
    "streaming.content_security_policy.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "streaming.quotas.middleware.rate_limit_headers",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "streaming.urls"
ASGI_APPLICATION = "streaming.asgi.application"

# --- stores --------------------------------------------------------------------------------------

DATABASES = {"default": database_settings(HEADWATER.database_url)}
# A database host that vanishes without a word is noticed in seconds and not in hours.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
    **DATABASES["default"]["OPTIONS"],
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [HEADWATER.redis_url], "prefix": f"headwater-{HEADWATER.id[:8]}"},
    }
}

# --- people, sessions, browsers ------------------------------------------------------------------

AUTH_USER_MODEL = "tenants.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login", "name", "email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Over TLS no other host of the domain can set them, so that nobody works in a session of somebody
# else's unawares (draft-ietf-httpbis-rfc6265bis, section 4.1.3.2).
_COOKIES = "__Host-headwater" if HEADWATER.tls else "headwater"
# Cookies know hosts but no ports: two deployments on one machine would share them otherwise.
SESSION_COOKIE_NAME = f"{_COOKIES}_session_{HEADWATER.id[:8]}"
CSRF_COOKIE_NAME = f"{_COOKIES}_csrf_{HEADWATER.id[:8]}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HEADWATER.tls
SECURE_HSTS_SECONDS = 31_536_000 if HEADWATER.tls else 0
SECURE_SSL_REDIRECT = HEADWATER.tls
# What else is served below the operator's domain is not ours to say: HSTS speaks of this host only,
# and is in no browser's list.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if not HEADWATER.tls:
    # Loopback only, by the rule of `streaming.cell.plan`: there is nothing to be secure about.
    SILENCED_SYSTEM_CHECKS += [f"security.W{number}" for number in ("004", "008", "012", "016")]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- REST ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # Nobody chooses one by ?format=, and one that there is not would be a fault of ours.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Headwater",
    "DESCRIPTION": "Kafka REST v3 and v2, and the management of tenants.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- operators' back office -----------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Headwater",
    "SITE_HEADER": "Headwater",
    "SITE_SUBHEADER": "Back office",
    "SITE_URL": "/",
    "SITE_SYMBOL": "waves",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_FAVICONS": [{"rel": "icon", "href": "data:,"}],
    "STYLES": [lambda _request: static("streaming/backoffice.css")],
    "SCRIPTS": [lambda _request: static("streaming/backoffice.js")],
}

# --- files, words, logs --------------------------------------------------------------------------

STATIC_URL = "/static/"
CONSOLE_BUILD = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [("console", CONSOLE_BUILD)] if CONSOLE_BUILD.is_dir() else []
# Served straight from the apps and the console's build; there is no copy step that could be stale.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "streaming.log_lines.LogLines",
            "format": "{asctime} {levelname} {name}:{request} {message}",
            "style": "{",
        },
    },
    "filters": {"request": {"()": "streaming.access.request_origin.NameRequest"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # What it says of a failed request, the request's own answer says too.
        "aiokafka": {"level": "ERROR"},
    },
}
