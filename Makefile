# Two commands for newcomers: `make demo` and `make test`. The others are for those who work on Provost.

SWIFT ?= swift

.PHONY: help demo demo-graders demo-workspaces demo-program bench-workspaces bench-scale rehearse-programs test build check format up down bench deps

help:
	@echo "make demo    install what is needed, build, grade real submissions, print the scores"
	@echo "make demo-graders   the same for one submission and every format of graders"
	@echo "make demo-workspaces   a learner's lab: terminal, forward, submit from inside, limits, snapshots, budget, the window's end"
	@echo "make demo-program   a cohort of thirty from its first day to certificates, under a clock that is set forward"
	@echo "make test    install what is needed, run every test"
	@echo "make build   build everything (debug)"
	@echo "make check   format check, and a build in which a warning is an error"
	@echo "make format  put the sources into the project's format"
	@echo "make up      start an instance to play with; make down stops it"
	@echo "make bench-workspaces   the speed of workspaces, against bubblewrap by hand and ssh: starts, terminals, neighbours, memory"
	@echo "make bench-scale   how imports, progress, gradebooks and certificates grow from 1,000 to 1,000,000 learners: a table and a plot"
	@echo "make rehearse-programs   every shipped program at its reported size, from enrolment to certificates"
	@echo "make bench   measure the speed figures, as ratios against named baselines"

deps:
	@deploy/install-deps
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install/linux/" >&2; exit 1; }

build: deps
	$(SWIFT) build

demo: build
	@deploy/demo

demo-graders: build
	@deploy/demo-graders

demo-workspaces: build
	@deploy/demo-workspaces

demo-program: build
	@deploy/demo-program

up: build
	@deploy/up

down:
	@deploy/up --stop

test: deps
	@SWIFT="$(SWIFT)" deploy/test

check: deps
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests
	PROVOST_WERROR=1 $(SWIFT) build --build-tests

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

bench-workspaces: deps
	@SWIFT="$(SWIFT)" deploy/benchmarks/run --workspaces

bench-scale: deps
	@deploy/install-deps bench
	@SWIFT="$(SWIFT)" deploy/benchmarks/run --scale

rehearse-programs: deps
	@SWIFT="$(SWIFT)" deploy/benchmarks/run --programs

bench: deps
	@SWIFT="$(SWIFT)" deploy/benchmarks/run
