package main

import (
	"strings"

	"habeas/intake"
	"habeas/internal/keyring"
	"habeas/workflows/jobs"
)

// mailTokens names what the keys of the tokens in addresses are for.
const mailTokens = "mail-token"

// newTokens returns what makes and opens the addresses at mailbox.
func newTokens(keys *keyring.Ring, mailbox string) intake.Tokens {
	t := intake.Tokens{Keys: map[string]intake.MAC{}}
	t.Mailbox, t.Domain, _ = strings.Cut(mailbox, "@")
	newest, all := keys.MACs(mailTokens)
	t.Current = newest
	for name, mac := range all {
		t.Keys[name] = mac
	}
	return t
}

// replies is the mailbox that answers come back to with a token, or "" where
// no mailbox is known to take mail for us: an address with a plus in it may
// exist nowhere.
func (c config) replies() string {
	switch {
	case len(c.MailIn) > 0:
		return c.MailIn[0]
	case c.mailOff():
		return c.MailFrom
	}
	return ""
}

// addresses are where answers and notices of failure go.
type addresses struct{ reply, bounce intake.Tokens }

// newAddresses returns nil where addresses have no token.
func newAddresses(c config, keys *keyring.Ring) jobs.Addresses {
	if c.replies() == "" {
		return nil
	}
	return &addresses{reply: newTokens(keys, c.replies()), bounce: newTokens(keys, c.MailBounce)}
}

// Reply is the address of a case, or "" where the mailbox is too long for it.
func (a *addresses) Reply(reference string) string {
	address, _ := a.reply.Mint(intake.PurposeReply, intake.TokenID(reference)) // "" is an answer
	return address
}

// ownChars is how much of a message's id names it within its case. It is the
// end: the beginning is the time.
const ownChars = 8

// Bounce is where the notices about one message go, or "" likewise.
func (a *addresses) Bounce(reference, messageID string) string {
	address, _ := a.bounce.Mint(intake.PurposeBounce, intake.TokenID(reference), ownOf(messageID))
	return address
}

// ReplyTo is where answers to one message go, or "" likewise.
func (a *addresses) ReplyTo(reference, messageID string) string {
	address, _ := a.reply.Mint(intake.PurposeReply, intake.TokenID(reference), ownOf(messageID))
	return address
}

func ownOf(messageID string) string { return messageID[max(0, len(messageID)-ownChars):] }
