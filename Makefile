# Everything runs in .venv and .cache of this checkout; a Python of 3.11 or newer is all it needs.

PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11; do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$candidate; break; fi; done)
RUN := .venv/bin/python tests/tools/run_suites.py
# Installs what a target needs, into .venv.
PREPARE = @$(if $(PYTHON),$(PYTHON) tests/tools/bootstrap.py,echo 'Python 3.11 or newer is needed' >&2; exit 1;)
SUITES := lint unit contract sanity ansible-units integration molecule docs-lint

.DEFAULT_GOAL := help
.PHONY: help demo test $(SUITES) docs pictures coverage release environment benchmark chaos load mutation stress matrix galaxy clean distclean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 22

demo: ## manage five mailboxes on a simulated telephone system
	$(PREPARE) demo
	@.venv/bin/python tests/tools/demo.py

test: ## run every suite
	$(PREPARE) dev
	@$(RUN) $(if $(COUNT_FILE),--count-file $(COUNT_FILE))

$(SUITES):
	$(PREPARE) $@
	@$(RUN) $@
lint: ## ruff, mypy, yamllint, ansible-lint, changelog, language
unit: ## unit tests with pytest
contract: ## drivers and simulator against the vendors' contracts
sanity: ## ansible-test sanity
ansible-units: ## unit tests with ansible-test and nothing but the declared requirements
integration: ## ansible-test integration
molecule: ## molecule scenarios
docs-lint: ## check the documentation of plugins and roles

environment: ## install what every target needs, for an editor or a container
	$(PREPARE) dev

docs: ## build the website in site/
	$(PREPARE) $@
	@.venv/bin/python tests/tools/build_docs.py

pictures: ## make the pictures of the website and the README; needs Chromium
	$(PREPARE) $@
	@.venv/bin/python tests/tools/pictures.py

coverage: ## measure how much of the code the unit tests run; report in .cache/coverage
	$(PREPARE) $@
	@.venv/bin/python tests/tools/coverage_report.py

release: ## commit, tag and build a release: make release VERSION=1.1.0; see docs/releasing.md
	$(PREPARE) $@
	@.venv/bin/python tests/tools/release.py $(VERSION)

benchmark: ## measure against the goals
	$(PREPARE) $@
	@.venv/bin/python tests/benchmark

chaos: ## 2000 runs with random faults: timeouts, lost replies, conflicts, other operators
	$(PREPARE) $@
	@.venv/bin/python tests/chaos

load: ## 100 000 mailboxes, a million messages, and ten minutes with 32 workers
	$(PREPARE) $@
	@.venv/bin/python tests/load

mutation: ## measure how many small mistakes in the core the tests notice; ARGUMENTS="--sample 200"
	$(PREPARE) $@
	@.venv/bin/python tests/mutation $(ARGUMENTS)

stress: ## run unit tests in random orders, to find failures by chance; ARGUMENTS="--runs 5 tests/contract"
	$(PREPARE) $@
	@.venv/bin/python tests/tools/stress.py $(ARGUMENTS)

# Pairs are named as CORE/PYTHON; one that is named must run.
PAIRS_NAMED = $(foreach pair,$(filter-out --%,$(PAIRS)),"matrix($(pair))")
SESSIONS = $(if $(filter --all,$(PAIRS)),matrix) $(if $(filter --floors,$(PAIRS)),floors) $(PAIRS_NAMED)
matrix: ## other versions of ansible-core and Python; PAIRS=--all, PAIRS=--floors or PAIRS="2.20/3.13 2.21/3.12"
	$(PREPARE) $@
	@.venv/bin/nox $(if $(PAIRS_NAMED),--error-on-missing-interpreters) $(if $(PAIRS),--session $(SESSIONS),--tags first)

galaxy: ## import the archive as Ansible Galaxy does, every warning a failure
	$(PREPARE) $@
	@.venv/bin/nox --session galaxy

clean: ## delete generated files, except the virtual environment
	rm -rf .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .ansible site tests/output changelogs/.plugin-cache.yaml
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## delete the virtual environment as well
	rm -rf .venv
