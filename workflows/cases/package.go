package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"habeas/internal/mailaddr"
	"habeas/internal/secrets"
	"habeas/models"
	"habeas/workflows"
)

// MaxPackage is how many bytes a package may have.
const MaxPackage = 8 << 30

// freshCode is how long after a code was typed a package may be fetched.
const freshCode = 15 * time.Minute

// AddPackage seals an access package into the blob store while write makes it, in
// constant memory, and adds it to the request as an internal file.
func (s *Cases) AddPackage(ctx context.Context, by models.Actor, reference, name string, write func(io.Writer) error, o Option) (models.File, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return models.File{}, err
	}
	f := models.File{RequestID: r.ID, Name: name, MediaType: models.PackageMedia, Author: by, Internal: true}
	f.ID, f.Blob, f.CreatedAt = s.NewID(), strings.ToLower(s.crockford(26)), s.now()
	commitment, err := s.sealPackage(ctx, &f, write)
	if err != nil {
		return models.File{}, err
	}
	return f, s.attach(ctx, r, workflows.Attach{File: f, Commitment: commitment}, o)
}

// sealPackage stores what write makes, and returns the SHA-256 of the sealed bytes:
// it commits to a package without saying anything about it.
func (s *core) sealPackage(ctx context.Context, f *models.File, write func(io.Writer) error) (string, error) {
	out, in := io.Pipe()
	digest := sha256.New()
	go func() { in.CloseWithError(s.makePackage(ctx, f, in, digest, write)) }()
	err := s.Blobs.Put(ctx, f.Blob, out, -1)
	out.CloseWithError(err) // whoever still writes stops
	if err != nil {
		return "", fmt.Errorf("storing package %s: %w", f.ID, err)
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// makePackage writes a package, sealed, and notes its size. It runs beside whoever
// asked for it, where a panic would end the whole process: it is an error here.
func (s *core) makePackage(ctx context.Context, f *models.File, to io.Writer, digest hash.Hash, write func(io.Writer) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("making package %s: panic: %v\n%s", f.ID, p, debug.Stack())
		}
	}()
	sealed, err := s.Store.SealStream(ctx, *f, io.MultiWriter(to, digest))
	if err != nil {
		return err
	}
	count := &counting{Writer: sealed, most: MaxPackage}
	if err := write(count); err != nil {
		return err
	}
	f.Size = count.n
	return sealed.Close()
}

// counting counts the bytes that are written, and takes no more than most.
type counting struct {
	io.Writer
	n, most int64
}

func (c *counting) Write(p []byte) (int, error) {
	if c.n+int64(len(p)) > c.most {
		return 0, models.Errorf(models.CodeTooLarge, "a package may have %d GiB at most", c.most>>30)
	}
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err //nolint:wrapcheck // it passes through
}

// OwnPackage returns the package of a request for its requester, who typed a code
// not long ago: as a stream that can be read from any byte. Without such a code it
// is CodeForbidden, and CodeGone once the package has ended.
func (s *Sessions) OwnPackage(ctx context.Context, reference, token string) (*PackageStream, error) {
	r, err := s.InSession(ctx, reference, token)
	if err != nil {
		return nil, err
	}
	if err := s.freshly(ctx, token); err != nil {
		return nil, err
	}
	p := r.Package
	switch why := p.Ended(s.now()); {
	case p.File == "":
		return nil, models.Errorf(models.CodeNotFound, "there is no package for this request")
	case why != "":
		return nil, models.Errorf(models.CodeConflict, "the package can no longer be fetched: it is %s", why)
	}
	return s.stream(ctx, models.Actor{Kind: models.ActorSubject}, r, p.File)
}

// freshly refuses a session whose code was typed too long ago.
func (s *Sessions) freshly(ctx context.Context, token string) error {
	fresh, err := s.Fresh(ctx, token)
	if err == nil && !fresh {
		err = models.Errorf(models.CodeForbidden, "the code was typed more than %d minutes ago: ask for a fresh one", int(freshCode.Minutes()))
	}
	return err
}

// Fresh reports whether a session was opened a short while ago.
func (s *Sessions) Fresh(ctx context.Context, token string) (bool, error) {
	session, err := s.Store.Session(ctx, secrets.Hash(token), s.now())
	return err == nil && s.now().Before(session.ExpiresAt.Add(freshCode-sessionLife)), err
}

// Package returns a package of a request for staff.
func (s *Queries) Package(ctx context.Context, by models.Actor, r models.Request, file string) (*PackageStream, error) {
	return s.stream(ctx, by, r, file)
}

// stream opens a package, after recording who does.
func (s *core) stream(ctx context.Context, by models.Actor, r models.Request, file string) (*PackageStream, error) {
	files, err := s.Store.Files(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(files, func(f models.File) bool { return f.ID == file && f.Package() && !f.Former(r) })
	if i < 0 {
		return nil, models.Errorf(models.CodeNotFound, "there is no such file")
	}
	if err := s.Store.Record(ctx, s.observed(by, r, models.EventFileRead, map[string]string{"file": file})); err != nil {
		return nil, err
	}
	return &PackageStream{File: files[i], Request: r.ID, ctx: context.WithoutCancel(ctx), core: s}, nil
}

// PackageStream is a package that is opened as it is read, in constant memory. It
// implements io.ReadSeeker: who seeks pays for what is skipped.
type PackageStream struct {
	File    models.File
	Request string
	ctx     context.Context //nolint:containedctx // lives as long as one answer
	core    *core
	blob    io.ReadCloser
	open    io.Reader
	at, to  int64 // where open is, and where the next byte is wanted
	last    bool  // the last byte was read
}

// Read implements io.Reader.
func (p *PackageStream) Read(b []byte) (int, error) {
	if p.to >= p.File.Size {
		return 0, io.EOF
	}
	if err := p.seek(); err != nil {
		return 0, err
	}
	n, err := p.open.Read(b[:min(int64(len(b)), p.File.Size-p.at)])
	p.at += int64(n)
	p.to = p.at
	p.last = p.last || p.at == p.File.Size
	if errors.Is(err, io.EOF) && p.at < p.File.Size {
		err = io.ErrUnexpectedEOF
	}
	return n, err //nolint:wrapcheck // io.EOF is the end
}

// seek brings the stream to where the next byte is wanted.
func (p *PackageStream) seek() error {
	if p.open == nil || p.at > p.to {
		if err := p.Close(); err != nil {
			return err
		}
		var err error
		if p.blob, err = p.core.Blobs.Get(p.ctx, p.File.Blob); err != nil {
			return fmt.Errorf("fetching package %s: %w", p.File.ID, err)
		}
		if p.open, err = p.core.Store.OpenStream(p.ctx, p.File, p.blob); err != nil {
			return err
		}
		p.at = 0
	}
	n, err := io.CopyN(io.Discard, p.open, p.to-p.at)
	p.at += n
	return err //nolint:wrapcheck // of the blob
}

// Seek implements io.Seeker.
func (p *PackageStream) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.to
	case io.SeekEnd:
		offset += p.File.Size
	}
	if offset < 0 {
		return 0, models.Errorf(models.CodeInvalid, "before the first byte")
	}
	p.to = offset
	return offset, nil
}

// Whole reports whether the last byte was read.
func (p *PackageStream) Whole() bool { return p.last }

// Close ends the reading.
func (p *PackageStream) Close() error {
	if p.blob == nil {
		return nil
	}
	err := p.blob.Close()
	p.blob, p.open = nil, nil
	return err //nolint:wrapcheck // of the blob
}

// Fetched counts that the requester has a package whole.
func (s *Cases) Fetched(ctx context.Context, p *PackageStream) error {
	_, err := s.DoByID(ctx, models.Actor{Kind: models.ActorSubject}, p.Request, workflows.FetchPackage{File: p.File.ID}, Option{})
	if models.CodeOf(err) == models.CodeConflict {
		return nil // it was voided meanwhile
	}
	return err
}

// VoidPackages voids what went out to a person before a task of one of their requests
// erased their data, in whichever request. It may be called again.
func (s *Cases) VoidPackages(ctx context.Context, requestID, task string) error {
	r, err := s.Store.FindByID(ctx, requestID)
	if err != nil || r.Shredded {
		return err
	}
	tasks, err := s.Store.TasksOf(ctx, r.ID)
	i := slices.IndexFunc(tasks, func(t models.Task) bool { return t.ID == task })
	if err != nil || i < 0 {
		return err
	}
	var all failures
	for _, mailbox := range mailboxesOf(r) {
		f := models.Filter{Email: mailbox, Limit: 500}
		for more := true; more; more = !f.After.IsZero() {
			page, next, err := s.Store.List(ctx, f)
			if err != nil {
				return err
			}
			for _, other := range page {
				if other.Package.File != "" && other.Package.Void == "" {
					all.add(other.ID, s.voidErased(ctx, r, other.ID, tasks[i].EndedAt))
				}
			}
			f.After = next
		}
	}
	return all.all()
}

// mailboxesOf are those under which requests about the person of a request are found:
// their own, and that of who files for them.
func mailboxesOf(r models.Request) []string {
	all := []string{r.Mailbox(), r.NamedMailbox()}
	return slices.DeleteFunc(all, func(m string) bool { return m == "" })
}

// voidErased voids the package of a request about the person of r, if it was made
// before their data was erased.
func (s *Cases) voidErased(ctx context.Context, r models.Request, id string, erased time.Time) error {
	other, err := s.Store.FindByID(ctx, id)
	if err != nil || !samePerson(r, other) {
		return err
	}
	f, err := s.packageFile(ctx, other)
	if err != nil || f.CreatedAt.After(erased) {
		return err
	}
	_, err = s.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, id, workflows.VoidPackage{Why: models.PackageErased}, Option{})
	if models.CodeOf(err) == models.CodeConflict {
		return nil // another task that erased has voided it
	}
	return err
}

// samePerson reports whether two requests are about the same person: by their own
// address, or by their name where neither has one.
func samePerson(r, other models.Request) bool {
	a, b := r.Person, other.Person
	if a.Email == "" && b.Email == "" {
		return strings.EqualFold(strings.TrimSpace(a.Name), strings.TrimSpace(b.Name))
	}
	return mailaddr.Same(a.Email, b.Email)
}

// packageFile is the file of a package; none where it has none.
func (s *core) packageFile(ctx context.Context, r models.Request) (models.File, error) {
	files, err := s.Store.Files(ctx, r.ID)
	for _, f := range files {
		if f.ID == r.Package.File {
			return f, err
		}
	}
	return models.File{}, err
}
