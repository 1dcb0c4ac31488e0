#!/bin/sh
# Runs every fuzz target of the module for the given time each; stops at the first finding.
set -eu
cd "$(dirname "$0")/../.."
time=${1:-30s}
grep -rlE '^func Fuzz' --include='*_test.go' models runtime builder cmd | while read -r file; do
	dir=$(dirname "$file")
	for target in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$file"); do
		echo "== ./$dir $target"
		go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 1x
	done
done
