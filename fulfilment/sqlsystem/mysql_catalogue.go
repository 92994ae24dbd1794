package sqlsystem

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// catalogue reads the tables of the databases ("" is that of the connection)
// and the foreign keys that the account may see.
func (d mysql) catalogue(ctx context.Context, c *sql.Conn, schemas []string) (*catalogue, error) {
	var current sql.NullString
	if err := c.QueryRowContext(ctx, "SELECT DATABASE()").Scan(&current); err != nil {
		return nil, err
	}
	l := &myLoader{cat: &catalogue{}, current: current.String, last: map[string]any{}}
	var named []string
	var args []any
	for _, s := range schemas {
		if s == "" {
			s = current.String
		}
		if !slices.Contains(named, s) {
			named, args = append(named, s), append(args, s)
		}
	}
	list := "(" + strings.TrimSuffix(strings.Repeat("?,", len(named)), ",") + ")"
	steps := []struct {
		query string
		scan  func(*sql.Rows) error
	}{
		{`SELECT table_schema, table_name, table_type, coalesce(table_rows, 0) FROM information_schema.tables WHERE table_schema IN ` + list + ` ORDER BY table_schema = DATABASE() DESC, table_schema, table_name`, l.relation},
		{`SELECT table_schema, table_name, column_name, data_type, column_type, coalesce(character_maximum_length, 0), is_nullable, extra, coalesce(generation_expression, ''), coalesce(collation_name, '')
		  FROM information_schema.columns WHERE table_schema IN ` + list + ` ORDER BY table_schema, table_name, ordinal_position`, l.column},
		{`SELECT table_schema, table_name, index_name, non_unique, column_name FROM information_schema.statistics WHERE table_schema IN ` + list + ` ORDER BY table_schema, table_name, index_name, seq_in_index`, l.index},
		{`SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema, k.referenced_table_name, k.referenced_column_name, r.delete_rule
		  FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
		    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
		  WHERE k.referenced_table_name IS NOT NULL AND k.table_schema IN ` + list + ` ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position`, l.foreignKey},
		{`SELECT event_object_schema, event_object_table, trigger_name, event_manipulation, action_statement FROM information_schema.triggers WHERE event_object_schema IN ` + list, l.trigger},
	}
	for _, s := range steps {
		if err := each(ctx, c, s.query, args, s.scan); err != nil {
			return nil, err
		}
	}
	return l.cat, l.checks(ctx, c, list, args)
}

type myLoader struct {
	cat     *catalogue
	current string
	last    map[string]any // the index or key under way, by its name
}

func (l *myLoader) relation(rows *sql.Rows) error {
	r := &relation{}
	var kind string
	var size uint64
	if err := rows.Scan(&r.schema, &r.name, &kind, &size); err != nil {
		return err
	}
	r.small = size <= smallRows
	r.view = kind != "BASE TABLE"
	l.cat.relations = append(l.cat.relations, r)
	return nil
}

func (l *myLoader) column(rows *sql.Rows) error {
	var schema, name, kind, nullable, extra, generation, collation string
	var length uint64
	c := &column{}
	if err := rows.Scan(&schema, &name, &c.name, &c.base, &kind, &length, &nullable, &extra, &generation, &collation); err != nil {
		return err
	}
	c.nullable, c.unsigned = nullable == "YES", strings.Contains(kind, "unsigned")
	c.generated = generation != "" || strings.Contains(strings.ToUpper(extra), "GENERATED") && !strings.Contains(strings.ToUpper(extra), "DEFAULT_GENERATED")
	c.fold = strings.HasSuffix(collation, "_ci")
	if length < 1<<31 {
		c.length = int(length)
	}
	c.family, c.bits = myFamily(c.base)
	r := l.cat.find(schema, name)
	r.columns = append(r.columns, c)
	return nil
}

func myFamily(base string) (family, int) {
	switch base {
	case "tinyint":
		return famInt, 7
	case "smallint":
		return famInt, 15
	case "mediumint":
		return famInt, 23
	case "int":
		return famInt, 31
	case "bigint":
		return famInt, 63
	case "decimal":
		return famNumber, 0
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext":
		return famText, 0
	case "enum", "set":
		return famEnum, 0
	case "json":
		return famJSON, 0
	case "uuid":
		return famUUID, 0
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry", "point", "polygon", "linestring", "multipoint", "multilinestring", "multipolygon", "geometrycollection":
		return famBinary, 0
	}
	return famOther, 0
}

func (l *myLoader) index(rows *sql.Rows) error {
	var schema, name, key string
	var other bool
	var columnName sql.NullString
	if err := rows.Scan(&schema, &name, &key, &other, &columnName); err != nil {
		return err
	}
	r := l.cat.find(schema, name)
	position := r.column(columnName.String) // -1: an expression
	id := schema + "\x00" + name + "\x00" + key
	again := l.last["index"] == id
	l.last["index"] = id
	switch {
	case key == "PRIMARY":
		r.key = append(r.key, position)
	case !other && again && len(r.uniques) > 0:
		u := &r.uniques[len(r.uniques)-1]
		u.columns = append(u.columns, position)
	case !other:
		r.uniques = append(r.uniques, unique{columns: []int{position}})
	case again && len(r.indexes) > 0:
		i := &r.indexes[len(r.indexes)-1]
		i.columns = append(i.columns, position)
	default:
		r.indexes = append(r.indexes, index{columns: []int{position}})
	}
	return nil
}

func (l *myLoader) foreignKey(rows *sql.Rows) error {
	var schema, name, key, from, toSchema, toName, to, rule string
	if err := rows.Scan(&schema, &name, &key, &from, &toSchema, &toName, &to, &rule); err != nil {
		return err
	}
	id := schema + "\x00" + name + "\x00" + key
	holder, target := l.cat.find(schema, name), l.cat.find(toSchema, toName)
	if target == nil {
		return nil // a table of another database that no dataset speaks of
	}
	f, again := l.last[id].(*foreignKey)
	if !again {
		if rule == "RESTRICT" || rule == "NO ACTION" {
			rule = ""
		}
		f = &foreignKey{name: key, from: holder, to: target, onDelete: rule}
		l.last[id] = f
		link(f)
	}
	f.fromCols, f.toCols = append(f.fromCols, holder.column(from)), append(f.toCols, target.column(to))
	return nil
}

func (l *myLoader) trigger(rows *sql.Rows) error {
	var schema, name string
	t := trigger{}
	if err := rows.Scan(&schema, &name, &t.name, &t.event, &t.statement); err != nil {
		return err
	}
	if r := l.cat.find(schema, name); r != nil {
		r.triggers = append(r.triggers, t)
	}
	return nil
}

// checks reads CHECK constraints. MariaDB has the table's name beside each;
// MySQL has it in table_constraints.
func (l *myLoader) checks(ctx context.Context, c *sql.Conn, list string, args []any) error {
	return each(ctx, c, `SELECT t.table_schema, t.table_name, t.constraint_name, k.check_clause
		FROM information_schema.table_constraints t JOIN information_schema.check_constraints k
		  ON k.constraint_schema = t.constraint_schema AND k.constraint_name = t.constraint_name
		WHERE t.constraint_type = 'CHECK' AND t.table_schema IN `+list, args, func(rows *sql.Rows) error {
		var schema, name string
		k := check{}
		if err := rows.Scan(&schema, &name, &k.name, &k.expression); err != nil {
			return err
		}
		r := l.cat.find(schema, name)
		if r == nil {
			return nil
		}
		for i, col := range r.columns {
			if mentions(k.expression, col.name) {
				k.columns = append(k.columns, i)
			}
		}
		// MariaDB gives a JSON column a check of its own.
		if len(k.columns) == 1 && strings.HasPrefix(k.expression, "json_valid(") {
			r.columns[k.columns[0]].family = famJSON
			return nil
		}
		r.checks = append(r.checks, k)
		return nil
	})
}

// mentions reports whether an expression has a name, quoted or not.
func mentions(expression, name string) bool {
	lower, name := strings.ToLower(expression), strings.ToLower(name)
	for at := 0; ; {
		i := strings.Index(lower[at:], name)
		if i < 0 {
			return false
		}
		before, after := at+i-1, at+i+len(name)
		if (before < 0 || !wordByte(lower[before])) && (after >= len(lower) || !wordByte(lower[after])) {
			return true
		}
		at += i + 1
	}
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 0x80
}
