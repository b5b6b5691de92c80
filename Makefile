# What can be done here: `make help`. Nothing but Python 3.11 or newer and make is needed before.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# Modules that are programs of their own.
BENCHES = $(patsubst bench/%.py,%,$(shell grep -l '__main__' bench/*.py))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test oracle check fix bench openapi migrate revision

help: ## Show what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.run-ready ## Install what running needs into .venv

run: $(VENV)/.run-ready ## Run a whole city on this machine until Ctrl-C
	@$(RUN) -m services.cli run

test: $(VENV)/.dev-ready ## Run the tests; ARGS="-k word" chooses some
	@$(RUN) -m pytest $(ARGS)

oracle: $(VENV)/.dev-ready ## Compare the walk with the tracing oracle over 10,000 random event sets
	@SUYUAN_ORACLE_SETS=10000 $(RUN) -m pytest tests/oracle $(ARGS)

check: $(VENV)/.dev-ready ## Check style, types, layers, OpenAPI files, migrations; changes nothing
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m services.cli openapi --check
	$(RUN) -m migrations check

fix: $(VENV)/.dev-ready ## Put right what can be put right by itself
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

bench: $(VENV)/.dev-ready ## Run every benchmark; ARGS=--quick is the short form
	@set -e; for bench in $(BENCHES); do $(RUN) -m bench.$$bench $(ARGS); done

openapi: $(VENV)/.dev-ready ## Write the services' OpenAPI descriptions into openapi/
	$(RUN) -m services.cli openapi

migrate: $(VENV)/.run-ready ## Bring the tables up to date: of this machine, or of SUYUAN_DATABASE_URL
	@$(RUN) -m services.cli migrate

revision: $(VENV)/.dev-ready ## Write a migration from the tables; m="what it does"
	@$(RUN) -m migrations revision "$(m)"

# Done once for each change of a lock file.
$(VENV)/.run-ready: requirements-build.lock requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Suyuan needs Python 3.11 or newer, and $(PYTHON) is %d.%d; name another one: make PYTHON=..." % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module; install it first (on Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	    -r requirements-build.lock -r requirements.lock
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
	    --editable .
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements-dev.lock
	@echo "Installing what tests and checks need ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	    -r requirements-dev.lock
	@touch $@
