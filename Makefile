# Every target is a promise: names stay. `make` alone explains them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
IMAGES := listener signer worker console flower sandbox
CODE := services shared sandbox deploy docs tests
TESTS ?= tests
STORIES ?=
TEST_PROCESSES ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test faults coverage lint bench format states csr lock \
	image render deploy undeploy status logs flower rotate-key doctor

help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "; printf "Causeway: Mambu <-> ClearBank, in your own cluster\n\n"} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

test: setup ## Run all tests                            TESTS=tests/unit STORIES=n TEST_PROCESSES=n REDIS_URL=...
	@$(if $(STORIES),STORIES=$(STORIES)) $(BIN)/python -m pytest -n $(TEST_PROCESSES) -m "not alone" $(TESTS) || [ $$? = 5 ]
	@$(BIN)/python -m pytest -m alone $(TESTS) || [ $$? = 5 ]  # 5: none of these tests needs the machine for itself

faults: setup ## Break everything under load, lose nothing   SEED=n SECONDS=n LOAD=n FORMAT=json
	@$(BIN)/python -m deploy.local faults

coverage: setup ## Hold the rules and the use cases to 95 % of their lines
	@$(BIN)/python -m pytest -q tests/unit --cov=shared/domain --cov=services/worker/handlers \
		-n $(TEST_PROCESSES) --cov-report=term-missing:skip-covered --cov-fail-under=95

lint: setup ## Check style, types and the direction of imports
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports

bench: setup ## Measure the listener and the log of deliveries, as ratios
	@$(BIN)/python -m deploy.local bench
	@$(BIN)/python -m deploy.local.bench_log

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

image: setup ## Build the images, with SBOM and signature   PYTHON_IMAGE=...@sha256:... PUSH=registry/path IMAGES="a b"
	@$(BIN)/python -m deploy.image.build

render: setup ## Show what an overlay renders to            OVERLAY= (or all)
	@$(BIN)/python -m deploy.cluster render

deploy: setup ## Bring an overlay to the cluster, workers first   OVERLAY= DRY_RUN=1 CONTEXT= ROLLOUT_SECONDS=
	@$(BIN)/python -m deploy.cluster deploy

undeploy: setup ## Remove an overlay; its records stay       OVERLAY= CONFIRM= ALSO_DATA=1
	@$(BIN)/python -m deploy.cluster undeploy

status: setup ## Workloads, and the oldest unfinished work    OVERLAY=
	@$(BIN)/python -m deploy.cluster status

logs: setup ## Last lines of every pod of one service       OVERLAY= SERVICE= FOLLOW=1 TAIL=n
	@$(BIN)/python -m deploy.cluster logs

flower: setup ## Flower of the cluster on this machine        OVERLAY= FLOWER_PORT=
	@$(BIN)/python -m deploy.cluster flower

rotate-key: setup ## Where a change of the signing key stands     OVERLAY= OUT=keys-2027 PROVIDER= KEY=
	@$(BIN)/python -m deploy.cluster rotate-key

doctor: setup ## Is everything there? here, or in the cluster OVERLAY= FORMAT=json
	@$(BIN)/python -m deploy.cluster doctor

lock: setup ## Pin the requirements again (names, versions, hashes)
	@cd requirements && for name in dev $(IMAGES); do \
		../$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
			--no-header --no-annotate \
			$$([ $$name = dev ] || echo --constraint dev.txt) $$name.in --output-file $$name.txt; done
