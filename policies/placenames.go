package policies

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// The parts of countries that have laws or holidays of their own, or whose
// people write them: the code of ISO 3166-2 without the country, and names in
// the languages of the program. Their names differ from one country to another.
const partsOfUS = "" +
	"AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California;Kalifornien;Californie|CO Colorado|" +
	"CT Connecticut|DE Delaware|DC District of Columbia;Washington DC;Washington D.C.|" +
	"FL Florida;Floride;Florida|GA Georgia;Géorgie|HI Hawaii;Hawaï|ID Idaho|IL Illinois|IN Indiana|IA Iowa|" +
	"KS Kansas|KY Kentucky|LA Louisiana;Louisiane;Luisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|" +
	"MN Minnesota|MS Mississippi;Misisipi|MO Missouri;Misuri|MT Montana|NE Nebraska|NV Nevada|" +
	"NH New Hampshire;Nuevo Hampshire|NJ New Jersey;Nueva Jersey|NM New Mexico;Nouveau-Mexique;Nuevo México|" +
	"NY New York;Nueva York|NC North Carolina;Caroline du Nord;Carolina del Norte|" +
	"ND North Dakota;Dakota du Nord;Dakota del Norte|OH Ohio|OK Oklahoma|OR Oregon;Oregón|" +
	"PA Pennsylvania;Pennsylvanie;Pensilvania|RI Rhode Island|" +
	"SC South Carolina;Caroline du Sud;Carolina del Sur|SD South Dakota;Dakota du Sud;Dakota del Sur|" +
	"TN Tennessee|TX Texas;Tejas|UT Utah|VT Vermont|VA Virginia;Virginie|WA Washington;Washington State|" +
	"WV West Virginia;Virginie-Occidentale;Virginia Occidental|WI Wisconsin|WY Wyoming|AS American Samoa|" +
	"GU Guam|MP Northern Mariana Islands|PR Puerto Rico|VI Virgin Islands"

const partsOfCA = "" +
	"AB Alberta|BC British Columbia;Britisch-Kolumbien;Colombie-Britannique;Columbia Británica|MB Manitoba|" +
	"NB New Brunswick;Neubraunschweig;Nouveau-Brunswick;Nuevo Brunswick|" +
	"NL Newfoundland and Labrador;Neufundland und Labrador;Terre-Neuve-et-Labrador;Terranova y Labrador|" +
	"NS Nova Scotia;Neuschottland;Nouvelle-Écosse;Nueva Escocia|" +
	"NT Northwest Territories;Nordwest-Territorien;Territoires du Nord-Ouest;Territorios del Noroeste|" +
	"NU Nunavut|ON Ontario|" +
	"PE Prince Edward Island;Prinz-Edward-Insel;Île-du-Prince-Édouard;Isla del Príncipe Eduardo|" +
	"QC Quebec;Québec|SK Saskatchewan|YT Yukon"

const partsOfGB = "" +
	"ENG England;Angleterre;Inglaterra|SCT Scotland;Schottland;Écosse;Escocia|WLS Wales;Pays de Galles;Gales|" +
	"NIR Northern Ireland;Nordirland;Irlande du Nord;Irlanda del Norte"

const partsOfDE = "" +
	"BW Baden-Württemberg;Bade-Wurtemberg;Baden-Wurtemberg|BY Bavaria;Bayern;Bavière;Baviera|BE Berlin;Berlín|" +
	"BB Brandenburg;Brandebourg;Brandeburgo|HB Bremen;Brême|HH Hamburg;Hambourg;Hamburgo|HE Hesse;Hessen|" +
	"MV Mecklenburg-Western Pomerania;Mecklenburg-Vorpommern;Mecklembourg-Poméranie-Occidentale;Mecklemburgo-Pomerania Occidental|" +
	"NI Lower Saxony;Niedersachsen;Basse-Saxe;Baja Sajonia|" +
	"NW North Rhine-Westphalia;Nordrhein-Westfalen;Rhénanie-du-Nord-Westphalie;Renania del Norte-Westfalia|" +
	"RP Rhineland-Palatinate;Rheinland-Pfalz;Rhénanie-Palatinat;Renania-Palatinado|SL Saarland;Sarre|" +
	"SN Saxony;Sachsen;Saxe;Sajonia|ST Saxony-Anhalt;Sachsen-Anhalt;Saxe-Anhalt;Sajonia-Anhalt|" +
	"SH Schleswig-Holstein|TH Thuringia;Thüringen;Thuringe;Turingia"

const partsOfAT = "" +
	"1 Burgenland|2 Carinthia;Kärnten;Carinthie;Carintia|3 Lower Austria;Niederösterreich;Basse-Autriche;Baja Austria|" +
	"4 Upper Austria;Oberösterreich;Haute-Autriche;Alta Austria|5 Salzburg;Salzbourg;Salzburgo|" +
	"6 Styria;Steiermark;Styrie;Estiria|7 Tyrol;Tirol|8 Vorarlberg|9 Vienna;Wien;Vienne;Viena"

const partsOfAU = "" +
	"ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|" +
	"SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia"

// otherNames are names of countries that the library does not have.
const otherNames = "GB UK;Great Britain;Großbritannien;Grande-Bretagne;Gran Bretaña|GR EL|US USA;U.S.;U.S.A.;America;Amerika;États-Unis d’Amérique|" +
	"CZ Czech Republic;Tschechische Republik;République tchèque;República Checa|NL Holland|EU European Union;Europäische Union;Union européenne;Unión Europea|" +
	"AX Åland;Ahvenanmaa|KR Korea;South Korea;Südkorea|TR Turkey|MO Macau|CI Ivory Coast"

// parts are the countries whose parts are known by their names.
func parts() map[string]string {
	return map[string]string{"US": partsOfUS, "CA": partsOfCA, "GB": partsOfGB, "DE": partsOfDE, "AT": partsOfAT, "AU": partsOfAU}
}

// partsOf lists the parts of a country; "" for one whose parts are known by
// their codes only.
func partsOf(country string) string { return parts()[country] }

// placeNames maps the names of countries, and of parts of them, to their codes
// ("US", "US-CA"). A part is found with its country before its name, too:
// Georgia alone is the country.
type placeNames map[string]string

// names are computed once: the library's tables are large.
var names = sync.OnceValue(readNames) //nolint:gochecknoglobals // it is computed once and never changes

func readNames() placeNames {
	all := placeNames{}
	for country, table := range parts() {
		all.add("", country+"-", table)
		all.add(country+"-", country+"-", table)
	}
	for _, in := range []language.Tag{language.English, language.German, language.French, language.Spanish} {
		namer := display.Regions(in)
		for code := range strings.FieldsSeq(iso3166) {
			all[plainName(namer.Name(language.MustParseRegion(code)))] = code
		}
	}
	all.add("", "", otherNames)
	return all
}

// add reads a table of codes with their names, each with a prefix.
func (n placeNames) add(before, prefix, table string) {
	for row := range strings.SplitSeq(table, "|") {
		code, list, _ := strings.Cut(row, " ")
		for name := range strings.SplitSeq(list, ";") {
			n[before+plainName(name)] = prefix + code
		}
	}
}

// plainName is a name without capitals, accents, spaces and punctuation.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(name))
}

// countryCode returns the code of a country given by code or by name, and what
// was given where it is neither. A part of a country gives both codes.
func countryCode(given string) string {
	code := strings.ToUpper(strings.TrimSpace(given))
	if isCountry(code) || code == "" {
		return code
	}
	if found, ok := names()[plainName(given)]; ok {
		return found
	}
	return code
}

// regionCodeOf returns the code of a part of a country given by code or by
// name, and what was given where it is neither.
func regionCodeOf(country, given string) string {
	code := strings.TrimPrefix(strings.ToUpper(given), country+"-")
	if code == "" || isRegion(country, code) && partsOf(country) != "" {
		return code
	}
	if found, ok := strings.CutPrefix(names()[country+"-"+plainName(given)], country+"-"); ok {
		return found
	}
	return code
}

// isRegion reports whether the code may be a part of the country. Where the
// parts are known it must be one of them: of a part that does not exist no law
// would apply, in silence.
func isRegion(country, code string) bool {
	if !regionCode.MatchString(code) {
		return false
	}
	parts := partsOf(country)
	return parts == "" || strings.HasPrefix(parts, code+" ") || strings.Contains(parts, "|"+code+" ")
}
