package web

import (
	"net/http"

	"habeas/models"
)

// home says what this is.
func (s *Site) home(w http.ResponseWriter, _ *http.Request) error {
	return s.show(w, http.StatusOK, viewHome, layout{Title: "Privacy requests"})
}

// missing answers every address that nothing is at.
func (s *Site) missing(http.ResponseWriter, *http.Request) error {
	return models.Errorf(models.CodeNotFound, "there is no such page")
}
