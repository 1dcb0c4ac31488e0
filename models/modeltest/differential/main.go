// Command differential compares models that a library fitted on random data with
// what the library answered.
//
//	differential -classes     lists the classes of scikit-learn that can be run
//	differential FOLDER       compares every model below FOLDER with NAME.json beside it
//
// The summary has a line for each class; the exit code is 1 if an answer differs.
// The folder is written by testdata/LIBRARY/differential.py, as ../differential.sh
// calls it.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/copal-ml/copal/models/sklearn"
)

func main() {
	classes := flag.Bool("classes", false, "list the classes of scikit-learn that can be run")
	flag.Parse()
	if *classes {
		for _, name := range sklearn.Supported() {
			fmt.Println(name)
		}
		return
	}
	s, err := compareFolder(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	s.print(os.Stdout)
	if s.mismatched() {
		os.Exit(1)
	}
}
