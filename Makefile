# All commands of the project. Each brings .venv up to date with requirements.lock first, digests checked.
#   make demo    the association's coming weeks on http://127.0.0.1:8000 (another port: make demo PORT=8123)
#   make check   what can be judged without running the tests      make test   every kind of test, small volumes
#   make soak    the full volumes, slowly                          make coverage   which branches no test takes
#   make messages   bring the catalogues up to date with the code  make format   what the tools can put right
#   make bench   how long 10,000 reminders take, and against what (fewer: make bench BENCH_SIZE=500)
#   make screenshots   take the pictures of the README anew
#   make lock    renew requirements.lock (newer versions: make lock UPGRADE=1)

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo check test soak bench coverage messages screenshots format lock clean
.DELETE_ON_ERROR:

demo: .venv/running.stamp
	$(BIN)/pybabel --quiet compile --directory translations --locale fr
	$(BIN)/clinic demo
	exec $(BIN)/clinic serve

check: .venv/development.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python -m pytest --quiet tests/house/test_catalogues.py

test: .venv/development.stamp
	bash .ci/browser
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

soak: .venv/development.stamp
	bash .ci/browser
	CLINIC_SOAK=1 $(BIN)/python -m pytest -m soak
	CLINIC_SOAK=1 $(BIN)/python -m pytest tests/journeys

bench: .venv/development.stamp
	$(BIN)/python -m bench.bench

coverage: .venv/development.stamp
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report

messages: .venv/development.stamp
	bash .ci/messages

screenshots: .venv/development.stamp
	$(BIN)/python -m tests.journeys.screenshots

format: .venv/development.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: .venv/development.stamp
	bash .ci/lock

clean:
	rm -rf .venv dist

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Clinic needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear .venv

# The lock has two parts: above the mark what running takes, below it what only development takes (ADR 0002).
.venv/running.stamp: requirements.lock pyproject.toml .ci/build_translations.py | .venv/bin/pip
	@echo "Installing into .venv: about a minute, the first time."
	sed '/^# development$$/,$$d' requirements.lock > .venv/running.lock
	$(PIP) install --require-hashes -r .venv/running.lock
	$(PIP) install --no-build-isolation --no-deps --no-index --editable .
	touch $@

.venv/development.stamp: .venv/running.stamp
	$(PIP) install --require-hashes -r requirements.lock
	touch $@
