# Every target sets up what it needs. make help lists them.
PYTHON ?= python3
PORT ?= 8000
SCALE ?= demo
WORKERS ?= 2
BIN := .venv/bin
STACK := partnerportal/stack

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset run test lint check check-deploy e2e chaos bench lock

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: ## make .venv from requirements.lock, and check for what pip cannot bring
	@$(PYTHON) -I $(STACK)/environment.py
	@$(PYTHON) -I $(STACK)/libraries.py pdf

demo: ## the whole portal with demo data at http://localhost:8000 (PORT=8001 for another port)
	@$(PYTHON) -I $(STACK)/ports.py $(PORT)
	@$(MAKE) --no-print-directory setup
	@exec $(BIN)/python -m partnerportal.stack.demo --port $(PORT)

demo-reset: setup ## remove the demo's data; the next make demo starts over
	@$(BIN)/python -m partnerportal.stack.reset

run: ## the portal for developers: reloads when a file changes, shows tracebacks
	@$(PYTHON) -I $(STACK)/ports.py $(PORT)
	@$(MAKE) --no-print-directory setup
	@exec $(BIN)/python -m partnerportal.stack.demo --port $(PORT) --develop

test: setup ## the whole suite, on a real PostgreSQL and a real Valkey (WORKERS=0 for one process)
	@$(BIN)/python -m pytest -n $(WORKERS)

lint: setup ## put the code into shape, then say what is left
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: setup ## what CI asks besides the tests, in the same order
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	@if [ -d templates ]; then set -x; $(BIN)/djlint --lint templates; fi
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	@$(MAKE) --no-print-directory check-deploy

# The values are thrown away: the check reads settings and connects to nothing.
check-deploy:
	@set -x; DJANGO_SETTINGS_MODULE=partnerportal.settings.prod \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))' 2>/dev/null) \
	ALLOWED_HOSTS=partners.example DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost/0 \
	EMAIL_HOST=mail.example MEDIA_ROOT=.local/media $(foreach name,NAME LEGAL_NAME STREET POSTCODE CITY COUNTRY VAT_NUMBER SUPPORT_MAIL SITE,PROVIDER_$(name)=none) \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

e2e: setup ## the story in a headless Chromium; screenshots go to .local/screenshots
	@$(PYTHON) -I $(STACK)/libraries.py browser
	@$(BIN)/python -m pytest tests/e2e --override-ini addopts="--strict-markers --strict-config -ra"

chaos: setup ## kill workers, restart the database, hundreds at once; the small form of it is part of make test
	@CHAOS=full $(BIN)/python -m pytest tests/chaos -n 0 -q

bench: setup ## times and queries of pages, runs and documents (SCALE=large: 100,000 clients; SCALE=deep: a million entries)
	@SCALE=$(SCALE) $(BIN)/python -m bench

lock: setup ## write the locks anew after a change of pyproject.toml
	@.tools/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--group dev pyproject.toml --output-file requirements.lock
	@sed -E 's/ +--hash=[^ ]+//; s/ *\\$$//' requirements.lock > .local/versions.txt
	@.tools/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --no-annotate \
		--constraint .local/versions.txt pyproject.toml --output-file requirements-prod.lock
