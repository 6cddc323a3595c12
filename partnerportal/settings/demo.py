"""The demo: dev with production's templates and static files, readable mails and shown second-factor codes.

It refuses to start on a public address: see partnerportal/stack/demo.py, which binds the web server to loopback.
"""

from partnerportal.settings import env
from partnerportal.settings.dev import *  # noqa: F403 -- settings are layered by star import

DEBUG = env.flag("DEBUG", default=False)
DEMO = True
