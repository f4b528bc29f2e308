#!/usr/bin/env bash
# Looks up known faults of every locked package: tools/audit.sh PYTHON ENVIRONMENT. The advisories are fetched from PyPI's JSON
# service; where that cannot be reached it says so, installs nothing and ends with 0, or with 3 where REQUIRE_AUDIT is 1.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1 environment=$2
one=$(sed -n 's/^\([A-Za-z0-9._-]*\)==\([^ ]*\).*/\1\/\2/p' requirements/run.txt | head -n 1)
service=https://pypi.org/pypi/$one/json
if ! "$python" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=10)' "$service" 2>/dev/null; then
  echo "Not audited: the advisories of PyPI cannot be reached from here." >&2
  [ "${REQUIRE_AUDIT:-0}" = 0 ] && exit 0 || exit 3
fi
[ -x "$environment/bin/pip-audit" ] || {
  "$python" -m venv "$environment"
  "$environment/bin/pip" install -q --require-hashes -r requirements/tools.txt
}
for file in requirements/*.txt; do
  echo "$file"
  "$environment/bin/pip-audit" --strict --disable-pip --require-hashes --progress-spinner off -r "$file"
done
