package intake_test

import (
	"testing"

	"habeas/intake"
)

// TestHiddenEndsWhereABrowserEndsIt has a preheader that nobody closes before
// the words. Every text was looked at by the rules of the HTML standard.
func TestHiddenEndsWhereABrowserEndsIt(t *testing.T) {
	t.Parallel()
	const none = ` style="display:none">`
	tests := map[string]struct{ html, want string }{
		"the next paragraph":             {"<p" + none + "pre<p>words", "words"},
		"a block after a paragraph":      {"<p" + none + "pre<div>words</div>", "words"},
		"a heading after a paragraph":    {"<p" + none + "pre<h1>words</h1>", "words"},
		"the end of what it stands in":   {"<div><span" + none + "pre</div><div>words</div>", "words"},
		"of a cell":                      {"<table><tr><td><span" + none + "pre</td><td>words</table>", "words"},
		"the next item":                  {"<ul><li" + none + "pre<li>words</ul>", "- words"},
		"the next cell":                  {"<table><tr><td" + none + "pre<td>words</table>", "words"},
		"the next row":                   {"<table><tr" + none + "<td>pre<tr><td>words</table>", "words"},
		"the next body":                  {"<table><tbody" + none + "<tr><td>pre<tbody><tr><td>words</table>", "words"},
		"the next term":                  {"<dl><dt" + none + "pre<dd>words</dl>", "words"},
		"the next link":                  {"<a" + none + "pre<a href=x>words</a>", "words"},
		"the end of the table":           {"<table><tr><td" + none + "pre</table>words", "words"},
		"a paragraph before a table":     {"<!doctype html><p" + none + "pre<table><tr><td>words</table>", "words"},
		"its own end, after another's":   {"<b><span" + none + "pre</i></span>words</b>", "words"},
		"its own end, a block inside":    {"<b" + none + "pre<div>pre</b>words</div>", "words"},
		"an element of no name we know":  {"<x-pre" + none + "pre</x-pre>words", "words"},
		"not in what it holds":           {"<div" + none + "pre<div>pre</div>pre</div>words", "words"},
		"not at a paragraph inside":      {"<div" + none + "pre<p>pre<p>pre</div>words", "words"},
		"not at an item of a list in it": {"<ul><li" + none + "pre<ul><li>pre<li>pre</ul>pre<li>words</ul>", "- words"},
		"not at a cell of a table in it": {"<table><tr><td" + none + "<table><tr><td>pre<td>pre</table>pre<td>words</table>", "words"},
		"not at an end inside a table":   {"<div" + none + "<table><tr><td></div>pre</table></div>words", "words"},
		"not at the end of its block":    {"<p><b" + none + "pre</p><p>pre</b>words</p>", "words"},
		"a head that nobody closed":      {"<head><title>pre</title><p>words", "words"},
	}
	for name, tt := range tests {
		m := read("From: a@x.example\nContent-Type: text/html\n\n" + tt.html + "\n")
		if m.Text != tt.want || m.Fault != "" {
			t.Errorf("%s: %q, fault %q", name, m.Text, m.Fault)
		}
	}
}

// TestNothingButHiddenWordsIsForStaff has words that a browser shows nowhere.
func TestNothingButHiddenWordsIsForStaff(t *testing.T) {
	t.Parallel()
	for _, html := range []string{
		`<font style='display:none'>x<table><tr><td>Please delete my account</table>`,
		`<div hidden>Please <p>delete my account`,
		`<body style="display:none">Please delete my account`,
	} {
		m := read("From: a@x.example\nSubject: x\nContent-Type: text/html\n\n" + html + "\n")
		if outcome, reason := intake.Route(m, intake.Config{}); outcome != intake.OutcomeHeld || reason != string(intake.FaultBroken) || !m.HasText {
			t.Errorf("%s: %s, %q", html, outcome, reason)
		}
		if got := letters(m.Text); got != "xPleasedeletemyaccount" && got != "Pleasedeletemyaccount" {
			t.Errorf("%s: staff see %q", html, m.Text)
		}
	}
	// Another part has words: then nobody misses the hidden ones.
	m := read("From: a@x.example\n" + part("mixed", "Content-Type: text/html\n\n<p hidden>pre", "Content-Type: text/plain\n\nwords"))
	if m.Text != "words" || m.Fault != "" {
		t.Errorf("beside words: %q, fault %q", m.Text, m.Fault)
	}
}
