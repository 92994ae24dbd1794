package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// environment is a getenv of a few variables.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestNothingIsNeededForAStart(t *testing.T) {
	t.Parallel()
	c, err := readConfig(environment(), "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.OpsListen != "127.0.0.1:9090" || c.Zone.String() != "UTC" {
		t.Errorf("listens on %s and %s, in %s", c.Listen, c.OpsListen, c.Zone)
	}
	if c.Keys != filepath.Join("habeas-data", "keys") || c.FilesDir != filepath.Join("habeas-data", "files") {
		t.Errorf("keys in %s, files in %s", c.Keys, c.FilesDir)
	}
	if c.production() || !c.mailOff() {
		t.Error("is not the embedded mode")
	}
}

func TestFaultsAreReportedTogether(t *testing.T) {
	t.Parallel()
	_, err := readConfig(environment(
		"HABEAS_LISTEN", "8080",
		"HABEAS_ORG_TIMEZONE", "Vienna",
		"HABEAS_WORKERS", "many",
		"HABEAS_TRUSTED_PROXIES", "10.0.0.0/8,proxy",
		"HABEAS_SHUTDOWN_GRACE", "20",
		"HABEAS_LOG_LEVEL", "loud",
		"HABEAS_S3_PLAIN", "perhaps",
		"HABEAS_SMTP_URL_FILE", filepath.Join(t.TempDir(), "absent"),
	), "")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{
		"HABEAS_ORG_TIMEZONE", "HABEAS_WORKERS", "HABEAS_TRUSTED_PROXIES", "HABEAS_SHUTDOWN_GRACE",
		"HABEAS_LOG_LEVEL", "HABEAS_S3_PLAIN", "HABEAS_SMTP_URL_FILE",
	} {
		if !strings.Contains(err.Error(), "\n  "+name+" ") {
			t.Errorf("%s is not among %v", name, err)
		}
	}
}

func TestValuesAreChecked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, value, text string }{
		"a seat that is none":        {"HABEAS_ORG_SEAT", "Germany", "DE-BY"},
		"a seat in the Union alone":  {"HABEAS_ORG_SEAT", "EU", "DE-BY"},
		"listen without port":        {"HABEAS_LISTEN", "localhost", "host:port"},
		"port too great":             {"HABEAS_LISTEN", "localhost:70000", "host:port"},
		"operations without port":    {"HABEAS_OPS_LISTEN", "localhost", "or off"},
		"base URL without scheme":    {"HABEAS_BASE_URL", "privacy.example.org", "https://"},
		"base URL with query":        {"HABEAS_BASE_URL", "https://example.org/?x=1", "https://"},
		"database of another kind":   {"HABEAS_DATABASE_URL", "mysql://hunter2@db/x", "postgres://"},
		"redis of another kind":      {"HABEAS_REDIS_URL", "http://hunter2", "redis://"},
		"mail server without scheme": {"HABEAS_SMTP_URL", "hunter2.example.org:25", "smtp://"},
		"sender with a name":         {"HABEAS_MAIL_FROM", "Privacy <p@example.org>", "mail address"},
		"name of two lines":          {"HABEAS_ORG_NAME", "Acme\nBcc: x@example.org", "one line"},
		"no submissions":             {"HABEAS_SUBMIT_LIMIT_PER_HOUR", "0", "at least 1"},
		"bucket without endpoint":    {"HABEAS_S3_BUCKET", "b", "HABEAS_S3_BUCKET"},
		"key of a hook too short":    {"HABEAS_HOOK_RAW_KEY", "hunter2", "24 bytes"},
		"second key too short":       {"HABEAS_HOOK_POSTMARK_KEY", "a key that is long enough,hunter2", "24 bytes"},
		"half of Mailgun":            {"HABEAS_HOOK_MAILGUN_KEY", "a key that is long enough", "HABEAS_HOOK_MAILGUN_SIGNING_KEY is needed"},
		"other half of Mailgun":      {"HABEAS_HOOK_MAILGUN_SIGNING_KEY", "a key that is long enough", "HABEAS_HOOK_MAILGUN_KEY is needed"},
		"SES without its topic":      {"HABEAS_HOOK_SES_KEY", "a key that is long enough", "HABEAS_HOOK_SES_TOPICS must be"},
		"SES without its bucket":     {"HABEAS_HOOK_SES_KEY", "a key that is long enough", "HABEAS_HOOK_SES_BUCKET is needed"},
		"topic without a key":        {"HABEAS_HOOK_SES_TOPICS", "arn:aws:sns:eu-west-1:123456789012:mail", "HABEAS_HOOK_SES_KEY is needed"},
		"endpoint alone":             {"HABEAS_S3_ENDPOINT", "s3.example.org", "HABEAS_S3_SECRET_KEY is needed"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readConfig(environment(tc.name, tc.value), "")
			if err == nil || !strings.Contains(err.Error(), tc.text) {
				t.Fatalf("got %v, want %q", err, tc.text)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the value is repeated: %v", err)
			}
		})
	}
}

func TestAddressesThatAreFine(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"127.0.0.1:0", ":8080", "[::1]:8080", "localhost:80"} {
		if _, err := readConfig(environment("HABEAS_LISTEN", listen, "HABEAS_OPS_LISTEN", "off"), ""); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
	c, err := readConfig(environment(
		"HABEAS_REDIS_URL", "redis-sentinel://a:1,b:2/0?master_name=m",
		"HABEAS_DATABASE_URL", "postgres:///habeas?host=/run/postgresql",
		"HABEAS_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1",
	), "")
	if err != nil || len(c.TrustedProxies) != 2 || !c.TrustedProxies[1].IsSingleIP() {
		t.Errorf("%v, %v", c.TrustedProxies, err)
	}
}

func TestOurMailboxesAreInALabels(t *testing.T) {
	t.Parallel()
	c, err := readConfig(environment("HABEAS_MAIL_FROM", "Privacy@b\u00fccher.example", "HABEAS_MAIL_IN", "dsr@b\u00fccher.example, gdpr@example.org"), "")
	if err != nil {
		t.Fatal(err)
	}
	if c.MailFrom != "Privacy@xn--bcher-kva.example" || c.MailBounce != "dsr@xn--bcher-kva.example" || strings.Join(c.MailIn, " ") != "dsr@xn--bcher-kva.example gdpr@example.org" {
		t.Errorf("from %s, bounces to %s, in %s", c.MailFrom, c.MailBounce, c.MailIn)
	}
	if c.OrgContact != "Privacy@b\u00fccher.example" {
		t.Errorf("people are told to write to %s", c.OrgContact)
	}
}

func TestFileAndEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	password := write(t, dir, "smtp", "smtps://u:p@mail.example.org\n")
	file := write(t, dir, "habeas.conf", "# ours\n\nHABEAS_ORG_NAME = \"Acme Ltd\"\nHABEAS_WORKERS=3\nHABEAS_SMTP_URL_FILE="+password+"\n")
	c, err := readConfig(environment("HABEAS_WORKERS", "7"), file)
	if err != nil {
		t.Fatal(err)
	}
	if c.OrgName != "Acme Ltd" || c.workers() != 7 || c.SMTPURL.reveal() != "smtps://u:p@mail.example.org" {
		t.Errorf("%q, %d workers, %d bytes of URL", c.OrgName, c.workers(), len(c.SMTPURL))
	}
	if c, err := readConfig(environment(configFile, file), ""); err != nil || c.workers() != 3 {
		t.Errorf("%s: %d workers, %v", configFile, c.workers(), err)
	}
}

func TestFaultsOfTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "habeas.conf", "HABEAS_WORKER=3\nHABEAS_WORKERS=3\nHABEAS_WORKERS=4\nnonsense\nHABEAS_LISTEN_FILE=x\n")
	_, err := readConfig(environment(), file)
	for _, want := range []string{"line 1 sets HABEAS_WORKER,", "line 3 sets HABEAS_WORKERS a second", "line 4 is not", "line 5 sets HABEAS_LISTEN_FILE"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if _, err := readConfig(environment(configFile, filepath.Join(dir, "absent")), ""); err == nil {
		t.Error("an absent file was accepted")
	}
	secretFile := write(t, dir, "db", "postgres://db/x")
	if _, err := readConfig(environment("HABEAS_DATABASE_URL", "postgres://db/y", "HABEAS_DATABASE_URL_FILE", secretFile), ""); err == nil {
		t.Error("a variable and its file were both accepted")
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	c, err := readConfig(environment("HABEAS_DATABASE_URL", "postgres://u:hunter2@db/x", "HABEAS_S3_SECRET_KEY", "hunter2"), "")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	newLog(&log, slog.LevelInfo).Info("started", slog.Any("config", c), slog.Any("database", c.DatabaseURL))
	for _, printed := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %s %q", c, c, c.DatabaseURL, c.DatabaseURL), string(b), log.String()} {
		if strings.Contains(printed, "hunter2") || !strings.Contains(printed, "redacted") {
			t.Errorf("printed %s", printed)
		}
	}
}

// The page says of every variable what it is by default, and of no other.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	told := map[string]bool{configFile: true}
	for _, v := range variables() {
		told[v.name] = true
		row := regexp.MustCompile("(?m)^\\| `" + v.name + "` \\| ([^|]*) \\|").FindStringSubmatch(page)
		if row == nil {
			t.Errorf("%s has no row", v.name)
			continue
		}
		if v.fallback != "" && row[1] != "`"+v.fallback+"`" {
			t.Errorf("the default of %s is %s, the page says %s", v.name, v.fallback, row[1])
		}
		if v.fallback == "" && strings.HasPrefix(row[1], "`") && !strings.Contains(row[1], "<") {
			t.Errorf("%s has no default, the page says %s", v.name, row[1])
		}
	}
	for _, name := range regexp.MustCompile(`HABEAS_[A-Z0-9_]+`).FindAllString(page, -1) {
		if !told[strings.TrimSuffix(name, "_FILE")] && !strings.HasSuffix(name, "_") {
			t.Errorf("%s is no variable", name)
		}
	}
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
