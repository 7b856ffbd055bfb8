#!/usr/bin/env bash
# Says in one line what this machine lacks for the named needs: rust, c, python.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/common.sh

missing=() packages=() hints=()

lacks() { # what, Debian's packages or a hint in brackets
  missing+=("$1")
  if [[ $2 == \[* ]]; then hints+=("${2:1:-1}"); else packages+=("$2"); fi
}

need_rust() {
  local wanted version
  wanted=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  if ! command -v cargo >/dev/null; then
    lacks "Rust $wanted" "[Install Rust with rustup]"
    return
  fi
  # rustup may have to fetch the toolchain here, and says so itself.
  version=$(cargo --version | cut -d ' ' -f 2) || true
  is_at_least "${version:-0}" "$wanted" ||
    lacks "Rust $wanted (found ${version:-none})" "[Run: rustup toolchain install $wanted]"
}

# OpenSSL is compiled from source, by a C compiler and Perl scripts whose modules perl-base lacks.
need_c() {
  command -v cc >/dev/null || lacks "a C compiler (cc)" "gcc libc6-dev"
  perl -MFindBin -MIPC::Cmd -MPod::Usage -e 1 2>/dev/null || lacks "Perl with its standard modules" "perl"
}

need_python() {
  local version
  version=$(version_of python3 --version)
  if ! is_at_least "${version:-0}" 3.9; then
    lacks "Python 3.9 or newer (python3)" "python3 python3-venv"
  elif ! python3 -m pip --version >/dev/null 2>&1 && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    lacks "pip" "python3-venv"
  fi
  command -v flock >/dev/null || lacks "flock" "util-linux"
}

for need in "$@"; do "need_$need"; done

if ((${#missing[@]})); then
  line="missing: $(printf '%s, ' "${missing[@]}" | sed 's/, $//')."
  ((${#packages[@]})) && line+=" On Debian or Ubuntu: apt install ${packages[*]}."
  ((${#hints[@]})) && line+=" $(printf '%s; ' "${hints[@]}" | sed 's/; $//')."
  die "$line"
fi
