"""Forms look one way: ``{{ form }}`` and ``{{ field.as_field_group }}`` draw our components."""

from typing import Any

from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template import TemplateDoesNotExist


class PortalFormRenderer(TemplatesSetting):
    """Draw forms with the project's templates; what the project does not have comes from Django's own set."""

    form_template_name = "components/fields.html"
    field_template_name = "components/field.html"

    def __init__(self) -> None:
        self._builtin = DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        """Find the project's template first, then Django's."""
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return self._builtin.get_template(template_name)
