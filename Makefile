# Every target is a line or two; `make help` lists them.
GO      ?= go
SERVE   := builder/serverbin/bin
# The server is the same bytes on every machine: no cgo, no paths, no build id, no VCS stamp.
SERVE_BUILD := CGO_ENABLED=0 GOOS=linux $(GO) build -trimpath -buildvcs=false -ldflags "-s -w -buildid="
# What decides the server's bytes; everything it links is below these folders.
SERVE_SOURCES := $(shell find cmd/copal-serve runtime models -name '*.go' -not -name '*_test.go') go.mod go.sum
# Kernels in vector instructions (package simd/archsimd) exist for amd64 and need an experiment of the
# toolchain; everywhere else, and without it, their scalar twins give the same bits.
SIMD_amd64 := GOEXPERIMENT=simd
SIMD    := $(SIMD_$(shell $(GO) env GOARCH))
# The packages that choose between the two. Their tests run once more with vectors, -short: what
# does not depend on kernels (other versions of a case, mutated files) is not proven again.
SIMD_PACKAGES := ./models/kernel ./models/sklearn ./models/modeltest
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0

.DEFAULT_GOAL := build
.PHONY: help build demo test race fuzz bench lint fixtures differential clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

build: bin/copal bin/copal-serve ## build bin/copal, and bin/copal-serve for this machine

bin/copal: FORCE $(SERVE)/copal-serve-linux-amd64.tar.gz $(SERVE)/copal-serve-linux-arm64.tar.gz
	$(SIMD) CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o $@ ./cmd/copal

bin/copal-serve: FORCE
	$(SIMD) CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -buildid=" -o $@ ./cmd/copal-serve

# The server as a finished layer, so that building an image does not compress it again.
$(SERVE)/copal-serve-linux-%.tar.gz: $(SERVE_SOURCES) $(wildcard builder/serverbin/pack/*.go builder/layer/*.go)
	GOARCH=$* $(SIMD_$*) $(SERVE_BUILD) -o bin/copal-serve-linux-$* ./cmd/copal-serve
	$(GO) run ./builder/serverbin/pack linux/$* bin/copal-serve-linux-$*

demo: build ## the whole way on this machine: model.pkl to two endpoints and back to nothing
	@cmd/copal/example/demo.sh

test: build ## all tests; needs only Go, make and git
	$(GO) test -timeout 9m ./...
	test -z "$(SIMD)" || $(SIMD) $(GO) test -short -timeout 9m $(SIMD_PACKAGES)

race: build ## the tests of our own packages under the race detector
	$(GO) test -race -timeout 20m ./models/... ./runtime/... ./builder/layer/... ./builder/local/...

fuzz: ## every fuzz target for FUZZTIME each (30s)
	@cmd/internal/fuzzall.sh $(or $(FUZZTIME),30s)

bench: build ## speed and memory against named peers, as ratios of one run
	COPAL=bin/copal $(SIMD) $(GO) run ./cmd/internal/bench

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these"; exit 1; }
	$(GO) vet ./...
	GOOS=darwin $(GO) vet ./cmd/copal ./builder/...
	$(GO) run $(STATICCHECK) ./...
	test -z "$(SIMD)" || $(SIMD) $(GO) vet $(SIMD_PACKAGES)

fixtures: ## make the committed fixtures again with the real libraries (needs Python)
	for library in $(notdir $(patsubst %/versions.txt,%,$(wildcard models/modeltest/testdata/*/versions.txt))); do models/modeltest/fixtures.sh $$library || exit 1; done

differential: ## compare random models with the real library: [SEEDS=5] [CLASSES=…] [VERSIONS=…] (needs Python)
	models/modeltest/differential.sh $(VERSIONS)

clean: ## remove what build made
	rm -rf bin $(SERVE)/*.gz

FORCE:
