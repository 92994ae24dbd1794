package notifications

import "habeas/internal/redact"

// words returns what a mail server said, on one line, without any address.
func words(said string, known ...string) string { return redact.Addresses(oneLine(said), known...) }
