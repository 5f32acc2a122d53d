# Each target works alone on a machine with Python >= 3.11, pip, venv and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
ALL_STAMP := $(VENV)/.installed-all

.PHONY: run test test-all lint bench cold-start docs clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,postgresql]'
	@touch $@ $(RUN_STAMP)

$(ALL_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,consumers,postgresql]'
	@touch $@ $(DEV_STAMP) $(RUN_STAMP)

run: $(RUN_STAMP)
	@$(BIN)/brightrun $(ARGS)

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/brightrun check seeds/financial_planning

# Four at once on two cores: much of a test of a screen is waiting, not computing.
test: $(DEV_STAMP)
	$(BIN)/pytest -n 4

test-all: $(ALL_STAMP) test
	$(BIN)/pytest -n 4 -m slow

bench: $(DEV_STAMP)
	for file in bench/*.py; do $(BIN)/python $$file || exit 1; done

cold-start: $(DEV_STAMP)
	$(BIN)/python bench/cold_start.py

docs: $(DEV_STAMP)
	$(BIN)/python docs/make_pictures.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
