package web_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"habeas/web"
)

func TestTheme(t *testing.T) {
	t.Parallel()
	folder := func(json string) fstest.MapFS {
		return fstest.MapFS{"portal.json": {Data: []byte(json)}, "logo.svg": {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)}}
	}
	b := newBed(t, func(c *web.Config) {
		c.Theme = folder(`{"accent":"#7a1fa2","accent_dark":"#e3b3ff","logo":"logo.svg","words":{"en":{"start.heading":"Your <data>"}}}`)
	})
	v := b.visitor()
	p := v.get("/").want(200, "Your <data>")
	if !strings.Contains(p.body, "/assets/logo.svg?v=") || !strings.Contains(p.body, "/assets/theme.css?v=") {
		t.Error(p.body[:1500])
	}
	if css := v.get("/assets/theme.css").body; !strings.Contains(css, "--accent: #7a1fa2") || !strings.Contains(css, "#e3b3ff") {
		t.Error(css)
	}
	if logo := v.get("/assets/logo.svg"); !strings.HasPrefix(logo.Header.Get("Content-Type"), "image/svg+xml") || !strings.Contains(logo.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error(logo.Header)
	}
	policy, err := defaultPolicy()
	must(t, err)
	for name, json := range map[string]string{
		"no JSON": `{`, "no colour": `{"accent":"red"}`, "a colour that nobody can read": `{"accent":"#ffff99"}`, "code": `{"accent":"#0b57a4;}*{x"}`,
		"a logo of another kind": `{"logo":"logo.html"}`, "a logo that is not there": `{"logo":"other.png"}`, "a logo elsewhere": `{"logo":"../../secret.png"}`,
		`a text that nobody says, "start.heding"`: `{"words":{"en":{"start.heding":"x"}}}`,
		`a setting that there is not, "acent"`:    `{"acent":"#0b57a4"}`, `a language that we have not, "it"`: `{"words":{"it":{"start.heading":"I suoi dati"}}}`,
		"two documents": `{"accent":"#0b57a4"} {"accent":"red"}`,
	} {
		c := config()
		c.Policy, c.Theme, c.Log = policy, folder(json), slog.New(slog.DiscardHandler)
		if _, err := handler(c); err == nil {
			t.Errorf("%s is taken", name)
		} else if _, key, _ := strings.Cut(name, ", "); !strings.Contains(err.Error(), key) || strings.Contains(err.Error(), "\n\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := config()
	c.Policy, c.Theme, c.Log = policy, fstest.MapFS{}, slog.New(slog.DiscardHandler)
	if _, err := handler(c); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
}
