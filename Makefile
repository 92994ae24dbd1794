# Tools are pinned here; a version changes by a commit only.
GOLANGCI_LINT := v2.15.0
# 1.x, since 2.x needs a newer Node than Debian 12 has.
REDOCLY := 1.34.20

linter := bin/golangci-lint-$(GOLANGCI_LINT)/golangci-lint

.PHONY: browser build fuzz test lint fmt openapi-lint

build:
	go build -o bin/habeas ./cmd/habeas

# Everything, against a real PostgreSQL and a real Redis. For one package:
# scripts/testbed run -- go test ./models/store
test:
	scripts/need gcc postfix dovecot
	CGO_ENABLED=1 scripts/testbed run -- go test -race -shuffle=on -timeout 45m ./...
	scripts/fuzz 5s
	$(MAKE) openapi-lint
	$(MAKE) browser

# Every fuzz target there is, each for so long: make fuzz FUZZTIME=1h
FUZZTIME ?= 2m
fuzz:
	scripts/fuzz $(FUZZTIME)

lint: $(linter)
	go vet ./...
	$(linter) run

fmt: $(linter)
	$(linter) fmt

$(linter):
	GOBIN=$(abspath $(@D)) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)

openapi-lint:
	scripts/need npx
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true npx --yes @redocly/cli@$(REDOCLY) lint api/openapi.yaml

# The pages in a real Chromium, which has to be there (or named in CHROMIUM).
# Screenshots are left in web/browser/screenshots.
browser:
	scripts/need npx chromium
	cd web/browser && npm ci
	go test -tags browser -count=1 -parallel 2 -timeout 90m -run TestBrowser ./web
