package main_test

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Files go up and come down, whichever place keeps them, and lie there sealed.
func TestFiles(t *testing.T) {
	t.Parallel()
	t.Run("in the data directory", func(t *testing.T) {
		t.Parallel()
		p := serve(t, dataDir(t))
		kept := func() []string { return contents(t, filepath.Join(p.dir, "files")) }
		filesUpAndDown(t, p, kept)
	})
	t.Run("in S3", func(t *testing.T) {
		t.Parallel()
		bucket, env := fakeS3(t)
		p := serve(t, dataDir(t), env...)
		filesUpAndDown(t, p, bucket)
		if here := contents(t, filepath.Join(p.dir, "files")); len(here) > 0 {
			t.Errorf("%d files lie in the data directory, too", len(here))
		}
	})
}

const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00" + canaryMark

// filesUpAndDown carries files between a requester and staff; kept returns what
// lies in the place that keeps them.
func filesUpAndDown(t *testing.T, p *program, kept func() []string) {
	t.Helper()
	s := hire(t, p)
	ref, me := filed(t, p, "files")
	_, other := filed(t, p, "other")
	mine, cases := "/v1/requests/"+ref+"/files", "/v1/admin/requests/"+ref+"/files"
	text := strings.Repeat(canary("statement")+" page by page\n", 100_000) // more than one part of anything
	letter := upload{name: canary("letter") + ".txt", content: text}

	first, err := me.try("POST", mine, letter, "Idempotency-Key", "once")
	if err != nil || first.status != 201 {
		t.Fatalf("%d %s %v", first.status, first.raw, err)
	}
	first.want("media_type", "text/plain").want("name", letter.name)
	again, err := me.try("POST", mine, letter, "Idempotency-Key", "once") // under another boundary
	if err != nil || again.status != 201 || again.text("id") != first.text("id") {
		t.Errorf("sent again: %d %s %v", again.status, again.raw, err)
	}
	s.agent.call(409, "POST", cases, upload{name: "answer.png", content: png, fields: map[string]string{"internal": "false"}}) // below its level
	picture := s.agent.call(201, "POST", cases, upload{name: "answer.png", content: png})
	note := s.agent.call(201, "POST", cases, upload{name: "note.txt", content: canary("note"), fields: map[string]string{"internal": "true"}})
	if n := len(kept()); n != 3 {
		t.Errorf("%d files are kept for three that were taken", n)
	}
	for name, refused := range map[string]struct {
		status int
		file   upload
	}{
		"a program":             {415, upload{name: "a.exe", content: "MZ\x90\x00\x03"}},
		"a page called text":    {415, upload{name: "a.txt", content: "<!DOCTYPE html><html><script>alert(1)</script>"}},
		"a picture called PDF":  {422, upload{name: "a.pdf", content: png}},
		"more than ten MiB":     {413, upload{name: "a.txt", content: strings.Repeat("a", 11<<20)}},
		"of the staff, by form": {422, upload{name: "a.txt", content: "a", fields: map[string]string{"internal": "true"}}},
	} {
		if a, err := me.try("POST", mine, refused.file); err != nil || a.status != refused.status {
			t.Errorf("%s: %d %s %v", name, a.status, a.raw, err)
		}
	}
	if n := len(kept()); n != 3 {
		t.Errorf("%d files are kept after refusals", n)
	}

	s.agent.do(ref, "verify", object{"level": "high", "method": "staff_check"})
	s.agent.do(ref, "start", object{})
	decided := s.agent.do(ref, "decide", object{"outcome": "fulfilled", "message": "Here it is.", "files": []string{picture.text("id")}})
	if seen := len(me.get(mine).items()); seen != 1 {
		t.Errorf("the requester sees %d files before the answer is approved", seen)
	}
	me.call(404, "GET", mine+"/"+picture.text("id"), nil)
	s.manager.do(ref, "approve", object{"version": decided.body["version"]}).want("state", "closed")
	p.kill()
	p.start()
	if seen := len(me.get(mine).items()); seen != 2 {
		t.Errorf("the requester sees %d files", seen)
	}
	if seen := len(s.agent.get(cases).items()); seen != 3 {
		t.Errorf("staff sees %d files", seen)
	}
	me.get(mine + "/" + first.text("id")).isAttachment(text)
	me.get(mine + "/" + picture.text("id")).isAttachment(png)
	s.agent.get(cases + "/" + first.text("id")).isAttachment(text)
	s.agent.get(cases + "/" + note.text("id")).isAttachment(canary("note"))
	me.call(404, "GET", mine+"/"+note.text("id"), nil)
	other.call(404, "GET", mine, nil)
	other.call(404, "GET", mine+"/"+first.text("id"), nil)
	p.as(t, "").call(404, "GET", mine+"/"+first.text("id"), nil)
	s.auditor.call(403, "GET", cases+"/"+first.text("id"), nil)
	if kinds := p.eventKinds(s.auditor, ref); !slices.Contains(kinds, "file_added") || !slices.Contains(kinds, "file_read") {
		t.Errorf("the log has only %v", kinds)
	}
	for _, content := range kept() {
		if strings.Contains(content, canaryMark) {
			t.Error("a file is kept as it came")
		}
	}
	p.stop()
	p.noCanaries(t)
}

// filed files a request and proves its mailbox.
func filed(t *testing.T, p *program, who string) (reference string, requester client) {
	t.Helper()
	anybody := p.as(t, "")
	reference = anybody.call(201, "POST", "/v1/requests", object{"type": "access", "person": object{
		"name": canary("name"), "email": canary(who) + "@example.net", "country": "DE",
	}}).text("reference")
	proof := anybody.call(200, "POST", "/v1/requests/"+reference+"/verify", object{"code": p.mail(reference, codeMail).code(t)})
	return reference, p.as(t, proof.text("token"))
}

// isAttachment checks a file that came down: whole, and never shown.
func (a answer) isAttachment(content string) {
	a.t.Helper()
	if string(a.raw) != content {
		a.t.Errorf("%s: %d bytes came back of %d, or others", a.call, len(a.raw), len(content))
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename=", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store",
	} {
		if got := a.header.Get(name); !strings.HasPrefix(got, want) {
			a.t.Errorf("%s: %s is %q", a.call, name, got)
		}
	}
}

// contents reads every file of a folder and those below.
func contents(t *testing.T, folder string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return filepath.SkipDir
		}
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = append(found, string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// fakeS3 starts a server that speaks S3. It returns what reads the bucket, and
// the settings that lead there.
func fakeS3(t *testing.T) (kept func() []string, env []string) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("habeas"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(gofakes3.New(backend).Server())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	kept = func() []string {
		list, err := backend.ListBucket("habeas", nil, gofakes3.ListBucketPage{})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, entry := range list.Contents {
			o, err := backend.GetObject("habeas", entry.Key, nil)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(o.Contents)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, string(b))
		}
		return found
	}
	return kept, []string{
		"HABEAS_S3_ENDPOINT=" + server.Listener.Addr().String(), "HABEAS_S3_BUCKET=habeas", "HABEAS_S3_REGION=us-east-1",
		"HABEAS_S3_ACCESS_KEY=test", "HABEAS_S3_SECRET_KEY=test-secret", "HABEAS_S3_PLAIN=true",
	}
}
