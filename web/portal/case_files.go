package portal

import (
	"context"
	"errors"
	"net/http"

	"habeas/internal/server"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// checkFiles says what is wrong with the files of a form, before any is kept.
func (s *Site) checkFiles(files []pages.File) error {
	total := 0
	for _, f := range files {
		if err := s.Requests.CheckFile(f.Name, f.Content); err != nil {
			return err
		}
		total += len(f.Content)
	}
	if len(files) > workflows.MaxFiles || total > workflows.MaxRequestFiles {
		return models.Errorf(models.CodeTooLarge, "these are too many files")
	}
	return nil
}

// addFiles adds the files of a form to a request, each once however often the
// form is sent.
func (s *Site) addFiles(ctx context.Context, reference, seed string, files []pages.File) error {
	for _, f := range files {
		key := pages.OnceFor(reference, seed, "file", f.Name, string(f.Content))
		_, err := pages.Once(ctx, s.Requests, key, func() error {
			_, err := s.Requests.AddFile(ctx, subject(), reference, f.Name, f.Content, false, pages.Stored(key, pages.Nothing))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fileError is what is wrong with a file: a status and the key of a text. What
// is no fault of the file is not known here.
func fileError(err error) (status int, key string, known bool) {
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is no fault of the file
	case models.CodeTooLarge:
		return http.StatusRequestEntityTooLarge, "error.file.large", true
	case models.CodeUnsupported:
		return http.StatusUnsupportedMediaType, "error.file.kind", true
	case models.CodeInvalid:
		if e, ok := errors.AsType[*models.Error](err); ok && len(e.Fields) > 0 && e.Fields[0].Code == "mismatch" {
			return http.StatusUnprocessableEntity, "error.file.mismatch", true
		}
		return http.StatusUnprocessableEntity, "error.file.missing", true
	}
	return 0, "", false
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
	f, content, err := s.Requests.ReadFile(r.Context(), subject(), own, r.PathValue("file"), server.ReserveFile(r))
	if err != nil {
		return err
	}
	return pages.Download(w, r, f.Name, content)
}
