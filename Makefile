# make demo and make test work on a fresh Debian 12 machine with the Swift toolchain.

SWIFT ?= swift
# One set of flags for everything, so that nothing is built twice.
FLAGS := --explicit-target-dependency-import-check error
# What is released holds Swift's libraries: it runs where no Swift is, and takes 5 MiB less. And it is optimised for the
# ways that were counted while the benchmarks ran.
RELEASE = -c release --static-swift-stdlib $(FLAGS) $(shell scripts/profile flags)

.PHONY: setup build release check format test smoke soak demo bench profile fuzz docs clean

## Installs what building and testing takes (apt); quick when all is there.
setup:
	scripts/setup all

build:
	scripts/setup build
	$(SWIFT) build $(FLAGS)

release:
	scripts/setup build
	$(SWIFT) build $(RELEASE) --product syncctl

## Formatting, walls, and import direction; then a build with all tests, warnings as errors.
check:
	scripts/setup build
	scripts/check
	$(SWIFT) build --build-tests $(FLAGS)

## Brings all sources into the form that check wants.
format:
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

## Mounts and synchronises with the optimised program, which the tests do not use: it once crashed where they passed.
smoke: release
	scripts/demo release >/dev/null

## One test at a time: many are about time, and some keep both cores busy. What failed is told again at the end.
test: setup smoke
	scripts/check --structure
	scripts/tests $(SWIFT) test --no-parallel $(FLAGS)

## Mounts and synchronisations for as long as you like: REMORA_OPERATIONS=1000000 REMORA_HISTORIES=3000 make soak.
## REMORA_SEED=… repeats one.
soak: setup
	REMORA_SOAK=1 REMORA_OPERATIONS=$${REMORA_OPERATIONS:-200000} $(SWIFT) test --no-parallel $(FLAGS) --filter MountTests
	REMORA_HISTORIES=$${REMORA_HISTORIES:-300} $(SWIFT) test --no-parallel $(FLAGS) --filter SyncModelScenarios

demo:
	scripts/setup build
	$(SWIFT) build $(FLAGS) --product syncctl
	scripts/demo

## Compares with sshfs, rclone, lftp, rsync and unison: docs/benchmarks.md. BENCH="--quick --protocol sftp" narrows it.
bench:
	scripts/setup bench
	$(SWIFT) build $(RELEASE) --product syncctl
	$(SWIFT) build $(RELEASE) --product bench
	.build/release/bench $(BENCH)

## Counts anew what the optimiser is told of the program at work, after changes to what runs often: ten minutes.
profile:
	scripts/setup bench
	$(SWIFT) build $(RELEASE) --product bench
	scripts/profile count

clean:
	$(SWIFT) package clean

## Writes the table of docs/servers.md anew, from what the servers do.
docs:
	scripts/setup build
	REMORA_WRITE_DOCS=1 $(SWIFT) test $(FLAGS) --filter theTableOfServersIsTrue

## Feeds the parsers a million damaged inputs. REMORA_SEED=… repeats a run, REMORA_FUZZ_ONLY=… chooses a parser.
fuzz:
	scripts/setup build
	REMORA_FUZZ=$${REMORA_FUZZ:-1000000} $(SWIFT) test $(FLAGS) --filter FuzzTests
