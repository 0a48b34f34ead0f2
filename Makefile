# Two commands: `make run` serves a demo desk, `make test` tests everything. `make check` lints.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv where it is (faster), pip where it is not: the locks and their hashes are the same.
UV := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)
SETUP := pyproject.toml hatch_build.py README.md LICENSE
WORKERS ?= 2

.DEFAULT_GOAL := help
SEED ?= $(shell $(PYTHON) -c 'import random; print(random.randrange(1000000))')
.PHONY: help run test acceptance torture defences bench bench-full check format lock clean ui

help:
	@echo "make run      serve a demo desk on http://127.0.0.1:8080"
	@echo "make test     run all tests, on SQLite, on PostgreSQL and in a browser"
	@echo "make acceptance  mail between a real Postfix and a real Dovecot; needs root and Debian"
	@echo "make torture  the tests of faults at full length; SEED=… repeats a run"
	@echo "make defences take every defence out once and see its test fail"
	@echo "make bench    measure, ending within ten minutes; make bench-full with full sizes"
	@echo "make check    ruff, mypy, import-linter and the browser side's own checks"
	@echo "make format   lay the code out"
	@echo "make lock     pin what is installed anew (needs uv)"
	@echo "make clean    remove what was built"

run: $(VENV)/.runtime ui
	@$(BIN)/kindred run --demo

test: $(VENV)/.dev ui
	$(BIN)/python -m pytest -n $(WORKERS)

# Never part of the other runs: it installs what it needs.
acceptance: $(VENV)/.dev ui
	$(BIN)/python -m tests.acceptance_mail

torture: $(VENV)/.dev ui
	@echo "SEED=$(SEED)"
	KINDRED_TORTURE=long SEED=$(SEED) $(BIN)/python -m pytest -m torture -p no:cacheprovider -s

defences: $(VENV)/.dev ui
	$(BIN)/python -m tests.defences

bench: $(VENV)/.dev ui
	$(BIN)/python -m bench

bench-full: $(VENV)/.dev ui
	$(BIN)/python -m bench --full

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python ui/build.py check

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

ui: $(VENV)/.python
	@$(BIN)/python ui/build.py

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate $(UPGRADE) pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate $(UPGRADE) --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist ui/dist ui/.build-stamp ui/node_modules ui/.node .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kindred needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || $(UV) venv --seed --python $(PYTHON) $(VENV)
	@touch $@

# A stamp stands for what is installed: as long as the locks stay, nothing is installed again.
$(VENV)/.runtime: requirements.lock $(SETUP) | $(VENV)/.python
	@echo "Installing what requirements.lock names …"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(SETUP) | $(VENV)/.python
	@echo "Installing what requirements-dev.lock names …"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps -e .
	@touch $@
