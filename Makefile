# Everything a person types: `make run`, `make test`, `make check`. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# pip writes no bytecode, so that installing is quick; what is used is compiled on first use.
# Some machines forbid that, and then every process compiles Django anew: allow it here.
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

say = printf '%s\n' "== $(1)"

.PHONY: help setup setup-dev run test check bench bench-data lock clean browser python

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18

run: setup ## start everything; Ctrl-C stops it (PORT, DEMO=0, DEBUG=1)
	@exec $(BIN)/python manage.py up

setup: ## make .venv with what the product runs on
	@$(call install,run)

setup-dev: ## the same with the tools that test and check it
	@$(call install,dev)

# All tests go out to two helpers; those that ARGS name run in one process.
SHARED := -n 2 --dist loadgroup --no-loadscope-reorder
test: setup-dev browser ## run all tests, unit to browser
	@$(call say,tests)
	@$(BIN)/pytest $(or $(ARGS),$(SHARED))

check: setup-dev ## lint, types, templates, migrations, imports, safe settings
	@$(call say,ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(call say,types)
	@$(BIN)/mypy
	@$(call say,imports)
	@$(BIN)/lint-imports
	@$(call say,templates)
	@find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --check --target-version 5.2
	@$(call say,system checks)
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(call say,production settings)
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(call say,migrations)
	@$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

bench: setup-dev ## measure; one JSON line a figure
	@$(BIN)/python -m bench $(ARGS)

bench-data: setup-dev ## make the figures that bench reads: 1.2 million, or 14.4 million with ARGS=12
	@$(BIN)/python -m bench.sets $(ARGS)

lock: setup-dev ## renew the locks after a change in requirements/*.in (needs uv)
	@for name in run dev; do \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	    --no-emit-index-url --upgrade requirements/$$name.in -o requirements/$$name.txt; \
	done

clean: ## delete .venv and all local state, the database too
	@rm -rf $(VENV) var built .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What a production container gets, with made-up values: only the settings are looked at.
PRODUCTION := env PRODUCTION=1 DEBUG=0 SITE_URL=https://network-city.example \
  ALLOWED_HOSTS=network-city.example TRUSTED_PROXIES=1 \
  SECRET_KEY=only-for-this-check-Zk3vQ9xT7mB2nW8pL5sR1yF6hJ4dG0aC-uE_iO \
  DATABASE_URL=postgresql://nc_app@localhost/network_city REDIS_URL=redis://localhost \
  STRIPE_SECRET_KEY=sk_live_only_for_this_check STRIPE_WEBHOOK_SECRET=whsec_only_for_this_check \
  EMAIL_URL=smtp://localhost:25

# Install requirements/$(1).txt unless it is what was installed last. The development lock holds
# all of the product's, so its stamp satisfies `setup` as well while run.txt stays the same.
define install
lock=$$(cat requirements/run.txt requirements/$(1).txt | cksum); stamp=$(VENV)/installed-$(1); \
if [ "$$(cat "$$stamp" 2>/dev/null)" = "$$lock" ]; then exit 0; fi; \
$(MAKE) python; \
if ! [ -x $(BIN)/python ] || ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
  $(call say,making $(VENV)); $(PYTHON) -m venv --clear $(VENV); fi; \
$(call say,installing requirements/$(1).txt); \
began=$$SECONDS; \
$(BIN)/python -m pip install --no-compile --only-binary :all: --require-hashes --quiet \
  --no-input -r requirements/$(1).txt; \
$(BIN)/python manage.py build_static; \
echo "$$lock" > "$$stamp"; \
if [ $(1) = dev ]; then cat requirements/run.txt requirements/run.txt | cksum > $(VENV)/installed-run; fi; \
$(call say,installed in $$((SECONDS - began)) s)
endef

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed: apt-get install python3 (or PYTHON=python3.12 make run)" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }

# The tests drive a Chromium: CHROMIUM, or the headless shell (as root on Debian it is installed
# here), which draws no windows of its own and takes a third of the time, or any on the PATH.
SHELL_OF_CHROMIUM := chromium-headless-shell
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
browser:
	@if [ -n "$${CHROMIUM:-}" ] && [ -x "$$CHROMIUM" ]; then exit 0; fi; \
	if command -v $(SHELL_OF_CHROMIUM) >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then \
	  $(call say,installing $(SHELL_OF_CHROMIUM) with apt-get); \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $(SHELL_OF_CHROMIUM) >/dev/null; } && exit 0; \
	fi; \
	for name in $(BROWSERS); do if command -v $$name >/dev/null; then exit 0; fi; done; \
	echo "No browser found: run \`apt-get install $(SHELL_OF_CHROMIUM)\` as root, or set CHROMIUM." >&2; \
	exit 1
