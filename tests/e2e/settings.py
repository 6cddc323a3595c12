"""The demo without its nights: they begin by the clock, in the middle of a journey. Journeys run those they tell of."""

from partnerportal.settings.demo import *  # noqa: F403 -- settings are layered by star import
from partnerportal.settings.demo import CELERY_BEAT_SCHEDULE

CELERY_BEAT_SCHEDULE = {"sweep jobs": CELERY_BEAT_SCHEDULE["sweep jobs"]}
