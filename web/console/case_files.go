package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"habeas/internal/server"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// formFile is the name of the file form among the forms of the page.
const formFile workflows.CommandName = "file"

// caseUpload adds a file to a request: shared with the requester, or internal.
func (s *Site) caseUpload(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	up, err := pages.Read(w, r)
	if err == nil && len(up.Files) == 0 {
		err = models.Invalid(models.FieldError{Field: "file", Code: "required", Message: "is required"})
	}
	for _, f := range up.Files {
		if err == nil {
			err = s.attach(r, reference, f)
		}
	}
	if err != nil {
		return s.refuseFile(w, r, reference, err)
	}
	return see(w, "/console/requests/"+reference+"?done=file#done")
}

// attach adds one file, once however often its form is sent.
func (s *Site) attach(r *http.Request, reference string, f pages.File) error {
	by, internal := who(r).Actor(), r.PostForm.Get("for") != "shared"
	key := pages.OnceFor(by.ID, r.PostForm.Get("seed"), "file", reference, f.Name, strconv.FormatBool(internal), string(f.Content))
	_, err := pages.Once(r.Context(), s.Staff, key, func() error {
		_, err := s.Staff.AddFile(r.Context(), by, reference, f.Name, f.Content, internal, pages.Stored(key, pages.Nothing))
		return err
	})
	return err
}

func (s *Site) refuseFile(w http.ResponseWriter, r *http.Request, reference string, err error) error {
	typed := typedForm{Command: formFile, Values: r.PostForm, Faults: map[string]string{}}
	status := http.StatusUnprocessableEntity
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	switch e.Code { //nolint:exhaustive // the rest is no fault of the file
	case models.CodeUnverified:
		status, typed.Faults["file"] = http.StatusConflict, "The requester cannot be shown a file yet: "+e.Message+"."
	case models.CodeOtherPerson:
		status, typed.Faults["file"] = http.StatusForbidden, sentence(e.Message)
	case models.CodeTooLarge:
		status, typed.Faults["file"] = http.StatusRequestEntityTooLarge, "The file is too large: 10 MB at most, 25 MB for all files of a request."
	case models.CodeUnsupported:
		status, typed.Faults["file"] = http.StatusUnsupportedMediaType, "Files of this kind are not taken."
	case models.CodeInvalid:
		typed.Faults["file"] = "Choose a file."
		if len(e.Fields) > 0 && e.Fields[0].Code == "mismatch" {
			typed.Faults["file"] = "The file is not what its name says."
		}
	default:
		return err
	}
	return s.showCase(w, r, status, reference, typed)
}

// caseDownload hands out a file of a request, after recording that it was
// read. It is never shown in the page: whoever sent it would speak for us.
func (s *Site) caseDownload(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	q, err := s.Staff.FactsOf(r.Context(), reference)
	if err != nil {
		return err
	}
	f, content, err := s.Staff.ReadFile(r.Context(), who(r).Actor(), q, r.PathValue("file"), server.ReserveFile(r))
	if models.CodeOf(err) == models.CodeNotFound { // or it is a package, which is no small thing to hold
		return s.packageDownload(w, r, q)
	}
	if err != nil {
		return err
	}
	return pages.Download(w, r, f.Name, content)
}

// caseMail hands out a received mail as it came, after recording who looked. It
// must belong to the request that the address names.
func (s *Site) caseMail(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	id := r.PathValue("mail")
	q, err := s.Staff.FactsOf(r.Context(), reference)
	if err != nil {
		return err
	}
	messages, err := s.Staff.Messages(r.Context(), q.ID)
	if err != nil {
		return err
	}
	its := q.Mail == id || slices.ContainsFunc(messages, func(m models.Message) bool { return m.Mail == id })
	if id == "" || !its {
		return models.Errorf(models.CodeNotFound, "there is no such mail")
	}
	_, raw, err := s.Staff.RawMail(r.Context(), who(r).Actor(), id, server.ReserveFile(r))
	if err != nil {
		return err
	}
	return pages.Download(w, r, reference+".eml", raw)
}
