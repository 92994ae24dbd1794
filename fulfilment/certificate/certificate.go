// Package certificate puts the certificate of an erasure into words: as a document
// that pages draw, and as plain text. It does not know how one comes about.
package certificate

import (
	"fmt"
	"strings"
	"time"

	"habeas/fulfilment/category"
	"habeas/models"
)

// Document is a certificate in the words of one language.
type Document struct {
	Locale  string
	Title   string
	Lead    string
	Facts   []Line
	Systems []System
	Note    string
	Hash    string
}

// Line is a fact with what it is called.
type Line struct{ Label, Text string }

// System is what became of the data in one system.
type System struct {
	Name         string
	Outcome      string
	Facts        []Line
	Erased, Kept []string
	// ErasedTitle and KeptTitle stand over the lists.
	ErasedTitle, KeptTitle string
}

// Words are what a certificate cannot know by itself, in the language that it is
// put into.
type Words struct {
	Type   string                   // what was asked for
	Reason func(code string) string // of the policy, with its citation
	Zone   *time.Location
}

// In puts a certificate into the words of a locale: English where there are none.
func In(locale string, c models.Certificate, w Words) Document {
	tag, t := wordsOf(locale)
	t["tag"] = tag
	d := Document{Locale: tag, Title: t["title"], Lead: t["lead"], Note: t["note"], Hash: c.Hash()}
	add := func(label, text string) { d.Facts = append(d.Facts, Line{t[label], text}) }
	add("reference", c.Reference)
	add("type", w.Type)
	add("received", date(t, c.ReceivedOn))
	if !c.ConfirmedAt.IsZero() {
		add("confirmed", instant(t, c.ConfirmedAt, w.Zone)+", "+t["by "+string(c.ConfirmedBy)])
	}
	add("issued", fmt.Sprintf(t["number"], instant(t, c.IssuedAt, w.Zone), c.No))
	if len(c.Informed) > 0 {
		add("informed", strings.Join(c.Informed, ", "))
	}
	if c.Suppressed {
		add("suppressed", t["suppression"])
	}
	for _, s := range c.Systems {
		d.Systems = append(d.Systems, system(t, s, w))
	}
	return d
}

func system(t map[string]string, s models.CertifiedSystem, w Words) System {
	v := System{Name: s.Name, Outcome: t["outcome "+string(s.Outcome)], ErasedTitle: t["erased"], KeptTitle: t["kept"]}
	add := func(label, text string) { v.Facts = append(v.Facts, Line{t[label], text}) }
	add("done", instant(t, s.At, w.Zone))
	if s.ApprovedBy != "" {
		add("approved", t["role "+string(s.ApprovedBy)])
	}
	if s.Kind != models.SystemManual && s.Receipt != "" {
		add("records", fmt.Sprintf(t["counts"], s.Deleted, s.Changed))
	}
	if s.Kind == models.SystemManual {
		add("way", t["by hand"])
	}
	for _, e := range s.Erased {
		line := fmt.Sprintf("%s: %d", category.Label(t["tag"], e.Category), e.Count)
		if e.Verdict == models.VerdictMasked {
			line += ", " + t["masked"]
		}
		v.Erased = append(v.Erased, line)
	}
	for _, k := range s.Kept {
		v.Kept = append(v.Kept, kept(t, k, w))
	}
	for _, code := range s.Reasons {
		v.Kept = append(v.Kept, w.Reason(code))
	}
	if b := s.Backups; b != nil {
		add("backups", fmt.Sprintf(t["until"], b.Days, date(t, b.Until)))
	}
	for _, l := range s.Looked {
		text := t["nothing left"]
		switch {
		case l.Remaining > 0:
			text = fmt.Sprintf(t["something left"], l.Remaining)
		case l.Records > 0:
			text = t["only kept"]
		}
		add("looked", instant(t, l.At, w.Zone)+": "+text)
	}
	if s.Receipt != "" {
		add("receipt", s.Receipt)
	}
	return v
}

// kept is a line about what was kept: how much, why, by what rule and how long.
func kept(t map[string]string, k models.CertifiedKept, w Words) string {
	why, known := t["kept "+string(k.Reason)]
	switch {
	case !known:
		why = w.Reason(string(k.Reason))
	case k.Citation != "":
		why += " (" + k.Citation + ")"
	}
	line := fmt.Sprintf("%s: %d, %s", category.Label(t["tag"], k.Category), k.Count, why)
	if !k.Until.IsZero() {
		line += ", " + fmt.Sprintf(t["at the latest"], date(t, k.Until))
	}
	return line
}

// Text is the document as plain text.
func (d Document) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n%s\n\n", d.Title, strings.Repeat("=", len([]rune(d.Title))), d.Lead)
	for _, f := range d.Facts {
		fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Text)
	}
	for _, s := range d.Systems {
		head := s.Name + ": " + s.Outcome
		fmt.Fprintf(&b, "\n%s\n%s\n", head, strings.Repeat("-", len([]rune(head))))
		for _, f := range s.Facts {
			fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Text)
		}
		list(&b, s.ErasedTitle, s.Erased)
		list(&b, s.KeptTitle, s.Kept)
	}
	fmt.Fprintf(&b, "\n%s\nSHA-256: %s\n", d.Note, d.Hash)
	return b.String()
}

func list(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "%s:\n", title)
	for _, l := range lines {
		fmt.Fprintf(b, "- %s\n", l)
	}
}
