# policybook: from a fresh clone to a published site (`make site`) and to all tests (`make test`).
# `make help` lists the targets.

PYTHON  ?= python3
WORKERS ?= 2

VENV    := .venv
BIN     := $(VENV)/bin
# Locked packages, this package, and what browsers get from npm: a change of one alone redoes
# only what it must.
LOCKED  := $(VENV)/.locked
READY   := $(VENV)/.ready
NPM     := $(VENV)/.npm
SPARK   := $(VENV)/.spark

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
# Modules of somebody else's project must not shadow the locked ones.
unexport PYTHONPATH PYTHONHOME

.PHONY: help site test lint format lock serve programs spark clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

site: $(READY) $(NPM) ## build every edition of data/ into _build/site/
	@$(BIN)/python -m compileall -q policybook
	$(BIN)/policybook build

test: $(READY) $(NPM) $(SPARK) programs lint ## set up, check style and types, then run every test
	@$(BIN)/python -m compileall -q policybook
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope

lint: $(READY) ## ruff and mypy
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## lay out the code as `make lint` wants it
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

serve: site ## build, then show the site on this machine only
	@$(BIN)/policybook serve

spark: $(SPARK) ## install what --engine spark://... needs (0.5 GB); the tests need it too

programs: $(READY) ## find or install the programs that the tests drive
	@tools/programs $(BIN)/python

# Hashes must be those of the package index and of nothing local, hence the bare pip.
lock: $(READY) ## compile requirements*.txt anew from pyproject.toml (UPGRADE=1: newest versions)
	@compile() {
	    env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	        CUSTOM_COMPILE_COMMAND="make lock" \
	        $(BIN)/python -m piptools compile $(if $(UPGRADE),--upgrade) \
	        --generate-hashes --allow-unsafe --strip-extras \
	        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --quiet "$$@"
	}
	compile --extra dask --extra dev --extra postgresql --output-file requirements.txt pyproject.toml
	$(BIN)/python -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	    print(*project["optional-dependencies"]["spark"], sep="\n")' \
	    | compile --output-file requirements-spark.txt -

clean: ## remove what was built, but not the environment
	@rm -rf _build build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(LOCKED): requirements.txt
	@command -v "$(PYTHON)" >/dev/null || {
	    echo "policybook needs Python 3.11 or newer, and there is no $(PYTHON)." >&2
	    echo "Install it, or name another: make PYTHON=/path/to/python3 ..." >&2
	    exit 1
	}
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	    echo "policybook needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" --version 2>&1)." >&2
	    echo "Name another: make PYTHON=/path/to/python3.11 ..." >&2
	    exit 1
	}
	"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || {
	    echo "$(PYTHON) cannot make a virtual environment: its modules venv and ensurepip are missing." >&2
	    echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
	    exit 1
	}
	echo "policybook: making $(VENV) from requirements.txt" >&2
	"$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --compile \
	    --require-hashes -r requirements.txt
	touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --compile \
	    --no-deps --no-build-isolation --editable .
	touch $@

$(NPM): $(LOCKED) $(wildcard tools/npm/*)
	@tools/npm/install $(VENV)
	touch $@

# In a folder of its own, for Spark's process alone: pandera imports PySpark wherever it finds it.
$(SPARK): $(LOCKED) requirements-spark.txt
	@rm -rf $(VENV)/spark
	$(BIN)/python -m pip install -qq --disable-pip-version-check --compile --no-build-isolation \
	    --require-hashes --target $(VENV)/spark -r requirements-spark.txt
	touch $@
