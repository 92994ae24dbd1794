package policies_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"habeas/internal/testbed"
	"habeas/models"
	"habeas/policies"
)

// statutes is the law as somebody else would write it down: place, law, types,
// answer, extension, and the first and last day of receipt where they lie in the
// years tried. d are days, b working days without holidays, c those of
// California, w weeks, M months, and m months that move off the days off of
// Germany, France or no place.
const statutes = `
DE     eu-gdpr           access,correction,deletion,restriction,portability,objection 1m 3m
FR     eu-gdpr           access,correction,deletion,restriction,portability,objection 1m 3m
RE     eu-gdpr           access,deletion                       1m 3m
EU     eu-gdpr           access,deletion,objection             1m 3m
JE     je-dpl            access,correction,deletion            4w 12w
US-CA  us-ca-ccpa        access,portability,correction,deletion 45d 90d
US-CA  us-ca-ccpa-optout sharing_opt_out                       15c -
US-CA  us-ca-stl         disclosure_1798_83                    30d -
US-VA  us-va-vcdpa       access,correction,deletion,portability 45d 90d
US-CO  us-co-cpa         access,correction,deletion,portability 45d 90d
US-CT  us-ct-ctdpa       access,correction,deletion,portability 45d 90d
US-CT  us-ct-ctdpa       consent_withdrawal                    15d -
US-UT  us-ut-ucpa        access,deletion,portability           45d 90d
US-UT  us-ut-ucpa        correction                            45d 90d 2026-07-01
US-TX  us-tx-tdpsa       access,correction,deletion,portability 45d 90d
US-OR  us-or-ocpa        access,correction,deletion,portability 45d 90d
US-MT  us-mt-mcdpa       access,correction,deletion,portability 45d 90d
US-DE  us-de-dpdpa       access,correction,deletion,portability 45d 90d
US-NJ  us-nj-njdpa       access,correction,deletion,portability 45d 90d
US-NJ  us-nj-njdpa       consent_withdrawal                    15d -
US-MD  us-md-modpa       access,correction,deletion,portability 45d 90d
US-MD  us-md-modpa       consent_withdrawal                    30d -
US-MN  us-mn-mcdpa       access,correction,deletion,portability 45d 90d
US-NE  us-ne-ndpa        access,correction,deletion,portability 45d 90d
US-IA  us-ia-icdpa       access,deletion,portability           90d 135d
US-NH  us-nh-nhpa        access,correction,deletion,portability 45d 90d
US-TN  us-tn-tipa        access,correction,deletion,portability 45d 90d
US-IN  us-in-incdpa      access,correction,deletion,portability 45d 90d
US-KY  us-ky-kcdpa       access,correction,deletion,portability 45d 90d
US-RI  us-ri-ridtppa     access,correction,deletion,portability 45d 90d
US-FL  us-fl-fdbr        access,correction,deletion,portability 45d 60d
US-WA  us-wa-mhmda       access,deletion                       45d 90d
US-NV  us-nv-sale        sharing_opt_out                       60d 90d
US-OK  us-ok-ocdpa       access,correction,deletion            45d 90d 2027-01-01
US-LA  us-la-privacy     access,correction,deletion            45d 90d 2027-01-01
US-AL  us-al-apdpa       access,correction,deletion            45d 90d 2027-05-01
US-TX  us-can-spam       marketing_opt_out                     10b -
CA-ON  ca-casl           marketing_opt_out                     10b -
AU     au-spam           marketing_opt_out                     5b -
CA-ON  ca-pipeda         access                                30d 60d
CA-QC  ca-qc-p391        access,correction                     30d -
CA-AB  ca-ab-pipa        access                                45d 75d
CA-BC  ca-bc-pipa        access                                30b 60b
BR     br-lgpd           access                                15d -
AU     au-app            access,correction                     30d -
CH     ch-fadp           access,portability                    30d 60d
SG     sg-pdpa           access,correction                     30d 60d
ZA     za-paia           access                                30d 60d
KR     kr-pipa           access,correction,deletion,restriction 10d -
IN     in-spdi           complaint                             1M - - 2027-05-12
IN     in-dpdp           complaint                             90d - 2027-05-13
TW     tw-pdpa           access                                15d 30d
TW     tw-pdpa           correction,deletion                   30d 60d
TH     th-pdpa           access                                30d -
AR     ar-pdpl           access                                10d -
AR     ar-pdpl           correction,deletion                   5b -
CO     co-1581           access                                10b 15b
CO     co-1581           correction,deletion                   15b 23b
CL     cl-19628          access,correction,deletion            2b - - 2026-11-30
CL     cl-21719          access,correction,deletion            30d 60d 2026-12-01
MX     mx-lfpdppp        access,correction,deletion,objection  20b -
PE     pe-29733          access                                20b -
PE     pe-29733          correction,deletion,objection         10b -
ID     id-pdp            access,restriction                    3d -
MY     my-pdpa           access                                21d 35d
VN     vn-pdpl           access                                10d -
VN     vn-pdpl           deletion                              20d -
NZ     nz-privacy        access                                20b -
KE     ke-dpa            access                                7d -
TR     tr-kvkk           access,correction,deletion            30d -
RS     rs-zzpl           access                                30d -
PH     ph-dpa            access                                30d -
SA     sa-pdpl           access                                30d 60d
HK     hk-pdpo           access,correction                     40d -
NG     ng-ndpa           access,deletion                       30d -
AQ     -                 access,correction,deletion,objection  - -
US-NY  -                 access,correction,deletion            - -
KE     -                 deletion                              - -
PR     -                 access,deletion                       - -
`

// daysOff are the working days on which nobody works, written out.
const daysOff = `
DE 2026: 01-01 04-03 04-06 05-01 05-14 05-25 12-25
DE 2027: 01-01 03-26 03-29 05-06 05-17
DE 2028: 04-14 04-17 05-01 05-25 06-05 10-03 12-25 12-26
FR 2026: 01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25
FR 2027: 01-01 03-29 05-06 05-17 07-14 11-01 11-11
FR 2028: 04-17 05-01 05-08 05-25 06-05 07-14 08-15 11-01 12-25
CA 2026: 01-01 01-19 02-16 03-31 05-25 09-07 11-11 11-26 11-27 12-25
CA 2027: 01-01 01-18 02-15 03-31 05-31 07-05 09-06 11-11 11-25 11-26
CA 2028: 01-17 02-21 03-31
`

type statute struct {
	place, regime, respond, extend, from, until string
	types                                       []string
}

func readStatutes() []statute {
	var all []statute
	for line := range strings.Lines(strings.TrimSpace(statutes)) {
		f := append(strings.Fields(line), "-", "-")
		all = append(all, statute{
			place: f[0], regime: f[1], types: strings.Split(f[2], ","), respond: f[3], extend: f[4],
			from: f[5], until: f[6],
		})
	}
	return all
}

// off reports whether nobody works there on the day.
func off(place string, day time.Time) bool {
	if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		return true
	}
	for line := range strings.Lines(daysOff) {
		if rest, ok := strings.CutPrefix(line, fmt.Sprintf("%s %d:", place, day.Year())); ok {
			return strings.Contains(rest, day.Format("01-02"))
		}
	}
	return false
}

// reckon counts a term from a day, with nothing but the calendar of Go; "" is none.
func reckon(place, term string, from time.Time) string {
	if term == "-" {
		return ""
	}
	n, err := strconv.Atoi(term[:len(term)-1])
	if err != nil {
		panic(err)
	}
	day := from
	switch term[len(term)-1] {
	case 'd':
		day = day.AddDate(0, 0, n)
	case 'w':
		day = day.AddDate(0, 0, 7*n)
	case 'b', 'c':
		for ; n > 0; n-- {
			for day = day.AddDate(0, 0, 1); off(map[bool]string{true: "CA"}[strings.HasSuffix(term, "c")], day); {
				day = day.AddDate(0, 0, 1)
			}
		}
	case 'M', 'm':
		day = time.Date(from.Year(), from.Month()+time.Month(n), from.Day(), 0, 0, 0, 0, time.UTC)
		if day.Day() != from.Day() {
			day = day.AddDate(0, 0, -day.Day()) // the month is shorter
		}
		for home := map[string]string{"RE": "FR"}[place] + map[string]string{"DE": "DE", "FR": "FR"}[place]; strings.HasSuffix(term, "m") && off(home, day); {
			day = day.AddDate(0, 0, 1)
		}
	}
	return day.Format(time.DateOnly)
}

// Random places, types and days against a table that shares nothing with the
// policy but the law.
func TestRandomDatesAgainstTheStatutes(t *testing.T) {
	t.Parallel()
	table, random := readStatutes(), rand.New(rand.NewPCG(14, 2026)) // the same every time
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range testbed.Soak(len(table)*4, 100_000) {
		s := table[i%len(table)] // each law in turn, the rest by chance
		kind := s.types[random.IntN(len(s.types))]
		day := first.AddDate(0, 0, random.IntN(2*365))
		against(t, s, kind, day)
	}
}

func against(t *testing.T, s statute, kind string, day time.Time) {
	t.Helper()
	country, region, _ := strings.Cut(s.place, "-")
	received := day.Format(time.DateOnly)
	e, err := standard(t).Explain(policies.Case{Type: models.RequestType(kind), Country: country, Region: region, ReceivedOn: date(t, received)})
	if err != nil {
		t.Fatal(err)
	}
	what := kind + " from " + s.place + " received on " + received
	if s.regime == "-" {
		if e.StatuteKnown || e.RespondOn.String() != reckon(s.place, "30d", day) {
			t.Errorf("%s: a law is known, or the promise is not %s\n%s", what, reckon(s.place, "30d", day), e)
		}
		return
	}
	i := slices.IndexFunc(e.Regimes, func(d policies.RegimeDates) bool { return d.Regime == s.regime })
	before, after := s.from != "-" && received < s.from, s.until != "-" && received > s.until
	if before || after {
		if i >= 0 {
			t.Errorf("%s: %s is not in force", what, s.regime)
		}
		return
	}
	if i < 0 {
		t.Fatalf("%s: no %s in\n%s", what, s.regime, e)
	}
	got := e.Regimes[i]
	if respond, extended := reckon(s.place, s.respond, day), reckon(s.place, s.extend, day); got.RespondOn.String() != respond || got.ExtendedOn.String() != extended {
		t.Errorf("%s under %s: %s and %q, want %s and %q", what, s.regime, got.RespondOn, got.ExtendedOn, respond, extended)
	}
	if e.RespondOn.After(got.RespondOn.Date) {
		t.Errorf("%s: %s governs, later than %s", what, e.RespondOn, s.regime)
	}
}
