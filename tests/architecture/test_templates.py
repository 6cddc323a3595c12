"""Templates compile, borrow from below, and hold neither style nor script of their own."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2] / "templates"
ALL = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.suffix in {".html", ".txt"})
RANK = {
    "components": 0,
    "layouts": 1,
    "tables": 1,
    "emails": 0,
    "pdf": 0,
    "accounts": 2,
    "catalogue": 3,
    "partners": 4,
    "clients": 5,
}
RANK |= {"billing": 6, "tenders": 6, "directory": 6, "home": 7}
SUBJECTS = [name for name in ALL if name.endswith("subject.txt")]


@pytest.mark.parametrize("name", ALL)
def test_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", [name for name in ALL if name.split("/")[0] in RANK])
def test_borrows_from_below(name):
    own = name.split("/")[0]
    text = (ROOT / name).read_text()
    for target in re.findall(r"{%\s*(?:include|extends)\s+[\"']([^\"'#]+)", text):
        folder = target.split("/")[0]
        if folder in RANK and folder != own:
            assert RANK[folder] < RANK[own], f"{name} borrows from {target}"


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(".html")])
def test_has_no_inline_style_or_script(name):
    """The content security policy would refuse it."""
    text = (ROOT / name).read_text()

    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*(?:src=|type=\"application/json\"))", text)


@pytest.mark.parametrize("name", SUBJECTS)
def test_subjects_are_one_line(name):
    assert (ROOT / name).read_text().strip().count("\n") == 0


@pytest.mark.parametrize("name", SUBJECTS)
def test_mails_have_both_bodies(name):
    folder = (ROOT / name).parent

    if folder.parts[-2] != "message" and "account" not in folder.parts[-2:]:
        assert (folder / "body.txt").exists()
        assert (folder / "body.html").exists()
