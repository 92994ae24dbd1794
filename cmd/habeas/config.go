package main

import (
	"cmp"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"habeas/fulfilment/system"
	"habeas/internal/mailaddr"
	"habeas/policies"
)

// config is everything that can be set: one variable a field, and nothing
// needed for a start. docs/configuration.md explains each; a test compares.
type config struct {
	DataDir   string `env:"HABEAS_DATA_DIR" envDefault:"./habeas-data"`
	Listen    string `env:"HABEAS_LISTEN" envDefault:"127.0.0.1:8080"`
	OpsListen string `env:"HABEAS_OPS_LISTEN" envDefault:"127.0.0.1:9090"`
	BaseURL   string `env:"HABEAS_BASE_URL"` // "": http:// and the address it listens on

	OrgName    string         `env:"HABEAS_ORG_NAME" envDefault:"Our organisation"`
	OrgContact string         `env:"HABEAS_ORG_CONTACT"` // "": MailFrom
	Zone       *time.Location `env:"HABEAS_ORG_TIMEZONE" envDefault:"UTC"`
	Seat       string         `env:"HABEAS_ORG_SEAT"` // "": what the policy files say, if anything
	StaffEmail string         `env:"HABEAS_STAFF_EMAIL" envDefault:"privacy-team@localhost"`

	DatabaseURL secret    `env:"HABEAS_DATABASE_URL"` // "": SQLite in DataDir
	RedisURL    secret    `env:"HABEAS_REDIS_URL"`    // "": a queue inside the process
	SMTPURL     secret    `env:"HABEAS_SMTP_URL"`     // "": mails become files in DataDir
	MailFrom    string    `env:"HABEAS_MAIL_FROM" envDefault:"privacy@localhost"`
	MailBounce  string    `env:"HABEAS_MAIL_BOUNCE"` // "": the first of MailIn, else MailFrom
	MailIn      mailboxes `env:"HABEAS_MAIL_IN"`     // mail to these comes to us; answers go to the first

	LMTPListen   string        `env:"HABEAS_LMTP_LISTEN"` // "": no mail by LMTP
	IMAPURL      secret        `env:"HABEAS_IMAP_URL"`    // "": no mail by IMAP
	IMAPInterval time.Duration `env:"HABEAS_IMAP_INTERVAL" envDefault:"1m"`

	MailAuthserv []string `env:"HABEAS_MAIL_AUTHSERV"` // whose Authentication-Results count; none: nobody's
	MailHosts    []string `env:"HABEAS_MAIL_HOSTS"`    // our own mail servers, as they call themselves
	// MailForms are the addresses that contact forms of ours write from.
	MailForms mailboxes `env:"HABEAS_MAIL_CONTACT_FORMS"`

	Keys      string `env:"HABEAS_KEYS"`       // "": DataDir/keys
	FilesDir  string `env:"HABEAS_FILES_DIR"`  // "": DataDir/files
	PolicyDir string `env:"HABEAS_POLICY_DIR"` // "": the embedded policy alone

	SystemsDir string `env:"HABEAS_SYSTEMS_DIR"` // "": no system is reached, and none is asked for

	systems []*system.Definition // those of SystemsDir, once serve has read them

	PasswordList string `env:"HABEAS_PASSWORD_LIST"` // "": those that are easy to guess alone

	TemplatesDir string `env:"HABEAS_TEMPLATES_DIR"` // "": the embedded mail templates alone

	S3Endpoint  string `env:"HABEAS_S3_ENDPOINT"` // "": files lie in FilesDir
	S3Bucket    string `env:"HABEAS_S3_BUCKET"`
	S3Region    string `env:"HABEAS_S3_REGION"`
	S3AccessKey secret `env:"HABEAS_S3_ACCESS_KEY"`
	S3SecretKey secret `env:"HABEAS_S3_SECRET_KEY"`
	S3Plain     bool   `env:"HABEAS_S3_PLAIN" envDefault:"false"` // HTTP without TLS

	HookRawKey         secret `env:"HABEAS_HOOK_RAW_KEY"` // "": no such hook; and so on
	HookPostmarkKey    secret `env:"HABEAS_HOOK_POSTMARK_KEY"`
	HookMailgunKey     secret `env:"HABEAS_HOOK_MAILGUN_KEY"`         // the password in the address
	HookMailgunSigning secret `env:"HABEAS_HOOK_MAILGUN_SIGNING_KEY"` // Mailgun's own
	HookSESKey         secret `env:"HABEAS_HOOK_SES_KEY"`
	HookSESTopics      topics `env:"HABEAS_HOOK_SES_TOPICS"`
	HookSESBucket      string `env:"HABEAS_HOOK_SES_BUCKET"`
	HookSESAccessKey   secret `env:"HABEAS_HOOK_SES_ACCESS_KEY"`
	HookSESSecretKey   secret `env:"HABEAS_HOOK_SES_SECRET_KEY"`
	HookSESEndpoint    string `env:"HABEAS_HOOK_SES_ENDPOINT"` // "": Amazon's, of the topic's region
	HookSESConfirm     bool   `env:"HABEAS_HOOK_SES_CONFIRM" envDefault:"false"`

	TrustedProxies     networks      `env:"HABEAS_TRUSTED_PROXIES"`
	SubmitLimit        int           `env:"HABEAS_SUBMIT_LIMIT_PER_HOUR" envDefault:"5"`
	SubmitBound        int           `env:"HABEAS_SUBMIT_BOUND_PER_HOUR" envDefault:"1000"`
	CodeLimit          int           `env:"HABEAS_CODE_LIMIT_PER_HOUR" envDefault:"30"`
	IntakeLimit        int           `env:"HABEAS_INTAKE_LIMIT_PER_SECOND" envDefault:"600"`
	AnswersPerHour     int           `env:"HABEAS_MAIL_ANSWERS_PER_HOUR" envDefault:"200"`
	AnswersPerDomain   int           `env:"HABEAS_MAIL_ANSWERS_PER_DOMAIN" envDefault:"20"`
	MailPerSource      int           `env:"HABEAS_MAIL_REQUESTS_PER_HOUR" envDefault:"300"`
	FormMailsPerHour   int           `env:"HABEAS_FORM_MAILS_PER_HOUR" envDefault:"200"`
	FormMailsPerDomain int           `env:"HABEAS_FORM_MAILS_PER_DOMAIN" envDefault:"0"`
	Workers            *int          `env:"HABEAS_WORKERS"`                        // nil: see workers
	JobLag             time.Duration `env:"HABEAS_READY_JOB_LAG" envDefault:"10m"` // an undone job older than this: not ready
	Grace              time.Duration `env:"HABEAS_SHUTDOWN_GRACE" envDefault:"20s"`
	LogLevel           slog.Level    `env:"HABEAS_LOG_LEVEL" envDefault:"info"`
}

// disabled as HABEAS_OPS_LISTEN opens no operations port.
const disabled = "off"

// production reports whether this is an installation for real people's
// requests: one that was given a database server.
func (c config) production() bool { return c.DatabaseURL != "" }

// mailOff reports whether mails become files instead of being sent.
func (c config) mailOff() bool { return c.SMTPURL == "" }

// withPlaces fills in what follows from the data directory and the sender.
func (c config) withPlaces() config {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&c.Keys, c.in("keys"))
	fill(&c.FilesDir, c.in("files"))
	fill(&c.OrgContact, c.MailFrom)
	fill(&c.MailBounce, cmp.Or(c.replies(), c.MailFrom))
	// People are told to write to an address as it is set; mail servers, and what
	// is compared with what they say, have it in A-labels.
	c.MailFrom, c.MailBounce, c.StaffEmail = mailaddr.ASCII(c.MailFrom), mailaddr.ASCII(c.MailBounce), mailaddr.ASCII(c.StaffEmail)
	for i, address := range c.MailIn {
		c.MailIn[i] = mailaddr.ASCII(address)
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return c
}

// callers is how many systems are called at a time: each has one, so that a slow
// one holds up no other, and one more finds that they are all at work.
func (c config) callers() int { return min(len(c.systems)+1, mostCallers) }

const mostCallers = 64

// workers is how many jobs are done at the same time. Mail servers keep one
// waiting; files on the disk that the database needs too do not.
func (c config) workers() int {
	switch {
	case c.Workers != nil:
		return *c.Workers
	case c.SMTPURL == "":
		return 2
	}
	return 10
}

// check returns what is wrong with values that could be read.
func (c config) check() faults {
	var f faults
	f.unless("HABEAS_LISTEN", isAddress(c.Listen), "must be host:port, such as 127.0.0.1:8080")
	f.unless("HABEAS_OPS_LISTEN", c.OpsListen == disabled || isAddress(c.OpsListen), "must be host:port, or off")
	f.unless("HABEAS_BASE_URL", c.BaseURL == "" || isBaseURL(c.BaseURL), "must be an address like https://privacy.example.org")
	f.unless("HABEAS_DATABASE_URL", c.DatabaseURL == "" || hasScheme(c.DatabaseURL, "postgres", "postgresql"), "must be a URL that begins with postgres://")
	f.unless("HABEAS_REDIS_URL", c.RedisURL == "" || hasScheme(c.RedisURL, redisSchemes()...), "must be a URL that begins with redis:// or rediss://")
	f.unless("HABEAS_SMTP_URL", c.SMTPURL == "" || hasScheme(c.SMTPURL, "smtp", "smtps"), "must be a URL that begins with smtp:// or smtps://")
	f.unless("HABEAS_STAFF_EMAIL", isMailbox(c.StaffEmail), "must be a mail address")
	f.unless("HABEAS_MAIL_FROM", isMailbox(c.MailFrom), "must be a mail address")
	f.unless("HABEAS_MAIL_BOUNCE", isMailbox(c.MailBounce), "must be a mail address")
	f.unless("HABEAS_MAIL_IN", !slices.ContainsFunc(c.MailIn, func(s string) bool { return !isMailbox(s) }), "must be mail addresses separated by commas")
	f.unless("HABEAS_MAIL_AUTHSERV", areHosts(c.MailAuthserv), "must be names of servers, separated by commas")
	f.unless("HABEAS_MAIL_CONTACT_FORMS", !slices.ContainsFunc(c.MailForms, func(s string) bool { return !isMailbox(s) }), "must be mail addresses separated by commas")
	f.unless("HABEAS_MAIL_HOSTS", areHosts(c.MailHosts), "must be names of servers, separated by commas")
	f.unless("HABEAS_ORG_NAME", isLine(c.OrgName), "must be one line of text")
	f.unless("HABEAS_ORG_SEAT", c.Seat == "" || policies.IsSeat(c.Seat), "must be a country, such as DE, or a part of one, such as DE-BY (ISO 3166)")
	f.unless("HABEAS_ORG_CONTACT", isLine(c.OrgContact), "must be one line of text")
	f.unless("HABEAS_SUBMIT_LIMIT_PER_HOUR", c.SubmitLimit > 0, "must be at least 1")
	f.unless("HABEAS_SUBMIT_BOUND_PER_HOUR", c.SubmitBound > 0, "must be at least 1")
	f.unless("HABEAS_CODE_LIMIT_PER_HOUR", c.CodeLimit > 0, "must be at least 1")
	f.unless("HABEAS_INTAKE_LIMIT_PER_SECOND", c.IntakeLimit > 0, "must be at least 1")
	f.unless("HABEAS_MAIL_ANSWERS_PER_HOUR", c.AnswersPerHour >= 0, "must be 0, for no limit, or more")
	f.unless("HABEAS_MAIL_ANSWERS_PER_DOMAIN", c.AnswersPerDomain >= 0, "must be 0, for no limit, or more")
	f.unless("HABEAS_MAIL_REQUESTS_PER_HOUR", c.MailPerSource >= 0, "must be 0, for no limit, or more")
	f.unless("HABEAS_FORM_MAILS_PER_HOUR", c.FormMailsPerHour >= 0, "must be 0, for no limit, or more")
	f.unless("HABEAS_FORM_MAILS_PER_DOMAIN", c.FormMailsPerDomain >= 0, "must be 0, for no limit, or more")
	f.unless("HABEAS_WORKERS", c.Workers == nil || *c.Workers > 0 && *c.Workers <= 1000, "must be from 1 to 1000")
	f.unless("HABEAS_READY_JOB_LAG", c.JobLag > 0, "must be more than nothing, such as 10m")
	f.unless("HABEAS_SHUTDOWN_GRACE", c.Grace > 0, "must be more than nothing, such as 20s")
	f = append(f, c.checkMailIn()...)
	return append(append(f, c.checkS3()...), c.checkHooks()...)
}

func (c config) checkS3() faults {
	var f faults
	if c.S3Endpoint == "" {
		f.unless("HABEAS_S3_ENDPOINT", c.S3Bucket == "", "is needed beside HABEAS_S3_BUCKET")
		return f
	}
	f.unless("HABEAS_S3_ENDPOINT", !strings.Contains(c.S3Endpoint, "/"), "must be host or host:port, without a scheme")
	f.unless("HABEAS_S3_BUCKET", c.S3Bucket != "", "is needed beside HABEAS_S3_ENDPOINT")
	f.unless("HABEAS_S3_ACCESS_KEY", c.S3AccessKey != "", "is needed beside HABEAS_S3_ENDPOINT")
	f.unless("HABEAS_S3_SECRET_KEY", c.S3SecretKey != "", "is needed beside HABEAS_S3_ENDPOINT")
	return f
}

func redisSchemes() []string {
	return []string{"redis", "rediss", "redis-sentinel", "redis-cluster"}
}

func hasScheme(s secret, schemes ...string) bool {
	u, err := url.Parse(s.reveal())
	if err != nil || u.Host == "" && u.Query().Get("host") == "" {
		return false
	}
	return slices.Contains(schemes, u.Scheme)
}
