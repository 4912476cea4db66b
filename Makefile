# Every target does its own set-up, pinned and inside this folder; a second run finds it done.
# Needs git, make and a Python >= 3.10. Go and the Pulumi CLI are used when they are there, made when not.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# A person's own Python settings must not reach into .venv; without its caches every start of Python compiles all anew.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE

PYTHON := .venv/bin/python
WITH_TOOLS = PATH="$(CURDIR)/bin:$(CURDIR)/.venv/bin:$$PATH"

.PHONY: help build demo emulator test check lint format schema sdk screens bench soak fuzz dist npm pins clean plugin served dev cli sdkgen sdks packed

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: plugin ## the plugin in .venv: .venv/bin/pulumi-resource-alicloud-esa
	@echo "Next: pulumi plugin install resource alicloud-esa v$$(.venv/bin/pulumi-resource-alicloud-esa --version)" \
	  "--reinstall --file .venv/bin/pulumi-resource-alicloud-esa"

demo: served ## the command and the provider against a local stand-in for the service: no account
	@$(PYTHON) tools/demo.py

emulator: served ## that stand-in alone, until Ctrl-C
	@$(WITH_TOOLS) $(PYTHON) -m emulator

test: dev ## all checks and all tests; this is what CI runs
	@# Side by side: each is long, and keeps one core busy.
	@$(MAKE) --no-print-directory --jobs=2 packed cli sdks sdkgen
	@$(PYTHON) tools/checks.py test

check: dev ## before each commit: the quick checks, and the tests that need no engine and no packing
	@$(PYTHON) tools/checks.py check

lint: dev cli sdkgen ## the checks without the tests
	@$(PYTHON) tools/checks.py lint

format: dev ## put the Python sources in form
	@.venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/ruff format .

schema: plugin ## write schema.json anew from tools/schema/schema.yaml
	@$(PYTHON) tools/schema/build.py

screens: served ## write what the documents show of the command anew: docs/terminal.svg, docs/command.md
	@$(PYTHON) tools/screens.py

sdk: schema dev sdkgen ## write sdk/ anew from schema.json
	@$(PYTHON) tools/generate_sdk.py
	@$(PYTHON) tools/ensure_venv.py dev

bench: dev cli packed ## against the official SDK, side by side; WRITE=1 keeps the figures in docs/
	@$(WITH_TOOLS) $(PYTHON) -m benchmarks $(if $(WRITE),--write)

soak: dev cli ## the plugin and the command under load for minutes
	@$(WITH_TOOLS) $(PYTHON) -m benchmarks.soak

fuzz: dev ## the property tests with many more examples
	@$(WITH_TOOLS) HYPOTHESIS_PROFILE=fuzz $(PYTHON) -m pytest -m fuzz -n 2 --timeout 900
	@$(PYTHON) tools/fuzz.py

dist: plugin ## what a release holds: archives that need no Python, wheels, sdists, npm package, SBOM, checksums
	@$(PYTHON) tools/make_dist.py

npm: plugin ## of those the npm package alone, in dist/
	@$(PYTHON) tools/make_dist.py --npm

pins: plugin ## resolve requirements/ after a change of dependencies; UPGRADE=1 moves every version
	@$(PYTHON) tools/pin_requirements.py $(if $(UPGRADE),--upgrade)

clean: ## remove everything that make made here (not the caches of pip, Go and npm)
	rm -rf .venv bin build dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The set-up steps; each one is quick when there is nothing to do.
plugin:
	@python=$$(tools/find-python) && "$$python" tools/ensure_venv.py plugin

served: plugin
	@$(PYTHON) tools/ensure_venv.py emulator

dev: plugin
	@$(PYTHON) tools/ensure_venv.py dev

cli: plugin
	@$(PYTHON) tools/ensure_pulumi.py

sdkgen: cli
	@$(PYTHON) tools/go_tools.py sdkgen

packed: dev
	@$(PYTHON) tools/make_dist.py --if-stale

sdks: dev
	@$(PYTHON) tools/ensure_node.py
	@$(PYTHON) tools/ensure_go_examples.py
	@$(PYTHON) tools/ensure_pythons.py
