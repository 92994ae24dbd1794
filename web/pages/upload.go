package pages

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"habeas/models"
	"habeas/workflows"
)

const (
	// maxUpload is how much of a form with files is read, so that the page which
	// says that it is too large can be read, too.
	maxUpload = 8 * workflows.MaxFile
	// maxParts is how many fields and files a form may have: more than any of ours.
	maxParts = 500
	// hall is how many bytes of files all forms under way may have in memory.
	hall = 128 << 20
)

// File is a file of a form. One that is longer than a file may be is cut behind
// that length.
type File struct {
	Name    string
	Content []byte
}

// Hall is the memory that the files of all forms under way share. They never
// touch the disk before they are sealed.
type Hall struct{ taken atomic.Int64 }

// Upload is the files of one form, in memory until it is done.
type Upload struct {
	Files []File
	hall  *Hall
	held  int64
	parts int   // read so far
	left  int   // bytes that the fields, and all names, may still have
	wrong error // what is wrong first
}

// Done gives the memory back.
func (u *Upload) Done() {
	u.Files = nil
	u.hall.taken.Add(-u.held)
	u.held = 0
}

// Read reads a form: its fields into r.PostForm, as Form does, and the files
// that its inputs named "file" carry. The fields are there even if a file is
// wrong. Errors are CodeTooLarge, CodeMalformed, and CodeUnavailable where too
// many files are under way.
func (h *Hall) Read(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	u := &Upload{hall: h, left: MaxForm}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return u, Form(w, r)
	}
	Patient(w, r)
	r.PostForm = url.Values{}
	remember(r, r.PostForm, false)
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return u, models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return u, u.wrong
		}
		if err == nil {
			err = u.read(part, r.PostForm)
			remember(r, r.PostForm, len(u.Files) > 0)
		}
		if err != nil {
			return u, brokenOff(err)
		}
	}
}

// read takes one part. An error says that the rest cannot be read either.
func (u *Upload) read(part *multipart.Part, fields url.Values) error {
	if u.parts++; u.parts > maxParts || !u.charge(len(part.FormName())+len(part.FileName())) {
		return u.refuse(part, models.Errorf(models.CodeTooLarge, "the form is too long"))
	}
	if part.FormName() == "file" {
		return u.file(part)
	}
	text, err := io.ReadAll(io.LimitReader(part, int64(u.left)+1))
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

func (u *Upload) file(part *multipart.Part) error {
	f := File{Name: part.FileName()}
	block := make([]byte, 64<<10)
	for {
		n, err := part.Read(block)
		n = min(n, workflows.MaxFile+1-len(f.Content))
		if !u.take(n) {
			return u.refuse(part, models.Errorf(models.CodeUnavailable, "too many files are under way"))
		}
		f.Content = append(f.Content, block[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if f.Name != "" { // an input with no file chosen sends a part without a name
		u.Files = append(u.Files, f)
	}
	return nil
}

// refuse notes what is wrong first, and reads on behind a part.
func (u *Upload) refuse(part io.Reader, why *models.Error) error {
	if u.wrong == nil {
		u.wrong = why
	}
	_, err := io.Copy(io.Discard, part)
	return err
}

func (u *Upload) take(n int) bool {
	if u.hall.taken.Add(int64(n)) > hall {
		u.hall.taken.Add(-int64(n))
		return false
	}
	u.held += int64(n)
	return true
}

// brokenOff says what is wrong with a form that broke off.
func brokenOff(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return models.Errorf(models.CodeTooLarge, "the files are too large")
	}
	return models.Errorf(models.CodeMalformed, "the form cannot be read")
}
