package jobs

import (
	"context"
	"slices"
	"strings"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
)

// recipient is somebody a mail goes to. staff is their id, or "" of the
// requester and of the team.
type recipient struct{ staff, address string }

// party is whom a message goes to: to in one mail, and apart, which are ids, in
// a mail for each. An address that the server may not take keeps no mail from
// the others that way.
type party struct {
	to    []recipient
	apart []string
}

// recipients returns whom a message goes to. Who is meant is looked up now, not
// when the message was made: people come and go.
func (r *Runner) recipients(ctx context.Context, m models.Message, q models.Request) (party, error) {
	if m.Audience != models.ToStaff {
		return party{to: nonEmpty(m.Recipient(q))}, nil
	}
	staff, err := r.Staff.Staff(ctx)
	if err != nil {
		return party{}, err
	}
	var all []recipient
	for _, s := range staff {
		same := func(other recipient) bool { return mailaddr.Same(other.address, s.Email) }
		if s.Email != "" && (!s.Disabled || ofAccount(m.Letter)) && meant(s, strings.Fields(m.Staff)) && !slices.ContainsFunc(all, same) {
			all = append(all, recipient{s.ID, mailaddr.ASCII(s.Email)})
		}
	}
	if confidential(m.Letter) || workflows.SeparateDelivery(m) {
		return party{to: all}, nil
	}
	return r.together(all), nil
}

// together parts those whom every server takes from the others. Where there is
// nobody among the staff whom a mail can reach, the team has an address.
func (r *Runner) together(all []recipient) party {
	var plain, modern, none []recipient
	for _, to := range all {
		switch {
		case !mailaddr.Sendable(to.address):
			none = append(none, to)
		case mailaddr.International(to.address):
			modern = append(modern, to)
		default:
			plain = append(plain, to)
		}
	}
	switch {
	case len(plain) > 0:
		return party{plain, staffIDs(append(modern, none...))}
	case len(modern) > 0:
		return party{modern[:1], staffIDs(append(modern[1:], none...))}
	case r.TeamAddress != "":
		return party{nonEmpty(r.TeamAddress), staffIDs(none)}
	}
	return party{to: none}
}

// confidential reports whether a letter is for one person only: the link of an
// invitation opens an account.
func confidential(l models.Letter) bool {
	switch l.(type) {
	case models.StaffInvitationLetter, *models.StaffInvitationLetter:
		return true
	}
	return ofAccount(l)
}

// ofAccount reports whether a letter tells somebody what became of their account.
// Whoever is locked out is told that, too.
func ofAccount(l models.Letter) bool {
	switch l.(type) {
	case models.StaffAccountLetter, *models.StaffAccountLetter:
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

func nonEmpty(address string) []recipient {
	if address == "" {
		return nil // which the composer refuses for good
	}
	return []recipient{{address: address}}
}

func staffIDs(all []recipient) (list []string) {
	for _, to := range all {
		list = append(list, to.staff)
	}
	return list
}

func (p party) addresses() (list []string) {
	for _, to := range p.to {
		list = append(list, to.address)
	}
	return list
}

// without is the party after a try: who was refused otherwise than the mail as
// a whole gets a mail of their own, so that each has their own end.
func (p party) without(refused *notifications.SendError) party {
	var rest party
	rest.apart = p.apart
	for _, to := range p.to {
		if strays(to.address, refused) && to.staff != "" {
			rest.apart = append(rest.apart, to.staff)
		} else {
			rest.to = append(rest.to, to)
		}
	}
	return rest
}

func strays(address string, e *notifications.SendError) bool {
	i := slices.IndexFunc(e.Refused, func(r notifications.Refusal) bool { return r.To == address })
	return i >= 0 && (e.Delivered > 0 || e.Temporary && !e.Refused[i].Temporary)
}
