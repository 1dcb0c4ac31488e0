// Bench measures what Copal promises, as ratios against a named peer in the
// same run; `make bench` runs all of it, a name after it only that part:
//
//	go run ./cmd/internal/bench serve     copal-serve against a bare fasthttp handler
//	go run ./cmd/internal/bench build     copal build against crane append
//	go run ./cmd/internal/bench flask     copal-serve against gunicorn + Flask + scikit-learn
//	go run ./cmd/internal/bench models    predict in process against scikit-learn's
//	go run ./cmd/internal/bench trees     tree ensembles in process against the libraries they come from
//
// It must run in the module's root, since it builds the programs that it measures.
// A peer that is not installed is skipped with a line that says so.
package main

import (
	"fmt"
	"io"
	"os"
)

// A bench prints its findings, a line each.
type bench struct {
	name string
	run  func(out io.Writer, args []string) error
}

// The benches, in the order of a full run.
func benches() []bench {
	return []bench{
		{"build", benchBuild},
		{"serve", benchServe},
		{"flask", benchFlask},
		{"models", benchModels},
		{"trees", benchTrees},
	}
}

func main() {
	chosen, args := benches(), []string(nil)
	if len(os.Args) > 1 {
		chosen, args = named(os.Args[1]), os.Args[2:]
	}
	for _, b := range chosen {
		if err := b.run(os.Stdout, args); err != nil {
			fmt.Fprintf(os.Stderr, "bench %s: %v\n", b.name, err)
			os.Exit(1)
		}
	}
}

// named is the bench of that name, or the peer that benchServe starts as a
// process of its own.
func named(name string) []bench {
	for _, b := range append(benches(), bench{"bare", runBare}) {
		if b.name == name {
			return []bench{b}
		}
	}
	fmt.Fprintln(os.Stderr, "usage: bench [build|serve|flask|models|trees]")
	os.Exit(2)
	return nil
}
