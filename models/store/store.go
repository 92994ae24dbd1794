// Package store keeps what the service knows in PostgreSQL or SQLite, through
// GORM. It is the only place that knows SQL: row types stay inside, personal
// data is sealed before it is written, and every exported method is one
// transaction. It does not know the lifecycle or the law.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"habeas/internal/keyring"
)

// The dialects, as package migrations names them.
const (
	dialectPostgres = "postgres"
	dialectSQLite   = "sqlite"
)

// Keyring seals what is personal. See package internal/keyring.
type Keyring interface {
	NewKey(id string) (wrapped []byte, k *keyring.Key, err error)
	Unwrap(id string, wrapped []byte) (*keyring.Key, error)
	Seal(plaintext []byte, place string) ([]byte, error)
	Open(sealed []byte, place string) ([]byte, error)
	Index(purpose string, value []byte) []byte
	Indexes(purpose string, value []byte) [][]byte
	Proof() ([]byte, error)
	Check(proof []byte) error
}

// Config says which database to open, and how.
type Config struct {
	URL  string // of a PostgreSQL database; "" for SQLite
	Path string // of the SQLite file, made with mode 0600 if it is not there

	// Migrate brings the schema up to date, or is an error if it is not:
	// migrations.Up or migrations.Check. It runs without time limits.
	Migrate func(ctx context.Context, db *sql.DB, dialect string) error
	// Keyring opens the keys. Only of a database that holds nothing sealed yet
	// it is told fresh: then, and only then, may keys be made.
	Keyring func(fresh bool) (Keyring, error)
	Now     func() time.Time
}

// Store keeps requests, jobs and people. Its methods may be called
// concurrently. Errors are models.Errors where the caller can do something
// about it: CodeNotFound, CodeStale, CodeConflict, CodeInFlight, and
// CodeUnavailable, which says nothing about whether a write was committed.
type Store struct {
	dialect string
	keys    Keyring
	clock   func() time.Time

	// On PostgreSQL the first two are one pool. SQLite has one writer at a
	// time, which would otherwise wait inside transactions, and readers that
	// it does not wait for.
	writer, reader, exporter *sql.DB
	db                       *gorm.DB    // on reader
	written                  *gorm.DB    // on writer
	batches                  groupCommit // to SQLite's writer
}

// Open connects to the database, migrates it and checks that the keys are
// those its data was sealed with.
func Open(ctx context.Context, c Config) (*Store, error) {
	open := openSQLite
	if c.URL != "" {
		open = openPostgres
	}
	s, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	s.clock = c.Now
	if err := s.unlock(ctx, c.Keyring); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.sealMessageIDs(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// use makes the GORM handles over the pools.
func (s *Store) use(dialector func(*sql.DB) gorm.Dialector) (err error) {
	config := func() *gorm.Config {
		return &gorm.Config{
			Logger:                 logger.Discard, // SQL errors quote values
			SkipDefaultTransaction: true,           // each plan is one already
			DisableAutomaticPing:   true,
			TranslateError:         true,
			NowFunc:                s.now,
		}
	}
	if s.db, err = gorm.Open(dialector(s.reader), config()); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if s.written, err = gorm.Open(dialector(s.writer), config()); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	return nil
}

// proofRow tells at start whether the keys are the right ones.
type proofRow struct {
	ID    int
	Proof []byte
}

func (proofRow) TableName() string { return "key_proof" }

// unlock opens the keys and compares them with the proof that the first start
// left, so that wrong keys stop the service before it writes anything.
func (s *Store) unlock(ctx context.Context, open func(bool) (Keyring, error)) error {
	var rows []proofRow
	if err := s.written.WithContext(ctx).Find(&rows).Error; err != nil {
		return fmt.Errorf("reading the key proof: %w", fault(err))
	}
	keys, err := open(len(rows) == 0)
	if err != nil {
		return fmt.Errorf("opening the keys: %w", err)
	}
	if len(rows) == 0 {
		proof, err := keys.Proof()
		if err != nil {
			return fmt.Errorf("proving the keys: %w", err)
		}
		first := s.written.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&proofRow{ID: 1, Proof: proof})
		if first.Error != nil {
			return fmt.Errorf("storing the key proof: %w", fault(first.Error))
		}
		// Another process may have been faster, with keys of its own.
		if err := s.written.WithContext(ctx).Find(&rows).Error; err != nil {
			return fmt.Errorf("reading the key proof: %w", fault(err))
		}
	}
	for _, r := range rows {
		if err := keys.Check(r.Proof); err != nil {
			return fmt.Errorf("checking the keys: %w", err)
		}
	}
	s.keys = keys
	return nil
}

// Ping is an error if the database cannot be reached.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.reader.PingContext(ctx); err != nil {
		return fmt.Errorf("reaching the database: %w", fault(err))
	}
	return nil
}

// Close closes every connection.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.exporter, s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// now is in UTC and of the precision that both databases keep.
func (s *Store) now() time.Time { return stored(s.clock()) }

// read returns GORM for one query outside of any transaction.
func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }
