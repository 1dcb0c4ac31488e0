// Command pack makes a server layer for package serverbin. It is run by
// `make build` from the top of the repository:
//
//	go run ./builder/serverbin/pack linux/amd64 bin/copal-serve-linux-amd64
package main

import (
	"fmt"
	"os"

	"github.com/copal-ml/copal/builder/serverbin"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pack PLATFORM PROGRAM")
		os.Exit(2)
	}
	if err := serverbin.Pack("builder/serverbin/bin", os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}
