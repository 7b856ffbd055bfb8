#!/usr/bin/env bash
# Prints what CHANGELOG.md says of the version in Cargo.toml. Fails where it says nothing, or where the tag
# that is given as $1 names another version.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/common.sh

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
[[ -z ${1:-} || $1 == "v$version" ]] || die "the tag is $1, and Cargo.toml has version $version"
notes=$(awk -v heading="## [$version]" '
  index($0, heading) == 1 { inside = 1; next }
  /^## \[/ { inside = 0 }
  /^\[.*\]: / { inside = 0 }
  inside' CHANGELOG.md | sed -e '/./,$!d')
[[ -n $notes ]] || die "CHANGELOG.md has no section for version $version"
printf '%s\n' "$notes"
