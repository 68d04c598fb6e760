# Two commands on a fresh machine: `make run` and `make test`. Needs Python 3.11 or newer with venv, and a package index.
PYTHON ?= python3
INSTALL = $(PYTHON) -m secgov.local.install
LOCAL = .venv/bin/python -m secgov.local

export HOST PORT LIST

.PHONY: run test lint bench manage clean

run:  ## the whole system, until Ctrl-C; LIST=path imports that list; HOST and PORT say where
	@$(INSTALL) run && exec $(LOCAL) run

test:  ## every test; ARGS="tests/cpl -k approve" narrows them
	@$(INSTALL) test && exec $(LOCAL) test $(ARGS)

lint:  ## style, types, the compose file, the migrations and Django's own checks
	@$(INSTALL) test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	cd clients && ../.venv/bin/mypy
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(LOCAL) check

bench:  ## what the speed claims are measured with
	@$(INSTALL) test && exec $(LOCAL) bench $(ARGS)

manage:  ## a management command: make manage ARGS="explain_entry 000123"
	@$(INSTALL) run && exec $(LOCAL) manage $(ARGS)

clean:  ## remove the data, the passwords, every cache and .venv; the checkout stays
	@$(PYTHON) -m secgov.local.clean && rm -rf .venv
