#!/bin/sh
# Fit random data with random parameters in the original libraries, and compare.
#
#     differential.sh [VERSION…]      e.g. differential.sh 1.9 0.20, of versions.txt and boundaries.txt
#
# $LIBRARIES are folders of testdata with a differential.py (default all, or with
# $CLASSES sklearn alone), of which those run that have the version. $SEEDS is a
# count, or FIRST-LAST (default 5); $CLASSES are the classes of scikit-learn to try
# (default all). The same class or seed under the same version makes the same case:
# $OUT/LIBRARY-VERSION/CLASS-SEED.pkl, for boosters OBJECTIVE-SEED and any ending, with
# the questions and answers beside it. $OUT is a temporary folder unless given, and
# is kept if anything differs. The virtual environments are those of fixtures.sh.
set -eu
cd "$(dirname "$0")/testdata"
every="sklearn xgboost lightgbm"
libraries=${LIBRARIES:-${CLASSES:+sklearn}}
libraries=${libraries:-$every}
seeds=${SEEDS:-5}
out=${OUT:-$(mktemp -d)}
. ../venvs.sh

known() { # LIBRARY VERSION → its line of versions.txt or boundaries.txt
	cat "$1"/versions.txt "$1"/boundaries.txt 2>/dev/null | grep "^$2 "
}

versions() { # LIBRARY VERSION… → those of them that it has, or the defaults
	library=$1
	shift
	case "$#$library" in
	0sklearn) echo 0.20 1.9 ;;
	0xgboost) echo 0.90 3.4 ;;
	0lightgbm) echo 2.3 4.6 ;;
	esac
	for v; do
		if known "$library" "$v" >/dev/null; then echo "$v"; fi
	done
}

generate() { # LIBRARY VERSION CLASS…
	library=$1 folder=$2
	shift 2
	classes=$*
	# shellcheck disable=SC2046 # one word each
	set -- $(known "$library" "$folder")
	venv=$(python=$2; shift 2; virtual_environment "$library-$folder" "$python" "$@")
	echo "$library $folder: $seeds seeds" >&2
	# shellcheck disable=SC2086 # one word per class
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 \
		"$venv/bin/python" "$library/differential.py" "$out/$library-$folder" "$seeds" $classes </dev/null
}

for v; do
	found=
	for library in $libraries; do known "$library" "$v" >/dev/null && found=1; done
	[ -n "$found" ] || { echo "no versions.txt or boundaries.txt of $libraries has $v" >&2; exit 2; }
done
go build -o "$out/differential" ../differential
for library in $libraries; do
	classes=
	[ "$library" != sklearn ] || classes=${CLASSES:-$("$out/differential" -classes)}
	for version in $(versions "$library" "$@"); do
		# shellcheck disable=SC2086 # one word per class
		generate "$library" "$version" $classes
	done
done
"$out/differential" "$out" || { status=$?; echo "the cases are in $out" >&2; exit $status; }
[ -n "${OUT:-}" ] || rm -rf "$out"
