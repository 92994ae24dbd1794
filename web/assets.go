package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"time"

	"habeas/models"
)

//go:embed assets
var files embed.FS

// asset is a static file. Its address changes with its content, so a browser
// may keep it for ever.
type asset struct {
	content []byte
	address string
	version string
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	version := hex.EncodeToString(sum[:6])
	return asset{content, "/assets/" + name + "?v=" + version, version}
}

func loadAssets() map[string]asset {
	assets := map[string]asset{}
	entries, err := files.ReadDir("assets")
	if err != nil {
		panic(err) // embedded
	}
	for _, e := range entries {
		content, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err) // embedded
		}
		assets[e.Name()] = newAsset(e.Name(), content)
	}
	return assets
}

func (s *Site) asset(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	a, ok := s.assets[name]
	if !ok {
		return models.Errorf(models.CodeNotFound, "no such file")
	}
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.content))
	return nil
}
