package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

func reviewOf(v *visitor) *form {
	return v.get("/requests/new/question").form("Continue").fill("name", "Robin", "email", "robin@example.com", "details", "Why <me>?").press("Continue").
		want(200, "Check before you send", "Add files").form("Send the request")
}

// filesOf are the names of the files of the last request.
func (b *bed) filesOf(reference string) (names []string) {
	b.t.Helper()
	files, err := b.service.Queries.Files(context.Background(), models.Actor{Kind: models.ActorSubject}, b.request(reference))
	must(b.t, err)
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

// Files go with the request, once however often it is sent; another one that is
// chosen after going back is added to the same request.
func TestFilesGoWithTheRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	review := reviewOf(v)
	review.attach("permission.txt", []byte("I agree")).attach("été.txt", []byte("sun"))
	reference := anyReference.FindString(review.press("Send the request").want(200, "Your request has been sent", "!files").text())
	review.press("Send the request").want(200, reference)
	if names := strings.Join(b.filesOf(reference), " "); names != "permission.txt été.txt" {
		t.Errorf("its files are %q", names)
	}
	review.files = nil
	review.attach("third.txt", []byte("more")).press("Send the request").want(200, reference)
	if n, names := b.count("requests"), b.filesOf(reference); n != 1 || len(names) != 3 {
		t.Errorf("%d requests, files %v", n, names)
	}
	own := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "permission.txt", "été.txt", "third.txt")
	if got := own.click("été.txt"); got.body != "sun" {
		t.Errorf("it says %q", got.body)
	}
}

// A file that is not taken stops everything, and nothing that was typed is lost.
func TestFilesAreCheckedBeforeTheRequestIsSent(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	large := bytes.Repeat([]byte("x"), workflows.MaxFile)
	for name, c := range map[string]struct {
		files  map[string][]byte
		status int
		want   string
	}{
		"a program":         {map[string][]byte{"run.exe": []byte("MZ\x90\x00binary")}, 415, "We do not take files of this kind"},
		"an empty file":     {map[string][]byte{"a.txt": nil}, 422, "Choose a file that is not empty"},
		"too large":         {map[string][]byte{"a.txt": append(large, 'x')}, 413, "This is too large"},
		"too large in all":  {map[string][]byte{"a.txt": large, "b.txt": large, "c.txt": large}, 413, "This is too large"},
		"larger than taken": {map[string][]byte{"a.txt": bytes.Repeat(large, 9)}, 413, "This is too large"},
	} {
		review := reviewOf(v)
		for file, content := range c.files {
			review.attach(file, content)
		}
		again := review.press("Send the request").want(c.status, c.want, "There is a problem", "Why <me>?", "robin@example.com")
		if n := b.count("requests"); n != 0 {
			t.Fatalf("%s: %d requests", name, n)
		}
		if again.form("Send the request").values.Get("seed") != review.values.Get("seed") {
			t.Errorf("%s: the form is another", name)
		}
	}
	if names := b.count("files"); names != 0 {
		t.Errorf("%d files were kept", names)
	}
}

// A message and its files go together; where the hour is over the words wait,
// and the page says that files have to be chosen again.
func TestMessageWithFiles(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	reference := anyReference.FindString(reviewOf(v).press("Send the request").want(200).text())
	own := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200)
	own.form("Send").fill("text", "See the file").attach("a.txt", []byte("a")).attach("run.exe", []byte("MZ\x90\x00binary")).press("Send").
		want(415, "See the file", "We do not take files of this kind", "No files yet", "No messages yet")
	own = own.form("Send").fill("text", "See the file").attach("a.txt", []byte("a")).attach("b.txt", []byte("b")).press("Send").
		want(200, "Your message has reached us", "See the file", "a.txt", "b.txt")
	b.sleep(61 * time.Minute)
	over := own.form("Send").fill("text", "precious <words>").attach("c.txt", []byte("c")).press("Send").want(403, "precious <words>", "choose your files again")
	over.form("Email me a new code").press("Email me a new code")
	over.form("Send it").fill("code", b.code(reference)).press("Send it").want(200, "precious <words>", "!c.txt")
	b.sleep(61 * time.Minute)
	own.form("Send").attach("c.txt", []byte("c")).press("Send").want(403, "choose them again", "!Not sent yet")
	v.post("/requests/"+reference+"/messages", map[string][]string{"text": {strings.Repeat("x", 1<<20)}}).want(413)
}

// The names of a form's parts take no more memory than its fields may, and
// there are not many.
func TestFormsAreBoundedInNamesToo(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	for name, c := range map[string]struct{ parts, long int }{"a few long names": {3, 1 << 19}, "many names": {3000, 10}} {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for i := range c.parts {
			must(t, w.WriteField(strings.Repeat("n", c.long)+strconv.Itoa(i), ""))
		}
		must(t, w.Close())
		if p := v.send("POST", "/requests/new/access", w.FormDataContentType(), &body); p.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: answered %d", name, p.StatusCode)
		}
	}
}
