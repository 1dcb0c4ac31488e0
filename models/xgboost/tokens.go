package xgboost

// A tokens reads the values of a document one after the other: XGBoost writes
// the same tree of objects as JSON and as UBJSON. Every call takes the value that
// is next. Errors are *models.FormatError.
type tokens interface {
	// object calls member for each member, which takes its value.
	object(member func(key string) error) error

	// array calls element for each element, which takes it.
	array(element func() error) error

	// scalar is a string as it is, or a number or truth value in decimal.
	scalar() (string, error)

	// integers, floats and doubles append an array of numbers or truth values. An
	// integer that is none of 32 bits is -1.
	integers(dst []int32) ([]int32, error)
	floats(dst []float32) ([]float32, error)
	doubles(dst []float64) ([]float64, error)

	// kind is '{' for an object, '[' for an array, and another byte for a scalar.
	kind() (byte, error)

	skip() error
	errorf(format string, args ...any) error
}

// maxDepth bounds how deep a document nests; a model needs ten levels.
const maxDepth = 64
