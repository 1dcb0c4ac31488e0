package deploy

// A Plan is what Apply would do, in the order it would do it.
type Plan struct {
	Changes []Change
}
