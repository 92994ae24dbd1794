package api

import (
	"context"
	"errors"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"habeas/internal/server"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

const (
	uploadText = "A form with the file in the part file. What it is is told by its content; archives, pages and programs are refused. " +
		"A file may have 10 MiB. A request may have 50 files of 25 MiB in all from its requester, and as many from staff."
	anyMedia = "application/octet-stream"
)

type uploadInput struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
	part
}

type caseUploadInput struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
	part
	shared bool
}

// part is the file of a form.
type part struct {
	name    string
	content []byte
}

func (p *part) take(name string, content []byte) { p.name, p.content = name, content }
func (p *part) given() bool                      { return p.content != nil }

func (in *caseUploadInput) keepInternal(internal bool) { in.shared = !internal }

type fileForm interface {
	take(name string, content []byte)
	given() bool
}

// bindForm reads a form with one file, part by part and without touching the
// disk. Its digest covers names and bytes, not the boundary, which changes
// with every try of a client.
func (a *API) bindForm(c *call, input any, digest hash.Hash) error {
	into, _ := input.(fileForm)
	req := c.Request()
	if req.ContentLength > a.Limits.Upload {
		return tooLarge(a.Limits.Upload)
	}
	form, err := server.MultipartForm(c.Response(), req, a.Limits.Upload)
	if err != nil {
		return models.Errorf(models.CodeUnsupported, "the file must be sent as multipart/form-data")
	}
	for {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return unreadable(err, a.Limits.Upload)
		}
		content, err := form.Content(p, a.Limits.Upload)
		if err != nil {
			return unreadable(err, a.Limits.Upload)
		}
		if err := bindPart(input, into, p, content); err != nil {
			return err
		}
		_, _ = io.WriteString(digest, p.FormName()+"\x00"+p.FileName()+"\x00"+strconv.Itoa(len(content))+"\x00")
		_, _ = digest.Write(content)
	}
	if !into.given() {
		return models.Invalid(models.FieldError{Field: "file", Code: "required", Message: "is required"})
	}
	return nil
}

func bindPart(input any, into fileForm, p *multipart.Part, content []byte) error {
	internal, marks := input.(interface{ keepInternal(internal bool) })
	switch {
	case p.FormName() == "file" && into.given():
		return models.Errorf(models.CodeMalformed, "the form has more than one file")
	case p.FormName() == "file":
		into.take(p.FileName(), content)
	case p.FormName() == "internal" && marks:
		b, err := strconv.ParseBool(string(content))
		if err != nil {
			return models.Invalid(models.FieldError{Field: "internal", Code: "type", Message: "must be true or false"})
		}
		internal.keepInternal(b)
	default:
		return models.Invalid(models.FieldError{Field: shown(p.FormName()), Code: "unknown", Message: "is not a part of this form"})
	}
	return nil
}

func (a *API) ownFiles(ctx context.Context, c *call, _ referenceInput) (fileList, error) {
	files, err := a.Service.Queries.Files(ctx, c.actor(), c.subject)
	if err != nil {
		return fileList{}, err
	}
	return viewFiles(c.subject, files), nil
}

func (a *API) ownUpload(ctx context.Context, c *call, in uploadInput) (fileView, error) {
	return a.addFile(ctx, c, c.subject.Reference, in.part, false)
}

func (a *API) upload(ctx context.Context, c *call, in caseUploadInput) (fileView, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return fileView{}, err
	}
	return a.addFile(ctx, c, reference, in.part, !in.shared)
}

func (a *API) addFile(ctx context.Context, c *call, reference string, p part, internal bool) (fileView, error) {
	f, err := a.Service.Cases.AddFile(ctx, c.actor(), reference, p.name, p.content, internal, c.option(http.StatusCreated, viewAdded))
	return viewFile(models.Request{}, f), err
}

// viewAdded is the file that a command added.
func viewAdded(d workflows.Decision) any {
	added, _ := models.EffectOf[models.FileAdded](d)
	return viewFile(d.Request, added.File)
}

type fileInput struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
	ID        string `path:"id" json:"-" description:"As listed."`
}

// fileBytes is a file on its way out: never shown in a browser, whatever it is.
type fileBytes struct {
	file    models.File
	content []byte
	stream  *cases.PackageStream // of a package, instead of content
}

func (f fileBytes) write(c *call) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, disposition(f.file.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	if f.stream == nil {
		return c.file(anyMedia, f.content)
	}
	h.Set(echo.HeaderContentType, anyMedia)
	h.Set("ETag", `"`+f.file.ID+`"`)
	server.SendStream(c.Response(), c.Request(), f.stream)
	return f.stream.Close() //nolint:wrapcheck // of the blob
}

// file answers with the bytes of a file.
func (c *call) file(media string, content []byte) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, media)
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(content)))
	return server.SendFile(c.Response(), c.Request(), content)
}

// disposition names a file as RFC 6266 does: plain ASCII for old readers, the
// whole name encoded for the others.
func disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/%;`, r) {
			return '_'
		}
		return r
	}, name)
	s := mime.FormatMediaType("attachment", map[string]string{"filename": plain})
	if plain != name {
		s += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return s
}

// packageBytes is the access package on its way to its requester. It is counted once it
// is whole.
type packageBytes struct {
	api   *API
	found *cases.PackageStream
}

func (p packageBytes) write(c *call) error {
	if err := (fileBytes{file: p.found.File, stream: p.found}).write(c); err != nil || !p.found.Whole() {
		return err
	}
	return p.api.Service.Cases.Fetched(context.WithoutCancel(c.Request().Context()), p.found)
}

func (a *API) ownPackage(ctx context.Context, c *call, _ referenceInput) (packageBytes, error) {
	found, err := a.Service.Sessions.OwnPackage(ctx, c.subject.Reference, bearer(c))
	return packageBytes{a, found}, err
}

func (a *API) ownDownload(ctx context.Context, c *call, in fileInput) (fileBytes, error) {
	f, content, err := a.Service.Queries.ReadFile(ctx, c.actor(), c.subject, in.ID, server.ReserveFile(c.Request()))
	return fileBytes{file: f, content: content}, err
}

func (a *API) download(ctx context.Context, c *call, in fileInput) (fileBytes, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return fileBytes{}, err
	}
	r, err := a.Service.Store.Find(ctx, reference)
	if err != nil {
		return fileBytes{}, err
	}
	f, content, err := a.Service.Queries.ReadFile(ctx, c.actor(), r, in.ID, server.ReserveFile(c.Request()))
	if models.CodeOf(err) == models.CodeNotFound { // or it is a package, which is no small thing to hold
		stream, err := a.Service.Queries.Package(ctx, c.actor(), r, in.ID)
		if err != nil {
			return fileBytes{}, err
		}
		return fileBytes{file: stream.File, stream: stream}, nil
	}
	return fileBytes{file: f, content: content}, err
}

// known returns a typed reference as it is stored; what cannot be one is not
// found.
func known(typed string) (string, error) {
	reference, ok := models.NormaliseReference(typed)
	if !ok {
		return "", models.Errorf(models.CodeNotFound, "there is no such request")
	}
	return reference, nil
}
