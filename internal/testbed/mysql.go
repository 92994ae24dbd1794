package testbed

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	my "github.com/go-sql-driver/mysql"
)

// MySQL returns the address (mysql://user@host:port/database) of an empty
// database that lasts as long as the test, in the server at
// HABEAS_TEST_MYSQL_URL, whose user must be allowed to create databases.
func MySQL(t testing.TB) string {
	t.Helper()
	u, err := url.Parse(need(t, "HABEAS_TEST_MYSQL_URL"))
	if err != nil || u.Scheme != "mysql" {
		t.Fatal("HABEAS_TEST_MYSQL_URL is not a mysql:// URL")
	}
	name := "test_" + strings.ToLower(rand.Text())
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	ExecMySQL(ctx, t, u.String(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4")
	t.Cleanup(func() {
		ctx, cancel := background(t)
		defer cancel()
		ExecMySQL(ctx, t, u.String(), "DROP DATABASE "+name)
	})
	u.Path = "/" + name
	return u.String()
}

// ExecMySQL runs statements, separated by semicolons, at an address.
func ExecMySQL(ctx context.Context, t testing.TB, address, statements string) {
	t.Helper()
	db := OpenMySQL(t, address)
	defer db.Close() //nolint:errcheck // the statements have been answered
	if _, err := db.ExecContext(ctx, statements); err != nil {
		t.Fatalf("%.200s: %v", statements, err)
	}
}

// OpenMySQL opens an address of MySQL.
func OpenMySQL(t testing.TB, address string) *sql.DB {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conf := my.NewConfig()
	conf.Net, conf.Addr, conf.DBName, conf.User, conf.MultiStatements = "tcp", u.Host, strings.TrimPrefix(u.Path, "/"), u.User.Username(), true
	conf.Passwd, _ = u.User.Password()
	connector, err := my.NewConnector(conf)
	if err != nil {
		t.Fatal(err)
	}
	return sql.OpenDB(connector)
}
