# Tools are pinned here; a version changes by a commit only.
GOLANGCI_LINT := v2.15.0
# 1.x, since 2.x needs a newer Node than Debian 12 has.
REDOCLY := 1.34.20

# Built once a machine.
cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/habeas
linter := $(cache)/golangci-lint-$(GOLANGCI_LINT)/golangci-lint

# What takes longest goes first, so that no processor is idle at the end; three
# packages at once on two processors, since some of them wait for others.
packages = ./cmd/habeas ./intake ./api ./workflows/jobs ./models/store $(shell go list ./... | grep -v '/web$$')
jobs := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

# The race detector does not look into the C of SQLite, which is slow under it.
# Only that package: in any other one it would miss what generic code of the
# standard library does there, and report races that are none.
race := -race -gcflags=modernc.org/sqlite/lib=-race=false

.PHONY: browser build fmt fuzz lint openapi-lint soak test

build:
	go build -o bin/habeas ./cmd/habeas

# Everything, against a real PostgreSQL and a real Redis. For one package:
# scripts/testbed run -- go test ./models/store
# What measures a reader of mail is run without the race detector, too, and then
# in full. The pages are tested in several processes, those with large files without
# the race detector: one would grow beyond 2 GiB.
test: bin/suite
	scripts/need gcc postfix dovecot
	CGO_ENABLED=1 scripts/testbed run -- bin/suite go test $(race) -shuffle=on -timeout 30m -p $(jobs) $(packages)
	CGO_ENABLED=1 bin/suite go test $(race) -shuffle=on -timeout 30m -run '^Test[A-E]' ./web
	CGO_ENABLED=1 bin/suite go test $(race) -shuffle=on -timeout 30m -run '^TestHostile' ./web
	CGO_ENABLED=1 bin/suite go test $(race) -shuffle=on -timeout 30m -run '^Test[G-S]' -skip '^TestHostile' ./web
	CGO_ENABLED=1 bin/suite go test $(race) -shuffle=on -timeout 30m -run '^Test[^A-S]' ./web
	bin/suite go test -run '^TestF' ./web
	bin/suite go test -run '^Test(Bombs|Corpus|Suggest.*)$$' ./intake
	scripts/fuzz 2s
	$(MAKE) openapi-lint
	$(MAKE) browser

.PHONY: bin/suite
bin/suite:
	go build -o $@ ./internal/testbed/suite

# What proves no more than make test, but more often: every mail of the corpus
# in a process of its own, every kill many times over, a hundred times the inputs
# of each property, long fuzzing. It takes hours.
soak:
	scripts/need gcc postfix dovecot
	HABEAS_SOAK=1 RAPID_CHECKS=10000 scripts/testbed run -- go test -count=1 -shuffle=on -timeout 6h -p 1 ./...
	scripts/fuzz $(FUZZTIME)

# Every fuzz target there is, each for so long: make fuzz FUZZTIME=1h
FUZZTIME ?= 5m
fuzz:
	scripts/fuzz $(FUZZTIME)

lint: $(linter)
	go mod tidy -diff
	go vet ./...
	GOMEMLIMIT=1500MiB $(linter) run # which would take 2.6 GiB

fmt: $(linter)
	$(linter) fmt

$(linter):
	GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)

openapi-lint:
	scripts/need npx
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true npx --yes @redocly/cli@$(REDOCLY) lint api/openapi.yaml

# The pages in a real Chromium, which has to be there (or named in CHROMIUM).
# With HABEAS_SOAK=1 it judges every page at every layout, and leaves pictures in
# web/browser/screenshots.
browser: web/browser/node_modules/.package-lock.json
	scripts/need npx chromium
	go test -tags browser -count=1 -parallel 2 -timeout 90m -run TestBrowser ./web

# What npm has there is that of the lock file, which is what it is made of.
web/browser/node_modules/.package-lock.json: web/browser/package-lock.json
	scripts/need npx
	cd web/browser && npm ci --no-audit --no-fund
	touch $@
