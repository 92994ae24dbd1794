package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// Bounds that keep a slow database from taking the service with it (fault
// F11). A parameter that the URL sets itself stays as it is.
const (
	maxConns     = 20
	maxExports   = 4
	connIdleTime = 5 * time.Minute
)

func limits() map[string]string {
	return map[string]string{
		"statement_timeout":                   "5s",
		"lock_timeout":                        "2s",
		"idle_in_transaction_session_timeout": "10s",
	}
}

func openPostgres(ctx context.Context, c Config) (*Store, error) {
	config, err := pgx.ParseConfig(c.URL)
	if err != nil {
		// pgx shortens the URL in its errors but keeps user and host.
		return nil, fmt.Errorf("reading the database URL: %w", err)
	}
	free := stdlib.OpenDB(*config)
	free.SetMaxOpenConns(maxExports)
	free.SetMaxIdleConns(1)
	free.SetConnMaxIdleTime(connIdleTime)
	limited := config.Copy()
	for k, v := range limits() {
		if _, set := limited.RuntimeParams[k]; !set {
			limited.RuntimeParams[k] = v
		}
	}
	work := stdlib.OpenDB(*limited)
	work.SetMaxOpenConns(maxConns)
	work.SetMaxIdleConns(maxConns)
	work.SetConnMaxIdleTime(connIdleTime)

	s := &Store{dialect: dialectPostgres, clock: c.Now, writer: work, reader: work, exporter: free}
	if err := c.Migrate(ctx, free, s.dialect); err != nil {
		_ = s.Close()
		return nil, fault(err)
	}
	if err := s.use(func(db *sql.DB) gorm.Dialector { return postgres.New(postgres.Config{Conn: db}) }); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// pipeline runs a plan in two round trips: everything up to the commit is sent
// before the first answer is read, which is worth a factor of two.
func (s *Store) pipeline(ctx context.Context, p *plan) error {
	c, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // gives the connection back to the pool
	return c.Raw(func(driver any) error {
		return send(ctx, driver.(*stdlib.Conn).Conn(), p) //nolint:forcetypeassert,errcheck // openPostgres made it
	})
}

func send(ctx context.Context, c *pgx.Conn, p *plan) error {
	b := &pgx.Batch{}
	b.Queue("begin")
	for _, st := range p.steps {
		b.Queue(st.sql, st.args...)
	}
	err := receive(c.SendBatch(ctx, b), p)
	if err == nil {
		_, err = c.Exec(ctx, "commit")
	}
	if err != nil {
		abandon(ctx, c)
	}
	return err
}

func receive(r pgx.BatchResults, p *plan) error {
	defer r.Close() //nolint:errcheck // the first error was read from a result
	if _, err := r.Exec(); err != nil {
		return err
	}
	for _, st := range p.steps {
		tag, err := r.Exec()
		if err := st.check(tag.RowsAffected(), err); err != nil {
			return err
		}
	}
	return r.Close()
}

// abandon rolls back whatever is left, also where the caller has gone, and
// closes a connection that cannot.
func abandon(ctx context.Context, c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if _, err := c.Exec(ctx, "rollback"); err != nil {
		_ = c.Close(ctx)
	}
}
