// Package imap fetches mail from one mailbox, by IMAP, and moves each message
// to another folder once it is kept. It tells messages apart by UIDVALIDITY and
// UID and not by flags or dates, so that it may be killed at any moment: what
// was kept and not moved is found again, known, and moved.
//
// It reads nothing in a message, and does not know what becomes of it.
package imap
