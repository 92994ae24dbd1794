package workflows

import (
	"slices"
	"strconv"
	"time"

	"habeas/models"
)

// The commands about an access package that went out.
const (
	CommandFetchPackage   CommandName = "fetch-package"
	CommandVoidPackage    CommandName = "void-package"
	CommandReissuePackage CommandName = "reissue-package"
)

func packageCommands() []CommandName {
	return []CommandName{CommandFetchPackage, CommandVoidPackage, CommandReissuePackage}
}

type (
	// FetchPackage counts that the requester fetched the package whole.
	FetchPackage struct{ File string }
	// VoidPackage ends for good that the package can be fetched. Blob is the key of its
	// bytes, which Service fills in.
	VoidPackage struct {
		Why  models.PackageEnd
		Blob string
	}
	// ReissuePackage lets the requester fetch the package anew, as if it went out now.
	ReissuePackage struct{}
)

// Name implements Command.
func (FetchPackage) Name() CommandName { return CommandFetchPackage }

// Name implements Command.
func (VoidPackage) Name() CommandName { return CommandVoidPackage }

// Name implements Command.
func (ReissuePackage) Name() CommandName { return CommandReissuePackage }

// packageAllows refuses what a package that went out, or none, is not at.
func packageAllows(_ Rules, r models.Request, _ models.Actor, a Act) error {
	p := r.Package
	switch a.Command { //nolint:exhaustive // the rest is about something else
	case CommandDecide:
		return sendable(r, a.Proposal)
	case CommandApprove:
		return sendable(r, r.Proposal)
	case CommandFetchPackage, CommandReissuePackage, CommandVoidPackage:
	default:
		return nil
	}
	switch {
	case p.File == "":
		return models.Errorf(models.CodeConflict, "no package went out with the answer")
	case p.Void != "":
		return models.Errorf(models.CodeConflict, "the package is void: make a new one")
	}
	return nil
}

// sendable refuses an answer with a package that went out before, and is void or was
// replaced since.
func sendable(r models.Request, p models.Proposal) error {
	over := r.Package.Void != "" || r.Package.File != p.Package
	if p.Package != "" && over && slices.Contains(r.Released, p.Package) {
		return models.Errorf(models.CodeConflict, "the package is void, or another has taken its place: make a new one")
	}
	return nil
}

// applyPackage decides a command about a package, or reports that it is none.
func (d *decider) applyPackage(c Command) (bool, error) {
	p := d.Request.Package
	switch c := c.(type) {
	case FetchPackage:
		if p.File != c.File {
			return true, models.Errorf(models.CodeConflict, "another package has taken its place")
		}
		p.Left, p.Fetched = max(0, p.Left-1), p.Fetched+1
		d.record(models.EventPackageFetched, models.Change{Package: &p}, map[string]string{"file": p.File, "left": strconv.Itoa(p.Left)})
	case VoidPackage:
		d.voidPackage(c.Why, c.Blob)
	case ReissuePackage:
		anew := d.issued(p.File, p.Fetched)
		if anew == p {
			return true, models.Errorf(models.CodeConflict, "the package can still be fetched as often and as long as a new one")
		}
		p = anew
		d.record(models.EventPackageReissued, models.Change{Package: &p}, packageDetail(p))
		d.tell(models.PackageLetter{About: d.dear(), PackageNote: models.PackageNote{Until: p.Until, Downloads: p.Left}})
	default:
		return false, nil
	}
	return true, nil
}

// issued are the terms of a package that goes out now.
func (d *decider) issued(file string, fetched int) models.Package {
	days, downloads := d.rules.PackageTerms()
	return models.Package{File: file, Until: d.today().AddDays(days).End(d.rules.Zone).UTC(), Left: downloads, Fetched: fetched}
}

func packageDetail(p models.Package) map[string]string {
	return map[string]string{"file": p.File, "until": p.Until.Format(time.RFC3339), "downloads": strconv.Itoa(p.Left)}
}

// releasePackage gives the package that goes out with an answer its terms.
func (d *decider) releasePackage(change *models.Change, file string) *models.PackageNote {
	if file == "" {
		return nil
	}
	p := d.issued(file, 0)
	change.Package = &p
	d.observe(models.EventPackageReleased, packageDetail(p))
	return &models.PackageNote{Until: p.Until, Downloads: p.Left}
}

// voidPackage ends a package, and deletes its bytes where what it holds was erased. A
// legal hold on the person keeps them as long as the request.
func (d *decider) voidPackage(why models.PackageEnd, blob string) {
	p := d.Request.Package
	p.Void = why
	d.record(models.EventPackageVoided, models.Change{Package: &p}, map[string]string{"file": p.File, "why": string(why)})
	if blob != "" && len(d.k.LegalHolds.On) == 0 {
		d.erasureSeen()
		d.Plan(d.stamp, models.Job{
			Kind: models.JobDeleteBlob, RequestID: d.Request.ID, Subject: blob, UniqueKey: "delete_blob/" + blob, RunAt: d.now,
		})
	}
}
