# Each target does all its own set-up. Needs: Python 3.11 to 3.13 with venv and headers, a C compiler, make.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# durable_rules names a C function that Python 3.13 dropped; its successor takes the same arguments.
FLAGS := -O2 -DPyEval_CallObject=PyObject_CallObject

.DEFAULT_GOAL := help
.PHONY: run test check lint mutants bench screenshots clean help

run: $(VENV)/.run  ## serve on http://127.0.0.1:8000
	$(BIN)/recommender serve

# A module's tests share what they set up, so they stay together; those with a browser take longest and come first.
test: $(VENV)/.dev  ## run every test
	$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

check: $(VENV)/.run  ## check every rule and catalogue file
	$(BIN)/recommender check

lint: $(VENV)/.dev  ## style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

mutants: $(VENV)/.dev  ## make every slip in the rules, and see that a vignette notices it
	$(BIN)/python tools/mutants.py

bench: $(VENV)/.dev  ## measure: engine against evaluator, and the service under load
	$(BIN)/python benchmarks/engine.py && $(BIN)/python benchmarks/load.py

screenshots: $(VENV)/.dev  ## every page in every state, as pictures in screenshots/
	PYTHONPATH=tests/browser:tests $(BIN)/python tools/screenshots.py

clean:  ## remove the environment and what was built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 18

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.engine: $(VENV)/bin/python constraints.txt
	CPPFLAGS="$(FLAGS)" $(BIN)/pip install -q --no-cache-dir --no-binary durable-rules -c constraints.txt durable-rules setuptools
	@touch $@

$(VENV)/.run: $(VENV)/.engine pyproject.toml constraints.txt
	$(BIN)/pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install -q -c constraints.txt -e .[dev]
	@touch $@
