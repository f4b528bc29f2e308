# Each target does all its own set-up. Needs: Python 3.11 to 3.13 with venv and headers, a C compiler, make.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# durable_rules names a C function that Python 3.13 dropped; its successor takes the same arguments.
FLAGS := -O2 -DPyEval_CallObject=PyObject_CallObject

.DEFAULT_GOAL := help
.PHONY: run test test-deep test-long check lint prove proved diff mutants code-mutants bench batch-proof conformance crowd effort screenshots pictures figures client-tools wheel sbom audit lock clean help

run: $(VENV)/.run  ## serve on http://127.0.0.1:8000
	$(BIN)/recommender serve

# docs/testing.md says what runs where. Together the three run every test, and none twice.
PYTEST := CLIENT_TOOLS=$(VENV)-clients $(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_FLAGS)

# So many slips in the code that safety rests on are tried, chosen by seed: a number, for a time would try fewer on a
# slower machine. `make code-mutants` tries all.
CODE_MUTANT_COUNT ?= 30

test: $(VENV)/.dev $(VENV)/.proof $(VENV)/.batch  ## run a true sample of every kind of test, in under five minutes
	$(PYTEST) -m "not deep and not long"

test-deep: $(VENV)/.dev $(VENV)/.figures $(VENV)/.proof $(VENV)/.batch client-tools  ## run all other tests, the brief's coverage, and every slip in the rules and the final check
	$(PYTEST) -m "deep and not long"
	$(BIN)/recommender check --coverage
	$(BIN)/python -m tests.assembly.without_checks
	$(BIN)/python -m tools.rule_mutants
	$(BIN)/python -m tools.code_mutants --count $(CODE_MUTANT_COUNT)

test-long: $(VENV)/.dev $(VENV)/.figures $(VENV)/.proof $(VENV)/.batch client-tools  ## before a release: run what takes longer still, at full size
	$(PYTEST) -m long --timeout 7200
	$(BIN)/python -m tools.code_mutants

check: $(VENV)/.run  ## check every rule and catalogue file
	$(BIN)/recommender check

prove: $(VENV)/.proof  ## prove what must hold for every answer sheet, or show somebody for whom it does not; kept in rules/proof.json
	$(BIN)/recommender prove --record

proved: $(VENV)/.proof  ## the same, changing nothing: fails unless the proof that is kept is of exactly these rules
	$(BIN)/recommender prove --kept

diff: $(VENV)/.proof  ## say whom the rules here make less safe than those of the last release, and fail on what nobody accepted
	$(BIN)/python -m tools.diff_since_release

lint: $(VENV)/.dev $(VENV)/.figures $(VENV)/.batch  ## style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

mutants: $(VENV)/.dev  ## make every slip in the rules, and see that a vignette notices it
	$(BIN)/python -m tools.rule_mutants

code-mutants: $(VENV)/.dev  ## make every slip in the code that safety rests on, and see that a test notices it
	$(BIN)/python -m tools.code_mutants

bench: $(VENV)/.dev  ## measure: one recommendation by stage, engine against evaluator, and the service under load
	$(BIN)/python -m benchmarks.stages && $(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.served && $(BIN)/python -m benchmarks.load

batch-proof: $(VENV)/.dev $(VENV)/.batch  ## 100,000 sheets through recommender batch: one core, two cores, two Dask workers; all must write the same
	$(BIN)/python -m benchmarks.batch

conformance: $(VENV)/.proof  ## make the conformance kit anew, after a change of rules, questions or exercises
	PYTHONHASHSEED=0 $(BIN)/python -m tools.conformance  # or the solver finds other people each time

crowd: $(VENV)/.dev  ## what 5,000 plausible people get, kept in docs/crowd.md and docs/crowd.json
	$(BIN)/python -m tools.crowd --count 5000 --page docs/crowd.md --json docs/crowd.json

effort: $(VENV)/.dev  ## what it costs nine kinds of people to get a routine, kept in docs/effort.md and docs/effort.json
	$(BIN)/python -m tools.effort --page docs/effort.md --json docs/effort.json

screenshots: $(VENV)/.dev  ## every page in every state, as pictures in screenshots/
	$(BIN)/python -m tools.screenshots

pictures: $(VENV)/.dev  ## the three pictures of the README, in docs/pictures/
	$(BIN)/python -m tools.screenshots --readme

figures: $(VENV)/.figures  ## draw every exercise whose pose data changed
	$(BIN)/python -m tools.figures.build

client-tools: $(VENV)-clients/.python $(VENV)-clients/.node  ## what makes clients of the API, and tries it by its document, for the deep tests, in $(VENV)-clients

wheel: $(VENV)/.run  ## the package in dist/; the same commit makes the same bytes
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(BIN)/python -m hatchling build -t wheel

sbom: $(VENV)/.run  ## the bill of materials (CycloneDX) in dist/sbom.json
	@mkdir -p dist
	$(BIN)/python -m tools.sbom > dist/sbom.json

audit: $(VENV)/bin/python  ## look up known faults of every locked package, where the advisories can be reached
	tools/audit.sh $(BIN)/python $(VENV)-tools

lock: $(VENV)-tools/.tools  ## renew constraints.txt and requirements/ from pyproject.toml; LOCK_FLAGS=--upgrade takes newer versions
	UV=$(VENV)-tools/bin/uv tools/lock.sh $(LOCK_FLAGS)

clean:  ## remove the environment and what was built
	rm -rf $(VENV) $(VENV)-tools $(VENV)-clients build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 18

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make PYTHON=..."; exit 1; }
	@echo "First time: setting up in $(VENV). This takes a minute or two; the rules engine is compiled here."
	$(PYTHON) -m venv $(VENV)

# Everything from elsewhere is held against the digests in requirements/, what builds the engine and the package included.
INSTALL := $(BIN)/pip install -q --require-hashes --no-build-isolation

$(VENV)/.engine: $(VENV)/bin/python requirements/build.txt requirements/engine.txt
	$(INSTALL) -r requirements/build.txt
	CPPFLAGS="$(FLAGS)" $(INSTALL) --no-cache-dir --no-binary durable-rules -r requirements/engine.txt
	@touch $@

$(VENV)/.run: $(VENV)/.engine pyproject.toml requirements/run.txt
	$(INSTALL) -r requirements/run.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(INSTALL) -r requirements/dev.txt
	@touch $@

$(VENV)-tools/.tools: $(VENV)/bin/python requirements/tools.txt
	$(BIN)/python -m venv $(VENV)-tools
	$(VENV)-tools/bin/pip install -q --require-hashes -r requirements/tools.txt
	@touch $@

# What makes clients is kept apart too, and held against the digests of its own lists.
$(VENV)-clients/.python: $(VENV)/bin/python requirements/clients.txt
	$(BIN)/python -m venv $(VENV)-clients
	$(VENV)-clients/bin/pip install -q --require-hashes -r requirements/clients.txt
	@touch $@

$(VENV)-clients/.node: tests/integrate/clients/package-lock.json
	@mkdir -p $(@D)/node
	cp tests/integrate/clients/package.json tests/integrate/clients/package-lock.json $(@D)/node
	@command -v npm >/dev/null || { echo "npm is missing: the client for TypeScript is left out, which CI does not allow."; exit 0; } \
	&& npm ci --prefix $(@D)/node --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@

# The builder's libraries are kept apart from those that run: no file of digests has them, pyproject.toml pins them.
$(VENV)/.figures: $(VENV)/.run
	$(BIN)/pip install -q -c constraints.txt -e .[figures]
	@touch $@

# What proves runs on no site, and is pinned in pyproject.toml in the same way.
$(VENV)/.proof: $(VENV)/.run
	$(BIN)/pip install -q -c constraints.txt -e .[proof]
	@touch $@

# So is what reads and writes files of sheets, and speaks to a cluster.
$(VENV)/.batch: $(VENV)/.run
	$(BIN)/pip install -q -c constraints.txt -e .[batch] -e .[cluster]
	@touch $@
