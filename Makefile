# The two commands of a new user: `make run` and `make test`. Both need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test check format bench lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## make the environment and start the daemon
	@$(BIN)/monitor run

test: check ## lint, types, import rules, tests
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(VENV)/.test ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test ## measure matching, key facts, feeds, stories and alerts, in one run each
	$(BIN)/python -m bench.matching
	$(BIN)/python -m bench.facts
	$(BIN)/python -m bench.feeds
	$(BIN)/python -m bench.stories
	$(BIN)/python -m bench.freshness --feeds 2000
	$(BIN)/python -m bench.alerts --seconds 20 --seeds 1

format: $(VENV)/.test ## format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## write the lock files anew from pyproject.toml; needs uv
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra build pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra build --extra dev pyproject.toml --output-file requirements-dev.lock --constraint requirements.lock

clean: ## remove the environment and caches; var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in $(VENV) (once, about two minutes) ..."
	@$(PYTHON) -m venv $(VENV)

INSTALL = PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	@$(INSTALL) --require-hashes --no-deps --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.lock
	@$(INSTALL) --require-hashes --no-deps --requirement requirements-dev.lock
	@touch $@
