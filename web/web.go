// Package web is what people see in a browser: the portal for who asks
// (web/portal) and the console for staff (web/console), on one ground
// (web/pages). It knows no SQL and decides nothing.
package web

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"habeas/accounts"
	"habeas/internal/server"
	"habeas/policies"
	"habeas/web/console"
	"habeas/web/pages"
	"habeas/web/portal"
)

// Config is what the pages need. Limits and Theme may be left out.
type Config struct {
	Setup    portal.Setup
	Requests portal.Requests
	Owners   portal.Owners
	Staff    console.Staff
	Accounts *accounts.Accounts
	Console  console.Ports
	Packages console.Packages
	// Policy is the one that new requests are received under.
	Policy       *policies.Policy
	Zone         *time.Location // of the organisation
	Organisation string
	Contact      string
	// BaseURL is where people reach the pages; cookies are for TLS only, unless
	// it is plain HTTP on the loopback interface.
	BaseURL string
	Limits  portal.Limits
	// Network is what counting tries of signing in knows a client by.
	Network func(*http.Request) string
	// Theme is a folder with portal.json and a logo.
	Theme fs.FS
	Log   *slog.Logger
	Now   func() time.Time
}

// Mount serves all pages, after parsing every template.
func Mount(on *server.Server, c Config) error {
	assets, err := pages.LoadAssets(c.Theme)
	if err != nil {
		return fmt.Errorf("loading the theme: %w", err)
	}
	stage := pages.Stage{BaseURL: c.BaseURL, Log: c.Log, Now: c.Now}
	err = portal.Mount(on, stage, portal.Config{
		Assets: assets, Setup: c.Setup, Requests: c.Requests, Owners: c.Owners, Policy: c.Policy, Zone: c.Zone,
		Organisation: c.Organisation, Contact: c.Contact, Limits: c.Limits,
	})
	if err != nil || c.Staff == nil {
		return err
	}
	return console.Mount(on, stage, console.Config{
		Assets: assets, Staff: c.Staff, Accounts: c.Accounts, Packages: c.Packages, Ports: c.Console, Policy: c.Policy, Zone: c.Zone,
		Organisation: c.Organisation, Network: c.Network,
	})
}
