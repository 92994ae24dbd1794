package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"habeas/models"
)

//go:embed assets
var files embed.FS

// styleParts are the parts of the one stylesheet, in the order of their rules.
func styleParts() []string {
	return []string{"tokens", "page", "forms", "parts", "portal", "desk", "console", "figures", "media"}
}

// asset is a static file. Its address changes with its content, so a browser
// may keep it for ever.
type asset struct {
	content []byte
	packed  []byte // by gzip; nil where that is no smaller
	address string
	version string
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	version := hex.EncodeToString(sum[:6])
	return asset{content, packed(content), "/assets/" + name + "?v=" + version, version}
}

// packed compresses a file once. Pages are packed anew each time, with padding:
// see Sender.
func packed(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails for other levels only
	_, err := w.Write(content)
	if err = errors.Join(err, w.Close()); err != nil || b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

// Assets are the static files of all pages, and what the organisation's theme
// adds to them.
type Assets struct {
	Theme Theme
	files map[string]asset
	logo  string // its name, or ""
}

// LoadAssets reads the static files and the folder of the theme, which may be
// nil. A faulty theme is an error.
func LoadAssets(folder fs.FS) (*Assets, error) {
	theme, err := readTheme(folder)
	if err != nil {
		return nil, err
	}
	a := &Assets{Theme: theme, files: maps.Clone(ours())}
	if css := theme.css(); css != "" {
		a.add("theme.css", []byte(css))
	}
	if err := a.addLogo(folder); err != nil {
		return nil, err
	}
	return a, nil
}

// ours are the static files that every site has.
var ours = sync.OnceValue(func() map[string]asset { //nolint:gochecknoglobals // packed once, never changed
	all := map[string]asset{"style.css": newAsset("style.css", style())}
	for _, name := range []string{"icon.svg", "page.js", "console.js"} {
		all[name] = newAsset(name, embedded("assets/"+name))
	}
	return all
})

func (a *Assets) add(name string, content []byte) { a.files[name] = newAsset(name, content) }

func (a *Assets) addLogo(folder fs.FS) error {
	if a.Theme.Logo == "" {
		return nil
	}
	kind := path.Ext(a.Theme.Logo)
	if kind != ".svg" && kind != ".png" && kind != ".webp" {
		return errors.New("reading portal.json: the logo must be an .svg, .png or .webp file")
	}
	content, err := fs.ReadFile(folder, a.Theme.Logo)
	if err != nil {
		return fmt.Errorf("reading the logo: %w", err)
	}
	a.logo = "logo" + kind
	a.add(a.logo, content)
	return nil
}

// style is the one stylesheet.
func style() []byte {
	var all bytes.Buffer
	for _, part := range styleParts() {
		all.Write(embedded("assets/style/" + part + ".css"))
	}
	return all.Bytes()
}

func embedded(name string) []byte {
	content, err := files.ReadFile(name)
	if err != nil {
		panic(err) // embedded
	}
	return content
}

// Address is where a page finds a file; "" if there is none of that name.
func (a *Assets) Address(name string) string { return a.files[name].address }

// Logo is the address of the organisation's logo, or "".
func (a *Assets) Logo() string { return a.Address(a.logo) }

// Serve answers GET /assets/{file}.
func (a *Assets) Serve(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	found, ok := a.files[name]
	if !ok {
		return models.Errorf(models.CodeNotFound, "no such file")
	}
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == found.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Add("Vary", "Accept-Encoding")
	if found.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("Content-Length", strconv.Itoa(len(found.packed)))
		_, err := w.Write(found.packed)
		return err
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(found.content))
	return nil
}
