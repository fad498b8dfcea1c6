# Every verb has one line of help; `make help` shows them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types bench fuzz docs plant prove
BIN := .venv/bin
export RUSTFLAGS ?=

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## install everything into .venv (Python 3.11, git and gcc must be there)
	@tools/setup.sh

demo: setup ## read the shipped plant and show what is in it (ONCE=1: then exit)
	@$(BIN)/python tools/demo.py $(if $(ONCE),--once)

test: setup ## all tests
	@cargo test --workspace --quiet
	@$(BIN)/pytest -q

lint: setup types ## ruff, clippy, format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets --quiet -- -D warnings

types: setup ## mypy, strict
	@$(BIN)/mypy

bench: setup ## measure against peers; results in bench/results
	@$(BIN)/python -m bench

fuzz: setup ## fuzz each target for SECONDS (20)
	@tools/fuzz.sh $(or $(SECONDS),20)

plant: ## record the example plant again (root, network namespaces)
	@python3 examples/plant/rig.py --out examples/plant/plant.pcap

docs: setup ## write the tables of the documentation from the code
	@$(BIN)/python tools/docs.py

prove: setup ## the long proofs: PART=name
	@$(BIN)/python -m bench $(PART)
