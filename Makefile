# The commands of this project. `make demo` and `make test` do all their set-up themselves.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= auto

.PHONY: help demo test test-all test-exhaustive histories fuzz test-containers lint format catalogue vendor-lock tools-lock schemas examples package bench bench-imports bench-rebuild clean

help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# One set-up for everything: a virtual environment with the console script and the tools that check it.
$(VENV)/.ready: pyproject.toml constraints.txt data/pip-requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Lamina needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	  echo "Name another one:  make PYTHON=/path/to/python3.13"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot create virtual environments: its venv or ensurepip module is missing."; \
	  echo "On Debian and Ubuntu:  apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@rm -rf wheels
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest wheels -r data/pip-requirements.txt
	@touch $@

demo: $(VENV)/.ready ## build, run and rebuild examples/pip-flask
	@$(BIN)/python tools/demo.py

test: $(VENV)/.ready ## all tests except those that need root, under 5 minutes
	@$(BIN)/python -m pytest -m "not containers and not heavy" -n $(JOBS) --dist loadgroup

test-all: test ## those and the ones that take long, such as every server for real
	@$(BIN)/python -m pytest -m "heavy and not exhaustive and not containers" -n $(JOBS) --dist loadgroup

test-exhaustive: $(VENV)/.ready ## every further variant of what takes long, for hours
	@$(BIN)/python -m pytest -m "exhaustive and not containers" -n $(JOBS) --dist loadgroup

histories: $(VENV)/.ready ## play N=2000 histories of builds in memory, from SEED=0 on
	@$(BIN)/python -m tests.histories --number $(or $(N),2000) --seed $(or $(SEED),0)

fuzz: $(VENV)/.ready ## hand N=1000000 inputs to all that reads what strangers wrote, from SEED=0 on
	@$(BIN)/python -m tests.fuzz --number $(or $(N),1000000) --seed $(or $(SEED),0)

test-containers: $(VENV)/.ready ## the packaged buildpack in real containers (root)
	@$(BIN)/python -m pytest -m containers tests/containers

lint: $(VENV)/.ready ## ruff, mypy --strict, import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.ready ## let ruff format and fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

catalogue: $(VENV)/.ready ## regenerate the runtime catalogue
	@$(BIN)/python tools/catalogue.py

vendor-lock: $(VENV)/.ready ## regenerate vendor.lock from constraints.txt
	@$(BIN)/python tools/vendor_lock.py

tools-lock: $(VENV)/.ready ## pin the newest uv, Poetry, Pipenv and PDM with hashes
	@$(BIN)/python tools/tools_lock.py

schemas: $(VENV)/.ready ## write docs/schemas anew
	@$(BIN)/python tools/schemas.py

examples: $(VENV)/.ready ## make the examples' locks that aren't committed
	@$(BIN)/python tools/examples.py

package: $(VENV)/.ready ## dist/: the buildpack as a platform takes it
	@$(BIN)/python tools/package.py $(PACKAGE_ARGS)

bench: $(VENV)/.ready ## start-up of bin/detect against its bare interpreter
	@$(BIN)/python tools/bench_detect.py $(BENCH_ARGS)

bench-rebuild: $(VENV)/.ready ## what rebuilds cost, divided and undivided (REBUILD_ARGS="--help")
	@$(BIN)/python tools/bench_rebuild.py $(REBUILD_ARGS)

bench-imports: $(VENV)/.ready ## start-up of Python's imports, divided over layers against undivided
	@$(BIN)/python tools/bench_imports.py $(BENCH_ARGS)

clean: ## remove what the commands above made
	rm -rf $(VENV) dist wheels .lamina .mypy_cache .ruff_cache .pytest_cache .hypothesis
