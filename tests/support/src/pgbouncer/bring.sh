# shellcheck shell=sh
# Brings Debian's PgBouncer into folder $1: the program, and its libraries where the machine lacks any.
# Nothing is installed, and no privilege is needed.
set -eu

folder=$1
work=$folder.new
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/packages" "$work/root" "$work/bin"
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
cd "$work/packages"

fail() {
  echo "$*" >&2
  exit 1
}

for program in apt-get dpkg; do
  command -v "$program" >/dev/null || fail "$program, which would bring Debian's, is not here either"
done

quietly() {
  apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o APT::Sandbox::User= "$@" >"$work/log" 2>&1
}

# Where the machine's own lists of packages are missing or old, an update of our own needs no privilege.
# shellcheck disable=SC2086
download() {
  quietly download "$@" ||
    { quietly $own update && quietly $own download "$@"; } ||
    fail "apt-get could not download $*: $(tail -n 1 "$work/log")"
}
own="-o Dir::State::Lists=$work/apt/lists -o Dir::Cache=$work/apt/cache -o Debug::NoLocking=1"

unpack() {
  for package in *.deb; do
    dpkg -x "$package" "$work/root"
    rm "$package"
  done
  find "$work/root" -name '*.so.*' -exec mv {} "$work/bin" \;
}

lacks() {
  LD_LIBRARY_PATH=$work/bin ldd "$work/bin/pgbouncer" | awk '/not found/ { print $1 }'
}

download pgbouncer
libraries=$(dpkg-deb --field pgbouncer_*.deb Depends | tr ',|' '[\n*]' |
  awk '$1 ~ /^lib/ && $1 != "libc6" { print $1 }')
unpack
mv "$work/root/usr/sbin/pgbouncer" "$work/bin"
if [ -n "$(lacks)" ]; then
  # shellcheck disable=SC2086
  download $libraries
  unpack
fi
[ -z "$(lacks)" ] || fail "libraries of Debian's PgBouncer are missing: $(lacks | tr '\n' ' ')"

rm -rf "$folder"
mv "$work/bin" "$folder"
