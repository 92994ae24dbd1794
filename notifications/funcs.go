package notifications

import (
	"net/url"
	"time"

	"habeas/models"
)

// funcs is what templates may call. No function takes an address to link to:
// they build it from the configured one. No link does anything by being opened,
// and but for an invitation none holds a secret.
func funcs(c Config, locale string, lang language) map[string]any {
	return map[string]any{
		"locale":       func() string { return locale },
		"organisation": func() string { return c.Organisation },
		"contact":      func() string { return c.Contact },
		"page":         func(ref string) address { return address(c.BaseURL + "/requests/" + url.PathEscape(ref)) },
		"stop":         func(token string) address { return address(c.BaseURL + "/not-me/" + url.PathEscape(token)) },
		"console":      func() address { return address(c.BaseURL + "/console") },
		"ownertask":    func(id string) address { return address(c.BaseURL + "/tasks/" + url.PathEscape(id)) },
		"task":         func(ref string) address { return address(c.BaseURL + "/console/requests/" + url.PathEscape(ref)) },
		"invitation": func(secret string) address {
			return address(c.BaseURL + "/console/invitation/" + url.PathEscape(secret))
		},

		"date":    lang.dateWords,
		"instant": func(t time.Time) string { return lang.instantWords(t, c.Zone) },
		"days":    lang.days,
		"list":    lang.list,

		"greeting": func(name string) string { return lang.greeting(addressed(name)) },
		"state":    func(s models.State) string { return lang.word("state", string(s)) },
		"outcome":  func(o models.Outcome) string { return lang.word("outcome", string(o)) },
		"level":    func(l models.Level) string { return lang.word("level", string(l)) },
		"covers":   func(l, need models.Level) bool { return l.Covers(need) },
		"purpose":  func(p models.HoldPurpose) string { return lang.word("purpose", string(p)) },
		"job":      func(k models.JobKind) string { return lang.word("job", string(k)) },
		"account":  func(n models.AccountNotice) string { return lang.word("account", string(n)) },
		"unsent":   func(why models.Suppression) string { return lang.word("unsent", string(why)) },
		"fault":    func(f models.MailboxFault) string { return lang.word("mailbox", string(f)) },
		"action":   func(a models.Action) string { return lang.word("action", string(a)) },
		"tasknews": func(n models.TaskNews) string { return lang.word("tasknews", string(n)) },
		"tasknext": func(n models.TaskNews) string { return lang.word("tasknext", string(n)) },
		"connector": func(f models.ConnectorFault) string {
			if f == "" {
				return ""
			}
			return lang.word("connector", string(f))
		},
		"mail": func(template string) string { return lang.word("mail", template) },
	}
}
