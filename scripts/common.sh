# shellcheck shell=bash
# Sourced by the scripts beside it.

# Bash leaves errexit behind in $(…) otherwise.
shopt -s inherit_errexit

# Says why in one line and ends.
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Succeeds if version $1 is $2 or newer, with the same first number.
is_at_least() {
  [[ ${1%%.*} == "${2%%.*}" && $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]
}

# The first version number in the output of a command; nothing where the command fails.
version_of() {
  "$@" 2>/dev/null | grep -oEm 1 '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true
}
