"""App configuration."""

from django.apps import AppConfig

from partnerportal.web import sentences

sentences.install()  # here, before any app's models or forms are loaded: a field copies its sentences when it is made


class WebConfig(AppConfig):
    name = "partnerportal.web"
    label = "web"
