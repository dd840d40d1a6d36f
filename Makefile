# Everything is set up on the way: each target installs what it still needs and skips the rest.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# Tests wait for servers most of the time: half again as many at once as there are cores.
TESTERS := $(shell cores=$$(nproc); echo $$((cores < 2 ? 2 : cores > 2 ? 4 : 3)))
CODE := center gis ingest cityops traffic video server simulators deploy tests
.PHONY: help setup demo web test bench lint stack-up stack-down clean set-up-demo set-up-test

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: set-up-test ## Install all that is needed to run and to test

demo: set-up-demo ## Run the whole system with a simulated city until Ctrl-C
	@.venv/bin/hengyang up

test: set-up-test lint ## Run every test
	.venv/bin/pytest --numprocesses $(TESTERS) --dist loadfile
	npm --prefix web test

web: set-up-demo ## Build the web pages

bench: set-up-demo ## Measure: make bench NAME=ingest or NAME=api
	.venv/bin/hengyang bench $(or $(NAME),$(error say which one: make bench NAME=ingest))

lint: set-up-test ## Check style, types and layers
	.venv/bin/ruff check $(CODE)
	.venv/bin/ruff format --check --quiet $(CODE)
	.venv/bin/mypy
	.venv/bin/lint-imports
	npm --prefix web run --silent types
	npm --prefix web run --silent lint

stack-up: ## Start the servers of the local stack alone
	@deploy/setup.sh stack
	@$(PYTHON) -m deploy.stack up

stack-down: ## Stop them
	@$(PYTHON) -m deploy.stack down

clean: ## Remove what was built; data in var/ stays (hengyang stack reset --yes removes it)
	rm -rf .venv build web/dist web/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

set-up-demo:
	@deploy/setup.sh demo

set-up-test:
	@deploy/setup.sh test
