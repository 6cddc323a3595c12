"""Tests: fast hasher, mail in memory, real PostgreSQL and Valkey; tasks run at once, in unit tests only."""

import dj_database_url

from partnerportal.settings import env
from partnerportal.settings.base import *  # noqa: F403 -- settings are layered by star import
from partnerportal.settings.base import MIDDLEWARE, ROOT, STORAGES
from partnerportal.stack import config

SECRET_KEY = "tests-only-" + "x" * 50
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

_urls = config.urls(ROOT)
# Every pytest worker has a database of its own (pytest-django names it) and two numbers in Valkey, from 2 on: the demo
# of this checkout may run meanwhile, on 0 and 1.
_worker = int(env.text("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
DATABASES = {"default": dj_database_url.parse(_urls.database)}
_cache_url = env.cache_url(_urls.redis, database=3 + 2 * _worker)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _cache_url}}
CELERY_BROKER_URL = env.broker_url(_urls.redis, database=2 + 2 * _worker)
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True

# Nothing is collected in tests, so nothing is served.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
RATE_LIMIT_FACTOR = 1000
ACCOUNT_RATE_LIMITS = False
