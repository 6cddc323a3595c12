"""App configuration."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "partnerportal.catalogue"
    label = "catalogue"
