#!/bin/sh
# Checks the scheduled preload jobs of a site, or of every site, against what is committed, and leaves one report for
# each reader.
#
#   check-drift.sh [BASELINE [REPORT_FOLDER [EARLIER_REPORT]]]
#
# BASELINE is one site's file, or a folder with a file for every site of the account: then a site without one is an error.
# EARLIER_REPORT is a file to keep from run to run: findings that it has are known, and it becomes this run's report.
#
# Exit codes: 0 as recorded, 7 somebody changed the jobs, anything else: could not tell. Only 0 may deploy.
# Keys come from the environment, such as ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.
set -eu

baseline=${1:-preload-jobs.json}
reports=${2:-drift-reports}
earlier=${3:-}

# What an earlier run left here must not pass for the answer of this one.
mkdir -p "$reports"
rm -f "$reports/drift.json" "$reports/drift.md" "$reports/drift.xml" "$reports/drift.sarif"

every_site=
if [ -d "$baseline" ]; then every_site=--all-sites; fi

code=0
alicloud-esa drift check --health --baseline "$baseline" $every_site ${earlier:+--since "$earlier"} \
  --format text \
  --format "json=$reports/drift.json" \
  --format "markdown=$reports/drift.md" \
  --format "junit=$reports/drift.xml" \
  --format "sarif=$reports/drift.sarif" || code=$?

case $code in
  0) verdict=clean ;;
  7) verdict=drift ;;
  *) verdict=error ;;
esac
# Drift on one site, and another that could not be read: whether that one drifted, nobody knows.
if [ "$verdict" = drift ] && grep -Eq '^    "error": [1-9]' "$reports/drift.json"; then
  verdict=partial
fi

# GitHub: the report on the run's page, the verdict for the next steps. Elsewhere these are not set.
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$reports/drift.md" ]; then
  cat "$reports/drift.md" >> "$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  echo "verdict=$verdict" >> "$GITHUB_OUTPUT"
  # new, known and resolved: how many findings, where an earlier report is kept and there is a verdict.
  if [ -f "$reports/drift.json" ]; then
    sed -n -E 's/^    "(new|known|resolved)": ([0-9]+),?$/\1=\2/p' "$reports/drift.json" >> "$GITHUB_OUTPUT"
  fi
fi
# When nobody could tell, what was known before stays; a report with drift also has what was known of unread sites.
if [ -n "$earlier" ] && [ "$verdict" != error ]; then
  cp "$reports/drift.json" "$earlier"
fi

# The report says how to accept each site's.
if [ "$code" = 7 ] && [ -n "$every_site" ]; then
  echo "If all these changes are right: alicloud-esa drift record --again -o $baseline, and commit it." >&2
fi
exit "$code"
