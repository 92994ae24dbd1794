package cases

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// AddFile seals a file into the blob store and then adds it to the request.
// A crash between the two leaves bytes that nothing refers to, never a
// reference without bytes.
func (s *Cases) AddFile(ctx context.Context, by models.Actor, reference, name string, content []byte, internal bool, o Option) (models.File, error) {
	return s.add(ctx, reference, workflows.Attach{File: models.File{Name: name, Author: by, Internal: internal}}, content, o)
}

// add is AddFile for a file that is named, and not looked at yet.
func (s *Cases) add(ctx context.Context, reference string, c workflows.Attach, content []byte, o Option) (models.File, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return models.File{}, err
	}
	c.File.Size = int64(len(content))
	if err := s.checkShare(ctx, r.ID, c.File); err != nil {
		return models.File{}, err
	}
	if c.File.Name, c.File.MediaType, err = s.Inspect(c.File.Name, content); err != nil {
		return models.File{}, err
	}
	return s.addFile(ctx, r, c, content, o)
}

func (s *Cases) addFile(ctx context.Context, r models.Request, c workflows.Attach, content []byte, o Option) (models.File, error) {
	c.File.RequestID = r.ID
	f, err := s.keepFile(ctx, c.File, content)
	if err != nil {
		return models.File{}, err
	}
	c.File = f
	return f, s.attach(ctx, r, c, o)
}

// attach adds a file whose bytes are stored.
func (s *Cases) attach(ctx context.Context, r models.Request, c workflows.Attach, o Option) error {
	_, err := s.DoByID(ctx, c.File.Author, r.ID, c, o)
	if refused(err) {
		return s.takeBack(ctx, c.File, err)
	}
	return err
}

// keepFile seals a file of a request into the blob store, under a name of its own.
func (s *core) keepFile(ctx context.Context, f models.File, content []byte) (models.File, error) {
	f.ID, f.Blob, f.CreatedAt = s.NewID(), strings.ToLower(s.crockford(26)), s.now()
	sealed, err := s.Store.SealFile(ctx, f, content)
	if err != nil {
		return models.File{}, fmt.Errorf("sealing file %s: %w", f.ID, err)
	}
	if err := s.Blobs.Put(ctx, f.Blob, bytes.NewReader(sealed), int64(len(sealed))); err != nil {
		return models.File{}, fmt.Errorf("storing file %s: %w", f.ID, err)
	}
	return f, nil
}

// takeBack deletes the bytes of a file that was refused, and returns why it was.
func (s *core) takeBack(ctx context.Context, f models.File, why error) error {
	if err := s.Blobs.Delete(ctx, f.Blob); err != nil {
		return fmt.Errorf("taking back file %s, which was refused: %w", f.ID, err)
	}
	return why
}

// refused reports an error after which nothing was stored. After any other the
// transaction may have been committed, though its answer was lost.
func refused(err error) bool {
	code := models.CodeOf(err)
	return err != nil && code != models.CodeInternal && code != models.CodeUnavailable
}

// CheckFile says what is wrong with a file by itself, before it is added to
// anything.
func (s *Cases) CheckFile(name string, content []byte) error {
	if err := fits(len(content)); err != nil {
		return err
	}
	_, _, err := s.Inspect(name, content)
	return err
}

func fits(size int) error {
	if size == 0 {
		return models.Invalid(models.FieldError{Field: "file", Code: "required", Message: "the file is empty"})
	}
	if size > workflows.MaxFile {
		return models.Errorf(models.CodeTooLarge, "a file may have %d MiB at most", workflows.MaxFile>>20)
	}
	return nil
}

func (s *core) checkShare(ctx context.Context, requestID string, one models.File) error {
	if err := fits(int(one.Size)); err != nil {
		return err
	}
	files, err := s.Store.Files(ctx, requestID)
	if err != nil {
		return err
	}
	return workflows.CheckShare(files, one)
}

// Files returns the files of a request that the actor may see: staff all of
// them, and the requester those that are not internal, or went out with an answer,
// but for what came before they were the requester.
func (s *Queries) Files(ctx context.Context, by models.Actor, r models.Request) ([]models.File, error) {
	files, err := s.Store.Files(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var shown []models.File
	for _, f := range files {
		// A package is fetched as its terms say: see Sessions.OwnPackage.
		own := (!f.Internal || slices.Contains(r.Released, f.ID)) && !f.Package()
		if by.Kind == models.ActorStaff || own && !f.Former(r) {
			shown = append(shown, f)
		}
	}
	return shown, nil
}

// ReadFile returns a file and its bytes, after recording that it was read. reserve
// is asked for the memory first.
func (s *Queries) ReadFile(ctx context.Context, by models.Actor, r models.Request, fileID string, reserve func(size int64) error) (models.File, []byte, error) {
	files, err := s.Files(ctx, by, r)
	if err != nil {
		return models.File{}, nil, err
	}
	for _, f := range files {
		if f.ID == fileID && !f.Package() {
			if err := reserve(f.Size); err != nil {
				return models.File{}, nil, err
			}
			content, err := s.fetch(ctx, by, r, f)
			return f, content, err
		}
	}
	return models.File{}, nil, models.Errorf(models.CodeNotFound, "there is no such file")
}

func (s *core) fetch(ctx context.Context, by models.Actor, r models.Request, f models.File) ([]byte, error) {
	if err := s.Store.Record(ctx, s.observed(by, r, models.EventFileRead, map[string]string{"file": f.ID})); err != nil {
		return nil, err
	}
	blob, err := s.Blobs.Get(ctx, f.Blob)
	if err != nil {
		return nil, fmt.Errorf("fetching file %s: %w", f.ID, err)
	}
	defer blob.Close() //nolint:errcheck // only read from
	sealed, err := io.ReadAll(blob)
	if err != nil {
		return nil, fmt.Errorf("reading file %s: %w", f.ID, err)
	}
	return s.Store.OpenFile(ctx, f, sealed)
}
