# Every target is a promise: names stay, see docs/architecture.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
IMAGES := listener signer worker flower sandbox

.DEFAULT_GOAL := help
.PHONY: help setup lock

help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "; printf "Causeway: Mambu <-> ClearBank, in your own cluster\n\n"} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/ready ## Make the virtual environment (hash-pinned)

$(VENV)/ready: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Causeway needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

lock: setup ## Pin the requirements again (versions and hashes, no index address)
	@cd requirements && for name in dev $(IMAGES); do \
		../$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
			--no-emit-index-url --no-emit-find-links --no-header --no-annotate \
			$$([ $$name = dev ] || echo --constraint dev.txt) $$name.in --output-file $$name.txt; done
