# make help lists what there is. Everything is set up on first use: Python 3.11 or newer and make are enough, and for
# make test Java 17 or newer and npm.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Locks hold for every system and every Python from the oldest that we promise. They are made from the public index alone:
# what a machine adds to it exists on no other machine. Dependabot reads in them with which options it is to make them anew.
UNIVERSAL := --universal --python-version 3.11
COMPILE := env -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS ../$(BIN)/uv pip compile --quiet --no-config --system-certs \
	$(UNIVERSAL) --generate-hashes --custom-compile-command "make lock, which is uv pip compile $(UNIVERSAL)"
LOCKS := site pooling dev exit-properdocs exit-zensical # in this order: some hold to the versions of those before
WORKERS ?= 2

.PHONY: help site serve check test lint types browser checker exit lock upgrade format clean
.DEFAULT_GOAL := help

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/make \1\t\2/' | expand -t 16

site: $(VENV)/.site ## Check the evidence and build the site into site/
	$(BIN)/python build_site.py

serve: $(VENV)/.site ## Show the site on this computer and rebuild it at each change
	$(BIN)/python build_site.py serve

check: $(VENV)/.site ## List every problem in the evidence
	$(BIN)/python build_site.py check

test: lint types browser checker exit ## Check code, types and behaviour, in a browser too
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

browser: $(VENV)/.dev
	PYTHON=$(BIN)/python sh tests/browser/install.sh

checker: $(VENV)/.dev
	$(BIN)/python tests/nu_checker.py

benchmark: $(VENV)/.site ## Measure every stage on invented reviews of three sizes (takes a while)
	$(BIN)/python benchmarks/run.py

exit: .cache/exit/properdocs/.made .cache/exit/zensical/.made

.cache/exit/%/.made: requirements/exit-%.txt
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r $<
	touch $@

format: $(VENV)/.dev ## Bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## Write the locked dependencies anew from requirements/*.in
	cd requirements && for name in $(LOCKS); do $(COMPILE) $(NEWEST) $$name.in -o $$name.txt || exit 1; done

upgrade: ## Lock the newest versions that requirements/*.in allow
	$(MAKE) lock NEWEST=--upgrade

clean: ## Remove everything that the commands here made
	rm -rf $(VENV) build site .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.site: requirements/site.txt | $(VENV)/.made
	$(PIP) install --quiet --require-hashes -r requirements/site.txt
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.site
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	touch $@
