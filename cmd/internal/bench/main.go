// Bench measures what Copal promises, as ratios against a named peer in the
// same run:
//
//	go run ./cmd/internal/bench build
//
// It must run in the module's root, since it builds the programs that it measures.
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

// The benches, and the helpers that they start as processes of their own.
func benches() []bench {
	return []bench{
		{"build", benchBuild},
	}
}

func main() {
	if len(os.Args) > 1 {
		for _, b := range benches() {
			if b.name != os.Args[1] {
				continue
			}
			if err := b.run(os.Stdout, os.Args[2:]); err != nil {
				fmt.Fprintf(os.Stderr, "bench %s: %v\n", b.name, err)
				os.Exit(1)
			}
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: bench serve | build")
	os.Exit(2)
}
