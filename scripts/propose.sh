#!/usr/bin/env bash
# Proposes a change of openapi.json and generated/ as a pull request, or brings the open one up to date.
#
#   scripts/propose.sh PATCH SUMMARY
#
# Takes nothing else from the patch, runs nothing of it, and needs git with a remote `origin` and gh with a token.
set -euo pipefail

patch=$1 summary=$2
branch=follow-the-api
title="Follow the API's document"

git switch --quiet --create "$branch"
git apply --index --include=openapi.json --include='generated/*' "$patch"
git -c user.name='github-actions[bot]' \
  -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
  commit --quiet --message "$title"
git push --quiet --force origin "$branch"
if [ "$(gh pr list --head "$branch" --state open --json number --jq length)" = 0 ]; then
  gh pr create --head "$branch" --title "$title" --body-file "$summary"
else
  gh pr edit "$branch" --body-file "$summary"
fi
