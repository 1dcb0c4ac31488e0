//go:build !unix || solaris || aix

package rootfs

import "os"

// flock does nothing where containers are not run: one process, one cache.
func flock(*os.File, bool) error { return nil }
