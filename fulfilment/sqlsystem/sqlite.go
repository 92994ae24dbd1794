package sqlsystem

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	lite "modernc.org/sqlite"

	"habeas/fulfilment/system"
	"habeas/models"
)

// sqlite is SQLite. Its values have types of their own, whatever the column
// says, and are read and bound as they are.
type sqlite struct{}

func (sqlite) open(def *system.SQL) (*sql.DB, error) {
	path, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(def.URL, "sqlite://"), "file:"), "?")
	if _, err := os.Stat(path); err != nil {
		return nil, errors.New("there is no such database file")
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	u.RawQuery = url.Values{"mode": {"rw"}, "_pragma": {"foreign_keys(1)", "busy_timeout(" + strconv.FormatInt(def.LockTimeout.Milliseconds(), 10) + ")"}}.Encode()
	return sql.Open("sqlite", u.String())
}

func (sqlite) session(ctx context.Context, c *sql.Conn, _, lock time.Duration) error {
	_, err := c.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", lock.Milliseconds()))
	return err
}

func (sqlite) unlimited(context.Context, *sql.Conn) error { return nil } // it has none

func (sqlite) begin(write bool) string {
	if write {
		return "BEGIN IMMEDIATE"
	}
	return "BEGIN"
}

func (sqlite) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func (sqlite) placeholder(int) string   { return "?" }
func (sqlite) forUpdate() string        { return "" } // the whole file is locked
func (sqlite) batchSize() int           { return 500 }

// read has a plus sign so that the driver does not make a time of a text.
func (sqlite) read(name string, _ *column) string { return "+" + name }

func (sqlite) scan(raw any, _ *column) value {
	switch v := raw.(type) {
	case nil:
		return value{}
	case int64:
		return value{isInt, strconv.FormatInt(v, 10)}
	case float64:
		return value{isReal, strconv.FormatFloat(v, 'g', -1, 64)}
	case []byte:
		return value{isBinary, hex.EncodeToString(v)}
	case string:
		return text(v)
	}
	return text(fmt.Sprint(raw))
}

func (sqlite) param(v value) any {
	switch v.kind {
	case isNull:
		return nil
	case isInt:
		if i, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			return i
		}
	case isReal:
		if f, err := strconv.ParseFloat(v.text, 64); err == nil {
			return f
		}
	case isBinary:
		return v.bytes()
	case isText:
	}
	return v.text
}

func (d sqlite) in(q *query, names []string, columns []*column, tuples [][]value) string {
	return inList(names, tuples, func(i int, v value) string {
		// A column of no type does not turn '1' into 1.
		if columns[i].family == famAny && v.kind == isText && wholeNumber.MatchString(v.text) {
			return "CASE typeof(" + names[i] + ") WHEN 'integer' THEN CAST(" + q.arg(v.text) + " AS INTEGER) ELSE " + q.arg(v.text) + " END"
		}
		return q.arg(d.param(v))
	})
}

func (d sqlite) bind(q *query, _ *column, v value) string {
	if v.null() {
		return "NULL"
	}
	return q.arg(d.param(v))
}

func (d sqlite) assign(b *batch) []*query { return assignEach(d, b) }

func (sqlite) fault(err error) *models.ConnectorError {
	e, ok := errors.AsType[*lite.Error](err)
	if !ok {
		return nil
	}
	fault := &models.ConnectorError{Code: strconv.Itoa(e.Code()), Sealed: e.Error()}
	switch e.Code() & 0xff {
	case 5, 6: // busy, locked
		fault.Fault, fault.Text = models.FaultLocked, "somebody else holds the file"
	case 9: // interrupted
		fault.Fault, fault.Text = models.FaultTimeout, "the statement took longer than the time limit"
	case 3, 8, 23: // permission, read-only, authorisation
		fault.Fault, fault.Text = models.FaultPrivilege, "the file may not be written"
	case 1:
		fault.Fault, fault.Text = models.FaultDefinition, "the statement does not fit the database"
	case 11, 26: // corrupt, no database
		fault.Fault, fault.Text = models.FaultGarbage, "the file is no sound database"
	case 10, 14: // input or output, cannot open
		fault.Fault, fault.Text = models.FaultUnavailable, "the file cannot be read"
	default:
		fault.Fault, fault.Text = models.FaultRefused, "the database refuses the change"
	}
	return fault
}

func (sqlite) token(context.Context, *sql.Conn) (string, error) { return rowsTell, nil }

func (sqlite) outcome(context.Context, *sql.Conn, string) (models.Resolution, error) {
	return models.ResolvedUnclear, nil
}

// changes counts every row that this connection has changed, those of triggers
// and cascades included.
func (sqlite) changes(ctx context.Context, c *sql.Conn) (map[string]int, error) {
	var n int
	err := c.QueryRowContext(ctx, "SELECT total_changes()").Scan(&n)
	return map[string]int{"": n}, err
}

func (sqlite) privileges(context.Context, *sql.Conn, []*table, bool) (missing, more []string, err error) {
	return nil, nil, nil // a file has none
}

// catalogue reads the tables of the file.
func (d sqlite) catalogue(ctx context.Context, c *sql.Conn, _ []string) (*catalogue, error) {
	cat := &catalogue{}
	definitions := map[string]string{}
	err := each(ctx, c, "SELECT name, type, coalesce(sql, '') FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name", nil, func(rows *sql.Rows) error {
		var kind, definition string
		r := &relation{}
		if err := rows.Scan(&r.name, &kind, &definition); err != nil {
			return err
		}
		r.view = kind == "view"
		definitions[r.name] = definition
		cat.relations = append(cat.relations, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range cat.relations {
		for _, load := range []func(context.Context, *sql.Conn, *relation) error{d.columns, d.indexes, d.size} {
			if err := load(ctx, c, r); err != nil {
				return nil, err
			}
		}
		d.checks(r, definitions[r.name])
	}
	for _, r := range cat.relations {
		if err := d.foreignKeys(ctx, c, cat, r); err != nil {
			return nil, err
		}
	}
	return cat, d.triggers(ctx, c, cat)
}

func (sqlite) columns(ctx context.Context, c *sql.Conn, r *relation) error {
	parts := map[int]int{}
	err := each(ctx, c, `SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid`, []any{r.name}, func(rows *sql.Rows) error {
		var notNull, key, hidden int
		var kind string
		col := &column{}
		if err := rows.Scan(&col.name, &kind, &notNull, &key, &hidden); err != nil {
			return err
		}
		col.family, col.base, col.bits = affinity(kind)
		col.nullable, col.generated = notNull == 0, hidden > 1
		col.length = lengthOf(kind)
		if key > 0 {
			parts[key] = len(r.columns)
		}
		r.columns = append(r.columns, col)
		return nil
	})
	for i := 1; i <= len(parts); i++ {
		r.key = append(r.key, parts[i])
	}
	return err
}

// affinity is SQLite's own rule.
func affinity(kind string) (family, string, int) {
	upper := strings.ToUpper(kind)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(upper, p) {
				return true
			}
		}
		return false
	}
	switch {
	case kind == "" || has("BLOB"):
		return famAny, "blob", 0
	case has("INT"):
		return famInt, "integer", 63
	case has("JSON"):
		return famJSON, "json", 0
	case has("CHAR", "CLOB", "TEXT", "STRING"):
		return famText, "text", 0
	case has("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"):
		return famNumber, "numeric", 0
	case has("BOOL"):
		return famBool, "boolean", 0
	}
	return famOther, strings.ToLower(kind), 0
}

// lengthOf reads the number of VARCHAR(100). SQLite does not hold to it, but
// who wrote it meant it.
func lengthOf(kind string) int {
	_, rest, found := strings.Cut(kind, "(")
	number, _, _ := strings.Cut(rest, ")")
	n, err := strconv.Atoi(number)
	if !found || err != nil {
		return 0
	}
	return n
}

func (d sqlite) size(ctx context.Context, c *sql.Conn, r *relation) error {
	var n int
	err := c.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+tableName(d, r)+" LIMIT "+strconv.Itoa(smallRows+1)+")").Scan(&n)
	r.small = n <= smallRows
	return err
}

func (sqlite) indexes(ctx context.Context, c *sql.Conn, r *relation) error {
	type found struct {
		name            string
		uniq, partial   bool
		origin, keyword string
	}
	var all []found
	err := each(ctx, c, `SELECT l.name, l."unique", l.partial, l.origin, coalesce(s.sql, '') FROM pragma_index_list(?) l LEFT JOIN sqlite_schema s ON s.name = l.name`, []any{r.name}, func(rows *sql.Rows) error {
		var f found
		if err := rows.Scan(&f.name, &f.uniq, &f.partial, &f.origin, &f.keyword); err != nil {
			return err
		}
		all = append(all, f)
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range all {
		var columns []int
		err := each(ctx, c, `SELECT cid, coalesce(coll, '') FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno`, []any{f.name}, func(rows *sql.Rows) error {
			var position int
			var collation string
			if err := rows.Scan(&position, &collation); err != nil {
				return err
			}
			columns = append(columns, max(position, -1))
			return nil
		})
		if err != nil {
			return err
		}
		r.sqliteIndex(columns, f.uniq, f.partial, f.origin, f.keyword)
	}
	return nil
}

func (r *relation) sqliteIndex(columns []int, uniq, partial bool, origin, definition string) {
	switch {
	case origin == "pk" || len(columns) == 0:
	case uniq:
		r.uniques = append(r.uniques, unique{columns: columns, partial: partial})
	case partial:
	case columns[0] >= 0:
		r.indexes = append(r.indexes, index{columns: columns})
	default:
		_, rest, found := strings.Cut(strings.ToLower(definition), "(lower(")
		name, _, _ := strings.Cut(rest, ")")
		if i := r.folded(strings.Trim(strings.TrimSpace(name), "\"`[]")); found && i >= 0 {
			r.indexes = append(r.indexes, index{columns: []int{i}, lower: true})
		}
	}
}

// checks notes which columns a CHECK may speak of; SQLite has no catalogue of
// them.
func (sqlite) checks(r *relation, definition string) {
	lower := strings.ToLower(definition)
	for at := 0; ; {
		i := strings.Index(lower[at:], "check")
		if i < 0 {
			return
		}
		at += i + len("check")
		expression := parenthesised(definition[at:])
		if expression == "" {
			continue
		}
		k := check{expression: expression}
		for i, col := range r.columns {
			if mentions(expression, col.name) {
				k.columns = append(k.columns, i)
			}
		}
		r.checks = append(r.checks, k)
	}
}

// parenthesised returns what is in the parentheses that a text begins with.
func parenthesised(s string) string {
	s = strings.TrimLeft(s, " \t\r\n")
	if !strings.HasPrefix(s, "(") {
		return ""
	}
	depth, quoted := 0, false
	for i, c := range s {
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return s[1:i]
			}
		}
	}
	return ""
}

func (sqlite) foreignKeys(ctx context.Context, c *sql.Conn, cat *catalogue, r *relation) error {
	byID := map[int]*foreignKey{}
	return each(ctx, c, `SELECT id, "table", "from", coalesce("to", ''), on_delete, seq FROM pragma_foreign_key_list(?) ORDER BY id, seq`, []any{r.name}, func(rows *sql.Rows) error {
		var id, seq int
		var target, from, to, rule string
		if err := rows.Scan(&id, &target, &from, &to, &rule, &seq); err != nil {
			return err
		}
		other := cat.foldedName("", target)
		if other == nil {
			return nil // SQLite lets a key name a table that is not there
		}
		f := byID[id]
		if f == nil {
			if rule == "NO ACTION" || rule == "RESTRICT" {
				rule = ""
			}
			f = &foreignKey{name: fmt.Sprintf("%s_fk_%d", r.name, id), from: r, to: other, onDelete: rule}
			byID[id] = f
			link(f)
		}
		toCol := other.folded(to)
		if to == "" && seq < len(other.key) {
			toCol = other.key[seq]
		}
		f.fromCols, f.toCols = append(f.fromCols, r.folded(from)), append(f.toCols, toCol)
		return nil
	})
}

func (sqlite) triggers(ctx context.Context, c *sql.Conn, cat *catalogue) error {
	return each(ctx, c, "SELECT name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'trigger'", nil, func(rows *sql.Rows) error {
		var on string
		t := trigger{}
		if err := rows.Scan(&t.name, &on, &t.statement); err != nil {
			return err
		}
		if r := cat.foldedName("", on); r != nil {
			r.triggers = append(r.triggers, t)
		}
		return nil
	})
}
