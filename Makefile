# Docket's commands; README.md says what each does.
.PHONY: build demo test bench services conformance proto format clean

build:
	scripts/build release

demo:
	scripts/demo

test:
	scripts/test

bench:
	scripts/bench

services:
	@echo "Docket runs embedded, on SQLite: there is no service to start."

conformance:
	scripts/build tests
	swift test --skip-build --filter ConformanceTests

proto:
	scripts/generate

format:
	git ls-files -z -- '*.swift' | xargs -0 swift format -i

clean:
	rm -rf .build Benchmarks/build
