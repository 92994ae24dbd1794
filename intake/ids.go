package intake

import "strings"

// longestID is the longest message id worth keeping: a line of RFC 5322.
const longestID = 998

// ids returns the message ids in the values, without brackets, oldest first;
// of too many the newest are kept.
func ids(values []string, most int) []string {
	var found []string
	for _, v := range values {
		for {
			_, rest, ok := strings.Cut(v, "<")
			if !ok {
				break
			}
			id, after, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			if id = strings.TrimSpace(id); id != "" && len(id) <= longestID && !strings.ContainsAny(id, " \t<") {
				found = append(found, id)
			}
			v = after
		}
	}
	return found[max(0, len(found)-most):]
}

// firstID returns the first message id in a value, with or without brackets.
func firstID(value string) string {
	if found := ids([]string{value}, 100); len(found) > 0 {
		return found[0]
	}
	if f := strings.Fields(value); len(f) > 0 && len(f[0]) <= longestID && !strings.ContainsAny(f[0], "<>") {
		return f[0]
	}
	return ""
}
