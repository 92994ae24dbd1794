package pages

import (
	"mime"
	"net/http"

	"habeas/internal/server"
)

// Download hands out a file. A browser saves it and does not show it: whoever
// made it would speak for us.
func Download(w http.ResponseWriter, r *http.Request, name string, content []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	// An attachment, sandboxed, of no media type that is shown.
	return server.SendFile(w, r, content)
}

// disposition names a file as RFC 6266 does.
func disposition(name string) string {
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": name}); d != "" {
		return d
	}
	return "attachment"
}
