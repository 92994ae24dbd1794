# Tools are pinned here; a version changes by a commit only.
GOLANGCI_LINT := v2.15.0
# 1.x, since 2.x needs a newer Node than Debian 12 has.
REDOCLY := 1.34.20

# Built once a machine.
cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/habeas
linter := $(cache)/golangci-lint-$(GOLANGCI_LINT)/golangci-lint

# What takes longest goes first, so that no processor is idle at the end.
jobs := $(shell getconf _NPROCESSORS_ONLN)

# The rooms in which things happen at once are tested under the race detector,
# and of those that serve one request after another the tests with crowds.
# Everything else has one goroutine, and would only be five times slower; the
# program itself runs under the detector in two end-to-end tests. make soak has
# it everywhere.
raced = ./workflows/jobs ./intake ./models/store ./accounts ./fulfilment/sqlsystem ./fulfilment/webhook ./intake/imap ./intake/lmtp \
	./migrations ./internal/server ./internal/blob ./internal/credential ./internal/keyring ./internal/outbound ./internal/queue ./internal/testbed
crowded := ./api ./web ./notifications
crowds := ^Test(T28|T29|TwoPeople|ACrowd|AFlood|AProofOfWork|OneKeyMany|ManyClicks|ManyAtOnce|ConsoleActsOnce|ActsOnPeople|StrangersCannotHold|FetchedMailsWait|ACodeMayBeSentTwice|WrongCodeTakesAsLong)
plain = ./cmd/habeas ./web ./api $(filter-out $(addprefix habeas/,$(patsubst ./%,%,$(raced))),$(shell go list ./... | grep -vE '/(cmd/habeas|web|api)$$'))

# The race detector does not look into the C of SQLite, which is slow under it.
# Only that package: in any other one it would miss what generic code of the
# standard library does there, and report races that are none.
race := -race -gcflags=modernc.org/sqlite/lib=-race=false

.PHONY: browser build fmt fuzz lint openapi-lint soak test

build:
	go build -o bin/habeas ./cmd/habeas

# Everything, against a real PostgreSQL and a real Redis. For one package:
# scripts/testbed run -- go test ./models/store
test: bin/suite
	scripts/need gcc postfix dovecot npx chromium
	$(MAKE) servers
	$(MAKE) pages

# In rooms with the race detector, what is one goroutine all the same, and long.
sequential := ^Test(Bombs|Corpus|Suggest|AListIs|AnOverviewIs|TheFigures|TheStoreAndTheModel|AnUnknownAccount|MemoryStaysFlat)

.PHONY: go-test pages servers
servers:
	CGO_ENABLED=1 scripts/testbed run -- $(MAKE) go-test
	scripts/fuzz 2s

pages:
	$(MAKE) openapi-lint
	$(MAKE) browser

# make lint has vetted them.
watched := bin/suite go test -vet=off -shuffle=on -timeout 20m -p $(jobs)
go-test:
	$(watched) -skip '$(crowds)' $(plain)
	$(watched) -run '$(sequential)' ./intake ./models/store ./internal/credential
	$(watched) $(race) -skip '$(sequential)' $(raced)
	$(watched) $(race) -run '$(crowds)' $(crowded)

.PHONY: bin/suite
bin/suite:
	go build -o $@ ./internal/testbed/suite

# What proves no more than make test, but more often: every mail of the corpus
# in a process of its own, every kill many times over, a hundred times the inputs
# of each property, long fuzzing, all under the race detector. It takes hours.
soak:
	scripts/need gcc postfix dovecot
	HABEAS_SOAK=1 RAPID_CHECKS=10000 scripts/testbed run -- go test $(race) -count=1 -shuffle=on -timeout 6h -p 1 ./...
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
	go test -tags browser -count=1 -parallel 4 -timeout 90m -run TestBrowser ./web

# What npm has there is that of the lock file, which is what it is made of.
web/browser/node_modules/.package-lock.json: web/browser/package-lock.json
	scripts/need npx
	cd web/browser && npm ci --no-audit --no-fund
	touch $@
