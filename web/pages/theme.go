package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Theme is how an organisation makes the pages its own. It is a folder with
// portal.json in it; what is left out stays as it is. See docs/portal.md.
type Theme struct {
	Accent     string                       `json:"accent"`      // #rrggbb on a light page
	AccentDark string                       `json:"accent_dark"` // on a dark one
	Logo       string                       `json:"logo"`        // a file of the folder: .svg, .png or .webp
	Words      map[string]map[string]string `json:"words"`       // by language and key
}

// The pages that accents must be read on, as the stylesheet has them.
const (
	lightPage = "#ffffff"
	darkPage  = "#14181d"
	readable  = 4.5 // the contrast that WCAG 2.2 § 1.4.3 asks for
)

// readTheme reads the folder; none is no theme.
func readTheme(folder fs.FS) (Theme, error) {
	var t Theme
	if folder == nil {
		return t, nil
	}
	raw, err := fs.ReadFile(folder, "portal.json")
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err == nil {
		err = strictly(raw, &t)
	}
	if err == nil {
		err = errors.Join(checkAccent("accent", t.Accent, lightPage), checkAccent("accent_dark", t.AccentDark, darkPage))
	}
	if err != nil {
		return t, fmt.Errorf("reading portal.json: %w", err)
	}
	return t, nil
}

// strictly reads one JSON document and refuses a key that means nothing: what
// is set by a slip would do nothing, and nobody would notice.
func strictly(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows its end")
	}
	return nil
}

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// checkAccent refuses a colour that could not be read.
func checkAccent(name, colour, page string) error {
	switch {
	case colour == "":
		return nil
	case !hexColour.MatchString(colour):
		return fmt.Errorf("%s must be a colour such as #0b57a4", name)
	case contrast(colour, page) < readable:
		return fmt.Errorf("%s has a contrast of %.1f to the page; text needs %.1f", name, contrast(colour, page), readable)
	}
	return nil
}

// css sets the colours of the theme.
func (t Theme) css() string {
	var b strings.Builder
	if t.Accent != "" {
		fmt.Fprintf(&b, ":root { --accent: %s; }\n", t.Accent)
	}
	switch {
	case t.AccentDark != "":
		fmt.Fprintf(&b, "@media (prefers-color-scheme: dark) { :root { --accent: %s; } }\n", t.AccentDark)
	case t.Accent != "":
		b.WriteString("@media (prefers-color-scheme: dark) { :root { --accent: #8ec1ff; } }\n")
	}
	return b.String()
}

// contrast is the ratio of WCAG 2.2 between two colours.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}
