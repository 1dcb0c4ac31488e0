package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/sink/store"
)

// localStore is where `copal build -t` keeps images.
func localStore() (*store.Store, error) {
	dir, err := store.DefaultDir()
	if err != nil {
		return nil, err
	}
	return store.Open(dir), nil
}

// localImage finds an image in the local store.
func (a *app) localImage(ref string) (v1.Image, error) {
	s, err := localStore()
	if err != nil {
		return nil, err
	}
	img, _, err := s.Get(ref)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, failf(wayToImage(ref), "%w", err)
	case err != nil:
		return nil, usagef("an image is written NAME:TAG, as in iris:v1", "%w", err)
	}
	return img, nil
}

// wayToImage is the next step for a name that is no image.
func wayToImage(ref string) string {
	if looksLikeModel(ref) {
		return "if " + ref + " is meant to be a model file, it is not there: check the path"
	}
	if needsQuoting(ref) {
		return "copal build --embed MODEL -t NAME:TAG"
	}
	return "copal build --embed model.pkl -t " + ref
}

// looksLikeModel tells a mistyped file name from a mistyped image name.
func looksLikeModel(s string) bool {
	switch strings.ToLower(filepath.Ext(s)) {
	case ".pkl", ".pickle", ".joblib", ".gz", ".z", ".bz2", ".xz", ".lzma", ".lz4", ".onnx", ".json", ".ubj", ".bin":
		return true
	}
	return false
}

// isModelFile reports whether a target is MODEL, not IMAGE: a file on this
// machine. A folder of that name is one too, to be refused with a better text,
// unless an image has the name.
func isModelFile(target string) bool {
	info, err := os.Stat(target)
	if err != nil || !info.IsDir() {
		return err == nil
	}
	s, err := localStore()
	if err != nil {
		return true
	}
	_, _, err = s.Get(target)
	return err != nil
}

// completeModelOrImage offers what is in the local store, and files.
func completeModelOrImage(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	images, _ := completeImage(cmd, args, typed)
	return images, cobra.ShellCompDirectiveDefault
}

// completeImage offers what is in the local store.
func completeImage(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	s, err := localStore()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	entries, err := s.List()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var words []cobra.Completion
	for _, e := range entries {
		words = append(words, cobra.CompletionWithDesc(e.Name, fmt.Sprintf("%s, %s", size(e.Size), e.Digest.Hex[:12])))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}
