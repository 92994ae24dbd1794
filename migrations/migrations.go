// Package migrations brings a database to the schema that this binary needs:
// numbered SQL, one folder a dialect, the same file names in both. A released
// file is never edited, and the newest code runs on the schema before. It does
// not know what the tables mean.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The dialects, each the name of its folder.
const (
	Postgres = "postgres"
	SQLite   = "sqlite"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// Up applies what is missing, each file in a transaction of its own. Of
// processes that start together one migrates and the others wait.
func Up(ctx context.Context, db *sql.DB, dialect string) error {
	return move(ctx, db, dialect, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// Down takes everything back, data included.
func Down(ctx context.Context, db *sql.DB, dialect string) error {
	return move(ctx, db, dialect, func(p *goose.Provider) error {
		_, err := p.DownTo(ctx, 0)
		return err
	})
}

// Digest tells the schema of this binary from that of any other.
func Digest() string {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := files.ReadFile(path)
		_, _ = fmt.Fprintf(h, "%s %d\n%s", path, len(content), content) // a hash never fails
		return err
	})
	if err != nil {
		panic("migrations: " + err.Error()) // they are in the binary
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// ErrEmpty says that a database has no schema at all.
var ErrEmpty = errors.New("the database is empty")

// Check is an error unless the database has exactly the schema of this binary
// or a newer one. It migrates nothing.
func Check(ctx context.Context, db *sql.DB, dialect string) error {
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading the schema version: %w", err)
	}
	if current == 0 {
		return fmt.Errorf("%w: habeas serve or habeas migrate makes its tables, if this is the right one", ErrEmpty)
	}
	if current < target {
		return fmt.Errorf("the database is at schema %d and this binary needs %d: run habeas migrate", current, target)
	}
	return nil
}

// attempts bounds how often a starter looks again after another was faster.
const attempts = 10

func move(ctx context.Context, db *sql.DB, dialect string, run func(*goose.Provider) error) error {
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	// PostgreSQL has a lock for this. In SQLite the slower of two starters
	// fails where the faster one was done before, with its own transaction
	// rolled back; as long as the version moves it only has to look again.
	for try, before := 1, int64(-1); ; try++ {
		err := run(p)
		if err == nil || dialect != SQLite || try == attempts || ctx.Err() != nil {
			return wrap(err)
		}
		version, verr := p.GetDBVersion(ctx)
		if verr != nil || version == before {
			return wrap(errors.Join(err, verr))
		}
		before = version
	}
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	return nil
}

func provider(db *sql.DB, dialect string) (*goose.Provider, error) {
	folder, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, fmt.Errorf("opening migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	name := goose.DialectSQLite3
	if dialect == Postgres {
		name = goose.DialectPostgres
		// The default looks only every five seconds whether the lock is free.
		l, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, fmt.Errorf("making the migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(l))
	}
	p, err := goose.NewProvider(name, db, folder, options...)
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %w", err)
	}
	return p, nil
}
