// Package lmtp takes mail from a mail server of the same machine, by LMTP (RFC
// 2033). It is the adapter with the best manners towards a mail server: every
// recipient has an answer of its own, and 250 means that the message is kept.
//
// It reads nothing in a message but the date of its topmost Received field, and
// does not know what becomes of it. It is no relay: what is not for one of the
// configured mailboxes is refused.
package lmtp
