package policies_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"habeas/models"
	"habeas/policies"
)

// vector is a date with its reasoning: testdata/law/vectors.jsonl.
type vector struct {
	Name, Type, Country, Region, Received, Regime, Why string
	Expect                                             struct {
		RespondOn  string `json:"respond_on"`
		ExtendedOn string `json:"extended_on"`
	}
}

func TestTheReasonedDates(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/law/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		e, err := standard(t).Explain(policies.Case{
			Type: models.RequestType(v.Type), Country: v.Country, Region: v.Region, ReceivedOn: date(t, v.Received),
		})
		if err != nil {
			t.Fatal(v.Name, err)
		}
		ok := slices.ContainsFunc(e.Regimes, func(d policies.RegimeDates) bool {
			named := d.Regime == v.Regime || v.Regime == "*" && d.Basis == policies.BasisStatute
			return named && d.RespondOn.String() == v.Expect.RespondOn && d.ExtendedOn.String() == v.Expect.ExtendedOn ||
				named && d.RespondOn.String() == v.Expect.RespondOn && v.Expect.ExtendedOn == ""
		})
		if !ok {
			t.Errorf("%s: no statute gives %s and %q (%s)\n%s", v.Name, v.Expect.RespondOn, v.Expect.ExtendedOn, v.Why, e)
		}
	}
	if n < 15 {
		t.Errorf("%d vectors", n)
	}
}

// Dates of our own, one and more for each law that came with its certainty.
func TestDatesOfTheRestOfTheWorld(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		regime, place     string
		typ               models.RequestType
		received          string
		respond, extended string
	}{
		"Gibraltar":                     {"gi-gdpr", "GI", "access", "2026-03-02", "2026-04-02", "2026-06-02"},
		"Guernsey":                      {"gg-dpl", "GG", "deletion", "2026-03-02", "2026-04-02", "2026-06-02"},
		"Isle of Man":                   {"im-gdpr", "IM", "access", "2026-03-02", "2026-04-02", "2026-06-02"},
		"Åland on a Finnish holiday":    {"eu-gdpr", "AX", "access", "2026-11-06", "2026-12-07", "2027-02-08"},
		"Slovakia works on 8 May 2026":  {"eu-gdpr", "SK", "access", "2026-04-08", "2026-05-08", "2026-07-08"},
		"Scotland has no Easter Monday": {"uk-gdpr", "GB-SCT", "access", "2026-03-05", "2026-04-06", "2026-06-05"},
		"Switzerland, portability":      {"ch-fadp", "CH", "portability", "2026-03-02", "2026-04-01", "2026-05-01"},
		"Nevada, health data":           {"us-nv-health", "US-NV", "deletion", "2026-03-02", "2026-04-16", ""},
		"Oklahoma from 2027":            {"us-ok-ocdpa", "US-OK", "access", "2027-01-01", "2027-02-15", "2027-04-01"},
		"consent taken back, Oregon":    {"us-or-ocpa", "US-OR", "consent_withdrawal", "2026-03-02", "2026-03-17", ""},
		"consent taken back, Maryland":  {"us-md-modpa", "US-MD", "consent_withdrawal", "2026-03-02", "2026-04-01", ""},
		"Québec, portability":           {"ca-qc-p391", "CA-QC", "portability", "2026-03-02", "2026-04-01", ""},
		"Alberta":                       {"ca-ab-pipa", "CA-AB", "access", "2026-03-02", "2026-04-16", "2026-05-16"},
		"British Columbia":              {"ca-bc-pipa", "CA-BC", "access", "2026-03-02", "2026-04-13", "2026-05-25"},
		"CASL":                          {"ca-casl", "CA-ON", "marketing_opt_out", "2026-03-02", "2026-03-16", ""},
		"Australian spam":               {"au-spam", "AU", "marketing_opt_out", "2026-03-02", "2026-03-09", ""},
		"Argentina, access":             {"ar-pdpl", "AR", "access", "2026-03-02", "2026-03-12", ""},
		"Colombia":                      {"co-1581", "CO", "correction", "2026-03-02", "2026-03-23", "2026-04-02"},
		"Chile, the old law":            {"cl-19628", "CL", "access", "2026-11-30", "2026-12-02", ""},
		"Chile, the new law":            {"cl-21719", "CL", "access", "2026-12-01", "2026-12-31", "2027-01-30"},
		"Mexico":                        {"mx-lfpdppp", "MX", "access", "2026-03-02", "2026-03-30", ""},
		"Peru":                          {"pe-29733", "PE", "correction", "2026-03-02", "2026-03-16", ""},
		"India until its Act":           {"in-spdi", "IN", "complaint", "2027-05-12", "2027-06-12", ""},
		"Taiwan, stop":                  {"tw-pdpa", "TW", "restriction", "2026-03-02", "2026-04-01", "2026-05-01"},
		"Indonesia, access in hours":    {"id-pdp", "ID", "access", "2026-11-23", "2026-11-26", ""},
		"Malaysia":                      {"my-pdpa", "MY", "access", "2026-03-02", "2026-03-23", "2026-04-06"},
		"Vietnam, deletion":             {"vn-pdpl", "VN", "deletion", "2026-03-02", "2026-03-22", ""},
		"Kenya":                         {"ke-dpa", "KE", "access", "2026-03-02", "2026-03-09", ""},
		"Egypt":                         {"eg-pdpl", "EG", "access", "2026-03-02", "2026-03-08", ""},
		"South Africa, deletion":        {"za-paia", "ZA", "deletion", "2026-03-02", "2026-04-01", ""},
		"Turkey":                        {"tr-kvkk", "TR", "access", "2026-03-02", "2026-04-01", ""},
		"Serbia":                        {"rs-zzpl", "RS", "access", "2026-03-02", "2026-04-01", ""},
		"the Philippines":               {"ph-dpa", "PH", "access", "2026-03-02", "2026-04-01", ""},
		"Saudi Arabia":                  {"sa-pdpl", "SA", "access", "2026-03-02", "2026-04-01", "2026-05-01"},
		"Hong Kong":                     {"hk-pdpo", "HK", "access", "2026-03-02", "2026-04-11", ""},
		"Nigeria":                       {"ng-ndpa", "NG", "access", "2026-03-02", "2026-04-01", ""},
		"no state, access":              {"us-unknown-state", "US", "access", "2026-03-02", "2026-04-16", ""}, // Nevada's law on health data gives no extension
		"no state, consent taken back":  {"us-unknown-state", "US", "consent_withdrawal", "2026-03-02", "2026-03-17", ""},
	}
	for name, c := range tests {
		country, region, _ := strings.Cut(c.place, "-")
		e, err := standard(t).Explain(policies.Case{Type: c.typ, Country: country, Region: region, ReceivedOn: date(t, c.received)})
		if err != nil {
			t.Fatal(err)
		}
		if got := under(t, e, c.regime); got.RespondOn.String() != c.respond || got.ExtendedOn.String() != c.extended {
			t.Errorf("%s: %s and %q, want %s and %q", name, got.RespondOn, got.ExtendedOn, c.respond, c.extended)
		}
	}
}

// A place without an encoded law says so; one whose state is not known, too.
func TestWhatIsNotKnownIsSaid(t *testing.T) {
	t.Parallel()
	notices := func(place string, kind models.RequestType) string {
		country, region, _ := strings.Cut(place, "-")
		e, err := standard(t).Explain(policies.Case{Type: kind, Country: country, Region: region, ReceivedOn: date(t, "2026-03-02")})
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, n := range e.Notices {
			codes = append(codes, string(n.Code))
		}
		_, unknown := e.Notice(policies.NoStatute)
		if e.StatuteKnown == unknown || unknown != strings.Contains(e.String(), "No statute known here; your own promise applies; check before you extend.") {
			t.Errorf("%s: %v\n%s", place, e.StatuteKnown, e)
		}
		return strings.Join(codes, " ")
	}
	for place, want := range map[string]string{"AQ": "no_statute", "": "no_statute", "US-NY": "no_statute", "US": "state_unknown", "DE": "", "US-CA": ""} {
		if got := notices(place, "access"); got != want {
			t.Errorf("%s: %q, want %q", place, got, want)
		}
	}
	if got := notices("KE", "deletion"); got != "no_statute" {
		t.Errorf("a type without a law: %q", got)
	}
}

func TestPlacesByCodeAndByName(t *testing.T) {
	t.Parallel()
	for given, want := range map[[2]string]string{
		{"us", "ca"}: "US-CA", {"US", "US-CA"}: "US-CA", {"United States", "California"}: "US-CA", {"USA", "Californie"}: "US-CA",
		{"xk", ""}: "XK-", {"Kosovo", ""}: "XK-", {"Deutschland", ""}: "DE-", {"Allemagne", ""}: "DE-", {"UK", ""}: "GB-", {"Scotland", ""}: "GB-SCT", {"California", ""}: "US-CA",
		{"Canada", "Québec"}: "CA-QC", {"canada", "british columbia"}: "CA-BC", {"Côte d’Ivoire", ""}: "CI-", {"DE", "BY"}: "DE-BY",
		{"Germany", "Bavaria"}: "DE-BY", {"Österreich", "Kärnten"}: "AT-2", {"Australia", "Victoria"}: "AU-VIC", {"Åland", ""}: "AX-",
		{"Canada", "Territoires du Nord-Ouest"}: "CA-NT", {"Réunion", ""}: "RE-", {"Georgia", ""}: "GE-", {"United States", "Georgia"}: "US-GA",
	} {
		country, region, err := policies.Place(given[0], given[1])
		if err != nil || country+"-"+region != want {
			t.Errorf("%v: %s-%s, %v; want %s", given, country, region, err, want)
		}
	}
}

// The seat of the organisation decides whose holidays move a date (Regulation
// 1182/71 Art. 2(1)).
func TestTheSeatsHolidays(t *testing.T) {
	t.Parallel()
	c := policies.Case{Type: "access", Country: "ES", ReceivedOn: date(t, "2026-11-08")} // ends on 8 December, a holiday in Spain
	for seat, want := range map[string]string{"": "2026-12-09", "DE": "2026-12-08", "IT-25": "2026-12-09"} {
		p := standard(t)
		if seat != "" {
			var err error
			if p, err = p.WithSeat(seat); err != nil {
				t.Fatal(err)
			}
		}
		e, err := p.Explain(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := under(t, e, "eu-gdpr").RespondOn.String(); got != want {
			t.Errorf("seat %q: %s, want %s", seat, got, want)
		}
	}
	if _, err := standard(t).WithSeat("Mars"); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a seat that is none: %v", err)
	}
}

// Every regime and occasion names who a person can turn to, in every language,
// with a source; after a refusal also by a link or as a court.
func TestRemediesAreComplete(t *testing.T) {
	t.Parallel()
	p, on := standard(t), date(t, "2027-06-01")
	court := map[string]bool{"eu-gdpr": true, "uk-gdpr": true}
	for _, r := range p.RegimeInfos("en") {
		if r.Promise || r.Key == "uk-complaints" {
			continue
		}
		received := on
		if !r.Until.IsZero() {
			received = r.Until
		}
		if received.Before(r.AppliesFrom) {
			received = r.AppliesFrom
		}
		country, region, _ := strings.Cut(r.Where[0], "-")
		c := policies.Case{Type: r.Types[0], Country: country, Region: region, ReceivedOn: received}
		for _, occasion := range []policies.RemedyOccasion{policies.OnRefusal, policies.OnPartial, policies.OnExpiry, policies.OnAppealDenied} {
			for _, locale := range languages() {
				m := p.Remedy(c, occasion, received, locale)
				kinds := map[string]bool{}
				for i, b := range m.Bodies {
					kinds[b.Kind] = true
					if b.Name == "" || b.Citation == "" || b.Kind != "court" && b.URL == "" || m.Complain[i] == "" {
						t.Errorf("%s %s %s: %+v", r.Key, occasion, locale, b)
					}
				}
				if len(m.Bodies) == 0 || strings.HasPrefix(r.Key, "us-") && r.Key != "us-dpf" && r.Key != "us-can-spam" && !kinds["attorney_general"] || court[r.Key] && !kinds["court"] {
					t.Errorf("%s %s: %v", r.Key, occasion, m.Complain)
				}
			}
		}
	}
}

// A reason belongs to a type and a regime, with the citation that is right there.
func TestReasonsFitTheRightAndTheLaw(t *testing.T) {
	t.Parallel()
	p := standard(t)
	tests := map[string]struct {
		typ      models.RequestType
		code     string
		regime   string
		locale   string
		citation string // "" where it is not offered
	}{
		"an access in the EU is never twice": {"access", "twice_in_twelve_months", "eu-gdpr", "en", ""},
		"a refused access is no erasure":     {"access", "legal_obligation", "eu-gdpr", "en", "GDPR Art. 23(1)"},
		"nor under the CCPA":                 {"access", "legal_obligation", "us-ca-ccpa", "en", "Cal. Civ. Code § 1798.145(a)"},
		"a contract is no reason of Art. 6":  {"deletion", "consent_contract", "eu-gdpr", "en", "GDPR Art. 17(1)"},
		"in German":                          {"deletion", "legal_obligation", "eu-gdpr", "de", "Art. 17 Abs. 3 lit. b DSGVO"},
		"in French":                          {"deletion", "legal_obligation", "eu-gdpr", "fr", "art. 17, § 3, b) du RGPD"},
		"in Spanish":                         {"deletion", "legal_obligation", "eu-gdpr", "es", "art. 17.3.b) del RGPD"},
		"the UK's in German":                 {"deletion", "legal_claims", "uk-gdpr", "de", "Art. 17 Abs. 3 lit. e UK GDPR"},
		"two articles":                       {"access", "unverifiable_identity", "eu-gdpr", "de", "Art. 11 Abs. 2, Art. 12 Abs. 6 DSGVO"},
		"debugging is Californian":           {"deletion", "debugging", "eu-gdpr", "en", ""},
		"an agent, of an access":             {"access", "agent_without_permission", "us-ca-ccpa", "en", "11 CCR § 7063(a)"},
		"a fact counts beside a law":         {"access", "processor_only", "us-va-vcdpa", "en", "Privacy policy of the organisation (end users of customers)"},
		"an exemption of our own does not":   {"deletion", "security", "br-lgpd", "en", "House rule of the organisation"},
		"of a right the law does not know":   {"portability", "not_provided_by_person", "us-ca-ccpa", "en", ""},
	}
	for name, c := range tests {
		r, ok := p.Reason(c.typ, c.code, []string{"house", c.regime}, c.locale)
		if ok != (c.citation != "") || r.Citation != c.citation {
			t.Errorf("%s: %q, %v; want %q", name, r.Citation, ok, c.citation)
		}
	}
	access, _ := p.Type("access")
	twice := func(n int) bool {
		return slices.ContainsFunc(p.ReasonsFor(access, []string{"house", "us-ca-ccpa"}, policies.Answered{"us-ca-ccpa": n}, "en"),
			func(r models.Reason) bool { return r.Code == "twice_in_twelve_months" })
	}
	if twice(1) || !twice(2) {
		t.Error("the third access in twelve months is the first to be refused for it")
	}
}

// The checker finds what is planted.
func TestTheCheckerOfTheLaw(t *testing.T) {
	t.Parallel()
	law := func(key, more string) string {
		return "regimes:\n  - key: " + key + "\n    name: {en: L}\n    where: [DE]\n    types: [access]\n" +
			"    start: {citation: L, certainty: memory}\n    respond: {within: 9, unit: calendar_days, citation: L, certainty: memory}\n" + more
	}
	const remedies = "    remedies: [{kind: court, name: {en: A court}, citation: L, certainty: memory}]\n"
	reason := func(types, citation string) string {
		return "reasons:\n  - code: planted\n    title: {en: P}\n    rules: [{regimes: [eu-gdpr], types: " + types + ", citation: \"" + citation + "\", certainty: memory}]\n"
	}
	for name, c := range map[string]struct{ content, want string }{
		"a missing remedy":                {law("l", ""), "mine.yaml:2: l: remedies name nobody to turn to after refusal"},
		"a remedy without a link":         {law("l", strings.Replace(remedies, "court,", "authority,", 1)), "url must be an address"},
		"an end before the beginning":     {law("l", remedies+"    applies_from: \"2027-01-01\"\n    until: \"2026-01-01\"\n    in_force: {citation: L, certainty: memory}\n"), "until is before applies_from"},
		"an end without a source":         {law("l", remedies+"    until: \"2026-01-01\"\n"), "until needs in_force"},
		"nothing to displace":             {law("l", remedies+"    displaces: [nobody]\n"), `there is no regime "nobody"`},
		"a certainty that is none":        {law("l", strings.Replace(remedies, "memory", "sure", 1)), "certainty must be verified"},
		"an erasure behind an access":     {reason("[access]", "GDPR Art. 17(3)(b)"), "planted is not among the reasons of access"},
		"a reason that nobody can choose": {reason("[complaint]", "GDPR Art. 12(5)"), "eu-gdpr covers none of the types"},
	} {
		_, err := policies.Load(override("mine.yaml", c.content))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The citation of an erasure for a refused access, in the embedded reasons.
	content, err := os.ReadFile("data/reasons.yaml")
	if err != nil {
		t.Fatal(err)
	}
	planted := strings.Replace(string(content), `"GDPR Art. 15(4)"`, `"GDPR Arts 15(4), 17(3)(b)"`, 1)
	if planted == string(content) {
		planted = strings.Replace(string(content), "GDPR Art. 15(4)", `"GDPR Arts 15(4), 17(3)(b)"`, 1)
	}
	_, err = policies.Load(override("reasons.yaml", planted))
	if err == nil || !strings.Contains(err.Error(), "GDPR Art. 17 is not about access") {
		t.Errorf("a planted citation: %v", err)
	}
}

// What somebody should look at: laws unlooked at, overlapping, or ending.
func TestWarnings(t *testing.T) {
	t.Parallel()
	if got := standard(t).Warnings(date(t, "2026-12-01")); len(got) > 0 {
		t.Errorf("%d warnings: %q", len(got), got)
	}
	late := strings.Join(standard(t).Warnings(date(t, "2027-12-01")), "\n")
	if !strings.Contains(late, "eu-gdpr was last checked on 2026-11-30, over a year ago") {
		t.Error(late)
	}
	p, err := policies.Load(override("mine.yaml", `regimes:
  - key: mine
    name: {en: Mine}
    where: [TH]
    types: [access]
    applies_from: "2020-01-01"
    until: "2027-03-01"
    in_force: {citation: L, certainty: memory}
    start: {citation: L, certainty: memory}
    respond: {within: 9, unit: calendar_days, citation: L, certainty: memory}
    remedies: [{kind: court, name: {en: A court}, citation: L, certainty: memory}]
`))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(p.Warnings(date(t, "2026-12-01")), "\n")
	for _, want := range []string{"nobody wrote down when mine was last checked", "mine and th-pdpa both apply to access in TH"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
}

func TestTheLawCalendar(t *testing.T) {
	t.Parallel()
	p := standard(t)
	said := ""
	for _, c := range p.LawCalendar(date(t, "2026-11-30"), date(t, "2027-11-30"), "en") {
		said += c.On.String() + " " + c.Regime + ": " + c.Text + "\n"
	}
	for _, want := range []string{"2026-12-01 cl-21719: Comes into force.", "2026-12-01 cl-19628: No longer", "2027-01-01 us-ok-ocdpa", "2027-05-13 in-dpdp"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if all := p.LastChecked(date(t, "2026-12-01"), "en"); len(all) < 50 || all[0].Stale {
		t.Errorf("%d laws, %+v", len(all), all[0])
	}
}

// A law that does not bind the organisation applies to nothing, also where the
// state is not known; its size is told to staff, from memory.
func TestALawThatDoesNotBind(t *testing.T) {
	t.Parallel()
	p, err := policies.Load(override("mine.yaml", "not_bound: [us-nv-health, us-nv-sale, us-va-vcdpa]\n"))
	if err != nil {
		t.Fatal(err)
	}
	received := date(t, "2026-03-02")
	if got := p.RegimesOf(policies.Case{Type: "access", Country: "US", Region: "VA", ReceivedOn: received}); len(got) != 1 {
		t.Errorf("Virginia: %v", got)
	}
	e, err := p.Explain(policies.Case{Type: "access", Country: "US", ReceivedOn: received})
	if err != nil {
		t.Fatal(err)
	}
	if got := under(t, e, "us-unknown-state"); got.ExtendedOn.String() != "2026-05-01" { // Florida's; Nevada's law on health data gave none
		t.Errorf("without a state and Nevada: %+v", got)
	}
	if _, err := policies.Load(override("mine.yaml", "not_bound: [house]\n")); err == nil {
		t.Error("the promise cannot be put off like that")
	}
	c := policies.Case{Type: "access", Country: "US", Region: "VA", ReceivedOn: received}
	e, err = standard(t).Explain(c)
	if err != nil || !strings.Contains(e.String(), "100,000 or more consumers") {
		t.Errorf("%v: %s", err, e)
	}
	if e, err = standard(t).ExplainIn(c, "en"); err != nil || strings.Contains(e.String(), "100,000") {
		t.Errorf("the person is told: %s", e)
	}
}

// The age of consent is that of the country.
func TestTheAgeOfConsent(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]string{"DE": "From 16 on", "AT": "From 14 on", "RE": "From 15 on", "NO": "From 13 on", "GB": "From 13 on", "AX": "From 13 on"} {
		e, err := standard(t).Explain(policies.Case{Type: "consent_withdrawal", Country: country, ReceivedOn: date(t, "2026-03-02")})
		if err != nil {
			t.Fatal(err)
		}
		if said := e.String(); !strings.Contains(said, want) || strings.Count(said, "young people") != 1 {
			t.Errorf("%s: %s", country, said)
		}
	}
}

// Every reason that can be chosen rests on a citation that is right there: for
// each type and each law it falls under, none without one, and none that is
// about another right.
func TestEveryReasonThatCanBeChosenIsCited(t *testing.T) {
	t.Parallel()
	p := standard(t)
	erasure := []string{"Art. 17(", "Art. 17 ", "1798.105"}
	erased := []models.RequestType{"deletion", "testimonial_removal", "content_removal", "referral_removal"}
	n := 0
	for _, kind := range p.Types("", "") {
		for _, regime := range p.RegimeInfos("en") {
			if len(regime.Types) > 0 && !slices.Contains(regime.Types, kind.Key) {
				continue
			}
			regimes := []string{"house"}
			if !regime.Promise {
				regimes = append(regimes, regime.Key)
			}
			answered := policies.Answered{regime.Key: 100}
			for _, r := range p.ReasonsFor(kind, regimes, answered, "en") {
				n++
				if r.Citation == "" || r.Title == "" || r.Certainty == "" {
					t.Errorf("%s under %s for %s: %+v", kind.Key, regime.Key, r.Code, r)
				}
				for _, about := range erasure {
					if strings.Contains(r.Citation, about) && !slices.Contains(erased, kind.Key) {
						t.Errorf("%s under %s for %s cites %s, which is about erasure", kind.Key, regime.Key, r.Code, r.Citation)
					}
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("%d reasons can be chosen", n)
	}
}

// A regime that ends within a year, with none to follow it, is warned of.
func TestARegimeThatEnds(t *testing.T) {
	t.Parallel()
	law := func(until string) *policies.Policy {
		p, err := policies.Load(override("mine.yaml", `regimes:
  - key: mine
    name: {en: Mine}
    where: [AQ]
    types: [access]
    until: "`+until+`"
    in_force: {citation: L, certainty: memory}
    checked_on: "2026-11-30"
    start: {citation: L, certainty: memory}
    respond: {within: 9, unit: calendar_days, citation: L, certainty: memory}
    remedies: [{kind: court, name: {en: A court}, citation: L, certainty: memory}]
`))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	const want = "mine ends on 2027-03-01, and no other law follows it there"
	if got := law("2027-03-01").Warnings(date(t, "2026-12-01")); len(got) != 1 || got[0] != want {
		t.Errorf("%q", got)
	}
	for until, today := range map[string]string{"2028-03-01": "2026-12-01", "2026-11-01": "2026-12-01"} {
		if got := law(until).Warnings(date(t, today)); len(got) != 0 {
			t.Errorf("until %s: %q", until, got)
		}
	}
	said := law("2027-03-01").RegimesOf(policies.Case{Type: "access", Country: "AQ", ReceivedOn: date(t, "2027-03-02")})
	if len(said) != 1 {
		t.Errorf("the day after its end: %v", said)
	}
}

// Staff read with the dates whom a refusal leads to, after what, and how surely
// that is known; the person reads it in the letter.
func TestTheExplanationNamesWhomToTurnTo(t *testing.T) {
	t.Parallel()
	p := standard(t)
	c := policies.Case{Type: "access", Rights: []models.RequestType{"access", "deletion"}, Country: "FR", ReceivedOn: date(t, "2026-03-02")}
	e, err := p.Explain(c)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(e.Regimes, func(r policies.RegimeDates) bool { return r.Regime == "eu-gdpr" })
	if i < 0 || len(e.Regimes[i].Remedies) != 2 {
		t.Fatalf("%+v", e.Regimes)
	}
	if cnil := e.Regimes[i].Remedies[0]; !strings.Contains(cnil.Text, "CNIL") || cnil.Citation == "" || cnil.Certainty == "" {
		t.Errorf("%+v", cnil)
	}
	if text := e.String(); !strings.Contains(text, "Whom the person can turn to:\n  - ") {
		t.Error(text)
	}
	if e, err = p.ExplainIn(c, "en"); err != nil || e.Regimes[i].Remedies != nil {
		t.Errorf("%+v, %v", e.Regimes[i].Remedies, err)
	}
}
