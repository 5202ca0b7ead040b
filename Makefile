# Works on a fresh checkout with Python 3.11 or newer and make. Everything is installed into .venv, from locked and hashed versions.

PYTHON ?= python3
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
CODE := src tests bench examples

.DEFAULT_GOAL := help
.PHONY: help demo test check format lock bench bench-scoring bench-recompute bench-events bench-bulk bench-listing bench-sis bench-schoology openapi assets screenshots clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## install, load the sample institution and serve it on 127.0.0.1
	$(BIN)/gradewire demo

test: check $(VENV)/.clients $(VENV)/.npm $(VENV)/.frontend ## check the code, then run every test on SQLite and on PostgreSQL
	$(BIN)/pytest -n $(WORKERS) $(ARGS)

check: $(VENV)/.dev ## formatting, lint, types and layers
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## format the code and mend what the linter can
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

bench: $(VENV)/.dev ## measure one grade write through HTTP beside the same SQL without it
	$(BIN)/python -m bench.grade_write $(ARGS)

bench-scoring: $(VENV)/.dev ## measure how long the scores of whole courses take
	$(BIN)/python -m bench.scoring $(ARGS)

bench-recompute: $(VENV)/.dev ## measure recomputing all of OULAD from the store (ARGS=directory of its tables)
	$(BIN)/python -m bench.recompute $(ARGS)

bench-events: $(VENV)/.dev ## measure rendering and relaying of events
	$(BIN)/python -m bench.events $(ARGS)

bench-sis: $(VENV)/.dev ## measure a SIS import of 10,000 people with 20,000 enrollments
	$(BIN)/python -m bench.sis_import $(ARGS)

bench-bulk: $(VENV)/.dev ## measure grading a whole course by update_grades beside the same rows written bare
	$(BIN)/python -m bench.bulk_grading $(ARGS)

bench-listing: $(VENV)/.dev ## measure reading all submissions of a large course page by page
	$(BIN)/python -m bench.listing $(ARGS)

assets: $(VENV)/.frontend ## copy what the pages load from its npm packages into the package (needs Node.js)
	node frontend/vendor.mjs

bench-schoology: $(VENV)/.dev ## measure 5,000 grades and a student's 40 sections by the Schoology API
	$(BIN)/python -m bench.schoology $(ARGS)

screenshots: $(VENV)/.dev ## take the pictures of docs/screenshots anew from the demo (needs Chromium)
	$(BIN)/python -m tests.web.screenshots $(ARGS)

openapi: $(VENV)/.dev ## write the OpenAPI document of the Canvas dialect
	$(BIN)/gradewire openapi --output docs/openapi/canvas.json

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
lock: $(VENV)/.dev ## resolve the dependencies of pyproject.toml anew (ARGS=--upgrade takes the newest)
	$(BIN)/pip install --quiet uv
	$(LOCK) $(ARGS) pyproject.toml --output-file requirements.lock
	$(LOCK) $(ARGS) pyproject.toml --group dev --output-file requirements-dev.lock

clean: ## remove .venv and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: what is installed is installed once, and again when its lock changes. The development lock holds everything of the other one.

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Gradewire needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.package: $(VENV)/.made pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.run: requirements.lock $(VENV)/.package
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

# Clients that the tests run as programs have environments of their own: what they need is not what Gradewire needs. The extractor of
# Ed-Fi needs pandas 1, which no Python after 3.11 has.
PYTHON_OF_EDFI := $(or $(shell command -v python3.11),$(PYTHON))
$(VENV)/.clients: tests/clients/canvaslms.lock tests/clients/edfi.lock $(VENV)/.made
	$(PYTHON) -m venv $(VENV)/canvaslms
	$(VENV)/canvaslms/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/clients/canvaslms.lock
	$(PYTHON_OF_EDFI) -m venv $(VENV)/edfi
	$(VENV)/edfi/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/clients/edfi.lock
	@touch $@

# The npm packages of the pages, and what checks them. Only tests and `make assets` need them: what pages load is in the repository.
$(VENV)/.frontend: frontend/package-lock.json $(VENV)/.made
	@command -v npm >/dev/null || { echo "The tests of the web pages need Node.js with npm 10 or newer (Debian: apt-get install npm)." >&2; exit 1; }
	npm ci --prefix frontend --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Clients from npm that the tests run. Without npm nothing is installed here, and those tests fail and say what to do.
$(VENV)/.npm: tests/clients/js/package-lock.json $(VENV)/.made
	@if command -v npm >/dev/null; then \
		npm ci --prefix tests/clients/js --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; \
	else echo "npm is missing: the tests of the clients from npm will fail." >&2; fi

$(VENV)/.dev: requirements-dev.lock $(VENV)/.package
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@touch $@ $(VENV)/.run
