package pages

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

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

// Memory is the memory that the files of all forms under way share. They never
// touch the disk before they are sealed.
type Memory struct {
	// Most is how many bytes of files there may be. Half of them are for people
	// who have a session: what others send keeps them out of nothing.
	Most int64

	taken, unknown atomic.Int64
}

// DefaultMemory is how many bytes the files of all forms may have.
const DefaultMemory = 128 << 20

// Upload is the files of one form, in memory until it is done.
type Upload struct {
	Files   []File
	memory  *Memory
	unknown bool // nobody knows who sends it
	fields  bool // its files are left
	held    int64
	chosen  bool  // a file was
	parts   int   // read so far
	left    int   // bytes that the fields, and all names, may still have
	wrong   error // what is wrong first
}

// Done gives the memory back.
func (u *Upload) Done() {
	u.Files = nil
	u.give(u.held)
	u.held = 0
}

// HasFiles reports whether files were chosen, which may have been left.
func (u *Upload) HasFiles() bool { return u.chosen }

// Read reads a form of somebody who has a session: its fields into r.PostForm,
// as Form does, and the files that its inputs named "file" carry. The fields are
// there even if a file is wrong. Errors are CodeTooLarge, CodeMalformed, and
// CodeUnavailable where too many files are under way.
func (m *Memory) Read(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	return (&Upload{memory: m, left: MaxForm}).from(w, r)
}

// ReadUnknown does so for somebody of whom nothing is known.
func (m *Memory) ReadUnknown(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	return (&Upload{memory: m, left: MaxForm, unknown: true}).from(w, r)
}

// ReadFields reads a form without its files, for which the sender has no right.
func ReadFields(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	return (&Upload{memory: &Memory{}, left: MaxForm, fields: true}).from(w, r)
}

func (u *Upload) from(w http.ResponseWriter, r *http.Request) (*Upload, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return u, Form(w, r)
	}
	Patient(w, r)
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
			err = u.read(part, r.PostForm)
			remember(r, r.PostForm, u.chosen)
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
	u.chosen = u.chosen || f.Name != ""
	if u.fields {
		_, err := io.Copy(io.Discard, part)
		return err
	}
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
	u.held += int64(n)
	all, unknown := u.memory.taken.Add(int64(n)), u.memory.unknown.Load()
	if u.unknown {
		unknown = u.memory.unknown.Add(int64(n))
	}
	if all <= u.memory.Most && (!u.unknown || unknown <= u.memory.Most/2) {
		return true
	}
	u.held -= int64(n)
	u.give(int64(n))
	return false
}

func (u *Upload) give(n int64) {
	u.memory.taken.Add(-n)
	if u.unknown {
		u.memory.unknown.Add(-n)
	}
}

// brokenOff says what is wrong with a form that broke off.
func brokenOff(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return models.Errorf(models.CodeTooLarge, "the files are too large")
	}
	if errors.Is(err, server.ErrPartHeader) {
		return models.Errorf(models.CodeTooLarge, "a name in the form is too long")
	}
	return models.Errorf(models.CodeMalformed, "the form cannot be read")
}
