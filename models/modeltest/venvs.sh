# Functions for fixtures.sh and differential.sh: virtual environments with pinned
# packages, kept in $VENVS (default: the user's cache folder).
venvs=${VENVS:-${XDG_CACHE_HOME:-$HOME/.cache}/copal-fixtures}

python() { # X.Y → its executable
	if command -v "python$1" >/dev/null 2>&1 && "python$1" -V >/dev/null 2>&1; then
		command -v "python$1"
		return
	fi
	for p in "$(pyenv root 2>/dev/null)"/versions/"$1".*/bin/python; do
		[ -x "$p" ] && echo "$p" && return
	done
	echo "python$1 is neither on PATH nor in pyenv" >&2
	return 1
}

virtual_environment() { # NAME X.Y PACKAGE… → its folder, made if it is not there
	made="$venvs/$1"
	if ! [ -e "$made/complete" ]; then
		exe=$(python "$2")
		rm -rf "$made"
		shift 2
		"$exe" -m venv "$made" >&2
		"$made/bin/pip" -q install --disable-pip-version-check --only-binary=:all: "$@" </dev/null >&2
		touch "$made/complete"
	fi
	echo "$made"
}
