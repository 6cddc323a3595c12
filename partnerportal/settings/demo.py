"""The demo: dev with production's templates and static files, readable mails and shown second-factor codes."""

from partnerportal.settings import env
from partnerportal.settings.dev import *  # noqa: F403 -- settings are layered by star import
from partnerportal.settings.dev import CELERY_BEAT_SCHEDULE, PROVIDER, TEMPLATES
from partnerportal.stack.loopback import refuse_public_address

refuse_public_address()

DEBUG = env.flag("DEBUG", default=False)
DEMO = True
# Invented, with sound check digits.
PROVIDER = PROVIDER | {
    "bank": "Banque des Acacias",
    "iban_chf": "CH93 0076 2011 6238 5295 7",
    "iban_eur": "CH56 0483 5012 3456 7800 9",
}
# The first tick comes after one interval, and the demo counts as running only then.
CELERY_BEAT_SCHEDULE = CELERY_BEAT_SCHEDULE | {
    "sweep jobs": CELERY_BEAT_SCHEDULE["sweep jobs"] | {"schedule": 3.0},
}
# The page that asks for a second factor shows it here, and nowhere else.
TEMPLATES[0]["OPTIONS"]["context_processors"].append("partnerportal.demo.second_factor.shown_code")
