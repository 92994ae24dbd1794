package policies

import "unicode"

// shortestCardNumber is how many digits make a card number (ISO/IEC 7812);
// fewer are its last four and an expiry date.
const shortestCardNumber = 12

// readCorrections reads a list of {field, current, requested}: which account
// field is wrong, what it says and what it should say. A correction without
// what it should say is meaningless, but for a field whose values must not be
// written down.
func readCorrections(r *reader, f *Field, path string, value any) any {
	if list, ok := value.([]map[string]any); ok {
		wide := make([]any, len(list))
		for i, m := range list {
			wide[i] = m
		}
		value = wide
	}
	if _, ok := value.(string); ok {
		r.bad(path, "invalid", "must be a list")
		return nil
	}
	return r.list(path, value, func(at string, entry any) any { return r.correction(f, at, entry) })
}

func (r *reader) correction(f *Field, path string, entry any) any {
	given, ok := entry.(map[string]any)
	if !ok {
		r.bad(path, "invalid", "must be an object with field, current and requested")
		return nil
	}
	clean := map[string]any{"field": ""}
	for key := range given {
		if key != "field" && key != "current" && key != "requested" {
			r.bad(path, "unknown", "has keys other than field, current and requested") // the key is the sender's text
			break
		}
	}
	if empty(given["field"]) {
		r.bad(path+".field", "required", "is missing")
		return clean
	}
	field, _ := readChoice(r, f, path+".field", given["field"]).(string)
	clean["field"] = field
	about, ok := f.choice(field)
	if !ok {
		return clean
	}
	for _, key := range []string{"current", "requested"} {
		if !empty(given[key]) {
			clean[key] = r.correctionValue(f, about, path+"."+key, given[key])
		}
	}
	if empty(given["requested"]) && about.Values != ValuesNone {
		r.bad(path+".requested", "required", "say what it should be")
	}
	return clean
}

// correctionValue reads what an account field says or should say.
func (r *reader) correctionValue(f *Field, about *Choice, path string, value any) string {
	s := r.text(path, value, limit(f, maxLine), false)
	switch {
	case about.Values == ValuesNone:
		r.bad(path, "not_allowed", "never send this; it is reset, not corrected")
	case about.Values == ValuesNoCardNumber && digits(s) >= shortestCardNumber:
		r.bad(path, "not_allowed", "never send a card number; the last four digits will do")
	}
	return s
}

func digits(s string) int {
	n := 0
	for _, c := range s {
		if unicode.IsDigit(c) {
			n++
		}
	}
	return n
}
