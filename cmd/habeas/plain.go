package main

import (
	"errors"
	"strings"

	"habeas/models"
)

// plain returns an error meant for people with its fields spelt out; wrong
// values were wrong arguments.
func plain(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	var parts []string
	for _, f := range e.Fields {
		parts = append(parts, f.Field+" "+f.Message)
	}
	return usageError{errors.New(strings.Join(parts, "; "))}
}
