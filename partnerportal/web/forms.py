"""Forms look one way: ``{{ form }}`` and ``{{ field.as_field_group }}`` draw our components."""

from typing import Any, TypeVar

from django.forms import CheckboxSelectMultiple, Field
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField


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


def country_field(**arguments: Any) -> Any:
    """Return a list of countries that begins with a word, not with dashes."""
    choose: Any = _("Choose")  # lazy: the library's types know plain words only
    return CountryField(blank_label=choose).formfield(**arguments)


class TickList(CheckboxSelectMultiple):
    """Check boxes in groups, with a button for all and one for none.

    The buttons send the form with ``tick``, so that they work without script: see
    :meth:`partnerportal.web.views.ActionView.redraw`.
    """

    template_name = "django/forms/widgets/tick_list.html"


AnyField = TypeVar("AnyField", bound=Field)


def needed(field: AnyField, when: Any = "") -> AnyField:
    """Mark a field that its form's ``clean`` asks for: ``when`` ("with full access") stands in place of "optional".

    Without words nothing stands there, as beside any field that is asked for.
    """
    field.required = False
    field.widget.is_required = False
    field.needed_when = when  # type: ignore[attr-defined]  # read by the filter `asked`
    return field
