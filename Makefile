# Every target sets up what it needs: a virtual environment in .venv, from hashed requirements.
# uv is used when it is installed; Python 3.11 or newer and make are all that must be there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test check setup lint types contracts format lock benchmark campaign fuzz mutants audit sbom wheel clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Plan the role files of this repository against the embedded tenant
	@$(BIN)/reconciler plan
	@echo; echo "The command is $(BIN)/reconciler; nothing was written. Start over any time: $(BIN)/reconciler sandbox reset"

test: $(VENV)/.dev ## Run the tests; fails below the coverage floors
	@rm -f .coverage .coverage.*
	@$(BIN)/pytest -n auto --cov --cov-report= $(PYTEST)
	@$(BIN)/coverage report --fail-under=95 --format=total > /dev/null
	@$(BIN)/coverage report --include='reconciler/core/*,reconciler/model/*' --fail-under=100
	@echo "coverage of all rooms: $$($(BIN)/coverage report --format=total) %"

check: lint types contracts test ## Everything that CI checks

setup: $(VENV)/.dev ## Install everything for development

lint: $(VENV)/.dev ## Lint and check the format, of workflows and scripts too
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/actionlint -shellcheck $(BIN)/shellcheck .github/workflows/*.yml
	@$(BIN)/zizmor --offline --quiet --persona pedantic .
	@$(BIN)/shellcheck .ci/run .ci/wheel .github/actions/*/*.sh reconciler/desired/templates/*.sh
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/gitlab/.gitlab-ci.yml

types: $(VENV)/.dev ## Check the types
	@$(BIN)/mypy

contracts: $(VENV)/.dev ## Check that imports go one way
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## Rewrite the format
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

campaign: $(VENV)/.dev ## Run the long fault campaigns (minutes)
	@$(BIN)/pytest -n auto -m campaign $(PYTEST)

fuzz: $(VENV)/.fuzz ## Feed readers and escapers with a fuzzer, SECONDS each (Linux)
	@$(BIN)/python tests/fuzz/run.py --seconds $(or $(SECONDS),5)

mutants: $(VENV)/.campaign ## Change what decides and what escapes, bit by bit; tests must notice (an hour)
	@$(BIN)/python tests/mutants/run.py

audit: $(VENV)/.campaign ## Ask for known vulnerabilities of everything pinned (needs the network)
	@failed=; for list in requirements/runtime.txt $(sort $(filter-out %/runtime.txt,$(wildcard requirements/*.txt))); do \
		echo "$$list:"; $(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r "$$list" || failed="$$failed $$list"; done; \
		test -z "$$failed" || { echo "not clean:$$failed" >&2; exit 1; }

sbom: $(VENV)/.dev ## Write the bill of materials of what is installed at run time
	@mkdir -p dist
	@PYTHONWARNINGS=ignore $(BIN)/python -m cyclonedx_py requirements requirements/runtime.txt --pyproject pyproject.toml --output-reproducible -o dist/sbom.json

wheel: $(VENV)/.dev ## Build the wheel and try it where nothing else is installed
	@PYTHON="$(PYTHON)" bash .ci/wheel

benchmark: $(VENV)/.dev ## Measure start-up and plans against their lower bounds (minutes)
	@$(BIN)/python benchmarks/start.py
	@$(BIN)/python benchmarks/loader.py
	@$(BIN)/python benchmarks/plan.py

lock: ## Resolve the requirements anew (needs uv)
	uv pip compile -q --no-strip-extras pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -o requirements/runtime.txt
	uv pip compile -q --no-strip-extras --group build -c requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements/build.txt
	uv pip compile -q --no-strip-extras pyproject.toml --group build --group dev -c requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements/dev.txt
	uv pip compile -q --no-strip-extras --group fuzz --universal --python-version 3.11 --generate-hashes --no-header -o requirements/fuzz.txt
	uv pip compile -q --no-strip-extras --group campaign -c requirements/dev.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements/campaign.txt

clean: ## Remove the environment and everything made by tools
	rm -rf $(VENV) .reconciler .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .fuzz mutants dist

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 64; }
ifdef UV
	@uv venv -q --allow-existing --python "$$(command -v $(PYTHON))" $(VENV)
else
	@$(PYTHON) -m venv $(VENV)
endif
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements/runtime.txt requirements/build.txt pyproject.toml
	@echo "Installing the pinned requirements into $(VENV) ..."
	@$(call install,--require-hashes -r requirements/runtime.txt -r requirements/build.txt)
	@$(call install,--no-deps --no-build-isolation --editable .)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "Installing the pinned development tools into $(VENV) ..."
	@$(call install,--require-hashes -r requirements/dev.txt)
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev requirements/fuzz.txt
	@$(call install,--require-hashes -r requirements/fuzz.txt)
	@touch $@

$(VENV)/.campaign: $(VENV)/.dev requirements/campaign.txt
	@echo "Installing the pinned tools of the long runs into $(VENV) ..."
	@$(call install,--require-hashes -r requirements/campaign.txt)
	@touch $@

ifdef UV
install = uv pip install -q --python $(BIN)/python $(1)
else
install = $(BIN)/python -m pip install -q --disable-pip-version-check $(1)
endif
