# The commands to know: make demo, make check, make test. Each sets up a virtual environment in .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

.PHONY: demo check test slow hostile hostile-full lint docs reference study site screenshots bench engines clean

demo: $(VENV)/.base
	$(BIN)/cognomen predict Smith Nakamura "O'Brien" Kowalczyk Papadopoulos Müller Nguyễn

check: $(VENV)/.lint  ## finds most mistakes in under a minute of CPU time: lint, and all but the slow tests
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(ONE_THREAD) $(BIN)/python -m pytest -q -m "not slow"

test: $(VENV)/.test  ## the whole test suite
	$(ONE_THREAD) $(BIN)/python -m pytest -n auto

slow: $(VENV)/.test  ## measures all tests, and writes tests/slow.txt: those that `make check` leaves out
	$(ONE_THREAD) $(BIN)/python tests/measure_slow.py

hostile: $(VENV)/.test  ## a sample of damaged models, texts that are no names, killed runs and Ctrl-C: ten minutes
	$(ONE_THREAD) $(BIN)/python tests/hostile/run.py

hostile-full: $(VENV)/.test  ## all of it, for hours; docs/reliability.md has the figures
	$(ONE_THREAD) $(BIN)/python tests/hostile/run.py --full
	$(BIN)/python tests/hostile/run.py --write

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.test  ## fails when a generated page or figure is stale; `make reference` rewrites them
	$(BIN)/python docs/generate_reference.py --check
	$(BIN)/python docs/generate_names.py --check
	$(BIN)/python docs/generate_figures.py --check
	$(BIN)/python docs/generate_study.py --check
	$(BIN)/python docs/generate_notebook.py --check
	$(BIN)/python benchmarks/figures.py --check

reference: $(VENV)/.test
	$(BIN)/python docs/generate_reference.py
	$(BIN)/python docs/generate_names.py
	$(BIN)/python docs/generate_figures.py
	$(BIN)/python docs/generate_study.py
	$(BIN)/python docs/generate_notebook.py
	$(BIN)/python benchmarks/figures.py

study: $(VENV)/.test  ## runs every experiment again (a quarter of an hour) and updates the study's pages
	env -u OPENBLAS_CORETYPE $(ONE_THREAD) $(BIN)/cognomen study all --out docs/study
	$(BIN)/python docs/generate_study.py
	$(BIN)/python docs/generate_figures.py
	$(BIN)/python docs/generate_notebook.py

site: $(VENV)/.docs  ## builds the documentation as a site, in site/
	$(BIN)/mkdocs build --strict --quiet

screenshots: $(VENV)/.test  ## takes the pictures of the page "See it think" again; needs Chromium
	$(BIN)/python docs/generate_screenshots.py

bench: $(VENV)/.bench  ## retrains the pretrained models and measures what is published of them, for hours; see engines, study and hostile-full too
	$(BIN)/python benchmarks/classic.py
	$(BIN)/python benchmarks/world.py
	$(BIN)/python benchmarks/rivals.py
	$(BIN)/python benchmarks/knowing.py
	$(BIN)/python benchmarks/generator.py
	$(BIN)/python benchmarks/given_names.py
	$(BIN)/python benchmarks/order.py
	$(BIN)/python benchmarks/unlike.py
	$(BIN)/python benchmarks/limits.py
	$(BIN)/python benchmarks/tutorial.py
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/outside.py
	$(BIN)/python benchmarks/classic.py --card
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/speed_profile.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/outcomes.py
	$(BIN)/python benchmarks/page.py
	$(BIN)/python benchmarks/serve.py --minutes 30
	$(BIN)/python benchmarks/figures.py

engines: $(VENV)-engines/.done  ## executes all engines, Spark, Ray and Daft among them, on real names (needs Java)
	$(ONE_THREAD) $(VENV)-engines/bin/python benchmarks/engines.py
	$(ONE_THREAD) $(VENV)-engines/bin/python benchmarks/dataset.py
	$(ONE_THREAD) $(VENV)-engines/bin/python benchmarks/figures.py

clean:
	rm -rf $(VENV) $(VENV)-engines build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[test]'
	@touch $@ $(VENV)/.base

# PyTorch first, in a version with a CPU build: the default build would download gigabytes.
$(VENV)/.bench: $(VENV)/.test
	$(PIP) torch==2.13.0
	$(PIP) -e '.[test,bench]'
	@touch $@

# In an environment of their own: they ask for other versions of pyarrow than the rest is tested with.
$(VENV)-engines/.done: pyproject.toml
	$(PYTHON) -m venv $(VENV)-engines
	$(VENV)-engines/bin/python -m pip --disable-pip-version-check install --quiet -e '.[clusters,plots]'
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	$(PIP) -e '.[test,lint]'
	@touch $@

$(VENV)/.docs: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[docs]'
	@touch $@
