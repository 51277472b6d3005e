# Every target runs from a fresh checkout: `setup` is made first where it is needed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# Marks of what is installed: what running needs, and everything.
RUNNABLE := $(VENV)/.installed-local
SET_UP := $(VENV)/.installed-dev

# The first of these that is at least 3.11; `make PYTHON=/path/to/python3 setup` overrides.
PYTHON := $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo "$$candidate"; break; fi; done)

# Tests mostly wait: four of these run at a time, the longest first, and each is shown when it is
# done.
SUITES := test-parts test-workflow test-programs test-unit test-server test-gateway

.PHONY: help setup run demo test coverage $(SUITES) lint browser screenshots bench chaos histories migrate audit sbom \
	lock

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' \
		| column -t -s '|'

setup: $(SET_UP) ## make .venv and install what the lock file names

# Into one environment; the second adds to the first, and includes it.
$(RUNNABLE): requirements-local.lock
	@PYTHON="$(PYTHON)" scripts/install.sh $< $(VENV)
	@touch $@

$(SET_UP): requirements-dev.lock
	@PYTHON="$(PYTHON)" scripts/install.sh $< $(VENV)
	@touch $(RUNNABLE) $@

run: $(RUNNABLE) ## start everything on this machine and stay up
	@$(BIN)/python -m local run

demo: $(RUNNABLE) ## drive the example claims to their ends, on fresh state
	@$(BIN)/python -m local demo

test: lint ## lint, types, layer rules, all tests and their coverage
	@rm -f .coverage .coverage.*
	@$(MAKE) --no-print-directory --jobs=4 --keep-going --output-sync=target $(SUITES) \
		MEASURED="-m coverage run"
	@$(MAKE) --no-print-directory coverage

coverage: ## what the last `make test` covered, by branches; fails below 98 % of the domain
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/coverage report --include='domain/*' --fail-under=98

test-gateway: setup ## the tests of the gateway's API and pages alone
	$(BIN)/python $(MEASURED) -m pytest tests/gateway/api tests/gateway/pages

test-server: setup ## the tests of the gateway's feed, limits and outages alone
	$(BIN)/python $(MEASURED) -m pytest tests/gateway/feed tests/gateway/server

test-workflow: setup ## the tests of the workflow alone
	$(BIN)/python $(MEASURED) -m pytest tests/workflow

test-unit: setup ## the tests of the domain, of single modules and of the house rules alone
	$(BIN)/python $(MEASURED) -m pytest tests/unit

test-parts: setup ## the tests of adapters and of pages in a browser alone
	$(BIN)/python $(MEASURED) -m pytest tests/integration tests/browser

test-programs: setup ## the tests of the demonstration and of the fault suite alone
	$(BIN)/python $(MEASURED) -m pytest tests/e2e

lint: setup ## style, format, types, layer rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

browser: ## what the browser tests need of the npm registry (Chromium and Java come from Debian)
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund

screenshots: setup browser ## the pages as a person sees them, to docs/screenshots
	$(BIN)/python -m scripts.screenshots

bench: setup ## the benchmarks: figures, and 1 when a bound is missed; QUICK=--quick for two minutes
	$(BIN)/python -m bench $(QUICK)

chaos: $(RUNNABLE) ## the fault suite: 1,000 tickets under 100 kills, seeded bugs, outages (half an hour)
	$(BIN)/python -m local chaos

histories: setup ## record workflow histories for the replay tests
	$(BIN)/python -m scripts.record_histories

migrate: $(RUNNABLE) ## bring the database of DATABASE_URL to the newest schema
	$(BIN)/python -m cli migrate

# Hashes must be those of the public index, whichever index this machine uses.
# Versions stay as they are; `make lock UPGRADE=--upgrade` updates them.
COMPILE := env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	$(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)

audit: $(RUNNABLE) ## known faults of what the image installs (asks PyPI's advisories; fails if it cannot)
	$(BIN)/uv tool run --from 'pip-audit==2.*' pip-audit --strict --require-hashes --disable-pip \
		-r requirements.lock

sbom: $(RUNNABLE) ## what the image installs, as CycloneDX, to sbom.json
	$(BIN)/uv tool run --from 'cyclonedx-bom==7.*' cyclonedx-py requirements requirements.lock \
		--output-reproducible --of JSON -o sbom.json

lock: $(RUNNABLE) ## write the lock files from pyproject.toml, and that of the peer in the benchmarks
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) pyproject.toml --extra local --constraint requirements.lock \
		--output-file requirements-local.lock
	$(COMPILE) pyproject.toml --extra local --extra dev --constraint requirements-local.lock \
		--output-file requirements-dev.lock
	$(COMPILE) bench/peer/requirements.in --constraint requirements.lock \
		--output-file bench/peer/requirements.lock
