# Jinxi: what can be made here. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help install demo test check format services bench bench-pages bench-matching prove migration docs site texts lock wheel image images audit sbom clean

BIN := .venv/bin
# How many tests run at once: two more than there are cores, since many wait for servers. JOBS=0 runs
# them in one process.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
SPREAD = --numprocesses $(JOBS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder

# What a change breaks first: the rules one by one, the laws, the house rules.
FAST := tests/unit tests/integration/laws tests/test_tidy.py tests/test_tidy_files.py
# Sets are walked in another order under each.
HASH_SEEDS ?= 0 1 2 3 4 5 6 7 8 9

export JINXI_PYTHON

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

.venv/.installed: requirements-dev.lock pyproject.toml
	@tools/install

install: .venv/.installed ## make .venv with .venv/bin/jinxi (Python 3.11 or later is all it needs)
	@:

demo: install ## an invented season, taken in and shown in the browser
	$(BIN)/jinxi demo

quick: JOBS = $(shell getconf _NPROCESSORS_ONLN) # nobody waits for a server here
quick: install ## lint, unit tests and laws, within a minute
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	JINXI_QUICK=1 $(BIN)/pytest -q -m "not long" $(SPREAD) $(FAST)

# Types are looked at while the first tests wait; what is wrong with them is said at once, and at the end.
# A shell has what runs beside it ignore Ctrl+C; this undoes it, so that nothing is left behind.
ENDS_TOO := $(BIN)/python -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])'
test: install ## lint, types and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@said=$$(mktemp); trap 'rm -f $$said; exit 130' INT; \
	  { $(ENDS_TOO) $(BIN)/mypy >$$said 2>&1 || { cat $$said 2>/dev/null; exit 1; }; } & types=$$!; \
	  echo "$(BIN)/mypy & $(BIN)/pytest $(SPREAD)"; $(BIN)/pytest $(SPREAD); tests=$$?; \
	  wait $$types; types=$$?; cat $$said; rm $$said; [ $$tests = 0 ] && [ $$types = 0 ]

check: install ## lint and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install ## bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

services: install ## install or check what the heavy tests need: Chromium, a font, PostgreSQL, Kafka
	@tools/services

bench: install ## events per second, beside the floors of this machine
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench --growth
	$(BIN)/python -m tests.bench.busy

.PHONY: bench-funnels
bench-funnels: install ## funnels over 20 million touchpoints, beside DuckDB and chDB where they are
	$(BIN)/python -m tests.bench.funnels

.PHONY: bench-funnels-live
bench-funnels-live: install ## the funnels' command and page while ten events a second come (PEOPLE=55000)
	$(BIN)/python -m tests.bench.funnels_live --people $(or $(PEOPLE),55000)

bench-pages: install ## how long pages and submits take while fifty people log and ten read
	$(BIN)/python -m tests.bench.pages

bench-matching: install ## who is who, beside Splink and the phone alone (SEEDS=20, NOISE=1)
	$(BIN)/python -m tests.bench.matching --seeds $(or $(SEEDS),20) --noise $(or $(NOISE),1)

.PHONY: bench-ledger
bench-ledger: install ## postings a second of the ledger, beside SQLite alone, and beancount where it is installed
	$(BIN)/python -m tests.bench.ledger

.PHONY: bench-policy
bench-policy: install ## a policy tried on seasons of up to a million events (PEOPLE=2000,55000,105000)
	$(BIN)/python -m tests.bench.policy --people $(or $(PEOPLE),2000,55000,105000)

.PHONY: bench-base
bench-base: install ## what a card costs among ten thousand and a million, weights in force (SIZES=10000,1000000)
	$(BIN)/python -m tests.bench.base --sizes $(or $(SIZES),10000,1000000)

prove: install seeds mutants ## the long proofs: many examples, kills, hash seeds, mutants
	JINXI_PROVE=1 $(BIN)/pytest $(SPREAD) -m "prove or hypothesis or more_in_prove" --timeout 3600

seeds: install ## unit tests and laws under ten hash seeds
	@set -e; for seed in $(HASH_SEEDS); do echo "hash seed $$seed"; \
	  PYTHONHASHSEED=$$seed $(BIN)/pytest -q $(SPREAD) $(FAST); done

# In a folder of its own: it wants a later click than faust-streaming bears.
MUTMUT := .venv/mutmut
$(MUTMUT)/.installed: | .venv/.installed
	$(BIN)/python -m pip install --quiet --target $(MUTMUT) mutmut==3.8.1
	@touch $@

mutants: install $(MUTMUT)/.installed ## change the rules a little and look whether a test notices (MUTANTS=all, SEED=7)
	JINXI_QUICK=1 PYTHONPATH=$(MUTMUT) $(BIN)/python -m tests.prove.mutants

.PHONY: pictures
pictures: install ## draw the pictures of the documents anew
	JINXI_PICTURES=1 $(BIN)/pytest -q tests/functional/test_pictures.py

migration: install ## draft the migration to the tables as declared now: make migration FOR="what it is for"
	$(BIN)/python -m crm.schema.drafting "$(FOR)"

docs: install ## write the generated documents anew
	$(BIN)/python -m campaigns.event_docs > docs/events.md.new
	$(BIN)/python -m campaigns.event_docs asyncapi > docs/asyncapi.json.new
	mv docs/events.md.new docs/events.md
	mv docs/asyncapi.json.new docs/asyncapi.json
	$(BIN)/python -m tools.documents

site: install ## the documents as pages, in build/site; a broken link ends it
	$(BIN)/properdocs build

texts: install ## bring the catalogues up to the texts in the code; new ones wait for a translation
	$(BIN)/python -m tests.texts

# Keeps what is locked unless pyproject.toml says otherwise; `make lock UPGRADE=--upgrade` renews it.
lock: install ## lock the dependencies anew after pyproject.toml has changed
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header $(UPGRADE) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header $(UPGRADE) pyproject.toml --group dev -o requirements-dev.lock
	@sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml > .build-requirement.in
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate $(UPGRADE) .build-requirement.in -o requirements-build.lock
	@rm .build-requirement.in

wheel: install ## dist/jinxi-VERSION.whl, with the locked builder
	@tools/wheel

image: ## build the container image and run the demo in it; how large it is
	@tools/image

audit: install ## whether what is locked has known weaknesses; what cannot be looked up is no pass
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.lock -r requirements-dev.lock -r requirements-build.lock

sbom: install ## what the product consists of, as CycloneDX: dist/sbom.json
	$(BIN)/python -m pip install --quiet cyclonedx-bom
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application -o dist/sbom.json requirements.lock

images: ## pin the images of the containers by the digests that their tags have today (asks Docker)
	@tools/pin-images docker-compose.yml Dockerfile

clean: ## remove .venv and the caches; jinxi-data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results mutants build dist *.egg-info
