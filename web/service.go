package web

import (
	"habeas/web/console"
	"habeas/web/portal"
	"habeas/workflows/cases"
)

// ForPortal joins the parts of the service that the portal needs.
func ForPortal(s *cases.Service) portal.Requests {
	return struct {
		*cases.Cases
		*cases.Sessions
		*cases.Queries
	}{s.Cases, s.Sessions, s.Queries}
}

// desk is what the console needs of the service.
type desk struct {
	*cases.Cases
	*cases.Queries
	*cases.Inbox
	*cases.JobsAdmin
	tasks      *cases.Tasks
	legalHolds *cases.LegalHolds
	systems    *cases.SystemRegister
}

// Tasks implements console.Staff.
func (d desk) Tasks() console.Tasks { return d.tasks }

// LegalHolds implements console.Staff.
func (d desk) LegalHolds() console.LegalHolds { return d.legalHolds }

// Systems implements console.Staff.
func (d desk) Systems() console.Systems { return d.systems }

// ForConsole joins the parts that the console needs.
func ForConsole(s *cases.Service) console.Staff {
	return desk{s.Cases, s.Queries, s.Inbox, s.Jobs, s.Tasks, s.LegalHolds, s.Register}
}
