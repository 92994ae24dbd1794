package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"habeas/fulfilment/sqlsystem"
	"habeas/fulfilment/system"
	"habeas/models"
	"habeas/policies"
)

// population is a shop: so many customers with three orders each, and one
// customer with ten thousand.
const population = `
CREATE TABLE customer (id bigint PRIMARY KEY, email text NOT NULL, name text, address_id bigint);
CREATE TABLE address (id bigint PRIMARY KEY, street text, city text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, note text);
INSERT INTO customer SELECT n, 'customer-' || n || '@example.com', 'Customer ' || n, n FROM generate_series(1, %[1]d) n;
INSERT INTO address SELECT n, n || ' Example Street', 'Exampletown' FROM generate_series(1, %[1]d) n;
INSERT INTO orders SELECT n, 2 + n %% (%[1]d - 1), 'order ' || n FROM generate_series(1, 3 * %[1]d) n;
INSERT INTO orders SELECT 3 * %[1]d + n, 1, 'order ' || n FROM generate_series(1, 9990) n;
CREATE INDEX ON customer (email);
CREATE INDEX ON customer (address_id);
CREATE INDEX ON orders (customer_id);
ANALYZE`

const populationDataset = `dataset:
  - fides_key: shop
    collections:
      - name: customer
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, masking_strategy_override: {strategy: hmac}}}
          - {name: name, data_categories: [user.name]}
          - {name: address_id, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: address.id, direction: to}]}}
      - name: address
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: street, data_categories: [user.contact.address.street]}
          - {name: city, data_categories: [user.contact.address.city]}
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: customer_id, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: customer.id, direction: from}]}}
          - {name: note, data_categories: [user.content]}
`

// connector holds find against the same questions written by hand, and measures
// the preview of a customer with ten thousand rows.
func (b *bench) connector(ctx context.Context) error {
	address, err := database(ctx, "habeas_bench_shop")
	if err != nil {
		return err
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // what it wrote was answered
	if _, err := db.ExecContext(ctx, fmt.Sprintf(population, b.people)); err != nil {
		return fmt.Errorf("populating: %w", err)
	}
	shop, err := b.shop(address)
	if err != nil {
		return err
	}
	defer shop.Close() //nolint:errcheck // likewise
	var ours, hand, preview []float64
	for range b.rounds {
		took, err := b.timed(func(n int) error { return byHand(ctx, db, email(n, b.people)) })
		if err != nil {
			return err
		}
		hand = append(hand, took)
		if took, err = b.timed(func(n int) error {
			_, err := shop.Find(ctx, callFor(email(n, b.people), models.ActionFind, models.Treatments{}))
			return err
		}); err != nil {
			return err
		}
		ours = append(ours, took)
		if took, err = b.previewed(ctx, shop); err != nil {
			return err
		}
		preview = append(preview, took)
	}
	b.say("\n## SQL connector (PostgreSQL, %d customers)\n\n| what | figure | goal |\n|---|---|---|\n"+
		"| find one customer (6 rows in 3 tables), against the indexed SQL written by hand | %.2f × (%.2f ms to %.2f ms) | ≤ 1.2 × |\n"+
		"| preview of an erasure of 9,992 rows | %.0f ms | < 2000 ms |\n",
		b.people, median(ours)/median(hand), median(ours), median(hand), median(preview))
	return nil
}

func email(n, people int) string {
	return fmt.Sprintf("customer-%d@example.com", 2+(n*7919)%(people-1))
}

// timed returns the milliseconds that one of many takes.
func (b *bench) timed(do func(n int) error) (float64, error) {
	const times = 400
	start := time.Now()
	for n := range times {
		if err := do(n); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Microseconds()) / 1000 / times, nil
}

func callFor(address string, action models.Action, t models.Treatments) models.Call {
	return models.Call{
		Task: "bench", Action: action, Treatments: t, Key: make([]byte, 32),
		Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: address, Verified: models.VerifiedStaff}},
	}
}

func (b *bench) previewed(ctx context.Context, shop *sqlsystem.System) (float64, error) {
	policy, err := policies.Default()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	p, err := shop.Preview(ctx, callFor("customer-1@example.com", models.ActionErase, policy.Treatments()))
	if err == nil && p.Changes() < 9990 {
		err = fmt.Errorf("the preview has %d changes", p.Changes())
	}
	return float64(time.Since(start).Milliseconds()), err
}

func (b *bench) shop(address string) (*sqlsystem.System, error) {
	dir := filepath.Join(b.work, "systems")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	files := map[string]string{
		"set.yml":   populationDataset,
		"shop.yaml": "system: shop\nowner: shop@example.com\nkind: sql\nsql: {driver: postgres, url: \"${SHOP}\"}\ndatasets: [set.yml]\nactions: [find, erase]\n",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	all, faults := system.Load(os.DirFS(dir), func(string) string { return address })
	if system.Bad(faults) {
		return nil, fmt.Errorf("the definition of the shop: %v", faults)
	}
	return sqlsystem.New(all[0], models.Treatments{}, time.Now)
}

// byHand asks what somebody would write who knows the schema.
func byHand(ctx context.Context, db *sql.DB, address string) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	var id, home int64
	var mail, name string
	if err := tx.QueryRowContext(ctx, "SELECT id, email, name, address_id FROM customer WHERE email = $1", address).Scan(&id, &mail, &name, &home); err != nil {
		return err
	}
	for _, q := range []struct {
		text string
		arg  int64
	}{
		{"SELECT id, street, city FROM address WHERE id = $1", home},
		{"SELECT id, customer_id::text, note FROM orders WHERE customer_id = $1", id},
	} {
		rows, err := tx.QueryContext(ctx, q.text, q.arg)
		if err != nil {
			return err
		}
		for rows.Next() {
			var a int64
			var s, u string
			if err := rows.Scan(&a, &s, &u); err != nil {
				return errors.Join(err, rows.Close()) //nolint:sqlclosecheck // closed on every way
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}
