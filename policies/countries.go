package policies

import (
	"regexp"
	"strings"

	"habeas/models"
)

// iso3166 lists every officially assigned ISO 3166-1 alpha-2 code, and XK, which
// everybody uses for Kosovo.
const iso3166 = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS " +
	"BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES " +
	"ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM " +
	"IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME " +
	"MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG " +
	"PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY " +
	"SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "

var regionCode = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)

// union is the code that ISO 3166-1 reserves for the European Union. It stands
// for the country of somebody who claims the Union's law and says no more.
const union = "EU"

// isCountry reports whether code is an assigned upper-case country code, or the
// Union's. UK and EL, which people write for GB and GR, are not codes: they are
// taken as names of those countries.
func isCountry(code string) bool {
	return code == union || len(code) == 2 && strings.Contains(iso3166, " "+code+" ")
}

// isPlace reports whether s is a country ("DE") or a part of one ("US-CA").
func isPlace(s string) bool {
	country, region, cut := strings.Cut(s, "-")
	return isCountry(country) && (!cut || regionCode.MatchString(region))
}

// residence returns country and region as codes, and what is wrong with them.
// Both may be given by code or by name, and both may be empty: nothing is known
// of where the person lives. A part of a country given as the country
// ("California", "Scotland") is taken apart.
func residence(country, region string) (string, string, []models.FieldError) {
	country, region = countryCode(country), strings.TrimSpace(region)
	if of, part, ok := strings.Cut(country, "-"); ok {
		country = of
		if region == "" {
			region = part
		}
	}
	region = regionCodeOf(country, region)
	var bad []models.FieldError
	if country != "" && !isCountry(country) {
		bad = append(bad, models.FieldError{
			Field: "country", Code: "invalid",
			Message: "must be a country, by its two-letter code of ISO 3166-1 (DE, GB, US) or by its name, or EU for a Member State that is not known",
		})
	}
	if region != "" && (country == "" || !isRegion(country, region)) {
		bad = append(bad, models.FieldError{
			Field: "region", Code: "invalid",
			Message: "must be a part of the country, by its code of ISO 3166-2 without the country (CA) or by its name (California), and come with a country",
		})
	}
	return country, region, bad
}

// Place returns where a person lives in one spelling: codes in capitals, the
// region without its country. Both may be empty. An impossible country or
// region is a CodeInvalid error that names it.
func Place(country, region string) (string, string, error) {
	country, region, bad := residence(country, region)
	if len(bad) > 0 {
		return "", "", models.Invalid(bad...)
	}
	return country, region, nil
}
