package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"habeas/models"
)

// The SQLSTATEs we tell apart; classes are the first two characters.
const (
	stateUnique      = "23505"
	stateSerialize   = "40001"
	stateDeadlock    = "40P01"
	stateLockTimeout = "55P03"
	stateEncoding    = "22021"
	stateCancelled   = "57014" // by statement_timeout
	stateIdle        = "25P03"
)

// fault gives an error of the database its meaning for the caller. The cause
// stays in the chain, for the log.
func fault(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*models.Error](err); ok || errors.Is(err, models.ErrJobDone) {
		return err
	}
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows) {
		return missing("such row")
	}
	if unavailable(err) {
		return fmt.Errorf("%w: %w", models.Errorf(models.CodeUnavailable, "the database cannot be used now"), err)
	}
	return err
}

func missing(what string) error { return models.Errorf(models.CodeNotFound, "there is no %s", what) }

// lost reports whether the transaction was rolled back for another's sake and
// deserves another try.
func lost(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == stateSerialize || e.Code == stateDeadlock
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}

// duplicate reports whether a unique key is taken.
func duplicate(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == stateUnique
	}
	return errors.Is(dialector{}.Translate(err), gorm.ErrDuplicatedKey)
}

// unavailable reports whether the database, not the statement, is at fault.
func unavailable(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case stateSerialize, stateDeadlock, stateLockTimeout, stateCancelled, stateIdle:
			return true
		}
		switch e.Code[:2] {
		case "08", "53", "57", "58": // connection, resources, operator, system
			return true
		}
		return false
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM:
			return true
		}
		return false
	}
	for _, is := range []error{
		context.DeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	} {
		if errors.Is(err, is) {
			return true
		}
	}
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return connect || network || pgconn.SafeToRetry(err) || pgconn.Timeout(err)
}

// storable reports whether both databases can hold s as text. What is not is
// nowhere to be found.
func storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
