# Every verb has one line of help; `make help` shows them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types bench fuzz docs plant prove screenshots bundle
BIN := .venv/bin
PLANT := examples/plant
export RUSTFLAGS ?=
have = cargo $(1) --version >/dev/null 2>&1 || { echo "lint: this Rust has no cargo $(1) (rustup's has); not checked" >&2; exit 0; };

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## install everything into .venv (Python 3.11, git and gcc must be there)
	@tools/setup.sh

demo: setup ## read the shipped plant, fill a store with it and serve the pages (ONCE=1: exit after the report)
	@$(BIN)/python tools/demo.py $(if $(ONCE),--once)

test: setup ## all tests (K=expression: only the Python tests that match it)
	@$(if $(K),,cargo test --workspace --quiet)
	@$(BIN)/pytest -q $(if $(K),-k '$(K)')

lint: setup types ## ruff, clippy, format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(call have,fmt) cargo fmt --all --check
	@$(call have,clippy) cargo clippy --workspace --all-targets --quiet -- -D warnings

types: setup ## mypy, strict
	@FIELDWATCH_DATA=build/types $(BIN)/mypy

bench: setup ## measure against peers; results in bench/results
	@$(BIN)/python -m bench

prove: setup ## measure one part again: PART=name (without it: which there are)
	@$(BIN)/python -m bench $(or $(PART),--list)

fuzz: setup ## fuzz each target (or TARGET=name) for SECONDS (20)
	@tools/fuzz.sh $(or $(SECONDS),20) $(TARGET)

screenshots: setup ## every page, dark and light, at 1280 and 1920, into build/screenshots (README=1: those of the README, too)
	@$(BIN)/python tools/screenshots.py $(if $(README),--readme)

bundle: setup ## one file that installs everything where there is no network, into dist (OUT=folder)
	@tools/bundle.sh $(OUT)

docs: setup ## write the tables of the documentation from the code
	@$(BIN)/python tools/docs.py

plant: $(PLANT)/.venv/ready ## record the example plant again (root; OUT=file: to there)
	@$(PLANT)/.venv/bin/python $(PLANT)/rig.py --out $(or $(OUT),$(PLANT)/plant.pcap)

# The stacks of the plant live apart: some are GPL, and none is a dependency of the package.
$(PLANT)/.venv/ready: $(PLANT)/requirements.txt
	@python3 -m venv $(PLANT)/.venv
	@$(PLANT)/.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@
