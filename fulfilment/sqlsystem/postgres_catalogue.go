package sqlsystem

import (
	"context"
	"database/sql"
	"strings"
)

// catalogue reads the tables of the schemas ("" is the search path), and every
// foreign key at either end of them.
func (d postgres) catalogue(ctx context.Context, c *sql.Conn, schemas []string) (*catalogue, error) {
	l := &pgLoader{byOID: map[int64]*relation{}, cat: &catalogue{}}
	named := array(texts(schemas))
	steps := []struct {
		query string
		scan  func(*sql.Rows) error
		args  []any
	}{
		{pgRelations, l.relation, []any{named}},
		{pgColumns, l.column, []any{named}},
		{pgIndexes, l.index, []any{named}},
		{pgConstraints, l.constraint, []any{named}},
		{pgTriggers, l.trigger, []any{named}},
	}
	for _, s := range steps {
		if err := each(ctx, c, s.query, s.args, s.scan); err != nil {
			return nil, err
		}
	}
	return l.cat, nil
}

func texts(all []string) []value {
	values := make([]value, len(all))
	for i, s := range all {
		values[i] = text(s)
	}
	return values
}

// each runs a query and calls scan for every row.
func each(ctx context.Context, c *sql.Conn, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // it was read
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

type pgLoader struct {
	byOID map[int64]*relation
	cat   *catalogue
}

// wanted are the relations of the schemas, and those that a foreign key joins
// to one of them. The search path's come first, so that a bare name means what
// it means to the database.
const pgWanted = `
	WITH mine AS (
		SELECT c.oid, coalesce(array_position(current_schemas(false), n.nspname), 1000) AS place
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
		  AND (n.nspname = ANY($1::text[]) OR '' = ANY($1::text[]) AND n.nspname = ANY(current_schemas(false)))
	), wanted AS (
		SELECT oid, place FROM mine
		UNION SELECT conrelid, 2000 FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND confrelid IN (SELECT oid FROM mine) AND conrelid NOT IN (SELECT oid FROM mine)
		UNION SELECT confrelid, 2000 FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conrelid IN (SELECT oid FROM mine) AND confrelid NOT IN (SELECT oid FROM mine)
	)`

const pgRelations = pgWanted + `
	SELECT c.oid::bigint, n.nspname, c.relname, c.relkind IN ('v', 'm'), row_security_active(c.oid),
	       greatest(c.reltuples, pg_relation_size(c.oid) / 200)::bigint
	FROM wanted w JOIN pg_class c ON c.oid = w.oid JOIN pg_namespace n ON n.oid = c.relnamespace
	ORDER BY w.place, n.nspname, c.relname`

func (l *pgLoader) relation(rows *sql.Rows) error {
	r := &relation{}
	var oid, size int64
	if err := rows.Scan(&oid, &r.schema, &r.name, &r.view, &r.rowSecurity, &size); err != nil {
		return err
	}
	r.small = size <= smallRows
	l.byOID[oid] = r
	l.cat.relations = append(l.cat.relations, r)
	return nil
}

// A domain counts as the type under it. A collation folds case if it is not
// deterministic.
const pgColumns = pgWanted + `
	SELECT a.attrelid::bigint, a.attname, a.attnum, coalesce(b.typtype, t.typtype), coalesce(b.typcategory, t.typcategory),
	       format_type(a.atttypid, NULL), format_type(coalesce(b.oid, t.oid), NULL),
	       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
	       NOT (a.attnotnull OR t.typnotnull), a.attgenerated <> '' OR a.attidentity = 'a', coalesce(NOT co.collisdeterministic, false)
	FROM wanted w JOIN pg_attribute a ON a.attrelid = w.oid JOIN pg_type t ON t.oid = a.atttypid
	LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
	LEFT JOIN pg_collation co ON co.oid = a.attcollation
	WHERE a.attnum > 0 ORDER BY a.attrelid, a.attnum`

func (l *pgLoader) column(rows *sql.Rows) error {
	var oid int64
	var number, mod int
	var kind, category, under string
	c := &column{}
	if err := rows.Scan(&oid, &c.name, &number, &kind, &category, &c.base, &under, &mod, &c.nullable, &c.generated, &c.fold); err != nil {
		return err
	}
	r := l.byOID[oid]
	for len(r.columns) < number-1 { // a dropped column keeps its number
		r.columns = append(r.columns, &column{name: "\x00"})
	}
	c.family, c.bits = pgFamily(under, kind, category)
	c.fold = c.fold || under == "citext"
	if (under == "character varying" || under == "character") && mod > 4 {
		c.length = mod - 4
	}
	r.columns = append(r.columns, c)
	return nil
}

func pgFamily(name, kind, category string) (family, int) {
	switch name {
	case "smallint":
		return famInt, 15
	case "integer":
		return famInt, 31
	case "bigint":
		return famInt, 63
	case "numeric":
		return famNumber, 0
	case "uuid":
		return famUUID, 0
	case "bytea":
		return famOther, 0
	case "boolean":
		return famBool, 0
	case "json", "jsonb":
		return famJSON, 0
	}
	switch {
	case kind == "e":
		return famEnum, 0
	case category == "S":
		return famText, 0
	}
	return famOther, 0
}

const pgIndexes = pgWanted + `
	SELECT i.indrelid::bigint, i.indisprimary, i.indisunique, i.indpred IS NOT NULL,
	       coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false),
	       array_to_string(i.indkey, ' '), i.indnkeyatts, coalesce(pg_get_indexdef(i.indexrelid, 1, true), '')
	FROM wanted w JOIN pg_index i ON i.indrelid = w.oid WHERE i.indisvalid ORDER BY i.indrelid, i.indexrelid`

func (l *pgLoader) index(rows *sql.Rows) error {
	var oid int64
	var primary, uniq, partial, nullsSame bool
	var keys, first string
	var n int
	if err := rows.Scan(&oid, &primary, &uniq, &partial, &nullsSame, &keys, &n, &first); err != nil {
		return err
	}
	r := l.byOID[oid]
	columns, whole := r.numbers(keys, n)
	switch {
	case primary:
		r.key = columns
	case uniq && whole:
		r.uniques = append(r.uniques, unique{columns: columns, nullsSame: nullsSame, partial: partial})
	case !partial && len(columns) > 0 && columns[0] >= 0:
		r.indexes = append(r.indexes, index{columns: columns})
	case !partial && strings.HasPrefix(first, "lower("):
		name := strings.Trim(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(first, "lower("), ")"), "::text"), `()"`)
		if i := r.column(name); i >= 0 {
			r.indexes = append(r.indexes, index{columns: []int{i}, lower: true})
		}
	}
	return nil
}

// numbers reads the columns of an index, -1 for an expression; whole says that
// there is none.
func (r *relation) numbers(list string, n int) (columns []int, whole bool) {
	whole = true
	for i, s := range strings.Fields(list) {
		if i >= n {
			break
		}
		number := 0
		for _, digit := range s {
			number = number*10 + int(digit-'0')
		}
		columns = append(columns, number-1)
		whole = whole && number > 0
	}
	return columns, whole
}

const pgConstraints = pgWanted + `
	SELECT k.conrelid::bigint, k.conname, k.contype, coalesce(array_to_string(k.conkey, ' '), ''),
	       k.confrelid::bigint, coalesce(array_to_string(k.confkey, ' '), ''),
	       CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' ELSE '' END,
	       CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid) ELSE '' END
	FROM wanted w JOIN pg_constraint k ON k.conrelid = w.oid
	WHERE k.contype = 'c' OR k.contype = 'f' AND k.conparentid = 0 AND k.confrelid IN (SELECT oid FROM wanted)
	ORDER BY k.conrelid, k.oid`

func (l *pgLoader) constraint(rows *sql.Rows) error {
	var from, to int64
	var name, kind, fromKeys, toKeys, onDelete, expression string
	if err := rows.Scan(&from, &name, &kind, &fromKeys, &to, &toKeys, &onDelete, &expression); err != nil {
		return err
	}
	r := l.byOID[from]
	columns, _ := r.numbers(fromKeys, 1<<10)
	if kind == "c" {
		r.checks = append(r.checks, check{name: name, expression: expression, columns: columns})
		return nil
	}
	target := l.byOID[to]
	targets, _ := target.numbers(toKeys, 1<<10)
	link(&foreignKey{name: name, from: r, to: target, fromCols: columns, toCols: targets, onDelete: onDelete})
	return nil
}

const pgTriggers = pgWanted + `
	SELECT t.tgrelid::bigint, t.tgname FROM wanted w JOIN pg_trigger t ON t.tgrelid = w.oid WHERE NOT t.tgisinternal`

func (l *pgLoader) trigger(rows *sql.Rows) error {
	var oid int64
	t := trigger{}
	if err := rows.Scan(&oid, &t.name); err != nil {
		return err
	}
	l.byOID[oid].triggers = append(l.byOID[oid].triggers, t)
	return nil
}
