package sqlsystem

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"habeas/fulfilment/system"
	"habeas/models"
)

// dialect is what differs between the databases. Everything else is written
// once.
type dialect interface {
	open(def *system.SQL) (*sql.DB, error)
	// session prepares a connection: time limits, and how values are written.
	session(ctx context.Context, c *sql.Conn, statement, lock time.Duration) error
	// unlimited lifts the time limit of statements.
	unlimited(ctx context.Context, c *sql.Conn) error
	// begin starts a transaction: one read-only snapshot, or one that writes.
	begin(write bool) string
	catalogue(ctx context.Context, c *sql.Conn, schemas []string) (*catalogue, error)

	quote(name string) string
	placeholder(n int) string
	// read is an expression for the text of a column.
	read(name string, c *column) string
	scan(raw any, c *column) value
	// in is the condition that the columns have one of the tuples.
	in(q *query, names []string, columns []*column, tuples [][]value) string
	// bind is a parameter that is assigned to a column.
	bind(q *query, c *column, v value) string
	// assign changes one batch of rows.
	assign(b *batch) []*query
	forUpdate() string
	batchSize() int

	// fault says what an error of the driver means.
	fault(err error) *models.ConnectorError
	// token names the running transaction, so that outcome can say how it ended.
	token(ctx context.Context, c *sql.Conn) (string, error)
	outcome(ctx context.Context, c *sql.Conn, token string) (models.Resolution, error)
	// changes counts the rows that this connection has changed so far, table by
	// table where the database knows.
	changes(ctx context.Context, c *sql.Conn) (map[string]int, error)
	// privileges lists what the account may do beyond or short of its task.
	privileges(ctx context.Context, c *sql.Conn, tables []*table, erase bool) ([]string, []string, error)
}

func dialectOf(driver string) (dialect, bool) {
	switch driver {
	case "postgres":
		return postgres{}, true
	case "mysql":
		return mysql{}, true
	case "sqlite":
		return sqlite{}, true
	}
	return nil, false
}

// query is a statement under way with the parameters bound to it.
type query struct {
	d    dialect
	text strings.Builder
	args []any
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return q.d.placeholder(len(q.args))
}

func (q *query) write(parts ...string) {
	for _, p := range parts {
		q.text.WriteString(p)
	}
}

// tableName is a table's name, quoted.
func tableName(d dialect, r *relation) string {
	if r.schema == "" {
		return d.quote(r.name)
	}
	return d.quote(r.schema) + "." + d.quote(r.name)
}

// names returns the quoted names of columns.
func names(d dialect, columns []*column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = d.quote(c.name)
	}
	return all
}

// inList is column = one of, and for several columns an OR of ANDs, which every
// database answers from an index.
func inList(names []string, tuples [][]value, param func(column int, v value) string) string {
	var b strings.Builder
	if len(names) == 1 {
		b.WriteString(names[0] + " IN (")
		for i, t := range tuples {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(param(0, t[0]))
		}
		b.WriteByte(')')
		return b.String()
	}
	b.WriteByte('(')
	for i, t := range tuples {
		if i > 0 {
			b.WriteString(" OR ")
		}
		b.WriteByte('(')
		for j, v := range t {
			if j > 0 {
				b.WriteString(" AND ")
			}
			b.WriteString(names[j] + " = " + param(j, v))
		}
		b.WriteByte(')')
	}
	b.WriteByte(')')
	return b.String()
}

// batch is rows of one table that get new values in the same columns.
type batch struct {
	table   *table
	columns []*column // that are set
	keys    [][]value
	values  [][]value // a row each, in the order of columns
}
