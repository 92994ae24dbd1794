package intake

import (
	"cmp"
	"mime"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jhillyerd/enmime/v2/mediatype"
)

// parseMedia reads a value with parameters: strictly where it is well formed,
// else as the mail library repairs it.
func parseMedia(value string) (string, map[string]string) {
	const longest = 16 << 10 // repairing is not linear
	value = parted(value[:min(len(value), longest)])
	media, params, err := mime.ParseMediaType(value)
	if err != nil {
		media, params, _, err = mediatype.Parse(value)
	}
	if err != nil {
		media, _, _ = strings.Cut(value, ";")
		return strings.ToLower(strings.TrimSpace(media)), nil
	}
	for _, name := range []string{"name", "filename"} {
		if s, ok := extended(value, name); ok {
			params[name] = s
		}
	}
	return strings.ToLower(media), params
}

// parted takes comments and blanks out of what stands before the parameters,
// and parts it from them where the writer did not.
func parted(value string) string {
	media, params, _ := strings.Cut(value, ";")
	media = withoutComments(media)
	media = aroundSlash.ReplaceAllString(strings.TrimSpace(media), "/")
	if at := strings.IndexAny(media, ", \t"); at > 0 && strings.Contains(media[at:], "=") {
		media, params = media[:at], media[at+1:]+";"+params
	}
	if params == "" {
		return strings.TrimSpace(media)
	}
	return strings.TrimSpace(media) + "; " + strings.TrimSpace(params)
}

// withoutComments leaves out every comment that ends.
func withoutComments(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '(' {
			out.WriteByte(s[i])
			continue
		}
		end := comment(s, i)
		if end == i {
			return out.String() + s[i:]
		}
		i = end
	}
	return out.String()
}

var aroundSlash = regexp.MustCompile(`\s*/\s*`)

// mostPieces is of how many pieces a name is made at most.
const mostPieces = 100

// extended reads a parameter that RFC 2231 wrote in pieces or in a character
// set. The libraries know UTF-8 alone there, and give up at one bad sign.
func extended(value, name string) (string, bool) {
	if !strings.Contains(value, "*") {
		return "", false
	}
	type piece struct {
		number int
		coded  bool
		text   string
	}
	var pieces []piece
	for _, found := range extendedParameter.FindAllStringSubmatch(value, mostPieces) {
		if !strings.EqualFold(found[1], name) {
			continue
		}
		number, _ := strconv.Atoi(found[2])
		text := found[4]
		if strings.HasPrefix(text, `"`) {
			text = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(strings.Trim(text, `"`))
		}
		pieces = append(pieces, piece{number, found[3] != "" || found[2] == "", text})
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.number, b.number) })
	set, whole := "", []byte{}
	for i, p := range pieces {
		if parts := strings.SplitN(p.text, "'", 3); i == 0 && p.coded && len(parts) == 3 {
			set, p.text = parts[0], parts[2]
		}
		if p.coded {
			whole = append(whole, decodePercent(p.text)...)
		} else {
			whole = append(whole, p.text...)
		}
	}
	return toUTF8(set, whole), len(pieces) > 0
}

var extendedParameter = regexp.MustCompile(`(?i);\s*(name|filename)\*(?:([0-9]{1,3})(\*)?)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)`)

// decodePercent undoes "%E4"; a sign that stands for itself stays.
func decodePercent(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) && hexDigit(text[i+1]) >= 0 && hexDigit(text[i+2]) >= 0 {
			out = append(out, byte(hexDigit(text[i+1])<<4|hexDigit(text[i+2]))) //nolint:gosec // two hex digits fit a byte
			i += 2
			continue
		}
		out = append(out, text[i])
	}
	return out
}
