"""Forms look one way: ``{{ form }}`` and ``{{ field.as_field_group }}`` draw our components."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.forms import CheckboxSelectMultiple, Field, Widget
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

MAIL_LENGTH = 254  # of an address, as columns keep it (RFC 5321); Django's form field would take more


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


@dataclass(frozen=True)
class GridRow:
    """One row of a grid of check boxes; ``group`` is said above the first row of a run that shares it."""

    value: int
    label: str
    note: str = ""
    group: str = ""


@dataclass(frozen=True)
class Preset:
    """A shortcut above a grid: ``ticks`` are the columns that it ticks in all rows; None where the page decides.

    Its button sends the form with ``preset``, so that it works without script: see
    :meth:`partnerportal.web.views.ActionView.redraw`.
    """

    value: str
    label: Any
    ticks: tuple[str, ...] | None


class CheckGrid(Widget):
    """Rows × columns of check boxes; its value is {column: [row values]}. A tick in any column implies the first."""

    template_name = "django/forms/widgets/check_grid.html"
    use_fieldset = True

    def __init__(self, columns: Mapping[str, Any], row_heading: Any, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.columns, self.row_heading = columns, row_heading
        self.rows: Sequence[GridRow] = ()
        self.presets: Sequence[Preset] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, list[str]]:
        """Return what was ticked, by column."""
        return {column: data.getlist(f"{name}_{column}") for column in self.columns}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Boxes that are not ticked send nothing: nothing can be told to be missing."""
        return False

    def id_for_label(self, id_: str | None) -> str:
        """A group has no one box that its label could be for."""
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Lay out the rows."""
        context = super().get_context(name, value, attrs)
        ticked = {column: {str(one) for one in (value or {}).get(column, ())} for column in self.columns}
        names = [f"{name}_{column}" for column in self.columns]
        context["grid"] = {
            "row_heading": self.row_heading,
            "columns": [{"label": label} for label in self.columns.values()],
            "rows": list(self._rows(name, ticked)),
        }
        context["presets"] = [
            {
                "value": preset.value,
                "label": preset.label,
                "tick": " ".join(f"{name}_{column}" for column in preset.ticks) if preset.ticks is not None else None,
                "names": " ".join(names),
            }
            for preset in self.presets
        ]
        return context

    def _rows(self, name: str, ticked: Mapping[str, set[str]]) -> Iterator[dict[str, Any]]:
        group = ""
        labels = {column: str(label) for column, label in self.columns.items()}  # translated once, not for each cell
        for row in self.rows:
            if row.group != group:
                group = row.group
                yield {"group": group}
            cells = [
                {
                    "name": f"{name}_{column}",
                    "value": row.value,
                    "is_chosen": str(row.value) in ticked[column],
                    "label": f"{label}: {row.label}",
                }
                for column, label in labels.items()
            ]
            yield {"label": row.label, "note": row.note, "cells": cells}


class GridField(Field):
    """What was ticked in a :class:`CheckGrid`: {row value: columns}; a row that is not offered is refused."""

    widget: Any

    def clean(self, value: Any) -> dict[int, frozenset[str]]:
        """Return the rows with a tick; the first column is implied by any other."""
        offered = {str(row.value): row.value for row in self.widget.rows}
        first = next(iter(self.widget.columns))
        cleaned: dict[int, set[str]] = {}
        for column, ticked in (value or {}).items():
            for one in ticked:
                if one not in offered:
                    raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
                cleaned.setdefault(offered[one], {first}).add(column)
        return {row: frozenset(columns) for row, columns in cleaned.items()}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether other boxes are ticked than at first."""
        return {key: {str(one) for one in ones} for key, ones in (initial or {}).items()} != {
            key: set(ones) for key, ones in (data or {}).items()
        }


AnyField = TypeVar("AnyField", bound=Field)


def needed(field: AnyField, when: Any = "") -> AnyField:
    """Mark a field that its form's ``clean`` asks for: ``when`` ("with full access") stands in place of "optional".

    Without words nothing stands there, as beside any field that is asked for.
    """
    field.required = False
    field.widget.is_required = False
    field.needed_when = when  # type: ignore[attr-defined]  # read by the filter `asked`
    return field
