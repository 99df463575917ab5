# Each target sets up what it needs: a .venv with the pinned packages, and bubblewrap. Nothing has to be activated.
SHELL := /bin/bash
BIN := .venv/bin
JOBS ?= 2
ENGINE ?= podman
READY := .venv/.ready
export TIMEFORMAT = took %U s + %S s of the processor (boxes that were ended aside), %R s in all

.PHONY: help setup demo test quick steady attacks attacks-as-user fuzz prove versions holes lint check build formgrader bench headlines image lock clean

help:
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(READY): requirements.lock pyproject.toml shared/pyproject.toml .ci/setup
	@bash .ci/setup

setup: $(READY) ## install everything that the other targets need

demo: $(READY) ; @$(BIN)/convgrade demo ## grade a sample class and show its page

test: $(READY) ; @bash .ci/extras; time OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(JOBS) $(TESTS) ## every test; of the known mistakes one in twenty (TESTS=tests/engine for some, JOBS=4 for more workers)
quick: $(READY) ; @time OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(JOBS) @tests/quick.txt ## the tests of the inner loop: no box, no server, no training
steady: $(READY) ; @bash .ci/extras; OMP_NUM_THREADS=1 $(BIN)/python -m bench.steady --jobs $(JOBS) $(TESTS) ## the tests three times in random order, beside 8 spinning processes per core
attacks: $(READY) ; @OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(JOBS) tests/attacks ## every attack on the wall, the judge and what reads a submission
attacks-as-user: $(READY) ; @bash .ci/as-user ## where you are root: attacks on the wall as an ordinary user
fuzz: $(READY) ; @EVERY_ODD_ANSWER=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(JOBS) --timeout=0 tests/course/test_odd_answers.py ## every odd answer in place of every answer that a check expects

prove: $(READY) ## every known mistake and every right solution of all assignments
	@set -e; for suite in solutions/*/; do $(BIN)/convgrade prove "$$(basename $$suite)" --together --jobs $(JOBS); done
versions: ; @bash .ci/versions ## the oldest and the newest Python and PyTorch that pyproject.toml promises: golden submissions, right solutions
holes: $(READY) ## what the suites let through: mutants of the right answers, and answers that do nothing
	@for suite in solutions/*/; do $(BIN)/convgrade prove "$$(basename $$suite)" --mutants --nothing --jobs $(JOBS) || failed=1; done; exit $${failed:-0}

lint: $(READY) ; @$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache --no-logo ## ruff, mypy, who imports whom
check: $(READY) ; @$(BIN)/convgrade build --check ## are the released notebooks what solutions/ says?
build: $(READY) ; @$(BIN)/convgrade build ## make the released notebooks from solutions/

formgrader: $(READY) ; @$(BIN)/convgrade build && $(BIN)/jupyter-lab $(OPTIONS) ## JupyterLab; formgrader is in its menu Nbgrader (OPTIONS=--port=9999)
bench: $(READY) ; @$(BIN)/python -m bench $(if $(COMPARE),--compare $(COMPARE)) $(if $(PEERS),--peers $(PEERS)) $(if $(RECORD),--record) $(OPTIONS) ## the figures beside their goals (PEERS=otter, RECORD=1 for the history, COMPARE=REV: what got slower)
headlines: $(READY) ; @$(BIN)/python -m bench.headlines $(ROWS) ## the lecture's results, run again: CNNKIT_DATA=folder, ROWS="lenet names"

image: ; @$(ENGINE) build --tag convgrade --file Containerfile $(OPTIONS) . ## an image for podman or Docker: engine, course, bubblewrap (ENGINE=docker)
lock: $(READY) ; @bash .ci/lock ## write requirements.lock from what is installed now
clean: ; @rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info shared/*.egg-info ## remove what the other targets made, and the environment
