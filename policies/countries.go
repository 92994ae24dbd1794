package policies

import (
	"regexp"
	"strings"

	"habeas/models"
)

// iso3166 lists every officially assigned ISO 3166-1 alpha-2 code.
const iso3166 = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS " +
	"BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES " +
	"ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM " +
	"IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME " +
	"MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG " +
	"PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY " +
	"SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "

var regionCode = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)

// union is the code that ISO 3166-1 reserves for the European Union. It stands
// for the country of somebody who claims the Union's law and says no more.
const union = "EU"

// isCountry reports whether code is an assigned upper-case country code, or the
// Union's. UK and EL, which people write for GB and GR, are not: taking them
// would silently apply no law at all.
func isCountry(code string) bool {
	return code == union || len(code) == 2 && strings.Contains(iso3166, " "+code+" ")
}

// isPlace reports whether s is a country ("DE") or a part of one ("US-CA").
func isPlace(s string) bool {
	country, region, cut := strings.Cut(s, "-")
	return isCountry(country) && (!cut || regionCode.MatchString(region))
}

// residence returns country and region in upper case, and what is wrong with
// them. Both may be empty: nothing is known of where the person lives.
func residence(country, region string) (string, string, []models.FieldError) {
	country, region = strings.ToUpper(strings.TrimSpace(country)), strings.ToUpper(strings.TrimSpace(region))
	region = strings.TrimPrefix(region, country+"-")
	var bad []models.FieldError
	if country != "" && !isCountry(country) {
		bad = append(bad, models.FieldError{
			Field: "country", Code: "invalid",
			Message: "must be a two-letter country code of ISO 3166-1, such as DE, GB or US, or EU for a Member State that is not known",
		})
	}
	if region != "" && (country == "" || !regionCode.MatchString(region)) {
		bad = append(bad, models.FieldError{
			Field: "region", Code: "invalid",
			Message: "must be the part of an ISO 3166-2 code after the country, such as CA, and come with a country",
		})
	}
	return country, region, bad
}

// Place returns where a person lives in one spelling: in capitals, the region
// without its country. Both may be empty. An impossible country or region is a
// CodeInvalid error that names it.
func Place(country, region string) (string, string, error) {
	country, region, bad := residence(country, region)
	if len(bad) > 0 {
		return "", "", models.Invalid(bad...)
	}
	return country, region, nil
}
