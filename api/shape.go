package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"habeas/models"
)

// shape is what a JSON value may look like: which keys an object has and what
// kind of value each is.
type shape struct {
	kind   string            // object, list, text, number, truth; "" is anything
	whole  bool              // a number without a fraction
	fields map[string]*shape // of an object
	free   bool              // an object with keys of the sender's choice
	each   *shape            // of a list or a free object
}

// shapeOf works out the shape that encoding/json reads into a type.
func shapeOf(t reflect.Type) *shape {
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.String:
		return &shape{kind: "text"}
	case reflect.Bool:
		return &shape{kind: "truth"}
	case reflect.Int:
		return &shape{kind: "number", whole: true}
	case reflect.Slice:
		return &shape{kind: "list", each: shapeOf(t.Elem())}
	case reflect.Map:
		return &shape{kind: "object", free: true, each: shapeOf(t.Elem())}
	case reflect.Struct:
		s := &shape{kind: "object", fields: map[string]*shape{}}
		for f := range t.Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				s.fields[name] = shapeOf(f.Type)
			}
		}
		return s
	}
	return &shape{}
}

// deepest is how far values may be nested.
const deepest = 16

// walk reads a body once and reports every unknown key, every value of the
// wrong kind and every control character, by its path. A key that comes twice
// is malformed: readers disagree on which of the two counts. It stops before the
// whole is read where there are faults enough or far too many values.
func (s *shape) walk(raw []byte) (faults []models.FieldError, whole bool, err error) {
	if !utf8.Valid(raw) {
		return nil, false, models.Errorf(models.CodeMalformed, "the body is not valid UTF-8")
	}
	w := &walker{tokens: json.NewDecoder(bytes.NewReader(raw))}
	w.tokens.UseNumber()
	if err := w.value(s, "", 0); errors.Is(err, errEnough) {
		return w.faults, false, nil
	} else if err != nil {
		return nil, false, err
	}
	if w.tokens.More() {
		return nil, false, models.Errorf(models.CodeMalformed, "the body holds more than one JSON value")
	}
	if len(w.faults) > 0 && w.faults[0].Field == "" {
		return nil, false, models.Errorf(models.CodeMalformed, "the body must be a JSON object")
	}
	return w.faults, true, nil
}

type walker struct {
	tokens *json.Decoder
	values int // read so far
	faults []models.FieldError
}

const (
	// mostFaults is how many faults an answer lists. A body with more of them is
	// not read any further.
	mostFaults = 100
	// mostElements is how many elements a list and how many keys an object may
	// have, and mostValues how many values a whole body: small values take many
	// times the memory of their text.
	mostElements = 1000
	mostValues   = 20_000
)

var errEnough = errors.New("there are faults enough")

func (w *walker) fault(path, code, message string) {
	w.faults = append(w.faults, models.FieldError{Field: path, Code: code, Message: message})
}

func (w *walker) next() (json.Token, error) {
	t, err := w.tokens.Token()
	if err != nil {
		return nil, models.Errorf(models.CodeMalformed, "the body is not valid JSON")
	}
	return t, nil
}

func (w *walker) value(s *shape, path string, depth int) error {
	if len(w.faults) >= mostFaults {
		return errEnough
	}
	if depth > deepest {
		return models.Errorf(models.CodeMalformed, "the body is nested too deeply")
	}
	if w.values++; w.values > mostValues {
		w.fault(path, "too_long", "comes after too many values")
		return errEnough
	}
	t, err := w.next()
	if err != nil {
		return err
	}
	kind := kindOf(t)
	if s.kind != "" && kind != s.kind && (kind != "null" || path == "") {
		w.fault(path, "type", kinds[s.kind])
		s = &shape{}
	}
	switch kind {
	case "object":
		return w.object(s, path, depth)
	case "list":
		return w.list(s, path, depth)
	case "number":
		w.number(s, path, t)
	case "text":
		if strings.ContainsFunc(t.(string), control) { //nolint:forcetypeassert,errcheck // kindOf looked
			w.fault(path, "invalid", "must not hold control characters")
		}
	}
	return nil
}

// number refuses what a float64 cannot hold, and a fraction where none fits.
func (w *walker) number(s *shape, path string, t json.Token) {
	n, _ := t.(json.Number)
	if _, err := n.Int64(); err != nil && s.whole {
		w.fault(path, "type", "must be a whole number")
	} else if _, err := n.Float64(); err != nil {
		w.fault(path, "range", "is too large a number")
	}
}

var kinds = map[string]string{ //nolint:gochecknoglobals // read-only
	"object": "must be an object", "list": "must be a list", "text": "must be a text",
	"number": "must be a number", "truth": "must be true or false",
}

func kindOf(t json.Token) string {
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return "object"
		}
		return "list"
	case string:
		return "text"
	case json.Number:
		return "number"
	case bool:
		return "truth"
	}
	return "null"
}

func (w *walker) object(s *shape, path string, depth int) error {
	seen := map[string]bool{}
	for w.tokens.More() {
		t, err := w.next()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		at := join(path, shown(key))
		if seen[key] {
			return &models.Error{Code: models.CodeMalformed, Message: "the body has a key twice", Fields: []models.FieldError{
				{Field: at, Code: "duplicate", Message: "is given more than once"},
			}}
		}
		seen[key] = true
		if len(seen) > mostElements {
			w.fault(path, "too_long", "has too many keys")
			return errEnough
		}
		inner := &shape{}
		switch {
		case s.fields[key] != nil:
			inner = s.fields[key]
		case s.fields != nil:
			w.fault(at, "unknown", "is not a field of this request")
		case s.free:
			inner = s.each
		}
		if err := w.value(inner, at, depth+1); err != nil {
			return err
		}
	}
	_, err := w.next()
	return err
}

func (w *walker) list(s *shape, path string, depth int) error {
	each := s.each
	if each == nil {
		each = &shape{}
	}
	for i := 0; w.tokens.More(); i++ {
		if i == mostElements {
			w.fault(path, "too_long", "has too many elements")
			return errEnough
		}
		if err := w.value(each, fmt.Sprintf("%s[%d]", path, i), depth+1); err != nil {
			return err
		}
	}
	_, err := w.next()
	return err
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// shown is a key as an answer may repeat it: what could not be a name of a
// field is the sender's text, and nobody's texts are repeated.
func shown(key string) string {
	strange := func(c rune) bool {
		return c != '_' && c != '-' && (c > 'z' || !unicode.IsLetter(c) && !unicode.IsDigit(c))
	}
	if key == "" || len(key) > 40 || strings.ContainsFunc(key, strange) {
		return "?"
	}
	return key
}

// control reports whether c has no place in a text: line feeds and tabs have.
func control(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t' }
