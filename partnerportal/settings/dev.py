"""Local conveniences. The database and the broker are those of DATABASE_URL and REDIS_URL, else the embedded pair."""

from pathlib import Path

import dj_database_url

from partnerportal.settings import env
from partnerportal.settings.base import *  # noqa: F403 -- settings are layered by star import
from partnerportal.settings.base import CONTENT_SECURITY_POLICY, ROOT  # noqa: F401 -- named for the reader
from partnerportal.stack import config

DEBUG = env.flag("DEBUG", default=True)
SECRET_KEY = env.text("SECRET_KEY", "only-for-this-machine-" + "x" * 50)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INTERNAL_IPS = ["127.0.0.1"]

_urls = config.urls(ROOT)
DATABASES = {"default": dj_database_url.parse(_urls.database, conn_max_age=60, conn_health_checks=True)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.cache_url(_urls.redis)}}
CELERY_BROKER_URL = env.broker_url(_urls.redis)

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = env.text("EMAIL_FILE_PATH", str(ROOT / ".local" / "mails"))
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(ROOT / ".local" / "media")))
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost
