package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"habeas/accounts"
	"habeas/audit"
	"habeas/fulfilment/accesspackage"
	"habeas/fulfilment/kinds"
	"habeas/intake"
	"habeas/internal/blob"
	"habeas/internal/credential"
	"habeas/internal/filetype"
	"habeas/internal/keyring"
	"habeas/models"
	"habeas/models/store"
	"habeas/notifications"
	"habeas/workflows/cases"
)

// app is what every command that touches the data works with.
type app struct {
	conf     config
	log      *slog.Logger
	store    *store.Store
	service  *cases.Service
	accounts *accounts.Accounts
	exports  *audit.Exports
	systems  *kinds.Set
	keys     *keyring.Ring
	desk     *intake.Ingester     // takes mail in
	room     *intake.MemoryBudget // for it, by whatever way it comes
	begun    bool                 // by us: there was no installation here before
	close    []func() error       // in the order of opening
}

// migrateFunc brings the schema up to date, or is an error if it is not.
type migrateFunc func(ctx context.Context, db *sql.DB, dialect string) error

// operator is who gives commands on the command line.
func operator() models.Actor {
	return models.Actor{Kind: models.ActorStaff, ID: "operator", Role: models.RoleAdmin}
}

// openApp opens database, keys, policy and files. Close it after use. kick may
// be nil.
func openApp(ctx context.Context, conf config, log *slog.Logger, migrate migrateFunc, kick func()) (*app, error) {
	a := &app{conf: conf, log: log}
	if err := a.open(ctx, migrate, kick); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *app) open(ctx context.Context, migrate migrateFunc, kick func()) error {
	policy, err := loadPolicy(a.conf)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.conf.DataDir, 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	a.store, err = store.Open(ctx, store.Config{
		URL: a.conf.DatabaseURL.reveal(), Path: a.conf.in("habeas.db"), Migrate: migrate, Now: now,
		Keyring: func(fresh bool) (store.Keyring, error) {
			a.begun = fresh
			a.keys, err = keyring.OpenOrCreate(a.conf.Keys, fresh)
			return a.keys, err
		},
	})
	if err != nil {
		return explainKeys(a.conf, err)
	}
	a.close = append(a.close, a.store.Close)
	blobs, err := a.openBlobs()
	if err != nil {
		return err
	}
	mails, err := a.openMailFolder()
	if err != nil {
		return err
	}
	kit, err := a.conf.credentials()
	if err != nil {
		return err
	}
	a.systems = kinds.NewSet(a.conf.systems, kinds.Options{Treatments: policy.Treatments(), Now: now})
	a.close = append(a.close, a.systems.Close)
	a.service, err = cases.New(ctx, cases.Config{
		Store: a.store, JobStore: a.store, Blobs: blobs, Keys: a.keys,
		Policy: policy, Zone: a.conf.Zone, MailDomain: domain(a.conf.MailFrom),
		Now: now, NewID: newID, Random: rand.Reader, Inspect: inspect, MailFiles: mailFiles, Kick: kick,
		Canonical: intake.Canonical, MailLimits: a.conf.mailLimits(),
		Systems: a.systems.Systems(), MailFolder: mails,
	})
	if err != nil {
		return err
	}
	a.accounts = accounts.New(accounts.Config{
		Random: rand.Reader,
		Store:  a.store, Credentials: kit, Keys: a.keys, Organisation: a.conf.OrgName, MailDomain: domain(a.conf.MailFrom), Now: now, NewID: newID, Kick: kick,
	})
	a.exports = &audit.Exports{Store: a.store, Source: a.store, Zone: a.conf.Zone, Now: now, NewID: newID, Log: a.log}
	a.room = intake.NewMemoryBudget(intake.MemoryBudgetSize)
	a.desk = a.newIngester()
	return nil
}

// packages makes the copies of their data that people get.
func (a *app) packages() *accesspackage.Maker {
	return &accesspackage.Maker{Tasks: a.service.Tasks, Cases: a.service.Cases, Queries: a.service.Queries, Organisation: a.conf.OrgName, Zone: a.conf.Zone, Now: now}
}

// credentials hashes at most one password a core at once, 64 MiB each; 32 more
// may wait, and who comes then is told to try again.
func (c config) credentials() (credential.Kit, error) {
	kit := credential.Kit{Hasher: credential.NewHasher(credential.Strong(), runtime.NumCPU(), 32)}
	if c.PasswordList == "" {
		return kit, nil
	}
	f, err := os.Open(c.PasswordList)
	if err != nil {
		return kit, fmt.Errorf("opening HABEAS_PASSWORD_LIST: %w", reason(err))
	}
	defer f.Close() //nolint:errcheck // only read from
	if kit.Refused, err = credential.ReadList(f); err != nil {
		return kit, fmt.Errorf("HABEAS_PASSWORD_LIST: %w", err)
	}
	return kit, nil
}

func (a *app) openBlobs() (cases.Blobs, error) {
	c := a.conf
	if c.S3Endpoint != "" {
		return blob.NewS3(c.bucket())
	}
	dir, err := blob.NewDir(c.FilesDir)
	if err != nil {
		return nil, err
	}
	a.close = append(a.close, dir.Close)
	return dir, nil
}

// openMailFolder opens the folder of mails that were not sent. It outlives the
// day on which a mail server is configured, and its mails go after their time.
func (a *app) openMailFolder() (cases.MailFolder, error) {
	path := a.conf.in("mail")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && !a.conf.mailOff() {
		return nil, nil //nolint:nilnil // there is none
	}
	return notifications.NewDirectory(path)
}

// bucket is where files lie in place of a directory.
func (c config) bucket() blob.S3Config {
	return blob.S3Config{
		Endpoint: c.S3Endpoint, Bucket: c.S3Bucket, Region: c.S3Region,
		AccessKey: c.S3AccessKey.reveal(), SecretKey: c.S3SecretKey.reveal(), Plain: c.S3Plain,
	}
}

// Close closes what was opened, the last first.
func (a *app) Close() error {
	var errs []error
	for _, closer := range slices.Backward(a.close) {
		errs = append(errs, closer())
	}
	return errors.Join(errs...)
}

// explainKeys says what to do about keys that do not belong to the data.
func explainKeys(c config, err error) error {
	switch {
	case errors.Is(err, keyring.ErrWrongKeys):
		return fmt.Errorf("%w: the keys in %s did not seal what is in the database; put the right ones there, "+
			"from a backup, or set HABEAS_KEYS. Nothing was changed", err, c.Keys)
	case errors.Is(err, keyring.ErrMissing):
		return fmt.Errorf("%w, or set HABEAS_KEYS", err)
	}
	return err
}

// now is the clock of the whole program.
func now() time.Time { return time.Now() }

// newID returns a UUID that sorts by time, so that rows of one time lie close.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// inspect cleans the name of a file and tells what is in it by looking.
func inspect(name string, content []byte) (clean, media string, err error) {
	clean = filetype.CleanName(name)
	media, err = filetype.Detect(clean, content)
	switch {
	case errors.Is(err, filetype.ErrNotTaken):
		err = models.Errorf(models.CodeUnsupported, "files of this kind are not taken")
	case errors.Is(err, filetype.ErrMismatch):
		err = models.Invalid(models.FieldError{Field: "file", Code: "mismatch", Message: "the content is not what the name says"})
	}
	return clean, media, err
}

// domain is what stands right of the @.
func domain(address string) string {
	_, d, _ := strings.Cut(address, "@")
	return d
}

// withApp runs do between opening and closing the data, as commands beside
// serve do. Where they began an installation they say so: that may be the first
// one, or a wrong place to look for another.
func withApp(c *cobra.Command, configure configured, migrate migrateFunc, do func(*app) error) error {
	conf, err := configure()
	if err != nil {
		return err
	}
	a, err := openApp(c.Context(), conf, quiet(c), migrate, nil)
	if err != nil {
		return err
	}
	if a.begun {
		fmt.Fprintf(c.ErrOrStderr(), "habeas: nothing was here, so a new installation was begun, %s. If there is one already, "+ //nolint:errcheck // a hint
			"this command looked in the wrong place: give it the same --config or HABEAS_DATA_DIR, or run it where that one runs\n", conf.whole())
	}
	return errors.Join(do(a), a.Close())
}

// whole is where the installation is, as anybody finds it.
func (c config) whole() string {
	if c.DatabaseURL != "" {
		return "in PostgreSQL, with its keys in " + absolute(c.Keys)
	}
	return "in " + absolute(c.DataDir)
}
