package console

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// SentMail reads mails that are kept as files instead of being sent. See
// notifications.Directory.
type SentMail interface {
	// Read returns a mail as it would have gone out, or CodeNotFound.
	Read(mailID string) ([]byte, error)
}

// mayReadFiles reports whether there are mails to be read, by who may do
// everything: they hold codes and links that open cases and accounts.
func (s *Site) mayReadFiles(r *http.Request) bool {
	return s.Sent != nil && models.Permit(who(r).Role, models.MayManageStaff)
}

// sentPage is one mail as a file.
type sentPage struct {
	ID string
	letterShown
	Headers []headerLine
}

// headerLine is a field of a mail's header.
type headerLine struct{ Name, Value string }

// sent shows a mail that is a file.
func (s *Site) sent(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.sentFile(r)
	if err != nil {
		return err
	}
	m, err := readEML(raw)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, viewSent, layout{Title: "Mail", Here: "settings", Body: sentPage{
		ID: r.PathValue("id"), letterShown: letterShown{Subject: m.subject, Text: m.text, HTML: m.html}, Headers: m.headers,
	}})
}

// sentRaw hands out the file.
func (s *Site) sentRaw(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.sentFile(r)
	if err != nil {
		return err
	}
	return pages.Download(w, r, "mail.eml", raw)
}

// sentHTML shows the mail as a mail program draws it, in a page that can do
// nothing.
func (s *Site) sentHTML(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.sentFile(r)
	if err != nil {
		return err
	}
	m, err := readEML(raw)
	if err != nil {
		return err
	}
	return sandboxed(w, m.html)
}

// sentFile returns the file of a mail, after recording who looked.
func (s *Site) sentFile(r *http.Request) ([]byte, error) {
	if s.Sent == nil {
		return nil, models.Errorf(models.CodeNotFound, "mails are sent, not kept")
	}
	m, err := s.Staff.OpenSent(r.Context(), who(r).Actor(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.Sent.Read(m.MailID)
}

// sandboxed answers with a mail's own HTML: it is somebody's markup, with
// styles of its own, and must not be more than a picture. It loads nothing,
// runs nothing, posts nothing, and has an origin of its own.
func sandboxed(w http.ResponseWriter, markup string) error {
	h := w.Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, err := w.Write([]byte(markup))
	return err
}
