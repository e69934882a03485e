# Every target is a promise: names stay. `make` alone explains them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
IMAGES := listener signer worker flower sandbox
CODE := services shared sandbox deploy docs tests
TESTS ?= tests
STORIES ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test faults coverage lint bench format states csr lock

help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "; printf "Causeway: Mambu <-> ClearBank, in your own cluster\n\n"} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/ready ## Make the virtual environment (versions and hashes pinned)

$(VENV)/ready: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Causeway needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	@echo "Making $(VENV) (once)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt >&2
	@touch $@

demo: setup ## Play every scenario on this machine    FORMAT=json SCENARIOS="id id"
	@$(BIN)/python -m deploy.local demo

up: setup ## Start everything on loopback and stay     WORKERS=n, any setting
	@$(BIN)/python -m deploy.local up

down: setup ## End what `make up` started
	@$(BIN)/python -m deploy.local down

test: setup ## Run all tests                            TESTS=tests/unit STORIES=n REDIS_URL=...
	@$(if $(STORIES),STORIES=$(STORIES)) $(BIN)/python -m pytest $(TESTS)

faults: setup ## Break everything under load, lose nothing   SEED=n SECONDS=n LOAD=n FORMAT=json
	@$(BIN)/python -m deploy.local faults

coverage: setup ## Hold the rules and the use cases to 95 % of their lines
	@$(BIN)/python -m pytest -q tests/unit --cov=shared/domain --cov=services/worker/handlers \
		--cov-report=term-missing:skip-covered --cov-fail-under=95

lint: setup ## Check style, types and the direction of imports
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports

bench: setup ## Measure the listener, as a share of this machine's signing limit
	@$(BIN)/python -m deploy.local bench

format: setup ## Put the code into its one form
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

states: setup ## Write docs/states.md and docs/notifications.md from the code
	@$(BIN)/python -m docs.make_states
	@$(BIN)/python -m docs.make_notifications

csr: setup ## Make key and certificate request            OUT=keys NAME=... ORGANISATION=... PROVIDER=pkcs11 EXISTING=1
	@$(BIN)/python -m services.signer.csr --out-dir $(or $(OUT),keys) $(if $(PROVIDER),--provider $(PROVIDER)) \
		$(if $(EXISTING),--existing) $(if $(NAME),--common-name "$(NAME)") \
		$(if $(ORGANISATION),--organisation "$(ORGANISATION)")

lock: setup ## Pin the requirements again (names, versions, hashes)
	@cd requirements && for name in dev $(IMAGES); do \
		../$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
			--no-header --no-annotate \
			$$([ $$name = dev ] || echo --constraint dev.txt) $$name.in --output-file $$name.txt; done
