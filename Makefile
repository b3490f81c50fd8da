# `make help` lists the targets. Everything happens in .venv; nothing is installed outside it.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help

help: ## List these targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/installed ## Watch the whole pipeline on sample data, on an embedded database.
	@$(BIN)/outreach demo

test: .venv/deploy ## Run all tests. OUTREACH_TEST_DATABASE_URL=... uses that server instead of the embedded one.
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/installed ## Lint, types, import rules, SQL style, definitions.
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/sqlfluff lint sql --nocolor -q
	@$(BIN)/dagster definitions validate -w workspace.yaml --log-level warning

ui: .venv/installed ## Open Dagster on the demo's data (or on yours: a .env, OUTREACH_HOME or OUTREACH_DATABASE_URL).
	@$(if $(OUTREACH_HOME)$(OUTREACH_DATABASE_URL)$(wildcard .env),,OUTREACH_HOME=.outreach/demo OUTREACH_SOURCES=.outreach/demo/sources.toml) $(BIN)/outreach ui

bench: .venv/installed ## Measure the stages against plain COPY, side by side in one run.
	@$(BIN)/python -m benchmarks.spine

schema: .venv/installed ## Write sql/schema.sql and docs/data-model.md anew from the migrations.
	@$(BIN)/python -m outreach_pipeline.database.schema_files

clean: ## Remove the environment and the demo's data; a database of your own under .outreach stays.
	rm -rf .venv .outreach/demo

.venv/installed: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Run make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (a minute or two the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# What several machines need (docs/scaling.md), and what checks deploy/: for the tests only.
.venv/deploy: .venv/installed deploy/constraints.txt deploy/checks.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/constraints.txt -r deploy/checks.txt
	@touch $@

.PHONY: help demo test check ui bench schema clean
