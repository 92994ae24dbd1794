package models

import "time"

// Package is the access package of a request once it went out with an answer: for
// how long, and how often, its requester may fetch it. The zero Package is none.
type Package struct {
	File  string    `json:"file,omitempty"` // its id
	Until time.Time `json:"until,omitzero"`
	Left  int       `json:"left"` // how often it may still be fetched whole
	// Fetched is how often it was, since it went out first.
	Fetched int        `json:"fetched,omitempty"`
	Void    PackageEnd `json:"void,omitempty"`
}

// PackageEnd is why a package cannot be fetched.
type PackageEnd string

// The ends of a package. The first two are for good.
const (
	PackageErased  PackageEnd = "erased"  // what it holds was erased since
	PackageVoided  PackageEnd = "voided"  // by staff
	PackageExpired PackageEnd = "expired" // its time is over
	PackageSpent   PackageEnd = "spent"   // it was fetched as often as it may be
)

// Ended says why a package cannot be fetched at an instant; "" where it can.
func (p Package) Ended(now time.Time) PackageEnd {
	switch {
	case p.Void != "":
		return p.Void
	case !now.Before(p.Until):
		return PackageExpired
	case p.Left < 1:
		return PackageSpent
	}
	return ""
}

// The kinds of events about a package.
const (
	EventPackageReleased EventKind = "package_released" // Detail has until when, how often, and a commitment to its bytes
	EventPackageFetched  EventKind = "package_fetched"  // whole, by the requester
	EventPackageReissued EventKind = "package_reissued" // its time and count begin anew
	EventPackageVoided   EventKind = "package_voided"   // Detail says why
)

// JobVoidPackages voids what went out to a mailbox before its data was erased.
const JobVoidPackages JobKind = "void_packages"

// PackageNote tells the requester how an access package can be fetched.
type PackageNote struct {
	Until     time.Time `json:"until"`
	Downloads int       `json:"downloads"`
}

// PackageLetter tells the requester that they can fetch the package anew.
type PackageLetter struct {
	About
	PackageNote
}

// Template implements Letter.
func (PackageLetter) Template() string { return "package" }
