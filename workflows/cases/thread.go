package cases

import (
	"context"
	"slices"

	"habeas/models"
	"habeas/workflows"
)

// longestThread is how many mails of the requester a mail of ours names. With
// more, the first and the newest are what mail programs need.
const longestThread = 10

// Thread returns the Message-IDs, without brackets, of the requester's mails
// that a mail to them belongs to, the oldest first: the last is the one it
// answers (RFC 5322, 3.6.4). Mail that came in after m was made is not in it, so
// that every try of m is the same; nor is what may be somebody else's.
func (s *Queries) Thread(ctx context.Context, m models.Message, r models.Request) ([]string, error) {
	if m.Audience != models.ToRequester || r.ID == "" || r.Shredded {
		return nil, nil
	}
	all, err := s.Store.Messages(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var mails []string
	if r.Mail != "" {
		mails = append(mails, r.Mail)
	}
	for _, in := range all {
		if in.Mail != "" && in.Direction == models.Incoming && workflows.Trusted(in.Flags) && in.ID < m.ID { // ids are in the order of time
			mails = append(mails, in.Mail)
		}
	}
	if n := len(mails); n > longestThread {
		mails = slices.Delete(mails, 1, 1+n-longestThread)
	}
	return s.messageIDs(ctx, mails)
}

// messageIDs returns the Message-IDs that received mails have.
func (s *core) messageIDs(ctx context.Context, mails []string) ([]string, error) {
	var ids []string
	for _, id := range mails {
		m, err := s.Store.Mail(ctx, id)
		if err != nil {
			return nil, err
		}
		if id := m.Reading.MessageID; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
