package lmtp

import (
	"bytes"
	"net/mail"
	"strings"
	"time"
)

// longestQueue is how far back a message may have arrived: Postfix gives up
// after five days, others after a week.
const longestQueue = 7 * 24 * time.Hour

// arrived is when the mail server that hands a message over took it, as its
// Received field says, which is the topmost. Clocks run from then, even if the
// message lay in the queue of that server because we were down. It is now
// where there is no such date, or no believable one.
func arrived(raw []byte, now time.Time) time.Time {
	at, ok := topmostReceived(raw)
	if !ok || at.After(now) || now.Sub(at) > longestQueue {
		return now
	}
	return at
}

// topmostReceived reads the date of the first Received field.
func topmostReceived(raw []byte) (time.Time, bool) {
	var field string
	for line := range bytes.Lines(raw[:min(len(raw), 64<<10)]) {
		text := strings.TrimRight(string(line), "\r\n")
		switch folded := strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t"); {
		case folded && field != "":
			field += text
		case field != "" || text == "":
			return received(field)
		case len(text) > len(receivedName) && strings.EqualFold(text[:len(receivedName)], receivedName):
			field = text
		}
	}
	return received(field)
}

const receivedName = "Received:"

// received reads what stands after the last semicolon of a Received field.
func received(field string) (time.Time, bool) {
	i := strings.LastIndexByte(field, ';')
	if i < 0 {
		return time.Time{}, false
	}
	at, err := mail.ParseDate(strings.TrimSpace(field[i+1:]))
	return at, err == nil
}
