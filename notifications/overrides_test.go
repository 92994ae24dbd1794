package notifications_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"habeas/models"
	"habeas/notifications"
)

func overridden(t *testing.T, files map[string]string) (*notifications.Renderer, error) {
	t.Helper()
	dir := fstest.MapFS{}
	for name, source := range files {
		dir[name] = &fstest.MapFile{Data: []byte(source)}
	}
	c := config(t)
	c.Overrides = dir
	return notifications.New(c)
}

const ownReply = `Subject: Neues zu {{.Reference}}
Title: Neues

{{greeting .Name}}

{{quote .Text}}

{{with date .RespondOn}}Termin: {{.}}{{else}}Kein Termin.{{end}}
{{if .TypeName}}Es geht um {{.TypeName}}.{{end}}
{{page .Reference}}
`

func TestAnOverrideReplacesOneTemplate(t *testing.T) {
	t.Parallel()
	r, err := overridden(t, map[string]string{
		"de/reply.md.tmpl": strings.ReplaceAll(ownReply, "\n", "\r\n"), "README.md": "ours", ".git/x": "{{", "de/README.md": "",
	})
	if err != nil {
		t.Fatal(err)
	}
	l, ok := sample(t, "reply").(*models.ReplyLetter)
	if !ok {
		t.Fatal("reply is another letter")
	}
	l.Locale, l.Text = "de", `<img src="https://evil.example">`
	m := render(t, r, l)
	if m.Subject != "Neues zu HB-7K3M-Q9TX-2D" || !strings.Contains(m.Text, "Termin: Freitag, 20.\u00a0November 2026") || strings.Contains(m.Text, "\r") {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
	if !strings.Contains(m.HTML, ">Neues</h1>") || strings.Contains(m.HTML, "<img") || !strings.Contains(m.HTML, "&lt;img") {
		t.Error(m.HTML)
	}
	l.Locale = "fr"
	if m := render(t, r, l); !strings.Contains(m.Text, "Notre message") {
		t.Errorf("French changed too:\n%s", m.Text)
	}
}

// Whatever we ship is in the form that is asked of an organisation: any of our
// templates can be copied and changed.
func TestOurTemplatesKeepTheRulesForOverrides(t *testing.T) {
	t.Parallel()
	all := map[string]string{}
	for path, source := range sources(t) {
		if !strings.Contains(path, "parts.") {
			all[path] = source
		}
	}
	if want := 1 + len(models.Letters())*len(notifications.Locales()); len(all) != want {
		t.Errorf("%d templates, want %d", len(all), want)
	}
	r, err := overridden(t, all)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Source("code", "de")
	if err != nil || got != all["de/code.md.tmpl"] {
		t.Errorf("Source = %q, %v", got, err)
	}
	if _, err := r.Source("../layout", "de"); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("Source of what is none = %v", err)
	}
}

// sources are the templates that we ship, by path.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"templates/*.tmpl", "templates/*/*.tmpl"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimPrefix(filepath.ToSlash(path), "templates/")] = string(source)
		}
	}
	return all
}

// T33: an organisation's template is words and placeholders, and no program.
func TestOverridesAreNoPrograms(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{{.Env}}`: "can't evaluate field Env",
		`{{if .TypeName}}{{else}}{{.Env}}{{end}}`:                                                "can't evaluate field Env",
		`{{with .TypeName}}{{else}}{{if not $.RespondOn.IsZero}}x{{else}}{{.Env}}{{end}}{{end}}`: "can't evaluate field Env",
		`{{call .Name}}`:                  "error calling call",
		`{{env "HOME"}}`:                  `function "env" not defined`,
		`{{range 1000000000}}x{{end}}`:    "the mail becomes too long",
		`{{define "x"}}y{{end}}`:          `defines "x"`,
		`{{define "foot_staff"}}y{{end}}`: `defines "foot_staff"`,
		`{{block "x" .}}y{{end}}`:         `defines "x"`,
		`{{template "x" .}}`:              `template "x" not defined`,
		`{{template "reasons" .}}`:        "range can't iterate",
		`{{template "remedy" .}}`:         "can't evaluate field AppealUntil",
		`{{.Name}}`:                       "write {{greeting .Name}}",
		`{{with .Name}}{{.}}{{end}}`:      "write {{greeting .Name}}",
		`{{or .Name "you"}}`:              "write {{greeting .Name}}",
		`{{printf "%v" .}}`:               "write {{greeting .Name}}",
		`{{page .Text}}`:                  "a link leads to",
		`{{page .}}`:                      "wrong type",
		`{{.RespondOn}}`:                  "cannot be printed as it is; write {{date …}}",
		`{{date .Text}}`:                  "wrong type",
		`{{.}}`:                           "cannot be printed as it is",
		`{{.Text`:                         "unclosed action",
		`{{if .Text}}`:                    "unexpected EOF",
		"a\x00b":                          "cannot be seen",
		"a\u202eb":                        "cannot be seen",
		"a\xffb":                          "not UTF-8",
		strings.Repeat("long ", 20000):    "longer than",
	} {
		_, err := overridden(t, map[string]string{"de/reply.md.tmpl": "Subject: x\nTitle: x\n\n" + source})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "de/reply.md.tmpl") {
			t.Errorf("%q: want %q in: %v", source, want, err)
		}
	}
}

func TestFaultsInTemplatesNameTheirLine(t *testing.T) {
	t.Parallel()
	for source, line := range map[string]string{
		"Subject: {{.Env}}\nTitle: x\n": ":1", "Subject: x\nTitle: {{.Env}}\n": ":2", "Subject: x\nTitle: x\n\n{{.Env}}": ":4",
		"Subject: x\nTitle: x\n\n{{if}}": ":4",
	} {
		_, err := overridden(t, map[string]string{"de/reply.md.tmpl": source})
		if err == nil || !strings.Contains(err.Error(), "de/reply.md.tmpl"+line) {
			t.Errorf("%q: no line %s in: %v", source, line, err)
		}
	}
}

// An unproved mailbox reads nothing of a requester, and a code stays where
// only its reader sees it.
func TestOverridesOfTheCodeLetterKeepItsSecrets(t *testing.T) {
	t.Parallel()
	body := sources(t)["en/code.md.tmpl"]
	_, body, _ = strings.Cut(body, "\n")
	for source, want := range map[string]string{
		"Subject: {{.Code}}\n" + body:                                "lock screens",
		"Subject: {{if .AlreadyProved}}{{.Code}}{{end}}\nTitle: x\n": "lock screens",
		"Subject: x\nTitle: {{code .Code}}\n":                        "lock screens",
		"Subject: x\nTitle: x\n{{page .Code}}":                       "belongs neither",
		"Subject: x\nTitle: x\n{{greeting .Name}}":                   "holds no word of the requester",
		"Subject: x\nTitle: x\n{{with .Name}}you, {{.}}{{end}}":      "holds no word of the requester",
		"Subject: x\nTitle: x\n{{.Reference}} {{date .RespondOn}} x": `leaves out .Code (in the sample: "7QK2M9XA")`,
		"Subject: {{if .Code}}x\ny{{end}}":                           `must begin with`,
		"Betreff: x\n":                                               `must begin with "Subject: "`,
		"Subject: x\nTitel: x\n":                                     `must begin with "Subject: "`,
		"":                                                           `must begin with "Subject: "`,
	} {
		if _, err := overridden(t, map[string]string{"en/code.md.tmpl": source}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want %q in: %v", source, want, err)
		}
	}
	secret := "Subject: x\nTitle: x\n{{invitation .Secret}} {{date .ExpiresOn}} {{.Secret}}"
	if _, err := overridden(t, map[string]string{"en/staff_invitation.md.tmpl": secret}); err == nil || !strings.Contains(err.Error(), "staff_invitation") {
		t.Errorf("the secret of an invitation on its own: %v", err)
	}
}

// A refusal must say why, and where to complain, whoever words it.
func TestOverridesSayWhatTheLawAsks(t *testing.T) {
	t.Parallel()
	_, err := overridden(t, map[string]string{
		"fr/answer_denied.md.tmpl": "Subject: Non\nTitle: Non\n\n{{.Reference}} : non.\n{{range .Reasons}}{{.Title}}{{end}}",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{".Text", ".Citation", ".AppealUntil", ".Complain", ".Explanation"} {
		if !strings.Contains(err.Error(), "fr/answer_denied.md.tmpl: leaves out "+want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "leaves out .Title") {
		t.Errorf("told what is there:\n%v", err)
	}
}

func TestMarkupThatIsRefused(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`![x](https://evil.example/x.png)`:          "no pictures",
		`<img src="https://evil.example/x.png">`:    "not HTML",
		`<script>x</script>`:                        "not HTML",
		`a <b>b</b>`:                                "not HTML",
		`<!-- x -->`:                                "not HTML",
		`[x](https://evil.example/{{.Reference}})`:  "a link leads to",
		`[x](http://example.com)`:                   "a link leads to",
		`[x](javascript:alert(1))`:                  "a link leads to",
		`<javascript:alert(1)>`:                     "a link leads to",
		`[x][y]` + "\n\n[y]: http://evil.example/x": "a link leads to",
	} {
		_, err := overridden(t, map[string]string{"es/reply.md.tmpl": "Subject: x\nTitle: x\n\n" + source})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "es/reply.md.tmpl") {
			t.Errorf("%s: want %q in: %v", source, want, err)
		}
	}
	fine := "Subject: x\nTitle: x\n\n{{.Reference}}\\\n[a](https://example.com/privacy) <mailto:a@example.com> {{page .Reference}}\n\n" +
		"{{quote .Text}}\n\n## Termin\n\n{{date .RespondOn}}"
	r, err := overridden(t, map[string]string{"es/reply.md.tmpl": fine})
	if err != nil {
		t.Fatal(err)
	}
	m := render(t, r, notifications.Samples("es")["reply"])
	for _, want := range []string{"a (https://example.com/privacy)", " mailto:a@example.com\n", "\nTermin:\n"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("no %q in the text:\n%s", want, m.Text)
		}
	}
	for _, want := range []string{`<a href="https://example.com/privacy">a</a>`, `>Termin</h2>`} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("no %q in the HTML:\n%s", want, m.HTML)
		}
	}
}

func TestALayoutOfOnesOwn(t *testing.T) {
	t.Parallel()
	ours := sources(t)["layout.html.tmpl"]
	r, err := overridden(t, map[string]string{"layout.html.tmpl": strings.ReplaceAll(ours, "#f2f4f6", "#fff1e0")})
	if err != nil {
		t.Fatal(err)
	}
	if m := render(t, r, notifications.Samples("fr")["code"]); !strings.Contains(m.HTML, "#fff1e0") || !strings.Contains(m.HTML, `lang="fr"`) {
		t.Error(m.HTML)
	}
	for change, want := range map[string]string{
		`{{.Foot}}=`:             `has no {{.Foot}}`,
		`{{.Content}}={{.Text}}`: "has no {{.Content}}",
		`</style>=@import "//evil.example";</style>`: "a style may load nothing",
		`</head>=<link rel="x"></head>`:              "<link> is not for mails",
		`</head>=<script>x</script></head>`:          "<script> is not for mails",
		`</head>=<!-- x --></head>`:                  "some mail programs run comments",
		`<h1 =<h1 onclick="x" `:                      "attribute onclick",
		`charset="utf-8"=http-equiv="refresh"`:       "attribute http-equiv",
		`{{.Title}}</h1>={{.Title}}{{.Env}}</h1>`:    "can't evaluate field Env",
	} {
		from, to, _ := strings.Cut(change, "=")
		if strings.HasPrefix(change, "charset") {
			from, to = `charset="utf-8"`, `http-equiv="refresh"`
		}
		if _, err := overridden(t, map[string]string{"layout.html.tmpl": strings.ReplaceAll(ours, from, to)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want %q in: %v", change, want, err)
		}
	}
}

// Everything wrong in a directory is told at once, also files that would
// replace nothing.
func TestFaultsOfOverridesAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := overridden(t, map[string]string{
		"de/code.md.tmpl": "Subject: x\nTitle: x\n{{.Env}}\n", "de/codes.md.tmpl": "", "it/code.md.tmpl": "", "code.md.tmpl": "",
		"de/parts.md.tmpl": "", "de/code.md": "", "de/x/code.md.tmpl": "", "fr/reply.md.tmpl": "Subject: x\nTitle: x\n<img>{{page .Text}}",
		"en/verified.md.tmpl": "Subject: x\nTitle: x\n\nBye.",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"de/code.md.tmpl:3:", "de/codes.md.tmpl: replaces no template",
		"it/code.md.tmpl: no folder of a language; there are de, en, es, fr", "\ncode.md.tmpl: no folder", "de/parts.md.tmpl: replaces no template",
		"de/code.md: replaces no template", "de/x/code.md.tmpl: no folder", "fr/reply.md.tmpl: write Markdown", "fr/reply.md.tmpl: a link leads to",
		"en/verified.md.tmpl: leaves out .RespondOn",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

// FuzzOverride: no template that is accepted fails later, loads anything or
// shows what it may not.
func FuzzOverride(f *testing.F) {
	paths, err := filepath.Glob("templates/*/reply.md.tmpl")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(paths, "templates/en/answer_denied.md.tmpl") {
		source, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	f.Add("Subject: x\nTitle: {{.Reference}}\n[x](https://example.com){{page .Reference}}{{if .TypeName}}x{{else}}y{{end}}\n\n{{quote .Text}}{{date .RespondOn}}")
	c := config(f)
	f.Fuzz(func(t *testing.T, source string) {
		c.Overrides = fstest.MapFS{"en/reply.md.tmpl": &fstest.MapFile{Data: []byte(source)}}
		r, err := notifications.New(c)
		if err != nil {
			return
		}
		m, err := r.Preview("reply", "en")
		if err != nil {
			t.Fatal(err)
		}
		checkText(t, "reply", source, m)
		loadsNothing(t, "reply", m.HTML)
	})
}
