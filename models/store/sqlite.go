package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

func openSQLite(ctx context.Context, c Config) (*Store, error) {
	// SQLite would make the file for everybody to read; its companions -wal
	// and -shm take over the mode.
	f, err := os.OpenFile(c.Path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	s := &Store{dialect: dialectSQLite, clock: c.Now}
	if err := s.pools(c.Path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := c.Migrate(ctx, s.writer, s.dialect); err != nil {
		return nil, errors.Join(fault(err), s.Close())
	}
	if err := s.use(func(db *sql.DB) gorm.Dialector { return dialector{db} }); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) pools(path string) (err error) {
	if s.writer, err = sql.Open("sqlite", dsn(path, "_txlock=immediate")); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	s.writer.SetMaxOpenConns(1)
	if s.reader, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)")); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	s.reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	s.reader.SetMaxIdleConns(max(4, runtime.NumCPU()))
	if s.exporter, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)")); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	s.exporter.SetMaxOpenConns(maxExports)
	s.exporter.SetMaxIdleConns(1)
	return nil
}

// dsn returns the settings of every connection: a commit is on the disk before
// it is acknowledged, what is deleted is overwritten, times are text in UTC
// that sorts as the instants do.
func dsn(path string, more ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(append(more,
		"_pragma=busy_timeout(5000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)", "_pragma=secure_delete(1)", "_pragma=recursive_triggers(1)",
		"_time_format=sqlite", "_timezone=UTC", "_texttotime=1",
	), "&")
}

// dialector teaches GORM SQLite through a driver in pure Go. The schema comes
// from migrations, so there is no Migrator.
type dialector struct{ db *sql.DB }

func (dialector) Name() string { return dialectSQLite }

func (d dialector) Initialize(db *gorm.DB) error {
	clauses := []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"}
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses: clauses,
		UpdateClauses: []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses: []string{"DELETE", "FROM", "WHERE", "RETURNING"},
	})
	db.ConnPool = d.db
	return nil
}

func (dialector) Migrator(*gorm.DB) gorm.Migrator { return nil }

func (dialector) DataTypeOf(*schema.Field) string { return "" }

func (dialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

func (dialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

func (dialector) QuoteTo(w clause.Writer, name string) {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			_ = w.WriteByte('.')
		}
		_, _ = w.WriteString(`"` + strings.ReplaceAll(part, `"`, `""`) + `"`)
	}
}

func (dialector) Explain(sql string, vars ...any) string {
	return logger.ExplainSQL(sql, nil, `'`, vars...)
}

func (dialector) Translate(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return gorm.ErrDuplicatedKey
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	}
	return err
}
