# Each target does all its own set-up. `make` alone lists them.
# Needs make, git and a Python >= 3.12 with venv (or uv, which brings its own); nothing else to run the service. What
# some tests need beside (tests/system_packages.py) is installed where this is root on Debian; else they are left out.

PORT ?= 8000
TRAINING_PORT ?= 8100
ARGS ?=
# A test process for each processor, two at least and eight at most.
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo "$$(( n < 2 ? 2 : n > 8 ? 8 : n ))")
PYTHON := .venv/bin/python
# Each process reads what the one before it compiled, whatever the environment says: hundreds are started by a run of
# the tests, and compiling takes each half a second.
unexport PYTHONDONTWRITEBYTECODE
APPS := encryption core outbox audit accounts directory referrals web config

.DEFAULT_GOAL := help
.PHONY: help demo training test test-night check format docs messages pictures journeys bench lock sbom advisories check-format check-lint check-types check-imports check-migrations check-docs check-schema

help:
	@printf '%s\n' \
	  'make demo    run the service on http://localhost:$(PORT) with synthetic data (PORT=... for another port)' \
	  'make training  run an instance to learn in on http://127.0.0.1:$(TRAINING_PORT): nothing is real, nothing leaves (docs/runbook.md)' \
	  'make test    run the tests on what DATABASE_URL says, SQLite by default (ARGS=... for pytest)' \
	  'make test-night  run all that takes hours: every table in full, other clocks, both databases (docs/testing.md)' \
	  'make check   format, lint, types, imports, migrations, made docs, OpenAPI' \
	  'make format  put the code in its one format' \
	  'make docs    write the pages that are made from the code' \
	  'make messages  gather the sentences of every app, and compile the English ones (needs gettext)' \
	  'make pictures  take the pictures of docs/pictures (needs Chromium)' \
	  'make journeys  play what each person does in Chromium, and print acts, page loads, heights, weights and times' \
	  'make bench   measure against the bare framework and a stack of packages on PostgreSQL (docs/performance.md)' \
	  'make lock    resolve pyproject.toml again into the lock files' \
	  'make sbom    list what each lock pins in build/, as CycloneDX with hashes and licences' \
	  'make advisories  ask for known weaknesses of what the locks pin (needs the network)'

demo: .venv/.runtime
	$(PYTHON) manage.py demo --port $(PORT)

training: .venv/.runtime
	REPERE_MODE=training $(PYTHON) manage.py training --port $(TRAINING_PORT)

# A process of the tests walks through a gigabyte of small objects: in pages of 2 MB, where the kernel gives them to who
# asks (Linux, glibc 2.35), a virtual machine finds them in half the time. The service is small and gains nothing.
test test-night: export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1
test test-night: export PYTHONMALLOC ?= malloc

test: .venv/.dev
	@$(PYTHON) -m tests.system_packages
	$(PYTHON) -m pytest -n $(JOBS) $(ARGS)

test-night: .venv/.dev
	@$(PYTHON) -m tests.system_packages night
	$(PYTHON) -m tests.nightly -n $(JOBS) $(ARGS)

check: check-format check-lint check-types check-imports check-migrations check-docs check-schema

check-format: .venv/.dev
	$(PYTHON) -m ruff format --check .

check-lint: .venv/.dev
	$(PYTHON) -m ruff check .

check-types: .venv/.dev
	$(scratch) $(PYTHON) -m mypy $(APPS) manage.py

check-imports: .venv/.dev
	.venv/bin/lint-imports

check-migrations: .venv/.dev
	$(scratch) $(PYTHON) manage.py makemigrations --check --dry-run

check-docs: .venv/.dev
	$(scratch) $(PYTHON) manage.py make_docs --check

check-schema: .venv/.dev
	$(scratch) $(PYTHON) manage.py spectacular --validate --fail-on-warn --format openapi-json --file "$$REPERE_STATE_DIR/schema.json" \
	  && $(PYTHON) -m openapi_spec_validator "$$REPERE_STATE_DIR/schema.json"

format: .venv/.dev
	$(PYTHON) -m ruff check --fix --select I .
	$(PYTHON) -m ruff format .

docs: .venv/.dev
	$(scratch) $(PYTHON) manage.py make_docs

messages: .venv/.dev
	@for catalogue in */locale; do ( cd "$$(dirname "$$catalogue")" \
	  && ../$(PYTHON) ../manage.py makemessages --locale en --no-wrap --add-location file --no-obsolete \
	  && ../$(PYTHON) ../manage.py compilemessages --locale en ) || exit 1; done

pictures: .venv/.dev
	$(PYTHON) -m tests.browser.pictures

journeys: .venv/.dev
	@$(PYTHON) -m tests.system_packages
	$(PYTHON) -m tests.browser.journeys

bench: .venv/.dev
	$(PYTHON) -m bench $(ARGS)

lock:
	@$(find-uv); \
	pin() { "$$uv" pip compile --quiet --universal --generate-hashes --no-header --no-annotate "$$@"; }; \
	compile() { pin pyproject.toml "$$@"; }; \
	compile --output-file requirements.lock && \
	compile --extra kms --output-file requirements-kms.lock && \
	compile --extra pkcs11 --output-file requirements-pkcs11.lock && \
	compile --extra s3 --output-file requirements-s3.lock && \
	compile --all-extras --group dev --output-file requirements-dev.lock && \
	for extra in sentry telemetry; do \
	  compile --extra $$extra --constraints requirements-dev.lock --output-file requirements-$$extra.lock || exit 1; done && \
	pin --group sbom --output-file requirements-sbom.lock

sbom: .venv/.dev .venv/sbom/.made
	.venv/sbom/bin/python .ci/sbom.py

# Asks a service on the network for what is known against each pin.
advisories: .venv/sbom/.made
	@for lock in requirements*.lock; do \
	  echo "$$lock"; .venv/sbom/bin/pip-audit --strict --disable-pip --require-hashes --requirement "$$lock" || found=1; \
	done; exit $${found:-0}

# --- The environment ------------------------------------------------------------------------------
# A stamp says which lock .venv was made from. One that serves the tests serves the demonstration too.

.venv/.runtime: requirements.lock
	@$(if $(wildcard .venv/.dev),$(call install,requirements-dev.lock),$(call install,requirements.lock))
	@touch $@

.venv/.dev: requirements-dev.lock
	@$(call install,requirements-dev.lock)
	@touch .venv/.dev .venv/.runtime

# The tools that read the locks share no pin with the service or its tests.
.venv/sbom/.made: requirements-sbom.lock | .venv/.dev
	@echo 'Installing $< into .venv/sbom'
	@if uv --version >/dev/null 2>&1; then \
	  uv venv --quiet --clear --python $(PYTHON) .venv/sbom && \
	  uv pip sync --quiet --python .venv/sbom/bin/python --require-hashes $<; \
	else \
	  $(find-python); "$$python" -m venv --clear .venv/sbom && \
	  .venv/sbom/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; \
	fi
	@touch $@

# A state of its own, gone at the end, for what only looks at the code.
scratch = set -e; REPERE_STATE_DIR=$$(mktemp -d); export REPERE_STATE_DIR; trap 'rm -rf "$$REPERE_STATE_DIR"' EXIT; unset DATABASE_URL KEYS_DATABASE_URL;

# Sets $$python. Each name is tried in each folder of the path, and run: a name may lead nowhere (the shim of a
# version manager) while a working one stands further down.
find-python = python=; \
  for name in python3.14 python3.13 python3.12 python3; do \
    IFS=:; for folder in $$PATH; do \
      if [ -x "$$folder/$$name" ] && [ -z "$$python" ] \
        && "$$folder/$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; \
      then python=$$folder/$$name; fi; \
    done; unset IFS; \
  done; \
  if [ -z "$$python" ]; then \
    echo 'No Python 3.12 or newer with its venv module was found. Install one (on Debian: python3.13 and python3.13-venv), or uv.' >&2; \
    exit 1; \
  fi

# Sets $$uv; where there is none, a throwaway one, used for `make lock` only.
find-uv = uv=uv; \
  if ! uv --version >/dev/null 2>&1; then \
    $(find-python); \
    tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
    "$$python" -m venv "$$tools" && "$$tools/bin/pip" install --quiet --disable-pip-version-check uv; \
    uv=$$tools/bin/uv; \
  fi

# $(1): the lock. An environment whose Python is gone or too old is made again.
define install
set -e; \
echo 'Installing $(1) into .venv'; \
works='import sys; sys.exit(sys.version_info < (3, 12))'; \
if uv --version >/dev/null 2>&1; then \
  $(PYTHON) -c "$$works" >/dev/null 2>&1 || uv venv --quiet --clear --python '>=3.12' .venv; \
  uv pip sync --quiet --python $(PYTHON) --require-hashes $(1); \
else \
  if ! $(PYTHON) -c "$$works" >/dev/null 2>&1 || ! $(PYTHON) -m pip --version >/dev/null 2>&1; then \
    $(find-python); \
    "$$python" -m venv --clear .venv; \
  fi; \
  $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); \
fi
endef
