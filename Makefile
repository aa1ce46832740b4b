# One entry to everything: make demo | quick | test | check | derived | bench | validate | campaign | fuzz | packages | docs | clean.
# Each target sets up `.venv` by itself; the stamp files say which extras are already in it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
DEMO_MAP := maps/portland-medford-sakura.html

.DEFAULT_GOAL := help
.PHONY: help demo quick test check derived bench validate campaign fuzz packages docs clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "tripplan needs Python 3.11 or later; say which: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-base: pyproject.toml | $(BIN)/python
	$(PIP) -e .
	@touch $@

$(VENV)/.stamp-test: pyproject.toml | $(BIN)/python
	$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.stamp-bench: pyproject.toml | $(BIN)/python
	$(PIP) -e '.[bench]'
	@touch $@

$(VENV)/.stamp-validate: pyproject.toml | $(BIN)/python
	$(PIP) -e '.[validate]'
	@touch $@

$(VENV)/.stamp-docs: pyproject.toml | $(BIN)/python
	$(PIP) -e '.[docs]'
	@touch $@

demo: $(VENV)/.stamp-base  ## plan Portland - Medford in a Nissan Sakura; prints it, draws a map
	$(BIN)/tripplan plan "Portland, OR" "Medford, OR" --vehicle nissan-sakura \
		--departure-soc 100% --ambient-c 20 -o $(DEMO_MAP)
	@echo
	@echo 'The map is $(DEMO_MAP): open it in a browser. Next:'
	@echo '  $(BIN)/tripplan vehicles'
	@echo '  $(BIN)/tripplan plan "Denver, CO" "Vail, CO" -v nissan-leaf-40 --ambient-c 20F -o maps/vail.html'
	@echo '  $(BIN)/tripplan plan --help'

quick: $(VENV)/.stamp-test  ## run the tests that take no longer than some seconds each
	$(BIN)/python -m pytest -n 2 --dist loadfile -m 'not slow'

test: $(VENV)/.stamp-test  ## run all tests, or some: make test T=tests/unit/planning
	$(BIN)/python -m pytest $(if $(T),$(T),-n 2 --dist loadfile)

check: $(VENV)/.stamp-test  ## run linter, format check, types and import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

derived: $(VENV)/.stamp-test  ## write the files that follow from the records
	$(BIN)/python tools/write_derived.py

bench: $(VENV)/.stamp-bench  ## measure all that can be measured here; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/everything.py

validate: $(VENV)/.stamp-validate  ## compare with measurements of real cars; writes docs/models/validation.md
	$(BIN)/python -m validation

campaign: $(VENV)/.stamp-test  ## random trips against laws: make campaign N=1000 SEED=7 REGIONS="starter made-up"
	$(BIN)/python -m campaign $(if $(CASE),--case $(CASE),-n $(or $(N),200) --seed $(or $(SEED),1)) \
		$(if $(OUT),--out $(OUT)) $(REGIONS)

fuzz: $(VENV)/.stamp-test  ## damaged files and odd arguments: make fuzz N=10000 SEED=7 T="osm chargers" KEEP=found
	PYTHONPATH=. $(BIN)/python -m tests.fuzz -n $(or $(N),1000) --seed $(or $(SEED),1) $(if $(KEEP),--keep $(KEEP)) $(T)

packages: $(VENV)/.stamp-test  ## build wheel and sdist, install them with the oldest libraries allowed, and use them
	rm -rf build/packages build/oldest
	$(PIP) uv 'hatchling>=1.25'
	$(BIN)/python -m hatchling build -d build/packages
	$(BIN)/uv pip compile -q --resolution lowest-direct pyproject.toml -o build/oldest.txt
	$(PYTHON) -m venv build/oldest
	build/oldest/bin/python -m pip install -q 'setuptools<81' wheel 'hatchling>=1.25'
	build/oldest/bin/python -m pip install -q --no-build-isolation -r build/oldest.txt
	for built in build/packages/*.tar.gz build/packages/*.whl; do \
		build/oldest/bin/python -m pip install -q --no-deps --no-build-isolation --force-reinstall $$built \
		&& build/oldest/bin/tripplan --version \
		&& build/oldest/bin/tripplan region check starter \
		&& build/oldest/bin/tripplan vehicles >/dev/null || exit 1; done
	NUMBA_CACHE_DIR=build/oldest/compiled build/oldest/bin/tripplan plan 'Portland, OR' 'Salem, OR' --vehicle nissan-sakura

docs: $(VENV)/.stamp-docs  ## build the documentation into docs/_build; warnings are errors
	$(BIN)/python -m sphinx -E -W --keep-going -q -b html docs docs/_build

clean:  ## remove what was built: compiled code, caches, rendered docs
	find src tests tools benchmarks validation campaign docs -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf build dist docs/_build docs/reference/generated .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache src/*.egg-info
