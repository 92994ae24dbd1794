package jobs

import (
	"context"
	"slices"
	"strings"

	"habeas/models"
)

// recipients returns the addresses that a message goes to. Who is meant is
// looked up now, not when the message was made: people come and go. Where
// nobody of the staff meant has an address, the team has one.
func (r *Runner) recipients(ctx context.Context, m models.Message, q models.Request) ([]string, error) {
	if m.Audience == models.ToRequester {
		return nonEmpty(q.Mailbox()), nil
	}
	staff, err := r.Service.People.Staff(ctx)
	if err != nil {
		return nil, err
	}
	var to []string
	for _, member := range staff {
		if member.Email != "" && !member.Disabled && meant(member, strings.Fields(m.Staff)) && !slices.Contains(to, member.Email) {
			to = append(to, member.Email)
		}
	}
	if len(to) == 0 && !confidential(m.Letter) {
		return nonEmpty(r.TeamAddress), nil
	}
	return to, nil
}

// confidential reports whether a letter is for one person only: the link of an
// invitation opens an account.
func confidential(l models.Letter) bool {
	switch l.(type) {
	case models.StaffInvitationLetter, *models.StaffInvitationLetter, models.StaffAccountLetter, *models.StaffAccountLetter:
		return true
	}
	return false
}

// meant reports whether somebody is among those named: ids and groups.
func meant(s models.Staff, named []string) bool {
	return slices.Contains(named, s.ID) ||
		slices.Contains(named, models.Managers) && manages(s) ||
		slices.Contains(named, models.Everyone) && works(s)
}

func nonEmpty(address string) []string {
	if address == "" {
		return nil // which the composer refuses for good
	}
	return []string{address}
}
