package sqlsystem

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	my "github.com/go-sql-driver/mysql"

	"habeas/fulfilment/system"
	"habeas/models"
)

// mysql is MySQL 8 and MariaDB 10.5, and later ones. Tables have to be InnoDB.
type mysql struct{}

func (mysql) open(def *system.SQL) (*sql.DB, error) {
	conf, err := mysqlConfig(def.URL)
	if err != nil {
		return nil, err
	}
	if def.Password != "" {
		conf.Passwd = def.Password
	}
	conf.Timeout = 10 * time.Second
	conf.ReadTimeout, conf.WriteTimeout = def.Timeout+5*time.Second, def.Timeout+5*time.Second
	conf.ClientFoundRows = true // an update to the same value counts
	conf.Logger = quiet{}
	connector, err := my.NewConnector(conf)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// quiet drops what the driver would write to the standard error: it comes as an
// error, too.
type quiet struct{}

func (quiet) Print(...any) {}

// mysqlConfig reads mysql://user:password@host:port/database?tls=true, or what
// the driver itself reads.
func mysqlConfig(address string) (*my.Config, error) {
	if !strings.HasPrefix(address, "mysql://") && !strings.HasPrefix(address, "mariadb://") {
		return my.ParseDSN(address)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address cannot be read")
	}
	conf := my.NewConfig()
	conf.Net, conf.Addr, conf.DBName = "tcp", u.Host, strings.TrimPrefix(u.Path, "/")
	conf.User = u.User.Username()
	conf.Passwd, _ = u.User.Password()
	conf.TLSConfig = u.Query().Get("tls")
	if u.Port() == "" {
		conf.Addr += ":3306"
	}
	return conf, nil
}

func (mysql) session(ctx context.Context, c *sql.Conn, statement, lock time.Duration) error {
	seconds := max(1, int(lock.Round(time.Second).Seconds()))
	settings := fmt.Sprintf("SET SESSION innodb_lock_wait_timeout = %d, lock_wait_timeout = %d, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,ANSI_QUOTES,ERROR_FOR_DIVISION_BY_ZERO'", seconds, seconds)
	if _, err := c.ExecContext(ctx, settings); err != nil {
		return err
	}
	// MariaDB knows the one, MySQL the other.
	_, err := c.ExecContext(ctx, fmt.Sprintf("SET SESSION max_statement_time = %d", max(1, int(statement.Seconds()))))
	if err != nil && unknownVariable(err) {
		_, err = c.ExecContext(ctx, fmt.Sprintf("SET SESSION max_execution_time = %d", statement.Milliseconds()))
	}
	return err
}

func unknownVariable(err error) bool {
	e, ok := errors.AsType[*my.MySQLError](err)
	return ok && e.Number == 1193
}

func (mysql) unlimited(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SET SESSION max_statement_time = 0")
	if err != nil && unknownVariable(err) {
		_, err = c.ExecContext(ctx, "SET SESSION max_execution_time = 0")
	}
	return err
}

func (mysql) begin(write bool) string {
	if write {
		return "START TRANSACTION"
	}
	return "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
}

func (mysql) quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }
func (mysql) placeholder(int) string   { return "?" }
func (mysql) forUpdate() string        { return " FOR UPDATE" }
func (mysql) batchSize() int           { return 900 } // MariaDB makes a table of a longer list

func (mysql) read(name string, c *column) string {
	switch {
	case c.family == famBinary:
		return "HEX(" + name + ")"
	case c.base == "bit":
		return "CAST(" + name + "+0 AS CHAR)"
	case c.base == "float":
		return "CAST(CAST(" + name + " AS DOUBLE) AS CHAR)"
	}
	return "CAST(" + name + " AS CHAR)"
}

func (mysql) scan(raw any, c *column) value {
	switch v := raw.(type) {
	case nil:
		return value{}
	case []byte:
		if c != nil && c.family == famBinary {
			return value{isBinary, string(v)}
		}
		return text(string(v))
	}
	return text(fmt.Sprint(raw))
}

// param is a value as the driver wants it. A whole number is bound as one, or
// the server would compare by floating point.
func (mysql) param(v value, c *column) any {
	switch {
	case v.null():
		return nil
	case v.kind == isBinary || c.family == famBinary:
		return v.bytes()
	case c.family == famInt:
		if i, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			return i
		}
		if u, err := strconv.ParseUint(v.text, 10, 64); err == nil {
			return u
		}
	}
	return v.text
}

func (d mysql) in(q *query, names []string, columns []*column, tuples [][]value) string {
	return inList(names, tuples, func(i int, v value) string { return q.arg(d.param(v, columns[i])) })
}

func (d mysql) bind(q *query, c *column, v value) string {
	if v.null() {
		return "NULL"
	}
	return q.arg(d.param(v, c))
}

func (d mysql) assign(b *batch) []*query { return assignEach(d, b) }

// assignEach changes all rows that get the same values by one statement, and
// each other row by its own.
func assignEach(d dialect, b *batch) []*query {
	groups := map[string][]int{}
	var order []string
	for i, v := range b.values {
		key := joined(v)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	var all []*query
	columns := b.table.columnsOf(b.table.key)
	for _, key := range order {
		q := &query{d: d}
		q.write("UPDATE ", tableName(d, b.table.relation), " SET ")
		for i, c := range b.columns {
			if i > 0 {
				q.write(", ")
			}
			q.write(d.quote(c.name), " = ", d.bind(q, c, b.values[groups[key][0]][i]))
		}
		var keys [][]value
		for _, i := range groups[key] {
			keys = append(keys, b.keys[i])
		}
		q.write(" WHERE ", d.in(q, names(d, columns), columns, keys))
		all = append(all, q)
	}
	return all
}

func (mysql) fault(err error) *models.ConnectorError {
	if errors.Is(err, my.ErrInvalidConn) || errors.Is(err, driver.ErrBadConn) {
		return &models.ConnectorError{Fault: models.FaultUnavailable, Text: "the connection broke off"}
	}
	e, ok := errors.AsType[*my.MySQLError](err)
	if !ok {
		return nil
	}
	fault := &models.ConnectorError{Code: strconv.Itoa(int(e.Number)), Sealed: e.Message}
	switch e.Number {
	case 1969, 3024, 1317:
		fault.Fault, fault.Text = models.FaultTimeout, "the statement took longer than the time limit"
	case 1205, 1213:
		fault.Fault, fault.Text = models.FaultLocked, "somebody else holds the rows"
	case 1044, 1142, 1143, 1227, 1370:
		fault.Fault, fault.Text = models.FaultPrivilege, "the account may not do this"
	case 1045, 1049, 1130, 1698:
		fault.Fault, fault.Text = models.FaultCredentials, "the database does not let the account in"
	case 1054, 1064, 1146, 1267:
		fault.Fault, fault.Text = models.FaultDefinition, "the statement does not fit the database"
	case 1040, 1053, 1077, 1927, 2006, 2013:
		fault.Fault, fault.Text = models.FaultUnavailable, "the database is not available"
	default:
		fault.Fault, fault.Text = models.FaultRefused, "the database refuses the change"
	}
	return fault
}

// token is empty of meaning: only the rows themselves say how a transaction
// ended.
func (mysql) token(context.Context, *sql.Conn) (string, error) { return rowsTell, nil }

// rowsTell is the token of a database that does not remember its transactions.
const rowsTell = "rows"

func (mysql) outcome(context.Context, *sql.Conn, string) (models.Resolution, error) {
	return models.ResolvedUnclear, nil
}

// changes counts the rows that the session's statements wrote, its triggers
// included; what InnoDB cascades is not counted, so the catalogue has to say.
func (mysql) changes(ctx context.Context, c *sql.Conn) (map[string]int, error) {
	rows, err := c.QueryContext(ctx, "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_write', 'Handler_update', 'Handler_delete')")
	if err != nil {
		return nil, err
	}
	all, err := counted(rows)
	total := 0
	for _, n := range all {
		total += n
	}
	return map[string]int{"": total}, err
}

func (d mysql) privileges(ctx context.Context, c *sql.Conn, tables []*table, erase bool) (missing, more []string, err error) {
	var grants []string
	err = each(ctx, c, "SHOW GRANTS", nil, func(rows *sql.Rows) error {
		var g string
		if err := rows.Scan(&g); err != nil {
			return err
		}
		grants = append(grants, g)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tables {
		may := func(privilege string) bool {
			for _, g := range grants {
				if grantCovers(g, t.schema, t.name) && grantHas(g, privilege) {
					return true
				}
			}
			return false
		}
		m, o := judge(t, may("SELECT"), may("UPDATE"), may("DELETE"), may("INSERT") || may("DROP") || may("TRIGGER"), erase)
		missing, more = append(missing, m...), append(more, o...)
	}
	return missing, more, nil
}

// grantCovers reports whether a line of SHOW GRANTS is about a table.
func grantCovers(grant, schema, name string) bool {
	_, rest, found := strings.Cut(grant, " ON ")
	on, _, _ := strings.Cut(rest, " TO ")
	on = strings.ReplaceAll(strings.ReplaceAll(on, "`", ""), `"`, "")
	on = strings.ReplaceAll(on, `\_`, "_")
	return found && (on == "*.*" || on == schema+".*" || on == schema+"."+name || on == "%.*")
}

func grantHas(grant, privilege string) bool {
	list, _, _ := strings.Cut(strings.TrimPrefix(grant, "GRANT "), " ON ")
	for one := range strings.SplitSeq(list, ",") {
		one, _, _ = strings.Cut(strings.TrimSpace(one), " (")
		if one == privilege || one == "ALL PRIVILEGES" {
			return true
		}
	}
	return false
}
