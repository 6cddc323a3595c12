"""Production: security headers, everything secret from the environment, no default for any of it."""

from pathlib import Path

import dj_database_url

from partnerportal.settings import env
from partnerportal.settings.base import *  # noqa: F403 -- settings are layered by star import
from partnerportal.settings.base import CONTENT_SECURITY_POLICY, LOGGING, PROVIDER

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# The defaults are the demo's: nobody's invoices shall name an invented company.
PROVIDER = PROVIDER | {name: env.text(f"PROVIDER_{name.upper()}") for name, demos in PROVIDER.items() if demos}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT"))  # shared by web and workers: one writes exports, one reads

_redis_url = env.text("REDIS_URL")
DATABASES = {
    "default": dj_database_url.parse(env.text("DATABASE_URL"), conn_max_age=60, conn_health_checks=True),
}
# Compiling a query takes tens of milliseconds. The server decides on it by an estimate that a list with a few EXISTS
# passes without reading much: a page's query would be answered before it is compiled.
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = f"-c jit=off {_options.get('options', '')}".strip()
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.cache_url(_redis_url)}}
CELERY_BROKER_URL = env.broker_url(_redis_url)

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = CONTENT_SECURITY_POLICY | {
    "DIRECTIVES": CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"upgrade-insecure-requests": True},
}
LOGGING["handlers"]["console"]["formatter"] = env.text("LOG_FORMAT", "json")
