package modeltest

import "testing"

func TestSklearn(t *testing.T) { Run(t, "testdata/sklearn") }
