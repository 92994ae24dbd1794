package policies_test

import (
	"strings"
	"testing"

	"habeas/models"
	"habeas/policies"
)

// The vectors of the law page, and one for each regime that carries a number.
func TestEveryRegimeGivesItsDates(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		regime, place string
		typ           models.RequestType
		received      string
		undesignated  bool
		acknowledge   string
		respond       string
		extended      string // "" means that the law allows none
	}{
		"one month ends on a Saturday":               {"eu-gdpr", "DE", "access", "2026-09-03", false, "", "2026-10-05", "2026-12-03"},
		"one month from 30 January clamps and rolls": {"eu-gdpr", "FR", "deletion", "2026-01-30", false, "", "2026-03-02", "2026-04-30"},
		"one month from 31 January in a leap year":   {"eu-gdpr", "AT", "access", "2028-01-31", false, "", "2028-02-29", "2028-05-02"},
		"one month ends on Easter Monday":            {"eu-gdpr", "IE", "access", "2026-03-05", false, "", "2026-04-07", "2026-06-05"},
		"three months count from receipt":            {"eu-gdpr", "DE", "access", "2026-01-31", false, "", "2026-03-02", "2026-04-30"},
		"a holiday from the calendar in the files":   {"eu-gdpr", "PT", "access", "2026-05-10", false, "", "2026-06-11", "2026-08-10"},
		"no Easter Monday in Estonia":                {"eu-gdpr", "EE", "access", "2026-03-05", false, "", "2026-04-06", "2026-06-05"},
		"an Orthodox Easter":                         {"eu-gdpr", "CY", "access", "2026-03-13", false, "", "2026-04-14", "2026-06-15"},
		"UK, one month ends on a Saturday":           {"uk-gdpr", "GB", "access", "2026-09-03", false, "", "2026-10-05", "2026-12-03"},
		"UK, clamps and rolls":                       {"uk-gdpr", "GB", "access", "2026-01-30", false, "", "2026-03-02", "2026-04-30"},
		"UK, leap year":                              {"uk-gdpr", "GB", "access", "2028-01-31", false, "", "2028-02-29", "2028-05-02"},
		"UK, Easter Monday":                          {"uk-gdpr", "GB", "access", "2026-03-05", false, "", "2026-04-07", "2026-06-05"},
		"UK complaints are acknowledged only":        {"uk-complaints", "GB", "complaint", "2026-07-30", false, "2026-08-29", "", ""},
		"CCPA skips the Thanksgiving holidays":       {"us-ca-ccpa", "US-CA", "access", "2026-11-20", false, "2026-12-08", "2027-01-04", "2027-02-18"},
		"CCPA, the month begins on a Friday":         {"us-ca-ccpa", "US-CA", "access", "2030-11-20", false, "2030-12-06", "2031-01-04", "2031-02-18"},
		"CCPA 45 and 90 days, on a Sunday":           {"us-ca-ccpa", "US-CA", "deletion", "2026-03-02", false, "2026-03-16", "2026-04-16", "2026-05-31"},
		"CCPA covers portability as know":            {"us-ca-ccpa", "US-CA", "portability", "2026-03-02", false, "2026-03-16", "2026-04-16", "2026-05-31"},
		"CCPA opt-out in 15 business days":           {"us-ca-ccpa-optout", "US-CA", "sharing_opt_out", "2026-11-20", false, "", "2026-12-15", ""},
		"CCPA, received on a Saturday":               {"us-ca-ccpa", "US-CA", "access", "2026-11-21", false, "2026-12-08", "2027-01-05", "2027-02-19"},
		"CCPA, received on a Sunday":                 {"us-ca-ccpa", "US-CA", "access", "2026-11-22", false, "2026-12-08", "2027-01-06", "2027-02-20"},
		"CCPA, received on Thanksgiving":             {"us-ca-ccpa", "US-CA", "access", "2026-11-26", false, "2026-12-11", "2027-01-10", "2027-02-24"},
		"CCPA opt-out, received on a Saturday":       {"us-ca-ccpa-optout", "US-CA", "sharing_opt_out", "2026-11-21", false, "", "2026-12-15", ""},
		"CCPA opt-out, received on a holiday":        {"us-ca-ccpa-optout", "US-CA", "sharing_opt_out", "2026-11-27", false, "", "2026-12-18", ""},
		"Shine the Light at the designated address":  {"us-ca-stl", "US-CA", "disclosure_1798_83", "2026-03-02", false, "", "2026-04-01", ""},
		"Shine the Light elsewhere":                  {"us-ca-stl", "US-CA", "disclosure_1798_83", "2026-03-02", true, "", "2026-07-30", ""},
		"Data Privacy Framework from the EU":         {"us-dpf", "NO", "complaint", "2026-03-02", false, "", "2026-04-16", ""},
		"Data Privacy Framework from Switzerland":    {"us-dpf", "CH", "complaint", "2026-03-02", false, "", "2026-04-16", ""},
		"Virginia":                           {"us-va-vcdpa", "US-VA", "access", "2026-03-02", false, "", "2026-04-16", "2026-05-31"},
		"Iowa has 90 days":                   {"us-ia-icdpa", "US-IA", "deletion", "2026-03-02", false, "", "2026-05-31", "2026-07-15"},
		"Florida extends by 15":              {"us-fl-fdbr", "US-FL", "access", "2026-03-02", false, "", "2026-04-16", "2026-05-01"},
		"Rhode Island":                       {"us-ri-ridtppa", "US-RI", "access", "2026-03-02", false, "", "2026-04-16", "2026-05-31"},
		"Rhode Island, a consent taken back": {"us-ri-ridtppa", "US-RI", "objection", "2026-03-02", false, "", "2026-03-17", ""},
		"Washington health data":             {"us-wa-mhmda", "US-WA", "deletion", "2026-03-02", false, "", "2026-04-16", "2026-05-31"},
		"Canada":                             {"ca-pipeda", "CA", "access", "2026-03-02", false, "", "2026-04-01", "2026-05-01"},
		"Quebec allows no extension":         {"ca-qc-p391", "CA-QC", "correction", "2026-03-02", false, "", "2026-04-01", ""},
		"Brazil":                             {"br-lgpd", "BR", "access", "2026-03-02", false, "", "2026-03-17", ""},
		"Australia":                          {"au-app", "AU", "correction", "2026-03-02", false, "", "2026-04-01", ""},
		"Switzerland":                        {"ch-fadp", "CH", "access", "2026-03-02", false, "", "2026-04-01", "2026-05-01"},
		"Singapore":                          {"sg-pdpa", "SG", "access", "2026-03-02", false, "", "2026-04-01", "2026-05-01"},
		"South Africa":                       {"za-paia", "ZA", "access", "2026-03-02", false, "", "2026-04-01", "2026-05-01"},
		"Korea":                              {"kr-pipa", "KR", "deletion", "2026-03-02", false, "", "2026-03-12", ""},
		"India, once it applies":             {"in-dpdp", "IN", "complaint", "2027-05-13", false, "", "2027-08-11", ""},
		"Taiwan, access":                     {"tw-pdpa", "TW", "access", "2026-03-02", false, "", "2026-03-17", "2026-04-01"},
		"Taiwan, correction":                 {"tw-pdpa", "TW", "correction", "2026-03-02", false, "", "2026-04-01", "2026-05-01"},
		"Thailand":                           {"th-pdpa", "TH", "access", "2026-03-02", false, "", "2026-04-01", ""},
		"the promise covers everything, everywhere": {"house", "", "question", "2026-01-31", false, "", "2026-03-02", ""},
		"the promise does not move off a weekend":   {"house", "AQ", "access", "2026-11-20", false, "", "2026-12-20", ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			country, region, _ := strings.Cut(c.place, "-")
			e, err := standard(t).Explain(policies.Case{
				Type: c.typ, Country: country, Region: region,
				ReceivedOn: date(t, c.received), Undesignated: c.undesignated,
			})
			if err != nil {
				t.Fatal(err)
			}
			got := under(t, e, c.regime)
			for what, pair := range map[string][2]string{
				"acknowledge": {got.AcknowledgeOn.String(), c.acknowledge},
				"respond":     {got.RespondOn.String(), c.respond},
				"extended":    {got.ExtendedOn.String(), c.extended},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s on %q, want %q\n%s", what, pair[0], pair[1], e)
				}
			}
		})
	}
}

// Which regimes apply, and which not.
func TestWhichRegimesApply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		place    string
		typ      models.RequestType
		received string
		want     string
	}{
		"nothing known of the place":           {"", "access", "2026-03-02", "house"},
		"the United States without a state":    {"US", "access", "2026-03-02", "house us-unknown-state"},
		"California":                           {"US-CA", "access", "2026-03-02", "house us-ca-ccpa"},
		"small letters":                        {"us-ca", "access", "2026-03-02", "house us-ca-ccpa"},
		"mail is neither sold nor shared":      {"US-CA", "marketing_opt_out", "2026-03-02", "house us-can-spam"},
		"an objection to marketing in the EU":  {"DE", "marketing_opt_out", "2026-03-02", "house eu-gdpr"},
		"erasure of a testimonial in the EU":   {"LI", "testimonial_removal", "2026-03-02", "house eu-gdpr"},
		"the Kingdom is not in the EU":         {"GB", "access", "2026-03-02", "house uk-gdpr"},
		"no right to correct in Utah":          {"US-UT", "correction", "2026-03-02", "house"},
		"no right to correct in Iowa":          {"US-IA", "correction", "2026-03-02", "house"},
		"Quebec is in Canada":                  {"CA-QC", "access", "2026-03-02", "house ca-pipeda ca-qc-p391"},
		"Shine the Light is for California":    {"US-NY", "disclosure_1798_83", "2026-03-02", "house"},
		"India's Act before it applies":        {"IN", "complaint", "2027-05-12", "house in-spdi"},
		"India's Act once it applies":          {"IN", "complaint", "2027-05-13", "house in-dpdp"},
		"the right to correct in Utah":         {"US-UT", "correction", "2026-07-01", "house us-ut-ucpa"},
		"Kentucky before its law":              {"US-KY", "access", "2025-12-31", "house"},
		"Kentucky from its first day":          {"US-KY", "access", "2026-01-01", "house us-ky-kcdpa"},
		"Alberta displaces the federal law":    {"CA-AB", "access", "2026-03-02", "house ca-ab-pipa"},
		"British Columbia does, too":           {"CA-BC", "access", "2026-03-02", "house ca-bc-pipa"},
		"Ontario has the federal law":          {"CA-ON", "access", "2026-03-02", "house ca-pipeda"},
		"Chile on the last day of the old law": {"CL", "access", "2026-11-30", "house cl-19628"},
		"Chile on the first day of the new":    {"CL", "access", "2026-12-01", "house cl-21719"},
		"Réunion":                              {"RE", "access", "2026-03-02", "house eu-gdpr"},
		"Åland":                                {"AX", "access", "2026-03-02", "house eu-gdpr"},
		"Puerto Rico is a part of the US":      {"PR", "marketing_opt_out", "2026-03-02", "house us-can-spam"},
		"nothing is known of Puerto Rico":      {"PR", "access", "2026-03-02", "house"},
		"nor of it as a part":                  {"US-PR", "access", "2026-03-02", "house"},
		"UK complaints before they have a law": {"GB", "complaint", "2026-06-18", "house us-dpf"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			country, region, _ := strings.Cut(c.place, "-")
			d, err := standard(t).Deadline(policies.Case{
				Type: c.typ, Country: country, Region: region,
				ReceivedOn: date(t, c.received),
			}, utc)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(d.Regimes, " "); got != c.want {
				t.Errorf("regimes %q, want %q", got, c.want)
			}
		})
	}
}
