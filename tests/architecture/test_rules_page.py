"""docs/rules.md names the tests that hold each rule; it is written from them."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def make_rules():
    spec = importlib.util.spec_from_file_location("make_rules", ROOT / "docs" / "make_rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_up_to_date():
    """Run `python docs/make_rules.py`."""
    assert (ROOT / "docs" / "rules.md").read_text() == make_rules().page()


def test_every_rule_has_a_test():
    tests = make_rules().tests_by_rule()

    assert [number for number in make_rules().RULES if number not in tests] == []
