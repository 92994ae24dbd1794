package sqlsystem

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"habeas/fulfilment/system"
	"habeas/models"
)

// postgres is PostgreSQL 13 and later.
type postgres struct{}

func (postgres) open(def *system.SQL) (*sql.DB, error) {
	conf, err := pgx.ParseConfig(def.URL)
	if err != nil {
		return nil, err
	}
	if def.Password != "" {
		conf.Password = def.Password
	}
	conf.ConnectTimeout = 10 * time.Second
	// Every value is text, written in the same way whatever the server's
	// settings are.
	maps.Copy(conf.RuntimeParams, map[string]string{
		"application_name": "habeas", "timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "postgres",
		"bytea_output": "hex", "extra_float_digits": "1", "standard_conforming_strings": "on",
	})
	for name, limit := range map[string]time.Duration{
		"statement_timeout": def.Timeout, "lock_timeout": def.LockTimeout, "idle_in_transaction_session_timeout": 2 * def.Timeout,
	} {
		conf.RuntimeParams[name] = strconv.FormatInt(limit.Milliseconds(), 10)
	}
	return stdlib.OpenDB(*conf), nil
}

// session has nothing to do: the connection was opened with its settings.
func (postgres) session(context.Context, *sql.Conn, time.Duration, time.Duration) error { return nil }

func (postgres) unlimited(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SET statement_timeout = 0")
	return err
}

func (postgres) begin(write bool) string {
	if write {
		return "BEGIN ISOLATION LEVEL READ COMMITTED"
	}
	return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
}

func (postgres) quote(name string) string           { return pgx.Identifier{name}.Sanitize() }
func (postgres) placeholder(n int) string           { return "$" + strconv.Itoa(n) }
func (postgres) forUpdate() string                  { return " FOR UPDATE" }
func (postgres) batchSize() int                     { return 5000 }
func (postgres) read(name string, _ *column) string { return name + "::text" }

func (postgres) scan(raw any, _ *column) value {
	switch v := raw.(type) {
	case nil:
		return value{}
	case string:
		return text(v)
	case []byte:
		return text(string(v))
	}
	return text(fmt.Sprint(raw))
}

// arrayType is the type of an array whose elements are compared with a column.
// The whole numbers are compared as bigint, so that none is too large.
func arrayType(c *column) string {
	switch c.family {
	case famInt:
		return "bigint[]"
	case famText:
		if c.base != "character" && c.base != "citext" {
			return "text[]"
		}
	case famOther, famNumber, famUUID, famBinary, famBool, famJSON, famEnum, famAny:
	}
	return c.base + "[]"
}

// array writes values as a PostgreSQL array.
func array(values []value) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		if v.null() {
			b.WriteString("NULL")
			continue
		}
		b.WriteByte('"')
		b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v.text))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

func transpose(tuples [][]value, column int) []value {
	all := make([]value, len(tuples))
	for i, t := range tuples {
		all[i] = t[column]
	}
	return all
}

func (postgres) in(q *query, names []string, columns []*column, tuples [][]value) string {
	if len(names) == 1 {
		return names[0] + " = ANY(" + q.arg(array(transpose(tuples, 0))) + "::" + arrayType(columns[0]) + ")"
	}
	parts := make([]string, len(names))
	for i, c := range columns {
		parts[i] = q.arg(array(transpose(tuples, i))) + "::" + arrayType(c)
	}
	return "(" + strings.Join(names, ", ") + ") IN (SELECT * FROM unnest(" + strings.Join(parts, ", ") + "))"
}

func (postgres) bind(q *query, c *column, v value) string {
	if v.null() {
		return "NULL"
	}
	return q.arg(v.text) + "::" + c.base
}

// assign changes the rows of a batch by one statement.
func (d postgres) assign(b *batch) []*query {
	q := &query{d: d}
	var sets, aliases, arrays, wheres []string
	for i, c := range b.columns {
		if allNull(b.values, i) { // an array's own type cannot be in an array
			sets = append(sets, d.quote(c.name)+" = NULL")
			continue
		}
		alias := "v" + strconv.Itoa(i)
		sets = append(sets, d.quote(c.name)+" = n."+alias)
		aliases = append(aliases, alias)
		arrays = append(arrays, q.arg(array(transpose(b.values, i)))+"::"+c.base+"[]")
	}
	for i, c := range b.table.columnsOf(b.table.key) {
		alias := "k" + strconv.Itoa(i)
		aliases = append(aliases, alias)
		arrays = append(arrays, q.arg(array(transpose(b.keys, i)))+"::"+arrayType(c))
		wheres = append(wheres, "t."+d.quote(c.name)+" = n."+alias)
	}
	q.write("UPDATE ", tableName(d, b.table.relation), " AS t SET ", strings.Join(sets, ", "),
		" FROM unnest(", strings.Join(arrays, ", "), ") AS n(", strings.Join(aliases, ", "), ") WHERE ", strings.Join(wheres, " AND "))
	return []*query{q}
}

func allNull(values [][]value, column int) bool {
	for _, row := range values {
		if !row[column].null() {
			return false
		}
	}
	return true
}

func (postgres) fault(err error) *models.ConnectorError {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return nil
	}
	fault := &models.ConnectorError{Code: e.Code, Table: e.TableName, Column: e.ColumnName, Constraint: e.ConstraintName, Sealed: e.Message + "\n" + e.Detail}
	switch {
	case e.Code == "57014":
		fault.Fault, fault.Text = models.FaultTimeout, "the statement took longer than the time limit"
	case e.Code == "55P03" || e.Code == "40P01":
		fault.Fault, fault.Text = models.FaultLocked, "somebody else holds the rows"
	case e.Code == "40001":
		fault.Fault, fault.Text = models.FaultLocked, "the rows changed at the same moment"
	case e.Code == "42501":
		fault.Fault, fault.Text = models.FaultPrivilege, "the account may not do this"
	case strings.HasPrefix(e.Code, "28") || e.Code == "3D000":
		fault.Fault, fault.Text = models.FaultCredentials, "the database does not let the account in"
	case strings.HasPrefix(e.Code, "42"):
		fault.Fault, fault.Text = models.FaultDefinition, "the statement does not fit the database"
	case strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P") || strings.HasPrefix(e.Code, "53"):
		fault.Fault, fault.Text = models.FaultUnavailable, "the database is not available"
	default:
		fault.Fault, fault.Text = models.FaultRefused, "the database refuses the change"
	}
	return fault
}

func (postgres) token(ctx context.Context, c *sql.Conn) (string, error) {
	var id string
	err := c.QueryRowContext(ctx, "SELECT pg_current_xact_id()::text").Scan(&id)
	return id, err
}

func (postgres) outcome(ctx context.Context, c *sql.Conn, token string) (models.Resolution, error) {
	if _, err := c.ExecContext(ctx, "SAVEPOINT habeas_outcome"); err != nil {
		return models.ResolvedUnclear, err
	}
	var status sql.NullString
	err := c.QueryRowContext(ctx, "SELECT pg_xact_status($1::text::xid8)", token).Scan(&status)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "22023" {
		// A transaction of the future: the server crashed and forgot it, or was
		// restored from before it.
		_, err := c.ExecContext(ctx, "ROLLBACK TO SAVEPOINT habeas_outcome")
		return models.ResolvedUnclear, err
	}
	switch status.String {
	case "committed":
		return models.ResolvedApplied, err
	case "aborted":
		return models.ResolvedNot, err
	case "in progress":
		return models.ResolvedLater, err
	}
	return models.ResolvedUnclear, err
}

// changes asks the statistics of the running transaction. They count what
// triggers and cascades do as well. A partition counts as its table.
func (postgres) changes(ctx context.Context, c *sql.Conn) (map[string]int, error) {
	rows, err := c.QueryContext(ctx, `
		SELECT n.nspname || '.' || r.relname, sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::bigint
		FROM pg_stat_xact_user_tables s
		JOIN pg_class r ON r.oid = coalesce(pg_partition_root(s.relid), s.relid)
		JOIN pg_namespace n ON n.oid = r.relnamespace
		WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0 GROUP BY 1`)
	if err != nil {
		return nil, err
	}
	return counted(rows)
}

func counted(rows *sql.Rows) (map[string]int, error) {
	defer rows.Close() //nolint:errcheck // it was read
	all := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		all[name] = n
	}
	return all, rows.Err()
}

func (d postgres) privileges(ctx context.Context, c *sql.Conn, tables []*table, erase bool) (missing, more []string, err error) {
	var super bool
	if err := c.QueryRowContext(ctx, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").Scan(&super); err != nil {
		return nil, nil, err
	}
	if super {
		return nil, []string{"the account is a superuser; SELECT, UPDATE and DELETE on the tables are enough"}, nil
	}
	for _, t := range tables {
		var may [6]bool
		var rights []string
		for i, p := range []string{"SELECT", "UPDATE", "DELETE", "INSERT", "TRUNCATE", "TRIGGER"} {
			right := "has_table_privilege($1::text, '" + p + "')"
			if i < 2 {
				right += " OR has_any_column_privilege($1::text, '" + p + "')"
			}
			rights = append(rights, right)
		}
		q := "SELECT " + strings.Join(rights, ", ")
		if err := c.QueryRowContext(ctx, q, tableName(d, t.relation)).Scan(&may[0], &may[1], &may[2], &may[3], &may[4], &may[5]); err != nil {
			return nil, nil, err
		}
		m, o := judge(t, may[0], may[1], may[2], may[3] || may[4] || may[5], erase)
		missing, more = append(missing, m...), append(more, o...)
	}
	return missing, more, nil
}

// judge says what an account may too little and too much on a table.
func judge(t *table, selects, updates, deletes, others, erase bool) (missing, more []string) {
	if !selects {
		missing = append(missing, "the account may not SELECT from "+t.String())
	}
	if erase && !updates {
		missing = append(missing, "the account may not UPDATE "+t.String())
	}
	if erase && !deletes {
		missing = append(missing, "the account may not DELETE from "+t.String())
	}
	if others {
		more = append(more, "the account may do more than it needs on "+t.String()+" (INSERT, TRUNCATE or TRIGGER)")
	}
	if !erase && (updates || deletes) {
		more = append(more, "the account may change "+t.String()+", though the system only takes find")
	}
	return missing, more
}
