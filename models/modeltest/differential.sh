#!/bin/sh
# Fit random data with random parameters in the original libraries, and compare.
#
#     differential.sh [VERSION…]      e.g. differential.sh 1.9 0.20, of versions.txt and boundaries.txt
#
# $SEEDS is a count, or FIRST-LAST (default 5); $CLASSES are the classes to try
# (default all). The same class and seed under the same version make the same
# case: $OUT/VERSION/CLASS-SEED.pkl with the questions and answers beside it, where
# $OUT is a temporary folder unless given, and is kept if anything differs.
# The virtual environments are those of fixtures.sh.
set -eu
cd "$(dirname "$0")/testdata/sklearn"
versions=${*:-0.20 1.9}
seeds=${SEEDS:-5}
out=${OUT:-$(mktemp -d)}
. ../../venvs.sh

go build -o "$out/differential" ../../differential
classes=${CLASSES:-$("$out/differential" -classes)}
for version in $versions; do
	line=$(cat versions.txt boundaries.txt | grep "^$version ") || { echo "neither versions.txt nor boundaries.txt has $version" >&2; exit 2; }
	# shellcheck disable=SC2086 # one word each
	set -- $line
	venv=$(python=$2; folder=$1; shift 2; virtual_environment "sklearn-$folder" "$python" "$@")
	echo "scikit-learn $version: $seeds seeds" >&2
	# shellcheck disable=SC2086 # one word per class
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" differential.py "$out/$version" "$seeds" $classes </dev/null
done
"$out/differential" "$out" || { status=$?; echo "the cases are in $out" >&2; exit $status; }
[ -n "${OUT:-}" ] || rm -rf "$out"
