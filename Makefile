# Docket's commands; README.md says what each does.
.PHONY: build demo test faults bench services conformance proto format clean

build:
	scripts/build release

demo:
	scripts/demo $(if $(ENGINES),--engines)

test:
	scripts/test

faults:
	scripts/faults

bench:
	scripts/bench

services:
	scripts/services

conformance:
	scripts/build tests
	swift test --skip-build --filter ConformanceTests

proto:
	scripts/generate

format:
	git ls-files -z -- '*.swift' | xargs -0 swift format -i

clean:
	rm -rf .build Benchmarks/build
