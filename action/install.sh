#!/usr/bin/env bash
# Installs shortfuse where the runner keeps what goes with the job, and tells later steps where it is. What it is asked for
# comes from the environment: VERSION, or the version that this action was released with.
set -euo pipefail

version=${VERSION:-}
if [ -z "$version" ]; then
  version=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).version' \
    "$GITHUB_ACTION_PATH/packages/cli/package.json")
fi
case $version in
  *[!0-9A-Za-z.^~+-]*)
    echo "::error title=shortfuse::version: write a version such as 1.2.3"
    exit 2
    ;;
esac
folder=$RUNNER_TEMP/shortfuse
mkdir -p "$folder"
# Not in the checkout: an .npmrc there, from a pull request, could name another registry.
cd "$folder"
npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "shortfuse@$version"
echo "command=$folder/node_modules/shortfuse/dist/shortfuse.js" >>"$GITHUB_OUTPUT"
