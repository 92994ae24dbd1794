package pages

import (
	"context"
	"errors"
	"net/http"
	"time"

	"habeas/models"
)

// MaxForm is how many bytes a form may have: the longest texts that it takes,
// in the widest letters.
const MaxForm = 1 << 20

// Form reads the fields of a form into r.PostForm. No part of it comes from
// the address. Errors are CodeTooLarge and CodeMalformed.
func Form(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
	err := r.ParseForm()
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return models.Errorf(models.CodeTooLarge, "the form is too long")
	}
	if err != nil {
		return models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	remember(r, r.PostForm, false)
	return nil
}

// Patient gives a file more time on its way than a page has. Servers that know
// no deadlines, such as a test's recorder, need none moved.
func Patient(w http.ResponseWriter, r *http.Request) {
	const long = 15 * time.Minute
	ctx, cancel := context.WithTimeout(r.Context(), long) // the clock of connections, whatever ours says
	defer cancel()
	until, _ := ctx.Deadline()
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(until)
	_ = control.SetWriteDeadline(until)
}
