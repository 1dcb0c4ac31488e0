package xgboost

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/copal-ml/copal/models/booster"
)

// readCategories takes the categories that the columns of the training table had
// (src/data/cat_container.cc, CatContainer::Save). Files have them since 3.1.
func (d *document) readCategories(t tokens) error {
	return t.object(func(key string) error {
		if key != "enc" {
			return t.skip()
		}
		return t.array(func() error {
			list, err := readEncoding(t)
			d.categories = append(d.categories, list)
			return err
		})
	})
}

// readEncoding takes the categories of a column: strings one behind the other,
// with the offset of each, or integers. It is empty for a column of numbers. Keys
// are sorted, so that offsets come before values.
func readEncoding(t tokens) (list []any, err error) {
	var offsets []int32
	texts := false
	err = t.object(func(key string) (err error) {
		switch {
		case key == "offsets":
			texts = true
			offsets, err = t.integers(nil)
		case key == "values" && texts:
			list, err = readStrings(t, offsets)
		case key == "values":
			var numbers []float64
			numbers, err = t.doubles(nil)
			for _, v := range numbers {
				list = append(list, v)
			}
		default:
			err = t.skip()
		}
		return err
	})
	return list, err
}

// readStrings takes the bytes of strings, which are signed in the file, and cuts
// them at the offsets.
func readStrings(t tokens, offsets []int32) (list []any, err error) {
	values, err := t.integers(nil)
	if err != nil {
		return nil, err
	}
	text := make([]byte, len(values))
	for i, c := range values {
		text[i] = byte(c)
	}
	for i := 1; i < len(offsets); i++ {
		from, to := offsets[i-1], offsets[i]
		if from < 0 || to < from || int(to) > len(text) {
			return nil, t.errorf("category %d is from byte %d to %d of %d", i-1, from, to, len(text))
		}
		list = append(list, string(text[from:to]))
	}
	return list, nil
}

// setCodes makes codes of the categories. What is not among them is refused, as
// since 3.3. 3.1 refused only what is sorted behind all of them, and took the rest
// for the next in order.
func (b *Booster) setCodes() error {
	if len(b.categories) > 0 && len(b.categories) != b.Features {
		return fmt.Errorf("categories of %d columns for %d features", len(b.categories), b.Features)
	}
	codes := make([]*booster.Codes, len(b.categories))
	for i, list := range b.categories {
		if len(list) == 0 {
			continue
		}
		if b.Before(3, 4) && beyondASCII(list) {
			return b.unsupported("a category with letters beyond ASCII, which XGBoost stored cut off before 3.4,",
				"Train the model with XGBoost 3.4, or name the categories in ASCII.")
		}
		c, err := booster.NewCodes(list)
		if err != nil {
			return fmt.Errorf("categories of feature %d: %w", i, err)
		}
		c.Closed = true
		codes[i], b.Codes = c, codes
	}
	return nil
}

// beyondASCII reports whether a category is a string with other letters. Releases
// before 3.4 took their number for that of bytes, so that all strings behind are
// shifted, and the last is cut off.
func beyondASCII(list []any) bool {
	for _, v := range list {
		text, _ := v.(string)
		if strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
			return true
		}
	}
	return false
}

// coded is the number of features with categories.
func (b *Booster) coded() (n int) {
	for _, c := range b.Codes {
		if c != nil {
			n++
		}
	}
	return n
}
