# Every target makes what it needs; `make demo` and `make test` work on a fresh machine
# with Python 3.11 and its venv module, make, and a package index.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SOURCES := taxii_server stix_models tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format types imports bench bench-peers bench-validation lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(VENV)/runtime ## Start a demo coalition and show two polls of it
	$(BIN)/clearinghouse demo

test: $(VENV)/test $(VENV)/tools/complete ## Run all tests
	$(BIN)/python -m pytest

check: lint types imports test ## Everything that must be true of a commit

lint: $(VENV)/test ## ruff, and ruff format
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

types: $(VENV)/test ## mypy --strict
	$(BIN)/mypy

imports: $(VENV)/test ## The import rules of the floor plan
	$(BIN)/lint-imports

format: $(VENV)/test ## Rewrite the sources in the agreed form
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/test ## A page at the end of 1,000,000 entries against one at the start
	$(BIN)/python -m benchmarks.paging

bench-peers: $(VENV)/test ## This server, medallion and OpenTAXII side by side, in some minutes
	$(BIN)/python -m benchmarks.peers

bench-validation: $(VENV)/test ## Validation against stix2.parse on the sample data
	$(BIN)/python -m benchmarks.validation

lock: $(VENV)/test ## Resolve all versions anew (needs uv)
	uv pip compile -q --no-header --generate-hashes --universal --python-version 3.11 \
	    --extra build pyproject.toml -o requirements/runtime.lock
	uv pip compile -q --no-header --generate-hashes --universal --python-version 3.11 \
	    --extra build --extra test pyproject.toml -o requirements/test.lock
	uv pip compile -q --no-header --generate-hashes --universal --python-version 3.11 \
	    requirements/tools.in -o requirements/tools.lock

clean: ## Remove the virtual environment and all caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis

# The marks say which of the two sets of packages the environment holds. The project
# itself is installed in place, so that a change of the sources needs no new install.
$(VENV)/runtime: requirements/runtime.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/runtime.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test: requirements/test.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/test.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/runtime

# Other people's tools, which tests feed with what this project makes. They need versions of
# their own, and register types with the stix2 library that are also ours.
$(VENV)/tools/complete: requirements/tools.lock
	$(PYTHON) -m venv $(VENV)/tools
	$(VENV)/tools/bin/python -m pip install -q --require-hashes -r requirements/tools.lock
	@touch $@
