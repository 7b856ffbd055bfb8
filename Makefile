# Every verb of the project; bare `make` prints them. Helpers are in scripts/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help demo dev test soak bench lint audit rehearse migrate package deploy tools clean

export PATH := $(CURDIR)/.tools/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

# How long `make soak` gives each fuzz target.
FUZZ_SECONDS ?= 60
# The file that `make demo` imports.
FILE ?= tests/corpus/demo.html
# The crates that can be published: the command line and what it stands on.
PUBLISHED := branchline $(addprefix branchline-,diff engine files lint model neon pg pg-login rehearsal text)
# The example that `make rehearse` rehearses, and its options.
EXAMPLE ?= project
REHEARSE_ARGS ?= --max-lock $(if $(filter project,$(EXAMPLE)),2s,500ms)

help: ## print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

demo: ## local Postgres and functions, a bookmarks file imported and a job done; FILE=… for another file
	@scripts/require.sh rust c python
	scripts/tools.sh postgres cargo-lambda
	cargo build --locked --bins
	cargo run --locked --quiet --bin local-stack -- demo '$(FILE)'

dev: ## the same, staying up until Control-C, with the commands to use it
	@scripts/require.sh rust c python
	scripts/tools.sh postgres cargo-lambda
	cargo build --locked --bins
	cargo run --locked --quiet --bin local-stack -- dev

test: ## all tests, against a Postgres of their own
	@scripts/require.sh rust c python
	scripts/tools.sh postgres alembic linkding-clients
	# Neon's own command line tests ours, tools for design tokens our exports, and axe our pages, where there is
	# npm to bring them; so do the format's schemas and linkding's extension, where their sites can be reached.
	! command -v npm >/dev/null || scripts/tools.sh neonctl || true
	! command -v npm >/dev/null || scripts/tools.sh token-tools || true
	! command -v npm >/dev/null || scripts/tools.sh axe || true
	scripts/tools.sh dtcg-schemas || true
	scripts/tools.sh linkding-extension || true
	# Tests wait for servers and processes, so that one more than there are processors keeps these busy.
	RUST_TEST_THREADS="$${RUST_TEST_THREADS:-$$(($$(getconf _NPROCESSORS_ONLN) + 1))}" \
	  cargo test --locked --workspace --no-fail-fast

soak: ## the long forms of the tests, about two hours; SOAK_ARGS="-p it -- freeze" for a part, FUZZ_SECONDS=60
	@scripts/require.sh rust c python
	scripts/tools.sh postgres
	# Servers of other major versions, where there is npm to bring them.
	! command -v npm >/dev/null || \
	  scripts/other-servers.sh start .tools/other-servers > .tools/other-servers.urls || true
	SOAK=1 BRANCHLINE_OTHER_SERVERS="$$(cat .tools/other-servers.urls || true)" \
	  cargo test --locked $(or $(SOAK_ARGS),--workspace)
	! [ -d .tools/other-servers ] || scripts/other-servers.sh stop .tools/other-servers
	$(if $(SOAK_ARGS),,scripts/fuzz.sh $(FUZZ_SECONDS))

bench: ## how fast files are read, functions start and answer; BENCH_ARGS="--quick", "--full", "--json FILE"
	@scripts/require.sh rust c python
	scripts/tools.sh postgres
	cargo run --locked --release --quiet --bin bench -- $(BENCH_ARGS)

lint: ## formatting, clippy, docs, spelling, dependencies, fuzz targets, migrations, scripts, pipelines
	@scripts/require.sh rust c python
	scripts/tools.sh cfn-lint actionlint shellcheck zizmor typos cargo-deny
	cargo fmt --all --check
	scripts/line-length.py
	typos
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" \
	  cargo doc --locked --quiet --no-deps --workspace --exclude support --exclude it --exclude bench
	# Checked and not linked, so libFuzzer itself, which needs a C++ compiler, is not built, and neither is a
	# second OpenSSL.
	CUSTOM_LIBFUZZER_PATH=/nonexistent/libfuzzer.a OPENSSL_NO_VENDOR=1 OPENSSL_DIR="$$(realpath \
	  "$${CARGO_TARGET_DIR:-target}"/debug/build/openssl-sys-*/out/openssl-build/install | head -n 1)" \
	  cargo check --locked --quiet --bins --manifest-path fuzz/Cargo.toml \
	  --target-dir "$${CARGO_TARGET_DIR:-target}"
	cargo-deny --locked --log-level error check --hide-inclusion-graph bans licenses sources
	cargo package --locked --quiet --no-verify --allow-dirty $(addprefix -p ,$(PUBLISHED))
	cargo run --locked --quiet --bin branchline -- lint --all --deny-warnings
	git ls-files '*.sh' .ci/run | xargs shellcheck --external-sources
	cfn-lint template.yaml
	actionlint
	zizmor --offline --quiet .github

audit: ## known vulnerabilities of dependencies, by RustSec's database, which is fetched from GitHub
	@scripts/require.sh rust python
	scripts/tools.sh cargo-deny
	cargo-deny --locked check --hide-inclusion-graph advisories

rehearse: ## pending migrations on a copy of a local production; EXAMPLE=bad or good for docs/examples
	@scripts/require.sh rust c python
	scripts/tools.sh postgres
	cargo build --locked --quiet -p support -p branchline --bins
	target/debug/rehearsal '$(EXAMPLE)' $(REHEARSE_ARGS)

migrate: ## bring the schema of DIRECT_DATABASE_URL to the newest migration
	@scripts/require.sh rust c
	cargo run --locked --quiet --bin branchline -- upgrade

package: ## the functions as zips for Lambda, in target/lambda
	@scripts/require.sh rust c python
	scripts/tools.sh cargo-lambda zig
	scripts/package.sh

deploy: package ## package, rehearse, migrate, then the functions to AWS; SAM_ARGS=… for sam deploy
	scripts/tools.sh sam
	cargo build --locked --quiet --bin branchline
	mkdir -p target/rehearsal
	# 3: passed, with warnings.
	target/debug/branchline rehearse $(REHEARSE_ARGS) --report-json target/rehearsal/deploy.json || (($$? == 3))
	target/debug/branchline deploy $(DEPLOY_ARGS) target/rehearsal/deploy.json
	sam deploy $(SAM_ARGS)

tools: ## install now what the other verbs install when they need it
	scripts/tools.sh postgres cargo-lambda zig cfn-lint actionlint shellcheck zizmor typos cargo-deny

clean: ## remove what was built, the local database and the installed tools
	scripts/clean.sh
