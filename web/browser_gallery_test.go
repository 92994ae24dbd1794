//go:build browser

package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/web/console"
	"habeas/web/portal"
)

// gallery is what all scripts together have used and looked at.
type gallery struct {
	mu     sync.Mutex
	used   map[string]bool // routes that answered and did what was asked
	looked map[string]bool // routes whose page was judged, as "GET /console/mail"
	states map[string]bool // and with which status, as "console 404"
	judged map[string]bool // what was judged already, as a digest of how it is made
}

func newGallery() *gallery {
	return &gallery{used: map[string]bool{}, looked: map[string]bool{}, states: map[string]bool{}, judged: map[string]bool{}}
}

// observe takes note of a request that was answered.
func (g *gallery) observe(route, method string, status int, _ time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if status >= 400 {
		return
	}
	for _, known := range everyRoute() {
		if echoed(known) == method+" "+route {
			g.used[known] = true
		}
	}
}

// echoed is a route as the server names it.
func echoed(route string) string {
	return regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(strings.TrimSuffix(route, "{$}"), ":$1")
}

// look takes note of a page that was judged.
func (g *gallery) look(_ http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	path, method := r.FormValue("path"), r.FormValue("method")
	side := "portal"
	if path == "/console" || strings.HasPrefix(path, "/console/") {
		side = "console"
	}
	g.states[side+" "+r.FormValue("status")] = true
	if status, err := strconv.Atoi(r.FormValue("status")); err == nil && status < 400 {
		g.looked[routeOf(method, path)] = true
	}
}

// first says whether a script is the first to come with a digest. What several
// scripts see alike is judged once.
func (g *gallery) first(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	digest := r.PathValue("digest")
	fmt.Fprint(w, !g.judged[digest])
	g.judged[digest] = true
}

// everyRoute is the list of the portal and the console.
func everyRoute() []string {
	all := portal.Routes()
	for _, r := range console.Routes() {
		all = append(all, r.Pattern)
	}
	return all
}

// routeOf finds the route of a path: of those that fit, the one with the fewest
// wildcards.
func routeOf(method, path string) string {
	best, fewest := "", 100
	for _, route := range everyRoute() {
		m, pattern, _ := strings.Cut(route, " ")
		wild, ok := fits(strings.TrimSuffix(pattern, "{$}"), path)
		if m == method && ok && wild < fewest {
			best, fewest = route, wild
		}
	}
	return best
}

// fits reports whether a path is one of a pattern, by how many wildcards.
func fits(pattern, path string) (wild int, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i, part := range want {
		if strings.HasPrefix(part, "{") && got[i] != "" {
			wild++
		} else if part != got[i] {
			return 0, false
		}
	}
	return wild, true
}

// notPages are the routes to GET that show none: files, and mails, which are
// drawn as they are in a page that can do nothing.
func notPages() []string {
	return []string{
		"GET /assets/{file}", "GET /requests/{reference}/files/{file}", "GET /requests/{reference}/answer",
		"GET /requests/{reference}/package", "GET /requests/{reference}/certificate.txt", "GET /requests/{reference}/certificate.json", "GET /console/requests/{reference}/certificate.txt", "GET /console/figures/file",
		"GET /console/requests/{reference}/files/{file}", "GET /console/requests/{reference}/mail/{mail}",
		"GET /console/mail/{id}/raw", "GET /console/outgoing/{id}/raw", "GET /console/outgoing/{id}/html", "GET /console/templates/{template}/{language}/html",
	}
}

// statuses are the ways in which a page can fail that must have been seen.
func statuses() map[string][]int {
	return map[string][]int{
		"portal":  {400, 403, 404, 409, 413, 415, 422, 429, 500, 503},
		"console": {400, 403, 404, 409, 413, 415, 422, 429, 500, 503},
	}
}

// complete fails the test for every route that no script used, every page that
// none looked at, and every state that none saw.
func (g *gallery) complete(t *testing.T) {
	t.Helper()
	for _, route := range everyRoute() {
		if !g.used[route] {
			t.Errorf("no script uses %s", route)
		}
		if strings.HasPrefix(route, "GET ") && !g.looked[route] && !slices.Contains(notPages(), route) {
			t.Errorf("no script looks at %s", route)
		}
	}
	for side, all := range statuses() {
		for _, status := range all {
			if !g.states[fmt.Sprintf("%s %d", side, status)] {
				t.Errorf("no script looks at a page of the %s that answers %d", side, status)
			}
		}
	}
}
