package notifications_test

import (
	"os"
	"path/filepath"
	"slices"
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

{{greeting .Name}}

{{indent .Text}}

{{with date .RespondOn}}Termin: {{.}}{{else}}Kein Termin.{{end}}
{{if .TypeName}}Es geht um {{.TypeName}}.{{end}}
{{page .Reference}}
{{template "foot" .}}`

func TestAnOverrideReplacesOneTemplate(t *testing.T) {
	t.Parallel()
	r, err := overridden(t, map[string]string{
		"de/reply.txt.tmpl": strings.ReplaceAll(ownReply, "\n", "\r\n"), "README.md": "ours", ".git/x": "{{", "de/README.md": "",
		"de/reply.html.tmpl": "Title: Neues\n<p>{{greeting .Name}} <a href=\"{{page .Reference}}\">{{.Reference}}</a></p>\n" +
			"{{template \"words\" .Text}}{{with date .RespondOn}}<p>{{.}}</p>{{end}}",
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
	if want := 1 + 2*len(models.Letters())*len(notifications.Locales()); len(all) != want {
		t.Errorf("%d templates, want %d", len(all), want)
	}
	r, err := overridden(t, all)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Source("code", "de", true)
	if err != nil || got != all["de/code.html.tmpl"] {
		t.Errorf("Source = %q, %v", got, err)
	}
	if _, err := r.Source("../layout", "de", true); models.CodeOf(err) != models.CodeInvalid {
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
	abuse := map[string]string{
		`{{.Env}}`:                                   "unknown placeholder .Env; here there are",
		`{{.About.Reference}}`:                       "unknown placeholder",
		`{{.Template}}`:                              "unknown placeholder", // a method
		`{{.RespondOn.String}}`:                      "unknown placeholder",
		`{{.RespondOn.At 12 nil}}`:                   "only our functions take arguments",
		`{{call .Name}}`:                             "write {{greeting .Name}}",
		`{{call .Text}}`:                             "unknown function call",
		`{{printf "%s" .Reference}}`:                 "unknown function printf",
		`{{print .}}`:                                "unknown function print",
		`{{html .Text}}`:                             "unknown function html",
		`{{js .Text}}`:                               "unknown function js",
		`{{urlquery .Text}}`:                         "unknown function urlquery",
		`{{index .Text 0}}`:                          "is not for templates",
		`{{slice .Text 1}}`:                          "is not for templates",
		`{{eq .Text "x"}}`:                           "unknown function eq",
		`{{env "HOME"}}`:                             "unknown function env",
		`{{.Text | printf "%s"}}`:                    "there are no pipelines",
		`{{.Text | indent}}`:                         "there are no pipelines",
		`{{$x := .Text}}{{$x}}`:                      "there are no variables",
		`{{with $x := .Text}}{{$x}}{{end}}`:          "there are no variables",
		`{{range $i, $x := .Text}}{{end}}`:           "there are no variables",
		`{{range .Text}}x{{end}}`:                    "and .Text is none",
		`{{range 1000000000}}x{{end}}`:               "is not for templates",
		`{{range .Reasons}}x{{end}}`:                 "unknown placeholder .Reasons",
		`{{define "x"}}y{{end}}`:                     `defines "x"`,
		`{{define "foot"}}y{{end}}`:                  `defines "foot"`,
		`{{block "x" .}}y{{end}}`:                    `defines "x"`,
		`{{template "x" .}}`:                         `there is no part "x"`,
		`{{template "body" .}}`:                      `there is no part "body"`,
		`{{template "parts" .}}`:                     `there is no part "parts"`,
		`{{template "page"}}`:                        "write {{template",
		`{{template "reasons" .}}`:                   `the part "reasons" does not fit here`,
		`{{template "remedy" .}}`:                    "unknown placeholder .AppealUntil",
		`{{(index .Text 0).X}}`:                      "is not for templates",
		`{{.Name}}`:                                  "write {{greeting .Name}}",
		`{{$.Name}}`:                                 "write {{greeting .Name}}",
		`{{with .Name}}{{.}}{{end}}`:                 "write {{greeting .Name}}",
		`{{or .Name "you"}}`:                         "write {{greeting .Name}}",
		`{{page .Text}}`:                             "an address is made of a reference",
		`{{page "x"}}{{page .}}`:                     "page cannot take .",
		`{{page}}`:                                   "page takes 1 values, not 0",
		`{{.RespondOn}}`:                             "write {{date …}}",
		`{{date .Text}}`:                             "date cannot take .Text",
		`{{.}}`:                                      "cannot be printed as it is",
		`{{nil}}`:                                    "nil is not for templates",
		`{{true}}`:                                   "is not for templates",
		`{{1}}`:                                      "is not for templates",
		`{{.Text`:                                    "unclosed action",
		`{{if .Text}}`:                               "unexpected EOF",
		`{{if printf .Text}}{{end}}`:                 "unknown function printf",
		`{{if not (call .Text)}}{{end}}`:             "unknown function call",
		`{{with .Text}}{{template "page" .}}{{end}}`: `the part "page" does not fit here`,
		`{{paragraphs .Text}}`:                       "cannot be printed as it is",
		`{{range paragraphs .Text}}{{break}}{{end}}`: "is not for templates",
		"a\x00b":                                     "cannot be seen",
		"a\u202eb":                                   "cannot be seen",
		"a\xffb":                                     "not UTF-8",
		strings.Repeat("long ", 20000):               "longer than",
	}
	for source, want := range abuse {
		for _, kind := range []string{".txt.tmpl", ".html.tmpl"} {
			head := map[string]string{".txt.tmpl": "Subject: x\n\n", ".html.tmpl": "Title: x\n\n"}[kind]
			path := "de/reply" + kind
			_, err := overridden(t, map[string]string{path: head + source})
			switch {
			case err == nil:
				t.Errorf("%s: %q was accepted", path, source)
			case !strings.Contains(err.Error(), want):
				t.Errorf("%s: %q: want %q in: %v", path, source, want, err)
			case strings.HasPrefix(source, "{{") && !strings.Contains(err.Error(), path+":3"):
				t.Errorf("%s: %q: no file and line in: %v", path, source, err)
			}
		}
	}
}

// An unproved mailbox reads nothing of a requester, and a code stays where
// only its reader sees it.
func TestOverridesOfTheCodeLetterKeepItsSecrets(t *testing.T) {
	t.Parallel()
	ours := sources(t)
	for source, want := range map[string]string{
		"Subject: {{.Code}}\n\n" + ours["en/code.txt.tmpl"]:                                    "lock screens",
		"Subject: {{if .AlreadyProved}}{{.Code}}{{end}}\n":                                     "lock screens",
		"Subject: x\n{{page .Code}}":                                                           "belongs neither",
		"Subject: x\n{{greeting .Name}}":                                                       "holds no word of the requester",
		"Subject: x\n{{if .Name}}you{{end}}":                                                   "holds no word of the requester",
		"Subject: x\n{{.Reference}} {{date .RespondOn}} {{if .AlreadyProved}}{{.Code}}{{end}}": `leaves out .Code (in the sample: "7QK2M9XA")`,
		"Subject: {{if .Code}}x\ny{{end}}":                                                     "unexpected EOF",
		"Betreff: x\n":                                                                         `must begin with "Subject: "`,
		"":                                                                                     `must begin with "Subject: "`,
	} {
		if _, err := overridden(t, map[string]string{"en/code.txt.tmpl": source}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want %q in: %v", source, want, err)
		}
	}
}

// A refusal must say why, and where to complain, whoever words it.
func TestOverridesSayWhatTheLawAsks(t *testing.T) {
	t.Parallel()
	_, err := overridden(t, map[string]string{
		"fr/answer_denied.txt.tmpl":  "Subject: Non\n\n{{.Reference}} : non.\n{{range .Reasons}}{{.Title}}{{end}}",
		"fr/answer_denied.html.tmpl": "Title: Non\n<p>{{.Text}}</p>{{template \"remedy\" .}}",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"fr/answer_denied.txt.tmpl: leaves out .Text", "fr/answer_denied.txt.tmpl: leaves out .Citation", "fr/answer_denied.txt.tmpl: leaves out .AppealUntil",
		"fr/answer_denied.txt.tmpl: leaves out .Complain", "fr/answer_denied.html.tmpl: leaves out .Title", "fr/answer_denied.html.tmpl: leaves out .Explanation",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "txt.tmpl: leaves out .Title") || strings.Contains(err.Error(), "html.tmpl: leaves out .Complain") {
		t.Errorf("told what is there:\n%v", err)
	}
}

func TestMarkupThatIsRefused(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`<img src="https://evil.example/x.png">`:                "<img> is not for mails",
		`<IMG SRC="x">`:                                         "small letters",
		`<script>x</script>`:                                    "<script> is not for mails",
		`<style>p{}</style>`:                                    "<style> is not for mails",
		`<link rel="stylesheet" href="https://evil.example">`:   "<link> is not for mails",
		`<svg></svg>`:                                           "<svg> is not for mails",
		`<form action="https://evil.example"></form>`:           "<form> is not for mails",
		`<p onclick="x">`:                                       "attribute onclick",
		`<p class=x>`:                                           "double quotes",
		`<p title='x'>`:                                         "double quotes",
		`<!-- x -->`:                                            "write &lt;",
		`<!--[if mso]><img src="x"><![endif]-->`:                "write &lt;",
		`1 < 2`:                                                 "write &lt;",
		`<table background="https://evil.example/x.png">`:       "attribute background",
		`<p style="background:url(https://evil.example)">`:      "load nothing",
		`<p style="background:&#117;rl(https://evil.example)">`: "load nothing",
		`<p style="background:u\72l(//evil.example)">`:          "load nothing",
		`<p style="color:{{.TypeName}}">`:                       "no placeholder may stand in the attribute style",
		`<p class="{{.TypeName}}">`:                             "no placeholder may stand in the attribute class",
		`<a href="{{.TypeName}}">x</a>`:                         "a link leads to",
		`<a href="https://evil.example/{{.Reference}}">x</a>`:   "a link leads to",
		`<a href="http://example.com">x</a>`:                    "a link leads to",
		`<a href="javascript:alert(1)">x</a>`:                   "a link leads to",
		`<a href="&#106;avascript:alert(1)">x</a>`:              "a link leads to",
		`<a href="{{page .Reference}}?x=1">x</a>`:               "a link leads to",
		`<{{.TypeName}}>`:                                       "small letters",
		`<p {{.TypeName}}="x">`:                                 "double quotes",
		`<a href="{{if .TypeName}}x{{end}}">x</a>`:              "ends where it began",
		`{{if .TypeName}}<a href="{{else}}<b title="{{end}}">x`: "ends where it began",
		`<p`:                          "ends where it began",
		`<meta name="x" content="y">`: "<meta> is not for mails",
	} {
		_, err := overridden(t, map[string]string{"es/reply.html.tmpl": "Title: x\n" + source})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "es/reply.html.tmpl:2: ") {
			t.Errorf("%s: want %q in: %v", source, want, err)
		}
	}
	fine := "Title: x\n<p style=\"color:#333333\" align=\"left\">{{.Reference}}<br>\n" +
		`<a href="https://example.com/privacy">a</a> <a href="mailto:a@example.com">b</a> <a href="{{page .Reference}}">c</a></p>` +
		`{{template "words" .Text}}{{date .RespondOn}}`
	if _, err := overridden(t, map[string]string{"es/reply.html.tmpl": fine}); err != nil {
		t.Error(err)
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
		`{{template "foot" .}}=`:                        `has no {{template "foot" .}}`,
		`{{template "content" .}}={{.Text}}`:            "unknown placeholder .Text",
		`</style>=@import "//evil.example";</style>`:    "layout.html.tmpl:9: a style may load nothing",
		`</head>=<link rel="x"></head>`:                 "<link> is not for mails",
		`{{template "title" .}}={{template "about" .}}`: `no "about"`,
		`charset="utf-8"=http-equiv="refresh"`:          "attribute http-equiv",
		`{{locale}}={{organisation}}`:                   "attribute lang",
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
		"de/code.txt.tmpl": "Subject: x\n{{.Env}}\n{{.Codes}}\n", "de/codes.txt.tmpl": "", "it/code.txt.tmpl": "", "code.txt.tmpl": "",
		"de/parts.txt.tmpl": "", "de/code.txt": "", "de/x/code.txt.tmpl": "", "fr/reply.html.tmpl": "Title: x\n<img>{{call}}",
		"en/withdrawn.txt.tmpl": "Subject: x\n\nBye.",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"de/code.txt.tmpl:2: unknown placeholder .Env", "de/code.txt.tmpl:3: unknown placeholder .Codes", "de/codes.txt.tmpl: replaces no template",
		"it/code.txt.tmpl: no folder of a language; there are de, en, es, fr", "\ncode.txt.tmpl: no folder", "de/parts.txt.tmpl: replaces no template",
		"de/code.txt: replaces no template", "de/x/code.txt.tmpl: no folder", "fr/reply.html.tmpl:2: <img>", "fr/reply.html.tmpl:2: unknown function call",
		"en/withdrawn.txt.tmpl: leaves out .Reference",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

// FuzzOverride: no template that is accepted fails later, loads anything or
// shows what it may not.
func FuzzOverride(f *testing.F) {
	paths, err := filepath.Glob("templates/*/reply.*.tmpl")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range slices.Concat(paths, []string{"templates/en/answer_denied.html.tmpl"}) {
		source, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	f.Add("Title: {{.Reference}}\n<a href=\"{{page .Reference}}\">{{if .TypeName}}x{{else}}y{{end}}</a>{{template \"words\" .Text}}{{date .RespondOn}}")
	c := config(f)
	f.Fuzz(func(t *testing.T, source string) {
		for _, path := range []string{"en/reply.txt.tmpl", "en/reply.html.tmpl"} {
			c.Overrides = fstest.MapFS{path: &fstest.MapFile{Data: []byte(source)}}
			r, err := notifications.New(c)
			if err != nil {
				continue
			}
			m, err := r.Preview("reply", "en")
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, path, source, m)
			loadsNothing(t, path, m.HTML)
		}
	})
}
