package sqlsystem

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas/fulfilment/system"
	"habeas/models"
)

// Draft reads the schema of a database and writes a dataset of it: tables,
// keys and references as the catalogue has them, and data categories guessed by
// the names. Every guess is marked.
func Draft(ctx context.Context, address, key string, out io.Writer) error {
	def := &system.Definition{Key: key, SQL: &system.SQL{Driver: DriverOf(address), URL: address, Timeout: time.Minute, LockTimeout: time.Second}}
	s, err := New(def, models.Treatments{}, nil)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // it was read
	return s.connected(ctx, func(w *work) error {
		cat, err := s.d.catalogue(ctx, w.c, []string{""})
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, draft(cat, key))
		return err
	})
}

// DriverOf names the driver of an address.
func DriverOf(address string) string {
	switch scheme, _, _ := strings.Cut(address, ":"); scheme {
	case "postgres", "postgresql":
		return "postgres"
	case "mysql", "mariadb":
		return "mysql"
	}
	return "sqlite"
}

// guess is a category for the columns whose name has one of some words.
type guess struct {
	words    *regexp.Regexp
	category string
	identity models.IdentifierKind
}

func words(list string) *regexp.Regexp {
	return regexp.MustCompile(`(^|_)(` + list + `)(_|$|[0-9])`)
}

// guesses are tried in their order.
//
//nolint:gochecknoglobals // a table
var guesses = []guess{
	{words("e?mail|email_?address|e_mail"), "user.contact.email", models.IdentifierEmail},
	{words("phone|mobile|tel|telephone|phone_?number|cell"), "user.contact.phone_number", ""},
	{words("pass(word|wd|phrase)?|password_hash|pwd"), "user.authorization.password", ""},
	{words("token|secret|otp|mfa"), "user.authorization.credentials", ""},
	{words("iban|bank|bic|sort_code"), "user.financial.bank_account", ""},
	{words("card|ccn|cvv|cvc|pan|credit"), "user.financial.credit_card", ""},
	{words("ssn|passport|tax_?id|national_id|licen[cs]e"), "user.government_id", ""},
	{words("first_?name|given_?name|forename"), "user.name.first", ""},
	{words("last_?name|surname|family_?name"), "user.name.last", ""},
	{words("full_?name|display_?name|customer_name|contact_name"), "user.name", ""},
	{words("user_?name|login|nick|nickname|handle"), "user.account.username", ""},
	{words("birth|dob|birth_?day|birth_?date|date_of_birth"), "user.demographic.date_of_birth", ""},
	{words("gender|sex"), "user.demographic.gender", ""},
	{words("street|house|address|address_?line"), "user.contact.address.street", ""},
	{words("city|town"), "user.contact.address.city", ""},
	{words("zip|postal|post_?code|plz"), "user.contact.address.postal_code", ""},
	{words("state|region|province|county"), "user.contact.address.state", ""},
	{words("country"), "user.contact.address.country", ""},
	{words("company|organi[sz]ation|employer"), "user.workplace", ""},
	{words("job|position|job_?title|occupation"), "user.job_title", ""},
	{words("ip|ip_?addr|ip_?address|remote_addr"), "user.device.ip_address", ""},
	{words("cookie"), "user.device.cookie_id", ""},
	{words("device|user_?agent"), "user.device", ""},
	{words("lat|lng|lon|latitude|longitude|geo|location"), "user.location", ""},
	{words("photo|avatar|picture|image"), "user.content.self_image", ""},
	{words("comment|message|body|note|notes|bio|review|testimonial"), "user.content", ""},
	{words("name"), "user.name", ""},
	{words("user_?id|customer_?id|account_?id|member_?id|person_?id|client_?id|contact_?id"), "user.unique_id", ""},
}

func guessOf(column string) (guess, bool) {
	snake := regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(column, "${1}_${2}")
	for _, g := range guesses {
		if g.words.MatchString(strings.ToLower(snake)) {
			return g, true
		}
	}
	return guess{category: "system.operations"}, false
}

const draftHead = `# Drafted from the schema. What was guessed is marked with "guess": look at
# each, and take the mark away. Then: habeas systems check DIR --connect
dataset:
  - fides_key: %s
    name: %s
    description: Drafted by habeas systems draft
    collections:
`

func draft(cat *catalogue, key string) string {
	var b strings.Builder
	fmt.Fprintf(&b, draftHead, key, key)
	for _, r := range cat.relations {
		fmt.Fprintf(&b, "      - name: %s\n", scalar(r.name))
		if len(r.key) == 0 && !r.view {
			b.WriteString("        # no primary key: it is read and never changed\n")
		}
		b.WriteString("        fields:\n")
		for i, c := range r.columns {
			if c.name != "\x00" {
				draftField(&b, r, i, key)
			}
		}
	}
	return b.String()
}

func draftField(b *strings.Builder, r *relation, column int, key string) {
	c := r.columns[column]
	g, personal := guessOf(c.name)
	isKey := slices.Contains(r.key, column)
	if isKey && g.category == "user.name" {
		g, personal = guess{category: "system.operations"}, false
	}
	fmt.Fprintf(b, "          - name: %s\n            data_categories: [%s] # guess\n", scalar(c.name), g.category)
	var refs []string
	for _, f := range r.outgoing {
		if i := slices.Index(f.fromCols, column); i >= 0 {
			direction := "from"
			if identifies(r) {
				direction = "to"
			}
			refs = append(refs, fmt.Sprintf("                - dataset: %s\n                  field: %s\n                  direction: %s # guess\n", key, scalar(f.to.name+"."+f.to.columns[f.toCols[i]].name), direction))
		}
	}
	identity := personal && g.identity != "" && c.family == famText
	if !isKey && !identity && len(refs) == 0 && c.length == 0 {
		return
	}
	b.WriteString("            fides_meta:\n")
	if isKey {
		b.WriteString("              primary_key: true\n")
	}
	if identity {
		fmt.Fprintf(b, "              identity: %s # guess\n", g.identity)
	}
	if c.length > 0 {
		fmt.Fprintf(b, "              length: %d\n", c.length)
	}
	if len(refs) > 0 {
		b.WriteString("              references:\n" + strings.Join(refs, ""))
	}
}

// identifies reports whether a table seems to be about people of its own.
func identifies(r *relation) bool {
	return slices.ContainsFunc(r.columns, func(c *column) bool {
		g, ok := guessOf(c.name)
		return ok && g.identity != ""
	})
}

// scalar writes a name as YAML.
func scalar(s string) string {
	if regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`).MatchString(s) && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s)) {
		return s
	}
	return strconv.Quote(s)
}
