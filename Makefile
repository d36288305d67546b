# `make demo` and `make test` do all their own set-up: they need Python 3.11 or newer with pip, and PyPI.
# Everything is installed into .venv; `make clean` removes it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One environment is shared by all targets, so that targets wait for each other even under `make -j`.
.NOTPARALLEL:
.PHONY: help demo test check format pytest lowest fuzz thorough bench schemas clean

# Nothing of the caller's own Python set-up leaks in.
unexport PYTHONPATH
unexport PYTHONHOME
unexport VIRTUAL_ENV

# The interpreter that builds .venv: `make test PYTHON=python3.13`, or the first of these that is new enough.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys, pip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in $(CANDIDATES); do $$each -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$each && break; done)

# How long `make fuzz` goes on: `make fuzz SECONDS=3600`; with SEED=N it tries the cases from N on.
SECONDS ?= 300
SEED ?=

# Processes that pytest runs in, and more arguments for it: `make pytest ARGS="tests/read -k gzip"`.
WORKERS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
LOWEST := $(VENV)/lowest
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# The stubs say what compiled modules hold; skipping all other modules saves ten seconds. Cython adds names of its own.
STUBTEST := --concise --ignore-missing-stub --ignore-disjoint-bases --mypy-config-file=$(VENV)/stubtest.ini
# What an installation is made of beside the modules themselves, which it refers to.
DESCRIPTION := pyproject.toml hatch_build.py exportkit/_version.py $(wildcard exportkit/native/*.pyx exportkit/native/*.pxd)

help:
	@echo "make demo      convert the example export and query the tables"
	@echo "make test      everything: check, then pytest"
	@echo "make check     ruff, mypy, stubtest, import-linter"
	@echo "make pytest    the tests alone (ARGS=..., WORKERS=$(WORKERS))"
	@echo "make lowest    the tests with the lowest versions of everything that is allowed (ARGS=..., WORKERS=$(WORKERS))"
	@echo "make format    let ruff lay out the code"
	@echo "make fuzz      the laws over mutated lines and bytes (SECONDS=$(SECONDS), SEED=...)"
	@echo "make thorough  the laws of the tests, with a hundred times the examples"
	@echo "make bench     the short form of the benchmarks"
	@echo "make schemas   write schemas/ anew from the declarations"
	@echo "make clean     remove .venv and all caches"

demo: $(VENV)/.has-duckdb
	@$(BIN)/python examples/demo.py

test: check pytest

check: $(VENV)/.has-dev
	@$(BIN)/ruff check --quiet --output-format=concise
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy
	@printf '[mypy]\nfollow_imports = skip\n' > $(VENV)/stubtest.ini
	@$(BIN)/stubtest $(STUBTEST) $(basename $(subst /,.,$(wildcard exportkit/native/*.pyx)))
	@$(BIN)/lint-imports --no-logo

pytest: $(VENV)/.has-dev
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

format: $(VENV)/.has-dev
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format

lowest: $(LOWEST)/.has-dev
	@$(LOWEST)/bin/python -m pytest -n $(WORKERS) $(ARGS)

fuzz: $(VENV)/.has-dev
	@cd tests && ../$(BIN)/python -m fuzz --seconds=$(SECONDS) $(if $(SEED),--seed=$(SEED))

thorough: $(VENV)/.has-dev
	@$(BIN)/python -m pytest -n $(WORKERS) -m hypothesis --hypothesis-profile=thorough $(ARGS)

bench: $(VENV)/.has-bench
	@$(BIN)/python -m benchmarks --short

schemas: $(VENV)/.has-dev
	@$(BIN)/python -m exportkit.tables.schema_files schemas

clean:
	@rm -rf $(VENV) exportkit/native/*.so build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python without ensurepip (Debian without python3-venv) lends its own pip to the environment.
$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "No Python 3.11 or newer with pip was found: name one with PYTHON=..." >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { $(PYTHON) -m venv --clear --without-pip $(VENV) \
	  && $(PYTHON) -m pip --quiet --disable-pip-version-check --python $(BIN)/python install pip; }

# uv is what knows how to choose the lowest versions.
$(LOWEST)/.has-dev: $(DESCRIPTION) | $(BIN)/python
	@echo "Installing exportkit[dev] with the lowest versions into $(LOWEST) (once; a few minutes on a slow line)"
	@$(PIP) install uv
	@$(BIN)/python -m uv --quiet venv --clear --seed --python $(BIN)/python $(LOWEST)
	@$(BIN)/python -m uv --quiet pip install --python $(LOWEST)/bin/python --resolution lowest-direct --editable '.[dev]'
	@touch $@

$(VENV)/.has-%: $(DESCRIPTION) | $(BIN)/python
	@echo "Installing exportkit[$*] into $(VENV) (once; a few minutes on a slow line)"
	@$(PIP) install --editable '.[$*]'
	@touch $@
