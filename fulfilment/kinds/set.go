package kinds

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"habeas/fulfilment"
	"habeas/fulfilment/system"
	"habeas/fulfilment/webhook"
	"habeas/models"
)

// Set is the systems of an installation and what reaches them. It opens a
// connector when that is first asked for, so that one which cannot be opened is
// nobody else's problem. It is safe for concurrent use.
type Set struct {
	all     []*system.Definition
	options Options
	mu      sync.Mutex
	opened  map[string]fulfilment.Connector
}

// NewSet returns the systems of the definitions.
func NewSet(all []*system.Definition, o Options) *Set {
	return &Set{all: all, options: o, opened: map[string]fulfilment.Connector{}}
}

// Systems lists them as the core knows them.
func (s *Set) Systems() []models.System {
	list := make([]models.System, len(s.all))
	for i, d := range s.all {
		list[i] = models.System{
			Key: d.Key, Name: d.Name, Owner: d.Owner, Kind: d.Kind, Actions: d.Actions, Categories: d.Categories,
			Identifiers: d.Identifiers, Instruction: d.Instruction, Register: d.Register, BackupDays: d.BackupDays, Version: d.Version,
		}
	}
	return list
}

// Connector returns what reaches a system. A system that is not there any more,
// or that a person has to see to, is a FaultDefinition.
func (s *Set) Connector(key string) (fulfilment.Connector, error) {
	d := s.definition(key)
	if d == nil {
		return nil, &models.ConnectorError{Fault: models.FaultDefinition, Text: "no file describes the system " + key + " any more"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.opened[key]; c != nil {
		return c, nil
	}
	c, err := Open(d, s.options)
	if err != nil {
		return nil, &models.ConnectorError{Fault: models.FaultDefinition, Text: "the system " + key + " cannot be opened", Sealed: err.Error()}
	}
	if c == nil {
		return nil, &models.ConnectorError{Fault: models.FaultDefinition, Text: "a person does the tasks of " + key}
	}
	s.opened[key] = c
	return c, nil
}

// Limit returns the time that one call to a system may take.
func (s *Set) Limit(key string) time.Duration {
	const otherwise = 30 * time.Second
	switch d := s.definition(key); {
	case d == nil:
		return otherwise
	case d.SQL != nil:
		return d.SQL.Timeout
	case d.Webhook != nil:
		return d.Webhook.Timeout
	}
	return otherwise
}

// MostCallback is how many bytes the largest answer may have that a webhook
// posts later.
func (s *Set) MostCallback() int64 {
	most := 0
	for _, d := range s.all {
		if d.Webhook != nil {
			most = max(most, d.Webhook.Bytes)
		}
	}
	return int64(most)
}

// Callback reads an answer that a webhook posted later. Of a system that is none
// it is a FaultCredentials, like one that is not signed.
func (s *Set) Callback(key string, header http.Header, body []byte, call models.Call, preview models.Preview) (models.Answered, error) {
	stranger := &models.ConnectorError{Fault: models.FaultCredentials, Text: "the system " + key + " does not answer by a callback"}
	if d := s.definition(key); d == nil || d.Webhook == nil {
		return models.Answered{}, stranger
	}
	c, err := s.Connector(key)
	if err != nil {
		return models.Answered{}, err
	}
	hook, ok := c.(*webhook.System)
	if !ok {
		return models.Answered{}, stranger
	}
	return hook.Callback(header, body, call, preview)
}

func (s *Set) definition(key string) *system.Definition {
	for _, d := range s.all {
		if d.Key == key {
			return d
		}
	}
	return nil
}

// Close closes every connector.
func (s *Set) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, c := range s.opened {
		errs = append(errs, c.Close())
	}
	clear(s.opened)
	return errors.Join(errs...)
}
