#!/usr/bin/env bash
# Runs one command that writes to no tenant; the inputs of the action come as variables.
set -euo pipefail
: "${COMMAND:?}" "${SETTINGS:?}" "${RUNNER_TEMP:?}" "${GITHUB_OUTPUT:?}" "${GITHUB_STEP_SUMMARY:?}"

before=(reconciler --settings "$SETTINGS" ${TENANT:+--tenant "$TENANT"})
report="$RUNNER_TEMP/reconciler-$COMMAND.md"
code=0
case "$COMMAND" in
  validate) "${before[@]}" validate --format github || code=$? ;;
  plan | drift)
    "${before[@]}" "$COMMAND" ${BASE:+--base "$BASE"} --format markdown > "$report" || code=$?
    cat "$report" >> "$GITHUB_STEP_SUMMARY"
    echo "report=$report" >> "$GITHUB_OUTPUT"
    ;;
  *)
    echo "::error::The input command is validate, plan or drift, or empty"
    code=64
    ;;
esac
echo "code=$code" >> "$GITHUB_OUTPUT"
exit "$code"
