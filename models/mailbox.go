package models

import "time"

// Mailbox is a mailbox that is read by IMAP, as the processes that might read
// it know of each other.
type Mailbox struct {
	Name        string       // user@host/folder
	Since       time.Time    // first looked at
	SucceededAt time.Time    // last read to its end; zero: never yet
	Fault       MailboxFault // why it was not read the last time, or ""
}

// SilentSince is the time since which nothing is known of what lies in it.
func (m Mailbox) SilentSince() time.Time {
	if m.SucceededAt.IsZero() {
		return m.Since
	}
	return m.SucceededAt
}

// MailboxFault is why a mailbox cannot be read.
type MailboxFault string

// The faults, in the order in which a reader may meet them.
const (
	MailboxUnreachable MailboxFault = "unreachable" // the server does not answer, or not as itself
	MailboxLogin       MailboxFault = "login"       // it does not let us in
	MailboxFolder      MailboxFault = "folder"      // the folder cannot be opened or listed
	MailboxMessages    MailboxFault = "messages"    // some messages cannot be fetched, kept or moved
	MailboxOurs        MailboxFault = "ours"        // a fault of our own, such as no database
)
