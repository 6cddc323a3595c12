"""Foreign keys obey the same picture as imports; import-linter cannot see them."""

import pytest
from django.apps import apps

RANK = {
    "audit": 0,
    "work": 1,
    "accounts": 2,
    "catalogue": 3,
    "partners": 4,
    "clients": 5,
    "billing": 6,
    "tenders": 6,
    "directory": 6,
}


def foreign_keys():
    for model in apps.get_models():
        source = model._meta.app_label
        if source not in RANK:
            continue
        for field in model._meta.get_fields(include_parents=False):
            if field.is_relation and field.concrete and field.related_model is not None:
                target = field.related_model._meta.app_label
                if target != source and target in RANK:
                    yield f"{model._meta.label}.{field.name}", source, target


@pytest.mark.parametrize(("name", "source", "target"), list(foreign_keys()), ids=lambda value: value)
def test_foreign_keys_point_down(name, source, target):
    assert RANK[target] < RANK[source], name


def test_there_are_foreign_keys():
    assert len(list(foreign_keys())) > 20
