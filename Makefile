# Everything a contributor or a first-time reader does, each target setting up what it needs.
# Needs python3 (3.11 or newer, with venv), make and git; what else is needed comes into .venv and node_modules.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
JOBS   ?= 2

RUNTIME := $(VENV)/.runtime
DEV     := $(VENV)/.dev
ASSETS  := node_modules/.ready

# Output of parallel checks is kept together where this make can do so (GNU make 4).
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.DEFAULT_GOAL := help
.PHONY: help setup demo up check test bench audit lock clean browser lint types contracts house

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEV) $(ASSETS) ## the environment of a contributor: locked dependencies and browser assets

demo: $(RUNTIME) $(ASSETS) ## the whole system with a made-up retailer in it
	@$(BIN)/commissary demo

up: $(RUNTIME) $(ASSETS) ## the whole system, empty or as you left it; prints its address and a key
	@$(BIN)/commissary up

check: $(DEV) ## the gate: style, types, import contracts, rules of the house (under a minute)
	@$(MAKE) --no-print-directory --keep-going --jobs=$(JOBS) $(TOGETHER) lint types contracts house

test: $(DEV) $(ASSETS) browser ## every test, browser tests included (ARGS="-k cancel" narrows)
	@$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

bench: $(DEV) $(ASSETS) ## measures throughput on this machine (ONLY=name for one)
	@tools/program wrk "benches that need it as load generator are left out" wrk
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

audit: $(RUNTIME) ## all invariants over your data; fails when a row breaks one
	@$(BIN)/commissary audit

lock: $(DEV) ## lock files anew from pyproject.toml and package.json (UPGRADE=1 for newest versions)
	@tools/lock $(if $(UPGRADE),--upgrade)
	@tools/npm $(if $(UPGRADE),update,install) --package-lock-only --ignore-scripts

clean: ## removes environment, assets and caches; never your data
	rm -rf $(VENV) node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist build
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- parts of `check`, run side by side

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV)
	@$(BIN)/mypy

contracts: $(DEV)
	@$(BIN)/lint-imports --config importlinter.ini

house: $(DEV)
	@$(BIN)/pytest -q tests/arch

browser:
	@tools/program chromium "browser tests are skipped" chromium chromium-browser google-chrome

# --- what the targets stand on; each stamp is renewed when its lock file changes

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Commissary needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "Installing the runtime dependencies into $(VENV)."
	@$(PIP) install --quiet --require-hashes -r requirements/runtime.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing the development dependencies into $(VENV)."
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(RUNTIME)

$(ASSETS): package.json package-lock.json .npmrc | $(BIN)/python
	@echo "Installing the browser assets into node_modules."
	@tools/npm ci --ignore-scripts --silent
	@touch $@
