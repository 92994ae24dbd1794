package policies

import (
	"regexp"
	"strings"
)

// iso639 lists every ISO 639-1 code of a language.
const iso639 = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo " +
	"es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki " +
	"kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr " +
	"nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th " +
	"ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}$`)

// IsLocale reports whether s has the form of a language tag, such as de or
// pt-BR.
func IsLocale(s string) bool { return languageTag.MatchString(s) }

// Locale returns of a language tag what is kept in clear: a language and, if it
// names one, a country, both of them known; or English. Whatever else somebody
// may have written there says nothing that we act on.
func Locale(tag string) string {
	parts := strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' })
	if len(parts) == 0 || len(parts[0]) != 2 || !strings.Contains(iso639, " "+strings.ToLower(parts[0])+" ") {
		return "en"
	}
	language := strings.ToLower(parts[0])
	for _, part := range parts[1:] {
		if country := strings.ToUpper(part); len(country) == 2 && isCountry(country) {
			return language + "-" + country
		}
	}
	return language
}
