// Package intake turns what people send into something the service can act on.
// Its inner path is pure: raw RFC 5322 bytes and an envelope go in, and out
// comes what the message is, who claims to have sent it, what it says, which
// case it may belong to and whether it may be answered. It reads no clock,
// touches no store and opens no connection; a DKIM check looks keys up through
// a function it is given.
//
// Nothing here trusts a message. From is a claim, text is data, a file name is
// data, and a message that cannot be read is described, never dropped.
package intake
