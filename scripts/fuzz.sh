#!/usr/bin/env bash
# Runs each fuzz target for so many seconds. cargo-fuzz needs a nightly toolchain and a C++ compiler; without
# them it says so and is done.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=$1
if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
  echo "fuzzing is left out: cargo-fuzz or a nightly toolchain is missing (fuzz/README.md)"
  exit 0
fi
for target in fuzz/fuzz_targets/*.rs; do
  target=$(basename "$target" .rs)
  # Findings are kept in this folder, which Git ignores.
  mkdir -p "fuzz/corpus/$target"
  cargo +nightly fuzz run "$target" "fuzz/corpus/$target" tests/corpus -- -dict=fuzz/netscape.dict \
    -max_total_time="$seconds"
done
