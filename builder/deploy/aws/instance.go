package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// gravitonFamilies are the hosting families with Arm processors, from the values
// of ProductionVariantInstanceType in the API model; all others are x86-64.
var gravitonFamilies = []string{
	"c6g", "c6gd", "c6gn", "c7g", "c8g", "m6g", "m6gd", "m8g", "r6g", "r6gd", "r7gd", "r8g", "p6e-gb200",
}

// instancePlatform is the platform that an instance type runs.
func instancePlatform(instanceType string) string {
	if slices.Contains(gravitonFamilies, instanceFamily(instanceType)) {
		return "linux/arm64"
	}
	return "linux/amd64"
}

// instanceFamily is "m5" of "ml.m5.large".
func instanceFamily(instanceType string) string {
	parts := strings.Split(instanceType, ".")
	if len(parts) != 3 {
		return ""
	}
	return parts[1]
}

// DefaultInstanceType is the smallest general-purpose type for the platform.
func DefaultInstanceType(platform string) string {
	if platform == "linux/arm64" {
		return "ml.m6g.large"
	}
	return "ml.m5.large"
}

// PlatformFor is the platform that an image must have for the mode: what the
// instance type runs, and linux/amd64 for serverless, which has no choice of
// architecture in its API.
func PlatformFor(m Mode) string {
	if r, ok := m.(RealTime); ok && r.InstanceType != "" {
		return instancePlatform(r.InstanceType)
	}
	return "linux/amd64"
}

// checkInstanceType looks the type up among those that hosting offers.
func checkInstanceType(t string) error {
	all := types.ProductionVariantInstanceType("").Values()
	if slices.Contains(all, types.ProductionVariantInstanceType(t)) {
		return nil
	}
	p := &Problem{What: fmt.Sprintf("%q is not an instance type that SageMaker hosts endpoints on", t)}
	if near := nearInstanceTypes(t, all); len(near) > 0 {
		p.Next = "there is " + strings.Join(near, ", ")
	} else {
		p.Next = "hosting types look like ml.m5.large (x86-64) or ml.m6g.large (Graviton)"
	}
	return p
}

// nearInstanceTypes are up to five types that differ from t in the prefix, the
// size or the generation only, in this order.
func nearInstanceTypes(t string, all []types.ProductionVariantInstanceType) (near []string) {
	t = strings.TrimPrefix(strings.ToLower(t), "ml.")
	family, size, _ := strings.Cut(t, ".")
	if family == "" {
		return nil
	}
	tests := []func(f, s string) bool{
		func(f, s string) bool { return f == family && s == size },
		func(f, s string) bool { return f == family },
		func(f, s string) bool { return f[0] == family[0] && s == size && size != "" },
	}
	for _, like := range tests {
		for _, v := range all {
			f, s, _ := strings.Cut(strings.TrimPrefix(string(v), "ml."), ".")
			if like(f, s) && len(near) < 5 {
				near = append(near, string(v))
			}
		}
		if len(near) > 0 {
			return near
		}
	}
	return nil
}
