"""The project package: composition root on top, platform below."""

from partnerportal.celery import app as celery_app

__all__ = ["celery_app"]
