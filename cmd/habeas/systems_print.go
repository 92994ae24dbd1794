package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"habeas/models"
)

// printFindings writes what was found for whoever tries a system: the terminal
// is theirs to look at.
func printFindings(out io.Writer, found models.Findings) error {
	var b strings.Builder
	for _, r := range found.Records {
		fmt.Fprintf(&b, "%s%s", r.Table, keyText(r.Key))
		if r.Boundary {
			b.WriteString(" (names somebody else)")
		}
		b.WriteByte('\n')
		for _, f := range r.Fields {
			mark := " "
			if f.Personal {
				mark = "*"
			}
			fmt.Fprintf(&b, "  %s %s = %s", mark, f.Name, shownText(f.Value))
			if f.Withheld != "" {
				b.WriteString(" (withheld: may be somebody else's)")
			}
			b.WriteByte('\n')
		}
	}
	fmt.Fprintf(&b, "%d records; * marks what is personal\n", len(found.Records))
	_, err := io.WriteString(out, b.String())
	return err
}

func printPreview(out io.Writer, p models.Preview) error {
	var b strings.Builder
	for _, r := range p.Rows {
		fmt.Fprintf(&b, "%s %s%s\n", r.Operation, r.Table, keyText(r.Key))
		for _, f := range r.Fields {
			fmt.Fprintf(&b, "    %s: %s", f.Name, f.Verdict)
			switch {
			case f.Kept != nil && f.Kept.Citation != "":
				fmt.Fprintf(&b, " (%s, %s)", f.Kept.Reason, f.Kept.Citation)
			case f.Kept != nil:
				fmt.Fprintf(&b, " (%s)", f.Kept.Reason)
			default:
				fmt.Fprintf(&b, " by %s: %s → %s", f.Strategy, shownText(f.Before), shownText(f.After))
			}
			b.WriteByte('\n')
		}
	}
	fmt.Fprintf(&b, "%d of %d rows would change; nothing was changed\n", p.Changes(), len(p.Rows))
	_, err := io.WriteString(out, b.String())
	return err
}

func keyText(key []models.Field) string {
	if len(key) == 0 {
		return ""
	}
	parts := make([]string, len(key))
	for i, k := range key {
		parts[i] = k.Name + "=" + shownText(k.Value)
	}
	return " [" + strings.Join(parts, ", ") + "]"
}

func shownText(v *string) string {
	if v == nil {
		return "NULL"
	}
	return strconv.Quote(*v)
}
