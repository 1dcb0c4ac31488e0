package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// resolveUser reads the image's User, "name", "uid", "name:group" or "uid:gid", with
// names from the image's own /etc/passwd and /etc/group. Empty is root, as
// SageMaker wants it.
func resolveUser(root, s string) (user, error) {
	if s == "" {
		return user{}, nil
	}
	name, group, hasGroup := strings.Cut(s, ":")
	var u user
	var err error
	if u.uid, u.gid, err = lookupID(root, "etc/passwd", name); err != nil {
		return user{}, fmt.Errorf("image user %q: %w", s, err)
	}
	if hasGroup {
		if u.gid, _, err = lookupID(root, "etc/group", group); err != nil {
			return user{}, fmt.Errorf("image user %q: %w", s, err)
		}
	}
	return u, nil
}

// lookupID finds the fields 3 and 4 of the line for name in a file like
// /etc/passwd. A number needs no such line.
func lookupID(root, file, name string) (id, group int, err error) {
	number, numErr := strconv.ParseUint(name, 10, 31)
	r, err := os.OpenInRoot(root, filepath.FromSlash(file))
	if err != nil {
		if numErr == nil {
			return int(number), 0, nil
		}
		return 0, 0, err
	}
	defer r.Close()
	for sc := bufio.NewScanner(r); sc.Scan(); {
		f := strings.Split(sc.Text(), ":")
		if len(f) < 3 || f[0] != name && (numErr != nil || f[2] != name) {
			continue
		}
		n, err := strconv.ParseUint(f[2], 10, 31)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", file, err)
		}
		if len(f) > 3 {
			g, _ := strconv.ParseUint(f[3], 10, 31) // a group's members are not a number: unused
			group = int(g)
		}
		return int(n), group, nil
	}
	if numErr == nil {
		return int(number), 0, nil
	}
	return 0, 0, fmt.Errorf("%s has no %q", file, name)
}
