package console

import (
	"fmt"
	"net/http"

	"habeas/audit"
	"habeas/internal/server"
	"habeas/models"
)

// exportFile streams an export, after recording who takes it away. One that
// fails before anything of it has left is a page that says so; one that fails
// later is broken off.
func (s *Site) exportFile(w http.ResponseWriter, r *http.Request) error {
	x, err := s.Exports.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Exports.Begin(r.Context(), who(r).Actor(), x); err != nil {
		return err
	}
	server.Patient(w, r)
	h := w.Header()
	h.Set("Content-Type", map[audit.Format]string{audit.FormatCSV: "text/csv; charset=utf-8", audit.FormatJSONL: "application/jsonl"}[audit.Format(x.Format)])
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="habeas-%s.%s"`, x.What, x.Format))
	out := begin(w)
	defer out.settle() // also of a panic
	x, err = s.Exports.Fetch(r.Context(), out, x)
	if err != nil && !out.settle() {
		s.logFault(r, err)
		h.Del("Content-Disposition")
		return s.showExport(w, r, failed(w, err), x, true)
	}
	return err
}

// failed is the status of an answer that could not be begun.
func failed(w http.ResponseWriter, err error) int {
	if models.CodeOf(err) == models.CodeUnavailable {
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// exportAddress is the page of the export that a request is about.
func exportAddress(r *http.Request) string { return "/console/exports/" + r.PathValue("id") }
