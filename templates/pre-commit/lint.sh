#!/usr/bin/env bash
# What pre-commit runs in the repository that is committed to: only findings that the commit affects, unless arguments say
# otherwise. SHORTFUSE_COMMAND names a shortfuse that is installed already.
set -euo pipefail

arguments=("$@")
# Nothing is compared with before the first commit.
if [ "$#" -eq 0 ] && git rev-parse --verify --quiet HEAD >/dev/null; then
  arguments=(--changed-since HEAD)
fi
if [ -n "${SHORTFUSE_COMMAND:-}" ]; then
  exec "$SHORTFUSE_COMMAND" lint ${arguments[@]+"${arguments[@]}"}
fi
# The version that belongs to the revision of these hooks.
manifest=$(dirname "$0")/../../packages/cli/package.json
version=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' "$manifest")
exec npx --yes "shortfuse@$version" lint ${arguments[@]+"${arguments[@]}"}
