package web_test

import (
	"net/url"
	"testing"

	"habeas/models"
)

// stop returns the path that the code mail of a request leads to.
func (b *bed) stop(reference string) string {
	b.t.Helper()
	r, err := b.service.Store.Find(b.t.Context(), reference)
	must(b.t, err)
	messages, err := b.service.Store.Messages(b.t.Context(), r.ID)
	must(b.t, err)
	for _, m := range messages {
		if l, ok := m.Letter.(*models.CodeLetter); ok && l.StopToken != "" {
			return "/not-me/" + l.StopToken
		}
	}
	b.t.Fatal("no mail has a way to say that it was not me")
	return ""
}

func TestSomebodyElsesRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	path := b.stop(anyReference.FindString(file(v, "robin@example.com").text()))
	events := b.count("events")
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		v.send(method, path, "", nil, "Purpose", "prefetch")
	}
	v.post(path, url.Values{"mail": {"never"}}, "Origin", "https://evil.example").want(403)
	v.post(path, nil).want(200, "This was not you?")
	if n := b.count("events"); n != events || b.count("never_mail") != 0 {
		t.Fatalf("looking changed something: %d events, had %d", n, events)
	}
	done := v.get(path).want(200, "Somebody gave your email address").form("Never mail this address").press("Never mail this address").want(200, "We mail this address no more")
	if b.count("never_mail") != 1 {
		t.Error("the address is on no list")
	}
	codes := b.count("codes")
	file(v, "Robin+again@example.com").want(200, "HB-") // the same answer as ever
	if n := b.count("codes"); n != codes {
		t.Errorf("%d codes more", n-codes)
	}
	done.form("Mail this address again").press("Mail this address again").want(200, "This was not you?")
	for _, wrong := range []string{"/not-me/", "/not-me/x", path + "x", "/not-me/00000000-0000-0000-0000-000000000000.AAAA"} {
		v.get(wrong).want(404)
		v.post(wrong, url.Values{"mail": {"never"}}).want(404)
	}
	if b.count("never_mail") != 0 {
		t.Error("the address is still on the list")
	}
}
