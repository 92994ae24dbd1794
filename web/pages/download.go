package pages

import (
	"io"
	"mime"
	"net/http"

	"habeas/internal/server"
)

// Download hands out a file. A browser saves it and does not show it: whoever
// made it would speak for us.
func Download(w http.ResponseWriter, r *http.Request, name string, content []byte) error {
	attachment(w.Header(), name)
	return server.SendFile(w, r, content)
}

// attachment says that a file is an attachment, sandboxed, of no media type that is
// shown.
func attachment(h http.Header, name string) {
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
}

// Stream is Download for a file of any size, with ranges for a line that broke. tag
// names the file as it is.
func Stream(w http.ResponseWriter, r *http.Request, name, tag string, content io.ReadSeeker) {
	attachment(w.Header(), name)
	w.Header().Set("ETag", `"`+tag+`"`)
	server.SendStream(w, r, content)
}

// disposition names a file as RFC 6266 does.
func disposition(name string) string {
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": name}); d != "" {
		return d
	}
	return "attachment"
}
