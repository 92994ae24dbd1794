package portal

import (
	"errors"
	"io"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// maxUpload is how much of an upload is read, so that the page which says that
// it is too large can be read, too.
const maxUpload = 8 * workflows.MaxFile

// caseUpload adds a file to a request.
func (s *Site) caseUpload(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusForbidden, codeForm{})
	}
	if err != nil {
		return err
	}
	pages.Patient(w, r)
	up, err := readUpload(w, r)
	if err == nil {
		key := pages.OnceFor(own.ID, up.seed, "file", up.name, string(up.content))
		_, err = pages.Once(r.Context(), s.Requests, key, func() error {
			_, err := s.Requests.AddFile(r.Context(), subject(), own.Reference, up.name, up.content, false, pages.Stored(key, pages.Nothing))
			return err
		})
	}
	if err != nil {
		return s.refuseFile(w, r, own, err)
	}
	return s.see(w, r, "/requests/"+own.Reference+"?done=file#files")
}

func (s *Site) refuseFile(w http.ResponseWriter, r *http.Request, own models.Request, err error) error {
	l := s.lexicon(r)
	var status int
	var key string
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is no fault of the file
	case models.CodeTooLarge:
		status, key = http.StatusRequestEntityTooLarge, "error.file.large"
	case models.CodeUnsupported:
		status, key = http.StatusUnsupportedMediaType, "error.file.kind"
	case models.CodeInvalid:
		status, key = http.StatusUnprocessableEntity, "error.file.missing"
		if e, ok := errors.AsType[*models.Error](err); ok && len(e.Fields) > 0 && e.Fields[0].Code == "mismatch" {
			key = "error.file.mismatch"
		}
	case models.CodeMalformed:
		return err
	default:
		status, key = s.refusal(w, r, err)
		return s.showCase(w, r, status, own, caseForms{Refused: l.words[key]})
	}
	return s.showCase(w, r, status, own, caseForms{File: l.words[key]})
}

// upload is a form with a file.
type upload struct {
	seed, name string
	content    []byte
}

// readUpload reads the form part by part, without touching the disk.
func readUpload(w http.ResponseWriter, r *http.Request) (upload, error) {
	var up upload
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return up, models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return up, unreadable(err)
		}
		content, err := io.ReadAll(io.LimitReader(part, workflows.MaxFile+1))
		if err == nil {
			_, err = io.Copy(io.Discard, part)
		}
		if err != nil {
			return up, unreadable(err)
		}
		switch part.FormName() {
		case "file":
			up.name, up.content = part.FileName(), content
		case "seed":
			up.seed = clean(string(content), false)
		}
	}
	if len(up.content) == 0 {
		return up, models.Invalid(models.FieldError{Field: "file", Code: "required", Message: "is required"})
	}
	if len(up.content) > workflows.MaxFile {
		return up, models.Errorf(models.CodeTooLarge, "the file is too large")
	}
	return up, nil
}

func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return models.Errorf(models.CodeTooLarge, "the file is too large")
	}
	return models.Errorf(models.CodeMalformed, "the form cannot be read")
}

// caseDownload hands out a file of a request.
func (s *Site) caseDownload(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusOK, codeForm{})
	}
	if err != nil {
		return err
	}
	f, content, err := s.Requests.ReadFile(r.Context(), subject(), own, r.PathValue("file"))
	if err != nil {
		return err
	}
	pages.Patient(w, r)
	return download(w, f.Name, content)
}
