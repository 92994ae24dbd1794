package main

import (
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// newLog returns the log: JSON lines of ids and codes. No room writes personal
// data into it; this is the second line of defence, for the words of drivers
// and servers that quote what they were given (T26).
func newLog(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: scrub}))
}

// forbiddenKeys hold personal data by their name.
func forbiddenKeys() []string {
	return []string{"email", "name", "address", "phone", "token", "to", "subject", "password"}
}

var mailAddress = regexp.MustCompile(`[^\s<>"'(),;:\[\]]+@[^\s<>"'(),;\[\]]+`)

// scrub redacts a forbidden attribute and every mail address in any text.
func scrub(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	if slices.Contains(forbiddenKeys(), strings.ToLower(a.Key)) {
		return slog.String(a.Key, redacted)
	}
	v := a.Value.Resolve()
	text := v.String()
	if v.Kind() == slog.KindAny {
		if err, ok := v.Any().(error); ok {
			text = err.Error()
		}
	}
	if strings.Contains(text, "@") {
		return slog.String(a.Key, mailAddress.ReplaceAllString(text, redacted))
	}
	return a
}

// quiet is the log of a command beside serve: only what is wrong.
func quiet(c *cobra.Command) *slog.Logger { return newLog(c.ErrOrStderr(), slog.LevelWarn) }
