package models

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// canonicalTime is RFC 3339 in UTC with microseconds: what both databases keep.
const canonicalTime = "2006-01-02T15:04:05.000000Z"

// eventFormat is the version of the canonical form, in every event.
const eventFormat = 1

// eventBody is what the canonical form of an event holds.
type eventBody struct {
	Format    int               `json:"format"`
	ID        string            `json:"id"`
	RequestID string            `json:"request,omitempty"`
	Reference string            `json:"reference,omitempty"`
	Version   int               `json:"version,omitempty"`
	At        time.Time         `json:"at"`
	Kind      EventKind         `json:"kind"`
	Actor     Actor             `json:"actor"`
	From      State             `json:"from,omitempty"`
	To        State             `json:"to,omitempty"`
	Policy    string            `json:"policy,omitempty"`
	Change    Change            `json:"change,omitzero"`
	Detail    map[string]string `json:"detail,omitempty"`
}

// Canonical returns the one byte form of an event: what is stored, hashed and
// exported. See CanonicalJSON.
func (e Event) Canonical() []byte {
	return CanonicalJSON(eventBody{
		Format: eventFormat, ID: e.ID, RequestID: e.RequestID, Reference: e.Reference, Version: e.Version,
		At: e.At, Kind: e.Kind, Actor: e.Actor, From: e.From, To: e.To,
		Policy: e.Policy, Change: e.Change, Detail: e.Detail,
	})
}

// ParseEvent reads what Canonical wrote. Fields it does not know are ignored.
func ParseEvent(b []byte) (Event, error) {
	var e eventBody
	if err := json.Unmarshal(b, &e); err != nil {
		return Event{}, fmt.Errorf("parsing event: %w", err)
	}
	if e.Format != eventFormat {
		return Event{}, fmt.Errorf("parsing event: unknown format %d", e.Format)
	}
	return Event{
		ID: e.ID, RequestID: e.RequestID, Reference: e.Reference, Version: e.Version,
		At: e.At.UTC(), Kind: e.Kind, Actor: e.Actor, From: e.From, To: e.To,
		Policy: e.Policy, Change: e.Change, Detail: e.Detail,
	}, nil
}

// CanonicalJSON returns JSON that is the same for the same value: keys sorted,
// no blanks, only the escapes that RFC 8785 wants, times in UTC with
// microseconds, an absent list as []. It follows json tags and takes what
// events and facts are made of: structs, strings, integers, booleans, times,
// dates, lists, pointers and maps of strings. Anything else, floats above all,
// is a fault of the program and panics.
func CanonicalJSON(v any) []byte {
	return appendValue(make([]byte, 0, 512), reflect.ValueOf(v))
}

func appendValue(b []byte, v reflect.Value) []byte {
	if v.Kind() == reflect.Pointer {
		return appendValue(b, v.Elem()) // before its methods: a *time.Time is a time
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return append(x.UTC().AppendFormat(append(b, '"'), canonicalTime), '"')
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		if err != nil {
			panic(fmt.Sprintf("canonical JSON of %T: %v", x, err))
		}
		return appendString(b, string(text))
	}
	switch v.Kind() {
	case reflect.Struct:
		return appendStruct(b, v)
	case reflect.Map:
		return appendMap(b, v)
	case reflect.Slice:
		return appendList(b, v)
	case reflect.String:
		return appendString(b, v.String())
	case reflect.Int:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	}
	panic("no canonical JSON of " + v.Type().String())
}

func appendList(b []byte, v reflect.Value) []byte {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, v.Index(i))
	}
	return append(b, ']')
}

func appendMap(b []byte, v reflect.Value) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, k.String()), ':')
		b = appendValue(b, v.MapIndex(k))
	}
	return append(b, '}')
}

// member is one field of a struct under its JSON name.
type member struct {
	name  string
	value reflect.Value
}

func appendStruct(b []byte, v reflect.Value) []byte {
	members := make([]member, 0, v.NumField())
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "" {
			panic("no JSON name for a field of " + v.Type().String())
		}
		if name == "-" || option != "" && absent(v.Field(i)) {
			continue
		}
		members = append(members, member{name, v.Field(i)})
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	b = append(b, '{')
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, m.name), ':')
		b = appendValue(b, m.value)
	}
	return append(b, '}')
}

// absent reports whether omitempty or omitzero leaves a field out.
func absent(v reflect.Value) bool {
	if k := v.Kind(); k == reflect.Slice || k == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s { // bytes that are not UTF-8 become U+FFFD
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r < ' ':
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
