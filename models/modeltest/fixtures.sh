#!/bin/sh
# Make the fixtures again with the original libraries.
#
#     fixtures.sh [LIBRARY [VERSION…]]      e.g. fixtures.sh sklearn 1.7 1.9
#
# Each line of testdata/LIBRARY/versions.txt is a folder, a Python and the exact
# packages to install. $CASES names groups (CASES=linear for cases_linear.py) to make
# only these; without it all are made anew. The Python is found as pythonX.Y on PATH or in pyenv. The
# virtual environments are kept in $VENVS (default: the user's cache folder).
# At the end INDEX lists every fixture; the tests fail when a listed file is
# missing or an unlisted one turns up.
set -eu
cd "$(dirname "$0")/testdata"
library=${1:-sklearn}
[ $# -gt 0 ] && shift
wanted=" $* "

. ../venvs.sh

grep -v '^#' "$library/versions.txt" | while read -r folder version packages; do
	case "$wanted" in "  " | *" $folder "*) ;; *) continue ;; esac
	# shellcheck disable=SC2086 # one word per package
	venv=$(virtual_environment "$library-$folder" "$version" $packages)
	echo "$library $folder: $packages"
	[ -n "${CASES:-}" ] || rm -rf "${library:?}/$folder"
	# shellcheck disable=SC2086 # one word per group
	PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$library/make.py" "$library/$folder" ${CASES:-} </dev/null
done

cd "$library"
find . -mindepth 2 -type f -name '*.json' ! -name '*.model.json' | sed 's|^\./||; s|\.json$||' | LC_ALL=C sort >INDEX
echo "$library: $(wc -l <INDEX) fixtures"
