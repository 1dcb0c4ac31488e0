#!/bin/sh
# From a model file to endpoints that answer, and back to nothing, on this
# machine alone: `make demo` runs it. Everything it makes is in one temporary
# folder that goes with it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
copal=${COPAL:-$here/../../../bin/copal}
work=$(mktemp -d "${TMPDIR:-/tmp}/copal-demo.XXXXXX")
export XDG_STATE_HOME="$work/state" XDG_DATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache"
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE || true
platform=

cleanup() {
	code=$?
	trap - EXIT INT TERM
	if [ -n "$platform" ]; then
		kill "$platform" 2>/dev/null || true
		wait "$platform" 2>/dev/null || true
	fi
	if [ "$code" -ne 0 ] && [ -s "$work/platform.log" ]; then
		echo "--- the local platform's log ---" >&2
		tail -n 30 "$work/platform.log" >&2
	fi
	rm -rf "$work"
	exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# say prints a headline; run shows a command as a person would type it, then runs it.
say() { printf '\n%s\n' "$*"; }
run() {
	printf '$ copal'
	for word in "$@"; do
		case $word in
		*[!A-Za-z0-9_./:=@,-]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
	"$copal" "$@"
}
# expect runs a command and stops the demo if it does not print this answer.
expect() {
	want=$1
	shift
	run "$@" >"$work/answer"
	cat "$work/answer"
	if [ "$(tail -n 1 "$work/answer")" != "$want" ]; then
		echo "demo: the answer should be $want" >&2
		exit 1
	fi
}

cp "$here/model.pkl" "$work/model.pkl"
cd "$work"

say "1. What is in the file? (Nothing in it is executed.)"
run inspect model.pkl

say "2. An image of it: no Docker, no Python."
run build --embed model.pkl -t iris:v1

say "3. A SageMaker on this machine."
printf '$ copal local &\n'
"$copal" local --verbose >"$work/exports" 2>"$work/platform.log" &
platform=$!
eval "$("$copal" local env --wait 20s)"
printf '$ eval "$(copal local env)"      # %s\n' "$AWS_ENDPOINT_URL"

say "4. A serverless endpoint."
run deploy iris:v1 --serverless --name iris
expect '{"predictions": [0]}' invoke iris --data '{"features": [[5.1, 3.5, 1.4, 0.2]]}'
printf '6.0,2.9,4.5,1.5\n6.3,3.3,6.0,2.5\n' >rows.csv
expect '2' invoke iris --data @rows.csv --accept text/csv
run invoke iris --data '[[5.1, 3.5, 1.4, 0.2]]' --method predict_proba
run status iris

say "5. The same image on instances, answering with probabilities."
run deploy iris:v1 --realtime --instance-type ml.m5.large --name iris-proba --method predict_proba
run invoke iris-proba --data '{"features": [[6.0, 2.9, 4.5, 1.5]]}'
expect '{"predictions": [1]}' invoke iris-proba --data '{"features": [[6.0, 2.9, 4.5, 1.5]]}' --method predict
run status

say "6. All of it away again."
run destroy iris --yes
run destroy iris-proba --yes
run status
left=$("$copal" status --json | tr -d ' \n')
if [ "$left" != '{"endpoints":[]}' ]; then
	echo "demo: something is left: $left" >&2
	exit 1
fi
say "Nothing is left."
