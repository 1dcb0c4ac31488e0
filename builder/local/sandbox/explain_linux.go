package sandbox

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// explain adds what an errno of exec hides: ": the image is …". It looks into a
// file of the image, so it reads no more than its head.
func explain(program string, err error) string {
	fi, statErr := os.Stat(program)
	switch {
	case errors.Is(err, unix.ELOOP):
		return ": its symbolic links lead in a circle"
	case errors.Is(statErr, fs.ErrNotExist):
		return ": the image has no such file"
	case statErr != nil:
		return ""
	case fi.IsDir():
		return ": it is a folder"
	case errors.Is(err, unix.EACCES):
		return fmt.Sprintf(": its mode is %v, it must be executable by everyone", fi.Mode())
	case errors.Is(err, unix.ENOENT):
		return ": the image lacks the interpreter or dynamic loader that it names"
	case errors.Is(err, unix.ENOEXEC):
		return explainFormat(program)
	}
	return ""
}

func explainFormat(program string) string {
	f, err := elf.Open(program)
	if err != nil {
		return ": it is neither an ELF executable nor a script that starts with #!"
	}
	defer f.Close()
	if arch := architecture(f); arch != runtime.GOARCH {
		return fmt.Sprintf(": the image's program is for linux/%s, this machine is %s/%s", arch, runtime.GOOS, runtime.GOARCH)
	}
	return ": it is a damaged ELF executable"
}

// architecture names the machine of an executable as images do.
func architecture(f *elf.File) string {
	switch f.Machine {
	case elf.EM_X86_64:
		return "amd64"
	case elf.EM_AARCH64:
		return "arm64"
	case elf.EM_386:
		return "386"
	case elf.EM_ARM:
		return "arm"
	case elf.EM_RISCV:
		return "riscv64"
	}
	return strings.ToLower(strings.TrimPrefix(f.Machine.String(), "EM_"))
}
