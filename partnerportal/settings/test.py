"""Tests: fast hasher, mail in memory, real PostgreSQL and Valkey; tasks run at once, in unit tests only."""

import dj_database_url

from partnerportal.settings import env
from partnerportal.settings.base import *  # noqa: F403 -- settings are layered by star import
from partnerportal.settings.base import ROOT, STORAGES
from partnerportal.stack import config

SECRET_KEY = "tests-only-" + "x" * 50
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

_urls = config.urls(ROOT)
DATABASES = {"default": dj_database_url.parse(_urls.database)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.cache_url(_urls.redis)}}
CELERY_BROKER_URL = env.broker_url(_urls.redis)
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
RATE_LIMIT_FACTOR = 1000
ACCOUNT_RATE_LIMITS = False
