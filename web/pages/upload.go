package pages

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"habeas/internal/server"
	"habeas/models"
	"habeas/workflows"
)

const (
	// maxUpload is how much of a form with files is read, so that the page which
	// says that it is too large can be read, too.
	maxUpload = 8 * workflows.MaxFile
	// maxParts is how many fields and files a form may have: more than any of ours.
	maxParts = 500
)

// File is a file of a form. One that is longer than a file may be is cut behind
// that length.
type File struct {
	Name    string
	Content []byte
}

// Upload is the files of one form. They never touch the disk before they are
// sealed; the memory for them is that of the request.
type Upload struct {
	Files  []File
	fields bool  // its files are left
	chosen bool  // a file was
	parts  int   // read so far
	left   int   // bytes that the fields, and all names, may still have
	room   int   // bytes that the files may still have
	wrong  error // what is wrong first
}

// HasFiles reports whether files were chosen, which may have been left.
func (u *Upload) HasFiles() bool { return u.chosen }

// Read reads a form: its fields into r.PostForm, as Form does, and the files that
// its inputs named "file" carry. The fields are there even if a file is wrong.
// Errors are CodeTooLarge, CodeMalformed, and CodeUnavailable where too much is
// under way.
func Read(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	return (&Upload{left: MaxForm, room: workflows.MaxRequestFiles}).from(w, r)
}

// ReadFields reads a form without its files, for which the sender has no right.
func ReadFields(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	return (&Upload{left: MaxForm, fields: true}).from(w, r)
}

func (u *Upload) from(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return u, Form(w, r)
	}
	r.PostForm = url.Values{}
	remember(r, r.PostForm, false)
	parts, err := server.MultipartForm(w, r, maxUpload)
	if err != nil {
		return u, models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return u, u.wrong
		}
		if err == nil {
			err = u.read(parts, part, r.PostForm)
			remember(r, r.PostForm, u.chosen)
		}
		if err != nil {
			return u, brokenOff(err)
		}
	}
}

// read takes one part. An error says that the rest cannot be read either.
func (u *Upload) read(form server.FormReader, part *multipart.Part, fields url.Values) error {
	if u.parts++; u.parts > maxParts || !u.charge(len(part.FormName())+len(part.FileName())) {
		return u.refuse(part, models.Errorf(models.CodeTooLarge, "the form is too long"))
	}
	if part.FormName() == "file" {
		return u.file(form, part)
	}
	text, err := form.Content(part, int64(u.left)+1)
	if err != nil {
		return err
	}
	if !u.charge(len(text)) {
		return u.refuse(part, models.Errorf(models.CodeTooLarge, "the form is too long"))
	}
	fields.Add(part.FormName(), string(text))
	return nil
}

// charge takes bytes of what the fields may have, if there are so many left.
func (u *Upload) charge(n int) bool {
	if n > u.left {
		u.left = 0
		return false
	}
	u.left -= n
	return true
}

func (u *Upload) file(form server.FormReader, part *multipart.Part) error {
	f := File{Name: part.FileName()}
	u.chosen = u.chosen || f.Name != ""
	if u.fields {
		_, err := io.Copy(io.Discard, part)
		return err
	}
	var err error
	if f.Content, err = form.Content(part, int64(min(workflows.MaxFile, u.room))+1); err != nil {
		return err
	}
	if u.room -= len(f.Content); u.room < 0 {
		u.room = 0
		return u.refuse(part, models.Errorf(models.CodeTooLarge, "these are too many files"))
	}
	if f.Name != "" { // an input with no file chosen sends a part without a name
		u.Files = append(u.Files, f)
	}
	_, err = io.Copy(io.Discard, part) // of one that is too long
	return err
}

// refuse notes what is wrong first, and reads on behind a part.
func (u *Upload) refuse(part io.Reader, why *models.Error) error {
	if u.wrong == nil {
		u.wrong = why
	}
	_, err := io.Copy(io.Discard, part)
	return err
}

// brokenOff says what is wrong with a form that broke off.
func brokenOff(err error) error {
	if errors.Is(err, server.ErrMemory) {
		return models.Errorf(models.CodeUnavailable, "too much is under way; send it again in a moment")
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return models.Errorf(models.CodeTooLarge, "the form is too large")
	}
	if errors.Is(err, server.ErrPartHeader) {
		return models.Errorf(models.CodeTooLarge, "a name in the form is too long")
	}
	return models.Errorf(models.CodeMalformed, "the form cannot be read")
}
