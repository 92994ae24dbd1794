package web

import (
	"habeas/web/console"
	"habeas/web/portal"
	"habeas/workflows"
)

// ForPortal joins the parts of the service that the portal needs.
func ForPortal(s *workflows.Service) portal.Requests {
	return struct {
		*workflows.Cases
		*workflows.Sessions
		*workflows.Queries
	}{s.Cases, s.Sessions, s.Queries}
}

// desk is what the console needs of the service.
type desk struct {
	*workflows.Cases
	*workflows.Queries
	*workflows.Inbox
	*workflows.JobsAdmin
	tasks      *workflows.Tasks
	legalHolds *workflows.LegalHolds
}

// Tasks implements console.Staff.
func (d desk) Tasks() console.Tasks { return d.tasks }

// LegalHolds implements console.Staff.
func (d desk) LegalHolds() console.LegalHolds { return d.legalHolds }

// ForConsole joins the parts that the console needs.
func ForConsole(s *workflows.Service) console.Staff {
	return desk{s.Cases, s.Queries, s.Inbox, s.Jobs, s.Tasks, s.LegalHolds}
}
