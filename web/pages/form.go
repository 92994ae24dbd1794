package pages

import (
	"bytes"
	"io"
	"net/http"

	"habeas/internal/server"
	"habeas/models"
)

const (
	// MaxForm is how many bytes a form may have: the longest texts that it takes,
	// in the widest letters.
	MaxForm = 1 << 20
	// maxFields is how many fields it may have: more than any of ours. Each takes
	// many times the memory of its text.
	maxFields = 2000
)

// Form reads the fields of a form into r.PostForm. No part of it comes from
// the address. Errors are CodeTooLarge, CodeMalformed, and CodeUnavailable where
// too much is under way.
func Form(w http.ResponseWriter, r *http.Request) error {
	body, err := server.ReadBody(w, r, MaxForm)
	if err != nil {
		return brokenOff(err)
	}
	if bytes.Count(body, []byte("&")) >= maxFields {
		return models.Errorf(models.CodeTooLarge, "the form has too many fields")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err := r.ParseForm(); err != nil {
		return models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	remember(r, r.PostForm, false)
	return nil
}
